# A long tail in which nothing happens: 512 bugs of three crashes each, which
# fell into eight days in every way that there is.
awk 'BEGIN {
	OFS = "\t"
	print "#id", "ts", "bugcheck", "frames"
	now = 1500000000
	print "first", now - 9 * 86400, "FIRST", "first!a;first!b;first!c"
	for (bug = 0; bug < 512; bug++)
		for (k = 0; k < 3; k++) {
			day = int(bug / 8 ^ k) % 8
			print bug "." k, now - day * 86400 - 3600 - bug, "BUG " bug, \
				sprintf("m%d!a%d;m%d!b%d;m%d!c%d", bug, bug, bug, bug, bug, bug)
		}
}' >chance.tsv
crashcorpus import chance.tsv 2>&1
report() { crashquery report --now=2017-07-14T02:40:00Z "$@"; }
report --json | jq -c '[.rising_all, .rising_tested, (.new | length)]'
report | sed -n '/^- /p'
report | grep -m 1 'in the window, ' | sed 's/[0-9a-f]\{12\}/ID/g'

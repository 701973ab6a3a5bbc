# Of two crashes as like as each other, the nearer in time stands first, whether
# it came before or after; what is said of them is how like they are.
awk 'BEGIN {
	OFS = "\t"
	day = 86400
	print "#id", "ts", "bugcheck", "frames"
	for (i = 0; i < 60; i++)
		print "other" i, 1500000000 + i * day, 200 + i % 7, "a" i "!f;b" i "!g;nt!start"
	print "asked", 1500000000 + 100 * day, 10, "x!read;y!query;nt!start"
	print "long-before", 1500000000, 10, "x!read;y!before;nt!start"
	print "day-after", 1500000000 + 101 * day, 10, "x!read;y!beyond;nt!start"
	print "year-after", 1500000000 + 465 * day, 10, "x!read;y!behind;nt!start"
	print "more-like", 1500000000 + 900 * day, 10, "x!read;y!query;y!more;nt!start"
}' >crashes.tsv
crashcorpus import --format=frames --store=s crashes.tsv >log
asked=$(crashquery find --store=s --format=csv | tr -d '\r' |
	awk -F, '$NF == "asked" { print $1 }')
crashquery similar --store=s --format=json "$asked" |
	jq -r '.rows[] | select(.what == "crash") | "\(.source) \(.score * 100 | round)"'

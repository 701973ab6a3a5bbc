# Modules that are known by offset only, in four builds: what is learned of them
# is the same in any order and split into any nights, late arrivals too.
awk 'BEGIN {
	OFS = "\t"
	srand(7)
	print "#id", "ts", "bugcheck", "build", "frames"
	for (m = 0; m < 3; m++)
		for (b = 1; b <= 4; b++) {
			at = 4096
			for (f = 0; f < 60; f++) {
				place[m, b, f] = at + 8
				# Each build has a function or two that grew.
				at += 16 * (5 + (f * 7 + m) % 20 + (f % (9 + b) == b ? 3 * b : 0))
			}
		}
	for (i = 0; i < 360; i++) {
		bug = int(rand() * 24)
		build = 1 + int(i / 90)
		stack = ""
		for (k = 0; k < 7; k++) {
			m = int(k / 3)
			f = (bug * 5 + k * 11 + (k == 6 ? int(rand() * 3) : 0)) % 60
			stack = stack sprintf("%sdrv%d+%x", k ? ";" : "", m, place[m, build, f])
		}
		print i, 1500000000 + i * 3600, 180 + bug % 5, build, stack
	}
}' >crashes.tsv
head -1 crashes.tsv >head
sed 1d crashes.tsv >rows
for seed in 1 2 3 4 5 6 7 8 9 10; do
	yes "$seed" | head -c 100000 >random
	sort -R --random-source=random rows >shuffled
	split -n "l/$((seed % 4 + 1))" shuffled night.
	for night in night.*; do
		cat head "$night" >night.tsv
		crashcorpus import --format=frames --store="store$seed" night.tsv >>log
	done
	rm night.*
	crashquery find --format=csv --store="store$seed" >answers"$seed"
	crashquery clusters --limit=999 --store="store$seed" --now=2017-09-01 >>answers"$seed"
	cmp answers1 answers"$seed"
	crashcorpus verify --store="store$seed" | grep -v sound
done
# A build changes offsets, not bugs: far fewer clusters than stacks.
sed 1d crashes.tsv | cut -f5 | sort -u | wc -l
crashquery find --format=csv --store=store1 | sed 1d | cut -d, -f5 | sort -u | wc -l

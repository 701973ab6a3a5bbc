# Merges by hand move the threshold: what is as like as they are joins too, and
# not before there are enough of them.
awk 'BEGIN {
	OFS = "\t"
	print "#id", "ts", "bugcheck", "frames"
	for (bug = 0; bug < 12; bug++)
		for (side = 0; side < 2; side++) {
			stack = ""
			for (k = 0; k < 9; k++)
				stack = stack sprintf("%sdrv%d!f%d%s", k ? ";" : "", bug, k,
					k < 4 ? "" : side ? "x" : "y")
			print bug (side ? "b" : "a"), 1500000000 + bug * 2 + side, "D1", stack
		}
}' >crashes.tsv
crashcorpus import --format=frames crashes.tsv

id() {
	crashquery find --format=csv | sed 's/\r//' |
		awk -F, -v source="$1" '$6 == source { print $1 }'
}
like() {
	crashquery explain --format=json "$1" "$2" | jq -r '.likeness * 100 | floor'
}
apart() {
	crashquery freq --by=cluster --format=json | jq '[.rows[] | select(.crashes > 1)] | length'
}
odd_a=$(id 11a)
odd_b=$(id 11b)
echo "clusters of two: $(apart), likeness: $(like "$odd_a" "$odd_b")"
for bug in 0 1 2 3 4 5 6 7 8 9; do
	echo "$(id ${bug}a) $(id ${bug}b)"
done >merges

# Two lines join what they name, no more.
head -2 merges >crash-store/merge
crashindex --settle 2>log
echo "clusters of two: $(apart)"
# Ten tell what one bug is here, in whatever order.
cp merges crash-store/merge
crashindex --settle 2>log
echo "clusters of two: $(apart)"
crashquery find --format=csv >forwards
tac merges >crash-store/merge
crashindex --settle 2>log
crashquery find --format=csv | cmp - forwards
crashquery explain "$odd_a" "$odd_b" | grep -o 'likeness .*'
rm crash-store/merge
crashindex --settle 2>log
echo "clusters of two: $(apart)"

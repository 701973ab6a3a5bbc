# Where the code of functions and the stacks they stand on disagree about which
# are one, the pages of clusters and the report say so and name two crashes that
# explain says the same of; nothing is said where they agree.
crashcorpus synth --records=2000 2>/dev/null
crashindex --settle 2>/dev/null
crashquery clusters --limit=100 --pages=100 | grep '^  disputed ' >said
[ -s said ] && echo "disputed clusters are told"
grep -cvE '^  disputed      [^ ]+\+0x[0-9a-f]+ and [^ ]+\+0x[0-9a-f]+ are one function by their (code, two by their company|company, two by their code): crashquery explain [0-9a-f]{12} [0-9a-f]{12}(, and [0-9]+ more pairs? of stacks)?$' said || true
sed 's/.*crashquery explain \([0-9a-f]* [0-9a-f]*\).*/\1/' said | head -n 5 |
	while read -r left right; do
		crashquery explain "$left" "$right" --format=json |
			jq -r 'if .code_disputes > 0 then "explain agrees" else "explain knows of none" end'
	done

# The page of one cluster, in text and in JSON.
id=$(sed 's/.*crashquery explain \([0-9a-f]*\).*/\1/' said | head -n 1)
cluster=$(crashquery show "$id" --format=json | jq -r .cluster)
crashquery clusters "$cluster" | grep -c '^  disputed '
crashquery clusters "$cluster" --format=json | jq '.code_disputes > 0'

# The report's.
for format in text markdown html; do
	crashquery report --now=2026-01-01 --format=$format \
		cluster="$cluster" | grep -ci 'disputed: '
done
crashquery report --now=2026-01-01 --json cluster="$cluster" |
	jq '.clusters[0].code_disputes > 0'

echo "== where nothing is"
crashcorpus synth --demo --machines=20 --weeks=3 --output=fleet.tar
crashindex --store=fleet fleet.tar 2>/dev/null
crashquery clusters --store=fleet --pages=100 | grep -c disputed || true
crashquery report --store=fleet --now=2024-07-21 --since=7d | grep -c disputed || true

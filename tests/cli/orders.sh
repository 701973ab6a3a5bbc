# The same dumps in any order, split into any nights, with any number of jobs:
# the same clusters, tables and pages, byte for byte.
crashcorpus synth --demo --output=fleet.tar
mkdir dumps && tar xf fleet.tar -C dumps
# Of one time, told apart by nothing but their ids.
for argument in 1 2 3 4 5 6; do
	printf '%s\n' "format triage-b" "time 2024-08-25T12:00:00Z" \
		"bugcheck 0xd1 $argument 2 0 0" >tied.txt
	crashcorpus synth --output=dumps/tied$argument.dmp tied.txt
done
for seed in 1 2 3 4 5 6; do
	yes $seed | head -c 100000 >random
	ls dumps | sort -R --random-source=random | sed 's|^|dumps/|' >files
	split -n l/$((seed % 4 + 1)) files night.
	for night in night.*; do
		# shellcheck disable=SC2046
		crashindex --store=store$seed --jobs=$((seed % 3 + 1)) $(cat "$night") 2>>log
	done
	rm night.*
	for ask in "clusters --limit=999" "find --limit=999 --format=csv" freq "correlate bugcheck=d1" \
		"freq --by=family" suspects "trends --window=28" report \
		"report --html=/dev/stdout"; do
		# shellcheck disable=SC2086
		crashquery $ask --store=store$seed --now=2024-08-26
	done >answers$seed
	cmp answers1 answers$seed
	crashcorpus verify --store=store$seed
done
wc -l <answers1 | awk '{ print ($1 > 300) }'

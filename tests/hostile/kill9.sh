#!/bin/sh
# kill -9 at random moments of an ingest: after each the store is sound, and in
# the end it is the one of an undisturbed run, record for record.
#
#   kill9.sh [KILLS [SEED [MACHINES]]]     programs from PATH, in an empty folder
#
# The ingest is a few nights, each an archive, run one after the other until
# all are in; then it begins anew, until there were enough kills.
set -u
kills=${1:-10}
seed=${2:-1}
machines=${3:-12}
nights='1 2 3 4 5 6'
export SOURCE_DATE_EPOCH=1800000000

for night in $nights; do
	crashcorpus synth --demo --seed="$night" \
		--machines="$machines" --weeks=2 --output="$night.tar" || exit 3
	crashindex --store=undisturbed "$night.tar" 2>/dev/null || exit 3
done

# Every crash, and where it was clustered.
tell() {
	crashcorpus export --store="$1" &&
		crashquery --store="$1" find --format=csv | sort
}
tell undisturbed >undisturbed.txt || exit 3

# Where crashindex is after so many milliseconds: killed, or done already.
run() {
	crashindex --store=store "$1" 2>/dev/null &
	pid=$!
	sleep "$2"
	if kill -9 $pid 2>/dev/null; then
		wait $pid 2>/dev/null
		[ $? -eq 137 ]
		return
	fi
	wait $pid 2>/dev/null
	return 1
}

same() {
	tell store >store.txt && cmp store.txt undisturbed.txt
}

begin() {
	rm -rf store
	left=$nights
}

moments() {
	awk -v n="$kills" -v seed="$seed" 'BEGIN {
		srand(seed)
		for (i = 0; i < n * 20; i++)
			printf "%.3f\n", 0.002 * exp(rand() * 5.5)
	}'
}

done=0
rounds=0
begin
for moment in $(moments); do
	[ "$done" -lt "$kills" ] || break
	night=${left%% *}
	if run "$night.tar" "$moment"; then
		done=$((done + 1))
		[ -e store/data.mdb ] || continue
		crashcorpus verify --store=store >verified 2>&1 || {
			# Killed before its first commit there is no store yet.
			grep -q 'not a crash store' verified && continue
			echo "kill $done, at $moment s of night $night:"
			cat verified
			exit 1
		}
		continue
	fi
	[ "$left" != "$night" ] && left=${left#* } && continue
	same || exit 1
	rounds=$((rounds + 1))
	begin
done
[ "$done" -ge "$kills" ] || { echo "only $done kills"; exit 1; }
for night in $nights; do
	crashindex --store=store "$night.tar" 2>/dev/null || exit 1
done
crashcorpus verify --store=store >verified 2>&1 || { cat verified; exit 1; }
same || exit 1
echo "$kills kills, each store sound, the last one as if undisturbed"
echo "undisturbed after all: $rounds times before" >&2

#!/bin/sh
# Broken copies of every dump there is: none ends a worker, none takes a second.
#
#   damage.sh [COUNT [SEED [DUMPS]]]     programs from PATH
#
# COUNT copies (1000) of each of tests/machines and of each real dump below the
# folder DUMPS (../shared/dumps).  What ended a worker is named; the same DUMP,
# --seed and --count give it again.
set -u
count=${1:-1000}
seed=${2:-1}
root=$(cd "$(dirname "$0")/../.." && pwd)
real=${3:-$root/../shared/dumps}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for machine in "$root"/tests/machines/*.txt; do
	crashcorpus synth "$machine" \
		--output="$work/$(basename "$machine" .txt).dmp" || exit 3
done
[ -d "$real" ] && find "$real" -type f -name '*mp' | while read -r dump; do
	ln -s "$dump" "$work/real-$(basename "$dump")"
done

began=$(date +%s)
for dump in "$work"/*; do
	crashcorpus damage "$dump" - --count="$count" --seed="$seed" |
		crashindex --max-seconds=1 --print - 2>"$work/.said" >/dev/null
	code=$?
	[ $code -le 1 ] || echo "exit $code: $(tail -n 1 "$work/.said")"
	grep 'took too long\|the reader\|out of memory' "$work/.said" |
		sed "s/^/$(basename "$dump"): /"
	tail -n 1 "$work/.said"
done | awk -v want="$count" '
	/^[0-9]+ indexed/ {
		gsub(/[(),]/, " ")
		sum["indexed"] += $1
		for (i = 3; i <= NF; i++)
			if ($i == "refused")
				sum["refused"] += $(i - 1)
			else if ($(i + 1) ~ /^[0-9]+$/ && $i !~ /^[0-9]/)
				sum["refused: " $i] += $(i + 1)
		next
	}
	{ print; bad++ }
	END {
		for (key in sum)
			printf "%s %d\n", key, sum[key]
		printf "broken copies %d\n", sum["indexed"] + sum["refused"]
		exit bad > 0
	}' >"$work/.sums"
status=$?
sort "$work/.sums"
echo "in $(($(date +%s) - began)) seconds"
exit $status

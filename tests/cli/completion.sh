# What bash offers, in the places where it is asked.
root=$(cd "$(dirname "$0")/../.." && pwd)
crashcorpus synth --demo --machines=10 --weeks=2 --output=fleet.tar
crashindex fleet.tar 2>/dev/null
cat >offer <<'END'
source "$1"
COMP_LINE=$2
COMP_POINT=${#COMP_LINE}
read -ra COMP_WORDS <<<"$COMP_LINE"
_crash
printf '%s\n' "${COMPREPLY[@]}" | sort | paste -sd ' '
END
offer() {
	echo "== $1"
	bash offer "$root/corpus-tools/package/completion.bash" "$1"
}
offer 'crashquery fr'
offer 'crashcorpus ver'
offer 'crashindex --max-d'
offer 'crashindex fle'
offer 'crashquery freq --minid'
offer 'crashcorpus synth --mach'
offer 'crashquery --store=crash-store freq --b'
offer 'crashquery freq --format=m'
offer 'crashquery freq --by=hyp'
offer 'crashquery find hyp'
offer 'crashquery find arch='
offer 'crashquery find arch!=x'
offer 'crashquery find bugcheck=D1,3'
offer 'crashquery --store=nowhere find hyp'
bash -n "$root/corpus-tools/package/completion.bash"

#!/bin/sh
# Everything here, as often as some minutes allow; programs from $OUT.
set -u
here=$(cd "$(dirname "$0")" && pwd)
export PATH="$(cd "$OUT" && pwd):$PATH"
failed=0

# In an empty folder.
run() {
	echo "== $*"
	work=$(mktemp -d)
	(cd "$work" && "$@") || failed=1
	rm -rf "$work"
}

run sh "$here/kill9.sh" "${KILLS:-500}" 1 100
run sh "$here/faults.sh"
run sh "$here/places.sh"
crashcorpus synth "$here/../machines/x86_triage_b.txt" --output=/tmp/good.$$.dmp
run python3 "$here/bombs.py" /tmp/good.$$.dmp
rm -f /tmp/good.$$.dmp
run sh "$here/damage.sh" "${COPIES:-1000}"
exit $failed

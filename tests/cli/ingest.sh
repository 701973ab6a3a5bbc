# Archives, folders, standard input; what is refused, counted, kept; again.
machines=$(cd "$(dirname "$0")/../machines" && pwd)
mkdir folder
crashcorpus synth "$machines/x64_triage_b.txt" --output=folder/b.dmp
crashcorpus synth "$machines/x86_triage_b.txt" --output=folder/a.dmp
echo 'no dump' >folder/readme.txt
echo 'no dump either' >folder/zero.dmp
tar cf march.tar -C folder a.dmp b.dmp readme.txt
gzip -c folder/a.dmp >a.dmp.gz
tar cf outer.tar march.tar a.dmp.gz
head -c "$(($(wc -c <march.tar) - 20000))" march.tar >cut.tar

sources() { sed 's/.*"source":"\([^"]*\)".*/\1/'; }
run() { echo "== $*"; crashindex "$@" 2>&1; echo "exit $?"; }

echo "== print"
crashindex --print march.tar folder a.dmp.gz outer.tar cut.tar 2>&1 | sources
crashindex --print - <march.tar 2>&1 | sources
crashindex --jobs=1 --print folder outer.tar cut.tar march.tar >one 2>one.err
crashindex --jobs=3 --print folder outer.tar cut.tar march.tar >three 2>three.err
cmp one three && cmp one.err three.err && echo "the same with any number of jobs"

run march.tar
run march.tar
cp march.tar april.tar
run april.tar
run --store=crash-store outer.tar
run --strict folder
run folder/readme.txt
run nowhere.zip
run --store=other --max-depth=1 outer.tar
run --store=other outer.tar
run --store=other --max-entries=1 march.tar
run
run --max-ratio=0 march.tar
run --no-such-option march.tar

run --store=other --quarantine=kept cut.tar folder/zero.dmp
for note in kept/*.txt; do
	cat "$note"
	[ "$(wc -c <"${note%.txt}.bin")" -gt 0 ] && echo "and its bytes"
done

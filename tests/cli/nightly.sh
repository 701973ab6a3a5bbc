# Three nights of a drop folder, and the nights that go wrong.
root=$(cd "$(dirname "$0")/../.." && pwd)
nightly=$root/corpus-tools/nightly/crashnightly
cat >sendmail <<'END'
#!/bin/sh
echo "$@" >mailed
cat >>mailed
END
chmod 755 sendmail
mkdir drop drop/site-a

# A dump of its own for each day and stop code.
dump() {
	printf '%s\n' 'format triage-b' 'arch x64' 'build 19041' \
		"time 2026-10-$1T10:00:00Z" "bugcheck $2 1 2 0 ks.sys+0x1ae9" \
		'module ks.sys base=0xfffff80100000000 size=0x40000' \
		"uuid 00000000-0000-0000-0000-0000000000$1" >machine
	crashcorpus synth machine --output="$3"
}

night() {
	echo "== night of $1"
	SOURCE_DATE_EPOCH=$(date -u -d "$1T02:00:00Z" +%s)
	export SOURCE_DATE_EPOCH
	shift
	sh "$nightly" --drop=drop --still=0 "$@" 2>said | sed 's/seconds=[0-9]*/seconds=N/'
	sed "s|$PWD|.|; s|seconds=[0-9]*|seconds=N|" said
}

dump 21 0xd1 drop/site-a/b.dmp
dump 22 0x9f a.dmp
tar cf drop/march.tar a.dmp && rm a.dmp
echo 'no dump' >drop/zero.dmp
echo 'not yet' >drop/late.dmp.part
night 2026-11-01 --report=page.html --mail=fleet@example.org --sendmail=./sendmail
sed '/^# /,$d' mailed | sed "s|$PWD|.|"
grep -c '^#' mailed | sed 's/^[1-9][0-9]*$/and a report/'
grep -c '</html>' page.html

# Nothing new: nothing is indexed.
night 2026-11-02 --mail=fleet@example.org --sendmail=./sendmail
grep '^Subject' mailed

# The drop folder is emptied; the same name twice is no loss.
dump 23 0x9f drop/c.dmp
night 2026-11-03 --done=drop/done --quarantine=kept --strict --log=log
sed 's/seconds=[0-9]*/seconds=N/' log
cp drop/done/c.dmp drop/c.dmp
night 2026-11-04 --done=drop/done
(cd drop && find . -type f | sort)
grep -h '^why\|unsupported' kept/*.txt

[ "$(crashquery find | grep -c 2026-10)" = 3 ] && echo "three nights, three crashes"

# What is still being written waits.
cp drop/done/c.dmp drop/d.dmp
night 2026-11-05 --still=5
touch -d '10 minutes ago' drop/d.dmp
night 2026-11-06 --still=5

echo "== what goes wrong"
answer() { "$@" 2>&1 | sed "s|$PWD|.|; s|seconds=[0-9]*|seconds=N|"; }
exit_of() { "$@" >/dev/null 2>&1; echo "exit $?"; }
(flock 9; answer sh "$nightly" --drop=drop) 9>>crash-store.lock
exit_of sh "$nightly" --drop=drop --still=0 --sendmail=./nowhere --mail=fleet@example.org
exit_of sh "$nightly" --drop=drop --still=0
answer sh "$nightly" --drop=nowhere
answer sh "$nightly" --drop=drop --no-such=option
answer sh "$nightly" --drop=drop --still=soon
exit_of sh "$nightly"
mkdir bad && echo 'no store' >bad/data.mdb
answer sh "$nightly" --store=bad --drop=drop --still=0 | grep '^date'

# A first night may bring nothing.
mkdir none
night 2026-11-20 --drop=none --store=first
crashcorpus verify --store=first

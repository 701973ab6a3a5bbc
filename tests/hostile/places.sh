#!/bin/sh
# Stores where there is no room, no right, or suddenly no store: it says so, exits
# with 3, and what was there before is there still.  Programs from PATH, in an
# empty folder.
set -u
failed=0
complain() {
	echo "$*"
	failed=1
}
# Exit 3 with a message that has these words.
refuses() {
	words=$1
	shift
	"$@" >/dev/null 2>said
	code=$?
	[ $code -eq 3 ] && grep -q "^crash[a-z]*: .*$words" said ||
		complain "$*: exit $code: $(head -n 1 said)"
}

crashcorpus synth --demo --machines=40 --weeks=2 --output=1.tar || exit 3
crashcorpus synth --demo --seed=2 --machines=200 --weeks=8 --output=2.tar ||
	exit 3
crashindex --store=store 1.tar 2>/dev/null || exit 3
crashcorpus export --store=store >before

# A file may not grow: as on a full disk, without one.
(
	ulimit -f 500
	refuses 'error\|too large' crashindex --store=store 2.tar
	grep -q '^0 indexed$' said || complain "says: $(tail -n 1 said)"
	exit $failed
) || failed=1
crashcorpus verify --store=store >/dev/null || complain "not sound when full"
crashcorpus export --store=store | cmp -s - before || complain "not as before"

# A disk that is full, where this user may mount one.
mkdir disk
if mount -t tmpfs -o size=1m none disk 2>/dev/null; then
	crashindex --store=disk/store 1.tar 2>/dev/null
	refuses 'No space left' crashindex --store=disk/store 2.tar
	crashcorpus verify --store=disk/store --scratch=. >/dev/null ||
		complain "not sound on a full disk"
	refuses 'No space left' crashcorpus backup --store=disk/store disk/copy
	crashcorpus backup --store=store disk/copy 2>said &&
		complain "a copy in no room: exit 0"
	[ -z "$(ls disk/copy)" ] || complain "half a copy is left"
	mount -o remount,ro disk
	refuses 'Read-only' crashindex --store=disk/store 2.tar
	refuses 'Read-only' crashindex --store=disk/other 2.tar
	crashquery freq --store=disk/store >/dev/null ||
		complain "a store that is read-only cannot be read"
	umount disk
fi
# Not even for the first pages, and room again later.
mkdir tiny
if mount -t tmpfs -o size=8k none tiny 2>/dev/null; then
	refuses 'No space left' crashindex --store=tiny/store 1.tar
	mount -o remount,size=1m tiny
	crashindex --store=tiny/store 1.tar 2>/dev/null ||
		complain "a store that had no room to begin with is broken"
	umount tiny
fi
refuses 'proc/store' crashindex --store=/proc/store 1.tar
refuses 'Not a directory' crashindex --store=1.tar/store 1.tar

# Streams that are closed are no sockets of ours, nor files of the store.
refuses 'Bad file descriptor' timeout 20 sh -c 'crashindex --print - <&-'
crashindex --store=store 1.tar <&- >&- 2>&- || complain "closed streams: $?"
crashcorpus verify --store=store >/dev/null || complain "not sound when closed"

# Taken away in the middle.
mkfifo slow
crashindex --jobs=1 --store=gone slow 2>said &
pid=$!
{
	head -c 1000000 2.tar
	sleep 1
	rm -rf gone
	tail -c +1000001 2.tar
} >slow
wait $pid
code=$?
[ $code -eq 3 ] && grep -q 'was removed' said ||
	complain "a store removed: exit $code: $(head -n 1 said)"

# Two at the same time: one after the other.
crashindex --store=both 1.tar 2>/dev/null &
crashindex --store=both 2.tar 2>/dev/null || complain "the second failed"
wait $! || complain "the first failed"
crashindex --store=one 1.tar 2.tar 2>/dev/null
for store in one both; do
	crashcorpus export --store=$store | sed 's/"ingested":"[^"]*"//' >$store.out
done
cmp one.out both.out || complain "two at once are not as one"
[ $failed = 0 ] && echo "each place says what is wrong with it"
exit $failed

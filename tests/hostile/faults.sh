#!/bin/sh
# Each system call of an ingest fails in turn: it says so and exits with 3, or
# goes on and has it all; the store is sound either way, and a second run ends
# where an undisturbed one does.
#
#   faults.sh [ERRORS [CALLS [WHO]]]   programs from PATH, in an empty folder
#
# ERRORS and CALLS are lists with spaces, "" for all.  WHO is parent (the
# default), which holds the store, or all: the n-th call of each process.
set -u
errors=${1:-ENOSPC EIO ENOMEM EINTR}
calls=${2:-}
who=${3:-parent}
follow=''
[ "$who" = all ] && follow=-f
export SOURCE_DATE_EPOCH=1800000000
failed=0
runs=0
ended=0

ingest() { crashindex --jobs=1 --store=store 1.tar; }
complain() {
	echo "$*"
	failed=1
}
same() {
	crashcorpus export --store=store 2>/dev/null | cmp -s - undisturbed
}
sound() {
	crashcorpus verify --store=store >verified 2>&1 ||
		grep -q 'no crash store there\|not a crash store' verified
}

# "pwrite64 3": each call once the program itself has begun, and which it is.
# Left out are those that cannot fail like this: brk() answers with an address,
# close() gives the descriptor back whatever it says.
list_calls() {
	rm -rf store
	strace $follow -o trace crashindex --jobs=1 --store=store 1.tar \
		2>/dev/null || return 1
	crashcorpus export --store=store >undisturbed || return 1
	sed 's/^[0-9]* *//' trace | awk -F'(' -v wanted=" $calls " '
		/^[a-z_0-9]+\(/ {
			count[$1]++
			if ($1 == "sched_getaffinity")
				begun = 1
			if (!begun || seen[$1, count[$1]]++ ||
			    $1 ~ /^(exit|exit_group|kill|brk|close)$/ ||
			    wanted != "  " && !index(wanted, " " $1 " "))
				next
			print $1, count[$1]
		}'
}

check() {
	rm -rf store
	timeout -s KILL 30 strace $follow -o trace \
		-e inject="$1:error=$3:when=$2" \
		crashindex --jobs=1 --store=store 1.tar 2>said
	code=$?
	runs=$((runs + 1))
	case $code in
	0) same || complain "$1 $2 $3: exit 0, but something is missing" ;;
	3)
		ended=$((ended + 1))
		grep -q '^crashindex: ' said ||
			[ "$1" = write ] || complain "$1 $2 $3: no word"
		;;
	*) complain "$1 $2 $3: exit $code: $(head -n 1 said)" ;;
	esac
	sound || complain "$1 $2 $3: $(head -n 1 verified)"
	ingest 2>/dev/null || complain "$1 $2 $3: cannot go on"
	same || complain "$1 $2 $3: another store in the end"
}

crashcorpus synth --demo --machines=10 --weeks=1 --output=1.tar || exit 3
strace -o trace true 2>/dev/null || {
	echo "no tracing here: skipped"
	exit 0
}
list_calls >calls || exit 3
while read -r call nth; do
	for error in $errors; do
		check "$call" "$nth" "$error"
	done
done <calls
echo "$runs faults, $ended ended the run, the store sound after each" >&2
exit $failed

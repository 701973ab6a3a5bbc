#!/bin/sh
# Stacks of code that a compiler for Windows made are found whole: by its unwind
# data, and nearly so by its epilogues alone; by a trail alone, see trail.h, two
# frames in a thousand at most are wrong and do not say so.  Left out where there
# is no such compiler (Debian: gcc-mingw-w64-x86-64-win32), which is too large to
# install for every run of the tests.
# It runs that code where it was linked to, which sanitizers want for their own.
# usage: tests/compiled.sh BUILD-DIRECTORY
[ -z "${SAN:-}" ] || exit 0
found=$(sh tests/bench/unwind.sh "$1" quick) || exit 1
case $found in
*"nothing measured"*)
	echo "compiled.sh: left out: no compiler for Windows"
	exit 0
	;;
esac
echo "$found" | awk '
	{ match($0, /wrong [0-9]+/)
		wrong = substr($0, RSTART + 6, RLENGTH - 6) + 0 }
	/ a trail / { few = wrong <= 0.002 * $4; next }
	{ all += wrong + $NF }
	/ no \.pdata / { match($0, /by epilogue +[0-9.]+/)
		bare = substr($0, RSTART + 11, RLENGTH - 11) + 0; next }
	/ \.pdata / { match($0, /by unwind +[0-9.]+/)
		exact = substr($0, RSTART + 9, RLENGTH - 9) + 0 }
	END { exit !(exact == 100 && bare >= 90 && all == 0 && few) }' || {
	echo "compiled.sh: stacks of compiled code are not what they were:"
	echo "$found"
	exit 1
}

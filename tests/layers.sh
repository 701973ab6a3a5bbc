#!/bin/sh
# Which room may include which.  A line here is the architecture: changing one
# is a design decision, not a fix.
set -eu

# room | rooms it may include besides itself | outside headers that live only here
rules='
signatures/base | | xxhash.h jansson.h popt.h
signatures/knowledge | signatures/base |
signatures | signatures/base signatures/knowledge |
signatures/cluster | signatures/base |
signatures/store | signatures/base signatures | lmdb.h roaring/
signatures/settle | signatures/base signatures/knowledge signatures signatures/cluster signatures/store |
signatures/clickhouse | signatures/base signatures signatures/store | curl/
indexer/dump | signatures/base signatures |
indexer/target | signatures/base signatures/knowledge signatures indexer/dump | capstone/
indexer/ingest | signatures/base signatures signatures/store indexer/dump indexer/target | archive seccomp.h linux/landlock.h
indexer | signatures/base signatures signatures/store signatures/settle signatures/clickhouse indexer/ingest |
query | signatures/base signatures/knowledge signatures signatures/store signatures/cluster signatures/settle signatures/clickhouse | gsl/
corpus-tools | signatures/base signatures/knowledge signatures signatures/store signatures/settle signatures/clickhouse | zlib.h
'
guarded='xxhash.h jansson.h popt.h lmdb.h roaring/ capstone/ archive seccomp.h linux/landlock.h gsl/ curl/ zlib.h'
bad=0

complain() {
	echo "$1"
	bad=1
}

column() {
	printf '%s\n' "$rules" | awk -F' *[|] *' -v room="$1" -v n="$2" '$1 == room { print $n }'
}

for file in $(find signatures indexer query corpus-tools -name '*.[ch]'); do
	room=$(dirname "$file")
	allowed=" $room $(column "$room" 2) "
	own=" $(column "$room" 3) "
	for header in $(sed -n 's/^#include "\(.*\/.*\)".*/\1/p' "$file"); do
		case "$allowed" in
		*" $(dirname "$header") "*) ;;
		*) complain "$file: $room may not include $header" ;;
		esac
	done
	for outside in $guarded; do
		case "$own" in *" $outside "*) continue ;; esac
		if grep -q "^#include <$outside" "$file"; then
			complain "$file: <$outside> lives in another room"
		fi
	done
done
exit $bad

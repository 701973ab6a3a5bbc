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
indexer/ingest | signatures/base signatures signatures/store indexer/dump indexer/target | archive isa-l/ zlib.h seccomp.h linux/landlock.h
indexer | signatures/base signatures signatures/store signatures/settle signatures/clickhouse indexer/ingest |
query | signatures/base signatures/knowledge signatures signatures/store signatures/cluster signatures/settle signatures/clickhouse | gsl/
corpus-tools | signatures/base signatures/knowledge signatures signatures/store signatures/settle signatures/clickhouse | zlib.h
'
guarded='xxhash.h jansson.h popt.h lmdb.h roaring/ capstone/ archive isa-l/ seccomp.h linux/landlock.h gsl/ curl/ zlib.h'

# The rules first, then every include line as "path/foo.c:#include ...".
{
	printf '%s\n' "$rules"
	find signatures indexer query corpus-tools -name '*.[ch]' |
		xargs grep -H '^#include'
} | awk -F' *[|] *' -v guarded="$guarded" '
	BEGIN { doors = split(guarded, door, " ") }
	/\|/ && !/#include/ {
		allowed[$1] = " " $1 " " $2 " "
		own[$1] = " " $3 " "
		next
	}
	!/#include/ { next }
	{
		file = substr($0, 1, index($0, ":") - 1)
		room = file
		sub(/\/[^\/]*$/, "", room)
		name = $0
		sub(/^[^<"]*[<"]/, "", name)
		sub(/[>"].*$/, "", name)
	}
	/#include "/ {
		theirs = name
		if (!sub(/\/[^\/]*$/, "", theirs))
			next
		if (index(allowed[room], " " theirs " ") == 0) {
			print file ": " room " may not include " name
			bad = 1
		}
	}
	/#include </ {
		for (i = 1; i <= doors; i++)
			if (index(name, door[i]) == 1 &&
			    index(own[room], " " door[i] " ") == 0) {
				print file ": <" door[i] "> lives in another room"
				bad = 1
			}
	}
	END { exit bad }'

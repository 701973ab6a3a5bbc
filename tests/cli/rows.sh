# The build must stop on a table that lookups could not trust.
rows=$(cd "$(dirname "$0")/../.." && pwd)/signatures/knowledge/rows.awk

try() {
	echo "== $1"
	printf "$2" >table.tsv
	awk -f "$rows" table.tsv 2>&1 >table.inc
	echo "exit $?"
}

shape='# row: code:hex* name:text src:-\n'
try 'sorted by number, not by text' "${shape}9\ta\ts\n10\tb\ts\nC0000005\tc\ts\n"
cat table.inc
try 'out of order' "${shape}10\ta\ts\n9\tb\ts\n"
try 'doubled' "${shape}A\ta\ts\nA\tb\ts\n"
try 'too few columns' "${shape}A\ta\n"
try 'too many columns' "${shape}A\ta\ts\tt\n"
try 'an empty column' "${shape}A\t\ts\n"
try 'not hexadecimal' "${shape}0x0a\ta\ts\n"
try 'leading zero' "${shape}0A\ta\ts\n"
try 'a character that does not print' "${shape}A\ta\001b\ts\n"
try 'no rows' "$shape"
try 'no row line' 'A\ta\ts\n'
try 'a kind nobody knows' '# row: code:hexx* name:text\n'
try 'what C would misread' '# row: tag:tag* text:text\na???\t"\\\\"\n'
cat table.inc
try 'words and arrays' '# row: role:[ROLE]* kind:KIND p1:{ROLE p2:ROLE}\na_b\tc-d\tx\ty\n'
cat table.inc
try 'a word in capitals' '# row: kind:KIND*\nA\n'
try 'selectors' '# row: is:pick*\n-\n4\n&4\n*\n'
cat table.inc

# The table of 2008 goes in as dumps and comes out as a table.
table=$(cd "$(dirname "$0")/../.." && pwd)/signatures/knowledge/frequency2008.tsv
crashcorpus synth --table=2008 | crashindex - 2>&1
crashquery freq --minidump-codes --all --format=csv | tr -d '\r' |
	tail -n +2 | cut -d, -f1-4 >got
grep -v '^#' "$table" | tr '\t' ',' >want
diff want got && echo "the same $(wc -l <got) rows"
crashquery freq --minidump-codes --min=500

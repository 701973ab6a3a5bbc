# A store is verified, made anew, copied, joined with another, written out.
crashcorpus synth --demo --seed=1 --machines=20 --weeks=3 | crashindex --store=a - 2>/dev/null
crashcorpus synth --demo --seed=2 --machines=20 --weeks=3 | crashindex --store=b - 2>/dev/null
crashcorpus verify --store=a
crashcorpus rebuild --store=a && crashcorpus verify --store=a
echo 'bugcheck=d1 | known' >a/known-issues
mkdir a/folder
crashcorpus backup --store=a copy && crashcorpus verify --store=copy
cmp a/known-issues copy/known-issues && ls copy | grep -v -e mdb -e lock
rm a/known-issues
crashcorpus merge --store=ab a b && crashcorpus verify --store=ab
crashcorpus merge --store=ba b && crashcorpus merge --store=ba a
crashcorpus compact --store=ab && crashcorpus verify --store=ab
crashcorpus export --store=ab >ab.jsonl
crashcorpus export --store=ba >ba.jsonl
cmp ab.jsonl ba.jsonl && echo "joined in any order"
crashcorpus synth --demo --seed=1 --machines=20 --weeks=3 --output=1.tar
crashcorpus synth --demo --seed=2 --machines=20 --weeks=3 --output=2.tar
crashindex --store=one 1.tar 2.tar 2>/dev/null
# The clusters too are those of one host.
for ask in clusters "freq --by=cluster" "freq --by=family" suspects; do
	# shellcheck disable=SC2086
	crashquery $ask --store=one >one.txt
	# shellcheck disable=SC2086
	crashquery $ask --store=ab | cmp - one.txt && echo "$ask as of one host"
done

# An ingest that ended before its pass leaves that to the next.
crashindex --store=late --no-settle 1.tar 2>/dev/null
crashquery freq --by=cluster --store=late --format=csv | wc -l
crashindex --store=late 1.tar 2>&1 | sed 's/ in .*//'
crashquery clusters --store=late >late.txt
crashquery clusters --store=a | cmp - late.txt && echo "settled by the next"
crashcorpus merge --store=ab a && crashcorpus verify --store=ab
crashcorpus export --store=a --format=csv | head -n 1
crashcorpus verify --store=nowhere 2>/dev/null; echo $?
# Of stores of which one is not there nothing is made.
crashcorpus merge --store=none a nowhere 2>/dev/null; echo $?
[ -e none ] || echo 'nothing was made'

# What a killed verification left goes with the next, what lives or is another's
# does not.
for name in dead01 live01 mine01; do
	mkdir a/scratch-$name
	touch a/scratch-$name/data.mdb
done
touch a/scratch-dead01/scratch.lock
flock a/scratch-live01/scratch.lock crashcorpus verify --store=a
ls a | grep scratch

# Two crashes under one id are two.
machines=$(cd "$(dirname "$0")/../machines" && pwd)
sed 's/0x1000007e/0x7e/' "$machines/x64_7e.txt" >other.txt
crashcorpus synth "$machines/x64_7e.txt" --output=form.dmp
crashcorpus synth other.txt --output=other.dmp
crashindex --store=forms form.dmp other.dmp 2>&1
crashcorpus export --store=forms | jq -r '[.id, .source] | join(" ")'

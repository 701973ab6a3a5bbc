# What is said to a typical mistake: what is wrong, and what to do about it.
try() {
	echo "== $*"
	"$@" 2>&1
	echo "exit $?"
}

try crashquery freq
try crashquery
try crashquery fnd
mkdir folder lists
echo "no dump" >folder/readme.txt
try crashindex
try crashindex folder
try crashindex nowhere
try crashindex --strikt folder

# A store without crashes answers, and says so.
for command in freq find clusters trends suspects; do
	try crashquery $command
done
try crashquery correlate 3f9a
try crashquery show 3f9a
try crashquery find bugchek=d1
try crashquery find fault
try crashquery find bugcheck=NO_SUCH_NAME
try crashquery find time=yesterday
try crashquery freq --by=mashine
try crashquery freq --min=ten
try crashquery different lists
try crashquery different nowhere
try crashquery freq --different-only=lists
try crashcorpus veryfi
try crashcorpus anything
try crashcorpus verify --store=nowhere

# Bare words, and words that no crash passes.
crashcorpus synth --demo --machines=10 --weeks=2 --output=fleet.tar
crashindex --store=fleet fleet.tar 2>/dev/null
for word in d1 IRQL_NOT_LESS_OR_EQUAL e1d65x64.sys anything; do
	try crashquery --store=fleet freq $word
done
try crashquery --store=fleet find fault=e1d65x64
try crashquery --store=fleet find fault=e1d65x46.sys
try crashquery --store=fleet find bugcheck=d1 time=1999
try crashquery --store=fleet correlate zzz
try crashquery --store=fleet find fault=e1d65x64 --format=csv
for program in crashquery crashcorpus; do
	$program --help >all
	$program help | cmp - all
done
crashquery freq --help >one
crashquery help freq | cmp - one
try crashquery help frek
try crashcorpus help veryfi

# Words that fit what they are said of.
crashcorpus verify --help | sed -n 1p | cat -A
crashquery --store=fleet freq --by=exception --limit=1
crashquery --store=fleet freq --by=hypervisor --limit=1
crashquery --store=fleet clusters --family --limit=1 --pages=0 | awk 'NR == 1 { print $1 }'

# The whole store is summed up in the words of one run.
: >nothing.dmp
echo "no dump" >text.dmp
crashindex --store=refusing nothing.dmp text.dmp 2>&1 | tail -n 1
crashquery coverage --store=refusing | grep -E '^refused|indexed,'
crashquery report --store=refusing | grep 'life of the store'

# A time that is none; a store that is not there is not made by a rebuild.
try crashquery --store=fleet report --now=yesterday
try crashindex --store=fleet --now=2026-13-01 fleet.tar
try crashcorpus import --store=fleet --now=soon nothing.tsv
crashindex --store=dated --now=2026-11-03T04:00:00Z fleet.tar 2>/dev/null
crashquery --store=dated changes
try env SOURCE_DATE_EPOCH=soon crashquery --store=fleet trends
try crashcorpus rebuild --store=nowhere
try crashcorpus merge --store=fleet ./fleet/
try crashindex --settle --store=nowhere
ls -d nowhere 2>/dev/null || true

# An archive is no crash, and the first of many is not the one that was meant.
try crashquery --store=fleet similar fleet.tar

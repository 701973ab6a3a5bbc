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
try crashcorpus veryfi
try crashcorpus verify --store=nowhere

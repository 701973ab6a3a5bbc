# What could not be written is no answer, whichever program it is of.
crashcorpus synth --demo --output=fleet.tar
crashindex --no-settle fleet.tar 2>summary

try() {
	echo "$*"
	"$@" >/dev/full
	echo "exit $?"
}

exec 2>&1
try crashindex --print fleet.tar
try crashindex --help
try crashquery find
try crashquery --version
try crashcorpus verify
try crashcorpus export
try crashcorpus --help
try crashcorpus help merge

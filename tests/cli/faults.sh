# A few of the faults of tests/hostile/faults.sh: a disk that is full.
sh "$(dirname "$0")/../hostile/faults.sh" ENOSPC \
	'pwrite64 writev fdatasync ftruncate mkdir' 2>/dev/null && echo sound

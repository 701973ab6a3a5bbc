# A few of the faults of tests/hostile/faults.sh: a disk that is full.
sh "$(dirname "$0")/../hostile/faults.sh" ENOSPC \
	'pwrite64 writev fdatasync ftruncate mkdir' 2>/dev/null && echo sound
# An archive that cannot be read is not something else, nor at its end.
sh "$(dirname "$0")/../hostile/faults.sh" EIO pread64 all 2>/dev/null &&
	echo sound
# What is loaded when it is first needed cannot be.
sh "$(dirname "$0")/../hostile/faults.sh" ENOMEM mprotect 2>/dev/null &&
	echo sound

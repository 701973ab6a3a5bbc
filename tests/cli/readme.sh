# The README's first hour, every command as it is written, and the three things
# it says are there to be found.
readme=$(cd "$(dirname "$0")/../.." && pwd)/README.md
sed -n '/^## The first hour/,/^## Installing/p' "$readme" |
	sed -n '/^```sh$/,/^```$/p' | grep -v '^```' >commands
while read -r command; do
	sh -c "$command" >out 2>err
	code=$?
	echo "$code $command"
	[ $code -eq 0 ] || cat err
	case "$command" in
	*trends*) grep -c 'rising.*netfast' out ;;
	*"correlate fault=netfast.sys"*) head -1 out | grep -o 'driver=netfast.sys (build [0-9a-f]*)' ;;
	*"correlate bugcheck=101"*) head -1 out | grep -o 'hypervisor=xen' ;;
	*"--by=fault --limit"*) grep -c 'regression: NET-42' out ;;
	*suspects) grep -c 'ways to crash that no other' out ;;
	esac
done <commands

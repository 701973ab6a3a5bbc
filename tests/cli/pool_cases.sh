# Dead machines whose pool was corrupted, whose objects were changed: what is
# said of the block, its owner, the one to blame.
machines=$(cd "$(dirname "$0")/../machines" && pwd)
for machine in case3-pool-page case5-filter case6-special-pool \
	case6-driver-object; do
	crashcorpus synth "$machines/$machine.txt" --output="$machine.dmp"
	crashindex --print "$machine.dmp" 2>summary >"$machine.json"
	echo "$machine"
	grep -o '"pool":\[[^]]*\]' "$machine.json"
	grep -o '"flags":\[[^]]*\]' "$machine.json"
	grep -o '"how":"\(object\|pool-tag\)"' "$machine.json"
	crashindex --store=store --no-settle "$machine.dmp" 2>>summary
done
for question in pooltag=DRIV pooltag=Reff frame=fltdrv1.sys poolowner=vendor.sys \
	fault=vicm.sys flag=slop-corrupt; do
	echo "$question: $(crashquery find "$question" --store=store --format=csv |
		tail -n +2 | cut -d, -f3,6)"
done

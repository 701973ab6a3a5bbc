# Six dead machines that engineers have written about, and what C2 and F4 say
# of themselves: described, written as dumps of several kinds, asked about.
machines=$(cd "$(dirname "$0")/../machines" && pwd)
for machine in case1-hypercall case2-xen case3-pool-page case4-hung-processor \
	case5-filter case6-driver-object case6-special-pool case6-pool-caller \
	case6-critical-process; do
	crashcorpus synth "$machines/$machine.txt" --output="$machine.dmp"
done
crashindex --store=store --no-settle case*.dmp 2>summary
cat summary

for question in hypervisor=hyperv hypervisor=xen 'bios=Xen*' 'driver=xen*' \
	pooltag=DRIV residue=cfosspeed6.sys 'residue=vboxnetflt*' \
	residue=tap0901.sys pooltag=Reff frame=fltdrv1.sys frame=av.sys \
	fault=vicm.sys fault=driver.sys fault=fltdrv1.sys flag=slop-corrupt \
	pooltag=VnSl class=pool bugcheck=101 bugcheck=f4; do
	echo "$question: $(crashquery find "$question" --store=store --format=csv |
		tail -n +2 | cut -d, -f3,4,6 | sort | tr '\n' ' ')"
done

# What show has of each: what was walked, what was seen, what it means.
crashquery find --store=store --format=json | jq -r '
	"", "\(.source) \(.image.kind) \(.bugcheck.code) \(.bugcheck.meaning)",
	"fault \(.fault.module)+\(.fault.offset) \(.fault.how) \(.fault.trust)",
	"hypervisor \(.machine.hypervisor) \(.machine.hypervisor_evidence)",
	"bios \(.machine.bios_vendor) \(.machine.bios_version)",
	"pool \([.pool[]? | "\(.tag) \(.owner) \(.role)"])",
	"residue \([.residue[]? | "\(.module) \(.count)"])",
	"stack \(.stack.ended)",
	(.stack.frames[]? | "  \(.module)+\(.offset) \(.how)")'

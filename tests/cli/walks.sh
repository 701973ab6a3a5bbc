# Stacks of dumps with all of memory, of each processor; and of a small dump
# that has no unwind data until an image is given beside it.
machines=$(cd "$(dirname "$0")/../machines" && pwd)
frames() {
	jq -r '"\(.source): \(.stack.ended)",
		(.stack.frames[] | "  \(.module)+\(.offset) \(.how)")'
}
for machine in x86_full pae_full x86_bitmap x86_summary x86_triage_b \
	pae_triage_a x64_full x64_kernel x64_active \
	la57_kernel arm64_full; do
	crashcorpus synth "$machines/$machine.txt" --output="$machine.dmp"
	crashindex --print "$machine.dmp" 2>>summary | frames
done

crashcorpus synth "$machines/x64_triage_b.txt" --output=small.dmp
echo without an image
crashindex --print small.dmp 2>>summary | frames
mkdir -p images/usbnic.sys/4F71205146000
python3 - images/usbnic.sys/4F71205146000/usbnic.sys <<'END'
import struct, sys

# One section that is a file of its own addresses: code, then unwind data for
# the function that returns to 31c0 and lays out 48h bytes.
size = 0x46000
pe = bytearray(0x4000)
pe[0:2] = b'MZ'
struct.pack_into('<I', pe, 0x3c, 0x80)
pe[0x80:0x84] = b'PE\0\0'
struct.pack_into('<HHI', pe, 0x84, 0x8664, 1, 0x4f712051)
struct.pack_into('<HH', pe, 0x94, 0xf0, 0x22)
struct.pack_into('<H', pe, 0x98, 0x20b)
struct.pack_into('<I', pe, 0x98 + 0x38, size)
struct.pack_into('<I', pe, 0x98 + 0x6c, 16)
struct.pack_into('<II', pe, 0x98 + 0x70 + 24, 0x3800, 12)
struct.pack_into('<8sIIII', pe, 0x188, b'.text', 0x3000, 0x1000, 0x3000, 0x1000)
struct.pack_into('<I', pe, 0x188 + 0x24, 0x60000020)
struct.pack_into('<III', pe, 0x3800, 0x3100, 0x3300, 0x3900)
pe[0x3900:0x3906] = bytes([1, 4, 1, 0, 4, 2 | (0x48 // 8 - 1) << 4])
open(sys.argv[1], 'wb').write(pe)
END
echo with it
crashindex --images=images --print small.dmp 2>>summary | frames

echo processors
for machine in x64_133 case4-hung-processor x86_hang; do
	crashcorpus synth "$machines/$machine.txt" --output="$machine.dmp"
	crashindex --print "$machine.dmp" 2>>summary |
		jq -r '"\(.source): \(.fault.module)", (.stack.frames[] |
			"  \(.module)+\(.offset) \(.how)"), (.processors[] |
			"  \(.number) \(.ended)",
			(.frames[] | "    \(.module)+\(.offset) \(.how)"))'
done
crashindex x64_133.dmp 2>>summary
crashquery show "$(crashquery find --format=csv | sed -n '2s/,.*//p')" |
	sed -n '/^Stack/,/^Left/p'

echo an exception on a stack that is not in the dump
crashcorpus synth "$machines/x64_3b.txt" --output=x64_3b.dmp
crashindex x64_3b.dmp 2>>summary
crashquery show x64_3b.dmp | sed -n '/^Stack/,/^Machine/p'
crashquery show x64_3b.dmp --format=json | jq -c '.trail[]'

echo what else lies on the stack
crashindex small.dmp 2>>summary
for dump in x64_3b small; do
	crashquery show "$dump.dmp" --words | sed -n '/^Words/,/^$/p'
done

# Each described machine becomes a dump, and the dump says what was described.
machines=$(cd "$(dirname "$0")/../machines" && pwd)
field() {
	printf '%s\n' "$line" | grep -o "\"$1\":[^,]*" | head -n 1 | cut -d: -f2- | tr -d '"'
}
for machine in x86_full x86_summary x86_bitmap x86_triage_b pae_full pae_triage_a \
	x64_full x64_bitmap x64_kernel x64_automatic x64_active x64_summary \
	x64_rdmp x64_rdmp_full x64_triage_a x64_triage_b x64_header x64_live \
	x64_7e x64_five_lines x64_dumpit la57_kernel arm64_full arm64_kernel \
	arm64_triage_a user_x64 user_x86 user_linux; do
	crashcorpus synth "$machines/$machine.txt" --output="$machine.dmp"
	line=$(crashindex --print "$machine.dmp" 2>refused)
	if [ -z "$line" ]; then
		echo "$machine: $(head -n 1 refused)"
		continue
	fi
	echo "$machine: $(field kind) $(field arch) $(field code)" \
		"modules=$(printf '%s\n' "$line" | grep -o '"base":[^,]*,"bytes":[^,]*,"build"' | wc -l)" \
		"time=$(printf '%s\n' "$line" | grep -o '"time":"[^"]*"' | cut -d'"' -f4)" \
		"process=$(field process) bios=$(field bios_version)" \
		"complete=$(field complete | tr -d '}')"
done

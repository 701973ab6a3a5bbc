# Broken copies end in a reason or in fewer facts, and are the same for a seed.
machines=$(cd "$(dirname "$0")/../machines" && pwd)
for machine in x64_triage_a x86_triage_b pae_full x64_kernel x64_summary arm64_triage_a user_x64; do
	crashcorpus synth "$machines/$machine.txt" --output=whole.dmp
	for kind in cut flip overlap loop splice lie; do
		crashcorpus damage whole.dmp "$machine-$kind" --kind=$kind --count=12 --seed=7
		crashindex --store=store "$machine-$kind" >/dev/null 2>said
		case $? in 0 | 1) ;; *) echo "$machine $kind: $(cat said)" ;; esac
		grep -o 'parser [0-9]*' said
	done
done
crashcorpus damage whole.dmp one --seed=3 --kind=lie
crashcorpus damage whole.dmp two --seed=3 --kind=lie
cmp one two && echo "the same damage for the same seed"

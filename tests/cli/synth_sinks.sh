# A file, a folder, a tar, a pipe; and what cannot be.
machines=$(cd "$(dirname "$0")/../machines" && pwd)
crashcorpus synth "$machines/x64_triage_b.txt" >piped.dmp
crashcorpus synth "$machines/x64_triage_b.txt" --output=file.dmp
crashcorpus synth "$machines/x64_triage_b.txt" "$machines/x86_triage_b.txt" --output=folder
crashcorpus synth "$machines/x64_triage_b.txt" --output=some.tar
cmp piped.dmp file.dmp && cmp file.dmp folder/x64_triage_b.dmp
tar xOf some.tar x64_triage_b.dmp | cmp - file.dmp && echo "all the same"
ls folder
crashcorpus synth --demo --machines=12 --weeks=2 >demo.tar
tar tf demo.tar | head -n 3
crashcorpus synth --demo --machines=12 --weeks=2 | cmp - demo.tar && echo "the same demo"
crashcorpus synth "$machines/x64_triage_b.txt" --output=some.zip; echo $?
printf 'format triage-c\n' >bad.txt
crashcorpus synth bad.txt; echo $?
printf 'bugcheck 0xd1 0x29 2 0 nobody.sys+0x10\n' >bad.txt
crashcorpus synth bad.txt; echo $?
# What cannot be made leaves what is there.
crashcorpus synth bad.txt --output=some.tar; echo $?
crashcorpus synth --demo --machines=5 --output=some.tar; echo $?
tar xOf some.tar x64_triage_b.dmp | cmp - file.dmp && echo "as it was"

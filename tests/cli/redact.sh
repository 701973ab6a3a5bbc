# What names people is left out when that is asked for, and nothing else is.
machines=$(cd "$(dirname "$0")/../machines" && pwd)
mkdir -p "C/Users/Bob Builder/dumps" home/bob
sed 's/^process .*/process bobs-diary.exe/; s/^time 2024-06-30/time 2024-07-01/' "$machines/x64_triage_a.txt" >diary.txt
crashcorpus synth diary.txt --output="C/Users/Bob Builder/dumps/a.dmp"
crashcorpus synth "$machines/x64_triage_b.txt" --output=home/bob/b.dmp
crashcorpus synth "$machines/user_x64.txt" --output=home/bob/c.dmp
echo 'no dump' >home/bob/d.dmp
tar cf march.tar C home
crashindex --redact march.tar 2>&1
crashquery find --format=csv | tr -d '\r' | cut -d, -f6 | sort
crashquery freq --by=process --format=csv | tr -d '\r' | cut -d, -f1-4
crashcorpus export | grep -ci 'bob'
grep -ci 'bob' crash-store/data.mdb
crashindex --print march.tar 2>/dev/null | grep -ci 'bob'
crashindex --redact --print march.tar 2>&1 | grep -ci 'bob'
crashindex --redact --quarantine=kept march.tar
echo "exit $?"
# Serial numbers are in the dump, and never anywhere else.
grep -q 'B0042' march.tar && echo 'in the dump'
crashindex --store=all march.tar 2>/dev/null
grep -q 'B0042' all/data.mdb || echo 'not in the store'

# A handful of dead machines, asked in every way.  Bases of modules are fixed so
# that identities, and with them the ids, stay what they are.
machine() {
	cat >"$1.txt" <<EOF
format ${6:-triage-b}
arch x64
build 19041
time 2026-11-0$1T10:00:00Z
uptime $2
bugcheck $3
serial S-$5
uuid 00000000-0000-0000-0000-00000000000$5
product-name =HYPERLINK("x")
module ks.sys base=0xfffff80100000000 size=0x40000 time=0x4f712051
module spy.sys base=0xfffff80200000000 size=0x8000 time=0x4f712052
frame $4+0x1ae9
EOF
}
machine 1 100 '0xd1 0x29 2 0 ks.sys+0x1ae9' ks.sys 1
machine 2 200 '0xd1 0x2a 2 0 spy.sys+0x10' spy.sys 1
machine 3 9999 '0x1000007e 0xc0000005 ks.sys+0x20 0 0' ks.sys 2
machine 4 50 '0x7e 0xc0000005 ks.sys+0x20 0 0' ks.sys 2
machine 5 60 '0x15e 1 2 3 4' ks.sys 3 live
crashcorpus synth -o dumps [1-5].txt
crashindex dumps 2>&1
say() {
	echo "== $*"
	crashquery "$@" | tr -d '\r' | sed 's/^[0-9a-f]\{12\}/ID/'
}
say freq
say freq --by=fault
say freq --minidump-codes --format=csv
say freq --all --min=2 --format=csv | head -4
say freq --all-kinds --json
say freq --by=time
say freq --by=driver bugcheck=d1
say freq --by=product --format=csv
say freq kind=kernel-live
say find
say find --format=csv bugcheck=d1
say find --limit=1 --offset=1
say find time=2026-11-02..2026-11-03 --format=csv
say find bugcheck=1000007e --format=csv
say find 'uptime=..100' fault!=spy.sys --format=csv
# What posting lists have, and what a scan leaves, is everything.
found() {
	crashquery find --format=csv "$@" | sed 1d | sort
}
for word in bugcheck=d1 bugcheck=7e,15e fault=ks.sys fault=k* build=19041.. \
	hypervisor=* exception=c0000005; do
	{
		found "$word"
		found "$(echo "$word" | sed 's/=/!=/')"
	} | sort >both
	found | cmp - both && echo "$word: $(found "$word" | wc -l)"
done
id=$(crashquery find bugcheck=d1 --limit=1 --format=csv | tail -n 1 | cut -d, -f1)
crashquery show "$id" | sed '1s|^[^ ]*|ID|; /^Stack/,$d'
say show dumps/3.dmp --json | cut -c1-20
say coverage | head -4
say fields | head -3
for wrong in 'find bugchek=d1' 'feq' 'freq --mim=3' 'freq --by=drivr' 'show' \
	'freq --format=xml' 'find build=x' 'show nobody' 'find bugcheck=c1' \
	'freq --store=nowhere'; do
	echo "== $wrong"
	crashquery $wrong 2>&1
	echo "exit $?"
done

# Names that a debugger gave are found as they are printed, in any case.
printf '#id\tts\tbugcheck\tframes\na\t1481835498\tD1\tks.sys!KsGetPin;nt!KiTrap\n' >named.tsv
crashcorpus import --store=named --format=frames named.tsv 2>&1
crashquery freq --by=frame --store=named --format=csv | tr -d '\r' |
	sed 1d | cut -d, -f2 | while read -r key; do
	echo "$key: $(crashquery find "frame=$key" --store=named --format=csv |
		sed 1d | wc -l)"
done
crashquery find frame=KS.SYS!ksgetpin --store=named --format=csv | wc -l

# A name that was used for one dump after another is that of all of them.
for n in 1 2 3; do
	cp dumps/$n.dmp MEMORY.DMP
	crashindex --store=same MEMORY.DMP 2>/dev/null
done
cp dumps/4.dmp other.dmp
crashindex --store=same other.dmp 2>/dev/null
cp dumps/4.dmp MEMORY.DMP
crashindex --store=same MEMORY.DMP 2>/dev/null
crashquery --store=same find source=MEMORY.DMP --format=csv | sed 1d | wc -l
crashquery --store=same find 'source=MEMORY.DM?' --format=csv | sed 1d | wc -l
crashquery --store=same show MEMORY.DMP 2>&1 | sed 's/[0-9a-f]\{12\}/ID/g'
crashquery --store=same show other.dmp 2>&1 | sed '1s/^[0-9a-f]\{12\}/ID/; 1q'

# What a spreadsheet would run, and a hash, are written as crashquery does.
crashcorpus export --format=csv | grep 0xd1, | cut -d, -f10,14

# A name that is no UTF-8 is found as it was given.
latin=$(printf 'K\366ln.dmp')
cp dumps/1.dmp "$latin"
crashindex --store=latin "$latin" 2>&1
crashquery --store=latin show "$latin" | sed '1s/^[0-9a-f]\{12\}/ID/; 1q'
crashquery --store=latin find "source=$latin" | tail -n 1
crashquery --store=latin find source=Köln.dmp | tail -n 1

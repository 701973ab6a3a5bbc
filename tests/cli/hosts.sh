# hosts.csv: what somebody knows of machines becomes fields.
for machine in 1 2 3 4 5 6; do
	cat >$machine.txt <<EOF
format triage-b
arch x64
build 19041
time 2026-11-0${machine}T10:00:00Z
bugcheck 0xd1 0x29 2 0 ks.sys+0x1ae9
serial S-$machine
uuid 00000000-0000-0000-0000-00000000000$machine
bios-vendor Xen
module ks.sys base=0xfffff80100000000 size=0x40000 time=0x4f712051
frame ks.sys+0x1ae9
EOF
done
sed -i 's/bugcheck.*/bugcheck 0x9f 3 0 0 0/' [56].txt
crashcorpus synth -o dumps [1-6].txt
cat >event.txt <<EOF
Date: 2026-11-07T10:00:00Z
Computer: PC17.example.org
The bugcheck was: 0x0000009f (0x3, 0x0, 0x0, 0x0). Dump: C:\\Windows\\MEMORY.DMP
EOF
crashindex --now=2026-11-08 dumps event.txt 2>&1
ids=$(crashindex --print dumps 2>/dev/null | jq -r .machine.id)
say() {
	echo "== $*"
	crashquery "$@" | tr -d '\r' | sed 's/^[0-9a-f]\{12\}/ID/'
}
list() {
	echo 'machine,Site,Host Microcode,hypervisor,time'
	set -- $ids
	echo "$1,Berlin,0xf0,kvm7,"
	echo "0x$2,Berlin,\"0x\"\"f0\",kvm7"
	echo "$3,Berlin,0xf0,"
	echo "$4, Oslo ,0xf4,kvm8,x"
	echo "$5,,,,"
	echo 'pc17,Oslo,0xf4,kvm8,y'
	echo 'pc18,Rome,0xf4,kvm8,y'
}
echo '== no list'
crashquery find site=Oslo 2>&1
list >crash-store/hosts.csv
crashquery freq --json | jq -c '[.fleet, .machine_days, .rows[0].rate]'
crashquery freq --json site=Berlin | jq -c '[.fleet, .machine_days, .rows[0].rate]'
say freq --by=site --format=csv
say freq --by=host.site --format=csv bugcheck=d1
say freq --by=host-microcode --format=csv
say freq --by=host.hypervisor --format=csv
say freq --by=hypervisor --format=csv
say find site=oslo --format=csv
say find 'site=b*' host.time= --format=csv
say find site= --format=csv
say find 'site!=Berlin,Oslo' --format=csv
say find host.time=x --format=csv
crashquery find sit=Oslo 2>&1
crashquery fields --format=csv | tr -d '\r' | grep -E '^(site|host|machine)'
echo '== beside the folder, and by name'
mv crash-store/hosts.csv .
say freq --by=site --format=csv
mv hosts.csv list
say --hosts=list freq --by=site --format=csv
echo 'a,b' >hosts.csv
say freq --by=machine --format=csv --min=9
echo '== as many columns as such a list may have, and more'
wide() {
	set -- $ids $1
	seq -f ',c%g' -s '' $7 | sed 's/^/machine/'
	seq -f ',v%g' -s '' $7 | sed "s/^/$1/"
}
wide 118 >crash-store/hosts.csv
say freq --by=c118 --format=csv
wide 300 >crash-store/hosts.csv
crashquery freq 2>&1
echo '== lists that make no sense'
cp hosts.csv crash-store
crashquery freq 2>&1
{ cat list; echo; echo pc17; } >crash-store/hosts.csv
crashquery freq 2>&1
{ cat list; echo ,x; } >crash-store/hosts.csv
crashquery freq 2>&1
: >crash-store/hosts.csv
crashquery freq 2>&1

# What the outward contract names: columns of CSV, keys of a crash, exit codes.
export SOURCE_DATE_EPOCH=1725000000
crashcorpus synth --demo --machines=20 --weeks=3 --output=fleet.tar
crashindex fleet.tar 2>&1
wants() { # columns command...
	columns=$1
	shift
	got=$("$@" --format=csv | head -1 | tr -d '\r')
	[ "$got" = "$columns" ] || echo "$*: $got"
}
wants rank,key,name,crashes,machines,share crashquery freq
wants rank,key,name,crashes,machines,share crashquery freq --by=fault
wants id,time,bugcheck,fault,cluster,source crashquery find
wants rank,cluster,crashes,machines,first,last,bugcheck,fault,title crashquery clusters
wants rank,cluster,crashes,machines,first,last,bugcheck,fault,title crashquery clusters "$(crashquery freq --by=cluster --format=csv | cut -d, -f2 | sed -n 2p)"
wants what,name,count,share crashquery coverage
wants field,crashes,share,help crashquery fields
id=$(crashquery find --limit=1 --format=csv | sed -n '2s/,.*//p')

# Every key of the crash, from all three who tell of one.
cat >keys.jq <<'EOT'
. as $crash | .format == 1 and
all("id","source","image","machine","time","uptime_s","bugcheck","exception","fault","stack","buckets","pool","residue",
    "modules","unloaded","process","flags","problems"; . as $key | $crash | has($key)) and
(.id | test("^[0-9a-f]{12}$")) and
(.image | has("bytes") and has("xxh3") and has("kind") and has("complete")) and
(.machine | [has("id","arch","cpus","cpu","os_build","product","manufacturer","product_name","product_version","board",
    "bios_vendor","bios_version","bios_date","hypervisor","hypervisor_evidence")] | all) and
(.bugcheck | [has("code","name","minidump_form","args","meaning")] | all) and
(.fault == null or (.fault | [has("module","offset","build","how","trust")] | all)) and
(.stack | [has("frames","ended")] | all) and
(.stack.frames | all([has("module","offset","how")] | all)) and
(.buckets | [has("exact","portable","modules")] | all) and
(.modules | all([has("name","base","bytes","build")] | all)) and
(.unloaded | all([has("name","base","bytes")] | all))
EOT
for teller in "crashindex --print fleet.tar" "crashquery find --format=json" "crashquery show $id --format=json"; do
	$teller 2>/dev/null | jq -e -f keys.jq | sort | uniq -c | tr -s ' '
done

code() { # wanted command...
	want=$1
	shift
	"$@" >/dev/null 2>&1
	got=$?
	[ $got -eq "$want" ] || echo "exit $got of $*"
}
code 0 crashquery freq
code 1 crashquery freq fault=nobody.sys
code 1 crashquery find fault=nobody.sys
code 1 crashquery clusters fault=nobody.sys
code 1 crashquery show 000000000000
code 2 crashquery freq --by=nothing
code 2 crashquery find nothing=1
code 3 crashquery freq --store=nowhere
code 0 crashcorpus verify
head -c 100 fleet.tar >broken.tar
code 0 crashindex broken.tar
code 1 crashindex --strict broken.tar
code 2 crashindex
code 3 crashindex nowhere.dmp

# Every filter word of the contract, on every crash.
for field in bugcheck arg1 arg2 arg3 arg4 exception fault offset driver unloaded frame pooltag poolowner bucket cluster hypervisor \
	bios manufacturer product cpu arch build kind process machine residue flag source time ingested uptime; do
	crashquery find "$field=*" >/dev/null
	[ $? -le 1 ] || echo "$field: no field"
done
crashquery freq --min=10 | tail -2
crashquery freq --all --format=csv | wc -l

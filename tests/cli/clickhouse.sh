# A ClickHouse database answers what a store answers, byte for byte: one server,
# three servers, a server that died in the middle of a load.
[ -n "${WITH_CLICKHOUSE:-}" ] ||
	{ echo "left to make test-clickhouse" >&2; exit 77; }
command -v clickhouse-server >/dev/null ||
	{ echo "clickhouse-server is not installed" >&2; exit 77; }
here=$(pwd)
base=$((10000 + $$ % 5000 * 4))
trap 'for n in 1 2 3; do [ -f $n/pid ] && kill -9 $(cat $n/pid) 2>/dev/null; done' EXIT

configure() {
	mkdir -p $1
	cat >$1/config.xml <<-END
	<yandex><logger><level>error</level><log>$here/$1/log</log>
	<errorlog>$here/$1/errors</errorlog></logger>
	<listen_host>127.0.0.1</listen_host>
	<http_port>$((base + $1))</http_port><tcp_port>$((base + 10 + $1))</tcp_port>
	<path>$here/$1/data/</path><tmp_path>$here/$1/tmp/</tmp_path>
	<users_config>users.xml</users_config><default_profile>default</default_profile>
	<default_database>default</default_database><mark_cache_size>5368709</mark_cache_size>
	<remote_servers><three>
	$(for n in 1 2 3; do echo "<shard><replica><host>127.0.0.1</host>
	<port>$((base + 10 + n))</port></replica></shard>"; done)
	</three></remote_servers></yandex>
	END
	cat >$1/users.xml <<-END
	<yandex><profiles><default></default></profiles><quotas><default></default></quotas>
	<users><default><password></password><networks><ip>127.0.0.1</ip></networks>
	<profile>default</profile><quota>default</quota></default></users></yandex>
	END
}
ask() {
	python3 -c 'import sys, urllib.request as r; sys.stdout.write(r.urlopen("http://127.0.0.1:%d/" % int(sys.argv[1]), sys.argv[2].encode(), 60).read().decode())' $((base + $1)) "$2" 2>/dev/null
}
start() {
	clickhouse-server --config-file=$here/$1/config.xml >$1/out 2>&1 </dev/null &
	echo $! >$1/pid
	for i in $(seq 300); do
		[ "$(ask $1 'SELECT 1')" = 1 ] && return
		sleep 0.1
	done
	echo "server $1 does not answer"; cat $1/out $1/errors
}
stop() {
	kill -9 $(cat $1/pid) && wait $(cat $1/pid) 2>/dev/null
}

questions() {
	cat <<-'END'
	freq
	freq --min=5 --all --minidump-codes --intervals
	freq --by=machine --limit=9
	freq --by=time time=2024-07..
	freq --by=uptime
	freq --by=driverbuild driver=netfast.sys fault!=nt
	freq --by=frame frame=nt bugcheck=d1,DPC* --format=csv
	freq --by=source source=*-day3?-* --format=json
	freq --by=hypervisor bugcheck=101 hypervisor=,xen
	freq --by=cluster --without-suspects
	freq --by=bios product=*%*
	freq --by=bucket cpu=*(r)?core* time=2024-07-*
	find
	find --limit=7 --offset=5 --format=csv
	find time=2*
	find driver=NetFast.sys,x* offset=* --format=json
	find manufacturer=FABRIKAM uptime=1h..3d time!=2024-07 --limit=20
	find process=it's\'
	find arg1=2..8,0x29 flag!=* exception=
	find cluster= --limit=3
	find arg1=0xf*,2* machine=8*,F* --format=csv
	find exact!=1*,2* cpus=1* cluster=b3* --limit=9
	freq --by=cluster source=two/*,-/pc05* offset=0X3*
	freq --by=fault build!=1* driver=NET* stopcode=1*
	find source=-/pc054-day39-0191.dmp
	clusters
	clusters --by=rise --window=28 --format=json
	clusters --family --min=2 bugcheck=d1,9f
	clusters --new-since=2024-08-01 --format=csv
	trends
	trends --window=28 --by=cluster bugcheck!=101
	trends --by=fault --format=json
	correlate fault=netfast.sys
	suspects
	coverage --format=json
	fields
	show 0
	show e189850a969d --words --modules
	show e189 3fa5 --format=json
	show -/pc054-day39-0191.dmp --format=csv
	clusters b37b 8b30
	clusters b37b78c27bb6 --format=json
	clusters b37b --family --format=csv
	clusters --by=crashes --without-suspects --fleet=60 --limit=4
	clusters --limit=100 --pages=20
	similar e189850a969d
	similar two/pc055-day55-0323.dmp --format=json
	explain e189850a969d bcb490dc8c80
	explain e189850a969d two/pc055-day55-0323.dmp --format=csv
	values --all
	trends --window=14 --by=driver --all --intervals
	trends --by=family --all --fleet=60 --format=csv
	trends --by=uptime --now=2024-07-10
	correlate bugcheck=101
	correlate b37b --family --intervals --format=json
	correlate bugcheck=3b --without-suspects --hosts=machines.csv
	suspects --all --format=csv
	freq --by=host.site --hosts=machines.csv site=Os* --format=json
	freq --by=unclustered --all-kinds
	freq --by=exception --fleet=60
	find site=Berlin --hosts=machines.csv --limit=4
	find unclustered=*
	different lists
	report --since=28d --format=json fault!=netfast.sys
	report --format=markdown --hosts=machines.csv
	report --since=7d
	report --html=/dev/stdout --since=14d
	report --since=400d
	report --since=400d --format=markdown
	report --since=400d --json
	report --since=400d --html=/dev/stdout
	END
}
# Every question to both; all that is said, and how it ended.
compare() {
	while read -r words; do
		set -f
		for store in "$1" "$2"; do
			crashquery --store=$store --now=2024-08-26 $words >answer 2>&1
			echo "exit $?" >>answer
			sed "s#$store#STORE#g" answer >answer.$((store_number = ${store_number:-0} % 2 + 1))
		done
		set +f
		cmp -s answer.1 answer.2 || { echo "differs: $words"; diff answer.1 answer.2 | head -5; }
	done <<-END
	$(questions | grep "^${4:-.}")
	END
	echo "$3: $(questions | grep -c "^${4:-.}") questions"
}

one=clickhouse://127.0.0.1:$((base + 1))
all=clickhouse://127.0.0.1:$((base + 1)),127.0.0.1:$((base + 2)),127.0.0.1:$((base + 3))
for n in 1 2 3; do configure $n; done
start 1

# The fleet of the demo, with refusals, copies, and crashes seen twice.
crashcorpus synth --demo --output=fleet.tar
mkdir two && tar -xf fleet.tar -C two && rm two/*-day[0-3]*
echo nonsense >bad.dmp
when=--now=2024-08-26
crashindex $when --store=lmdb-fleet - <fleet.tar 2>/dev/null
crashindex $when --store=lmdb-fleet two bad.dmp 2>&1 | tail -n 1
echo machine,site >machines.csv
crashquery freq --by=machine --store=lmdb-fleet --format=csv |
	awk -F, 'NR > 1 { print $2 (NR % 2 ? ",Oslo" : ",Berlin") }' >>machines.csv
mkdir lists
echo 'b37b78c27bb6 8b30680e9414' >lists/merge
crashcorpus export --store=lmdb-fleet --to=$one/fleet
crashcorpus export --store=lmdb-fleet --to=$one/fleet
compare lmdb-fleet $one/fleet "one server"
crashquery changes --store=$one/fleet >/dev/null 2>&1; echo "changes: $?"

# Three servers, each with its part.
start 2; start 3
crashcorpus export --store=lmdb-fleet --to=$all/fleet3 --cluster=three
for n in 1 2 3; do
	[ "$(ask $n 'SELECT count() > 50 FROM fleet3.crashes_local')" = 1 ] || echo "server $n has few"
done
compare lmdb-fleet clickhouse://127.0.0.1:$((base + 3))/fleet3 "three servers"
crashcorpus export --store=lmdb-fleet --to=$one/fleet --cluster=three 2>/dev/null; echo "another kind of table: $?"

# Two nights, two hosts, and what they make of it.
crashindex $when --store=$one/nights - <fleet.tar 2>&1 | tail -n 1
crashindex $when --store=$one/nights two bad.dmp 2>&1 | tail -n 1
crashindex $when --store=$one/hosts --no-settle two bad.dmp 2>/dev/null
crashindex $when --store=$one/hosts --no-settle - <fleet.tar 2>/dev/null
crashindex $when --store=$one/hosts --settle 2>/dev/null
for database in nights hosts; do
	crashcorpus export --store=lmdb-fleet --to=$one/$database
	compare lmdb-fleet $one/$database "$database" c
done

# One crash, of which two hosts have a file each.
for format in triage-b full; do
	name=$(echo $format | rev) # of the richer file not the first
	printf '%s\n' "format $format" "bugcheck 0xd1 0x29 2 0 ks.sys+0x1ae9" \
		"time 2024-06-30T19:52:23Z" "trap ks.sys+0x1ae9 address=0x29" \
		"module ks.sys base=0xfffff800a56d0000 size=0x46000 time=0x4f712051" >$format.txt
	crashcorpus synth --output=$name.dmp $format.txt
	crashindex $when --store=lmdb-joined $name.dmp 2>/dev/null
	crashindex $when --store=$one/joined --no-settle $name.dmp 2>/dev/null
done
crashindex $when --store=$one/joined --settle 2>/dev/null
ask 1 'SELECT count(), sum(file_count) FROM joined.crashes FINAL'
crashcorpus export --store=lmdb-joined --to=$one/joined
compare lmdb-joined $one/joined "joined" find

# Killed in the middle of a load: nothing lost, nothing twice.
crashcorpus synth --records=12000 --store=lmdb-many 2>/dev/null
crashcorpus export --store=lmdb-many --to=$one/many >out 2>err &
export=$!
until [ "$(ask 1 'SELECT count() > 0 FROM many.crashes')" = 1 ]; do sleep 0.05; done
stop 1
wait $export; echo "killed: $?"
start 1
[ "$(ask 1 'SELECT count() < 12000 FROM many.crashes')" = 1 ] || echo "not in the middle"
crashcorpus export --store=lmdb-many --to=$one/many | grep -c ' 0 were there'
ask 1 'SELECT count(), uniqExact(id_high, id_low), uniqExact(content_low) FROM many.crashes FINAL'
crashcorpus export --store=lmdb-many --to=$one/many
compare lmdb-many $one/many "resumed"
# More clusters than come in one answer.
crashindex $when --settle --store=lmdb-many 2>/dev/null
crashcorpus export --store=lmdb-many --to=$one/many
compare lmdb-many $one/many "settled" clusters

# Where code and company disagree about functions: settled here and there, then
# loaded from a store; by a load that was broken off nothing is said.
crashcorpus synth --records=2000 --store=lmdb-disputes 2>/dev/null
crashcorpus export --store=lmdb-disputes --to=$one/disputes
for store in lmdb-disputes $one/disputes; do
	crashindex $when --settle --store=$store 2>/dev/null
done
disputed() {
	crashquery clusters --limit=100 --pages=20 --store=$one/disputes >answer 2>&1
	echo "exit $?, disputed: $(grep -c '^  disputed ' answer)"
}
disputed
compare lmdb-disputes $one/disputes "settled there" "clusters \\|report --since=400"
for broken in "concat('n', unhex('ffff00'))" key; do
	ask 1 "INSERT INTO disputes.settled SELECT $broken, pass + 1, entries, value
		FROM disputes.settled WHERE key LIKE 'n%' ORDER BY key LIMIT 1"
	disputed
done
crashcorpus export --store=lmdb-disputes --to=$one/disputes
compare lmdb-disputes $one/disputes "loaded" "clusters \\|report --since=400"
ask 1 "DROP TABLE disputes.settled"
disputed
crashcorpus export --store=lmdb-disputes --to=$all/disputes3 --cluster=three
compare lmdb-disputes clickhouse://127.0.0.1:$((base + 2))/disputes3 "of three" "clusters --limit"

stop 1
crashquery freq --store=$one/fleet >/dev/null 2>&1; echo "nobody there: $?"

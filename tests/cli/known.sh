# Known issues in every table: what is known, what of it, and what is back in
# spite of its fix.  Bases of modules are fixed, so that ids stay what they are.
export SOURCE_DATE_EPOCH=1795564800 # 2026-11-25
machine() { # number host module time-of-build
	cat >"$1.txt" <<EOT
format triage-b
arch x64
build 19041
time 2026-11-2$(($1 % 4 + 1))T10:00:0$1Z
uptime 100
bugcheck 0xd1 0x29 2 0 $3+0x1ae9
serial S-$2
uuid 00000000-0000-0000-0000-00000000000$2
module ks.sys base=0xfffff80100000000 size=0x40000 time=0x4f712051
module spy.sys base=0xfffff80200000000 size=0x8000 time=$4
frame $3+0x1ae9
frame ks.sys+0x2000
EOT
}
machine 1 1 spy.sys 0x4f712052
machine 2 2 spy.sys 0x4f712052
machine 3 3 spy.sys 0x5f000000
machine 4 4 ks.sys 0x4f712052
machine 5 4 ks.sys 0x4f712052
crashcorpus synth -o dumps [1-9].txt
crashindex dumps 2>&1
ids() { sed 's/[0-9a-f]\{12\}/ID/g'; }
first() { crashquery find "$1" -n 1 --format=csv | sed 1d | cut -d, -f1; }
spy=$(first 'faultbuild=5f000000*')
old=$(first 'faultbuild=4f71205200008000')

echo "== no list"
crashquery freq --by=fault
crashquery find --format=csv | head -1
crashquery find -n 1 --json | jq -c .known
crashquery show "$spy" --json | jq -c .known

cat >crash-store/known-issues <<'EOT'
# words | title | ticket | fixed in
fault=spy.sys | spies <b>too</b> =much | SPY-7 | 5f00000000008000
fault=spy.sys | never the first
machine=0000000000000000 | of nobody | NO-1
EOT

echo "== find"
crashquery find | ids
crashquery find --format=csv | tr -d '\r' | cut -d, -f 2,7- | sort
crashquery find --format=html | grep -c '<b>too'
crashquery find faultbuild=5f0000* --json | jq -c .known

echo "== freq"
crashquery freq
crashquery freq --by=fault
crashquery freq --by=machine --json | jq -c '.rows[] | [.known, .ticket, .known_crashes, .regressed]'
crashquery freq --by=source --min=9
crashquery freq --by=time fault=spy.sys
crashquery freq bugcheck=d1 --format=csv | tr -d '\r' | head -1

echo "== clusters"
crashquery clusters --pages=1 | ids | grep -e issue -e SPY
crashquery clusters --json | jq -c '.rows[] | [.fault, .known, .regressed]'
crashquery clusters "$(crashquery freq --by=cluster fault=spy.sys --format=csv | sed -n 2p | cut -d, -f2)" --json | jq -c .known

echo "== trends"
crashquery trends --window=1 --all --by=fault --now=2026-11-24 | grep SPY | sed 's/.*regression/regression/'

echo "== show"
crashquery show "$spy" | sed -n 2,4p | ids
crashquery show "$old" | sed -n 2,4p | ids
crashquery show "$spy" --format=csv | grep known
crashquery show "$old" --json | jq -c .known

echo "== suspects, correlate, similar"
crashquery suspects --all | grep -o 'regression.*' | sort
crashquery suspects --all --json | jq -c '.rows[] | [.known, .known_crashes, .regressed]' | sort
crashquery suspects --all --format=csv | head -1
crashquery correlate fault=spy.sys | grep SPY
crashquery correlate fault=spy.sys --json | jq -c .known
crashquery correlate fault=ks.sys --json | jq -c .known
crashquery similar "$old" --json | jq -c '.rows[] | [.what, .known, .known_crashes, .regressed]'
crashquery similar "$old" | grep -c 'known issue'

echo "== known=, regression="
crashquery fields --format=csv | tr -d '\r' | grep -E '^(known|regression),'
crashquery freq --by=known --format=csv | tr -d '\r'
crashquery freq --by=regression --format=csv | tr -d '\r' | cut -d, -f1-6
known() { echo "$*: $(crashquery find "$@" --json | jq -r .source | sort | paste -sd ' ')"; }
known known=spy-7
known 'known!=*'
known known=
known 'known=*' regression=
known regression=SPY*
known regression=SPY-7,NO-1 known=SPY-7
crashquery correlate known=SPY-7 --json | jq -c '[.crashes, .known.ticket]'
printf '%s\n' 'machine,known' "$(crashquery find fault=ks.sys -n 1 --json | jq -r .machine.id),Ann" >hosts.csv
crashquery freq --by=host.known --format=csv | tail -1
rm hosts.csv

echo "== the fix is that build, or a later one; a hash is no time"
machine 6 6 spy.sys 0xe0000000
crashcorpus synth -o more 6.txt
crashindex more 2>&1
regressed() {
	echo "fault=spy.sys | spies | SPY-7 | $1" >crash-store/known-issues
	echo "fault=ks.sys | of Windows | | $1" >>crash-store/known-issues
	echo "$1: $(crashquery find --json | jq -r 'select(.known.regressed)
		| .fault.module + " " + .fault.build' | sort | paste -sd,)"
}
regressed 5f00000000008000 # the build itself
regressed 5f00000000007000 # of the same second is another, not a later one
regressed 4f71205200008000 # it and the later one
regressed 5000000000000000 # nobody has it
regressed 5fffffff00008000 # nobody has that or a later one
regressed e000000000008000 # linked behind the crash: itself alone
regressed 4f71205100040000 # of Windows: itself alone
regressed 0000000100008000 # before there were linkers
regressed faultbuild=5000000000000000..
regressed 19041
regressed 19042
regressed 10.0.19041
regressed 9999 # a number, not a text

echo "== a line that makes no sense"
for fix in 22631.3296 668d3a40 later; do
	echo "fault=x | title | | $fix" >crash-store/known-issues
	crashquery freq 2>&1
	echo "exit $?"
done
echo 'known=x | title' >crash-store/known-issues
for command in freq 'find known=x' 'find known=' 'freq --by=regression' fields 'coverage'; do
	crashquery $command 2>&1 >/dev/null
	echo "exit $?"
done
crashquery fields --json 2>/dev/null | wc -c # half an answer is none
echo 'fault=x' >crash-store/known-issues
for command in freq find clusters trends report "show $spy" suspects \
	"correlate fault=spy.sys" "similar $spy"; do
	crashquery $command 2>&1
	echo "exit $?"
done

echo "== what is back in the window comes first"
cat >crash-store/known-issues <<'EOT'
fault=spy.sys | spies | SPY-7 | 5f00000000008000
fault=ks.sys | streams | KS-1 | 4f71205100040000
EOT
for since in 7d 6h; do
	crashquery report --since=$since --now=2026-11-24T12:00:00Z --json |
		jq -c '[.regressions[] | [.known.ticket, .crashes, .windows[0]]]'
done

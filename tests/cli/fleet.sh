# The demo's planted truths, and whether they are found: a driver build that
# spreads, hypervisor guests that hang, a BIOS that crashes with any driver, a
# machine with bad memory.  A driver that comes with a laptop is innocent.
crashcorpus synth --demo --output=fleet.tar
crashindex fleet.tar 2>/dev/null
csv() {
	crashquery "$@" --format=csv | tr -d '\r'
}
say() {
	echo "== $*"
	"$@"
}
say csv clusters --limit=5
say csv clusters --family --by=crashes --min=20
say csv clusters --by=rise --window=14 --limit=1
say csv clusters --new-since=2024-07-29 --min=3
crashquery clusters --limit=1 | tail -n +3
echo "== adds up"
crashquery clusters --json | jq -c '[.crashes == .listed + ([.unclustered[].crashes] | add),
	([.rows[].crashes] | add) == .listed]'
say csv trends --window=28
say csv trends --window=14 --by=driverbuild
say crashquery trends --window=7
cluster=$(csv trends --window=28 | sed -n 2p | cut -d, -f3)
say crashquery correlate "$cluster"
say crashquery correlate bugcheck=101 --limit=1
say crashquery correlate exception=c000001d
say crashquery correlate bugcheck=9f
say crashquery suspects
say csv freq --without-suspects --min=40
crashquery freq --fleet=60 --min=40 --json | jq -c '.machine_days, .rows[0]'
say crashquery explain "$cluster" "$cluster" --limit=1
name=$(csv find "cluster=$cluster" --limit=1 | sed -n 2p | sed 's|.*/||')
tar xf fleet.tar "$name"
echo "== a dump of no store"
csv similar "$name" --limit=1 | cut -d, -f1-8
crashindex --print "$name" >print.json 2>/dev/null
crashquery similar print.json --json --limit=1 | jq -c '.rows[1] | .what, .id'
echo "== one offset in two builds is told by them, on one side and the other"
for id in $(csv find bugcheck=c2 | sed 1d | cut -d, -f1 | sort -u); do
	crashquery similar "$id" --json
done | jq -sc '[.[].rows[].differs // "" | split(", ")] |
	[(map(map(.[1:]) | length - (unique | length)) | add),
	 ([flatten[] | select(contains("@"))] | length > 0)]'
echo "== a second night moves nothing"
crashquery changes | sed 's/^[^ ]*Z/TIME/'
for wrong in 'clusters --by=luck' 'clusters 999999999999' 'trends --window=2' \
	'trends --by=source' 'correlate' 'explain 8b30' 'similar nobody.dmp' \
	'suspects fault=x' 'changes --since=soon'; do
	echo "== $wrong"
	crashquery $wrong 2>&1
	echo "exit $?"
done

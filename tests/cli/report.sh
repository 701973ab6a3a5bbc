# The morning page of a small made fleet: text, markdown, JSON and one page that
# fetches nothing.  Bases of modules are fixed, so that ids stay what they are.
export SOURCE_DATE_EPOCH=1795564800 # 2026-11-25
machine() { # number day machine module
	cat >"$1.txt" <<EOT
format triage-b
arch x64
build 19041
time 2026-11-$2T10:00:0$(($1 % 10))Z
uptime 100
bugcheck 0xd1 0x29 2 0 $4+0x1ae9
serial S-$3
uuid 00000000-0000-0000-0000-00000000000$3
product-name <script>alert(1)</script>
module ks.sys base=0xfffff80100000000 size=0x40000 time=0x4f712051
module spy.sys base=0xfffff80200000000 size=0x8000 time=0x4f712052
frame $4+0x1ae9
frame ks.sys+0x2000
EOT
}
# ks.sys once a day and machine; spy.sys on five machines on the last day.
n=10
for day in 18 19 20 21 22 23 24; do
	machine $n $day $((n % 9 + 1)) ks.sys
	n=$((n + 1))
done
for host in 1 2 3 4 5; do
	machine $n 24 $host spy.sys
	n=$((n + 1))
done
crashcorpus synth -o dumps [0-9]*.txt
crashindex dumps 2>&1
cat >crash-store/known-issues <<'EOT'
# words | title | ticket | fixed in
fault=spy.sys | spies <b>too</b> much | SPY-7 | 4f71205200008000
EOT
ids() { sed 's/[0-9a-f]\{12\}/ID/g'; }

echo "== text"
crashquery report --html=page.html | ids
echo "== markdown"
crashquery report --format=markdown fault=spy.sys | ids | head -30
echo "== json"
crashquery report --json >report.json
jq -c '.question, .totals, .bugchecks.under_min' report.json
jq -c '.new[] | [.what, .crashes]' report.json
jq -c '.regressions[].known' report.json
jq -e '.totals | .crashes == .in_window + .before + .time_unknown' report.json

echo "== page"
# Every element that is opened is closed.
python3 - page.html <<'EOT'
import html.parser, hashlib, base64, re, sys
text = open(sys.argv[1], encoding="utf-8").read()
void = {"meta", "br", "rect", "line", "circle"}
class Check(html.parser.HTMLParser):
    stack, ids, links = [], [], []
    def handle_starttag(self, tag, attrs):
        names = dict(attrs)
        self.ids += [names["id"]] if "id" in names else []
        self.links += [names["href"]] if "href" in names else []
        assert not {n for n in names if n.startswith("on") or n in ("src", "style")}, names
        if tag not in void:
            self.stack.append(tag)
    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in void:
            self.stack.pop()
    def handle_endtag(self, tag):
        if tag not in void:
            assert self.stack.pop() == tag, tag
check = Check()
check.feed(text)
assert not check.stack, check.stack
assert len(check.ids) == len(set(check.ids)), "doubled id"
assert all(l[0] == "#" and l[1:] in check.ids for l in check.links), check.links
for tag in "style", "script":
    body = re.search(f"<{tag}>(.*?)</{tag}>", text, re.S).group(1)
    digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
    assert f"{tag}-src 'sha256-{digest}'" in text, tag
print("well formed, hashes fit")
EOT
grep -c "default-src 'none'" page.html
grep -c -i -e 'https\{0,1\}:' -e 'url(' -e '@import' page.html
grep -c '<script>alert\|<b>too' page.html
crashquery report --html=again.html >/dev/null && cmp page.html again.html
# No file takes the place of what is none.
mkfifo pipe
timeout 20 cat pipe >again.html &
timeout 20 crashquery report --html=pipe >/dev/null
wait
test -p pipe || echo the pipe is gone
cmp page.html again.html
ln -s /proc/self/fd/1 out
crashquery report --html=out >again.html
test -L out || echo the link is gone
head -c "$(wc -c <page.html)" again.html | cmp page.html -

echo "== machines in doubt"
crashcorpus synth --demo --output=fleet.tar
crashindex --store=demo fleet.tar 2>&1
demo() { crashquery report --store=demo --since=7d --now=2024-08-26 "$@"; }
demo | grep doubt | ids
demo --json | jq -c '.new[] | [.what, .title, .crashes, .in_doubt, (.machine != null)]' | ids
demo --format=html | grep -c 'class="mark">only on [0-9a-f]*, a machine in doubt'
crashquery clusters --store=demo bugcheck=101 | grep diversity

echo "== days without dumps: nobody knows what crashed then"
crashcorpus synth --demo --output=fleet
crashindex --store=whole fleet 2>&1
rm $(crashquery find --store=whole time=2024-07-29..2024-08-04 --json | jq -r .source) \
	$(crashquery find --store=whole time=2024-08-24..2024-08-25 --json | jq -r .source)
crashindex --store=some fleet 2>&1
some() { crashquery report --store=some --since=7d --now=2024-08-26 "$@"; }
some | sed -n '3,5p' | tr '\n' ' ' | grep -o 'No dump.*crashes a window before'
some --json | jq -c '.question.gaps, .totals.windows, .totals.change'
some --format=html | grep -o '[0-9.]* a window before'
# The days of the window itself: nothing to hold against those before.
crashquery report --store=some --since=2d --now=2024-08-26 --json | jq -c .totals.change,.rising

echo "== nothing"
crashquery report --since=1d fault=nobody.sys >empty
echo "exit $?"
head -12 empty
crashquery report --since=never 2>&1
crashquery report --format=csv 2>&1
echo 'fault=x' >crash-store/known-issues
crashquery report 2>&1

echo "== lists"
rm crash-store/known-issues
mkdir lists
set -- $(crashquery freq --by=cluster --format=csv | tr -d '\r' | sed 1d | cut -d, -f2)
echo "$*" >lists/merge
crashquery different lists | ids
crashquery --different-only=lists | ids

echo "== blame"
blamed() { crashquery freq --store=filter --by=fault --format=csv | tr -d '\r' | sed 1d; }
crashcorpus synth -o filter.dmp "$(dirname "$0")/../machines/case5-filter.txt"
crashindex --store=filter filter.dmp 2>&1
mkdir blame
echo 'fltdrv*' >blame/never-blame
crashquery different --store=filter blame
blamed
cp blame/never-blame filter/
crashindex --settle --store=filter 2>&1
crashquery different --store=filter blame
blamed
rm filter/never-blame blame/never-blame
crashquery different --store=filter blame

echo "== merge"
cp lists/merge crash-store/
crashindex --settle 2>&1
crashquery different lists
echo "exit $?"
crashquery freq --by=cluster | ids

echo "== long after the last dump: no window before is counted, at no time of day"
for time in 00:00:00 03:33:33 07:07:07 12:34:56 17:17:17 21:59:59; do
	crashquery report --now=2027-06-01T${time}Z | sed -n '/crash.*\./{p;q}'
done | sort | uniq -c
# A change that a list asked for says so.
crashquery changes | sed -n 's/^[0-9TZ:-]*  merged/merged/p' | ids
crashquery --store=filter changes | sed -n "s/^[0-9TZ:-]*: //p"

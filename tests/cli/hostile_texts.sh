# Texts out of dumps and archives, in every printer: no terminal takes them for
# commands, no spreadsheet for formulas, no browser for tags.
escape=$(printf '\033')
turn=$(printf '\302\233\342\200\256')
cat >evil.txt <<END
format triage-b
arch x64
build 19041
time 2026-11-01T10:00:00Z
uptime 100
bugcheck 0xd1 0x29 2 0 0
serial =cmd|' /C calc'!A0
process <script>"x&.exe
manufacturer =cmd|' /C calc'!A0
product-name ${escape}]0;owned${escape}\\
product-version @SUM(1+1)
board +1<img src=x onerror=alert(1)>
bios-vendor <script>alert(1)</script>
bios-version -2+3"quoted",comma
module =cmd|calc.sys size=0x8000 time=0x4f712052
module <script>x.sys size=0x8000 time=0x4f712053
module ${escape}[31mred.sys size=0x8000 time=0x4f712054
frame =cmd|calc.sys+0x1ae9
frame <script>x.sys+0x20
frame ${escape}[31mred.sys+0x30
END
mkdir box
crashcorpus synth evil.txt -o "box/=1+1<script>${escape}[2Jé${turn}.dmp"
printf 'no dump' >"box/${escape}[2J<b>${turn}.dmp"
tar cf "=box${escape}.tar" box
crashindex "=box${escape}.tar" 2>said
tail -n 1 said
check() {
	python3 - "$1" <<'END'
import csv, html.parser, io, json, re, sys
form = sys.argv[1]
data = open('answer', 'rb').read()
text = data.decode('utf-8')
wrong = [c for c in text if (c < ' ' and c not in '\n\r\t') or
         '\x7f' <= c < '\xa0' or '\u202a' <= c <= '\u202e']
if form != 'csv':
    wrong += [c for c in text if c == '\r']
if form != 'html':
    wrong += [c for c in text if c == '\t']
if form == 'csv':
    for row in csv.reader(io.StringIO(text, newline='')):
        wrong += [cell for cell in row if len(cell) > 1 and cell[0] in '=+-@']
if form == 'json':
    for line in text.splitlines():
        json.loads(line) if line.startswith('{"format"') and line.endswith('}') else None
if form == 'html':
    class Tags(html.parser.HTMLParser):
        def handle_starttag(self, tag, attributes):
            if tag == 'img' or any(a.startswith('on') for a, _ in attributes):
                wrong.append(tag)
            if any(v and re.match('(https?:)?//', v) for _, v in attributes):
                wrong.append('fetches %s' % attributes)
    Tags().feed(text)
    if '<script>alert' in text or '<script>x' in text or '<b>' in text:
        wrong.append('markup')
    if 'Content-Security-Policy' not in text:
        wrong.append('no policy')
print('safe' if not wrong else 'NOT SAFE: %r' % wrong[:5])
END
}
id=$(crashquery find --format=csv | tail -n 1 | cut -d, -f1)
cluster=$(crashquery freq --by=cluster --format=csv | sed -n '2s/[^,]*,\([^,]*\),.*/\1/p')
for form in text json csv html markdown; do
	for words in find "show $id" "show $id $id" "clusters $cluster" \
		"similar $id" "explain $id $id" fields freq 'freq --by=driver' 'freq --by=source' \
		'freq --by=manufacturer' 'freq --by=product' 'freq --by=bios' \
		'freq --by=frame' 'freq --by=process' clusters coverage trends \
		suspects 'correlate arch=x64' report; do
		crashquery $words --format=$form >answer 2>error
		code=$?
		# Not every command has every format.
		[ $code -eq 2 ] && grep -q 'format' error && continue
		[ -s answer ] || { [ $code -le 1 ] || cat error; continue; }
		said=$(check $form)
		[ "$said" = safe ] || echo "$words --format=$form: $said"
	done
	echo "$form: looked at"
done
cp said answer
echo "messages: $(check text)"
crashindex --print "=box${escape}.tar" >answer 2>/dev/null
echo "print: $(check json)"
# Nothing in a block of code ends it.
mkdir fences
crashcorpus synth evil.txt -o 'fences/````'
(cd fences && crashindex --store=../fenced '````' 2>/dev/null)
crashquery show '````' --store=fenced --format=markdown | grep -n '^ *`*$' | sed 's/.*://' | uniq -c | tr -s ' '

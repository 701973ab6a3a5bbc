# An answer on a terminal fits it: what can be spared goes first, then texts are
# cut; in a pipe nothing is.
python3 -c 'import pty; pty.openpty()' 2>/dev/null ||
	{ echo "no terminal can be had here" >&2; exit 77; }
export TERM=dumb PAGER= LC_ALL=C.UTF-8
crashcorpus synth --demo --machines=20 --weeks=3 --output=fleet.tar
crashindex fleet.tar 2>&1
echo 'fault=* | a title that says in many words what everybody knows | BUG-123' >crash-store/known-issues

# Run a command on a terminal of so many columns; the widest line, in characters.
cat >on.py <<'EOT'
import fcntl, os, pty, struct, subprocess, sys, termios, threading
# This end stays open, and says when the child is done: what is read of a
# terminal that all others have left may be an error before it is the rest.
END = b"\x04the end\x04"
terminal, end = pty.openpty()
fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", 50, int(sys.argv[1]), 0, 0))
child = subprocess.Popen(sys.argv[2:], stdin=end, stdout=end, stderr=end)
threading.Thread(target=lambda: (child.wait(), os.write(end, END))).start()
text = b""
while not text.endswith(END):
    text += os.read(terminal, 65536)
sys.stdout.write(text[:-len(END)].decode().replace("\r", ""))
EOT
widest() { python3 -c 'import sys; print(max(len(line) for line in sys.stdin.read().split("\n")))'; }

for columns in 80 120; do
	for command in freq find 'clusters --pages=0' 'trends --all --now=2024-07-21'; do
		python3 on.py $columns crashquery $command >seen
		got=$(widest <seen)
		[ "$got" -le $columns ] || echo "$command: $got of $columns columns"
		grep -q 'BUG-1' seen || sed "s/^/$command: $columns columns: nothing known: /" seen
	done
done
id=$(crashquery find --limit=1 --format=csv | sed -n '2s/,.*//p')
for columns in 80 120; do
	python3 on.py $columns crashquery similar "$id" | sed '/^$/,$d' >seen
	[ "$(widest <seen)" -le $columns ] || echo "similar: $(widest <seen) of $columns columns"
done
# What is read and not compared goes on in the next line.
crashcorpus synth --demo --output=demo.tar
crashindex --store=demo demo.tar 2>/dev/null
for columns in 80 120; do
	for command in report 'report --since=7d --now=2024-08-26' suspects 'clusters --family' 'correlate fault=netfast.sys' \
		'correlate bugcheck=101'; do
		python3 on.py $columns crashquery $command --store=demo >seen
		[ "$(widest <seen)" -le $columns ] || echo "$command: $(widest <seen) of $columns columns"
	done
done
python3 on.py 80 crashquery report --store=demo --since=7d --now=2024-08-26 | sed -n '/^Rising/,/^Bugchecks/p'
python3 on.py 80 crashquery suspects --store=demo | sed -n 2,5p
python3 on.py 80 crashquery correlate fault=netfast.sys --store=demo | head -5
crashquery find | widest
python3 on.py 80 crashquery clusters --pages=0 | sed -n '1p;2s/[0-9a-f]\{12\}/ID/p'

echo "== a terminal of ASCII"
rm crash-store/known-issues
LC_ALL=C python3 on.py 100 crashquery freq | sed -n '2,3s/.*%//p'
python3 on.py 100 crashquery freq | sed -n '2,3s/.*%//p'
LC_ALL=C python3 on.py 200 crashquery trends --all --now=2024-07-21 >seen
grep -c '|' seen
LC_ALL=C grep -c '[^ -~]' seen || true

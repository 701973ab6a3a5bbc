# Every --help fits a screen of 24 lines and 80 columns, and gives an example;
# those of crashquery's and crashcorpus' commands too.
root=$(cd "$(dirname "$0")/../.." && pwd)
PATH=$PATH:$root/corpus-tools/nightly

check() {
	"$@" --help >help || echo "$*: exit $?"
	[ "$(wc -l <help)" -le 24 ] || echo "$* --help: $(wc -l <help) lines"
	[ "$(wc -L <help)" -le 80 ] || echo "$* --help: $(wc -L <help) columns"
}

for program in crashindex crashquery crashcorpus crashnightly; do
	check $program
	grep -c "^  $program " help
done
for program in crashquery crashcorpus; do
	$program --help | sed -n 's/^  \([a-z]\{1,\}\)  .*/\1/p' >commands
	[ -s commands ] || echo "$program: no commands"
	while read -r command; do
		check $program "$command"
	done <commands
done

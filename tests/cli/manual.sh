# Every option that --help tells of is in the man page, under its command, and
# the man page tells of no other.
root=$(cd "$(dirname "$0")/../.." && pwd)
PATH=$PATH:$root/corpus-tools/nightly

# The options a text names, one a line.
options() { grep -o -e '--[a-z][a-z-]*' | sort -u; }

# What a --help lists, not what it mentions.
listed() {
	"$@" --help | awk '/^ +(-., +)?--/ {
		for (i = 1; i <= NF && $i ~ /^-/; i++)
			if ($i ~ /^--/) {
				sub(/=.*/, "", $i)
				print $i
			}
	}' | sort -u
}

page() { sed 's/\\-/-/g' "$root/$1"; }

# The part of a page that is a command's, or all that is before the commands.
part() {
	awk -v name="$2" '
		/^\.S[HS]/ { gsub(/"/, ""); inside = $1 == ".SS" && $2 == name }
		inside' <<END
$(page "$1")
END
}

commands() { "$1" --help | sed -n 's/^  \([a-z]\{1,\}\)  .*/\1/p'; }

compare() {
	comm -23 "$1" "$2" | sed "s|^|$3: not in the man page: |"
}

check() {
	program=$1 file=$2
	listed "$program" >common
	cp common all
	page "$file" | options >told
	compare common told "$program"
	for command in $(commands "$program"); do
		listed "$program" "$command" >of_command
		sort -u -o all all of_command
		comm -23 of_command common >own
		part "$file" "$command" | options >told_here
		grep -q "^\.SS \"\{0,1\}$command" "$root/$file" ||
			echo "$program $command: not in the man page"
		compare own told_here "$program $command"
	done
	echo --help | sort -u -o all all -
	# A page may name options of its neighbours.
	cat all neighbours 2>/dev/null | sort -u >known
	comm -23 told known | sed "s|^|$file: no such option: |"
}

listed crashindex >neighbours
check crashindex indexer/crashindex.1
check crashquery query/crashquery.1
check crashcorpus corpus-tools/crashcorpus.1
check crashnightly corpus-tools/nightly/crashnightly.1

# bash completion of crashindex, crashquery, crashcorpus and crashnightly.
#
# Commands and options are asked of the programs' own --help, fields and their
# values of the store, so there is nothing here to keep up to date.

# Words of a --help: its options, those with a value ending in "=".
_crash_options() {
	"$@" --help 2>/dev/null | awk '/^ +(-., +)?--/ {
		for (i = 1; i <= NF && $i ~ /^-/; i++)
			if ($i ~ /^--/) {
				sub(/=.*/, "=", $i)
				print $i
			}
	}'
}

_crash_commands() {
	"$1" --help 2>/dev/null | sed -n 's/^  \([a-z]\{1,\}\)  .*/\1/p'
}

# The first column of a table of the store that the line names.
_crash_column() {
	local store=$1
	shift
	"${COMP_WORDS[0]}" "$@" ${store:+--store="$store"} --format=csv 2>/dev/null |
		tr -d '\r'
}

_crash_fields() {
	_crash_column "$1" fields | sed -n '2,$s/,.*/=/p'
}

_crash_values() {
	_crash_column "$1" freq --by="$2" --limit=100 | sed '1d' | cut -d, -f2
}

_crash() {
	local line=${COMP_LINE:0:COMP_POINT}
	local program=${COMP_WORDS[0]} word command='' store='' i
	local -a words

	# bash splits at =, which these words have inside them.
	read -ra words <<<"$line"
	[[ $line == *' ' ]] && words+=('')
	word=${words[${#words[@]} - 1]}
	for ((i = 1; i < ${#words[@]} - 1; i++)); do
		case ${words[i]} in
		--store=*) store=${words[i]#--store=} ;;
		--store) store=${words[++i]} ;;
		-*) ;;
		*) [[ $command ]] || command=${words[i]} ;;
		esac
	done
	case ${program##*/} in crashindex | crashnightly) command='' ;; esac

	# What the candidates complete, and what of it is already settled.
	local candidates='' start=${word##*=} settled='' field
	case $word in
	--format=*) candidates='text json csv html markdown' ;;
	--by=*) candidates=$(_crash_fields "$store" | tr -d =) ;;
	--*=*) ;;
	-*)
		candidates=$(_crash_options "$program" $command)
		start=$word
		;;
	*=*)
		field=${word%%=*}
		candidates=$(_crash_values "$store" "${field%!}")
		[[ $start == *,* ]] && settled=${start%,*},
		start=${start##*,}
		;;
	*)
		case ${program##*/}/$command in
		crashquery/ | crashcorpus/)
			candidates=$(_crash_commands "$program")
			;;
		crashquery/*) candidates=$(_crash_fields "$store") ;;
		esac
		;;
	esac
	local IFS=$'\n'
	if [[ $candidates ]]; then
		COMPREPLY=($(compgen -P "$settled" -W "${candidates// /$'\n'}" -- "$start"))
	else
		compopt -o filenames 2>/dev/null
		COMPREPLY=($(compgen -f -- "$start"))
	fi
	[[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]] &&
		compopt -o nospace 2>/dev/null
	return 0
}

complete -F _crash crashindex crashquery crashcorpus crashnightly

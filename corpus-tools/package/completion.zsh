#compdef crashindex crashquery crashcorpus crashnightly
# zsh completion.  Commands and options are asked of the programs' own --help,
# fields and their values of the store: nothing here to keep up to date.

local program=$words[1] command store word
local -a found ask
local i

for ((i = 2; i < CURRENT; i++)); do
	word=$words[i]
	case $word in
	--store=*) store=${word#*=} ;;
	--store) store=$words[++i] ;;
	-*) ;;
	*) [[ -n $command ]] || command=$word ;;
	esac
done
[[ ${program:t} == crash(query|corpus) ]] || command=
ask=($program ${store:+--store=$store})

case $PREFIX in
--format=*)
	compset -P '*='
	compadd text json csv html markdown
	;;
--by=*)
	compset -P '*='
	compadd -- ${${(f)"$($ask fields --format=csv 2>/dev/null)"}[2,-1]%%,*}
	;;
--*=*)
	compset -P '*='
	_files
	;;
-*)
	# "--name=VALUE   what it does", the name apart from what it does.
	local -a bare valued
	# Or several names side by side, and nothing more.
	for word in ${(f)"$($program $command --help 2>/dev/null |
		awk '/^ +(-., +)?--/ {
			sub(/^ +(-., +)?/, "")
			while (match($0, /^--[^ ]+ */)) {
				name = substr($0, 1, RLENGTH)
				$0 = substr($0, RLENGTH + 1)
				sub(/ +$/, "", name)
				sub(/=.*/, "=", name)
				print name ":" ($0 ~ /^--/ ? "" : $0)
			}
		}')"}; do
		if [[ ${word%%:*} == *= ]]; then valued+=$word; else bare+=$word; fi
	done
	_describe -o option bare -- valued -S ''
	;;
*=*)
	word=${${PREFIX%%=*}%!}
	compset -P '*[=,]'
	compadd -- ${${(f)"$($ask freq --by=$word --limit=100 --format=csv 2>/dev/null |
		sed 1d | cut -d, -f2)"}}
	;;
*)
	if [[ ${program:t} == crash(query|corpus) && -z $command ]]; then
		found=(${(f)"$($program --help 2>/dev/null |
			sed -n 's/^  \([a-z]\{1,\}\)   *\(.*\)/\1:\2/p')"})
		_describe command found
	elif [[ ${program:t} == crashquery ]]; then
		compadd -S = -- ${${(f)"$($ask fields --format=csv 2>/dev/null)"}[2,-1]%%,*}
		_files
	else
		_files
	fi
	;;
esac

# SPDX-License-Identifier: GPL-2.0
# bash completion for tcpwhy(8)

_tcpwhy_list() # WORDS: the last part of a list that commas divide
{
	local head=''

	[[ $cur == *,* ]] && head=${cur%,*},
	mapfile -t COMPREPLY < <(compgen -P "$head" -W "$1" -- "${cur##*,}")
	compopt -o nospace
}

_tcpwhy_causes()
{
	_tcpwhy_list 'paws-established paws-handshake paws-timewait paws-stale
		timewait-refused-syn timewait-overflow timewait-killed port-exhaustion
		rst-port-closed rst-unread-data rst-linger0 rst-keepalive-timeout rst-user-timeout
		rst-accept-overflow rst-late-synack rst-data-after-close rst-unknown-connection
		rst-timewait rst-bad-handshake rst-orphan-limit rst-listener-closed rst-disconnect
		rst-admin rst-followup rst-firewall rst-forged-local rst-forwarded
		timeout-retransmit timeout-connect peer-refused peer-aborted peer-closed-early
		peer-lost-connection idle-expired rst-injected rst-ignored
		fragment-lost fragment-dropped blackhole-send pmtu-lowered too-big-ignored
		blackhole-receive blackhole-forward peer-ignores-syn rst-goodbye peer-goodbye
		device-mtu-drop
		rst-happy-eyeballs
		refused-icmp
		deaf-after-handshake dropped-by-content'
}

_tcpwhy_value() # OPTION: complete its value; fails if it takes none
{
	case $1 in
	-o | --output)
		_tcpwhy_list 'PEER CAUSE COUNT SEVERITY CONFIDENCE FIRST LAST RATE LPORT RPORT
			NETNS EVIDENCE WHERE'
		;;
	--sort)
		mapfile -t COMPREPLY < <(compgen -W 'PEER CAUSE COUNT SEVERITY CONFIDENCE FIRST LAST RATE
			LPORT RPORT NETNS EVIDENCE WHERE' -- "$cur")
		;;
	--time)
		mapfile -t COMPREPLY < <(compgen -W 'iso local relative' -- "$cur")
		;;
	--by)
		mapfile -t COMPREPLY < <(compgen -W 'cause program port prefix' -- "$cur")
		;;
	--cause | --enable | --disable)
		_tcpwhy_causes
		;;
	-w | --write | --state | --networks | --file)
		compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		;;
	--source)
		local words='module journal'
		[[ $command == probe ]] && words=''
		mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
		;;
	--color)
		mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur")
		;;
	--lean)
		mapfile -t COMPREPLY < <(compgen -W 'on off' -- "$cur")
		;;
	--min-confidence)
		mapfile -t COMPREPLY < <(compgen -W 'possible likely certain' -- "$cur")
		;;
	--min-severity)
		mapfile -t COMPREPLY < <(compgen -W 'info notice trouble' -- "$cur")
		;;
	--netns)
		mapfile -t COMPREPLY < <(compgen -W "$(ls /run/netns 2>/dev/null)" -- "$cur")
		;;
	--peer)
		mapfile -t COMPREPLY < <(compgen -W "$(_tcpwhy_peers)" -- "$cur")
		;;
	-i | --interval | -W | --timeout | --udp | --tcp | --size | --keep | -d | --delay | -n | --iterations | -c | --count | --since | --until | --limit | --warning | --critical | --top)
		;;
	*)
		return 1
		;;
	esac
	return 0
}

_tcpwhy_peers()
{
	tcpwhy list --all --noheadings --raw --output PEER 2>/dev/null
}

_tcpwhy()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local filters='--cause --peer --netns --all-netns --min-confidence --min-severity'
	local times='--since'
	local help='-h --help' command=list options word i

	COMPREPLY=()
	# readline takes a colon for a border; an IPv6 address must stay whole
	declare -F _get_comp_words_by_ref >/dev/null && _get_comp_words_by_ref -n : cur prev
	for ((i = 1; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		[[ $i == 1 && $word != -* ]] && command=$word
	done
	_tcpwhy_value "$prev" && return
	case $command in
	list)
		options="-o --output --raw --noheadings --sort --limit --by --until --source --time -J --json -a --all --color $filters $times"
		((COMP_CWORD == 1)) && options+=' list top why watch record probe causes status report check set reset export help --version'
		;;
	top)
		options="-o --output --sort --by -J --json -a --all -d --delay -b --batch -n --iterations --color --time $filters $times"
		;;
	why)
		options="-J --json $filters $times"
		[[ $cur != -* ]] && options=$(_tcpwhy_peers)
		;;
	watch)
		options="-J --json -o --output -c --count -w --write --file --size --keep --time $filters"
		;;
	record)
		options="-c --count $filters"
		;;
	probe)
		options='-J --json --udp --tcp --icmp --source -i --interval -W --timeout'
		[[ $cur != -* ]] && options=$(_tcpwhy_peers)
		;;
	causes)
		options='-J --json'
		[[ $cur != -* ]] && { _tcpwhy_causes; compopt +o nospace; return; }
		;;
	status)
		options='-J --json'
		;;
	report)
		options="--anonymize $filters $times"
		;;
	check)
		options="--warning --critical $filters $times"
		;;
	set)
		options='--enable --disable --lean --temporary'
		;;
	reset)
		options="-J --json $filters $times"
		;;
	export)
		options='-w --write --state --networks --top'
		;;
	*)
		return
		;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$options $help" -- "$cur")
	declare -F __ltrim_colon_completions >/dev/null && __ltrim_colon_completions "$cur"
}

complete -F _tcpwhy tcpwhy

# SPDX-License-Identifier: GPL-2.0
# What came out of a boot: status, complaints of the kernel, leaks. Sourced, never run.
# shellcheck shell=bash

# One of these in the kernel's log fails a run whatever the script said. Word forms of 5.10 to 7.x.
SPLATS='WARNING: .*(CPU: [0-9]+ PID|CPU#[0-9]+)'
SPLATS+='|WARNING: (possible|inconsistent|suspicious|bad unlock|held lock|lock held|Nested lock|kernel stack)'
SPLATS+='|possible (circular|recursive|irq lock inversion)|inconsistent (lock|\{)|suspicious RCU usage'
SPLATS+='|INFO: (possible|inconsistent|suspicious|trying to register|task .* blocked|lockdep is turned off)'
SPLATS+='|DEBUG_LOCKS_WARN_ON|Invalid wait context|ODEBUG:|object is (on stack|not on stack)'
SPLATS+='|BUG:|BUG [a-z]|kernel BUG at|Oops: |Oops:? |general protection fault|double fault|stack segment|Kernel panic'
SPLATS+='|KASAN:|UBSAN:|KFENCE:|KCSAN:|unreferenced object|kmemleak: .*suspected memory leak'
SPLATS+='|refcount_t:|scheduling while atomic|sleeping function called|rcu.*(detected|self-detected).* stall|rcu_.* kthread starved'
SPLATS+='|list_(add|del) corruption|Objects remaining in|still has objects|usercopy: Kernel memory|Bad page state|Trying to vfree'
SPLATS+='|unregister_netdevice: waiting|soft lockup|hard LOCKUP|Unloaded tainted.*tcpwhy.*Call Trace'

# What the kernel says about itself without our doing, and what follows within some lines of a match: nf_tables 6.1 walks
# its sets under a mutex that PROVE_RCU_LIST has not been told of.
HARMLESS='nf_tables_api\.c:[0-9]+ RCU-list traversed in non-reader section'

first_splat() {
	local line
	while IFS=: read -r line _; do
		sed -n "$line,$((line + 4))p" "$1" | grep -aqE "$HARMLESS" || { echo "$line"; return; }
	done < <(grep -aEn "$SPLATS" "$1")
}

# splats LOG...: the first place something is wrong, with what surrounds it
splats() {
	local log line
	for log in "$@"; do
		[[ -e $log ]] || continue
		line=$(first_splat "$log")
		[[ $line ]] || continue
		echo "kernel log, from ${log##*/}:"
		sed -n "$((line > 5 ? line - 5 : 1)),$((line + 60))p" "$log" | tr -d '\r'
		return 0
	done
	return 1
}

# judge DIR: prints what is wrong and returns the run's status
judge() {
	local dir=$1 status=125 bad=0 word rest
	BOOTED=
	while read -r word rest; do
		case $word in
		booted)
			# shellcheck disable=SC2034 # run prints it
			BOOTED=$rest status=1
			;;
		status) [[ $status == 124 ]] || status=$rest ;;
		timeout) status=124 ;;
		load) say 'the module could not be loaded'; bad=1 ;;
		rmmod) say 'the module could not be removed'; bad=1 ;;
		leak) say "kmemleak found something"; bad=1 ;;
		esac
	done <"$dir/result"

	if splats "$dir/files/dmesg.txt" "$dir/console.log" >"$dir/splat"; then
		cat "$dir/splat" >&2
		say 'the kernel complained'
		bad=1
	elif ! grep -q '^end' "$dir/result" && [[ $status != 124 ]]; then
		tail -n 40 "$dir/console.log" | tr -d '\r' >&2
		cat "$dir/qemu.log" >&2
		say 'the VM ended without a result'
	elif [[ $bad == 1 ]]; then
		tail -n 20 "$dir/console.log" | tr -d '\r' >&2
	fi
	if ((bad && status == 0)); then
		status=1
	fi
	return "$status"
}

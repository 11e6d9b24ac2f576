# SPDX-License-Identifier: GPL-2.0
# Where things are kept, and the few helpers every part of the harness needs. Sourced, never run.
# shellcheck shell=bash disable=SC2034 # the constants here are read by the files that source this one

KERNELS_ALL=(bullseye bookworm trixie backports rt debug)
VM_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
TOP=$(cd "$VM_DIR/../.." && pwd)
CACHE=${TCPWHY_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/tcpwhy}

say() { printf 'vm: %s\n' "$*" >&2; }
die() { say "$*"; exit "${DIE_STATUS:-125}"; }

# hash_of: 16 hex digits over standard input; long enough for a cache that holds dozens of entries.
hash_of() { sha256sum | cut -c1-16; }

# with_lock NAME COMMAND...: only one process of this machine runs COMMAND for NAME at a time.
with_lock() {
	local name=$1 fd status=0
	shift
	mkdir -p "$CACHE/locks"
	exec {fd}>"$CACHE/locks/$name"
	flock "$fd"
	"$@" || status=$?
	exec {fd}>&-
	return "$status"
}

# Entries carry a `used` stamp; those nobody asked for in two weeks go, together with what a killed build left.
touch_entry() { touch "$1/used"; }

prune_cache() {
	local stamp
	find "$CACHE"/roots "$CACHE"/payloads "$CACHE"/layers -mindepth 2 -maxdepth 2 -name used -mtime +14 2>/dev/null |
	while read -r stamp; do
		rm -rf --one-file-system "$(dirname "$stamp")"
	done
	find "$CACHE"/work -mindepth 1 -maxdepth 1 -mtime +1 -exec rm -rf --one-file-system {} + 2>/dev/null || :
}

work_dir() {
	mkdir -p "$CACHE/work"
	mktemp -d "$CACHE/work/$1.XXXXXX"
}

need_tools() {
	local tool missing=()
	for tool in "$@"; do
		command -v "$tool" >/dev/null || missing+=("$tool")
	done
	((${#missing[@]} == 0)) || die "missing here: ${missing[*]} (make needs installs what the tests use)"
}

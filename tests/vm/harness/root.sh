# SPDX-License-Identifier: GPL-2.0
# A suite's root: a tree to build in and a disk to boot from, made once and kept. Sourced, never run.
# shellcheck shell=bash

suite_of() {
	case $1 in
	backports) echo trixie ;;
	debug | rt) echo bookworm ;;
	*) echo "$1" ;;
	esac
}

packages_of() {
	sed 's/#.*//' "$VM_DIR/packages" | awk -v suite="$1" 'NF && ($1 !~ /:$/) { print $1; next } $1 == suite ":" { for (i = 2; i <= NF; i++) print $i }'
}

root_key() {
	local kernel=$1
	if is_layered "$kernel"; then
		{ root_key bookworm; layer_key "$kernel"; } | hash_of
	else
		{ echo "$kernel"; packages_of "$kernel"; cat "$VM_DIR"/harness/{debootstrap.sh,install-kernel,finish-image}; } | hash_of
	fi
}

root_dir() { echo "$CACHE/roots/$1-$(root_key "$1")"; }

# ensure_root KERNEL: afterwards root_dir KERNEL holds
#   root/       the tree (for debug and rt: bookworm's; what is different lies in lower, see overlay.sh)
#   lower       the overlay stack to build in, uppermost first
#   disk.img    the same as an ext4 file system
#   vmlinuz, release
ensure_root() {
	local kernel=$1 dir
	if is_layered "$kernel"; then
		ensure_root bookworm
		ensure_layer "$kernel" || die "could not make the $kernel kernel"
	fi
	dir=$(root_dir "$kernel")
	if [[ ! -e $dir/release ]]; then
		((EUID == 0)) || die "only root can make the $kernel root (once); try sudo"
		with_lock "root-${dir##*/}" make_root_entry "$kernel" "$dir" || die "could not make the $kernel root"
	fi
	touch_entry "$dir"
}

make_root_entry() {
	local kernel=$1 dir=$2 tmp started=$SECONDS
	[[ ! -e $dir/release ]] || return 0
	prune_cache
	tmp=$(work_dir "root-$kernel")
	if ! fill_root_entry "$kernel" "$tmp" "$dir" >"$tmp/log" 2>&1; then
		tail -n 40 "$tmp/log" >&2
		rm -rf --one-file-system "$tmp"
		return 1
	fi
	mkdir -p "$CACHE/roots"
	rm -rf --one-file-system "$dir"
	mv "$tmp" "$dir"
	say "$kernel: root with $(cat "$dir/release") ready in $((SECONDS - started)) s"
}

fill_root_entry() {
	local kernel=$1 tmp=$2 final=$3 release
	if is_layered "$kernel"; then
		release=$(cat "$(layer_dir "$kernel")/release")
		echo "$(layer_dir "$kernel")/layer:$(root_dir bookworm)/root" >"$tmp/lower"
	else
		say "$kernel: making its root (one to two minutes, once)"
		debootstrap_root "$kernel" "$tmp/root" || return
		release=$(ls "$tmp/root/lib/modules")
		echo "$final/root" >"$tmp/lower"
	fi || return
	[[ $release && $release != *$'\n'* ]] || { say "not exactly one kernel in the root: $release"; return 1; }
	if is_layered "$kernel"; then
		"$VM_DIR/harness/overlay" "$(cat "$tmp/lower")" '' "$VM_DIR/harness/finish-image" "$release" {} "$tmp"
	else
		"$VM_DIR/harness/finish-image" "$release" "$tmp/root" "$tmp"
	fi || return
	echo "$release" >"$tmp/release"
}

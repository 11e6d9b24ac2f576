# SPDX-License-Identifier: GPL-2.0
# The debug and the real-time kernel, and what modules need to be built for them: each a layer over bookworm's root.
# Sourced, never run.
# shellcheck shell=bash

is_layered() { [[ $1 == debug || $1 == rt ]]; }

# Not bookworm's whole key: one more package in its root is no reason to build a kernel.
layer_key() {
	{
		[[ $1 != debug ]] || cat "$VM_DIR/debug.config"
		cat "$VM_DIR/harness/build-$1-kernel"
	} | hash_of
}
layer_dir() { echo "$CACHE/layers/$1-$(layer_key "$1")"; }

# ensure_layer KERNEL: afterwards layer_dir KERNEL holds layer/, the tree, and release.
ensure_layer() {
	local dir
	dir=$(layer_dir "$1")
	[[ -e $dir/release ]] || with_lock "layer-${dir##*/}" make_layer "$1" "$dir" || return
	touch_entry "$dir"
}

make_layer() {
	local kernel=$1 dir=$2 tmp started=$SECONDS
	[[ ! -e $dir/release ]] || return 0
	case $kernel in
	debug) say 'debug: building its kernel (some ten minutes, once)' ;;
	rt) say 'rt: fetching its kernel (a minute, once)' ;;
	esac
	tmp=$(work_dir "layer-$kernel")
	if ! "$VM_DIR/harness/overlay" "$(root_dir bookworm)/root" "$tmp/upper" \
		nice "$VM_DIR/harness/build-$kernel-kernel" {} "$VM_DIR/debug.config" >"$tmp/log" 2>&1; then
		tail -n 40 "$tmp/log" >&2
		rm -rf --one-file-system "$tmp"
		return 1
	fi
	mv "$tmp/upper/layer" "$tmp/layer"
	rm -rf --one-file-system "$tmp/upper"
	ls "$tmp/layer/usr/lib/modules" >"$tmp/release"
	mkdir -p "$CACHE/layers"
	rm -rf --one-file-system "$dir"
	mv "$tmp" "$dir"
	say "$kernel: kernel ready in $((SECONDS - started)) s"
}

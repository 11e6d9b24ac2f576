# SPDX-License-Identifier: GPL-2.0
# The debug kernel and what modules need to be built for it, as a layer over bookworm's root. Sourced, never run.
# shellcheck shell=bash

# Not bookworm's whole key: one more package in its root is no reason to build a kernel.
layer_key() { cat "$VM_DIR/debug.config" "$VM_DIR/harness/build-debug-kernel" | hash_of; }
layer_dir() { echo "$CACHE/layers/debug-$(layer_key)"; }

ensure_layer() {
	local dir
	dir=$(layer_dir)
	[[ -e $dir/release ]] || with_lock "layer-${dir##*/}" make_layer "$dir" || return
	touch_entry "$dir"
}

make_layer() {
	local dir=$1 tmp started=$SECONDS
	[[ ! -e $dir/release ]] || return 0
	say 'debug: building its kernel (some ten minutes, once)'
	tmp=$(work_dir layer-debug)
	if ! "$VM_DIR/harness/overlay" "$(root_dir bookworm)/root" "$tmp/upper" \
		nice "$VM_DIR/harness/build-debug-kernel" {} "$VM_DIR/debug.config" >"$tmp/log" 2>&1; then
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
	say "debug: kernel built in $((SECONDS - started)) s"
}

# SPDX-License-Identifier: GPL-2.0
# The build under test, in parts that are built and kept apart so that a change in one costs no build of the others.
# Each is a cpio archive to lay over the root. Sourced, never run.
# shellcheck shell=bash

# What each part is made from.
sources_of() {
	case $1 in
	base) ;;
	module) echo Kbuild dkms.conf module uapi ;;
	tool) echo dkms.conf tool uapi ;;
	unit) echo Kbuild module uapi tests/unit ;;
	esac
}

parts_of() {
	echo base
	[[ $OPT_BARE == 0 ]] || return 0
	echo module tool
	# Only the debug kernel has KUnit.
	[[ $1 != debug || ! -e $TOP/tests/unit/Kbuild ]] || echo unit
}

# ensure_payload KERNEL: build what the cache lacks; afterwards PAYLOAD lists the archives, in order
PAYLOAD=()
ensure_payload() {
	local kernel=$1 part src key dir sources
	PAYLOAD=()
	src=$(work_dir "src-$kernel")
	for part in $(parts_of "$kernel"); do
		read -ra sources <<<"$(sources_of "$part")"
		mkdir "$src/$part"
		((${#sources[@]} == 0)) || snapshot "$src/$part" "${sources[@]}"
		key=$({ root_key "$kernel"; tree_hash "$src/$part"; recipe_of "$part"; } | hash_of)
		dir=$CACHE/payloads/$kernel-$part-$key
		if [[ ! -e $dir/archive ]]; then
			((EUID == 0)) || die "only root can build in the $kernel root; try sudo"
			with_lock "payload-${dir##*/}" build_part "$kernel" "$part" "$src/$part" "$dir" ||
				{ rm -rf "$src"; die "$kernel: the $part did not build"; }
		fi
		touch_entry "$dir"
		PAYLOAD+=("$dir/archive")
	done
	rm -rf "$src"
}

recipe_of() {
	case $1 in
	base) cat "$VM_DIR/harness/make-initrd" "$VM_DIR/guest/initrd" ;;
	*) cat "$VM_DIR/harness/build-$1" ;;
	esac
}

# build_part KERNEL PART SRC DIR
build_part() {
	local kernel=$1 part=$2 src=$3 dir=$4 root tmp started=$SECONDS release
	[[ ! -e $dir/archive ]] || return 0
	prune_cache
	root=$(root_dir "$kernel")
	release=$(cat "$root/release")
	tmp=$(work_dir "payload-$kernel")
	if ! "run_$part" "$root" "$src" "$release" "$tmp" >"$tmp/log" 2>&1; then
		cat "$tmp/log" >&2
		rm -rf --one-file-system "$tmp"
		return 1
	fi
	mkdir -p "$CACHE/payloads"
	rm -rf --one-file-system "$dir"
	mv "$tmp" "$dir"
	[[ $part == base ]] || say "$kernel: $part built in $((SECONDS - started)) s"
}

run_base() {
	"$VM_DIR/harness/overlay" "$(cat "$1/lower")" "$4/upper" "$VM_DIR/harness/make-initrd" {} "$3" "$4/archive"
	rm -rf --one-file-system "$4/upper"
}
run_module() { build_inside module "$@"; }
run_tool() { build_inside tool "$@"; }
run_unit() { build_inside unit "$@"; }

# build_inside PART ROOT SRC RELEASE DIR: what the part's script adds to the root becomes DIR/archive
build_inside() {
	local part=$1 root=$2 src=$3 release=$4 dir=$5
	cp "$VM_DIR/harness/build-$part" "$src/.build"
	"$VM_DIR/harness/overlay" "$(cat "$root/lower")" "$dir/upper" env "BIND=$src:/build" \
		"$VM_DIR/harness/enter" {} /bin/bash -c "cd /build && exec /bin/bash .build $release" || return
	# Removed files are of no interest, neither is what served only the build.
	find "$dir/upper" -type c -delete
	rm -rf "$dir"/upper/{tmp,proc,dev,sys,root,src,build} "$dir"/upper/var/{log,cache,tmp}
	mkdir "$dir/wrap"
	mv "$dir/upper" "$dir/wrap/payload"
	append_archive "$dir/archive" "$dir/wrap"
	rm -rf "$dir/wrap"
}

# append_archive FILE DIR: the kernel unpacks one archive after the other, at 4-byte boundaries.
append_archive() {
	(cd "$2" && find . | cpio -o -H newc --quiet) >>"$1"
	truncate -s %512 "$1"
}

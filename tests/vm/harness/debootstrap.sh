# SPDX-License-Identifier: GPL-2.0
# The recipe of a suite's root; its text is part of the root's key. Sourced, never run.
# shellcheck shell=bash

debootstrap_root() {
	local kernel=$1 root=$2 suite extra=() include
	suite=$(suite_of "$kernel")
	[[ $kernel != backports ]] || extra=("$suite-backports")
	include=$(packages_of "$kernel" | paste -sd,)
	apt_options >"$root.aptconf"
	# INITRD=No: the kernel package need not make an initrd of its own.
	sources_for "$suite" "${extra[@]}" |
	INITRD=No KERNEL_SUITE=${extra[0]:-} mmdebstrap --quiet --mode=root --variant=minbase --include="$include" \
		--aptopt="$root.aptconf" --aptopt='Acquire::Languages "none"' --aptopt='Acquire::Retries "3"' \
		--dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
		--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/info/*' \
		--customize-hook="$VM_DIR/harness/install-kernel" \
		"$suite" "$root" -
}

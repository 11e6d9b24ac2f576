# SPDX-License-Identifier: GPL-2.0
# What of the checkout goes where, and how it is told apart from what was there before. Sourced, never run.
# shellcheck shell=bash

# Whoever edits meanwhile must not change what is hashed and built: the sources are copied first.
# listed PATHSPEC...: files git knows or would add, NUL after each. Root may look at somebody else's checkout.
listed() {
	git -c safe.directory='*' ls-files -coz --exclude-standard -- "$@" 2>/dev/null
}

# snapshot DIR FILE|DIRECTORY...: what git knows or would add
snapshot() {
	local dir=$1 what=("${@:2}")
	mkdir -p "$dir"
	(
		cd "$TOP"
		if ! listed "${what[@]}"; then
			find "${what[@]}" -type f -print0 2>/dev/null || :
		fi | sort -zu | while IFS= read -r -d '' file; do
			[[ ! -e $file ]] || printf '%s\0' "$file"
		done | tar --null -T - -cf - 2>/dev/null || :
	) | tar -C "$dir" -xf - 2>/dev/null || :
}

# Names, modes and contents; not owners or times.
tree_hash() {
	(cd "$1" && find . -type f -printf '%m %P\n' | sort && find . -type f -print0 | sort -z | xargs -0 -r sha256sum) | hash_of
}

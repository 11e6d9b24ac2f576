#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Usage: probe.sh PROBE.c OUT.h CC FLAG...
# Writes OUT.h with TCPWHY_HAVE_x for each section x of PROBE.c that compiles.
set -eu
source=$1 out=$2
shift 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

try() {
	"$@" -Werror=incompatible-pointer-types -Werror=implicit-function-declaration \
		-Werror=int-conversion -fsyntax-only "-DPROBE_$name" "$source" >"$work/$name.log" 2>&1 && : >"$work/$name.yes"
}

# BASE must compile: where it does not, the answers would all be a wrong "no".
names=$(sed -n 's/^#ifdef PROBE_\([A-Z0-9_]*\)$/\1/p' "$source")
for name in $names; do
	try "$@" &
done
wait
if [ ! -e "$work/BASE.yes" ]; then
	echo "probe.sh: these kernel headers do not compile:" >&2
	cat "$work/BASE.log" >&2
	exit 1
fi
{
	echo '/* Made by module/compat/probe.sh from the headers of the kernel at hand. */'
	for name in $names; do
		[ ! -e "$work/$name.yes" ] || echo "#define TCPWHY_HAVE_$name 1"
	done
} >"$work/out"
mv "$work/out" "$out"

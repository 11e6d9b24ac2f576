#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Usage: probe.sh PROBE.c OUT.h CC FLAG...
# Writes OUT.h with TCPWHY_HAVE_x for each section x of PROBE.c that compiles, and TCPWHY_KNOWN_FUNCTIONS, which lists each
# f of a section ARGS_f that does.
set -eu
source=$1 out=$2
shift 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# try NAME COMMAND...: NAME.yes is there afterwards if it compiles. Of warnings only those count that tell that a type is
# another one, also where a kernel is built with -Werror.
try() {
	name=$1
	shift
	"$@" -Wno-error -Werror=incompatible-pointer-types -Werror=implicit-function-declaration \
		-Werror=int-conversion -fsyntax-only "$source" >"$work/$name.log" 2>&1 && : >"$work/$name.yes"
}

sections() { sed -n "s/^#ifdef PROBE_$1\$/\1/p" "$source"; }

# BASE must compile: where it does not, the answers would all be a wrong "no".
names=$(sections '\([A-Z0-9_]*\)')
for name in $names; do
	try "$name" "$@" "-DPROBE_$name" &
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

# Nearly always the functions are all as they should be: one look at them together tells. Else each has one of its own.
functions=$(sections 'ARGS_\([a-z0-9_]*\)')
all=
for name in $functions; do
	all="$all -DPROBE_ARGS_$name"
done
# shellcheck disable=SC2086 # a word for each function
try functions "$@" -include "$work/out" $all || :
for name in $functions; do
	if [ -e "$work/functions.yes" ]; then
		: >"$work/$name.yes"
	else
		try "$name" "$@" -include "$work/out" "-DPROBE_ARGS_$name" &
	fi
done
wait
{
	printf '#define TCPWHY_KNOWN_FUNCTIONS'
	for name in $functions; do
		[ ! -e "$work/$name.yes" ] || printf ' "%s",' "$name"
	done
	echo
} >>"$work/out"
mv "$work/out" "$out"

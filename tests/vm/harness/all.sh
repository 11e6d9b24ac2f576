# SPDX-License-Identifier: GPL-2.0
# Every part of the harness, in one line for those who need them all. Sourced, never run.
# shellcheck shell=bash source-path=SCRIPTDIR

. "${BASH_SOURCE[0]%/*}/common.sh"
. "${BASH_SOURCE[0]%/*}/mirror.sh"
. "${BASH_SOURCE[0]%/*}/debootstrap.sh"
. "${BASH_SOURCE[0]%/*}/root.sh"
. "${BASH_SOURCE[0]%/*}/layer.sh"
. "${BASH_SOURCE[0]%/*}/sources.sh"
. "${BASH_SOURCE[0]%/*}/payload.sh"
. "${BASH_SOURCE[0]%/*}/boot.sh"
. "${BASH_SOURCE[0]%/*}/judge.sh"

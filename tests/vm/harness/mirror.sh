# SPDX-License-Identifier: GPL-2.0
# Which Debian archive to build the roots from: the one this machine's apt already uses. Sourced, never run.
# shellcheck shell=bash

# apt knows its sources in whatever format they are written; Label tells the archive from its security twin.
mirror_of() {
	local label=$1
	apt-get indextargets --format "\$(LABEL)|\$(REPO_URI)" 'Created-By: Packages' 'Origin: Debian' |
		awk -F'|' -v label="$label" '$1 == label { print $2; exit }'
}

# sources_for SUITE: the lines of its sources.list
sources_for() {
	local suite=$1 main security key extra
	main=${TCPWHY_MIRROR:-$(mirror_of Debian)}
	security=${TCPWHY_SECURITY_MIRROR:-$(mirror_of Debian-Security)}
	[[ $main ]] || die "apt has no Debian archive here: set TCPWHY_MIRROR (and TCPWHY_SECURITY_MIRROR)"
	[[ $security ]] || security=${main%/}-security/
	key='[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]'
	echo "deb $key $main $suite main"
	echo "deb $key $main $suite-updates main"
	echo "deb $key $security $suite-security main"
	for extra in "${@:2}"; do
		echo "deb $key $main $extra main"
	done
}

# Proxy and clock settings of this machine's apt hold inside a root too.
apt_options() {
	apt-config dump | grep -E '^Acquire::(http|https|ftp|Check|Retries|ForceIPv)' || :
}

# SPDX-License-Identifier: GPL-2.0
"""TCP's own counters of a namespace, named as in nstat(8) less the Tcp or TcpExt before it."""

PAWS = ("PAWSEstab", "PAWSTimewait", "PAWSOldAck")


def read(namespace):
    counters = {}
    for name in ("netstat", "snmp"):
        lines = namespace.read(name).splitlines()
        for heads, values in zip(lines[::2], lines[1::2]):
            if heads.startswith("Tcp"):
                counters.update(zip(heads.split()[1:], map(int, values.split()[1:])))
    return counters


def value(namespace, name):
    """0 where this kernel has no such counter."""
    return read(namespace).get(name, 0)


def paws(namespace):
    """All that PAWS has dropped; kernels differ in how many counters they spread it over."""
    counters = read(namespace)
    return sum(counters.get(name, 0) for name in PAWS)


def timewaits(namespace):
    """TIME_WAIT sockets there are."""
    for line in namespace.read("sockstat").splitlines():
        words = line.split()
        if words[0] == "TCP:":
            return int(words[words.index("tw") + 1])
    return 0

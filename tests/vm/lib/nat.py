# SPDX-License-Identifier: GPL-2.0
"""Hosts behind a router that gives all of them one address and one source port, before a server."""
from . import expect, sockets
from .segment import ACK, RST, behind
from .wire import Wire
from .world import World

SOURCE_PORT = 45000

# A NAT box that is short of ports gives one to the next as soon as its connection is closed.
TIMEOUTS = ("time_wait", "close")

RULES = """
table {table} nat {{
    chain postrouting {{
        type nat hook postrouting priority 100;
        oifname net1 meta l4proto tcp {translate}
    }}
}}
"""


class Nat(World):
    """`hosts` real stacks; with `hop`, the last of them sits behind the first, one hop further.

    With `spread` all is as it should be: each host has a source port of its own.
    """

    def __init__(self, family, hosts, hop=False, spread=False):
        super().__init__()
        self.family, self.spread = family, spread
        self.server = self.namespace("server")
        self.router = self.namespace("nat")
        self.outside, inside = self.cable(self.server, self.router, 1)
        self.server_address = self.outside.address(family)
        self.address = inside.address(family)
        self.hosts = [self.namespace("host") for _ in range(hosts)]
        for i, host in enumerate(self.hosts[:-1] if hop else self.hosts):
            self.default(self.cable(self.router, host, 10 + i)[1])
        if hop:
            self._one_hop_further()
        for namespace in [self.router] + self.hosts[:1]:
            namespace.sysctl("ipv4.ip_forward", 1)
            namespace.sysctl("ipv6.conf.all.forwarding", 1)
        self._translate()
        self.wire = self.keep(Wire(self.outside))

    def _one_hop_further(self):
        """The last host's way is longer, and its MTU smaller, as behind a tunnel."""
        first, far = self.hosts[0], self.hosts[-1]
        ends = self.cable(first, far, 99)
        self.default(ends[1])
        for end in ends:
            self.rtnl(end.namespace).up(end.dev, mtu=1400)
        self.route(self.router, self.family.prefix(99), self.family.host(10, 2))

    def _translate(self):
        six = self.family.six
        address = f"[{self.address}]" if six else self.address
        rules = RULES.format(table="ip6" if six else "ip", translate="masquerade" if self.spread
                             else f"snat to {address}:{SOURCE_PORT}")
        self.router.run("nft", "-f", "-", input=rules)
        for name in TIMEOUTS:
            self.router.sysctl(f"netfilter.nf_conntrack_tcp_timeout_{name}", 0)

    def forget(self):
        """Waits until the NAT box has forgotten all connections, which are closed.

        To look is what makes it: an entry whose time is up keeps a source port that leaves no
        choice (nf_nat_core.c, get_unique_tuple()) until somebody comes by.
        """
        expect.eventually("connections the NAT box knows",
                          lambda: self.router.read("nf_conntrack"), "")

    def begin(self, host, port):
        """A connection that a host begins; whether it gets anywhere is to be seen."""
        source_port = SOURCE_PORT + self.hosts.index(host) if self.spread else SOURCE_PORT
        return sockets.begin(host, self.family, self.server_address, port, source_port)

    def syns(self, port):
        """All SYNs that have reached this port, in order."""
        return self.wire.find(lambda s: s.is_syn() and s.dport == port)

    def learn(self, port, hosts, number):
        """`number` of each host's SYN to this port, which must be closed as yet.

        A stack's offsets (of timestamps, of sequence numbers) are random, and stay as they are for
        the same addresses and ports.
        """
        numbers = {}
        for host in hosts:
            self.forget()
            since = len(self.wire.read())
            with self.begin(host, port):
                syn = self.wire.wait("SYN", lambda s: s.is_syn() and s.dport == port, since)
                self.wire.wait("RST", lambda s: s.flags == RST | ACK and s.sport == port, since)
            numbers[host] = number(syn)
        self.forget()
        return numbers

    def timestamps(self, port, hosts):
        return self.learn(port, hosts, lambda syn: syn.ts[0])


def each_behind(numbers):
    """The hosts in an order in which each one's number is behind that of the one before.

    Numbers lie on a circle, so that there is no greatest one, but there is always such an order.
    """
    order = []
    for host in numbers:
        at = 0
        while at < len(order) and behind(numbers[host], numbers[order[at]]) > 0:
            at += 1
        order.insert(at, host)
    return order


def most_behind(numbers):
    """A host that most others are behind, and those others."""
    def others(host):
        return [other for other in numbers
                if other is not host and behind(numbers[other], numbers[host]) > 0]
    best = max(numbers, key=lambda host: len(others(host)))
    return best, others(best)

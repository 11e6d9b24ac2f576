# SPDX-License-Identifier: GPL-2.0
"""Worlds in which datagrams come in pieces, and not all of them arrive."""
import socket

from . import expect, tool
from .crafted import Crafted
from .wire import Wire
from .world import World

LOST, DROPPED = "fragment-lost", "fragment-dropped"
PORT, SOURCE_PORT = 5060, 40000
SIZE, SMALL = 4000, 20  # bytes of a datagram: three pieces, or whole
UDP, TCP, ICMP, ICMP6 = 17, 6, 1, 58
IP_MTU_DISCOVER, IP_PMTUDISC_DONT = 10, 0

# Which pieces a router loses, as nft sees them.
FIRST, LATER, MIDDLE, LAST, ALL = "first", "later", "middle", "last", "all"
RULES = {
    (4, FIRST): "ip frag-off & 0x3fff == 0x2000", (6, FIRST): "frag frag-off 0 frag more-fragments 1",
    (4, LATER): "ip frag-off & 0x1fff != 0", (6, LATER): "frag frag-off != 0",
    (4, MIDDLE): "ip frag-off & 0x2000 != 0 ip frag-off & 0x1fff != 0",
    (6, MIDDLE): "frag frag-off != 0 frag more-fragments 1",
    (4, LAST): "ip frag-off & 0x3fff < 0x2000 ip frag-off & 0x1fff != 0",
    (6, LAST): "frag frag-off != 0 frag more-fragments 0",
    (4, ALL): "meta length >= 200", (6, ALL): "meta length >= 200",
}
TABLE = """
table {table} path {{
    chain before {{
        type filter hook prerouting priority -500;
        {rule} drop
    }}
}}
"""


def short(namespace):
    """Pieces are waited for one second."""
    namespace.sysctl("ipv4.ipfrag_time", 1)
    namespace.sysctl("ipv6.ip6frag_time", 1)


def reassembled(namespace, family, name):
    """A counter of the family: ReasmOKs, ReasmFails, ReasmTimeout."""
    if family.six:
        for line in namespace.read("snmp6").splitlines():
            if line.split()[0] == "Ip6" + name:
                return int(line.split()[1])
        return 0
    heads, values = (line.split() for line in namespace.read("snmp").splitlines()[:2])
    return int(values[heads.index(name)])


def receiver(namespace, family, port=PORT):
    with namespace:
        sock = socket.socket(family.number, socket.SOCK_DGRAM)
    sock.bind(("::" if family.six else "0.0.0.0", port))
    sock.settimeout(expect.DEADLINE)
    return sock


def pattern(size):
    return bytes(i * 7 & 0xff for i in range(size))


class Path(World):
    """A client, a router, and a server that waits a second for pieces; some may be lost between."""

    def __init__(self, family):
        super().__init__()
        self.family = family
        self.client, self.router, self.server = (self.namespace(role) for role in
                                                 ("client", "router", "server"))
        near, middle = self.cable(self.client, self.router, 1)
        beyond, far = self.cable(self.router, self.server, 2)
        self.default(near)
        self.default(far)
        self.router.sysctl("ipv4.ip_forward", 1)
        self.router.sysctl("ipv6.conf.all.forwarding", 1)
        self.ends = near, middle, beyond, far
        self.client_address, self.server_address = near.address(family), far.address(family)
        # What each piece has in front, and what fits behind it into 1500 bytes.
        self.headers, self.piece = (48, 1448) if family.six else (20, 1480)
        short(self.server)
        self.service = self.keep(receiver(self.server, family))
        self.sender = self.keep(receiver(self.client, family, SOURCE_PORT))
        # So that a router may cut what does not fit.
        if not family.six:
            self.sender.setsockopt(socket.IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT)

    def loses(self, pieces, where=None):
        """A firewall at the router, or right before the server, that sees the pieces as they are."""
        (where or self.router).run("nft", "-f", "-", input=TABLE.format(
            table="ip6" if self.family.six else "ip",
            rule=RULES[6 if self.family.six else 4, pieces]))

    def send(self, times, size=SIZE):
        for _ in range(times):
            self.sender.sendto(pattern(size), (self.server_address, PORT))

    def arrives(self, size=SIZE):
        expect.equal("what the service reads", self.service.recv(65535), pattern(size))

    def lost(self, times, **evidence):
        """So many, and nothing else, neither here nor at the router; the finding."""
        row = tool.only(self.server, self.client_address, LOST, times)
        expect.subset("the finding", row, {"severity": "trouble", "confidence": "possible"})
        expect.subset("evidence", row["evidence"], dict({"fragment_wait_ms": 1000}, **evidence))
        tool.reconciled(self.server)
        tool.silent(self.router)
        return row


class Forger(World):
    """A server that hears pieces from whoever we say, and a service that gets what is whole."""

    def __init__(self, family):
        super().__init__()
        self.family = family
        self.server, self.out = self.namespace("server"), self.namespace("out")
        self.far, self.near = self.cable(self.server, self.out, 9, (True, False))
        self.address = self.far.address(family)
        self.route(self.server, family.beyond, self.near.address(family))
        short(self.server)
        self.wire = self.keep(Wire(self.near))
        self.service = self.keep(receiver(self.server, family))
        self.peer = family.foreign(1)
        self.made = self.crafted(1)
        self.data = pattern(240)
        self.udp = self.made.udp(SOURCE_PORT, PORT, self.data)

    def crafted(self, host):
        return Crafted(self.wire, self.family, self.family.foreign(host), self.address)

    def piece(self, start, end, number, more=None, made=None, **how):
        """Of the datagram, from byte to byte."""
        (made or self.made).fragment(self.udp[start:end], start,
                                     end < len(self.udp) if more is None else more, number,
                                     proto=UDP, **how)

    def arrives(self):
        expect.equal("what the service reads", self.service.recv(65535), self.data)

    def expires(self, times=1):
        expect.eventually("datagrams given up", lambda: reassembled(
            self.server, self.family, "ReasmTimeout"), times)

    def refused(self, times, reason, **evidence):
        row = tool.only(self.server, self.peer, DROPPED, times)
        expect.subset("the finding", row, {"severity": "trouble", "confidence": "possible"})
        expect.subset("evidence", row["evidence"], dict({"fragment_reason": reason}, **evidence))
        return row

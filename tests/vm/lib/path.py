# SPDX-License-Identifier: GPL-2.0
"""A client and a server with two routers between them, and a link in the middle that carries less."""
from .scenario import IPV4, IPV6
from .world import World

SILENT = """
table inet silent {
    chain output {
        type filter hook output priority 0;
        icmp type destination-unreachable icmp code 4 drop
        icmpv6 type packet-too-big drop
    }
    chain forward {
        type filter hook forward priority 0;
        icmp type destination-unreachable icmp code 4 drop
        icmpv6 type packet-too-big drop
    }
}
"""


class Path(World):
    """client - r1 - r2 - server; `mtu` is that of the middle link, `edge` that of the two others.

    Each of `links` is a pair of ends, the client's side first.
    """

    def __init__(self, family, mtu=1500, edge=1500):
        super().__init__()
        self.family = family
        self.client, self.r1, self.r2, self.server = chain = [
            self.namespace(role) for role in ("client", "r1", "r2", "server")]
        self.links = [self.cable(one, two, net)
                      for net, (one, two) in enumerate(zip(chain, chain[1:]), 1)]
        first, middle, last = self.links
        self.client_address, self.r1_address = (end.address(family) for end in first)
        self.r2_address, self.server_address = (end.address(family) for end in last)
        self.default(first[0])
        self.default(last[1])
        for way in (IPV4, IPV6):
            self.route(self.r1, way.prefix(3), middle[1].address(way))
            self.route(self.r2, way.prefix(1), middle[0].address(way))
        for router in self.routers:
            router.sysctl("ipv4.ip_forward", 1)
            router.sysctl("ipv6.conf.all.forwarding", 1)
        for link in (first, last):
            self.set_mtu(link, edge)
        self.narrow(mtu)

    @property
    def routers(self):
        return self.r1, self.r2

    def set_mtu(self, link, mtu):
        """Of both its ends. Below 1280 there is no IPv6 on it any more (RFC 8200, section 5)."""
        for end in link:
            self.rtnl(end.namespace).up(end.dev, mtu=mtu)

    def narrow(self, mtu):
        """From now on the middle link carries so much."""
        self.set_mtu(self.links[1], mtu)

    def filter_too_big(self):
        """From now on no router tells anybody that a packet was too big, nor lets it be told."""
        for router in self.routers:
            router.run("nft", "-f", "-", input=SILENT)

    def tell_too_big(self):
        """Ends what filter_too_big() began."""
        for router in self.routers:
            router.run("nft", "delete", "table", "inet", "silent")

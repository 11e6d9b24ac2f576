# SPDX-License-Identifier: GPL-2.0
"""A client and a server with two routers between them, and a link in the middle that carries less."""
from . import expect
from .ethtool import offload
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
        self.routers = [self.r1, self.r2]
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
            self.forwards(router)
        for link in (first, last):
            self.set_mtu(link, edge)
        self.narrow(mtu)

    @staticmethod
    def forwards(router):
        router.sysctl("ipv4.ip_forward", 1)
        router.sysctl("ipv6.conf.all.forwarding", 1)

    def router(self, role):
        """One more; its cables and routes are up to the caller."""
        router = self.namespace(role)
        self.forwards(router)
        self.routers.append(router)
        return router

    def set_mtu(self, link, mtu):
        """Of its ends, or of those given. Below 1280 there is no IPv6 on it any more (RFC 8200, section 5)."""
        for end in link:
            self.rtnl(end.namespace).up(end.dev, mtu=mtu)

    def narrow(self, mtu):
        """From now on the middle link carries so much."""
        self.set_mtu(self.links[1], mtu)

    def cut(self):
        """The middle link has no carrier from now on."""
        end = self.links[1][0]
        end.namespace.sysctl(f"ipv6.conf.{end.dev}.keep_addr_on_down", 1)
        end.namespace.run("ip", "link", "set", end.dev, "down")

    def join(self):
        """Ends what cut() began."""
        end = self.links[1][0]
        self.rtnl(end.namespace).up(end.dev)
        for way in (IPV4, IPV6):
            self.rtnl(end.namespace).neighbour(end.dev, end.other.address(way), end.other.mac)
            self.route(end.namespace, way.prefix(3), end.other.address(way))

    def tunnel(self, kind):
        """The middle link's packets go by a tunnel over it, which takes some of each for its own headers."""
        for end in self.links[1]:
            other = end.other
            run, here, there = end.namespace.run, end.address(self.family), other.address(self.family)
            if kind == "vxlan":
                made = ("id", "1", "dstport", "4789", "dev", end.dev)
                here, there = end.address(IPV4), other.address(IPV4)
            else:
                made = ()
            done = run("ip", "link", "add", "tun", "type", kind, "local", here, "remote", there, *made,
                       check=False)
            if done.returncode:
                raise expect.Lacking(f"no {kind}: {done.stderr.strip()}")
            bits = 64 if self.family.six else 24
            run("ip", "address", "add", f"{self.family.host(4, end.host)}/{bits}", "dev", "tun")
            run("ip", "link", "set", "tun", "up")
            run("ip", "route", "replace", self.family.prefix(1 if end.host == 2 else 3), "via",
                self.family.host(4, other.host), "dev", "tun")

    def offload(self, state):
        """Whether packets are put together, and cut, by devices: `on` or `off`."""
        for end in (end for link in self.links for end in link):
            offload(end, state == "on")

    def netem(self, *words, ways=2):
        """What becomes of each packet on the middle link, both ways, or only on its way to the client."""
        for end in self.links[1][-ways:]:
            end.namespace.run("tc", "qdisc", "add", "dev", end.dev, "root", "netem", *words, "limit", "10000")

    def filter_too_big(self):
        """From now on no router tells anybody that a packet was too big, nor lets it be told."""
        for router in self.routers:
            router.run("nft", "-f", "-", input=SILENT)

    def tell_too_big(self):
        """Ends what filter_too_big() began."""
        for router in self.routers:
            router.run("nft", "delete", "table", "inet", "silent")

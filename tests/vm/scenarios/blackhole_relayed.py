# SPDX-License-Identifier: GPL-2.0
"""IPVS sends on what is too large for the way to its real server, and says so to a client that does not hear it."""
import re

from lib import expect, sockets, tool, tried, typed
from lib.answers import LONG, PORT, arrives
from lib.container import Initial
from lib.scenario import IPV4, IPV6, scenario
from lib.world import World

CAUSE = "blackhole-forward"
MTU, WHOLE = 1400, 1500
TUNNEL = 20  # bytes of IPIP's header
SIZE = 20000
DEAF = "table inet deaf { chain input { type filter hook input priority 0; " \
    "icmp type destination-unreachable drop; icmpv6 type packet-too-big drop; }; }"


class Director(World):
    """A client, a director and a real server, which answers past the director."""

    def __init__(self, family, mtu):
        super().__init__()
        self.family = family
        self.client, self.director, self.real = (self.namespace(role) for role in ("client", "director", "real"))
        tried.modules(Initial(), "ip_vs", "ip_vs_rr")
        near, far = self.cable(self.client, self.director, 1), self.cable(self.director, self.real, 2)
        back = self.cable(self.real, self.client, 3)
        for namespace in (self.client, self.director, self.real):
            namespace.sysctl("ipv4.ip_forward", 1)
            for name in ("all", "default", *(end.dev for end in (*near, *far, *back) if end.namespace is namespace)):
                namespace.sysctl(f"ipv4.conf.{name}.rp_filter", 0)
        for end in (*near, *far, *back):
            end.namespace.run("ethtool", "-K", end.dev, "tso", "off", "gso", "off", "gro", "off")
        for end in far:
            self.rtnl(end.namespace).up(end.dev, mtu=mtu)
        self.client_address, self.service = (end.address(family) for end in near)
        self.real_address = far[1].address(family)
        bits = 128 if family.six else 32
        self.real.run("ip", "addr", "add", f"{self.service}/{bits}", "dev", "lo")
        for way in (IPV4, IPV6):
            self.route(self.real, way.prefix(1), back[1].address(way))
        self.listener = self.keep(sockets.listen(self.real, family, PORT))
        self.client.run("nft", "-f", "-", input=DEAF)

    def serve(self, method):
        def shown(host):
            return f"[{host}]" if self.family.six else host
        run = self.director.run
        run("ipvsadm", "-A", "-t", f"{shown(self.service)}:{PORT}", "-s", "rr")
        run("ipvsadm", "-a", "-t", f"{shown(self.service)}:{PORT}", "-r", f"{shown(self.real_address)}:{PORT}", method)

    def uploads(self, size=SIZE):
        """(client, server) of a connection that sends so much."""
        client = self.keep(sockets.connect(self.client, self.family, self.service, PORT))
        server = self.keep(sockets.accept(self.listener))
        server.settimeout(LONG)
        client.sendall(b"x" * size)
        return client, server

    def told(self, relay, mtu):
        """The real server is named, and not the director's own address; what is printed for it helps."""
        client, _ = self.uploads()
        expect.eventually(CAUSE, lambda: tool.count(self.director, self.real_address, CAUSE), seconds=LONG)
        row = tool.only(self.director, self.real_address, CAUSE, 1)
        expect.subset("finding", row, {"severity": "trouble", "confidence": "possible", "rport": PORT})
        expect.subset("evidence", row["evidence"], {
            "sender": self.client_address, "service": self.service, "relay": relay, "mtu": mtu, "size_fails": WHOLE})
        sockets.reset(client)
        rows = typed.remedies(self.director, self.real_address, CAUSE)
        expect.equal("where they belong", [row["where"] for row in rows], ["on the real server"])
        route = self.real.run("sh", "-c", rows[0]["command"]).stdout.strip().splitlines()[-1]
        change, advmss = re.search("`(ip [^`]*)`", rows[0]["text"]), re.search("advmss [0-9]+", rows[0]["text"])
        expect.equal("the number", advmss.group(0), f"advmss {mtu - (60 if self.family.six else 40)}")
        typed.paste(self.real, f"{change.group(1)} {route} {advmss.group(0)}", times=2)
        arrives(self.uploads()[1], SIZE)
        self.director.run("ipvsadm", "-C")


@scenario
def direct(family):
    """The way to the real server carries less than the way to the director."""
    with Director(family, MTU) as world:
        world.serve("-g")
        world.told("direct", MTU)


@scenario(families=False)
def tunnel():
    """A tunnel takes some of each packet."""
    with Director(IPV4, WHOLE) as world:
        tried.modules(Initial(), "ipip")
        world.real.ip("link set tunl0 up")
        world.real.sysctl("ipv4.conf.tunl0.rp_filter", 0)
        world.serve("-i")
        world.told("tunnel", WHOLE - TUNNEL)

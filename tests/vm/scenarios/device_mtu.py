# SPDX-License-Identifier: GPL-2.0
"""A device of this host drops what is too large as it is sent, and no router says a word."""
import select
import socket
import time

from lib import expect, sockets, tool, typed
from lib.answers import LONG, PORT, arrives
from lib.scenario import IPV4, IPV6, scenario
from lib.world import World

CAUSE = "device-mtu-drop"
MTU, BEYOND = 1500, 1400
SIZE = 20000


class Container(World):
    """The client is a container whose eth0 has 1500 bytes; the other end of its veth pair, on the node, has less."""

    def __init__(self, family, beyond=BEYOND):
        super().__init__()
        self.family = family
        self.client, self.node, self.server = (self.namespace(role) for role in ("client", "node", "server"))
        self.near, self.far = self.cable(self.client, self.node, 1), self.cable(self.node, self.server, 2)
        self.default(self.near[0])
        self.default(self.far[1])
        self.node.sysctl("ipv4.ip_forward", 1)
        self.node.sysctl("ipv6.conf.all.forwarding", 1)
        for end in (*self.near, *self.far):
            end.namespace.run("ethtool", "-K", end.dev, "tso", "off", "gso", "off", "gro", "off")
        self.dev = self.near[0].dev
        self.narrow(beyond)
        self.client_address, self.server_address = self.near[0].address(family), self.far[1].address(family)
        self.listener = self.keep(sockets.listen(self.server, family, PORT))

    def narrow(self, mtu):
        end = self.near[1]
        self.rtnl(end.namespace).up(end.dev, mtu=mtu)

    def pair(self):
        """(client, server) of a connection."""
        client = self.keep(sockets.connect(self.client, self.family, self.server_address, PORT))
        client.settimeout(LONG)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        server = self.keep(sockets.accept(self.listener))
        server.settimeout(LONG)
        return client, server

    def sends(self):
        """A connection that sends much."""
        client, server = self.pair()
        client.sendall(b"x" * SIZE)
        return client, server

    def named(self, times, **evidence):
        expect.eventually(CAUSE, lambda: tool.count(self.client, self.server_address, CAUSE) >= times, seconds=LONG)
        row = tool.only(self.client, self.server_address, CAUSE, times)
        expect.subset("finding", row, {"severity": "trouble", "confidence": "certain", "rport": PORT})
        expect.subset("evidence", row["evidence"], evidence)
        return row["evidence"]


def index(namespace, dev):
    with namespace:
        return socket.if_nametoindex(dev)


@scenario
def veth(family):
    """It is named with both MTUs; what is typed as it is printed helps the connection that is stuck, and new ones."""
    with Container(family) as world:
        client, server = world.sends()
        got = world.named(1, size_fails=MTU, mtu=MTU, mtu_beyond=BEYOND, device=index(world.client, world.dev))
        expect.within("times", got["retries"], 3, 5)
        tool.quiet(world.node, world.server)
        row = typed.remedy(world.client, world.server_address, CAUSE, "ip link set")
        expect.equal("what is to be typed", row["command"], f"ip link set dev {world.dev} mtu {BEYOND}")
        typed.paste(world.client, row["command"], times=2)
        arrives(server, SIZE)
        arrives(world.sends()[1], SIZE)
        typed.undo(world.client, row)
        server = world.sends()[1]
        expect.equal("what arrives again", select.select([server], [], [], 2)[0], [])


@scenario
def bridge(family):
    """The host's bridge has a larger MTU than its port."""
    with Container(family, beyond=MTU) as world:
        end = world.near[0]
        world.client.ip("link add br0 type bridge", f"addr flush dev {end.dev}", f"link set br0 address {end.mac}",
                        f"link set {end.dev} master br0", "link set br0 mtu 1500 up",
                        *(f"addr add {end.address(way)}/{64 if way.six else 24} dev br0" for way in (IPV4, IPV6)),
                        f"link set {end.dev} mtu {BEYOND}", "link set br0 mtu 1500")
        expect.eventually("its port forwards", lambda: "state forwarding" in world.client.run("bridge", "link").stdout)
        for way in (IPV4, IPV6):
            world.client.run("ip", "route", "replace", "default", "via", end.other.address(way), "dev", "br0")
        world.client.run("ethtool", "-K", "br0", "tso", "off", "gso", "off", check=False)
        client, server = world.sends()
        world.named(1, size_fails=MTU, mtu=MTU, mtu_beyond=BEYOND, device=index(world.client, "br0"))
        row = typed.remedy(world.client, world.server_address, CAUSE, "ip link set")
        typed.paste(world.client, row["command"])
        arrives(server, SIZE)


@scenario
def given_up(family):
    """The connection that dies of it is no second finding, and nothing that was refused counts as sent."""
    tool.beside("timeout-retransmit")
    with Container(family) as world:
        client, _ = world.pair()
        client.setsockopt(socket.IPPROTO_TCP, 18, 4000)  # TCP_USER_TIMEOUT, linux/tcp.h
        client.sendall(b"x" * SIZE)
        world.named(1)
        expect.fails("reading", TimeoutError, client.recv, 1)
        rows = {row["cause"]: row for row in tool.findings(world.client)}
        expect.true("no time-out beside it", "timeout-retransmit" not in rows, rows)
        tool.reconciled(world.client)


@scenario
def what_is_no_such_drop(family):
    """The other end is down for some seconds, and a rule drops large packets: neither is of a device's size."""
    with Container(family, beyond=MTU) as world:
        client, server = world.pair()
        table = "ip6" if family.six else "ip"
        world.client.run("nft", "-f", "-", input=f"table {table} drops {{ chain output {{ type filter hook output "
                         "priority 0; meta length > 1000 drop; }; }\n")
        client.sendall(b"x" * 5000)
        time.sleep(2)
        world.client.run("nft", "flush", "ruleset")
        arrives(server, 5000)
        end = world.near[1]
        world.node.run("tc", "qdisc", "add", "dev", end.dev, "root", "netem", "loss", "100%")
        client.sendall(b"x" * 5000)
        time.sleep(2)
        world.node.run("tc", "qdisc", "del", "dev", end.dev, "root")
        arrives(server, 5000)
        tool.quiet(world.client, world.node, world.server, but=("blackhole-send",))
        expect.equal("drops", tool.count(world.client, world.server_address, CAUSE), 0)


@scenario
def small_ones_fit(family):
    """Unequal MTUs are no harm to who sends no more than fits: its peer asks for less."""
    with Container(family) as world:
        world.server.run("ip", *(("-6",) if family.six else ()), "route", "replace", "default", "via",
                         world.far[0].address(family), "advmss", "1300")
        client, server = world.sends()
        arrives(server, SIZE)
        tool.quiet(world.client, world.node, world.server)

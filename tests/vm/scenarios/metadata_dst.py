# SPDX-License-Identifier: GPL-2.0
"""Packets that tc or a bridge sends to a tunnel in external mode: their route is a metadata dst, without a device."""
import socket

from lib import expect, external, module, sockets, tool
from lib.answers import LONG, PORT, Answers, arrives
from lib.scenario import IPV4, IPV6, scenario
from lib.world import World

RESETS = True

CAUSE, FORWARDED = "blackhole-forward", "rst-forwarded"
MTU, WHOLE = 1400, 1500
CLOSED = PORT + 1


class Tunnelled(Answers):
    """What the server sends goes through a tunnel from r2 to r1: tc hands it over as it would leave."""

    def __init__(self, family, kind):
        super().__init__(family, mtu=WHOLE)
        for way in (IPV4, IPV6):  # its retransmission timer waits for some 20 ms at first, not 200
            self.server.run("ip", "route", "replace", "default", "via",
                            self.links[-1][0].address(way), "rto_min", "20ms")
        self.offload("off")
        outer = external.OUTER[kind]
        near, far = self.links[1]
        # Who carries frames takes in those that are for the port that they would have come to.
        mac = ("address", near.mac) if kind in external.PORTS else ()
        external.make(self.r1, kind)
        external.make(self.r2, kind)
        self.r1.run("ip", "link", "set", external.DEVICE, *mac, "up")
        self.r2.run("ip", "link", "set", external.DEVICE, "mtu", MTU, "up")
        external.feed(self.r2, far.dev, family, kind, far.address(outer), near.address(outer))

    def connect(self):
        client = self.keep(sockets.make(self.client, self.family))
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        pair = self.asks(client, self.server_address, LONG * expect.PATIENCE)
        self.keep(pair[1])
        return pair


def refused(world):
    """The server's RST passes both routers, and each sees it once: with the metadata dst, and without."""
    expect.fails("connecting", ConnectionRefusedError, sockets.connect, world.client, world.family,
                 world.server_address, CLOSED)
    for router in (world.r1, world.r2):
        row = tool.counted(router, world.server_address, FORWARDED, 1)
        expect.subset("evidence", row["evidence"], {"origin": "forwarded"})


def told(family, kind):
    """The tunnel is too small for the server's segments, and nobody tells it: the gateway names whom it is about."""
    with Tunnelled(family, kind) as world:
        refused(world)
        before = tool.counter(world.r2, "forwarded-too-big")
        _, server = world.answered(20000)
        expect.eventually("a verdict", lambda: tool.count(world.r2, world.client_address, CAUSE), seconds=LONG)
        row = tool.counted(world.r2, world.client_address, CAUSE, 1)
        expect.equal("confidence", row["confidence"], "certain")
        evidence = row["evidence"]
        expect.subset("evidence", evidence, {"sender": world.server_address, "size_fails": WHOLE})
        expect.within("MTU that it told", evidence["mtu"], 1280, WHOLE - 1)
        expect.true("segments too big", tool.counter(world.r2, "forwarded-too-big") - before >= 4)
        sockets.reset(server)


@scenario
def gre(family):
    told(family, "gre")


@scenario
def ip6gre(family):
    # dev_is_mac_header_xmit() does not know it there: what is sent begins with an Ethernet header.
    if not module.newer_kernel_than(5, 10):
        raise expect.Lacking("5.10's mirred takes ip6gre for a device that carries frames")
    told(family, "ip6gre")


@scenario
def ip6tnl(family):
    told(family, "ip6tnl")


@scenario(families=False)
def ipip():
    """Which carries IPv4 alone."""
    told(IPV4, "ipip")


def carried(family, kind):
    """Its packets are large, and go in pieces where they have to: all of it arrives, and nobody is named."""
    with Tunnelled(family, kind) as world:
        refused(world)
        client, _ = world.answered(50000)
        arrives(client, 50000)
        for router in (world.r1, world.r2):
            expect.equal(f"findings above info in {router.name}", tool.causes(router), [])


@scenario
def vxlan(family):
    carried(family, "vxlan")


@scenario
def geneve(family):
    carried(family, "geneve")


class Bridged(World):
    """client - gateway - server; the gateway is a bridge, and the server's side of it a VXLAN that is told by VLAN
    where to send what. br_netfilter gives what passes to the firewall, and so to FORWARD."""

    VLAN = 10

    def __init__(self, family):
        super().__init__()
        self.family = family
        self.client, self.gateway, self.server = (self.namespace(role) for role in ("client", "gateway", "server"))
        self.near = self.cable(self.client, self.gateway, 1, (True, False))
        self.under = self.cable(self.gateway, self.server, 2)
        if self.gateway.run("modprobe", "br_netfilter", check=False).returncode:
            raise expect.Lacking("no br_netfilter")
        here, there = (end.address(IPV4) for end in self.under)
        external.make(self.gateway, "vxlan", "local", here)
        self.gateway.ip("link add br0 type bridge vlan_filtering 1 mcast_snooping 0",
                        f"link set {self.near[1].dev} master br0", f"link set {external.DEVICE} master br0",
                        "link set br0 up", f"link set {external.DEVICE} up")
        self.bridge()
        self.gateway.run("bridge", "fdb", "append", "00:00:00:00:00:00", "dev", external.DEVICE, "dst", there,
                         "vni", external.KEY, "src_vni", external.KEY, "self")
        self.server.ip(f"link add tun type vxlan id {external.KEY} dstport {external.PORTS['vxlan']} remote {here} "
                       f"local {there}", "link set tun up")
        self.server_address = self.family.host(1, 2)
        self.server.run("ip", "address", "add", f"{self.server_address}/{64 if family.six else 24}", "dev", "tun",
                        *(("nodad",) if family.six else ()))
        self.neighbours()

    def bridge(self):
        """The client's port is of the VLAN, untagged; the tunnel's translates it."""
        near, tun, vlan = self.near[1].dev, external.DEVICE, self.VLAN
        run = self.gateway.run
        done = run("ip", "link", "set", tun, "type", "bridge_slave", "vlan_tunnel", "on", check=False)
        if done.returncode:
            raise expect.Lacking(f"no vlan_tunnel: {done.stderr.strip()}")
        run("bridge", "vlan", "add", "dev", near, "vid", vlan, "pvid", "untagged")
        run("bridge", "vlan", "add", "dev", tun, "vid", vlan)
        run("bridge", "vlan", "add", "dev", tun, "vid", vlan, "tunnel_info", "id", external.KEY)

    def neighbours(self):
        """Each knows the other's, as no discovery is played here."""
        ours = self.near[0]
        mac = "02:00:00:00:01:99"
        self.server.run("ip", "link", "set", "tun", "address", mac)
        self.server.run("ip", "neigh", "replace", ours.address(self.family), "lladdr", ours.mac, "dev", "tun",
                        "nud", "permanent")
        self.client.run("ip", "neigh", "replace", self.server_address, "lladdr", mac, "dev", ours.dev,
                        "nud", "permanent")


@scenario
def bridged(family):
    """FORWARD gets what has no route but a metadata dst."""
    with Bridged(family) as world:
        before = tool.counter(world.gateway, "forwarded")
        listener = world.keep(sockets.listen(world.server, family, PORT))
        client = sockets.connect(world.client, family, world.server_address, PORT)
        server = sockets.accept(listener)
        client.sendall(b"hello")
        expect.equal("what the server reads", server.recv(16), b"hello")
        sockets.reset(server)
        client.close()
        # The SYN, on its way to the tunnel. What comes from there has a VLAN's tag, and is not the firewall's.
        expect.true("a segment was looked into", tool.counter(world.gateway, "forwarded") > before)

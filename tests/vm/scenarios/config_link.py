# SPDX-License-Identifier: GPL-2.0
"""Devices that are not plain ones: VRF, macvlan, ipvlan, a port that is mirrored, and link-local addresses."""
import socket

from lib import expect, sockets, tool, tried
from lib.container import Initial
from lib.resets import PORT
from lib.scenario import IPV4, IPV6, scenario
from lib.wire import Wire
from lib.world import Pair, World


class Made(World):
    """A client and a server of which the scenario makes the devices."""

    def __init__(self, family):
        super().__init__()
        self.family = family
        self.client, self.server = self.namespace("client"), self.namespace("server")
        self.client_address, self.server_address = family.host(9, 1), family.host(9, 2)

    def cable(self, dev="net9"):  # pylint: disable=arguments-differ
        """A client's device with addresses, and a server's `dev` without."""
        self.client.ip(f"link add net9 type veth peer name {dev} netns {self.server.name}", *addresses("net9", 1))


def addresses(dev, host):
    """Of host number `host` of network 9."""
    return (f"link set {dev} up", f"addr add {IPV4.host(9, host)}/24 dev {dev}",
            f"addr add {IPV6.host(9, host)}/64 dev {dev} nodad")


@scenario
def vrf(family):
    """The server's device belongs to a VRF, and its listener serves all of them."""
    with Made(family) as world:
        tried.modules(Initial(), "vrf")
        world.cable()
        world.server.ip("link add red type vrf table 10", "link set red up", "link set net9 master red",
                        *addresses("net9", 2))
        world.server.sysctl("ipv4.tcp_l3mdev_accept", 1)
        service = tried.service(world)
        service.works()
        service.unread()
        tried.refused(world.server, world.client, family, world.server_address, PORT + 1, world.client_address)


@scenario(families=False)
def link_local():
    """Two neighbours of one link-local address, on two links."""
    with World() as world:
        server, near = world.namespace("server"), [world.namespace("client") for _ in range(2)]
        for number, client in enumerate(near, 1):
            client.ip(f"link add net9 type veth peer name net{number} netns {server.name}",
                      "link set net9 addrgenmode none up", "addr add fe80::99/64 dev net9 nodad")
            server.ip(f"link set net{number} addrgenmode none up", f"addr add fe80::1/64 dev net{number} nodad")
        listener = world.keep(sockets.listen(server, IPV6, PORT))

        def connect(client, port=PORT):
            sock = sockets.make(client, IPV6)
            with client:
                sock.connect(("fe80::1", port, 0, socket.if_nametoindex("net9")))
            return sock
        for number, client in enumerate(near, 1):
            service = tried.Service(server, listener, client, "fe80::99", lambda client=client: connect(client))
            if number == 1:
                service.works(*near)
            expect.fails("connecting", ConnectionRefusedError, connect, client, PORT + 1)
            tool.counted(server, "fe80::99", "rst-port-closed", number)
            tool.counted(client, "fe80::1", "peer-refused", 1)
        service.unread()


LOWER = "02:00:00:00:09:03"


class Upon(Made):
    """The server's device lies upon one of another namespace, which sees its packets pass."""

    def __init__(self, family, device):
        super().__init__(family)
        self.host = self.namespace("host")
        self.client.ip(f"link add net9 type veth peer name lower address {LOWER} netns {self.host.name}",
                       *addresses("net9", 1))
        self.host.ip(*addresses("lower", 3), f"link add upper link lower type {device}",
                     f"link set upper netns {self.server.name}")
        self.server.ip("link set upper name net9", *addresses("net9", 2))

    def tried(self):
        service = tried.service(self)
        service.works(self.host)
        service.unread()
        tool.silent(self.host)


@scenario
def macvlan(family):
    """A container's device with a MAC of its own."""
    tried.modules(Initial(), "macvlan")
    with Upon(family, "macvlan mode bridge") as world:
        world.tried()


@scenario
def ipvlan(family):
    """One that shares its host's MAC: bridged, and routed through the host's netfilter."""
    tried.modules(Initial(), "ipvlan")
    with Upon(family, "ipvlan mode l2") as world:
        world.tried()
    with Upon(family, "ipvlan mode l3s") as world:
        # It neither asks nor answers who has an address.
        world.client.ip(f"neigh add {world.server_address} lladdr {LOWER} dev net9")
        world.tried()


@scenario
def mirred(family):
    """Each packet that comes is copied to somebody who listens."""
    with Pair(family) as world:
        tried.modules(Initial(), "sch_ingress", "cls_matchall", "act_mirred")
        watcher = world.namespace("watcher")
        world.server.ip(f"link add span type veth peer name tap netns {watcher.name}", "link set span up")
        watcher.ip("link set tap up")
        dev, tc = world.far.dev, ("tc", "filter", "add", "dev")
        world.server.run("tc", "qdisc", "add", "dev", dev, "ingress")
        world.server.run(*tc, dev, "ingress", "matchall", "action", "mirred", "egress", "mirror", "dev", "span")
        wire = world.keep(Wire(Tap(watcher)))
        service = tried.service(world)
        service.works(watcher)
        expect.true("what the watcher sees", wire.find(lambda s: s.is_syn() and s.dport == PORT))
        service.unread()
        tried.refused(world.server, world.client, family, world.server_address, PORT + 1, world.client_address)
        tool.silent(watcher)


class Tap:
    """An end of a cable, as a Wire wants it."""

    dev = "tap"

    def __init__(self, namespace):
        self.namespace = namespace

# SPDX-License-Identifier: GPL-2.0
"""A world of one namespace, with a cable both ends of which are there: a Wire plays all others."""
from . import expect, sockets, tool
from .container import Initial
from .netns import Namespace
from .peer import Peer
from .scenario import IPV4
from .segment import ACK
from .wire import Wire
from .world import World, unique, usable

PORT = 8080
CAUSE = "paws-timewait"
KILLED = "timewait-killed"


class Outside:
    """The far end of the cable, which lies in the same namespace and has no address."""

    dev, mac = "far0", "02:00:00:00:00:01"

    def __init__(self, namespace, other=None):
        self.namespace = namespace
        self.other = other or Inside(namespace, self)


class Inside(Outside):
    dev, mac = "near0", "02:00:00:00:00:02"


class Alone(World):
    """A server; segments of any foreign address can be sent to it. Cheap to make."""

    def __init__(self, family, namespace=None, backlog=128):
        super().__init__()
        self.family = family
        if namespace is None:
            namespace = Namespace(unique("alone"))
        self.server = namespace
        self.namespaces.append(namespace)
        self.server_address = family.host(9, 2)
        self._connect(family)
        self.wire = self.keep(Wire(Outside(self.server)))
        self.listener = self.keep(sockets.listen(self.server, family, PORT, backlog))

    def _connect(self, family):
        """Foreign addresses are behind a gateway, whose hardware address is the far end's."""
        gateway = family.host(9, 1)
        self.server.sysctl("ipv6.conf.default.accept_dad", 0)
        self.server.sysctl("ipv6.conf.default.router_solicitations", 0)
        rtnl = self.rtnl(self.server)
        rtnl.up("lo")
        rtnl.veth(Inside(self.server), Outside(self.server))
        rtnl.no_link_local(Outside.dev)
        for dev in (Outside.dev, Inside.dev):
            rtnl.up(dev)
        rtnl.address(Inside.dev, self.server_address, 64 if family.six else 24)
        rtnl.neighbour(Inside.dev, gateway, Outside.mac)
        rtnl.route(family.beyond, gateway)
        if family.six:
            usable(self.server, self.server_address)

    def peer(self, host=1, **more):
        return Peer(self.wire, self.family.foreign(host), self.server_address, PORT, **more)

    def timewait(self, host=1, ts=500000, **more):
        """A peer that has left a TIME_WAIT; its clock has gone back since."""
        peer = self.peer(host, ts=ts, **more)
        peer.leave_timewait(self.listener)
        peer.ts = None if ts is None else ts - 100000
        return peer

    def refused(self, host=1, times=1, **more):
        """So many SYNs refused, and counted; the peer."""
        peer = self.timewait(host, **more)
        peer.syn(times=times)
        tool.counted(self.server, peer.address, CAUSE, times)
        return peer

    def gets_in(self, peer):
        """After its SYN was refused, its RST ends TIME_WAIT, and the repeated SYN is let in."""
        peer.reset(ts=None)
        peer.request()
        peer.send(ACK)
        return sockets.accept(self.listener)


def works():
    """With all hooks; what is refused is found, and its sums agree."""
    expect.equal("coverage", {row["coverage"] for row in tool.status(Initial())["causes"]}, {"full"})
    with Alone(IPV4) as world:
        world.refused(times=2)
        tool.reconciled(world.server)

# SPDX-License-Identifier: GPL-2.0
"""Small worlds: namespaces, the cables between them, and what is torn down with them."""
import itertools
import os
import socket

from . import expect
from .netns import Namespace
from .rtnl import Rtnl
from .scenario import IPV4, IPV6

_numbers = itertools.count(1)


def unique(role):
    """A name for a namespace. Scenarios that are played at the same time are processes of their own."""
    return f"{role}-{os.getpid()}-{next(_numbers)}"


def usable(namespace, address):
    """Waits until segments to an IPv6 address arrive: the kernel's addrconf work makes its route later."""
    words = socket.inet_pton(socket.AF_INET6, address).hex() + " 80 "
    expect.eventually(f"{address} in {namespace.name}",
                      lambda: any(line.startswith(words) for line in
                                  namespace.read("ipv6_route").splitlines()))


class End:
    """One end of a cable: in which namespace, under which name and addresses."""

    def __init__(self, namespace, net, host):
        self.namespace, self.net, self.host = namespace, net, host
        self.dev, self.mac = f"net{net}", f"02:00:00:00:{net:02x}:{host:02x}"
        self.other = None

    def address(self, family):
        return family.host(self.net, self.host)


class World:
    """`with World() as world:`; what it holds is gone afterwards."""

    current = []
    look = None  # if set, is shown each world before it goes
    proof = None  # if set, is shown each world in which all went well, and may find fault with it

    def __init__(self):
        self.namespaces = []
        self.closers = []
        self._rtnl = {}

    def __enter__(self):
        World.current.append(self)
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            if World.proof:
                World.proof(self)
            self.close()

    def close(self):
        """A world in which something went wrong stays until it has been looked at."""
        World.current.remove(self)
        if World.look:
            World.look(self)
        for closer in reversed(self.closers):
            closer()
        for namespace in self.namespaces:
            namespace.close()

    def keep(self, thing):
        """Something to be closed with the world."""
        self.closers.append(thing.close)
        return thing

    def namespace(self, role):
        namespace = Namespace(unique(role))
        self.namespaces.append(namespace)
        # No neighbour discovery, no address detection: the wire carries the story and nothing else.
        namespace.sysctl("ipv6.conf.default.accept_ra", 0)
        namespace.sysctl("ipv6.conf.default.accept_dad", 0)
        namespace.sysctl("ipv6.conf.default.router_solicitations", 0)
        self.rtnl(namespace).up("lo")
        return namespace

    def rtnl(self, namespace):
        if namespace not in self._rtnl:
            self._rtnl[namespace] = self.keep(Rtnl(namespace))
        return self._rtnl[namespace]

    def cable(self, one, two, net, stacks=(True, True)):
        """Network `net` between two namespaces, which are its hosts 1 and 2.

        An end whose stack is off has no addresses: segments to it are heard on the wire only.
        """
        ends = End(one, net, 1), End(two, net, 2)
        ends[0].other, ends[1].other = ends[1], ends[0]
        self.rtnl(one).veth(*ends)
        for end, stack in zip(ends, stacks):
            rtnl = self.rtnl(end.namespace)
            rtnl.up(end.dev)
            for family in (IPV4, IPV6):
                if stack:
                    rtnl.address(end.dev, end.address(family), 64 if family.six else 24)
                    rtnl.neighbour(end.dev, end.other.address(family), end.other.mac)
        for end, stack in zip(ends, stacks):
            if stack:
                usable(end.namespace, end.address(IPV6))
        return ends

    def route(self, namespace, prefix, gateway):
        self.rtnl(namespace).route(prefix, gateway)

    def default(self, end):
        """The other end of the cable is the way to everywhere."""
        for family in (IPV4, IPV6):
            self.route(end.namespace, "default", end.other.address(family))


class Pair(World):
    """A client and a server on one cable, and beyond the client many addresses without a stack.

    Without `stack` the client has none itself; a Wire speaks for it.
    """

    def __init__(self, family, stack=True):
        super().__init__()
        self.family = family
        self.client = self.namespace("client")
        self.server = self.namespace("server")
        self.near, self.far = self.cable(self.client, self.server, 9, (stack, True))
        self.client_address = self.near.address(family)
        self.server_address = self.far.address(family)
        self.route(self.server, family.beyond, self.client_address)

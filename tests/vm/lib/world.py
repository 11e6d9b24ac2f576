# SPDX-License-Identifier: GPL-2.0
"""Small worlds: namespaces, the cables between them, and what is torn down with them."""
import itertools

from .netns import Namespace

_numbers = itertools.count(1)


class End:
    """One end of a cable: in which namespace, under which name and addresses."""

    def __init__(self, namespace, dev, mac, net, host):
        self.namespace, self.dev, self.mac, self.net, self.host = namespace, dev, mac, net, host
        self.other = None

    def address(self, family):
        return family.host(self.net, self.host)


class World:
    """`with World() as world:`; what it holds is gone afterwards."""

    current = []
    look = None  # if set, is shown each world before it goes

    def __init__(self):
        self.namespaces = []
        self.closers = []
        self._plan = {}
        self._cables = []

    def __enter__(self):
        World.current.append(self)
        return self

    def __exit__(self, *_):
        if _[0] is None:
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
        namespace = Namespace(f"{role}-{next(_numbers)}")
        self.namespaces.append(namespace)
        # No neighbour discovery, no address detection: the wire carries the story and nothing else.
        namespace.sysctl("ipv6.conf.default.accept_ra", 0)
        namespace.sysctl("ipv6.conf.default.router_solicitations", 0)
        self._plan[namespace] = ["link set lo up"]
        return namespace

    def plan(self, namespace, *lines):
        """Commands of ip(8) for build()."""
        self._plan[namespace] += lines

    def cable(self, one, two, net):
        """Network `net` between two namespaces, which are its hosts 1 and 2."""
        ends = [End(namespace, f"net{net}", f"02:00:00:00:{net:02x}:{host:02x}", net, host)
                for host, namespace in ((1, one), (2, two))]
        ends[0].other, ends[1].other = ends[1], ends[0]
        self._cables.append(
            "link add {0.dev} address {0.mac} netns {0.namespace.name} type veth peer name {1.dev} "
            "address {1.mac} netns {1.namespace.name}".format(*ends))
        for end in ends:
            far = end.other
            self.plan(end.namespace,
                      f"link set {end.dev} up",
                      f"addr add 10.{net}.0.{end.host}/24 dev {end.dev}",
                      f"addr add fd00:{net:x}::{end.host:x}/64 dev {end.dev} nodad",
                      f"neigh add 10.{net}.0.{far.host} lladdr {far.mac} dev {end.dev}",
                      f"neigh add fd00:{net:x}::{far.host:x} lladdr {far.mac} dev {end.dev}")
        return ends

    def route(self, namespace, prefix, gateway):
        six = "-6 " if ":" in gateway else ""
        self.plan(namespace, f"{six}route add {prefix} via {gateway}")

    def default(self, end):
        """The other end of the cable is the way to everywhere."""
        self.plan(end.namespace, f"route add default via 10.{end.net}.0.{end.other.host}",
                  f"-6 route add default via fd00:{end.net:x}::{end.other.host:x}")

    def build(self):
        if self._cables:
            next(iter(self._plan)).run("ip", "-batch", "-", input="\n".join(self._cables) + "\n")
        for namespace, lines in self._plan.items():
            # `-6` is an option of ip, not of a line of its batches.
            namespace.ip(*(line for line in lines if not line.startswith("-6 ")))
            six = [line[3:] for line in lines if line.startswith("-6 ")]
            if six:
                namespace.run("ip", "-6", "-batch", "-", input="\n".join(six) + "\n")
        self._cables = []
        self._plan = {namespace: [] for namespace in self.namespaces}


class Pair(World):
    """A client and a server on one cable, and beyond the client many addresses without a stack."""

    def __init__(self, family):
        super().__init__()
        self.family = family
        self.client = self.namespace("client")
        self.server = self.namespace("server")
        self.near, self.far = self.cable(self.client, self.server, 9)
        self.route(self.server, family.beyond, self.near.address(family))
        self.build()
        self.client_address = self.near.address(family)
        self.server_address = self.far.address(family)

# SPDX-License-Identifier: GPL-2.0
"""Open vSwitch: packets at its ports do not pass netfilter, and those for its tunnels have no route of their own."""
import os
import shutil
import tempfile

from lib import expect, sockets, tool, tried
from lib.container import Initial
from lib.scenario import IPV4, IPV6, scenario
from lib.world import World

SCHEMA = "/usr/share/openvswitch/vswitch.ovsschema"
MODULES = "openvswitch", "vport_gre"


class Switch:
    """The programs, in a namespace."""

    def __init__(self, namespace):
        self.namespace, self.dir = namespace, tempfile.TemporaryDirectory()
        self.env = dict(os.environ, OVS_RUNDIR=self.dir.name, OVS_DBDIR=self.dir.name, OVS_LOGDIR=self.dir.name)
        base, self.socket = os.path.join(self.dir.name, "conf.db"), os.path.join(self.dir.name, "db.sock")
        self.run("ovsdb-tool", "create", base, SCHEMA)
        self.start("ovsdb-server", f"--remote=punix:{self.socket}", base)
        expect.eventually("ovsdb-server listens", lambda: os.path.exists(self.socket))
        self.start("ovs-vswitchd", f"unix:{self.socket}")

    def run(self, *words):
        return self.namespace.run(*words, env=self.env)

    def start(self, *words):
        with open(os.path.join(self.dir.name, words[0] + ".log"), "w") as log:
            self.namespace.start(*words, env=self.env, stdout=log, stderr=log)

    def vsctl(self, *words):
        """Waits until ovs-vswitchd has done it."""
        self.run("ovs-vsctl", f"--db=unix:{self.socket}", "--timeout=60", *words)

    def close(self):
        # The datapath belongs to the kernel, and outlives its programs.
        self.vsctl("del-br", "br0")
        self.dir.cleanup()


class Switched(World):
    """A client behind a router at a port of the switch; the server at the end of a GRE tunnel over a usual link."""

    def __init__(self):
        super().__init__()
        self.client, self.router, self.ovs, self.server = (
            self.namespace(role) for role in ("client", "router", "ovs", "server"))
        self.default(self.cable(self.client, self.router, 8)[0])
        self.router.sysctl("ipv4.ip_forward", 1)
        self.router.sysctl("ipv6.conf.all.forwarding", 1)
        near, far = self.cable(self.ovs, self.server, 1)
        here, there = near.address(IPV4), far.address(IPV4)
        self.router.ip(f"link add net9 type veth peer name port1 netns {self.ovs.name}", *addresses("net9", 1))
        self.ovs.ip("link set port1 up")
        # What the server sends is cut to pieces, if it must be.
        self.server.ip(f"link add net9 type gretap local {there} remote {here} nopmtudisc ignore-df",
                       "link set net9 mtu 1500", *addresses("net9", 2))
        self.switch = self.keep(Switch(self.ovs))
        self.switch.vsctl("add-br", "br0", "--", "add-port", "br0", "port1", "--", "add-port", "br0", "gre0", "--",
                          "set", "interface", "gre0", "type=gre", f"options:remote_ip={there}")
        self.ovs.ip(*addresses("br0", 3))
        for family in (IPV4, IPV6):
            for namespace in (self.ovs, self.server):
                self.route(namespace, family.prefix(8), family.host(9, 1))

    def close(self):
        """The modules leave as well: with them conntrack puts fragments together everywhere (nf_conncount_init())."""
        super().close()
        expect.eventually("the modules are removed",
                          lambda: not Initial().run("modprobe", "-r", *reversed(MODULES), check=False).returncode)


def addresses(dev, host):
    """Of host number `host` of network 9."""
    return (f"link set {dev} up", f"addr add {IPV4.host(9, host)}/24 dev {dev}",
            f"addr add {IPV6.host(9, host)}/64 dev {dev} nodad")


def too_large(world, service):
    """The client is told what fits, and goes on with less."""
    client, server = service.pair()
    client.sendall(b"x" * tried.ANSWER)
    tried.arrives(server, len(b"request") + tried.ANSWER)
    sockets.client_closes_first(None, client, server)
    # A segment that the switch's program has sent on may be overtaken, and meet TIME_WAIT.
    tool.quiet(world.client, world.server, world.ovs, but=("timewait-killed",))
    expect.true("the client was told", tool.finding(world.client, world.server_address, "pmtu-lowered"),
                tool.findings(world.client))


@scenario(families=False)
def tunnel():
    """By GRE; of IPv6 what is too large for it is told to the sender.

    Of IPv4 it is not: the kernel answers no packet that is for another host's MAC (__icmp_send(), PACKET_HOST).
    """
    if not shutil.which("ovs-vswitchd"):
        raise expect.Lacking("no Open vSwitch in this root")
    tried.modules(Initial(), *MODULES)
    with Switched() as world:
        for family in (IPV4, IPV6):
            world.family = family
            world.client_address, world.server_address = family.host(8, 1), family.host(9, 2)
            service = tried.service(world)
            service.works(world.router, world.ovs)
            if family.six:
                too_large(world, service)
            service.unread()
            service.listener.close()  # the other family's wants the port

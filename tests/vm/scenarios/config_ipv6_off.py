# SPDX-License-Identifier: GPL-2.0
"""A kernel that was booted with ipv6.disable=1 has no IPv6, and still meets its packets: tc, bridges and programs send
them on. Skipped on all others."""
import contextlib
import itertools
import os
import select
import socket

from lib import expect, tool
from lib.container import Container, Initial
from lib.netns import Namespace
from lib.scenario import IPV6, scenario
from lib.segment import ACK, RST, SYN, Segment, pack

RESETS = True

PARAMETER = "/sys/module/ipv6/parameters/disable"
PACKET_QDISC_BYPASS, SOL_PACKET = 20, 263
ETH_P_ALL, ETH_P_IPV6 = 3, 0x86dd
SENDER, TARGET = IPV6.host(1, 1), IPV6.host(2, 2)
MACS = "02:00:00:00:01:01", "02:00:00:00:01:02"
ELSEWHERE = "02:00:00:00:01:77"  # whose port a bridge does not know
_numbers = itertools.count(1)


def needs_it():
    """IPv6 is built in, and switched off."""
    if not os.path.exists(PARAMETER):
        raise expect.Lacking("no IPv6 in this kernel at all")
    with open(PARAMETER) as f:
        if f.read().strip() != "1":
            raise expect.Lacking("IPv6 is on: ipv6.disable=1 is not among the kernel's words")


@contextlib.contextmanager
def cable():
    """(far, here): namespaces with an end each, v1 and v0; `here` has mon0 besides, whose other end mon1 listens."""
    needs_it()
    far, here = (Namespace(f"{role}-off-{next(_numbers)}") for role in ("far", "here"))
    try:
        here.ip(f"link add v0 address {MACS[1]} type veth peer name v1 address {MACS[0]} netns {far.name}",
                "link add mon0 type veth peer name mon1",
                "address add 10.1.0.2/24 dev v0",
                *(f"link set {dev} up" for dev in ("lo", "v0", "mon0", "mon1")))
        far.ip("address add 10.1.0.1/24 dev v1", "link set lo up", "link set v1 up")
        yield far, here
    finally:
        for namespace in (far, here):
            namespace.close()


def ear(namespace, dev):
    """All that comes to a device."""
    with namespace:
        sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        sock.bind((dev, ETH_P_ALL))
    return sock


def send(namespace, dev, frame):
    """Past the queue of the sender: its own hook is not what is looked at."""
    with namespace, socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sock:
        sock.setsockopt(SOL_PACKET, PACKET_QDISC_BYPASS, 1)
        sock.bind((dev, ETH_P_IPV6))
        sock.send(frame)


def comes(sock, frame):
    """Until that frame has come by."""
    while True:
        expect.true("the frame comes", select.select([sock], [], [], expect.DEADLINE)[0])
        if sock.recv(65535) == frame:
            return


def frame(flags=RST, to=MACS[1]):
    return pack(Segment(SENDER, TARGET, 1234, 80, flags, 1000), MACS[0], to)


@scenario(families=False)
def mirrored():
    """Segments of IPv6 from the far side of a port that tc mirrors: the RST among them is named, as forwarded."""
    with cable() as (far, here), ear(here, "mon1") as sock:
        here.run("tc", "qdisc", "add", "dev", "v0", "clsact")
        here.run("tc", "filter", "add", "dev", "v0", "ingress", "protocol", "all", "matchall", "action", "mirred",
                 "egress", "mirror", "dev", "mon0")
        for flags in (SYN, SYN | ACK, ACK, RST):
            sent = frame(flags)
            send(far, "v1", sent)
            comes(sock, sent)
        tool.counted(here, SENDER, "rst-forwarded", 1)
        expect.equal("findings", [(row["peer"], row["cause"]) for row in tool.findings(here)],
                     [(SENDER, "rst-forwarded")])


@scenario(families=False)
def bridged():
    """The same through a bridge, whose packets br_netfilter gives to the firewall if it can."""
    with cable() as (far, here), ear(here, "mon1") as sock:
        here.run("modprobe", "br_netfilter", check=False)
        here.ip("link add br0 type bridge mcast_snooping 0", "link set v0 master br0", "link set mon0 master br0",
                "link set br0 up")
        expect.eventually("the bridge's ports forward", lambda: here.run("bridge", "link").stdout.count(
            "state forwarding"), 2)
        for flags in (SYN, SYN | ACK, ACK, RST):
            # br_netfilter drops them where there is no IPv6 (br_nf_pre_routing()).
            send(far, "v1", frame(flags, ELSEWHERE))
        sent = pack(Segment("10.1.0.1", "10.1.0.9", 1234, 80, ACK, 1000), MACS[0], ELSEWHERE)
        send(far, "v1", sent)
        comes(sock, sent)
        tool.quiet(here)


@scenario(families=False)
def of_a_user():
    """A RST of IPv6 by a packet socket on lo, of one who is root in namespaces of his own."""
    needs_it()
    before = tool.counter(Initial(), "resets-left")
    user = Container(f"user-off-{next(_numbers)}")
    try:
        user.run("ip", "link", "set", "lo", "up")
        with user, socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sock:
            sock.bind(("lo", ETH_P_IPV6))
            sock.send(frame())
        expect.eventually("RSTs looked at", lambda: tool.counter(Initial(), "resets-left") > before)
        expect.equal("findings", tool.findings(user), [])
    finally:
        user.close()


@scenario(families=False)
def ipv4():
    """Which is told as ever."""
    with cable() as (far, here):
        with far:
            client = socket.socket()
        with client:
            expect.fails("connecting", ConnectionRefusedError, client.connect, ("10.1.0.2", 80))
        tool.counted(here, "10.1.0.1", "rst-port-closed", 1)
        tool.counted(far, "10.1.0.2", "peer-refused", 1)
        tool.reconciled(here)

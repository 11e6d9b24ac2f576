# SPDX-License-Identifier: GPL-2.0
"""A router says that packets are too big for its next link; TCP makes smaller ones, or does not."""
import contextlib
import random
import socket
import time

from lib import expect, sockets, tool
from lib.alone import PORT, Alone
from lib.container import Initial
from lib.path import SILENT, Path
from lib.scenario import IPV4, IPV6, scenario, shared
from lib.too_big import DO, Held, Router, discover, lock, stubborn

LOWERED, IGNORED, HOLE = "pmtu-lowered", "too-big-ignored", "blackhole-send"
MTU, WHOLE = 1400, 1500
LONG = 180
FLOOD = 500 if expect.SLOW else 2000


class Server(Path):
    """The server is where we stand; behind its router the next link is smaller."""

    def __init__(self, family, mtu=MTU):
        super().__init__(family, mtu=mtu)
        self.listener = self.keep(sockets.listen(self.server, family, PORT))

    def pair(self):
        """(client, server) of a new connection."""
        client = sockets.connect(self.client, self.family, self.server_address, PORT)
        client.settimeout(LONG)
        return client, sockets.accept(self.listener)


class Told(Alone):
    """A server without a network: Peers and Routers that say what they are told to."""

    def __init__(self, family):
        shared("the counters of what was too big")
        super().__init__(family)
        self.before = tool.status(self.server)
        self.router = Router(self.wire, family, family.foreign(999), self.server_address)

    def open(self, host=1, **more):
        """(peer, socket) of a connection that is idle."""
        peer = self.peer(host, **more)
        return peer, peer.open(self.listener)

    def moved(self, name, least):
        def value(status):
            return [row["value"] for row in status["counters"] if row["name"] == name][0]
        expect.eventually(f"counter {name} grows by {least}", lambda: value(
            tool.status(self.server)) - value(self.before) >= least)


def arrives(client, size):
    while size:
        got = len(client.recv(size))
        expect.true("the answer goes on", got)
        size -= got


def named(namespace, address, cause, count, severity, confidence, **evidence):
    row = tool.counted(namespace, address, cause, count)
    expect.subset("finding", row, {"severity": severity, "confidence": confidence, "lport": PORT})
    expect.subset("evidence", row["evidence"], evidence)


def lowered(namespace, address, count=1, **evidence):
    named(namespace, address, LOWERED, count, "info", "certain", **evidence)


def ignored(namespace, address, count=1, **evidence):
    named(namespace, address, IGNORED, count, "trouble", "likely", **evidence)


def looked():
    """Longer than a connection is given to act on what it was told."""
    time.sleep(3 * expect.PATIENCE)


def chatter(what, client, until):
    """The client goes on to send little things until that is so: it is there, whatever is lost."""
    def look():
        client.sendall(b"more")
        time.sleep(0.1)
        return until()
    expect.eventually(what, look, seconds=LONG)


def retransmits(sock):
    """tcpi_retransmits, see struct tcp_info in linux/tcp.h."""
    return sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 3)[2]


def discovery(family):
    with Server(family) as world:
        client, server = world.pair()
        server.sendall(b"x" * 100000)
        arrives(client, 100000)
        lowered(world.server, world.client_address, router=world.r2_address, mtu=MTU, mtu_said=MTU,
                mtu_before=WHOLE)
        client, server = world.pair()  # the route has learned it
        server.sendall(b"x" * 100000)
        arrives(client, 100000)
        looked()
        lowered(world.server, world.client_address)
        tool.quiet(world.server, world.client)


@scenario
def taken(family):
    """Path MTU discovery that works: many messages, one event, nothing above info."""
    discovery(family)


@scenario(families=False)
def taken_lean():
    """The same in lean mode."""
    with tool.lean_mode():
        discovery(IPV4)
        discovery(IPV6)


@scenario
def short_answer(family):
    """The connection is closed long before a second has passed."""
    with Server(family) as world:
        client, server = world.pair()
        server.sendall(b"x" * 5000)
        server.close()
        arrives(client, 5000)
        client.close()
        lowered(world.server, world.client_address, router=world.r2_address, mtu=MTU,
                mtu_before=WHOLE)
        tool.quiet(world.server)


@scenario
def idle(family):
    """A connection that says nothing is told, again and again; another size is another event."""
    with Told(family) as world:
        peer, server = world.open()
        for _ in range(5):
            world.router.says_to(peer, MTU)
        lowered(world.server, peer.address, router=world.router.address, mtu=MTU, mtu_said=MTU,
                mtu_before=WHOLE)
        world.moved("too-bigs", 5)
        world.moved("too-bigs-known", 4)
        other = Router(world.wire, family, family.foreign(998), world.server_address)
        other.says_to(peer, 1300)
        lowered(world.server, peer.address, 2, router=other.address, mtu=1300, mtu_before=MTU)
        world.router.says_to(peer, 1350)  # late: it was about larger ones
        world.moved("too-bigs-known", 5)
        looked()
        lowered(world.server, peer.address, 2)
        tool.quiet(world.server)
        server.close()


@scenario
def stays_large(family):
    """Nothing is lowered, and the path drops what is too big: that is said, and not that nobody said anything."""
    with Server(family) as world:
        lock(world.server, "default", world.r2_address, "rto_min", "20ms")
        client, server = world.pair()
        client.sendall(b"request")
        expect.equal("request", server.recv(100), b"request")
        stubborn(server, family)
        server.sendall(b"x" * 20000)
        ignored(world.server, world.client_address, router=world.r2_address, mtu=WHOLE,
                mtu_said=MTU, size_fails=WHOLE)
        # A black hole by any other sign: see the next.
        chatter("time-outs", client, lambda: retransmits(server) >= 8)
        expect.true("router goes on to say so", tool.counter(world.server, "too-bigs-known") > 1)
        tool.only(world.server, world.client_address, IGNORED, 1)


@scenario
def second_is_silent(family):
    """One router says 1400, and a later one, whose next link carries less, says nothing: both are told."""
    with Server(family) as world:
        end = world.links[0][1]
        world.rtnl(world.r1).up(end.dev, mtu=1300)
        world.r1.run("nft", "-f", "-", input=SILENT)
        world.server.run("ip", "route", "replace", "default", "via", world.r2_address, "rto_min", "20ms")
        client, server = world.pair()
        client.sendall(b"request")
        expect.equal("request", server.recv(100), b"request")
        server.sendall(b"x" * 20000)
        lowered(world.server, world.client_address, router=world.r2_address, mtu=MTU,
                mtu_before=WHOLE)
        chatter("a black hole", client,
                lambda: tool.count(world.server, world.client_address, HOLE))
        named(world.server, world.client_address, HOLE, 1, "trouble", "likely", size_fails=MTU,
              mtu=MTU, mtu_said=MTU, router=world.r2_address, drop_reason="size")
        tool.only(world.server, world.client_address, HOLE, 1)


@scenario
def dropped_here(family):
    """The router says so, and the server's own firewall drops it: the black hole tells by whom it was said, and why in vain."""
    with Server(family) as world:
        world.server.run("nft", "add table inet fw; add chain inet fw input { type filter hook input priority 0; }; "
                         "add rule inet fw input " + ("icmpv6 type packet-too-big drop" if family.six else
                                                      "icmp type destination-unreachable drop"))
        world.server.run("ip", "route", "replace", "default", "via", world.r2_address, "rto_min", "20ms")
        client, server = world.pair()
        client.sendall(b"request")
        expect.equal("request", server.recv(100), b"request")
        server.sendall(b"x" * 20000)
        chatter("a black hole", client,
                lambda: tool.count(world.server, world.client_address, HOLE))
        named(world.server, world.client_address, HOLE, 1, "trouble", "likely", size_fails=WHOLE,
              router=world.r2_address, mtu_said=MTU, drop_reason="firewall")
        told = tool.ask(world.server, "why", world.client_address)
        expect.true("it is not said that no router spoke", "no router" not in told, told)


@scenario(families=False)
def below_min_pmtu():
    """IPv4: no further than net.ipv4.route.min_pmtu; what goes without DF then is no trouble, with DF it is."""
    with Told(IPV4) as world:
        peer, server = world.open()
        world.router.says_to(peer, 200)
        lowered(world.server, peer.address, mtu=552, mtu_said=200, mtu_before=WHOLE)
        world.router.says_to(peer, 300)
        looked()
        tool.quiet(world.server)
        firm, other = world.open(host=2)
        discover(other, IPV4, DO)
        world.router.says_to(firm, 300)
        lowered(world.server, firm.address, mtu=552, mtu_said=300, mtu_before=WHOLE)
        world.router.says_to(firm, 400)
        ignored(world.server, firm.address, mtu=552, mtu_said=400, size_fails=552,
                router=world.router.address)
        world.router.says_to(firm, 400)
        looked()
        tool.only(world.server, firm.address, IGNORED, 1)
        for sock in (server, other):
            sock.close()


@scenario(families=False)
def no_size():
    """IPv4: a router that names none, as before RFC 1191; a kernel that does not look (ip_no_pmtu_disc=1), or listen (2)."""
    with Told(IPV4) as world:
        opened = [world.open(host) for host in (1, 2, 3)]
        for number, mtu in enumerate((0, MTU)):
            peer = opened[number][0]
            world.server.sysctl("ipv4.ip_no_pmtu_disc", number)
            world.router.says_to(peer, mtu)
            lowered(world.server, peer.address, mtu=552, mtu_before=WHOLE,
                    router=world.router.address)
            row = tool.finding(world.server, peer.address, LOWERED)
            expect.true("no size was said", "mtu_said" not in row["evidence"], row["evidence"])
        before = tool.counter(world.server, "too-bigs")
        world.server.sysctl("ipv4.ip_no_pmtu_disc", 2)
        world.router.says_to(opened[2][0], MTU)
        looked()
        expect.equal("messages that TCP got", tool.counter(world.server, "too-bigs"), before)
        tool.quiet(world.server)
        for _, sock in opened:
            sock.close()


@scenario
def no_trouble(family):
    """Nothing is lowered, and nothing has to be: IPv4 without DF; IPv6 whose packets are small."""
    with Told(family) as world:
        peer, server = world.open(mss=1200 if family.six else 1460)
        if not family.six:
            lock(world.server, family.beyond, family.host(9, 1))
        world.router.says_to(peer, MTU)
        world.moved("too-bigs", 1)
        looked()
        tool.silent(world.server)
        server.close()


@scenario
def forged(family):
    """Of other ports, beyond what is under way, absurd, damaged, of UDP, and a flood of them: counted, and no more."""
    rng = random.Random(7)
    with Told(family) as world:
        peer, server = world.open()
        server.sendall(b"x" * 1000)
        world.router.says_to(peer, MTU, rport=1)
        world.moved("too-bigs-no-socket", 1)
        for seq in (-1, 1001, 1 << 31):
            world.router.says_to(peer, MTU, seq=seq)
        world.moved("too-bigs-out-of-window", 3)
        for mtu in (1279, 0, 68) if family.six else (67, 1):
            world.router.says_to(peer, mtu)
        world.moved("too-bigs-absurd", 3 if family.six else 2)
        before = tool.counter(world.server, "too-bigs")
        world.router.says_to(peer, MTU, damage=1)
        world.router.says(world.router.quote(peer.address, PORT, 45000, 1, socket.IPPROTO_UDP), MTU)
        for i in range(FLOOD):
            world.router.says(world.router.quote(
                family.foreign(rng.randrange(1, 60000)), PORT, rng.randrange(1024, 45000),
                rng.getrandbits(32)), MTU)
            if i % 250 == 249:
                world.moved("too-bigs-no-socket", i + 2)
        expect.equal("messages about TCP", tool.counter(world.server, "too-bigs"), before + FLOOD)
        looked()
        tool.silent(world.server)
        expect.equal("memory", tool.status(world.server)["memory"], world.before["memory"])
        server.close()


@scenario
def forged_in_window(family):
    """Who knows a connection's numbers is believed, by TCP as well; and no more than 64 are looked after at once."""
    with Told(family) as world:
        lock(world.server, family.beyond, family.host(9, 1))
        socks = []
        for host in range(1, 101):
            peer, sock = world.open(host)
            stubborn(sock, family)
            socks.append((peer, sock))
        for peer, _ in socks:
            world.router.says_to(peer, MTU)
        world.moved("too-bigs", 100)
        expect.eventually("what becomes of each", lambda: sum(
            row["count"] for row in tool.findings(world.server)) + tool.counter(
                world.server, "too-bigs-crowded") - [
                    row["value"] for row in world.before["counters"]
                    if row["name"] == "too-bigs-crowded"][0], 100)
        expect.within("findings", len(tool.findings(world.server)), 64, 100)
        for _, sock in socks:
            sockets.reset(sock)  # a FIN that nobody answers would be with us for minutes


@scenario
def held(family):
    """The program owns its socket just then: TCP acts when it lets go, be it seconds later."""
    with Told(family) as world:
        peer, server = world.open()
        program = Held(server)
        world.router.says_to(peer, MTU)
        world.moved("too-bigs", 1)
        looked()
        tool.silent(world.server)
        program.let_go()
        lowered(world.server, peer.address, mtu=MTU, mtu_before=WHOLE)
        tool.quiet(world.server)
        server.close()


@scenario
def udp(family):
    """What is said of UDP is not TCP's, although the route learns it, and TCP with it."""
    with Server(family) as world:
        client, server = world.pair()
        before = tool.counter(world.server, "too-bigs")
        with world.server:
            sock = world.keep(socket.socket(family.number, socket.SOCK_DGRAM))
        discover(sock, family, DO)
        sock.connect((world.client_address, 9))

        def too_large():
            with contextlib.suppress(OSError):
                return sock.send(b"x" * 1450) < 0
            return True  # EMSGSIZE: the router has spoken
        expect.eventually("UDP is told", too_large)
        looked()
        tool.silent(world.server)
        expect.equal("messages about TCP", tool.counter(world.server, "too-bigs"), before)
        server.sendall(b"x" * 100000)
        arrives(client, 100000)
        # This host itself tells TCP what its route has learned, by an ICMP message of its own.
        lowered(world.server, world.client_address, router=world.server_address, mtu=MTU,
                mtu_said=MTU, mtu_before=WHOLE)
        tool.quiet(world.server)


@scenario(families=False)
def switched_off():
    """The hook is there while one of the two causes is on."""
    def state():
        return tool.source(Initial(), "tcp_v4_err")
    expect.equal("the hook", state(), "attached")
    try:
        tool.ask(Initial(), "set", "--disable", LOWERED)
        expect.equal("the hook with one of two causes", state(), "attached")
        tool.ask(Initial(), "set", "--disable", IGNORED)
        expect.equal("the hook without a cause", state(), "off")
        with Told(IPV4) as world:
            peer, server = world.open()
            world.router.says_to(peer, MTU)
            looked()
            tool.silent(world.server)
            expect.equal("coverage", tool.coverage(world.server, LOWERED), "off")
            server.close()
    finally:
        tool.ask(Initial(), "set", "--enable", f"{LOWERED},{IGNORED}")
    expect.equal("the hook", state(), "attached")
    expect.equal("coverage", tool.coverage(Initial(), IGNORED), "full")

# SPDX-License-Identifier: GPL-2.0
"""Packets of full size vanish on their way to a peer, and nobody says why."""
import contextlib
import itertools
import socket
import time

from lib import expect, sockets, tool
from lib.path import Path
from lib.scenario import IPV4, IPV6, scenario
from lib.world import usable

CAUSE = "blackhole-send"
PORT = 8080
MTU = 1400
WHOLE = 1500
# A busy machine measures long round trips, and each time-out doubles what follows from that.
LONG = 180


class Server(Path):
    """The server is where we stand; each client it has, another address of the same host, is a peer."""

    def __init__(self, family, mtu=MTU, silent=True):
        super().__init__(family, mtu=mtu)
        self.listener = self.keep(sockets.listen(self.server, family, PORT))
        self._hosts = itertools.count(10)
        if silent:
            self.filter_too_big()

    def hurry(self):
        """Its retransmission timer waits for some 20 ms at first, not 200."""
        for way in (IPV4, IPV6):
            self.server.run("ip", "route", "replace", "default", "via",
                            self.links[-1][0].address(way), "rto_min", "20ms")

    def peer(self):
        """Another address of the client's."""
        address = self.family.host(1, next(self._hosts))
        near = self.links[0][0]
        self.rtnl(self.client).address(near.dev, address, 64 if self.family.six else 24)
        # Known to the router, as its first is: looking for it may take a second, and TCP's timers with it.
        self.rtnl(self.r1).neighbour(near.other.dev, address, near.mac)
        if self.family.six:
            usable(self.client, address)
        return address

    def connect(self, address):
        """(client, server) of a connection from this address that has asked for something."""
        client = sockets.make(self.client, self.family)
        client.settimeout(LONG)
        client.bind((address, 0))
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.connect((self.server_address, PORT))
        client.sendall(b"request")
        server = self.accept(client.getsockname()[1])
        server.settimeout(LONG)
        server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        expect.equal("request", server.recv(100), b"request")
        return client, server

    def accept(self, port):
        """The connection from that port: where packets are lost, a late copy of a SYN may make another."""
        while True:
            server = sockets.accept(self.listener)
            if server.getpeername()[1] == port:
                return server

    def answered(self, address, size):
        """The same, and an answer of `size` bytes is under way."""
        pair = self.connect(address)
        pair[1].sendall(b"x" * size)
        return pair

    def named(self, address, count, confidence="likely", life=(), **evidence):
        """This peer has so many of them; its evidence."""
        expect.eventually(f"{CAUSE} of {address}",
                          lambda: tool.count(self.server, address, CAUSE) >= count, seconds=LONG)
        row = tool.counted(self.server, address, CAUSE, count)
        expect.subset("finding", row, {"severity": "trouble", "confidence": confidence,
                                       "lport": PORT})
        got = row["evidence"]
        expect.subset("evidence", got, {"size_fails": WHOLE, "mtu": WHOLE, **evidence})
        expect.true(f"signs of life {life}", set(life) <= set(got["life"]), got["life"])
        expect.within("stall_ms", got["stall_ms"], 1, LONG * 1000 * expect.PATIENCE)
        return got


def arrives(client, size):
    """It has read an answer of that size."""
    while size:
        got = len(client.recv(size))
        expect.true("the answer goes on", got)
        size -= got


def long_enough(pairs, times):
    """Until what each server sends has timed out so often."""
    expect.eventually("time-outs", lambda: min(retransmits(server) for _, server in pairs) >= times,
                      seconds=LONG)


def retransmits(sock):
    """tcpi_retransmits, see struct tcp_info in linux/tcp.h."""
    return sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 3)[2]


def chatter(*clients, until):
    """They go on to send little things until that is so."""
    def look():
        for client in clients:
            client.sendall(b"more")
        time.sleep(0.1)
        return until()
    expect.eventually("what the chatter is for", look, seconds=LONG)


@scenario
def answers(family):
    """One whose tail gets through; one whose client talks on; two of a client that only waits."""
    with Server(family) as world:
        if family.six:  # once as it is by default, which takes some 13 s
            world.hurry()
        tail, talks, waits = (world.peer() for _ in range(3))
        kept = [world.answered(tail, 5000)]
        chatty = world.answered(talks, 20000)
        kept += [chatty, world.answered(waits, 20000)]
        chatter(chatty[0], until=lambda: tool.count(world.server, talks, CAUSE))
        kept.append(world.answered(waits, 20000))
        world.named(tail, 1, life=("sack",))
        world.named(talks, 1, life=("data",))
        world.named(waits, 2, life=("other",))
        expect.equal("all that was found", tool.causes(world.server),
                     sorted((address, CAUSE) for address in (tail, talks, waits)))
        tool.silent(world.client)


@scenario
def probing(family):
    """net.ipv4.tcp_mtu_probing=1: it goes on with smaller segments, which proves it; two make a case."""
    with Server(family) as world:
        world.server.sysctl("ipv4.tcp_mtu_probing", 1)
        waits = world.peer()
        for number in range(2):
            client, server = world.answered(waits, 20000)
            arrives(client, 20000)
            if not number:
                expect.equal("found after the first", tool.count(world.server, waits, CAUSE), 0)
        got = world.named(waits, 1, confidence="certain", life=("shrunk",))
        expect.within("size_passes", got["size_passes"], 500, MTU)
        tool.only(world.server, waits, CAUSE, 1)


@scenario
def told(family):
    """Routers say what they cannot carry: the path's MTU is found, and nothing is wrong."""
    with Server(family, silent=False) as world:
        for probing in (0, 1):
            world.server.sysctl("ipv4.tcp_mtu_probing", probing)
            client, server = world.answered(world.peer(), 50000)
            arrives(client, 50000)
        tool.quiet(world.server)
        expect.equal("what was found", {row["cause"] for row in tool.findings(world.server)},
                     {"pmtu-lowered"})


@scenario
def gone(family):
    """The peer, or the link to it, is gone: what it sent before is no sign of life; nor is one that returns."""
    with Server(family, mtu=WHOLE) as world:
        world.hurry()
        one, other, silent = (world.peer() for _ in range(3))
        pairs = [world.connect(address) for address in (one, one, other, silent)]
        # What is sent to them vanishes, what they send arrives: and they repeat it.
        world.r2.run("nft", "-f", "-", input="table inet gone { chain forward { type filter hook forward "
                     f"priority 0; tcp sport {PORT} drop; }}; }}")
        for _, server in pairs:
            server.sendall(b"x" * 5000)
        for client, _ in pairs[:3]:
            client.sendall(b"are you there?")
        long_enough(pairs, 6)
        tool.quiet(world.server)
        world.r2.run("nft", "delete", "table", "inet", "gone")
        for client, _ in pairs:
            arrives(client, 5000)
        tool.quiet(world.server)


@scenario
def loss(family):
    """A fifth of all packets is lost both ways; answers of all sizes, several at once."""
    with Server(family, mtu=WHOLE) as world:
        world.hurry()
        for end in world.links[1]:
            end.namespace.run("tc", "qdisc", "add", "dev", end.dev, "root", "netem", "loss", "20%",
                              "limit", "10000")
        peers = [world.peer() for _ in range(2)]
        for _ in range(3):
            pairs = [(world.answered(address, size), size) for address in peers
                     for size in (1448, 1600, 3000, 10000)]
            for (client, server), size in pairs:
                arrives(client, size)
        tool.quiet(world.server)


@scenario
def waits(family):
    """A client that does not read: its window is closed."""
    with Server(family, mtu=WHOLE) as world:
        client, server = world.connect(world.peer())
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        server.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                server.send(b"x" * 10000)
        time.sleep(3)
        tool.quiet(world.server)

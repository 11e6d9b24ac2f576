# SPDX-License-Identifier: GPL-2.0
"""Packets of full size vanish on their way from a peer: we are who waits for them."""
import contextlib
import functools
import socket
import time

from lib import expect, sockets, tool
from lib.answers import LONG, PORT, Answers, arrives
from lib.scenario import scenario, together

CAUSE = "blackhole-receive"
MTU = 1400
WHOLE = 1500
SEGMENT = {False: 1448, True: 1428}  # of data, with timestamps; by family.six


class Client(Answers):
    """The client is where we stand; each server, another address of the same host, is a peer."""

    def __init__(self, family, mtu=MTU, silent=True):
        super().__init__(family, silent, mtu=mtu)
        self.segment = SEGMENT[family.six]

    def peer(self):
        """Another address of the server's."""
        return self.another(self.links[2][1], 3)

    def connect(self, address):
        """(client, server) of a connection to this address that has asked for something."""
        return self.asks(sockets.make(self.client, self.family), address)

    def named(self, address, count, confidence, **evidence):
        """This peer has so many of them; its evidence."""
        expect.eventually(f"{CAUSE} of {address}",
                          lambda: tool.count(self.client, address, CAUSE) >= count, seconds=LONG)
        row = tool.counted(self.client, address, CAUSE, count)
        expect.subset("finding", row, {"severity": "trouble", "confidence": confidence,
                                       "rport": PORT})
        got = row["evidence"]
        expect.subset("evidence", got, {"size_fails": WHOLE, "mtu": WHOLE, **evidence})
        print(f"    {CAUSE} of {address}: {confidence} after {got['stall_ms']} ms")
        return got


def fill(server):
    """As much as there is room for; how much that was."""
    server.setblocking(False)
    sent = 0
    with contextlib.suppress(BlockingIOError):
        while True:
            sent += server.send(b"x" * 10000)
    return sent


def rest_arrives(pairs):
    """Of (pair, size): each of them, in the end."""
    for (client, _), size in pairs:
        arrives(client, size)


@scenario(at_once=True)
def tail(family):
    """The end of an answer comes, the rest never does: possible on one connection, likely on two."""
    with Client(family) as world:
        address = world.peer()
        size = 5000
        wanted = {"hole": size - size % world.segment, "mss": world.segment + 12,
                  "size_passes": WHOLE - world.segment + size % world.segment}
        kept = [world.answered_in_part(address, size)]
        world.named(address, 1, "possible", **wanted)
        kept.append(world.answered_in_part(address, size))
        got = world.named(address, 2, "likely", life=["other"], **wanted)
        expect.within("stall_ms", got["stall_ms"], 3000, LONG * 1000 * expect.PATIENCE)
        kept.append(world.answered_in_part(address, size))
        world.named(address, 3, "likely")
        tool.only(world.client, address, CAUSE, 3)


@scenario(at_once=True)
def offloaded(family):
    """The same whether segments are put together on their way or not."""
    with Client(family) as world:
        for state in ("on", "off"):
            world.offload(state)
            address = world.peer()
            kept = [world.answered_in_part(address, 9000) for _ in range(2)]
            world.named(address, 2, "likely", hole=9000 - 9000 % world.segment)
            for pair in kept:
                for end in pair:
                    sockets.reset(end)


@scenario(at_once=True)
def ends(family):
    """The server closes: its FIN comes, and nothing else does. And so do little messages after it."""
    with Client(family) as world:
        closes, talks = world.peer(), world.peer()
        for _ in range(2):
            client, server = world.answered(closes, 3 * world.segment)
            world.keep(client)
            server.close()
        world.named(closes, 2, "likely", hole=3 * world.segment, life=["fin", "other"],
                    size_passes=WHOLE - world.segment)
        # At once: what is written after the first time-out waits for an acknowledgment, which never comes.
        for _ in range(2):
            client, server = world.answered(talks, 2 * world.segment)
            world.keep(client)
            world.keep(server).setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for size in (30, 50, 20):
                server.sendall(b"x" * size)
        world.named(talks, 2, "likely", hole=2 * world.segment)


@scenario
def cured(family):
    """A smaller MSS is advertised, as the tool advises: answers arrive, and nobody is named."""
    with Client(family) as world:
        gateway = world.links[0][1].address(family)
        route = ["ip", "-6"] if family.six else ["ip"]
        world.client.run(*route, "route", "change", "default", "via", gateway, "advmss", 1200)
        pairs = [(world.answered(world.peer(), size), size) for size in (5000, 20000)]
        rest_arrives(pairs)
        tool.quiet(world.client, world.server)


def loses(family, percent):
    """Loss begins when all have asked: a SYN that is lost takes long, and says nothing."""
    with Client(family, mtu=WHOLE, silent=False) as world:
        peers = [world.peer() for _ in range(2)]
        pairs = [(world.connect(address), size) for address in peers for _ in range(2)
                 for size in (1600, 3000, 5000, 20000)]
        world.netem("loss", f"{percent}%")
        for (_, server), size in pairs:
            server.sendall(b"x" * size)
        time.sleep(20)  # what has not arrived by then waits for its sender's next time-out
        tool.quiet(world.client, but=["blackhole-send"])


@scenario(at_once=True)
def loss(family):
    """At random, both ways, up to stalls of many seconds: full segments get through in the end."""
    together(*(functools.partial(loses, family, percent) for percent in (8, 20, 30)))


@scenario(at_once=True)
def small_mss(family):
    """Segments are small since the path is, and some are lost: the sender was told, or asked to."""
    mtu = 1280 if family.six else 576
    with Client(family, mtu=mtu, silent=False) as world:
        address = world.peer()
        talks = [[(world.connect(address), size) for size in (1600, 3000, 5000, 20000)] for _ in range(2)]
        world.netem("loss", "20%")
        for pairs in talks:
            for (_, server), size in pairs:
                server.sendall(b"x" * size)
            rest_arrives(pairs)
        tool.quiet(world.client, but=["blackhole-send"])


@scenario(at_once=True)
def chat(family):
    """Little messages both ways, some of which are lost."""
    with Client(family, mtu=WHOLE, silent=False) as world:
        pairs = [world.connect(world.peer()) for _ in range(4)]
        world.netem("loss", "20%")
        for number in range(150):
            for client, server in pairs:
                server.sendall(b"x" * (10 + number % 90))
                client.sendall(b"y" * 10)
            time.sleep(0.02)
        rest_arrives([(pair, sum(10 + number % 90 for number in range(150))) for pair in pairs])
        tool.quiet(world.client, but=["blackhole-send"])


@scenario
def reordered(family):
    """Segments overtake each other."""
    with Client(family, mtu=WHOLE, silent=False) as world:
        world.netem("delay", "20ms", "15ms", "25%")
        rest_arrives([(world.answered(world.peer(), size), size) for size in (5000, 20000, 60000)])
        tool.quiet(world.client)


@scenario(at_once=True)
def waits(family):
    """Long polls, a sender that pauses in mid-answer, and clients that do not read: nothing is lost."""
    with Client(family, mtu=WHOLE, silent=False) as world:
        address = world.peer()
        polls = [world.connect(address) for _ in range(5)]
        pauses = [world.answered(address, 5000) for _ in range(2)]
        full = [world.connect(address) for _ in range(2)]
        for client, server in full:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
            fill(server)
        for _ in range(12):  # and small answers pass meanwhile
            arrives(world.answered(address, 100)[0], 100)
            time.sleep(1)
        for _, server in polls + pauses:
            server.sendall(b"x" * 3000)
        rest_arrives([(pair, 3000) for pair in polls] + [(pair, 8000) for pair in pauses])
        tool.quiet(world.client)


@scenario(at_once=True)
def interrupted(family):
    """The link is down for a while, or for good: before the answer, and in the middle of it."""
    with Client(family, mtu=WHOLE, silent=False) as world:
        pairs = [world.connect(world.peer()) for _ in range(4)]
        sizes = [fill(server) for _, server in pairs[:2]] + [5000, 5000]
        world.r2.run("nft", "-f", "-", input="table inet down { chain forward { type filter hook "
                     "forward priority 0; drop; }; }")
        # These read, and nobody hears that there is room again; those are answered in vain.
        rest_arrives([(pair, 5000) for pair in pairs[:2]])
        for _, server in pairs[2:]:
            server.sendall(b"x" * 5000)
        time.sleep(12)
        tool.quiet(world.client)
        world.r2.run("nft", "delete", "table", "inet", "down")
        sizes[:2] = [size - 5000 for size in sizes[:2]]
        rest_arrives(zip(pairs, sizes))
        # The second time it is the peer that is gone.
        for _, server in pairs[2:]:
            server.sendall(b"x" * 5000)
        far = world.links[2][1]
        far.namespace.run("ip", "link", "set", far.dev, "down")
        time.sleep(12)
        tool.quiet(world.client)

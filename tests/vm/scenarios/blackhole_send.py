# SPDX-License-Identifier: GPL-2.0
"""Packets of full size vanish on their way to a peer, and nobody says why."""
import functools
import socket

from lib import expect, tool
from lib.answers import arrives
from lib.scenario import scenario, together
from lib.stalls import CAUSE, MTU, TAIL, WHOLE, Server, chatter, long_enough, rto_ms

HOLE = """
table inet hole {{
    chain forward {{ type filter hook forward priority 0; tcp sport 8080 meta length > {size} drop; }}
}}
"""
CLAMP = """
table inet clamp {{
    chain forward {{ type filter hook forward priority 0; tcp flags syn tcp option maxseg size set {mss}; }}
}}
"""


def last_hop(world):
    """Of the one way only: the client takes, and sends, more."""
    world.set_mtu(world.links[0][1:], MTU)


def hole(world):
    world.r2.run("nft", "-f", "-", input=HOLE.format(size=MTU))


def clamped(world):
    """Too high."""
    world.fails = MTU + 50
    world.narrow(MTU)
    world.r2.run("nft", "-f", "-", input=CLAMP.format(mss=world.fails - (60 if world.family.six else 40)))


def offloaded(world):
    world.offload("on")
    world.narrow(MTU)


# What is small where, what the links at both ends carry, and how much gets through from the client.
PATHS = (
    ("first hop beyond our link", WHOLE, lambda world: world.narrow(MTU)),
    ("last hop", WHOLE, last_hop),
    ("PPPoE", WHOLE, lambda world: world.narrow(1492)),
    ("the least of IPv6", WHOLE, lambda world: world.narrow(1280)),
    ("jumbo frames", 9000, lambda world: world.narrow(WHOLE)),
    ("large ones dropped, one way", WHOLE, hole, 20000),
    ("another way back", WHOLE, lambda world: world.detour(MTU), 20000),
    ("clamped too high", WHOLE, clamped),
    ("offload", WHOLE, offloaded),
)


@scenario
def answers(family):
    """One whose tail gets through; one whose client talks on; two of a client that only waits."""
    with Server(family) as world:
        if family.six:  # once as it is by default, which takes some 13 s
            world.hurry()
        tail, talks, waits = (world.peer() for _ in range(3))
        kept = [world.answered(tail, 5000)]
        rto = rto_ms(kept[0][1])
        chatty = world.answered(talks, 20000)
        kept += [chatty, world.answered(waits, 20000)]
        chatter(chatty[0], until=lambda: tool.count(world.server, talks, CAUSE))
        kept.append(world.answered(waits, 20000))
        for address, life in ((tail, "sack"), (talks, "data")):
            world.soon(world.named(address, 1, life=(life,)), rto)
        world.named(waits, 2, life=("other",))
        expect.equal("all that was found", tool.causes(world.server),
                     sorted((address, CAUSE) for address in (tail, talks, waits)))
        tool.quiet(world.client, but=["blackhole-receive"])


def goes_on_smaller(family, mode):
    """Which proves it; two make a case."""
    with Server(family, what=f"tcp_mtu_probing={mode}") as world:
        world.server.sysctl("ipv4.tcp_mtu_probing", mode)
        waits = world.peer()
        for number in range(2):
            client, _ = world.answered(waits, 20000)
            arrives(client, 20000)
            if not number:
                expect.equal("found after the first", tool.count(world.server, waits, CAUSE), 0)
        got = world.named(waits, 1, confidence="certain", life=("shrunk",))
        expect.within("size_passes", got["size_passes"], 500, MTU)
        tool.only(world.server, waits, CAUSE, 1)


@scenario(at_once=True)
def probing(family):
    """net.ipv4.tcp_mtu_probing=1 and 2, which begins with full ones all the same where it is connected to."""
    together(*(functools.partial(goes_on_smaller, family, mode) for mode in (1, 2)))


def lost_on(family, what, edge, shape, upload=20):
    """An answer's tail gets through, as does all that the client sends."""
    with Server(family, mtu=edge, edge=edge, silent=False, what=what) as world:
        # Where the tail leaves in one packet with the full ones it is lost with them, and may never be repeated.
        world.offload("off")
        shape(world)
        world.filter_too_big()
        world.hurry()
        address = world.peer()
        client, server = world.answered(address, 3 * (world.fails - world.headers) + TAIL)
        client.sendall(b"x" * upload)
        arrives(server, upload)
        world.named(address, 1, life=("sack",), mtu=edge, size_passes=TAIL + world.headers)
        tool.only(world.server, address, CAUSE, 1)
        tool.quiet(world.client, but=["blackhole-receive"])


@scenario
def paths(family):
    """Wherever the small link is, whatever makes it small."""
    together(*(functools.partial(lost_on, family, *path) for path in PATHS), most=4)


@scenario
def tunnels(family):
    """A tunnel between two routers that filter ICMP."""
    kinds = ("vxlan", "ip6tnl" if family.six else "ipip")
    together(*(functools.partial(lost_on, family, kind, WHOLE, lambda world, kind=kind: world.tunnel(kind))
               for kind in kinds))


@scenario
def midway(family):
    """Full ones have passed when the path's MTU falls: it takes two connections."""
    with Server(family, mtu=WHOLE) as world:
        world.hurry()
        two, one = world.peer(), world.peer()
        pairs = [world.answered(address, 50000) for address in (two, two, one)]
        for client, _ in pairs:
            arrives(client, 50000)
        world.narrow(MTU)
        for _, server in pairs:
            server.sendall(b"x" * (3 * (WHOLE - world.headers) + TAIL))
        long_enough(pairs, 6)
        world.named(two, 2, life=("sack",), size_passes=TAIL + world.headers)
        tool.only(world.server, two, CAUSE, 2)


@scenario
def fin(family):
    """A client that asks, waits and closes its side: it may have, before all was lost."""
    with Server(family) as world:
        world.hurry()
        address = world.peer()
        client, server = pair = world.answered(address, 20000)
        long_enough([pair], 1)
        client.shutdown(socket.SHUT_WR)
        world.named(address, 1, confidence="possible", life=("fin",), size_passes=None)
        tool.only(world.server, address, CAUSE, 1)


@scenario
def cured(family):
    """What was likely is certain once the administrator turns MTU probing on: it goes on, smaller."""
    with Server(family) as world:
        world.hurry()
        address = world.peer()
        size = 3 * (WHOLE - world.headers) + TAIL
        client, _ = world.answered(address, size)
        world.named(address, 1, life=("sack",), size_passes=TAIL + world.headers)
        world.server.sysctl("ipv4.tcp_mtu_probing", 1)
        arrives(client, size)
        expect.eventually("it is certain",
                          lambda: tool.finding(world.server, address, CAUSE)["confidence"], "certain")
        got = world.named(address, 1, confidence="certain", life=("sack", "shrunk"))
        expect.within("size_passes", got["size_passes"], TAIL + world.headers, MTU)
        tool.only(world.server, address, CAUSE, 1)

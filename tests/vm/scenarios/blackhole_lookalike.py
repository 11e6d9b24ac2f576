# SPDX-License-Identifier: GPL-2.0
"""What looks like packets that vanish for their size, and is not."""
import contextlib
import functools
import socket
import subprocess
import time

from lib import expect, tool
from lib.answers import PORT, arrives
from lib.scenario import scenario, together
from lib.stalls import MTU, WHOLE, Server, chatter, long_enough, sacked, timed_out

FORWARD = """
table inet story {{
    chain forward {{ type filter hook forward priority 0; {rule}; }}
}}
"""


def forward(world, rule):
    """What the router next to us does with each packet from now on."""
    world.r2.run("nft", "-f", "-", input=FORWARD.format(rule=rule))


def as_before(world):
    world.r2.run("nft", "delete", "table", "inet", "story")


@scenario
def told(family):
    """Routers say what they cannot carry: the path's MTU is found, and nothing is wrong."""
    with Server(family, silent=False) as world:
        for probing in (0, 1):
            world.server.sysctl("ipv4.tcp_mtu_probing", probing)
            client, server = world.answered(world.peer(), 50000)
            arrives(client, 50000)
        tool.quiet(world.server)
        expect.eventually("what was found", lambda: {row["cause"] for row in tool.findings(world.server)},
                          {"pmtu-lowered"})


@scenario
def told_late(family):
    """The router's word is lost at first."""
    with Server(family) as world:
        for name in ("ipv4.icmp_ratelimit", "ipv6.icmp.ratelimit"):
            world.r2.sysctl(name, 0)
        pair = world.answered(world.peer(), 5000)
        long_enough([pair], 2)
        world.tell_too_big()
        arrives(pair[0], 5000)
        tool.quiet(world.server)


@scenario
def small_enough(family):
    """A smaller link of which nobody tells, and what sees to it that nothing is too big."""
    def clamped():
        with Server(family, what="clamped") as world:
            # The SYN-ACK's on its way to the client, the client's on its way to us.
            forward(world, f"tcp flags syn tcp option maxseg size set {MTU - (60 if family.six else 40)}")
            client, server = world.answered(world.peer(), 50000)
            client.sendall(b"x" * 50000)
            arrives(client, 50000)
            arrives(server, 50000)
            tool.quiet(world.server, world.client)

    def probed():
        """Who connects begins with small ones; who is connected to does not."""
        with Server(family, what="MTU probing from the start") as world:
            world.client.sysctl("ipv4.tcp_mtu_probing", 2)
            client, server = world.connect(world.peer())
            client.sendall(b"x" * 50000)
            arrives(server, 50000)
            tool.quiet(world.client)
    together(clamped, probed)


@scenario(at_once=True)
def gone(family):
    """The peer, or the link to it, is gone: what it sent before is no sign of life; nor is one that returns."""
    with Server(family, mtu=WHOLE) as world:
        world.hurry()
        one, other, silent = (world.peer() for _ in range(3))
        pairs = [world.connect(address) for address in (one, one, other, silent)]
        # What is sent to them vanishes, what they send arrives: and they repeat it.
        forward(world, f"tcp sport {PORT} drop")
        for _, server in pairs:
            server.sendall(b"x" * 5000)
        for client, _ in pairs[:3]:
            client.sendall(b"are you there?")
        long_enough(pairs, 6)
        tool.quiet(world.server)
        as_before(world)
        for client, _ in pairs:
            arrives(client, 5000)
        tool.quiet(world.server)


@scenario(at_once=True)
def down(family):
    """A link is down, for longer than it takes; those who wait, those who talk, and what had been sent."""
    with Server(family, mtu=WHOLE) as world:
        world.hurry()
        one, other = world.peer(), world.peer()
        before = [world.connect(address) for address in (one, one, other)]
        world.cut()
        for client, server in before:
            server.sendall(b"x" * 5000)
            client.sendall(b"are you there?")
        long_enough(before, 7)
        tool.quiet(world.server)
        world.join()
        after = [world.answered(address, 5000) for address in (one, other)]
        for client, _ in before + after:
            arrives(client, 5000)
        tool.quiet(world.server)


@scenario
def tail(family):
    """The last segment, a full one, is lost four times; its client talks on, and hears all else."""
    with Server(family, mtu=WHOLE) as world:
        world.hurry(80)
        size = 3 * (WHOLE - world.headers)
        pairs = [world.connect(address) for address in (world.peer(), world.peer())]
        for client, server in pairs:
            server.sendall(b"x" * size)
            arrives(client, size)
        forward(world, f"tcp sport {PORT} meta length > 1000 drop")
        for _, server in pairs:
            server.sendall(b"x" * (size // 3))
        chatter(*(client for client, _ in pairs), until=lambda: timed_out(pairs) >= 4)
        as_before(world)
        for client, _ in pairs:
            arrives(client, size // 3)
        tool.quiet(world.server)


@scenario
def flicker(family):
    """Two answers lose what is large but not their tails, and then the link is gone: for three time-outs."""
    with Server(family, mtu=WHOLE) as world:
        address = world.peer()
        forward(world, f"tcp sport {PORT} meta length > 1000 drop")
        pairs = [world.answered(address, 5000) for _ in range(2)]
        expect.eventually("the tails are acknowledged", lambda: sacked(pairs))
        forward(world, f"tcp sport {PORT} drop")
        long_enough(pairs, 3)
        as_before(world)
        for client, _ in pairs:
            arrives(client, 5000)
        tool.quiet(world.server)


def lost(family, what, shape, offload="off"):
    """Answers of all sizes, several at once, to two peers."""
    with Server(family, mtu=WHOLE, silent=False, what=what) as world:
        world.hurry()
        world.offload(offload)
        peers = [world.peer() for _ in range(2)]
        # Handshakes first: a SYN that is lost time and again takes minutes, and proves nothing.
        talks = [[(world.connect(address), size) for address in peers
                  for size in (1448, 1600, 3000, 10000)] for _ in range(2)]
        shape(world)
        for talk in talks:
            for (_, server), size in talk:
                server.sendall(b"x" * size)
            for (client, _), size in talk:
                arrives(client, size)
        tool.quiet(world.server)


def netem(*words, **more):
    return lambda world: world.netem(*words, **more)


def bursts(world):
    """Of packets, not of seconds: others have to pass for one to be over."""
    world.netem("loss", "gemodel", "3%", "30%", "100%", "0%")
    world.client.start("ping", "-q", "-i", "0.01", world.server_address, stdout=subprocess.DEVNULL)


LOSSES = (
    ("loss of 1 %", netem("loss", "1%")),
    ("loss of 2 %", netem("loss", "2%")),
    ("loss of 5 %", netem("loss", "5%")),
    ("loss of 10 %", netem("loss", "10%")),
    # The same segment five times in 3 of 10 000; both ways it would be 6 of 1000.
    ("loss of 20 %", netem("loss", "20%", ways=1)),
    ("loss of 20 % of what is cut later", netem("loss", "20%", ways=1), "on"),
    ("bursts of loss", bursts),
    ("reordering", netem("delay", "5ms", "reorder", "30%", "50%")),
    ("jitter", netem("delay", "10ms", "8ms")),
    ("loss of large ones", lambda world: forward(
        world, "meta length > 1000 numgen random mod 10 < 3 drop")),
    ("a limit for large ones", lambda world: forward(
        world, "meta length > 1000 limit rate over 50/second burst 5 packets drop")),
)


@scenario
def loss(family):
    """By chance, in bursts, of large packets; and what seems to be lost and is late."""
    together(*(functools.partial(lost, family, *row) for row in LOSSES))


@scenario
def waits(family):
    """A client that does not read: its window is closed. One that reads a little now and then."""
    with Server(family, mtu=WHOLE) as world:
        closed, slow = (world.connect(world.peer()) for _ in range(2))
        for client, server in (closed, slow):
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            server.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                while True:
                    server.send(b"x" * 10000)
        for _ in range(30):
            time.sleep(0.1)
            arrives(slow[0], 500)
        tool.quiet(world.server)

# SPDX-License-Identifier: GPL-2.0
"""What this host sends vanishes, and not for its size: all of it after the handshake, or certain bytes."""
import contextlib
import functools
import select
import struct
import time

from lib import expect, sockets, tool, typed
from lib.answers import LONG, PORT, arrives
from lib.scenario import scenario, together
from lib.stalls import info
from lib.uploads import Client

DEAF, CONTENT, SIZE = "deaf-after-handshake", "dropped-by-content", "blackhole-send"
WHOLE = 1500
HELLO = 1790  # bytes: a post-quantum key share makes it longer than one segment

# Where the handshake passes: a firewall that has not seen the SYN-ACK, and one that drops what has data.
AFTER_HANDSHAKE = (
    ("all that follows", "tcp flags & syn == 0", "possible", ["synack"]),
    ("what has data", "tcp flags & syn == 0 meta length > 80", "likely", None),
)


def hello(size):
    """The bytes of a record that is a ClientHello of that size, as far as a box looks."""
    return b"\x16\x03\x01" + struct.pack("!H", size - 5) + b"\x01" + struct.pack("!I", size - 9)[1:] + \
        b"\x03\x03" + bytes(size - 11)


def goes_deaf(family, what, rule, confidence, signs):
    """Messages large and small; none of them is about size."""
    print(f"    {what}")
    with Client(family, mtu=WHOLE, silent=False) as world:
        world.hurry()
        world.offload("off")
        world.drop(rule)
        # With a tail, without one, and one that is small itself.
        world.sends_in_turn(b"x" * 20000, b"x" * 3000, b"x" * 300)
        world.named(DEAF, 3, confidence, path_signs=signs)
        tool.only(world.client, world.server_address, DEAF, 3)
        story = tool.ask(world.client, "why", world.server_address)
        expect.true("no remedy is about size", "mtu_probing" not in story and "maxseg" not in story, story)
        world.pass_all()


@scenario
def deaf(family):
    """A stateful firewall on a way that only one direction takes."""
    together(*(functools.partial(goes_deaf, family, *row) for row in AFTER_HANDSHAKE))


@scenario
def content(family):
    """A box that wants a whole ClientHello in one segment: possible, until it is tried in smaller ones."""
    with Client(family, mtu=WHOLE, silent=False) as world:
        world.hurry()
        world.offload("off")
        world.drop("@th,256,24 0x160301")  # beyond 32 bytes of header
        world.sends(hello(HELLO))
        got = world.named(SIZE, 1, "possible", size_fails=WHOLE, life=["sack"], path_signs=["hello"])
        expect.within("size_passes", got["size_passes"], 1, WHOLE - 1)
        row = typed.remedy(world.client, world.server_address, SIZE, "sysctl")
        typed.paste(world.client, row["command"])
        world.sends(hello(HELLO))
        world.named(CONTENT, 1, "likely", size_fails=WHOLE, small_fails=1220, life=["sack"], path_signs=["hello"])
        expect.equal("all that was found", tool.causes(world.client),
                     sorted((world.server_address, cause) for cause in (SIZE, CONTENT)))


@scenario
def hole(family):
    """The same bytes by a path that is too small: they pass in smaller ones, which proves the size."""
    with Client(family, mtu=1400) as world:
        world.hurry()
        world.offload("off")
        client, server = world.asks(world.client_socket(), world.server_address)
        client.sendall(hello(HELLO))
        world.named(SIZE, 1, "possible", size_fails=WHOLE, path_signs=["hello"])
        typed.paste(world.client, typed.remedy(world.client, world.server_address, SIZE, "sysctl")["command"])
        arrives(server, HELLO)
        expect.eventually("it is certain", lambda: tool.finding(world.client, world.server_address, SIZE)["confidence"],
                          "certain")
        world.named(SIZE, 1, "certain", life=["sack", "shrunk"])
        tool.only(world.client, world.server_address, SIZE, 1)


@scenario(at_once=True)
def full_queue(family):
    """A listener whose accept queue is full repeats its SYN-ACK, and takes nothing: it answers no new SYN either."""
    with Client(family, mtu=WHOLE, silent=False) as world:
        world.hurry()
        world.listener.listen(0)
        socks = [sockets.begin(world.client, family, world.server_address, PORT) for _ in range(4)]
        world.kept.extend(socks)
        expect.eventually("all are connected that will be", lambda: [
            sock for sock in socks if select.select([], [sock], [], 0)[1]])
        time.sleep(1)
        for sock in socks:
            with contextlib.suppress(OSError):
                sock.send(b"x" * 3000)
        expect.eventually("some are stuck", lambda: any(info(sock, 2, 1) > 2 for sock in socks), seconds=LONG)
        time.sleep(12)  # most are connected, as far as the client knows, and none is heard
        for cause in (DEAF, CONTENT, SIZE):
            expect.equal(cause, tool.count(world.client, world.server_address, cause), 0, expect.Final)


@scenario(at_once=True)
def down(family):
    """The link is down after the handshakes, for longer than it takes, and comes back."""
    with Client(family, mtu=WHOLE, silent=False) as world:
        world.hurry()
        pairs = [world.asks(world.client_socket(), world.server_address) for _ in range(2)]
        fresh = [world.sends(b"") for _ in range(2)]
        world.cut()
        for sock in [client for client, _ in pairs] + fresh:
            sock.sendall(b"x" * 3000)
            world.stuck(sock, 1)
        for sock in [client for client, _ in pairs] + fresh:
            world.stuck(sock, 7)
        tool.quiet(world.client)
        world.join()
        for _, server in pairs:
            arrives(server, 3000)
        tool.quiet(world.client)

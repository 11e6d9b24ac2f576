# SPDX-License-Identifier: GPL-2.0
"""Packets of full size vanish on their way from a peer: we are who waits for them."""
import itertools
import socket
import time

from lib import expect, sockets, tool
from lib.path import Path
from lib.scenario import scenario
from lib.world import usable

CAUSE = "blackhole-receive"
PORT = 8080
MTU = 1400
WHOLE = 1500
SEGMENT = {False: 1448, True: 1428}  # of data, with timestamps; by family.six
LONG = 180


class Client(Path):
    """The client is where we stand; each server, another address of the same host, is a peer."""

    def __init__(self, family, mtu=MTU, silent=True):
        super().__init__(family, mtu=mtu)
        self.listener = self.keep(sockets.listen(self.server, family, PORT))
        self._hosts = itertools.count(10)
        self.segment = SEGMENT[family.six]
        if silent:
            self.filter_too_big()

    def peer(self):
        """Another address of the server's."""
        address = self.family.host(3, next(self._hosts))
        far = self.links[2][1]
        self.rtnl(self.server).address(far.dev, address, 64 if self.family.six else 24)
        # Known to the router, as its first is: looking for it may take a second.
        self.rtnl(self.r2).neighbour(far.other.dev, address, far.mac)
        if self.family.six:
            usable(self.server, address)
        return address

    def asked(self, address):
        """(client, server) of a connection to this address that has asked for something."""
        client = sockets.make(self.client, self.family)
        client.settimeout(LONG)
        client.connect((address, PORT))
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
        pair = self.asked(address)
        pair[1].sendall(b"x" * size)
        return pair

    def named(self, address, count, confidence, **evidence):
        """This peer has so many of them; its evidence."""
        expect.eventually(f"{CAUSE} of {address}",
                          lambda: tool.count(self.client, address, CAUSE) >= count, seconds=LONG)
        row = tool.counted(self.client, address, CAUSE, count)
        expect.subset("finding", row, {"severity": "trouble", "confidence": confidence,
                                       "rport": PORT})
        got = row["evidence"]
        expect.subset("evidence", got, {"size_fails": WHOLE, "mtu": WHOLE, **evidence})
        print(f"    {address}: {confidence}, {got['stall_ms']} ms after it was seen first")
        return got


def arrives(client, size):
    """It has read an answer of that size."""
    while size:
        got = len(client.recv(size))
        expect.true("the answer goes on", got)
        size -= got


@scenario
def tail(family):
    """The end of an answer comes, the rest never does: possible on one connection, likely on two."""
    with Client(family) as world:
        address = world.peer()
        size = 5000
        passes = WHOLE - world.segment + size % world.segment
        wanted = {"hole": size - size % world.segment, "size_passes": passes,
                  "mss": world.segment + 12}
        kept = [world.answered(address, size)]
        world.named(address, 1, "possible", **wanted)
        kept.append(world.answered(address, size))
        got = world.named(address, 2, "likely", life=["other"], **wanted)
        expect.within("stall_ms", got["stall_ms"], 3000, LONG * 1000 * expect.PATIENCE)
        kept.append(world.answered(address, size))
        world.named(address, 3, "likely")
        tool.only(world.client, address, CAUSE, 3)

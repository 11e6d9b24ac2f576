# SPDX-License-Identifier: GPL-2.0
"""A server whose packets get stuck on their way to its clients."""
import socket
import time

from . import expect, sockets, tool
from .answers import LONG, PORT, Answers
from .scenario import IPV4, IPV6

CAUSE = "blackhole-send"
MTU = 1400
WHOLE = 1500
TAIL = 600  # bytes of an answer's last segment: it gets through everywhere
# Where the kernel's own time-outs, 200 ms at first, double: five of them take 6.3 s.
SOON_MS = 15000
RTO_MIN = 20  # of a server in a hurry
info = sockets.info


class Server(Answers):
    """The server is where we stand; each client it has, another address of the same host, is a peer.

    `what` is the path's name, where a scenario has several of them.
    """

    def __init__(self, family, mtu=MTU, silent=True, what=CAUSE, **more):
        super().__init__(family, silent, mtu=mtu, **more)
        self.what, self.rto_min = what, 200
        self.way = self.links[-1][0]  # to the clients
        self.fails = more.get("edge", WHOLE)
        self.listener.settimeout(LONG)

    @property
    def headers(self):
        """Of a packet with a timestamp."""
        return 72 if self.family.six else 52

    def hurry(self, rto_min=RTO_MIN):
        """Its retransmission timer waits for some 20 ms at first, not 200."""
        self.rto_min = rto_min
        for way in (IPV4, IPV6):
            self.rtnl(self.server).route("default", self.way.address(way), rto_min)

    def detour(self, mtu):
        """What the server sends comes by another router, whose link to the client carries less."""
        third = self.router("r3")
        near, far = self.cable(self.client, third, 4), self.cable(third, self.server, 5)
        self.set_mtu(near[1:], mtu)
        for way in (IPV4, IPV6):
            self.route(third, way.prefix(1), near[0].address(way))
        self.way = far[0]

    def peer(self):
        """Another address of the client's."""
        return self.another(self.links[0][0], 1)

    def connect(self, address):
        """(client, server) of a connection from this address that has asked for something."""
        client = sockets.make(self.client, self.family)
        client.bind((address, 0))
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self.asks(client, self.server_address)

    def named(self, address, count, confidence="likely", life=(), **evidence):
        """This peer has so many of them; its evidence."""
        expect.eventually(f"{CAUSE} of {address} ({self.what})",
                          lambda: tool.count(self.server, address, CAUSE) >= count, seconds=LONG)
        row = tool.counted(self.server, address, CAUSE, count)
        expect.subset(f"finding of {self.what}", row,
                      {"severity": "trouble", "confidence": confidence, "lport": PORT})
        got = row["evidence"]
        expect.subset(f"evidence of {self.what}", got,
                      {"size_fails": self.fails, "mtu": self.fails, **evidence})
        expect.true(f"signs of life {life} of {self.what}", set(life) <= set(got["life"]), got["life"])
        expect.within("stall_ms", got["stall_ms"], 1, LONG * 1000 * expect.PATIENCE)
        tool.verdicts.append((self.rto_min, got["stall_ms"]))
        return got

    def soon(self, got, rto):
        """What is likely is named in time, where timers are as they are by default: the first was `rto` ms."""
        slow = max(1, rto / 220)  # the round trips, which TCP adds
        expect.within("stall_ms", got["stall_ms"], 1, SOON_MS * slow * expect.PATIENCE)


def timed_out(pairs):
    """How often what each server sends has, at least: tcpi_retransmits."""
    return min(info(server, 2, 1) for _, server in pairs)


def sacked(pairs):
    """How many segments of each server's, at least: tcpi_sacked."""
    return min(info(server, 28) for _, server in pairs)


def rto_ms(sock):
    """tcpi_rto."""
    return info(sock, 8) / 1000


def long_enough(pairs, times):
    """Until what each server sends has timed out so often."""
    expect.eventually("time-outs", lambda: timed_out(pairs) >= times, seconds=LONG)


def chatter(*clients, until):
    """They go on to send little things until that is so."""
    def look():
        for client in clients:
            client.sendall(b"more")
        time.sleep(0.1)
        return until()
    expect.eventually("what the chatter is for", look, seconds=LONG)

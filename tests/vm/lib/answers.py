# SPDX-License-Identifier: GPL-2.0
"""Something is asked over a connection, and the server answers: what becomes of that is the scenario's."""
import contextlib
import itertools
import socket

from . import expect, sockets
from .path import Path
from .world import usable

PORT = 8080
# A busy machine measures long round trips, and each time-out doubles what follows from that.
LONG = 180
OUT_OF_ORDER = 224  # of tcpi_rcv_ooopack in struct tcp_info
TRIES = 5


class Answers(Path):
    """Whoever stands where; the hosts at the ends may have more addresses, each of them a peer."""

    def __init__(self, family, silent=True, **more):
        super().__init__(family, **more)
        self.listener = self.keep(sockets.listen(self.server, family, PORT))
        self._hosts = itertools.count(10)
        if silent:
            self.filter_too_big()

    def another(self, end, net):
        """One more address at this end of the path."""
        address = self.family.host(net, next(self._hosts))
        self.rtnl(end.namespace).address(end.dev, address, 64 if self.family.six else 24)
        # Known to the router, as its first is: looking for it may take a second, and TCP's timers with it.
        self.rtnl(end.other.namespace).neighbour(end.other.dev, address, end.mac)
        if self.family.six:
            usable(end.namespace, address)
        return address

    def asks(self, client, address, timeout=LONG):
        """Connects to the server, and asks for something; (client, server)."""
        client.settimeout(timeout)
        client.connect((address, PORT))
        client.sendall(b"request")
        server = self.accept(client.getsockname()[1])
        server.settimeout(timeout)
        server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        expect.equal("request", server.recv(100), b"request")
        return client, server

    def accept(self, port):
        """The connection from that port: where packets are lost, a late copy of a SYN may make another."""
        while True:
            server = sockets.accept(self.listener)
            if server.getpeername()[1] == port:
                return server

    def answered(self, *whom_and_size):
        """connect(), and an answer of that size is under way."""
        *whom, size = whom_and_size
        pair = self.connect(*whom)
        pair[1].sendall(b"x" * size)
        return pair

    def answered_in_part(self, *whom_and_size):
        """answered(), and its end has come; see docs/causes.md for an answer of which nothing comes.

        The end may be lost with the rest: both leave in one packet then, and no loss probe sends the end again by itself,
        where that packet is in a queue of the host still (skb_still_in_host_queue(), net/ipv4/tcp_output.c).
        """
        for _ in range(TRIES):
            pair = self.answered(*whom_and_size)
            if came(lambda: sockets.info(pair[0], OUT_OF_ORDER, 4)):
                return pair
            for end in pair:
                self.keep(end)
        raise expect.Unexpected(f"the end of an answer: lost {TRIES} times")


def arrives(sock, size):
    """That much has come."""
    while size:
        got = len(sock.recv(size))
        expect.true("what comes goes on", got)
        size -= got


def came(look):
    """Whether it comes about, in some seconds."""
    with contextlib.suppress(expect.Unexpected):
        return expect.eventually("the end of an answer", look, seconds=5)

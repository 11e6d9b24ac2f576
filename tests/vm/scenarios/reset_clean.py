# SPDX-License-Identifier: GPL-2.0
"""Clean connections with ordinary RSTs among them: nobody forged any, no box forgot anything."""
import socket
import time

from lib import expect, received, resets, sockets, tool
from lib.peer import Peer
from lib.received import TTL, dies, exchange
from lib.resets import PORT, Connected
from lib.scenario import scenario
from lib.segment import ACK, RST, SYN
from lib.wire import Wire
from lib.world import World

RESETS = True

ROUNDS = 12 if expect.SLOW else 40


def no_trouble(*namespaces):
    """What was found is explained by itself: no doubt, and nobody hurt."""
    for namespace in namespaces:
        rows = tool.findings(namespace)
        wrong = [(row["peer"], row["cause"], row["severity"], row["confidence"]) for row in rows
                 if row["severity"] == "trouble" or row["confidence"] != (
                     "likely" if received.is_bare(row) else resets.confidence(row["cause"])) or
                 row["evidence"].get("signs")]
        expect.equal(f"trouble, doubt or signs in {namespace.name}", wrong, [], expect.Final)
        tool.reconciled(namespace)


class Busy(Connected):
    """A client and a server between which connections come and go in all the usual ways."""

    def __init__(self, family):
        super().__init__(family)
        self.wire = self.keep(Wire(self.near))

    def short(self):
        """The client closes first, then the server does."""
        for close in (sockets.client_closes_first, sockets.server_closes_first):
            close(self.listener, sockets.connect(self.client, self.family, self.server_address,
                                                 PORT))

    def lingering(self):
        """SO_LINGER 0, on either side, before anything was said and after."""
        for talk in (False, True):
            for side in (0, 1):
                pair = self.connect()
                if talk:
                    exchange(*pair)
                sockets.reset(pair[side])
                dies(pair[1 - side])

    def refused(self):
        expect.fails("connecting to a closed port", ConnectionRefusedError, sockets.connect,
                     self.client, self.family, self.server_address, PORT + 1)

    def half_closed(self):
        client, server = self.connect()
        client.shutdown(socket.SHUT_WR)
        sockets.ends(server)
        server.sendall(b"answer")
        server.close()
        expect.equal("what is read after a half close", client.recv(16), b"answer")
        sockets.ends(client)
        client.close()

    def happy_eyeballs(self):
        """Two at once, and the one that is not needed goes, politely or not."""
        for leave in (socket.socket.close, sockets.reset):
            winner, loser = self.connect(), self.connect()
            leave(loser[0])
            exchange(*winner)
            loser[1].close()
            winner[0].close()
            winner[1].close()

    def scanned(self, host):
        """A scanner's SYN, which is not like what its kernel sends, and that one's RST."""
        for port in (PORT, PORT + 1):
            scanner = Peer(self.wire, self.family.foreign(host), self.server_address, port,
                           seq=host << 12)
            since = scanner.mark()
            scanner.send(SYN, ack=0, ttl=250, mss=1460)
            if port == PORT:
                answer = scanner.answer("SYN-ACK", SYN | ACK, since)
                scanner.send(RST, seq=answer.ack, ack=0)


@scenario
def many(family):
    """Hundreds, one after the other: each abort is the peer's own."""
    with Busy(family) as world:
        for i in range(ROUNDS):
            world.short()
            world.lingering()
            world.refused()
            world.half_closed()
            world.happy_eyeballs()
            world.scanned(i + 1)
        # Whoever had opened a connection may leave it; whoever had accepted it turns the other away.
        tool.counted(world.server, world.client_address, "peer-goodbye", 3 * ROUNDS)
        tool.counted(world.client, world.server_address, "peer-aborted", 2 * ROUNDS)
        tool.counted(world.client, world.server_address, "peer-refused", ROUNDS)
        for host in (1, ROUNDS):
            tool.counted(world.server, family.foreign(host), "peer-goodbye", 1)
        no_trouble(world.client, world.server)


class Detour(World):
    """A client and a server with a cable between them, and a way round over two routers."""

    def __init__(self, family):
        super().__init__()
        self.family = family
        self.client, self.server = self.namespace("client"), self.namespace("server")
        routers = [self.namespace("router") for _ in range(2)]
        near, far = self.cable(self.client, self.server, 1)
        ways = [self.cable(one, other, net) for net, (one, other) in
                enumerate(((self.client, routers[0]), routers, (routers[1], self.server)), 2)]
        for router in routers:
            router.sysctl("ipv4.ip_forward", 1)
            router.sysctl("ipv6.conf.all.forwarding", 1)
        self.client_address, self.server_address = near.address(family), far.address(family)
        self.gateway = ways[0][1].address(family)
        self.host = f"{self.server_address}/{128 if family.six else 32}"
        for end in (ways[1][0], ways[2][0]):
            self.route(end.namespace, self.host, end.other.address(family))
        self.wire = self.keep(Wire(ways[2][1]))
        self.listener = self.keep(sockets.listen(self.server, family, PORT))

    def leave_the_cable(self):
        self.route(self.client, self.host, self.gateway)


@scenario
def route_changes(family):
    """What comes later comes from further off; even a RST that does is no proof of a forger."""
    with Detour(family) as world:
        pairs = []
        for _ in range(10):
            client = sockets.connect(world.client, family, world.server_address, PORT)
            pairs.append((client, sockets.accept(world.listener)))
            exchange(*pairs[-1])
            exchange(*pairs[-1])
        world.leave_the_cable()
        for client, server in pairs:
            exchange(client, server)
        far = world.wire.find(lambda s: s.dport == PORT)
        expect.equal("TTLs on the way round", {segment.ttl for segment in far}, {62})
        for client, server in pairs[1:]:
            client.close()
            sockets.ends(server)
            server.close()
        tool.silent(world.server, world.client)
        sockets.reset(pairs[0][0])
        dies(pairs[0][1])
        received.only(world.server, world.client_address, "peer-aborted", 1, signs=TTL, ttl=62,
                      ttl_usual=64)


@scenario
def aborted_in_full_flow(family):
    """A server that does not read while a client sends: one abort, RSTs to all that follows."""
    tool.beside("rst-unread-data")
    with Busy(family) as world:
        for _ in range(5):
            client, server = world.connect()
            sent = 0
            client.setblocking(False)
            try:
                while sent < 1 << 20:
                    sent += client.send(bytes(65536))
            except BlockingIOError:
                pass
            server.recv(1, socket.MSG_PEEK)  # what it closes upon has come
            server.close()
            expect.eventually("the client is reset", lambda client=client:
                              sockets.state(client) == 7)
            client.close()
        received.only(world.client, world.server_address, "peer-aborted", 5)


@scenario
def idle_and_well(family):
    """Connections that are idle for the same time again and again, and work."""
    with Busy(family) as world:
        pairs = [world.connect() for _ in range(10)]
        for _ in range(2):
            for client, server in pairs:
                exchange(client, server)
            time.sleep(1.2)
        for client, server in pairs:
            exchange(client, server)
            client.close()
            sockets.ends(server)
            server.close()
        tool.silent(world.client, world.server)

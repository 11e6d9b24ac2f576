# SPDX-License-Identifier: GPL-2.0
"""Connections that close without TIME_WAIT, since net.ipv4.tcp_max_tw_buckets is reached."""
import socket
import threading

from lib import counters, expect, sockets, tool
from lib.scenario import scenario
from lib.world import Pair

CAUSE = "timewait-overflow"
PORT = 8080
COUNTER = "TCPTimeWaitOverflow"


class Full(Pair):
    """A pair whose server holds few TIME_WAITs."""

    def __init__(self, family, limit):
        super().__init__(family)
        self.limit = limit
        self.server.sysctl("ipv4.tcp_max_tw_buckets", limit)
        self.listener = self.keep(sockets.listen(self.server, family, PORT))

    def connect(self):
        """(client, server) of a new connection."""
        client = sockets.connect(self.client, self.family, self.server_address, PORT)
        return client, sockets.accept(self.listener)

    def fill(self):
        for _ in range(self.limit):
            close(*self.connect())
        expect.eventually("TIME_WAITs", lambda: counters.timewaits(self.server), self.limit)

    def overflown(self, wanted):
        """Exactly so many, by the kernel and by us; the finding."""
        expect.eventually(COUNTER, lambda: counters.value(self.server, COUNTER), wanted)
        row = tool.only(self.server, self.client_address, CAUSE, wanted)
        tool.reconciled(self.server)
        expect.subset("evidence", row["evidence"], {"tw_limit": self.limit})
        return row

    def none_overflown(self):
        expect.equal(COUNTER, counters.value(self.server, COUNTER), 0)
        tool.silent(self.server)


def close(client, server):
    """The server closes first, while its program still holds the socket."""
    server.shutdown(socket.SHUT_WR)
    sockets.ends(client)
    client.close()
    sockets.ends(server)
    server.close()


def fin_wait2(world):
    client, server = world.connect()
    server.shutdown(socket.SHUT_WR)
    sockets.reaches(server, "FIN_WAIT2")
    return client, server


def waiting(namespace):
    """How many sockets wait for the ACK of their FIN."""
    return len(namespace.run("ss", "-Htan", "state", "fin-wait-1").stdout.splitlines())


@scenario
def closes(family):
    with Full(family, 20) as world:
        for _ in range(60):
            close(*world.connect())
        row = world.overflown(40)
        expect.subset("finding", row, {"severity": "notice", "lport": PORT})
        expect.within("tw_count", row["evidence"]["tw_count"], 20, 21)
        tool.silent(world.client)


@scenario
def orphans(family):
    """What close() leaves in FIN_WAIT2 takes the place of a TIME_WAIT too."""
    with Full(family, 10) as world:
        clients = []
        for _ in range(20):
            client, server = world.connect()
            server.close()
            sockets.ends(client)
            clients.append(client)
        expect.eventually("sockets in FIN_WAIT1", lambda: waiting(world.server), 0)
        # An ACK that comes while close() still holds the socket leaves it in FIN_WAIT2 as it is.
        count = counters.value(world.server, COUNTER)
        expect.within(COUNTER, count, 8, 10)
        world.overflown(count)
        for client in clients:
            client.close()
        # The peer's FIN ends that one too, and there is no room for it either.
        world.overflown(10)


@scenario
def threads(family):
    """Several close at a time."""
    with Full(family, 10) as world:
        begun = [world.connect() for _ in range(50)]

        def work(share):
            for client, server in share:
                close(client, server)
        workers = [threading.Thread(target=work, args=(begun[i::4],)) for i in range(4)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        expect.eventually("TIME_WAITs and overflows", lambda: counters.timewaits(world.server) +
                          counters.value(world.server, COUNTER), 50)
        # Two CPUs may both have been let in as the last one.
        expect.within(COUNTER, counters.value(world.server, COUNTER), 36, 40)
        world.overflown(counters.value(world.server, COUNTER))


@scenario
def room_enough(family):
    """Up to the limit, each close has its TIME_WAIT."""
    with Full(family, 40) as world:
        world.fill()
        world.none_overflown()


@scenario
def linger0_in_fin_wait2(family):
    """SO_LINGER 0: the program wants no TIME_WAIT."""
    with Full(family, 5) as world:
        world.fill()
        for _ in range(10):
            client, server = fin_wait2(world)
            sockets.reset(server)
            client.close()
        world.none_overflown()


@scenario
def disconnect_in_fin_wait2(family):
    """connect(AF_UNSPEC): so does this one."""
    with Full(family, 5) as world:
        world.fill()
        for _ in range(10):
            client, server = fin_wait2(world)
            sockets.disconnect(server)
            client.close()
            server.close()
        world.none_overflown()


@scenario
def reset_in_fin_wait2(family):
    """The peer's RST ends it."""
    with Full(family, 5) as world:
        world.fill()
        for _ in range(10):
            client, server = fin_wait2(world)
            sockets.reset(client)
            sockets.reaches(server, "CLOSE")
            server.close()
        world.none_overflown()

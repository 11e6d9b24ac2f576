# SPDX-License-Identifier: GPL-2.0
"""A connection, or a connect, was given up without a RST: nothing was answered any more."""
import select
import socket
from errno import ETIMEDOUT

from lib import counters, expect, received, sockets
from lib.bare import Bare
from lib.received import CLOSING, HANDSHAKE, OPEN, dies, exchange
from lib.resets import PORT, Connected
from lib.scenario import scenario
from lib.segment import ACK

RESETS = True

RETRANSMIT, CONNECT = "timeout-retransmit", "timeout-connect"
ESTABLISHED, SYN_SENT, FIN_WAIT1, CLOSE_WAIT = 1, 2, 4, 8
TCP_USER_TIMEOUT = 18


class Talk(Connected):
    """A client that gives up soon, and a server that listens."""

    def __init__(self, family):
        super().__init__(family)
        self.client.sysctl("ipv4.tcp_retries2", 1)
        self.client.sysctl("ipv4.tcp_syn_retries", 1)

    def pair(self):
        """A connection that was used."""
        pair = self.connect()
        exchange(*pair)
        return pair

    def refuse_all(self, how="drop"):
        """From now on nothing gets through to the server."""
        self.server.run("nft", "add table inet fw; add chain inet fw input "
                        "{ type filter hook input priority 0; }; "
                        f"add rule inet fw input meta l4proto tcp {how}")

    def given_up(self, cause, count, **evidence):
        return received.only(self.client, self.server_address, cause, count, rport=PORT, **evidence)


@scenario
def retransmit(family):
    """net.ipv4.tcp_retries2, and four connections at once: an outage, not a box that forgets."""
    with Talk(family) as world:
        pairs = [world.pair() for _ in range(4)]
        world.refuse_all()
        for client, _ in pairs:
            client.sendall(b"lost")
        for client, _ in pairs:
            dies(client, TimeoutError)
        evidence = world.given_up(RETRANSMIT, 4, state=ESTABLISHED, phase=OPEN, bytes_in=3,
                                  bytes_out=5, bytes_unacked=4)
        expect.within("retries", evidence["retries"], 1, 5)
        expect.true("no process is named", "pid" not in evidence, evidence)


@scenario
def user_timeout(family):
    """TCP_USER_TIMEOUT, in ESTABLISHED and after the server has closed."""
    with Talk(family) as world:
        world.client.sysctl("ipv4.tcp_retries2", 15)
        pairs = [world.pair() for _ in range(2)]
        pairs[1][1].shutdown(socket.SHUT_WR)
        sockets.ends(pairs[1][0])
        world.refuse_all()
        for count, (state, phase) in enumerate(((ESTABLISHED, OPEN), (CLOSE_WAIT, CLOSING)), 1):
            client = pairs[count - 1][0]
            client.setsockopt(socket.IPPROTO_TCP, TCP_USER_TIMEOUT, 300)
            client.sendall(b"lost")
            sockets.reaches(client, "CLOSE")
            expect.equal("error", client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR), ETIMEDOUT)
            world.given_up(RETRANSMIT, count, state=state, phase=phase, bytes_in=3, bytes_out=5,
                           bytes_unacked=4)


@scenario
def orphan(family):
    """The program has left; its kernel tries on for a while (net.ipv4.tcp_orphan_retries)."""
    with Talk(family) as world:
        world.client.sysctl("ipv4.tcp_orphan_retries", 1)
        client, server = world.pair()
        world.refuse_all()
        client.sendall(b"lost")
        client.close()
        world.given_up(RETRANSMIT, 1, state=FIN_WAIT1, phase=CLOSING, bytes_in=3, bytes_out=5,
                       bytes_unacked=4)
        server.close()


@scenario
def unreachable(family):
    """A router says so, which the program then hears in place of the time-out."""
    with Talk(family) as world:
        client, server = world.pair()
        world.refuse_all("reject with icmpx type host-unreachable")
        client.sendall(b"lost")
        dies(client, OSError)
        world.given_up(RETRANSMIT, 1, state=ESTABLISHED, phase=OPEN, bytes_unacked=4)
        server.close()


@scenario
def window_closed(family):
    """The peer's window is shut, and it vanishes: probes of the window stay unanswered."""
    with Bare(family) as world:
        peer = world.peer()
        server = peer.open(world.listener)
        server.setsockopt(socket.IPPROTO_TCP, TCP_USER_TIMEOUT, 300)
        peer.send(ACK, window=0)
        server.sendall(b"waits")
        dies(server, TimeoutError)
        received.only(world.server, world.client_address, RETRANSMIT, 1, lport=PORT,
                      state=ESTABLISHED, phase=OPEN, bytes_in=0, bytes_out=0, bytes_unacked=5)


@scenario
def connect(family):
    """SYNs into the void, by a socket and by curl; and what ends beside, for other reasons."""
    with Talk(family) as world:
        kept = world.pair()
        world.refuse_all()
        # A program that loses its patience is not a time-out of the kernel's. First: on a busy machine it repeats its SYN.
        sockets.begin(world.client, family, world.server_address, PORT).close()
        before = counters.value(world.client, "RetransSegs")
        begun = [sockets.begin(world.client, family, world.server_address, PORT) for _ in range(2)]
        bracket = "[%s]" if family.six else "%s"
        curl = world.client.start("curl", "-sS", "--noproxy", "*",
                                  f"http://{bracket % world.server_address}:{PORT}/", stderr=-3)
        for sock in begun:
            select.select([], [sock], [], expect.DEADLINE)
            expect.equal("error", sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR), ETIMEDOUT)
            sock.close()
        expect.equal("status of curl, which could not connect", curl.wait(expect.DEADLINE), 28)
        evidence = world.given_up(CONNECT, 3, state=SYN_SENT, phase=HANDSHAKE)
        expect.equal("SYNs repeated", counters.value(world.client, "RetransSegs") - before,
                     3 * evidence["retries"])
        expect.within("idle_ms", evidence["idle_ms"], 1500, 9000)
        for sock in kept:
            sock.close()

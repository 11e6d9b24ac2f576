# SPDX-License-Identifier: GPL-2.0
"""RSTs by which the kernel ends a connection: no answer, too many orphans, an administrator."""
import contextlib
import socket
import time

from lib import counters, expect, module, resets, sockets, tool
from lib.alone import Alone
from lib.resets import PORT, Connected
from lib.scenario import scenario, shared
from lib.segment import ACK, FIN, WORD

RESETS = True

ESTABLISHED, FIN_WAIT1, FIN_WAIT2 = 1, 4, 5
KEEPALIVE, USER_TIMEOUT, ORPHAN, ADMIN, LISTENER = (
    "rst-keepalive-timeout", "rst-user-timeout", "rst-orphan-limit", "rst-admin",
    "rst-listener-closed")
GLOBAL = "/proc/sys/net/ipv4/"
SO_SNDBUFFORCE = 32


def keepalive(sock, probes, user_timeout=0):
    """After a second of silence, a probe each second."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in ((socket.TCP_KEEPIDLE, 1), (socket.TCP_KEEPINTVL, 1),
                          (socket.TCP_KEEPCNT, probes), (socket.TCP_USER_TIMEOUT, user_timeout)):
        sock.setsockopt(socket.IPPROTO_TCP, option, value)


def probe(peer, since):
    """It has the sequence number before the one that is due."""
    peer.wire.wait("keepalive probe", lambda s: s.dst == peer.address and
                   s.dport == peer.source_port and s.seq == (peer.ack - 1) % WORD, since)
    return peer.mark()


def unanswered(family, cause, probes, user_timeout):
    """One peer is silent. Another misses a probe, which is within bounds, and answers the next."""
    with Alone(family) as world:
        silent, deaf = world.peer(source_port=45000), world.peer(source_port=45001)
        dies = silent.established(world.listener)
        lives = deaf.established(world.listener)
        keepalive(dies, probes, user_timeout)
        keepalive(lives, 9, 3500 if user_timeout else 0)
        probe(deaf, probe(deaf, deaf.mark()))
        deaf.send(ACK)
        row = resets.named(world.server, silent.address, cause, 1, state=ESTABLISHED, phase="open",
                           bytes_in=5, bytes_out=0, retries=1)
        expect.within("idle_ms", row["evidence"]["idle_ms"], 1900, 1000 * expect.DEADLINE)
        expect.subset("finding", row, {"lport": PORT, "rport": 45000})
        resets.nobody(row)
        expect.fails("reading", TimeoutError, dies.recv, 1)
        expect.equal("state of the other", sockets.state(lives), ESTABLISHED)
        sockets.reset(lives)


@scenario
def keepalive_timeout(family):
    unanswered(family, KEEPALIVE, probes=1, user_timeout=0)


@scenario
def user_timeout(family):
    """It counts here in place of the number of probes."""
    unanswered(family, USER_TIMEOUT, probes=9, user_timeout=1500)


@scenario
def user_timeout_with_data(family):
    """What was written is not acknowledged in time: that ends without a RST."""
    with Alone(family) as world:
        peer = world.peer()
        server = peer.established(world.listener)
        server.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 500)
        server.sendall(b"hello?")
        sockets.reaches(server, "CLOSE")
        tool.counted(world.server, peer.address, "timeout-retransmit", 1)
        resets.none(world.server)
        server.close()


def orphan(world, number):
    """A connection that its program has closed, and no one else; the peer has not said a word."""
    peer = world.peer(source_port=45000 + number)
    server = peer.established(world.listener)
    since = peer.mark()
    server.close()
    peer.ack = peer.answer("FIN", FIN | ACK, since).end_seq
    return peer


def waiting(world):
    """Sockets in FIN_WAIT2; what waits there without one is not among them."""
    lines = world.server.read("tcp6" if world.family.six else "tcp").splitlines()[1:]
    return sum(line.split()[3] == "05" for line in lines)


@contextlib.contextmanager
def changed(name, value):
    """A sysctl that all namespaces share."""
    shared(f"net.ipv4.{name}")
    with open(GLOBAL + name) as f:
        before = f.read()
    with open(GLOBAL + name, "w") as f:
        f.write(value)
    try:
        yield
    finally:
        with open(GLOBAL + name, "w") as f:
            f.write(before)


@scenario
def too_many_orphans(family):
    """More than net.ipv4.tcp_max_orphans, once the kernel has counted them: now and then."""
    with Alone(family) as world:
        world.server.sysctl("ipv4.tcp_fin_timeout", 100)  # beyond 60 s the whole socket stays
        orphan(world, 0).send(ACK)
        expect.eventually("sockets in FIN_WAIT2", lambda: waiting(world), 1)
        resets.none(world.server)
        with changed("tcp_max_orphans", "0"):
            for number in range(1, 100):
                peer = orphan(world, number)
                if counters.value(world.server, "OutRsts"):
                    break
                peer.send(ACK)
                time.sleep(0.05)
        resets.named(world.server, peer.address, ORPHAN, 1, state=FIN_WAIT1, phase="closing",
                     bytes_in=5, **resets.own())


@scenario
def too_much_memory(family):
    """More than net.ipv4.tcp_mem, most of it in a connection that is closed unsent."""
    with Connected(family) as world:
        client, server = world.connect()
        server.setsockopt(socket.SOL_SOCKET, SO_SNDBUFFORCE, 8 << 20)
        server.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                server.sendall(bytes(1 << 16))
        # An ACK still on its way would be answered with another RST.
        resets.choked(server)
        with changed("tcp_mem", "1 1 1"):
            server.close()
        row = resets.named(world.server, world.client_address, ORPHAN, 1, state=FIN_WAIT1,
                           phase="closing", **resets.own())
        expect.within("bytes_unacked", row["evidence"].get("bytes_unacked"), 1 << 20, 32 << 20)
        client.close()


@scenario
def end_of_fin_wait2(family):
    """net.ipv4.tcp_fin_timeout was above 60 s as the wait began, and is not as it ends."""
    with Alone(family) as world:
        world.server.sysctl("ipv4.tcp_fin_timeout", 61)
        for number in range(3):
            orphan(world, number).send(ACK)
        expect.eventually("sockets in FIN_WAIT2", lambda: waiting(world), 3)
        world.server.sysctl("ipv4.tcp_fin_timeout", 60)
        row = resets.named(world.server, family.foreign(1), ORPHAN, 3, state=FIN_WAIT2,
                           phase="closing", bytes_in=5)
        resets.nobody(row)


@scenario
def end_of_fin_wait2_in_silence(family):
    """By default nothing is sent as it ends."""
    with Alone(family) as world:
        world.server.sysctl("ipv4.tcp_fin_timeout", 1)
        orphan(world, 0).send(ACK)
        expect.eventually("TIME_WAITs", lambda: counters.timewaits(world.server), 1)
        expect.eventually("TIME_WAITs", lambda: counters.timewaits(world.server), 0)
        resets.none(world.server)


def ss_kill(namespace, *words):
    """ss -K; the program as evidence names it."""
    program = namespace.start("ss", "-K", "-t", *words, stdout=-1, stderr=-1)
    complaint = program.communicate(timeout=expect.DEADLINE)[1]
    expect.equal(f"status of ss -K ({complaint!r})", program.returncode, 0)
    return {"pid": program.pid, "comm": "ss"}


@scenario
def admin(family):
    """A connection with data unread, and the program that held it lives on."""
    with Connected(family) as world:
        client, server = world.connect()
        rport = client.getsockname()[1]
        client.sendall(b"x" * 500)
        resets.delivered(client)
        killer = ss_kill(world.server, "dport", "=", f":{rport}")
        row = resets.named(world.server, world.client_address, ADMIN, 1, state=ESTABLISHED,
                           phase="open", bytes_in=500, bytes_unread=500, **killer)
        expect.subset("finding", row, {"lport": PORT, "rport": rport})
        sockets.reaches(server, "CLOSE")
        server.close()
        client.close()


@scenario
def admin_and_orphan(family):
    """One that no program holds; 5.10 lets it be."""
    with Alone(family) as world:
        peer = orphan(world, 0)
        killer = ss_kill(world.server, "sport", "=", f":{PORT}")
        if module.newer_kernel_than(5, 18):
            resets.named(world.server, peer.address, ADMIN, 1, state=FIN_WAIT1, phase="closing",
                         **killer)
        else:
            resets.none(world.server)
            peer.reset()


@scenario
def admin_and_listener(family):
    """With a connection that waits to be accepted: it is the listener that was ended."""
    with Connected(family) as world:
        client = sockets.connect(world.client, family, world.server_address, PORT)
        killer = ss_kill(world.server, "-l", "sport", "=", f":{PORT}")
        resets.named(world.server, world.client_address, ADMIN, 1, state=ESTABLISHED,
                     phase="silent", **killer)
        client.close()


@scenario
def admin_in_silence(family):
    """Ends TIME_WAIT, which 5.10 lets be, and a handshake half way; it sends nothing."""
    with Alone(family) as world:
        world.peer(source_port=45000).leave_timewait(world.listener)
        world.peer(source_port=45001).request()
        ss_kill(world.server, "-a", "sport", "=", f":{PORT}")
        left = 0 if module.newer_kernel_than(5, 18) else 1
        expect.eventually("TIME_WAITs", lambda: counters.timewaits(world.server), left)
        resets.none(world.server)

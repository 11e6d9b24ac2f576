# SPDX-License-Identifier: GPL-2.0
"""RSTs by which a program here ends a connection, and those for what comes after it has closed."""
import contextlib
import os
import signal
import socket
import struct

from lib import counters, expect, resets, sockets, tool
from lib.alone import Alone
from lib.container import Initial
from lib.resets import PORT, Connected
from lib.scenario import IPV4, IPV6, scenario
from lib.segment import ACK, FIN, PSH
from lib.web import Web
from lib.world import Pair

RESETS = True

ESTABLISHED, FIN_WAIT1, FIN_WAIT2, TIME_WAIT, CLOSE_WAIT = 1, 4, 5, 6, 8
UNREAD, LINGER0, DISCONNECT, LISTENER, OVERFLOW, AFTER_CLOSE, FOLLOWUP, UNKNOWN = (
    "rst-unread-data", "rst-linger0", "rst-disconnect", "rst-listener-closed",
    "rst-accept-overflow", "rst-data-after-close", "rst-followup", "rst-unknown-connection")
CGROUPS = "/sys/fs/cgroup"
STRAYS = 100  # more than are looked into at once, hooks/budget.c

# Longer than a goodbye, as programs that people use send it.
REQUEST = b"GET / HTTP/1.1\r\nHost: site\r\nUser-Agent: a program with a pool\r\nAccept: */*\r\n\r\n"


def host(family, address):
    return f"[{address}]" if family.six else address


def tcp(family, address):
    """As socat wants it."""
    return f"TCP{6 if family.six else 4}:{host(family, address)}:{PORT}"


def talk(world, size=500, answer=0):
    """A connection over which so much has come, unread, and gone."""
    client, server = world.connect()
    client.sendall(b"x" * size)
    server.sendall(b"y" * answer)
    resets.delivered(client)
    resets.delivered(server)
    return client, server


def half_closed(world, **more):
    """The same, and the client has sent its FIN."""
    client, server = talk(world, **more)
    client.shutdown(socket.SHUT_WR)
    sockets.reaches(server, "CLOSE_WAIT")
    return client, server


def stopped(program):
    program.send_signal(signal.SIGSTOP)
    os.waitpid(program.pid, os.WUNTRACED)


@scenario
def unread(family):
    """All of what came, or the rest of it, with the peer's FIN behind it; whatever was set."""
    with Connected(family) as world:
        def closed(client, server, count, **evidence):
            rport = client.getsockname()[1]
            server.close()
            row = resets.named(world.server, world.client_address, UNREAD, count,
                               **evidence, **resets.own())
            expect.subset("finding", row, {"lport": PORT, "rport": rport})
            client.close()

        live = {"state": ESTABLISHED, "phase": "open", "bytes_in": 500}
        closed(*talk(world), 1, bytes_unread=500, bytes_out=0, **live)
        client, server = talk(world, answer=70)
        server.recv(200)
        closed(client, server, 2, bytes_unread=300, bytes_out=70, **live)
        closed(*half_closed(world), 3, bytes_unread=500, state=CLOSE_WAIT, phase="closing")
        client, server = talk(world)
        sockets.linger0(server)
        closed(client, server, 4, bytes_unread=500, **live)
        client, server = talk(world)
        server.shutdown(socket.SHUT_RD)
        closed(client, server, 5, bytes_unread=500, **live)
        resets.none(world.client)


@scenario
def killed_with_unread_data(family):
    """kill -9 of curl, to which an answer has come that it has not read."""
    with Connected(family) as world:
        curl = world.client.start("curl", "-s", "--noproxy", "*",
                                  f"http://{host(family, world.server_address)}:{PORT}/")
        server = sockets.accept(world.listener)
        asked = len(server.recv(1000))
        stopped(curl)
        server.sendall(b"x" * 500)
        resets.delivered(server)
        curl.kill()
        curl.wait()
        resets.named(world.client, world.server_address, UNREAD, 1, state=ESTABLISHED,
                     phase="open", bytes_in=500, bytes_out=asked, bytes_unread=500,
                     pid=curl.pid, comm="curl")
        resets.none(world.server)
        server.close()


@scenario
def nothing_unread(family):
    """Closes in order: all was read, there is but a FIN, a half close, SO_LINGER with a time."""
    with Connected(family) as world:
        linger = struct.pack("ii", 1, 2)
        for prepare in (lambda sock: None,
                        lambda sock: sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger),
                        lambda sock: sock.shutdown(socket.SHUT_RDWR)):
            client, server = talk(world)
            expect.equal("bytes read", len(server.recv(1000)), 500)
            prepare(server)
            server.close()
            sockets.ends(client)
            client.close()
        client, server = half_closed(world, size=0)
        server.close()
        sockets.ends(client)
        client.close()
        client, server = half_closed(world)
        server.sendall(server.recv(1000))
        server.close()
        expect.equal("bytes of the answer", len(client.recv(1000)), 500)
        client.close()
        client, server = talk(world, size=0)
        server.shutdown(socket.SHUT_WR)
        client.sendall(b"still read")
        expect.equal("what is read after a half close", server.recv(100), b"still read")
        client.close()
        sockets.ends(server)
        server.close()
        resets.none(world.client, world.server)


@scenario
def killed_in_order(family):
    """kill -9 of a program that has read all: the kernel closes for it as it should."""
    with sockets.in_order(), Connected(family) as world:
        socat = world.client.start("socat", "-u", tcp(family, world.server_address), "STDOUT",
                                   stdout=-1)
        server = sockets.accept(world.listener)
        server.sendall(b"x" * 500)
        expect.equal("bytes that socat read", len(socat.stdout.read(500)), 500)
        socat.kill()
        socat.wait()
        sockets.ends(server)
        server.close()
        resets.none(world.client, world.server)


@scenario
def linger0(family):
    """What was not acknowledged is lost, and how much is told."""
    with Alone(family) as world:
        peer = world.peer()
        server = peer.established(world.listener)
        server.sendall(b"x" * 5000)
        sockets.reset(server)
        row = resets.named(world.server, peer.address, LINGER0, 1, state=ESTABLISHED, phase="open",
                           bytes_in=5, bytes_out=0, bytes_unacked=5000, **resets.own())
        expect.subset("finding", row, {"lport": PORT, "rport": 45000})
        expect.true("nothing is unread", "bytes_unread" not in row["evidence"], row)
        peer = world.peer(source_port=45001)
        sockets.reset(peer.open(world.listener))
        row = resets.named(world.server, peer.address, LINGER0, 2, state=ESTABLISHED,
                           phase="silent", bytes_in=0, bytes_out=0)
        expect.true("nothing is lost", "bytes_unacked" not in row["evidence"], row)


@scenario
def linger0_by_socat(family):
    """Killed, so that the kernel closes its socket as it was told to."""
    with Connected(family) as world:
        socat = world.client.start("socat", "-u", "STDIN", tcp(family, world.server_address) +
                                   ",linger=0", stdin=-1)
        server = sockets.accept(world.listener)
        socat.stdin.write(b"hello\n")
        socat.stdin.flush()
        expect.equal("what socat writes", server.recv(100), b"hello\n")
        socat.kill()
        socat.wait()
        resets.named(world.client, world.server_address, LINGER0, 1, state=ESTABLISHED,
                     phase="open", bytes_out=6, bytes_in=0, pid=socat.pid, comm="socat")
        resets.none(world.server)
        server.close()


@scenario
def linger0_while_closing(family):
    """In CLOSE_WAIT, in FIN_WAIT2, and by TCP_LINGER2 below 0 as it closes or is acknowledged."""
    with Connected(family) as world:
        def fin_wait2():
            client, server = world.connect()
            server.shutdown(socket.SHUT_WR)
            sockets.reaches(server, "FIN_WAIT2")
            return client, server

        def linger2(sock):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_LINGER2, -1)
            sock.close()

        closing = {"phase": "closing", **resets.own()}
        for count, (made, close, evidence) in enumerate((
                (half_closed(world, size=0), sockets.reset, {"state": CLOSE_WAIT, **closing}),
                (fin_wait2(), sockets.reset, {"state": FIN_WAIT2, **closing}),
                (fin_wait2(), linger2, {"state": FIN_WAIT2, **closing}),
                (world.connect(), linger2, {})), 1):
            client, server = made
            close(server)
            row = resets.named(world.server, world.client_address, LINGER0, count, **evidence)
            client.close()
        resets.nobody(row)


@scenario
def disconnect(family):
    """connect(AF_UNSPEC), with and without data unread; before an answer came it sends nothing."""
    with Connected(family) as world:
        begun = sockets.begin(world.server, family, family.foreign(1), PORT)
        sockets.disconnect(begun)
        begun.close()
        made = [talk(world), half_closed(world), talk(world, size=0)]
        sockets.linger0(made[2][1])
        for count, ((client, server), state) in enumerate(
                zip(made, (ESTABLISHED, CLOSE_WAIT, ESTABLISHED)), 1):
            sockets.disconnect(server)
            resets.named(world.server, world.client_address, DISCONNECT, count, state=state,
                         **resets.own())
            server.close()
            client.close()
        client, server = talk(world, size=0)
        client.close()
        sockets.ends(server)
        server.close()
        resets.reconciled(world.server, 3)


@scenario
def listener_closed(family):
    """Before three were accepted, one of which has said something; a duplicate keeps it open."""
    with Connected(family) as world:
        accepted = world.connect()
        clients = [sockets.connect(world.client, family, world.server_address, PORT)
                   for _ in range(3)]
        clients[2].sendall(b"x" * 500)
        resets.delivered(clients[2])
        duplicate = world.listener.dup()
        world.listener.close()
        resets.none(world.server)
        duplicate.close()
        row = resets.named(world.server, world.client_address, LISTENER, 3, state=ESTABLISHED,
                           **resets.own())
        expect.equal("lport", row["lport"], PORT)
        expect.true("the accepted one lives", accepted[0].sendall(b"x") is None)
        expect.equal("what it reads", accepted[1].recv(10), b"x")
        for sock in (*clients, *accepted):
            sock.close()


@scenario
def listener_killed(family):
    """kill -9 of socat, before it accepts."""
    with Pair(family) as world:
        socat = world.server.start(
            "socat", "-u", f"TCP{6 if family.six else 4}-LISTEN:{PORT}", "STDOUT")
        expect.eventually("socat listens", lambda: f":{PORT:04X} " in
                          world.server.read("tcp6" if family.six else "tcp"))
        stopped(socat)
        clients = [sockets.connect(world.client, family, world.server_address, PORT)
                   for _ in range(2)]
        socat.kill()
        socat.wait()
        resets.named(world.server, world.client_address, LISTENER, 2, state=ESTABLISHED,
                     phase="silent", pid=socat.pid, comm="socat")
        for client in clients:
            client.close()


@scenario
def listener_shut_down(family):
    """shutdown() of a listener ends who waits there, as close() does; the program goes on."""
    with Connected(family) as world:
        client = sockets.connect(world.client, family, world.server_address, PORT)
        world.listener.shutdown(socket.SHUT_RDWR)
        resets.named(world.server, world.client_address, LISTENER, 1, state=ESTABLISHED,
                     phase="silent", **resets.own())
        client.close()


@scenario
def listener_closed_with_many(family):
    """Whoever ends it is asked for once, and told of all of them."""
    with Connected(family) as world:
        clients = [sockets.connect(world.client, family, world.server_address, PORT)
                   for _ in range(100)]
        world.listener.close()
        resets.named(world.server, world.client_address, LISTENER, len(clients), state=ESTABLISHED,
                     phase="silent", **resets.own())
        for client in clients:
            client.close()


@scenario
def listener_closed_in_order(family):
    """Nobody waited, or only half way: its last ACK comes for nobody then."""
    with Alone(family) as world:
        peer = world.peer()
        peer.request()
        world.listener.close()
        resets.none(world.server)
        peer.send(ACK)
        resets.named(world.server, peer.address, UNKNOWN, 1)


def overflowed(world):
    """Four wait to be accepted, which leaves room for one, as three more answer their SYN-ACKs."""
    for number in range(4):
        peer = world.peer(source_port=45000 + number)
        peer.request()
        peer.send(ACK)
    late = [world.peer(source_port=46000 + number) for number in range(3)]
    for peer in late:
        peer.request()
    for peer in late:
        peer.send(ACK)
    return late


@scenario
def accept_overflow(family):
    with Alone(family, backlog=4) as world:
        world.server.sysctl("ipv4.tcp_abort_on_overflow", 1)
        late = overflowed(world)[-1]
        row = resets.named(world.server, late.address, OVERFLOW, 2, backlog=5, backlog_limit=4,
                           seq=late.seq)
        expect.subset("finding", row, {"lport": PORT, "rport": late.source_port})
        resets.nobody(row)
        expect.equal("EmbryonicRsts", counters.value(world.server, "EmbryonicRsts"), 2)
        late.send(ACK | PSH, b"on its way as it was refused")
        row = tool.counted(world.server, late.address, FOLLOWUP, 1)
        expect.equal("died_of", row["evidence"]["died_of"], OVERFLOW)
        resets.named(world.server, late.address, OVERFLOW, 2, also={(late.address, FOLLOWUP): 1})


@scenario
def stray_acks_at_a_full_listener(family):
    """No handshake ends in them, full as the queue is: whether that was looked for or not."""
    with Alone(family, backlog=4) as world:
        world.server.sysctl("ipv4.tcp_abort_on_overflow", 1)
        late = overflowed(world)[-1]
        resets.named(world.server, late.address, OVERFLOW, 2)
        shed = tool.counter(Initial(), "callers-shed")
        stray = world.peer(host=2)
        for number in range(STRAYS):
            stray.source_port = 20000 + number
            stray.send(ACK)
        row = tool.counted(world.server, stray.address, UNKNOWN, STRAYS)
        expect.equal("confidence", row["confidence"], "possible")
        expect.equal("overflows", tool.count(world.server, late.address, OVERFLOW), 2)
        expect.equal("others", tool.count(world.server, stray.address, OVERFLOW), 0)
        expect.within("of which it was not looked for who sent them",
                      tool.counter(Initial(), "callers-shed") - shed, 0, STRAYS)
        resets.reconciled(world.server, 2 + STRAYS)


@scenario
def accept_overflow_in_silence(family):
    """Without tcp_abort_on_overflow they have to ask again."""
    with Alone(family, backlog=4) as world:
        overflowed(world)
        expect.eventually("ListenOverflows",
                          lambda: counters.value(world.server, "ListenOverflows"), 2)
        resets.none(world.server)


@scenario
def data_after_close(family):
    """While the FIN is not acknowledged, by what acknowledges it, and after."""
    with Alone(family) as world:
        world.server.sysctl("ipv4.tcp_fin_timeout", 100)  # beyond 60 s the whole socket stays
        for count, (state, acked_before, acked_by_it) in enumerate((
                (FIN_WAIT1, False, False), (FIN_WAIT2, False, True), (FIN_WAIT2, True, True)), 1):
            peer = world.peer(source_port=45000 + count)
            server = peer.established(world.listener)
            since = peer.mark()
            server.close()
            fin = peer.answer("FIN", FIN | ACK, since)
            if acked_before:
                peer.send(ACK, ack=fin.end_seq)
            peer.ack = fin.end_seq if acked_by_it else peer.ack
            peer.send(ACK | PSH, REQUEST)
            row = resets.named(world.server, peer.address, AFTER_CLOSE, count, seq=peer.seq,
                               end_seq=peer.seq + len(REQUEST), state=state, phase="closing", bytes_in=5)
            expect.subset("finding", row, {"lport": PORT, "rport": 45000 + count})
            resets.nobody(row)


@scenario
def data_after_close_and_again(family):
    """What is left of the socket by default; what comes after its RST is no news."""
    with Alone(family) as world:
        peer = world.peer()
        server = peer.established(world.listener)
        peer.take_fin(server.close)
        peer.send(ACK | PSH, REQUEST)
        row = resets.named(world.server, peer.address, AFTER_CLOSE, 1, seq=peer.seq,
                           end_seq=peer.seq + len(REQUEST), state=TIME_WAIT)
        resets.nobody(row)
        peer.send(ACK | PSH, b"later", seq=peer.seq + len(REQUEST))
        row = tool.counted(world.server, peer.address, FOLLOWUP, 1)
        expect.equal("died_of", row["evidence"]["died_of"], AFTER_CLOSE)
        resets.named(world.server, peer.address, AFTER_CLOSE, 1,
                     also={(peer.address, FOLLOWUP): 1})


@scenario
def kept_alive_too_long(family):
    """nginx has closed an idle connection as the next request comes."""
    tool.beside("peer-closed-early")
    with Pair(family) as world:
        world.keep(Web(world.server, PORT, keepalive=1))
        client = sockets.connect(world.client, family, world.server_address, PORT)
        client.sendall(REQUEST)
        expect.true("nginx answers", client.recv(1000).endswith(b"hello\n"))
        sockets.ends(client)
        client.sendall(REQUEST)
        resets.named(world.server, world.client_address, AFTER_CLOSE, 1)
        client.close()


@contextlib.contextmanager
def cgroup(name):
    """This process is in a cgroup of its own; the cgroup's id."""
    path = os.path.join(CGROUPS, f"{name}-{os.getpid()}")
    if not os.path.exists(os.path.join(CGROUPS, "cgroup.procs")):
        raise expect.Lacking("no cgroup2")
    os.mkdir(path)
    try:
        with open(f"{path}/cgroup.procs", "w") as f:
            f.write(str(os.getpid()))
        yield os.stat(path).st_ino
    finally:
        with open(f"{CGROUPS}/cgroup.procs", "w") as f:
            f.write(str(os.getpid()))
        os.rmdir(path)


@scenario
def cgroup_of_the_owner(family):
    """That of the socket, whoever closes it."""
    with Pair(family) as world:
        listener = world.keep(sockets.listen(world.server, family, PORT))
        with cgroup("owner") as number:
            client = sockets.connect(world.client, family, world.server_address, PORT)
        server = sockets.accept(listener)
        sockets.reset(client)
        row = resets.named(world.client, world.server_address, "rst-goodbye", 1, cgroup=number)
        expect.true("another than where it is closed", number != os.stat(CGROUPS).st_ino, row)
        server.close()


@scenario(families=False)
def lean():
    """The same in lean mode."""
    with tool.lean_mode():
        for number, play in enumerate((unread, nothing_unread, linger0, linger0_while_closing,
                                       disconnect, listener_closed, accept_overflow,
                                       data_after_close, data_after_close_and_again)):
            play((IPV4, IPV6)[number % 2])

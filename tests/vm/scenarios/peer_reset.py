# SPDX-License-Identifier: GPL-2.0
"""A RST came: the peer refused, aborted, had closed before, or knew the connection no more."""
import signal
import socket
import time

from lib import counters, expect, received, sockets, tool
from lib.bare import Bare
from lib.peer import Peer
from lib.sockets import forget
from lib.received import CLOSING, HANDSHAKE, OPEN, SILENT, dies, exchange
from lib.resets import PORT, Connected, delivered
from lib.scenario import scenario
from lib.segment import ACK, FIN, RST
from lib.world import Pair, World

RESETS = True

ESTABLISHED, SYN_SENT, FIN_WAIT2, CLOSE_WAIT, LAST_ACK, LISTEN, NEW_SYN_RECV = 1, 2, 5, 8, 9, 10, 12
SILENCE = 1.5  # seconds


class Talk(Connected):
    """A client and a server, of which one is told of by the findings of the other."""

    def on_client(self, cause, count, **evidence):
        return received.only(self.client, self.server_address, cause, count, rport=PORT, **evidence)

    def on_server(self, cause, count, **evidence):
        return received.only(self.server, self.client_address, cause, count, lport=PORT, **evidence)


class Routed(World):
    """A client and a server, and a router between them."""

    def __init__(self, family):
        super().__init__()
        self.family = family
        self.client, self.router = self.namespace("client"), self.namespace("router")
        self.default(self.cable(self.router, self.client, 1)[1])
        self.router.sysctl("ipv4.ip_forward", 1)
        self.router.sysctl("ipv6.conf.all.forwarding", 1)
        self.plug_in()

    def plug_in(self):
        """A server, at the end of the router's other cable."""
        self.server = self.namespace("server")
        far = self.cable(self.router, self.server, 2)[1]
        self.default(far)
        self.server_address = far.address(self.family)


def url(family, address, port=PORT):
    return f"http://{f'[{address}]' if family.six else address}:{port}/"


def connections(namespace, name, state):
    """Rows of /proc/net/`name` that are in this state and belong to a program."""
    rows = [line.split() for line in namespace.read(name).splitlines()[1:]]
    return [row for row in rows if int(row[3], 16) == state and row[9] != "0"]


@scenario
def refused(family):
    """A closed port: sockets, and curl."""
    with Talk(family) as world:
        for _ in range(3):
            expect.fails("connecting to a closed port", ConnectionRefusedError, sockets.connect,
                         world.client, family, world.server_address, PORT + 1)
        done = world.client.run("curl", "-sS", "--noproxy", "*",
                                url(family, world.server_address, PORT + 1), check=False)
        expect.equal("status of curl, which could not connect", done.returncode, 7)
        evidence = received.only(world.client, world.server_address, "peer-refused", 4,
                                 rport=PORT + 1, ttl=64)
        expect.equal("IP ID", evidence.get("ip_id"), None if family.six else 0)


@scenario
def refused_by_firewall(family):
    """A REJECT on the way answers in the server's name: a hop nearer."""
    with Routed(family) as world:
        world.router.run("nft", "add table inet fw; add chain inet fw forward "
                         "{ type filter hook forward priority 0; }; "
                         f"add rule inet fw forward tcp dport {PORT} reject with tcp reset")
        for count, port, ttl in ((1, PORT + 1, 63), (2, PORT, 64)):
            expect.fails("connecting", ConnectionRefusedError, sockets.connect, world.client,
                         family, world.server_address, port)
            received.only(world.client, world.server_address, "peer-refused", count, rport=port, ttl=ttl)


@scenario
def refused_without_rst(family):
    """A firewall that answers with ICMP makes connect() fail just so, but sends no RST."""
    with Pair(family) as world:
        world.server.run("nft", "add table inet fw; add chain inet fw input "
                         "{ type filter hook input priority 0; }; add rule inet fw input "
                         f"tcp dport {PORT} reject with icmpx type port-unreachable")
        expect.fails("connecting", ConnectionRefusedError, sockets.connect, world.client, family,
                     world.server_address, PORT)
        tool.only(world.client, world.server_address, "refused-icmp", 1)
        # A message that comes while connect() is at work may only be noted: then the next one ends it.
        tool.only(world.server, world.client_address, "refused-icmp",
                  1 + counters.value(world.client, "RetransSegs"))
        tool.reconciled(world.client)


@scenario
def refused_in_earnest(family):
    """In SYN_SENT only a RST that acknowledges our SYN counts."""
    with Bare(family) as world:
        address = family.foreign(7)
        client = sockets.begin(world.server, family, address, 9000)
        syn = world.wire.wait("SYN", lambda s: s.is_syn() and s.dst == address)
        peer = Peer(world.wire, address, world.server_address, syn.sport, 9000, seq=0)
        peer.send(RST | ACK, ack=syn.seq + 77)
        peer.send(RST)
        expect.equal("state", sockets.state(client), SYN_SENT)
        expect.equal("connections refused", tool.count(world.server, address, "peer-refused"), 0)
        peer.send(RST | ACK, ack=syn.seq + 1)
        row = tool.counted(world.server, address, "peer-refused", 1)
        expect.subset("ports", row, {"lport": syn.sport, "rport": 9000})
        received.judged(row)
        tool.reconciled(world.server)
        client.close()


@scenario
def aborted_in_handshake(family):
    """The client gives up before the SYN-ACK comes, and answers that with a RST."""
    tool.beside("rst-late-synack")
    with Talk(family) as world:
        world.server.run("tc", "qdisc", "add", "dev", world.far.dev, "root", "netem",
                         "delay", "100ms")
        for _ in range(3):
            sockets.begin(world.client, family, world.server_address, PORT).close()
        world.on_server("peer-goodbye", 3, state=NEW_SYN_RECV, phase=HANDSHAKE, traits=["unaccepted", "bare"])
        told_to_nobody(world, "no program here ever sees it")
        expect.equal("requests that a RST ended",
                     tool.reconciled(world.server)["TcpExtEmbryonicRsts"], 3)


def told_to_nobody(world, words):
    """No program had the connection: none is said to be told."""
    story = " ".join(tool.ask(world.server, "why", world.client_address).split())
    expect.true("what the story says", words in story and "the program here gets ECONNRESET" not in story, story)


@scenario
def aborted_before_accept(family):
    """A client that does not wait for its turn: the program learns of it when it accepts, and not before."""
    with Talk(family) as world:
        client = sockets.connect(world.client, family, world.server_address, PORT)
        client.sendall(b"request")
        delivered(client)
        sockets.reset(client)
        world.on_server("peer-aborted", 1, state=ESTABLISHED, bytes_in=7, traits=["unaccepted"])
        told_to_nobody(world, "gets the connection from accept()")
        server = sockets.accept(world.listener)
        expect.equal("what had come", server.recv(16), b"request")
        dies(server)


@scenario
def aborted_silent(family):
    """Nothing was said: how a scanner ends what it has begun."""
    with Talk(family) as world:
        for _ in range(3):
            client, server = world.connect()
            sockets.reset(client)
            dies(server)
        world.on_server("peer-goodbye", 3, state=ESTABLISHED, phase=SILENT, bytes_in=0, bytes_out=0)
        expect.equal("established connections that were reset",
                     tool.reconciled(world.server)["TcpEstabResets"], 3)


@scenario
def aborted_silent_by_server(family):
    """The look-alike: who called is turned away. (The SYN is no byte that was sent.)"""
    with Talk(family) as world:
        client, server = world.connect()
        sockets.reset(server)
        dies(client)
        world.on_client("peer-aborted", 1, state=ESTABLISHED, phase=SILENT, bytes_in=0, bytes_out=0)


@scenario
def left_at_rest(family):
    """It had asked, was answered, and leaves: how a pool ends what it does not need any more."""
    with Talk(family) as world:
        client, server = world.connect()
        exchange(client, server)
        sockets.reset(client)
        dies(server)
        evidence = world.on_server("peer-goodbye", 1, sure="likely", state=ESTABLISHED, phase=OPEN, bytes_in=5,
                                   bytes_out=3, ttl=64, ttl_usual=64)
        expect.true("all was read, and acknowledged",
                    not {"bytes_unread", "bytes_unacked"} & set(evidence), evidence)
        row = tool.counted(world.client, world.server_address, "rst-goodbye", 1)
        expect.subset("finding", row, {"severity": "info", "confidence": "likely"})
        tool.quiet(world.client)
        for host, address in ((world.server, world.client_address), (world.client, world.server_address)):
            told = " ".join(tool.ask(host, "why", address).split())
            expect.true("what the story says", "at rest" in told and "Nothing is lost" in told, told)


@scenario
def left_without_an_answer(family):
    """The look-alikes: it had asked again, and is not answered; the question is read, or is not."""
    with Talk(family) as world:
        for count, read in enumerate((False, True), 1):
            client, server = world.connect()
            exchange(client, server)
            client.sendall(b"unheard")
            delivered(client)
            if read:
                expect.equal("the question", server.recv(16), b"unheard")
            sockets.reset(client)
            sockets.reaches(server, "CLOSE")
            world.on_server("peer-aborted", count, phase=OPEN, bytes_in=12, bytes_out=3,
                            **({} if read else {"bytes_unread": 7}))
            row = tool.counted(world.client, world.server_address, "rst-linger0", count)
            expect.subset("finding", row, {"severity": "notice"})


@scenario
def cut_short(family):
    """The look-alike: who has accepted ends it after its answer, which may not be all of it."""
    tool.beside("rst-linger0")
    with Talk(family) as world:
        client, server = world.connect()
        exchange(client, server)
        sockets.reset(server)
        dies(client)
        world.on_client("peer-aborted", 1, state=ESTABLISHED, phase=OPEN, bytes_in=3, bytes_out=5)
        row = tool.counted(world.server, world.client_address, "rst-linger0", 1)
        expect.subset("finding", row, {"severity": "notice"})


@scenario
def aborted_open_by_server(family):
    """curl's server reads the request, and aborts."""
    with Talk(family) as world:
        client = world.client.start("curl", "-sS", "--noproxy", "*",
                                    url(family, world.server_address), stderr=-3)
        server = sockets.accept(world.listener)
        request = server.recv(1000)
        name = "tcp6" if family.six else "tcp"
        expect.eventually("the request is acknowledged", lambda: connections(
            world.client, name, ESTABLISHED)[0][4].startswith("00000000:"))
        sockets.reset(server)
        expect.equal("status of curl, which was reset", client.wait(expect.DEADLINE), 56)
        world.on_client("peer-aborted", 1, state=ESTABLISHED, phase=OPEN, bytes_in=0,
                        bytes_out=len(request))


@scenario
def aborted_with_data_in_flight(family):
    """What the peer has not acknowledged is lost."""
    with Bare(family) as world:
        peer = world.peer()
        server = peer.established(world.listener)
        server.sendall(b"lost")
        peer.send(RST | ACK)
        dies(server)
        received.only(world.server, world.client_address, "peer-aborted", 1, lport=PORT, phase=OPEN,
              state=ESTABLISHED, bytes_in=5, bytes_out=0, bytes_unacked=4, seq=peer.seq,
              rcv_nxt=peer.seq)


@scenario
def aborted_closing(family):
    """Whoever has closed first, for its own part; nobody wrote after that."""
    with Talk(family) as world:
        client, server = world.connect()
        exchange(client, server)
        server.shutdown(socket.SHUT_WR)
        sockets.ends(client)
        sockets.reaches(server, "FIN_WAIT2")
        sockets.reset(client)
        dies(server)
        world.on_server("peer-aborted", 1, state=FIN_WAIT2, phase=CLOSING, bytes_in=5, bytes_out=3)
        client, server = world.connect()
        exchange(client, server)
        client.shutdown(socket.SHUT_WR)
        sockets.ends(server)
        sockets.reset(client)
        sockets.reaches(server, "CLOSE")
        # It had closed, and all that was said has arrived: nobody misses anything.
        received.judged(tool.counted(world.server, world.client_address, "peer-goodbye", 1), state=CLOSE_WAIT,
                        phase=CLOSING, bytes_in=5, bytes_out=3)
        tool.reconciled(world.client)


@scenario
def killed(family):
    """kill -9 of a program that had not read all: the kernel aborts in its name."""
    tool.beside("rst-unread-data")
    with Pair(family) as world:
        name = "tcp6" if family.six else "tcp"
        program = world.server.start("socat", "-u", f"{name}-listen:{PORT}", "open:/dev/null")
        expect.eventually("socat listens", lambda: connections(world.server, name, LISTEN))
        client = sockets.connect(world.client, family, world.server_address, PORT)
        expect.eventually("socat accepts", lambda: connections(world.server, name, ESTABLISHED))
        program.send_signal(signal.SIGSTOP)
        client.sendall(b"hello")
        delivered(client)
        program.kill()
        dies(client)
        received.only(world.client, world.server_address, "peer-aborted", 1, rport=PORT, phase=OPEN,
              bytes_in=0, bytes_out=5)


@scenario
def closed_early(family):
    """The peer's program has closed, and we write."""
    with Talk(family) as world:
        for _ in range(3):
            client, server = world.connect()
            exchange(client, server)
            client.close()
            sockets.ends(server)
            server.sendall(b"x" * 65)
            sockets.reaches(server, "CLOSE")
            expect.fails("writing again", BrokenPipeError, server.sendall, b"x")
            server.close()
        world.on_server("peer-closed-early", 3, state=CLOSE_WAIT, phase=CLOSING, bytes_in=5,
                        bytes_out=3, bytes_unacked=65)
        expect.equal("established connections that were reset",
                     tool.reconciled(world.server)["TcpEstabResets"], 3)


@scenario
def closed_early_and_left(family):
    """We write, close, and then hear that the peer had closed."""
    with Bare(family) as world:
        peer = world.peer()
        server = peer.established(world.listener)
        peer.send(FIN | ACK)
        peer.seq += 1
        sockets.ends(server)
        server.sendall(b"x" * 65)
        server.close()
        peer.reset()
        received.only(world.server, world.client_address, "peer-closed-early", 1, lport=PORT,
              state=LAST_ACK, phase=CLOSING, bytes_in=5, bytes_out=0, bytes_unacked=65)


@scenario
def half_closed(family):
    """A peer that has only half closed takes our data; that it aborts then is another matter."""
    with Talk(family) as world:
        client, server = world.connect()
        client.shutdown(socket.SHUT_WR)
        sockets.ends(server)
        server.sendall(b"answer")
        expect.equal("what is read after a half close", client.recv(16), b"answer")
        delivered(server)
        tool.quiet(world.server)
        sockets.reset(client)
        sockets.reaches(server, "CLOSE")
        evidence = world.on_server("peer-aborted", 1, state=CLOSE_WAIT, phase=CLOSING, bytes_in=0,
                                   bytes_out=6)
        expect.true("nothing is lost", "bytes_unacked" not in evidence, evidence)


@scenario
def lost(family):
    """After a silence the peer's kernel knows nothing; others only seem to have forgotten."""
    tool.beside("rst-unread-data")
    with Talk(family) as world:
        pairs = [world.connect() for _ in range(4)]
        for client, server in pairs:
            exchange(client, server)
        time.sleep(SILENCE)
        # A program that tires of waiting aborts, as does one that does not read what comes.
        sockets.reset(pairs[0][1])
        dies(pairs[0][0])
        pairs[1][0].sendall(b"unread")
        delivered(pairs[1][0])
        pairs[1][1].close()
        dies(pairs[1][0])
        evidence = world.on_client("peer-aborted", 2, phase=OPEN, bytes_in=3, bytes_out=11)
        expect.within("idle_ms", evidence["idle_ms"], 0, 1000)
        for client, server in pairs[2:]:
            forget(server)
            client.sendall(b"still there?")
            dies(client)
        row = tool.counted(world.client, world.server_address, "peer-lost-connection", 2)
        evidence = received.judged(row, state=ESTABLISHED, phase=OPEN, bytes_in=3, bytes_out=5,
                                   bytes_unacked=12)
        expect.within("idle_ms", evidence["idle_ms"], SILENCE * 1000, SILENCE * 1000 + 9000)
        expect.equal("findings", tool.causes(world.client), [
            (world.server_address, cause) for cause in ("peer-aborted", "peer-lost-connection")])
        tool.reconciled(world.client)


@scenario
def lost_found_by_keepalive(family):
    """A probe is something we send, too."""
    with Talk(family) as world:
        client, server = world.connect()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 2)
        exchange(client, server)
        forget(server)
        dies(client)
        evidence = world.on_client("peer-lost-connection", 1, phase=OPEN, bytes_in=3, bytes_out=5)
        expect.within("idle_ms", evidence["idle_ms"], 1500, 9000)


@scenario
def lost_by_restart(family):
    """The server's machine is another one now, with the same address and the same program."""
    with Routed(family) as world:
        listener = sockets.listen(world.server, family, PORT)
        client = sockets.connect(world.client, family, world.server_address, PORT)
        server = sockets.accept(listener)
        exchange(client, server)
        time.sleep(SILENCE)
        world.router.run("ip", "link", "del", "net2")
        world.plug_in()
        again = world.keep(sockets.listen(world.server, family, PORT))
        client.sendall(b"still there?")
        dies(client)
        evidence = received.only(world.client, world.server_address, "peer-lost-connection", 1, rport=PORT,
                         state=ESTABLISHED, phase=OPEN, bytes_unacked=12, ttl=63, ttl_usual=63)
        expect.within("idle_ms", evidence["idle_ms"], SILENCE * 1000, SILENCE * 1000 + 9000)
        for sock in (server, listener):
            sock.close()
        sockets.connect(world.client, family, world.server_address, PORT).close()
        sockets.accept(again).close()


@scenario
def lean(family):
    """Nothing on the data path is needed for any of it."""
    with tool.lean_mode(), Talk(family) as world:
        client, server = world.connect()
        exchange(client, server)
        sockets.reset(server)
        dies(client)
        world.on_client("peer-aborted", 1, state=ESTABLISHED, phase=OPEN, bytes_in=3, bytes_out=5)
        client, server = world.connect()
        exchange(client, server)
        sockets.reset(client)
        dies(server)
        received.judged(tool.counted(world.server, world.client_address, "peer-goodbye", 1), sure="likely",
                        state=ESTABLISHED, phase=OPEN, bytes_in=5, bytes_out=3)
        client, server = world.connect()
        client.close()
        sockets.ends(server)
        server.sendall(b"x" * 65)
        sockets.reaches(server, "CLOSE")
        received.judged(tool.counted(world.server, world.client_address, "peer-closed-early", 1))
        tool.reconciled(world.server)
    with tool.lean_mode(), Talk(family) as world:
        expect.fails("connecting to a closed port", ConnectionRefusedError, sockets.connect,
                     world.client, family, world.server_address, PORT + 1)
        received.only(world.client, world.server_address, "peer-refused", 1, rport=PORT + 1)

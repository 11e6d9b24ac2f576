# SPDX-License-Identifier: GPL-2.0
"""RSTs that answer a segment nobody waits for: no listener, no connection, no such handshake."""
from lib import counters, expect, module, resets, sockets, tool
from lib.alone import PORT, Alone
from lib.bare import Bare
from lib.container import Initial
from lib.peer import Peer
from lib.resets import Connected
from lib.scenario import IPV4, IPV6, scenario
from lib.segment import ACK, FIN, PSH, RST, SYN
from lib.wire import Wire
from lib.world import Pair, World

RESETS = True

ELSEWHERE = PORT + 1
HTTP = 80
SYN_SENT, TIME_WAIT, LISTEN = 2, 6, 10
CLOSED, UNKNOWN, HANDSHAKE, FIN_WAIT2, LATE, FOLLOWUP, LINGER0 = (
    "rst-port-closed", "rst-unknown-connection", "rst-bad-handshake", "rst-timewait",
    "rst-late-synack", "rst-followup", "rst-linger0")
REFUSED, TIMED_OUT = 7, 28  # as curl puts it

DROPPED = """
table inet firewall {{
    chain way {{ type filter hook {hook} priority 0; tcp {match} drop; }}
}}
"""


def drop(namespace, hook, match):
    namespace.run("nft", "-f", "-", input=DROPPED.format(hook=hook, match=match))


def curl(namespace, address, port, *words):
    """Its status."""
    host = f"[{address}]" if ":" in address else address
    return namespace.run("curl", "-sS", "--noproxy", "*", *words, f"http://{host}:{port}/",
                         check=False).returncode


@scenario
def port_closed(family):
    """curl and others, at a port on which nobody listens."""
    with Pair(family) as world:
        wire = world.keep(Wire(world.near))
        expect.equal("curl's status", curl(world.client, world.server_address, ELSEWHERE), REFUSED)
        for _ in range(2):
            expect.fails("connecting", ConnectionRefusedError, sockets.connect, world.client,
                         family, world.server_address, ELSEWHERE)
        syn = wire.find(lambda s: s.is_syn())[-1]
        row = resets.named(world.server, world.client_address, CLOSED, 3, seq=syn.seq)
        expect.subset("finding", row, {"lport": ELSEWHERE, "rport": syn.sport})
        resets.nobody(row)
        resets.none(world.client)


@scenario
def unanswered(family):
    """A firewall drops the SYN, its checksum is wrong, or it is a RST: nobody answers."""
    with Bare(family) as world:
        drop(world.server, "input", "dport 22")
        for port, flags, damage in ((22, SYN, 0), (ELSEWHERE, SYN, 1), (ELSEWHERE, RST, 0)):
            peer = world.peer()
            peer.port = port
            peer.send(flags, times=3, damage=damage)
        expect.eventually("bad checksums", lambda: counters.value(world.server, "InCsumErrors"), 3)
        resets.none(world.server)


@scenario
def scanned(family):
    """A scanner's SYNs meet closed ports, and an open one, where it leaves with a RST."""
    with Bare(family) as world:
        scanner = world.peer(61000)
        for port in range(ELSEWHERE, ELSEWHERE + 20):
            scanner.port = port
            scanner.syn(mss=None, wscale=None, sack_ok=False)
        scanner.port = PORT
        scanner.request()
        scanner.reset()
        row = resets.named(world.server, scanner.address, CLOSED, 20)
        expect.subset("finding", row, {"lport": ELSEWHERE + 19, "rport": 61000})


@scenario(families=False)
def happy_eyeballs():
    """A server has two addresses: nobody listens at one, or both answer and one is let go."""
    with Pair(IPV6) as world:
        four, six = world.far.address(IPV4), world.server_address
        listener = world.keep(sockets.listen(world.server, IPV4, PORT))
        curling = world.client.start("curl", "-sS", "--noproxy", "*", "-o", "/dev/null",
                                     "--resolve", f"site:{PORT}:[{six}],{four}",
                                     f"http://site:{PORT}/")
        server = sockets.accept(listener)
        server.recv(1000)
        server.sendall(b"HTTP/1.0 200 OK\r\n\r\nhello")
        server.close()
        expect.equal("curl's status", curling.wait(expect.DEADLINE), 0)
        resets.named(world.server, world.client_address, CLOSED, 1)
        six_too = world.keep(sockets.listen(world.server, IPV6, ELSEWHERE))
        for family, address in ((IPV4, four), (IPV6, six)):
            sockets.client_closes_first(six_too, sockets.connect(world.client, family, address,
                                                                 ELSEWHERE))
        resets.named(world.server, world.client_address, CLOSED, 1)
        resets.none(world.client)


@scenario
def stray(family):
    """An ACK scan, backscatter of a SYN that others forged in our name, and data out of nowhere."""
    with Alone(family) as world:
        peer = world.peer(seq=5000)
        peer.ack = 77
        for count, port, kinds in (
                (4, ELSEWHERE, ((ACK, b""), (SYN | ACK, b""), (FIN | ACK, b""), (ACK, b"data"))),
                (6, PORT, ((ACK, b""), (ACK | PSH, b"data")))):
            peer.port = port
            for flags, data in kinds:
                peer.send(flags, data)
            row = resets.named(world.server, peer.address, UNKNOWN, count, seq=5000, ack=77)
            expect.equal("state", row["evidence"].get("state"), LISTEN if port == PORT else None)
            expect.equal("lport", row["lport"], port)
        resets.nobody(row)


class Failover(World):
    """A service's address, which moves from one server to another."""

    def __init__(self, family):
        super().__init__()
        self.client = self.namespace("client")
        self.servers = [self.namespace("server") for _ in range(2)]
        self.address = family.host(7, 1)
        self.prefix = f"{self.address}/{128 if family.six else 32}"
        for net, server in enumerate(self.servers, 1):
            self.cable(self.client, server, net)
            server.ip(f"addr add {self.prefix} dev lo")
        self.client_address = family.host(1, 1)
        self.route(self.servers[1], family.prefix(1), family.host(2, 1))
        self.route(self.client, self.prefix, family.host(1, 2))
        self.moved = f"route replace {self.prefix} via {family.host(2, 2)}"


@scenario
def failover(family):
    """The other server knows none of the connections, whether it listens yet or not."""
    with Failover(family) as world:
        listener = world.keep(sockets.listen(world.servers[0], family, PORT))
        made = []
        for _ in range(2):
            client = sockets.connect(world.client, family, world.address, PORT)
            made.append((client, sockets.accept(listener)))
        world.client.ip(world.moved)
        for count, (client, _) in enumerate(made, 1):
            client.sendall(b"anybody there?")
            expect.fails("reading", ConnectionResetError, client.recv, 1)
            row = resets.named(world.servers[1], world.client_address, UNKNOWN, count)
            expect.equal("state", row["evidence"].get("state"), None if count == 1 else LISTEN)
            if count == 1:
                world.keep(sockets.listen(world.servers[1], family, PORT))
        resets.none(world.client, world.servers[0])
        for client, server in made:
            sockets.reset(server)
            client.close()


@scenario
def bad_ack(family):
    """An ACK of something else, where a handshake waits for its last; the right one is let in."""
    with Alone(family) as world:
        peer = world.peer()
        peer.request()
        peer.send(ACK, ack=peer.ack + 1000)
        row = resets.named(world.server, peer.address, HANDSHAKE, 1, seq=peer.seq,
                           ack=peer.ack + 1000)
        resets.nobody(row)
        peer.send(ACK)
        sockets.accept(world.listener).close()


@scenario
def second_syn(family):
    """A SYN in the window of the one before ends both; the same one again does nothing."""
    with Alone(family) as world:
        peer = world.peer()
        peer.request()
        since = peer.mark()
        peer.syn(seq=peer.seq - 1)
        peer.answer("SYN-ACK again", SYN | ACK, since)
        peer.syn(seq=peer.seq + 100000)  # without window scaling as yet, beyond it
        resets.none(world.server)
        peer.syn(seq=peer.seq + 10)
        resets.named(world.server, peer.address, HANDSHAKE, 1, seq=peer.seq + 10)
        expect.equal("EmbryonicRsts", counters.value(world.server, "EmbryonicRsts"), 1)


def server_of(world, syn):
    """Whom a SYN is for."""
    return Peer(world.wire, syn.dst, syn.src, syn.sport, syn.dport, seq=7000)


@scenario
def bad_synack(family):
    """A SYN-ACK for another SYN than ours; the right one is taken."""
    with Alone(family) as world:
        client = sockets.begin(world.server, family, family.foreign(1), HTTP)
        syn = world.wire.wait("SYN", lambda s: s.is_syn())
        peer = server_of(world, syn)
        peer.send(SYN | ACK, ack=syn.seq + 5000)
        row = resets.named(world.server, peer.address, HANDSHAKE, 1, seq=7000, ack=syn.seq + 5000,
                           state=SYN_SENT)
        expect.subset("finding", row, {"lport": syn.sport, "rport": HTTP})
        peer.send(SYN | ACK, ack=syn.seq + 1)
        sockets.reaches(client, "ESTABLISHED")
        sockets.reset(client)


@scenario
def half_open(family):
    """The client went away unheard, and comes back by a port that the server still serves."""
    with Connected(family) as world:
        # The rule first: who leaves within two seconds lost nothing, and nft may take as long to start.
        drop(world.client, "output", "flags & rst == rst")
        client, old = world.connect(45000)
        sockets.reset(client)
        world.client.run("nft", "flush", "ruleset")
        client, server = world.connect(45000)
        expect.fails("reading what was left behind", ConnectionResetError, old.recv, 1)
        resets.named(world.client, world.server_address, HANDSHAKE, 1, state=SYN_SENT,
                     also={(world.server_address, "rst-goodbye"): 1})
        resets.none(world.server)
        client.close()
        server.close()


@scenario
def fin_wait2(family):
    """A SYN meets what waits for the peer's FIN. One that meets TIME_WAIT is let in."""
    with Alone(family) as world:
        peer = world.peer()
        server = peer.open(world.listener)
        peer.take_fin(server.close)
        expect.eventually("TIME_WAITs", lambda: counters.timewaits(world.server), 1)
        peer.syn(seq=peer.seq + 50)
        row = resets.named(world.server, peer.address, FIN_WAIT2, 1, seq=peer.seq + 50,
                           state=TIME_WAIT)
        resets.nobody(row)
        expect.eventually("TIME_WAITs", lambda: counters.timewaits(world.server), 0)
        again = world.peer(source_port=45001)
        again.leave_timewait(world.listener)
        again.seq += 100000
        sockets.reset(again.open(world.listener))
        expect.equal("RSTs sent", resets.sent(world.server),
                     {(peer.address, FIN_WAIT2): 1, (peer.address, LINGER0): 1})


@scenario
def late_synack(family):
    """curl has given up when the answer comes, twice. Others are answered in time, or unasked."""
    with Alone(family) as world:
        status = curl(world.server, family.foreign(1), HTTP, "--connect-timeout", "0.3")
        expect.equal("curl's status", status, TIMED_OUT)
        syn = world.wire.wait("SYN", lambda s: s.is_syn())
        peer = server_of(world, syn)
        for count in (1, 2):
            peer.send(SYN | ACK, ack=syn.seq + 1)
            row = resets.named(world.server, peer.address, LATE, count, seq=7000, ack=syn.seq + 1)
        expect.subset("finding", row, {"lport": syn.sport, "rport": HTTP})
        expect.within("after_ms", row["evidence"]["after_ms"], 0, 1000 * expect.DEADLINE)
        resets.nobody(row)
        since = peer.mark()
        client = sockets.begin(world.server, family, family.foreign(2), HTTP)
        syn = world.wire.wait("SYN", lambda s: s.is_syn(), since)
        server_of(world, syn).send(SYN | ACK, ack=syn.seq + 1)
        sockets.reaches(client, "ESTABLISHED")
        unasked = Peer(world.wire, family.foreign(3), world.server_address, syn.sport, HTTP)
        unasked.send(SYN | ACK, ack=syn.seq + 1)
        resets.named(world.server, unasked.address, UNKNOWN, 1, also={(peer.address, LATE): 2})
        sockets.reset(client)


@scenario
def followup(family):
    """What was on its way as a connection died; not so what belongs to another."""
    with Alone(family) as world:
        peer = world.peer(host=1)
        sockets.reset(peer.established(world.listener))
        tool.counted(world.server, peer.address, LINGER0, 1)
        for word in (b"one", b"two", b"three"):
            peer.send(ACK | PSH, word)
            peer.seq += len(word)
        row = tool.counted(world.server, peer.address, FOLLOWUP, 3)
        expect.subset("finding", row, {"severity": "info", "lport": PORT, "rport": 45000})
        expect.subset("evidence", row["evidence"], {"died_of": LINGER0, "seq": peer.seq - 5})
        expect.within("after_ms", row["evidence"]["after_ms"], 0, 1000 * expect.DEADLINE)
        resets.nobody(row)
        world.peer(host=1, source_port=45001).send(ACK | PSH, b"four")
        resets.named(world.server, peer.address, UNKNOWN, 1,
                     also={(peer.address, LINGER0): 1, (peer.address, FOLLOWUP): 3})


@scenario
def followup_of_received(family):
    """A connection that the peer itself has ended, or says it has."""
    with Bare(family) as world:
        peer = world.peer()
        server = peer.established(world.listener)
        peer.reset()
        sockets.reaches(server, "CLOSE")
        peer.send(ACK | PSH, b"but no")
        row = tool.counted(world.server, peer.address, FOLLOWUP, 1)
        expect.equal("died_of", row["evidence"]["died_of"], "peer-aborted")
        expect.equal("RSTs sent", resets.sent(world.server), {(peer.address, FOLLOWUP): 1})
        resets.reconciled(world.server, 1)
        server.close()


@scenario(families=False)
def lean():
    """The same in lean mode."""
    with tool.lean_mode():
        for number, play in enumerate((port_closed, port_closed, stray, bad_ack, second_syn,
                                       fin_wait2, late_synack, followup)):
            play((IPV4, IPV6)[number % 2])


@scenario(families=False)
def without_kprobes():
    """Up to 6.11 that is how replies are seen, and status says what is lost; the others go on."""
    lost = not module.newer_kernel_than(6, 11)
    with module.loaded("kprobes=0"):
        for cause in (CLOSED, UNKNOWN, HANDSHAKE, FIN_WAIT2, LATE, FOLLOWUP):
            expect.equal(f"coverage of {cause}", tool.coverage(Initial(), cause),
                         "none" if lost else "full")
        with Connected(IPV4) as world:
            expect.fails("connecting", ConnectionRefusedError, sockets.connect, world.client,
                         IPV4, world.server_address, ELSEWHERE)
            client, server = world.connect()
            sockets.reset(server)
            tool.counted(world.server, world.client_address, LINGER0, 1)
            client.close()
            left = [row["left_over"] for row in tool.status(world.server)["reconcile"]
                    if row["name"] == "TcpOutRsts"]
            expect.equal("RSTs left over", left, [1 if lost else 0])

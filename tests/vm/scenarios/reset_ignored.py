# SPDX-License-Identifier: GPL-2.0
"""A RST came that does not lie exactly where it must, and was not believed (RFC 5961, section 3)."""
import os
import random
import socket
import struct

from lib import counters, expect, sockets, tool
from lib.alone import PORT, Alone
from lib.bare import Bare
from lib.crafted import AUTH, DESTINATION, FRAGMENT, HOP, NONE, ROUTING, Crafted
from lib.scenario import IPV6, scenario
from lib.segment import ACK, FIN, PSH, RST, SYN, WORD, checksum

RESETS = True

CAUSE, ABORTED = "rst-ignored", "peer-aborted"
ESTABLISHED, FIN_WAIT2, CLOSE_WAIT = 1, 5, 8
SEED = int(os.environ.get("SEED", 20260302))
FLOOD = 300 if expect.SLOW else 800
SOURCE_PORT = 45000


def ignored(world, peer, wanted, **evidence):
    """So many, and nothing else."""
    row = tool.only(world.server, peer.address, CAUSE, wanted)
    expect.subset("finding", row, {"severity": "notice", "confidence": "possible", "lport": peer.port,
                                   "rport": peer.source_port})
    expect.subset("evidence", row["evidence"], evidence)
    tool.reconciled(world.server)
    return row["evidence"]


def lives(peer, server):
    """What the peer says is heard, and what it is told."""
    peer.send(ACK | PSH, b"alive")
    peer.seq = (peer.seq + 5) % WORD
    expect.equal("what the server reads", server.recv(16), b"alive")


@scenario
def in_window(family):
    """A challenge ACK is the answer, and if the peer means it, its next RST is exact."""
    with Bare(family) as world:
        peer = world.peer()
        server = peer.established(world.listener)
        since = peer.mark()
        peer.reset(seq=peer.seq + 100, times=5)
        evidence = ignored(world, peer, 5, seq=peer.seq + 100, rcv_nxt=peer.seq, ttl=64,
                           state=ESTABLISHED)
        expect.within("window", evidence["window"], 101, 1 << 20)
        expect.equal("where the challenge ACK points", peer.answer("challenge ACK", ACK, since).ack,
                     peer.seq)
        lives(peer, server)
        peer.reset()
        expect.fails("reading", ConnectionResetError, server.recv, 16)
        row = tool.counted(world.server, peer.address, ABORTED, 1)
        expect.subset("evidence", row["evidence"], {"seq": peer.seq, "rcv_nxt": peer.seq})
        expect.equal("RSTs that were ignored", tool.count(world.server, peer.address, CAUSE), 5)
        tool.reconciled(world.server)


@scenario
def part_of_a_death(family):
    """What does not fit exactly, and a moment later does, is one event: the peer's own."""
    with Bare(family) as world:
        # It aborts while data before that is lost on the way, and answers our challenge from scratch.
        peer = world.peer(ts=5000)
        server = peer.established(world.listener)
        peer.send(RST | ACK, seq=peer.seq + 100)
        peer.send(RST, ack=0, ts=None)
        expect.fails("reading", ConnectionResetError, server.recv, 16)
        row = tool.counted(world.server, peer.address, ABORTED, 1)
        expect.subset("finding", row, {"severity": "notice", "confidence": "certain"})
        # It has closed when a second request comes, and answers that, and then our goodbye.
        other = world.peer(45001, ts=5000)
        server = other.established(world.listener)
        server.sendall(b"request")
        other.send(ACK | PSH, b"answer", ack=other.ack + 7)
        other.send(FIN | ACK, seq=other.seq + 6, ack=other.ack + 7)
        expect.equal("answer", server.recv(16), b"answer")
        sockets.reaches(server, "CLOSE_WAIT")
        other.send(RST, ack=0, ts=None)
        server.sendall(b"goodbye")
        other.send(RST, seq=other.seq + 7, ack=0, ts=None)
        sockets.reaches(server, "CLOSE")
        tool.counted(world.server, other.address, "peer-goodbye", 1)
        expect.equal("findings", tool.causes(world.server), [(peer.address, ABORTED)])
        tool.reconciled(world.server)


@scenario
def late_answer(family):
    """The peer has closed, and answers what was sent before its last words had come: only what lies further back is told."""
    with Bare(family) as world:
        peer = world.peer(seq=1 << 20)
        server = peer.established(world.listener)
        peer.send(ACK | PSH, b"last words")
        peer.send(FIN | ACK, seq=peer.seq + 10)
        sockets.reaches(server, "CLOSE_WAIT")
        peer.send(RST, ack=0)
        peer.send(RST, seq=peer.seq - 70000, ack=0)
        ignored(world, peer, 1, seq=peer.seq - 70000, state=CLOSE_WAIT)
        sockets.reset(server)


@scenario
def out_of_window(family):
    """Before it, and beyond it: a blind attempt, or the state of an earlier connection."""
    with Bare(family) as world:
        peer = world.peer(seq=1 << 20, ts=5000)
        server = peer.established(world.listener)
        count = 0
        for off in (-1, -70000, 1 << 30, -(1 << 30)):
            for flags in (RST, RST | ACK):
                seq = (peer.seq + off) % WORD
                peer.send(flags, seq=seq, times=2)
                count += 2
                ignored(world, peer, count, seq=seq, rcv_nxt=peer.seq, ttl=64, state=ESTABLISHED)
        lives(peer, server)
        server.close()


@scenario
def other_states(family):
    """FIN_WAIT2 and CLOSE_WAIT are synchronised too."""
    with Bare(family) as world:
        peer = world.peer()
        server = peer.established(world.listener)
        peer.take_fin(lambda: server.shutdown(socket.SHUT_WR))
        sockets.reaches(server, "FIN_WAIT2")
        peer.reset(seq=peer.seq + 10)
        ignored(world, peer, 1, state=FIN_WAIT2)
        other = world.peer(45001)
        closing = other.established(world.listener)
        other.send(FIN | ACK)
        other.seq += 1
        sockets.reaches(closing, "CLOSE_WAIT")
        other.reset(seq=other.seq + 10)
        ignored(world, other, 2, state=CLOSE_WAIT)
        sockets.reset(server)
        sockets.reset(closing)


@scenario
def no_connection(family):
    """For a listener, a closed port, a half-open connection, or TIME_WAIT it is nothing at all."""
    with Bare(family) as world:
        stranger = world.peer(45001)
        stranger.reset(times=3)
        stranger.send(RST | ACK, times=3)
        closed = world.peer(45002)
        closed.port = PORT + 1
        closed.reset(times=3)
        half = world.peer(45003)
        half.request()
        half.reset(seq=half.seq - 70000, times=3)
        half.send(ACK)
        server = sockets.accept(world.listener)
        waiting = world.timewait(45004)
        waiting.reset(seq=waiting.seq + 1000, times=3)
        expect.equal("connections aborted", tool.count(world.server, half.address, ABORTED), 0)
        expect.true("nobody is blamed", {cause for _, cause in tool.causes(world.server)} <=
                    {CAUSE}, tool.causes(world.server))
        tool.reconciled(world.server)
        lives(half, server)
        sockets.reset(server)


@scenario
def damaged(family):
    """With a wrong checksum even an exact one is nothing."""
    with Bare(family) as world:
        peer = world.peer()
        server = peer.established(world.listener)
        for seq in (peer.seq, peer.seq + 100, peer.seq - 70000):
            peer.reset(seq=seq, times=5, damage=0x101)
        expect.eventually("checksums that were wrong",
                          lambda: counters.value(world.server, "InCsumErrors"), 15)
        tool.silent(world.server)
        lives(peer, server)
        sockets.reset(server)


class Besieged(Alone):
    """A server with some connections that shall live."""

    def __init__(self, family):
        super().__init__(family, backlog=1024)
        self.peers = [self.peer(host, seq=host << 20) for host in range(1, 5)]
        self.servers = [peer.established(self.listener) for peer in self.peers]
        self.before = tool.status(self.server)

    def crafted(self, host):
        return Crafted(self.wire, self.family, self.family.foreign(host), self.server_address)

    def unharmed(self):
        """All live, all sums agree, no memory was taken, and of nobody else is anything certain."""
        for peer, server in zip(self.peers, self.servers):
            lives(peer, server)
        tool.reconciled(self.server)
        after = tool.status(self.server)
        expect.equal("memory", after["memory"], self.before["memory"])
        known = {peer.address for peer in self.peers}
        sure = {(row["peer"], row["cause"]) for row in
                tool.findings(self.server, "--min-confidence", "likely")}
        expect.true("what is sure", sure <= {(peer, CAUSE) for peer in known}, sure)


@scenario
def flood(family):
    """At full rate: each one for a connection is counted, and strangers leave no trace."""
    rng = random.Random(SEED)
    with Besieged(family) as world:
        made = [world.crafted(host) for host in range(1, 5)]
        sent = [0] * len(made)
        for i in range(FLOOD):
            at = rng.randrange(len(made))
            off = rng.choice((1, 1000, 30000, -1, -5000, 1 << 25, -(1 << 25)))
            made[at].send(SOURCE_PORT, PORT, flags=rng.choice((RST, RST | ACK)),
                          seq=(world.peers[at].seq + off) % WORD, ack=world.peers[at].ack)
            sent[at] += 1
            world.crafted(256 + i).send(SOURCE_PORT, rng.choice((PORT, PORT + 1)), flags=RST,
                                        seq=rng.getrandbits(32))
        for peer, count in zip(world.peers, sent):
            tool.counted(world.server, peer.address, CAUSE, count)
        world.unharmed()
        expect.equal("peers known", tool.status(world.server)["peers_here"], len(made))


def options(rng):
    """All kinds with lengths that lie, then several at random."""
    for kind in range(0, 256, 5):
        for size in (0, 1, 2, 3, 10, 40):
            yield bytes((kind, size)) + bytes(38)
    for _ in range(200):
        yield bytes(rng.choice((0, 1, 2, 3, 5, 8, 10, 253, rng.randrange(256))) for _ in range(40))


@scenario
def odd_options(family):
    """Newer kernels drop what has options that make no sense before they look any further."""
    rng = random.Random(SEED)
    with Besieged(family) as world:
        crafted, stranger, peer = world.crafted(1), world.crafted(99), world.peers[0]
        count = 0
        for option in options(rng):
            option = option[:rng.choice((4, 12, 40))]
            crafted.send(SOURCE_PORT, PORT, flags=RST, seq=peer.seq + 100, options=option)
            stranger.send(SOURCE_PORT, PORT, flags=RST, seq=100, options=option)
            count += 1
        world.unharmed()
        expect.within("RSTs that were ignored", tool.count(world.server, peer.address, CAUSE), 100,
                      count)


@scenario
def cut_short(family):
    """Headers that end too early, or claim what is not there."""
    with Besieged(family) as world:
        crafted, peer = world.crafted(1), world.peers[0]
        whole = crafted.tcp(SOURCE_PORT, PORT, flags=RST, seq=peer.seq,
                            options=bytes((8, 10)) + bytes(8))
        for size in range(len(whole)):
            crafted.put(crafted.ip(whole[:size]))
            crafted.put(crafted.ip(whole, length=size))
        for offset in (0, 1, 4, 9, 15):
            crafted.send(SOURCE_PORT, PORT, flags=RST, seq=peer.seq, offset=offset, data=b"x" * 8)
        packet = crafted.ip(whole)
        for size in range(1, len(packet), 3):
            crafted.put(packet[:size])
        world.unharmed()


@scenario
def quoted(family):
    """ICMP errors that quote a RST of ours, or of others, as if it had not arrived."""
    with Besieged(family) as world:
        peer = world.peers[0]
        for host in (1, 99):
            crafted = world.crafted(host)
            back = Crafted(world.wire, family, world.server_address, family.foreign(host))
            inner = back.ip(back.tcp(PORT, SOURCE_PORT, flags=RST, seq=peer.ack))
            for kind, code in ((1, 4), (1, 1), (3, 0)) if family.six else ((3, 3), (3, 1), (11, 0)):
                crafted.put(icmp(crafted, kind, code, inner))
                crafted.put(icmp(crafted, kind, code, inner[:len(inner) - 12]))
        world.unharmed()
        tool.silent(world.server)


def icmp(crafted, kind, code, quote):
    body = struct.pack("!BBHI", kind, code, 0, 0) + quote
    proto = socket.IPPROTO_ICMPV6 if crafted.six else socket.IPPROTO_ICMP
    pseudo = crafted.src + crafted.dst + struct.pack("!II", len(body), proto) if crafted.six else b""
    return crafted.ip(body[:2] + struct.pack("!H", checksum(pseudo + body)) + body[4:], proto)


# A header of 8 bytes each but where its own length says more; the first byte is the next one's kind.
CHAINS = {HOP: bytes((0, 0, 1, 4)) + bytes(4), DESTINATION: bytes((0, 0, 1, 4)) + bytes(4),
          ROUTING: bytes((0, 2, 0, 0)) + bytes(20), FRAGMENT: bytes(8),
          AUTH: bytes((0, 4)) + bytes(22), NONE: bytes(8)}


def chains(world):
    """IPv6 headers before RSTs that do not fit, and at last before one that does."""
    rng = random.Random(SEED)
    crafted, stranger, peer = world.crafted(1), world.crafted(99), world.peers[0]
    off = crafted.tcp(SOURCE_PORT, PORT, flags=RST, seq=peer.seq + 100)
    for chain in ((DESTINATION,), (HOP, DESTINATION), (FRAGMENT,)):
        crafted.chain(off, *((kind, CHAINS[kind]) for kind in chain))
    tool.counted(world.server, peer.address, CAUSE, 3)
    for _ in range(FLOOD // 8):
        kinds = [rng.choice(list(CHAINS)) for _ in range(rng.randrange(1, 12))]
        chain = [(kind, bytes((0, rng.choice((CHAINS[kind][1],) * 9 + (255,)))) + CHAINS[kind][2:])
                 for kind in kinds]
        for sender in (crafted, stranger):
            sender.chain(off, *chain)
            sender.put(sender.ip(rng.getrandbits(320).to_bytes(40, "big"), rng.choice(kinds)))
    world.unharmed()
    exact = crafted.tcp(SOURCE_PORT, PORT, flags=RST, seq=peer.seq)
    crafted.chain(exact, (DESTINATION, CHAINS[DESTINATION]))
    expect.fails("reading", ConnectionResetError, world.servers[0].recv, 16)
    tool.counted(world.server, peer.address, ABORTED, 1)
    tool.reconciled(world.server)


@scenario(families=False)
def extension_headers():
    """Whatever comes before it: what TCP has seen is counted, in lean mode too."""
    with Besieged(IPV6) as world:
        chains(world)
    with tool.lean_mode(), Besieged(IPV6) as world:
        chains(world)


@scenario
def fragments(family):
    """A RST in two pieces, which IPv6 wants to be split after the header if at all; and pieces of none."""
    with Besieged(family) as world:
        crafted, stranger, peer = world.crafted(1), world.crafted(99), world.peers[0]
        option = bytes((1, 1, 8, 10)) + bytes(8)
        off = crafted.tcp(SOURCE_PORT, PORT, flags=RST, seq=peer.seq + 100, options=option)
        cuts = (24,) if family.six else (8, 16, 24)
        for number, at in enumerate(cuts, 1):
            crafted.fragments(off, at, number)
        for number in range(100, 300):
            stranger.fragments(off[:16], 8, number)
        tool.counted(world.server, peer.address, CAUSE, len(cuts))
        world.unharmed()
        exact = crafted.tcp(SOURCE_PORT, PORT, flags=RST, seq=peer.seq, options=option)
        crafted.fragments(exact, 24, 9)
        expect.fails("reading", ConnectionResetError, world.servers[0].recv, 16)
        tool.counted(world.server, peer.address, ABORTED, 1)
        tool.reconciled(world.server)


def any_reset(rng, peer):
    flags = rng.choice((RST, RST, RST | ACK, RST | SYN, RST | FIN, RST | PSH, RST | ACK | PSH, 255))
    off = rng.choice((0, 1, 2, -1, 100, 1000, -1000, 65535, 1 << 20, 1 << 31, rng.getrandbits(32)))
    return {"flags": flags, "seq": (peer.seq + off) % WORD, "data": b"x" * rng.choice((0, 0, 0, 1, 9)),
            "ack": (peer.ack + rng.choice((0, 0, 1, -1, 1 << 31))) % WORD,
            "options": bytes(rng.choice((0, 0, 4, 8)))}


@scenario(fuzz=True)
def anything_at_all(family):
    """Random RSTs: every death is attributed, to the event, to who was there."""
    rng = random.Random(SEED)
    print(f"    anything-at-all: SEED={SEED} FLOOD={FLOOD}")
    with Besieged(family) as world:
        for i in range(FLOOD // 2):
            at = rng.randrange(len(world.peers))
            peer = world.peers[at]
            world.crafted(at + 1).send(peer.source_port, PORT, **any_reset(rng, peer))
            if i % 20 == 19:
                renew(world, at)
        known = {peer.address for peer in world.peers}
        named = {row["peer"] for row in tool.findings(world.server)}
        expect.true("who is named", named <= known, named)
        deaths = counters.value(world.server, "EstabResets")
        expect.equal("deaths that are explained", sum(
            tool.count(world.server, address, cause) for address in known
            for cause in (ABORTED, "peer-goodbye", "peer-lost-connection", "rst-injected")), deaths)
        expect.true("some died", deaths > 5, deaths)
        tool.reconciled(world.server)
        expect.equal("memory", tool.status(world.server)["memory"], world.before["memory"])


def renew(world, at):
    """In place of one that may be dead, a connection with other ports."""
    old = world.peers[at]
    world.servers[at].close()
    fresh = world.peer(at + 1, seq=old.seq + 77777, source_port=old.source_port + 1)
    world.servers[at] = fresh.established(world.listener)
    world.peers[at] = fresh

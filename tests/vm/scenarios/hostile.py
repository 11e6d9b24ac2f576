# SPDX-License-Identifier: GPL-2.0
"""Packets from people who mean harm, at a server of which something real is known."""
import os
import random
import struct
import time

from lib import counters, expect, module, tool
from lib.alone import CAUSE, PORT, Alone
from lib.container import Initial
from lib.crafted import AUTH, DESTINATION, FRAGMENT, HOP, NONE, ROUTING, Crafted, Merged
from lib.scenario import IPV4, IPV6, scenario
from lib.segment import ACK, FIN, PSH, RST, SYN
from lib.stalls import CAUSE as BLACKHOLE
from lib.stalls import timed_out

SEED = int(os.environ.get("SEED", 20260302))
FLOOD = 1000 if expect.SLOW else 4000
BACKLOG = 500  # half of net.core.netdev_max_backlog: more at once may be dropped before anybody sees it
FUZZ = 1000 if expect.SLOW else 4000
REAL, SCANNER = 1, 9


class Besieged(Alone):
    """A server with something real known of one peer, and TIME_WAITs of others."""

    def __init__(self, family):
        super().__init__(family, backlog=1024)
        self.server.sysctl("ipv4.tcp_syncookies", 2)
        self.real = self.refused(host=REAL, times=5)
        self.waiting = [self.timewait(host) for host in range(2, 6)]
        self.before = tool.status(self.server)

    def crafted(self, host):
        return Crafted(self.wire, self.family, self.family.foreign(host), self.server_address)

    def unmoved(self):
        """Nobody is named but who was, all sums agree, no memory was taken."""
        tool.reconciled(self.server)
        tool.only(self.server, self.real.address, CAUSE, 5)
        after = tool.status(self.server)
        # The wire that forges RSTs is in this namespace, and is found out: the server's address.
        expect.equal("whose findings there are", {row["peer"] for row in tool.findings(self.server)} -
                     {self.server_address}, {self.real.address})
        for name in ("memory", "evicted"):
            expect.equal(name, after[name], self.before[name])

    def moved(self, name, least):
        """One of the module's counters has grown."""
        def value(status):
            return [row["value"] for row in status["counters"] if row["name"] == name][0]
        expect.eventually(f"counter {name} grows by {least} or more", lambda: value(
            tool.status(self.server)) - value(self.before) >= least)


def slab():
    with open("/proc/meminfo") as f:
        return {line.split(":")[0]: int(line.split()[1]) for line in f}["SUnreclaim"]


@scenario
def syn_flood(family):
    """Spoofed SYNs at a listener that answers with cookies."""
    with Besieged(family) as world:
        before = slab()
        option = struct.pack("!BBHBBBBII", 2, 4, 1460, 1, 1, 8, 10, 77, 0)
        for host in range(FLOOD):
            world.crafted(256 + host).send(1024 + host, PORT, options=option)
            if not (host + 1) % BACKLOG:
                world.moved("rare-packets", host + 1)
        world.unmoved()
        expect.true("slab has not grown by a megabyte", slab() - before < 16384, slab() - before)


@scenario
def spoofed_handshakes(family):
    """A second SYN, older than the first, is dropped in earnest, but proves nothing about its sender."""
    with Besieged(family) as world:
        world.server.sysctl("ipv4.tcp_syncookies", 1)
        for host in range(100, 120):
            innocent = world.peer(host, ts=500000)
            innocent.syn()
            innocent.ts -= 5000
            innocent.syn(times=3, seq=innocent.seq + 77)
        expect.eventually("what the kernel dropped", lambda: counters.paws(world.server), 65)
        tool.reconciled(world.server)
        sure = [row for row in tool.findings(world.server, "--min-confidence", "likely")
                if row["peer"] != world.real.address]
        expect.equal("what is thought sure of those who sent nothing", sure, [])


def options(rng):
    """All kinds with all lengths, then several at random; none is a well-formed timestamp."""
    for kind in range(256):
        for size in (0, 1, 2, 3, 4, 8, 11, 40):
            yield bytes((kind, size)) + bytes(38)
    for _ in range(500):
        made = bytes(rng.choice((0, 1, 2, 3, 4, 5, 9, 19, 253, rng.randrange(9, 256)))
                     for _ in range(40))
        yield made


@scenario
def odd_options(family):
    """From a stranger, and in what comes late for a TIME_WAIT."""
    rng = random.Random(SEED)
    with Besieged(family) as world:
        stranger, late = world.crafted(SCANNER), world.crafted(2)
        peer = world.waiting[0]
        for i, option in enumerate(options(rng)):
            size = rng.choice((4, 12, 40, 40))
            stranger.send(2000 + i, PORT, options=option[:size])
            late.send(45000, PORT, flags=ACK, seq=peer.seq - 5, ack=peer.ack, options=option[:size])
        world.unmoved()
        world.moved("rare-packets", 2000)


@scenario
def cut_short(family):
    """Headers that end too early or claim what is not there."""
    with Besieged(family) as world:
        peer = world.waiting[0]
        made = [world.crafted(SCANNER), world.crafted(2)]
        whole = made[1].tcp(45000, PORT, seq=peer.seq, options=bytes((8, 10)) + bytes(8))
        for crafted in made:
            for size in range(len(whole)):
                crafted.put(crafted.ip(whole[:size]))
                crafted.put(crafted.ip(whole, length=size))
            for offset in range(16):
                for flags in (SYN, ACK, RST, 0, 255):
                    crafted.send(45000, PORT, flags=flags, seq=peer.seq - 9, offset=offset,
                                 data=b"x" * 8, damage=1)
            packet = crafted.ip(whole)
            for size in range(1, len(packet), 3):
                crafted.put(packet[:size])
        world.unmoved()


def damaged(family):
    """A SYN like the one that was refused, and a RST for a TIME_WAIT."""
    with Besieged(family) as world:
        for damage in (1, 0x8000, 0xffff):
            world.real.syn(times=20, damage=damage)
            for peer in world.waiting:
                peer.send(RST, ts=None, ack=0, damage=damage)
        world.unmoved()
        expect.equal("TIME_WAITs", counters.timewaits(world.server), 5)


@scenario
def bad_checksums(family):
    """Damaged on the way."""
    damaged(family)


# A header of 8 bytes each but where its own length says more; the first byte is the next one's kind.
CHAINS = {HOP: bytes((0, 0, 1, 4)) + bytes(4), DESTINATION: bytes((0, 0, 1, 4)) + bytes(4),
          ROUTING: bytes((0, 2, 0, 0)) + bytes(20), FRAGMENT: bytes(8),
          AUTH: bytes((0, 4)) + bytes(22), NONE: bytes(8)}


def chains(world):
    """IPv6 headers, sensible ones and others, before a SYN that is refused if it gets there."""
    rng = random.Random(SEED)
    crafted, stranger = world.crafted(REAL), world.crafted(SCANNER)
    stamp = struct.pack("!BBBBII", 1, 1, 8, 10, world.real.ts, 0)
    refused = crafted.tcp(45000, PORT, seq=world.real.seq, options=stamp)
    for chain in ((DESTINATION,), (HOP, DESTINATION), (FRAGMENT,), (ROUTING, DESTINATION)):
        crafted.chain(refused, *((kind, CHAINS[kind]) for kind in chain))
    expect.eventually("what the kernel drops", lambda: counters.paws(world.server), 9)
    for _ in range(FUZZ // 4):
        kinds = [rng.choice(list(CHAINS)) for _ in range(rng.randrange(1, 12))]
        chain = [(kind, bytes((0, rng.choice((CHAINS[kind][1],) * 9 + (255,)))) + CHAINS[kind][2:])
                 for kind in kinds]
        stranger.chain(refused, *chain)
        stranger.put(stranger.ip(rng.getrandbits(320).to_bytes(40, "big"), rng.choice(kinds)))
        crafted.chain(refused, *chain)


@scenario(families=False)
def extension_headers():
    """Nothing is named that did not reach TCP, and all that did."""
    with Besieged(IPV6) as world:
        chains(world)
        all_named(world)
    with tool.lean_mode(), Besieged(IPV6) as world:
        chains(world)
        all_named(world)


def all_named(world):
    tool.only(world.server, world.real.address, CAUSE, counters.paws(world.server))
    tool.reconciled(world.server)


def pieces(world):
    """A refused SYN in two, in three ways; and pieces that never become a packet."""
    crafted, stranger = world.crafted(REAL), world.crafted(SCANNER)
    stamp = struct.pack("!BBBBII", 1, 1, 8, 10, world.real.ts, 0)
    refused = crafted.tcp(45000, PORT, seq=world.real.seq, options=stamp)
    for number, at in enumerate((8, 16, 24), 1):
        crafted.fragments(refused, at, number)
    for number in range(100, 400):
        stranger.fragments(refused[:16], 8, number)
        if not world.family.six:
            # Of another datagram: should it overtake those, its end would contradict theirs.
            stranger.put(stranger.ip(refused, fragment=number % 0x1fff, number=number + 1000))
    expect.equal("what the kernel dropped", counters.paws(world.server), 6 if world.family.six else 8)


@scenario
def fragments(family):
    """IPv6 wants all of the TCP header in the first piece, and puts them together after LOCAL_IN."""
    with Besieged(family) as world:
        pieces(world)
        all_named(world)
    with tool.lean_mode(), Besieged(family) as world:
        pieces(world)
        all_named(world)


@scenario(families=False)
def without_kprobes():
    """LOCAL_IN verifies the checksum; what it cannot see, IPv6 in pieces or behind other headers, is left over."""
    with module.loaded("kprobes=0"):
        for family in (IPV4, IPV6):
            damaged(family)
        expect.eventually("found to be damaged", lambda: tool.counter(Initial(), "bad-checksum"), 2 * 3 * 24)
        with Besieged(IPV6) as world:
            chains(world)
            tool.only(world.server, world.real.address, CAUSE, 5)
        for family, seen in ((IPV4, 8), (IPV6, 5)):
            with Besieged(family) as world:
                pieces(world)
                tool.only(world.server, world.real.address, CAUSE, seen)


@scenario
def merged(family):
    """Old segments that receive offload made one of: one drop, one event."""
    with Besieged(family) as world:
        peer = world.peer(host=20, ts=500000)
        server = peer.established(world.listener)
        made = Crafted(world.wire, family, peer.address, world.server_address)
        large = world.keep(Merged(made))
        stamp = struct.pack("!BBBBII", 1, 1, 8, 10, peer.ts - 100000, peer.echo)
        for _ in range(3):
            large.send(made.tcp(45000, PORT, flags=ACK | PSH, seq=peer.seq, ack=peer.ack,
                                options=stamp, data=b"x" * 5000), 1000)
        row = tool.counted(world.server, peer.address, "paws-established", 3)
        expect.subset("evidence", row["evidence"], {"ts_behind": 100000, "seq": peer.seq})
        tool.reconciled(world.server)
        server.close()


def any_segment(rng, peer):
    """Near enough to what a TIME_WAIT or a handshake expects to reach every branch."""
    option = b""
    if rng.random() < 0.7:
        stamp = (500000 + rng.choice((0, 1, -1, 5, -5, -100000, 1 << 31, rng.getrandbits(32)))) % (1 << 32)
        option = struct.pack("!BBBBII", 1, 1, 8, 10, stamp, peer.echo)
    flags = rng.choice((SYN, SYN, SYN, ACK, ACK | PSH, RST, RST | ACK, FIN | ACK, SYN | ACK, SYN | RST,
                        SYN | FIN, 0, rng.randrange(256)))
    return {"flags": flags, "options": option + bytes(rng.choice((0, 0, 4))),
            "seq": (peer.seq + rng.choice((0, 0, 1, -1, 1000, -1000, 1 << 31))) % (1 << 32),
            "ack": (peer.ack + rng.choice((0, 0, 1, -1, 1 << 31))) % (1 << 32),
            "data": b"x" * rng.choice((0, 0, 0, 1, 10))}


@scenario(fuzz=True)
def anything_at_all(family):
    """Random segments: whatever the kernel counts is attributed, to the event, to who was there."""
    rng = random.Random(SEED)
    print(f"    anything-at-all: SEED={SEED} FUZZ={FUZZ}")
    with Besieged(family) as world:
        world.server.sysctl("ipv4.tcp_syncookies", 1)
        sources = [(peer, world.crafted(host)) for host, peer in
                   enumerate([world.real] + world.waiting, REAL)]
        for i in range(FUZZ):
            peer, crafted = rng.choice(sources)
            crafted.send(45000, PORT, **any_segment(rng, peer))
            if i % 50 == 49:  # what got in is closed again, so that TIME_WAITs keep coming
                close_all(world.listener)
        named = {row["peer"] for row in tool.findings(world.server)}
        expect.true("who is named", named <= {peer.address for peer, _ in sources} |
                    {world.server_address}, named)
        tool.reconciled(world.server)
        expect.equal("memory", tool.status(world.server)["memory"], world.before["memory"])


def close_all(listener):
    listener.setblocking(False)
    try:
        while True:
            listener.accept()[0].close()
    except BlockingIOError:
        pass
    finally:
        listener.settimeout(expect.DEADLINE)


def any_number(rng, near):
    """Not within a megabyte of this one, where a blind guess is in one of 2000 cases."""
    return (near + rng.randrange(1 << 20, (1 << 32) - (1 << 20))) % (1 << 32)


def sack(left, right):
    return struct.pack("!BBBBII", 1, 1, 5, 10, left % (1 << 32), right % (1 << 32))


@scenario
def blind_signs_of_life(family):
    """Acknowledgments of small segments, data and FINs in the name of a peer that is gone, by one who sees nothing."""
    rng = random.Random(SEED)
    with Alone(family) as world:
        world.server.run("ip", "route", "replace", family.beyond, "via", family.host(9, 1), "rto_min", "20ms")
        innocent, liar = peers = [world.peer(host, mss=1400) for host in (REAL, SCANNER)]
        pairs = [(peer, peer.established(world.listener)) for peer in peers]
        made = [Crafted(world.wire, family, peer.address, world.server_address) for peer in peers]
        for _, server in pairs:
            server.sendall(b"x" * 5000)
        # What the liar says of itself is believed, so that there is something to be believed.
        made[1].send(liar.source_port, PORT, flags=ACK, seq=liar.seq, ack=liar.ack,
                     options=sack(liar.ack + 3 * 1400, liar.ack + 5000))
        while timed_out(pairs) < 7:
            for flags, data in ((ACK, b""), (ACK | PSH, b"more"), (ACK | FIN, b"")):
                ack = any_number(rng, innocent.ack)
                made[0].send(innocent.source_port, PORT, flags=flags, seq=any_number(rng, innocent.seq),
                             ack=ack, data=data, options=sack(ack + 3 * 1400, ack + 5000))
            time.sleep(0.02)
        row = tool.only(world.server, liar.address, BLACKHOLE, 1)
        expect.subset("finding", row, {"confidence": "likely", "rport": liar.source_port})
        expect.equal("findings about others", [row["peer"] for row in tool.findings(world.server)
                                               if row["peer"] not in (liar.address, world.server_address)], [])

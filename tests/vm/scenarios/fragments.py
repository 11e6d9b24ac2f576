# SPDX-License-Identifier: GPL-2.0
"""Datagrams in pieces: lost on the way, refused here, and those that come through all the same."""
import contextlib
import itertools
import json
import os
import random
import socket
import struct
import subprocess

from lib import expect, module, tool
from lib.alone import CAUSE, Alone
from lib.crafted import SOL_PACKET, Crafted
from lib.pieces import (ALL, DROPPED, FIRST, ICMP, ICMP6, LAST, LATER, LOST, MIDDLE, PORT, SIZE, SMALL,
                        SOURCE_PORT, TCP, UDP, Forger, Path, pattern, reassembled, short)
from lib.scenario import IPV4, scenario

PACKET_FANOUT, FANOUT_DEFRAG = 18, 0x8000
SEED = int(os.environ.get("SEED", 20260302))
FLOOD = 1000 if expect.SLOW else 4000

TRACKING = """
table {table} tracking {{
    chain input {{
        type filter hook input priority 0;
        ct state invalid drop
    }}
}}
"""


def ports(row, lport, rport):
    expect.subset("ports", row, {"lport": lport, "rport": rport})


@scenario
def only_the_first_comes(family):
    """What a firewall does that wants ports, and a provider's lower MTU: the ports are known."""
    with Path(family) as world:
        world.loses(LATER)
        world.send(3)
        row = world.lost(3, protocol=UDP, fragment_first=1, fragment_bytes=world.piece,
                         fragment_largest=world.piece + world.headers, no_first=0,
                         no_last=3)
        ports(row, PORT, SOURCE_PORT)
        expect.true("its whole length is not known", "datagram_bytes" not in row["evidence"])
        story = tool.ask(world.server, "why", world.client_address)
        for words in ("0 lacked the first piece, 3 the last", "UDP", "the last never did", "ping -c 3 -M do"):
            expect.true(f"why says {words!r}", words in " ".join(story.split()), story)


@scenario
def the_first_is_lost(family):
    """Nothing tells the ports; the protocol each piece tells."""
    with Path(family) as world:
        world.loses(FIRST)
        world.send(2)
        row = world.lost(2, protocol=UDP, fragment_first=0, datagram_bytes=8 + SIZE,
                         fragment_bytes=8 + SIZE - world.piece, no_first=2, no_last=0)
        ports(row, 0, 0)


@scenario
def the_middle_is_lost(family):
    with Path(family) as world:
        world.loses(MIDDLE)
        world.send(2)
        row = world.lost(2, fragment_first=1, datagram_bytes=8 + SIZE,
                         fragment_bytes=8 + SIZE - world.piece, no_first=0, no_last=0)
        ports(row, PORT, SOURCE_PORT)


@scenario
def the_last_is_lost(family):
    with Path(family) as world:
        world.loses(LAST)
        world.send(1)
        row = world.lost(1, fragment_first=1, fragment_bytes=2 * world.piece, no_first=0, no_last=1)
        ports(row, PORT, SOURCE_PORT)


@scenario
def a_lower_mtu(family):
    """Pieces of 1300 bytes, cut by the router (IPv4) or the sender (IPv6), and the later ones lost."""
    with Path(family) as world:
        near, _, beyond, far = world.ends
        for end in (near,) if family.six else (beyond, far):
            world.rtnl(end.namespace).up(end.dev, mtu=1300)
        world.loses(LATER, world.server)
        world.send(1, 1400)
        piece = 1248 if family.six else 1280
        row = world.lost(1, fragment_first=1, fragment_bytes=piece, protocol=UDP,
                         fragment_largest=piece + world.headers, no_last=1)
        ports(row, PORT, SOURCE_PORT)
        advice = json.loads(tool.ask(world.server, "why", "-J", world.client_address))
        words = next(remedy["command"] for remedy in advice["findings"][0]["remedies"]
                     if (remedy["command"] or "").startswith("ping")).split()
        expect.equal("the ping that is advised passes", world.server.run(*words, check=False).returncode,
                     0)
        words[words.index("-s") + 1] = str(int(words[words.index("-s") + 1]) + 8)
        expect.true("a larger one does not", world.server.run(*words, "-W", 1, check=False).returncode)


@scenario
def ping(family):
    """Echo requests too large for a packet."""
    with Path(family) as world:
        world.loses(LATER)
        done = world.client.run("ping", "-6" if family.six else "-4", "-n", "-c", 2, "-i", "0.2",
                                "-W", 1, "-s", SIZE, world.server_address, check=False)
        expect.true("no answer comes", done.returncode, done.stdout)
        row = world.lost(2, protocol=ICMP6 if family.six else ICMP, fragment_first=1, no_last=2)
        ports(row, 0, 0)


@scenario
def tcp_in_pieces(family):
    """Which no sender of today does, but a router without regard for DF: half of a segment is lost."""
    with Forger(family) as world:
        segment = world.made.tcp(SOURCE_PORT, 80, data=pattern(500))
        world.made.fragment(segment[:256], 0, 1, 7)
        row = tool.only(world.server, world.peer, LOST, 1)
        expect.subset("evidence", row["evidence"],
                      {"protocol": TCP, "fragment_id": 7, "fragment_bytes": 256, "no_last": 1})
        ports(row, 80, SOURCE_PORT)
        tool.reconciled(world.server)


@scenario
def comes_through(family):
    """In order, backwards, each piece twice, with a whole one lost: nothing is said of it."""
    with Path(family) as world:
        world.send(5)
        for _ in range(5):
            world.arrives()
        done = world.client.run("ping", "-6" if family.six else "-4", "-n", "-c", 3, "-i", "0.2",
                                "-s", SIZE, world.server_address)
        expect.true("all are answered", " 0% packet loss" in done.stdout, done.stdout)
        expect.equal("reassembled", reassembled(world.server, family, "ReasmOKs"), 8)
        world.loses(ALL)
        world.send(1)
        world.send(1, SMALL)
        world.arrives(SMALL)
        tool.silent(world.client, world.router, world.server)
    with Forger(family) as world:
        cuts = [(0, 80), (80, 160), (160, len(world.udp))]
        for number, order in enumerate((cuts, cuts[::-1], [cut for cut in cuts for _ in "12"],
                                        cuts[:2] + cuts), 100):
            for start, end in order:
                world.piece(start, end, number)
            world.arrives()
        expect.equal("reassembled", reassembled(world.server, family, "ReasmOKs"), 4)
        tool.silent(world.server)


@scenario
def late_copies(family):
    """A piece that comes once more when the datagram is whole is waited for in vain, and is no loss."""
    with Forger(family) as world:
        for number in (200, 201, 202):
            world.piece(0, 120, number)
            world.piece(120, len(world.udp), number)
            world.arrives()
        world.piece(0, 120, 200)
        world.piece(120, len(world.udp), 201)
        world.expires(2)
        tool.silent(world.server)
        # The same identification from somebody else is another matter.
        world.piece(0, 120, 202, made=world.crafted(2))
        tool.only(world.server, world.family.foreign(2), LOST, 1)


@scenario
def overlap(family):
    """An overlap, an end beyond the end, a second end: each ends a datagram, and is named for it."""
    with Forger(family) as world:
        whole = len(world.udp)
        for number, pieces in enumerate((((0, 120, True), (80, whole, False)),
                                         ((120, whole, False), (whole + 8, whole + 16, True)),
                                         ((120, whole, False), (40, 80, False))), 300):
            for start, end, more in pieces:
                world.made.fragment((world.udp * 2)[start:end], start, more, number, proto=UDP)
            row = world.refused(number - 299, "overlap", protocol=UDP, fragment_id=number)
            expect.equal("the first had come", row["evidence"]["fragment_first"], number == 300)
        expect.equal("reassembled", reassembled(world.server, family, "ReasmOKs"), 0)
        # What is left of them, if anything, is given up in the same way as ever.
        world.piece(0, 120, 400)
        world.piece(120, whole, 400)
        world.arrives()
        tool.reconciled(world.server)


@scenario(families=False)
def too_far():
    """Pieces of others come between: IPv4 has a limit to that."""
    with Forger(IPV4) as world:
        world.server.sysctl("ipv4.ipfrag_max_dist", 2)
        world.piece(0, 120, 500)
        for number in (501, 502):
            world.piece(0, 120, number)
            world.piece(120, len(world.udp), number)
            world.arrives()
        world.piece(120, len(world.udp), 500)
        row = world.refused(1, "too-far", protocol=UDP, fragment_id=500, fragment_first=1,
                            fragment_bytes=120)
        ports(row, PORT, SOURCE_PORT)
        # What came last waits on, in vain: it is the same datagram, and told already.
        world.expires()
        world.refused(1, "too-far")


@scenario
def no_memory(family):
    """What waits may hold one byte: the first piece finds room, the others of its datagram do not."""
    with Forger(family) as world:
        name = "ipv6.ip6frag" if family.six else "ipv4.ipfrag"
        world.server.sysctl(f"{name}_low_thresh", 1)
        world.server.sysctl(f"{name}_high_thresh", 1)
        for number in (600, 601):
            for start, end in ((0, 80), (80, 160), (160, len(world.udp))):
                world.piece(start, end, number)
        row = world.refused(2, "memory", fragment_limit=1, fragment_id=601)
        expect.true("it says how much", row["evidence"]["fragment_memory"] > 1, row)
        world.expires()
        world.refused(2, "memory")
        world.server.sysctl(f"{name}_high_thresh", 4 << 20)
        world.piece(0, 120, 602)
        world.piece(120, len(world.udp), 602)
        world.arrives()
        world.refused(2, "memory")


@scenario
def no_memory_in_a_flood(family):
    """First pieces from everywhere: each is told, or counted as left over."""
    with Forger(family) as world:
        name = "ipv6.ip6frag" if family.six else "ipv4.ipfrag"
        world.server.sysctl(f"{name}_low_thresh", 1)
        world.server.sysctl(f"{name}_high_thresh", 1)
        before, shed = (tool.counter(world.server, name) for name in ("fragments-no-room", "events-shed"))
        for host in range(256, 256 + FLOOD // 4):
            world.crafted(host).fragment(bytes(120), 0, 1, 700, proto=UDP)
        expect.eventually("pieces that came", lambda: reassembled(world.server, family, "ReasmReqds"),
                          FLOOD // 4)
        # One at a time has found room, until its time was up.
        refused = tool.counter(world.server, "fragments-no-room") - before
        expect.within("refused", refused, FLOOD // 8, FLOOD // 4 - 1)
        expect.equal("told, or left over", happened(world.server, DROPPED) +
                     tool.counter(world.server, "events-shed") - shed, refused)


@scenario
def watched(family):
    """An event comes with the headers of the first piece that was there, and nothing of what it carries."""
    numbers = itertools.count(1000)
    with Forger(family) as world:
        program = world.server.start("tcpwhy", "watch", "-J", "-c", "1", stdout=subprocess.PIPE)

        def ended():
            """Nobody can tell when it begins to listen."""
            number = next(numbers)
            world.piece(0, 120, number)
            world.piece(80, len(world.udp), number)
            return program.poll() is not None
        expect.eventually("end of tcpwhy watch", ended)
        event = json.loads(program.communicate()[0])
        expect.subset("event", event, {"peer": world.peer, "cause": DROPPED})
        header = bytes.fromhex(event["header"])
        expect.equal("bytes of headers", len(header), 56 if family.six else 28)
        expect.equal("addresses", header[8:40] if family.six else header[12:20],
                     world.made.src + world.made.dst)
        expect.equal("UDP's header", header[-8:], world.udp[:8])


@scenario
def unusable(family):
    """All pieces come, and their marks of ECN contradict each other."""
    with Forger(family) as world:
        world.piece(0, 120, 700, tos=0)
        world.piece(120, len(world.udp), 700, tos=3)
        row = world.refused(1, "unusable", protocol=UDP, fragment_id=700, fragment_first=1,
                            fragment_bytes=len(world.udp), datagram_bytes=len(world.udp))
        ports(row, PORT, SOURCE_PORT)


@scenario
def tracked(family):
    """Where conntrack puts datagrams together before the host does, each is counted once, too."""
    with Path(family) as world:
        world.server.run("nft", "-f", "-", input=TRACKING.format(
            table="ip6" if family.six else "ip"))
        world.send(2)
        world.arrives()
        world.arrives()
        tool.silent(world.server)
        if family.six:
            world.server.sysctl("netfilter.nf_conntrack_frag6_timeout", 1)
        world.loses(LATER)
        world.send(2)
        row = world.lost(2, protocol=UDP, fragment_first=1, fragment_bytes=world.piece,
                         fragment_largest=world.piece + world.headers)
        ports(row, PORT, SOURCE_PORT)


@contextlib.contextmanager
def listening(namespace):
    """A packet socket that puts datagrams together for itself (PACKET_FANOUT_FLAG_DEFRAG)."""
    with namespace:
        sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    with sock:
        sock.setsockopt(SOL_PACKET, PACKET_FANOUT, struct.pack("=I", FANOUT_DEFRAG << 16 | 77))
        yield


@scenario(families=False)
def a_copy_for_a_sniffer():
    """Its wait for the pieces is not the host's."""
    with Forger(IPV4) as world, listening(world.server):
        world.piece(0, 120, 800)
        tool.only(world.server, world.peer, LOST, 1)
        world.expires(2)
        tool.only(world.server, world.peer, LOST, 1)
        expect.true("the copy is counted", tool.counter(world.server, "datagrams-foreign") >= 1)


def happened(namespace, *causes):
    """Events of these causes since load, those forgotten included."""
    return sum(row["count"] for row in tool.status(namespace)["causes"] if row["name"] in causes)


@scenario
def flood(family):
    """Pieces from everywhere, never to be whole: bounded, and what is known of a real peer stays."""
    rng = random.Random(SEED)
    with module.loaded("max_peers=64", "max_flows=64"), Alone(family) as world:
        short(world.server)
        victim = world.refused(times=5)
        before = tool.status(world.server)
        for host in range(256, 256 + FLOOD):
            made = Crafted(world.wire, family, family.foreign(host), world.server_address)
            number = rng.getrandbits(16)
            made.fragment(bytes(120), 0, 1, number, proto=UDP)
            if rng.randrange(2):
                made.fragment(bytes(120), rng.choice((80, 112)), 0, number, proto=UDP)
        expect.eventually("each datagram is counted once",
                          lambda: happened(world.server, LOST, DROPPED), FLOOD)
        after = tool.status(world.server)
        expect.equal("memory", after["memory"], before["memory"])
        expect.within("peers of one namespace", after["peers_here"], 1, 32)
        expect.equal("what is known of the real peer", tool.count(
            world.server, victim.address, CAUSE), 5)
        tool.reconciled(world.server)


@scenario
def lean(family):
    """The same in lean mode."""
    with tool.lean_mode(), Path(family) as world:
        expect.equal("coverage", tool.coverage(world.server, LOST), "full")
        world.loses(LATER)
        world.send(1)
        ports(world.lost(1, protocol=UDP, fragment_first=1), PORT, SOURCE_PORT)

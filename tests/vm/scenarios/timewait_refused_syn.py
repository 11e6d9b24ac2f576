# SPDX-License-Identifier: GPL-2.0
"""A SYN met TIME_WAIT, and neither sequence number nor timestamp tells it from an old one."""
from lib import counters, expect, sockets, tool
from lib.bare import PORT, Bare
from lib.nat import Nat
from lib.scenario import scenario
from lib.segment import WORD, behind

CAUSE = "timewait-refused-syn"


@scenario
def exact(family):
    with Bare(family) as world:
        peer = world.timewait(seq=1000000)
        expects = peer.seq
        for back in (0, 1, 70000, WORD // 2 - 1):
            peer.syn(seq=expects - back)
        row = tool.only(world.server, world.client_address, CAUSE, 4)
        expect.subset("finding", row, {"severity": "trouble", "confidence": "certain",
                                       "lport": PORT, "rport": 45000})
        evidence = row["evidence"]
        expect.subset("evidence", evidence, {
            "seq": (expects - WORD // 2 + 1) % WORD, "rcv_nxt": expects, "syn_changed": 0,
            "attempts": 4, "got_in": 0, "cleared_by_rst": 0})
        expect.true("no timestamps in the evidence", "tsval" not in evidence, evidence)
        expect.within("tw_age_ms", evidence["tw_age_ms"], 0, 60000)
        # The same SYN again is the same attempt; a peer with one whose TIME_WAIT had a timestamp too.
        peer.syn(seq=expects - WORD // 2 + 1, times=3)
        row = tool.only(world.server, world.client_address, CAUSE, 7)
        expect.subset("evidence", row["evidence"], {"attempts": 4})
        expect.equal("the kernel's PAWS drops", counters.paws(world.server), 0)
        tool.reconciled(world.server)


@scenario
def timestamps_equal(family):
    """The same timestamp is not newer, and does not help an old sequence number."""
    with Bare(family) as world:
        peer = world.timewait(seq=1000000, ts=5000)
        peer.syn(seq=999000, times=2)
        row = tool.only(world.server, world.client_address, CAUSE, 2)
        expect.subset("evidence", row["evidence"],
                      {"tsval": 5000, "ts_recent": 5000, "ts_behind": 0})
        expect.equal("the kernel's PAWS drops", counters.paws(world.server), 0)


@scenario
def look_alikes(family):
    """An older timestamp is PAWS; a newer one, or a newer sequence number, is let in."""
    with Bare(family) as world:
        peer = world.timewait(seq=1000000, ts=5000)
        peer.syn(seq=999000, ts=4999)
        tool.only(world.server, world.client_address, "paws-timewait", 1)
        for more in ({"ts": 5001, "seq": 999000}, {"ts": 5000, "seq": 2000000}):
            peer = world.timewait(seq=1000000, ts=5000, source_port=45001 + more["ts"])
            peer.ts, peer.seq = more["ts"], more["seq"]
            peer.leave_timewait(world.listener)
        plain = world.timewait(seq=1000000, source_port=45001)
        plain.seq += 1
        plain.leave_timewait(world.listener)
        tool.only(world.server, world.client_address, "paws-timewait", 1)


@scenario
def nat(family):
    """Hosts without timestamps behind one NAT: the one whose sequence number is behind waits."""
    with Nat(family, 8) as world:  # of four, in one case of a hundred none is far enough behind another
        for host in world.hosts:
            host.sysctl("ipv4.tcp_timestamps", 0)
        # Sequence numbers move by 15 625 000 a second; the margin is good for half a minute.
        numbers = world.learn(PORT, world.hosts, lambda syn: syn.seq)
        first, second = next((one, two) for one in numbers for two in numbers
                             if behind(numbers[two], numbers[one]) > 1 << 29)
        listener = world.keep(sockets.listen(world.server, family, PORT))
        for host in (first, second):
            world.forget()
            sockets.server_closes_first(listener, world.begin(host, PORT))
        row = tool.only(world.server, world.address, CAUSE, 1)
        refused = world.syns(PORT)[len(world.hosts) + 1]
        expect.subset("evidence", row["evidence"], {
            "seq": refused.seq, "attempts": 1, "got_in": 1, "cleared_by_rst": 1})
        expect.true("got in late", row["evidence"]["late_mean_ms"] > 0)
        expect.equal("the kernel's PAWS drops", counters.paws(world.server), 0)

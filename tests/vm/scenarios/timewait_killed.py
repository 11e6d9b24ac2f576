# SPDX-License-Identifier: GPL-2.0
"""A RST ended TIME_WAIT early."""
from lib import counters, expect, tool
from lib.bare import PORT, Bare
from lib.scenario import scenario
from lib.segment import RST

CAUSE = "timewait-killed"


@scenario
def killed(family):
    with Bare(family) as world:
        peers = [world.timewait(45000 + i, ts=5000) for i in range(5)]
        for peer in peers:
            peer.reset(ts=None)
        row = tool.only(world.server, world.client_address, CAUSE, 5)
        expect.subset("finding", row, {"severity": "notice", "confidence": "certain",
                                       "lport": PORT, "rport": 45004})
        expect.equal("seq", row["evidence"]["seq"], peers[-1].seq)
        expect.within("tw_age_ms", row["evidence"]["tw_age_ms"], 0, 60000)
        expect.eventually("TIME_WAITs", lambda: counters.timewaits(world.server), 0)


@scenario
def rfc1337(family):
    with Bare(family) as world:
        world.server.sysctl("ipv4.tcp_rfc1337", 1)
        world.timewait().reset(times=3)
        expect.equal("TIME_WAITs", counters.timewaits(world.server), 1)
        tool.silent(world.server)


@scenario
def out_of_window(family):
    """Only the RST with exactly the expected sequence number ends it."""
    with Bare(family) as world:
        peer = world.timewait()
        for off in (-1, 1, 1000, -70000):
            peer.reset(seq=peer.seq + off)
        expect.equal("TIME_WAITs", counters.timewaits(world.server), 1)
        tool.silent(world.server)
        # One with an old timestamp is dropped for that, which is no news.
        stamped = world.timewait(45001, ts=5000)
        stamped.reset(ts=4000)
        expect.equal("TIME_WAITs", counters.timewaits(world.server), 2)
        tool.counted(world.server, world.client_address, "paws-stale", 1)
        tool.quiet(world.server)


@scenario
def after_a_refusal(family):
    """Then the RST is what a refused client sends, and belongs to the refusal."""
    with Bare(family) as world:
        for source_port, ts, cause in ((45000, 5000, "paws-timewait"),
                                       (45001, None, "timewait-refused-syn")):
            peer = world.timewait(source_port, ts=ts)
            since = peer.mark()
            peer.syn(seq=peer.seq - 500, ts=None if ts is None else ts - 100)
            answer = peer.answer("ACK of TIME_WAIT", 16, since)
            peer.send(RST, seq=answer.ack, ack=0, ts=None)
            row = tool.counted(world.server, world.client_address, cause, 1)
            expect.subset("evidence of " + cause, row["evidence"],
                          {"attempts": 1, "got_in": 0, "cleared_by_rst": 1})
        expect.eventually("TIME_WAITs", lambda: counters.timewaits(world.server), 0)
        expect.equal("findings", tool.causes(world.server),
                     [(world.client_address, "paws-timewait"),
                      (world.client_address, "timewait-refused-syn")])


@scenario
def expiry(family):
    """What waits in FIN_WAIT2 for a peer that never closes is kept as TIME_WAIT is, and goes."""
    with Bare(family) as world:
        world.server.sysctl("ipv4.tcp_fin_timeout", 1)
        for i in range(3):
            peer = world.peer(45000 + i)
            server = peer.open(world.listener)
            peer.take_fin(server.close)
        expect.eventually("TIME_WAITs", lambda: counters.timewaits(world.server), 3)
        expect.eventually("TIME_WAITs", lambda: counters.timewaits(world.server), 0)
        tool.silent(world.server)

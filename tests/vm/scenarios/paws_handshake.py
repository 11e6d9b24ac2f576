# SPDX-License-Identifier: GPL-2.0
"""The handshake's own segments came with a timestamp older than its SYN's."""
from lib import counters, expect, module, sockets, tool
from lib.bare import PORT, Bare
from lib.scenario import IPV4, IPV6, scenario
from lib.segment import ACK, RST

CAUSE = "paws-handshake"
NOW, OLD = 500000, 400000


@scenario
def old_timestamps(family):
    with Bare(family) as world:
        peer = world.peer(ts=NOW)
        peer.request()
        peer.send(ACK, times=5, ts=OLD)
        row = tool.only(world.server, world.client_address, CAUSE, 5)
        expect.subset("finding", row, {"severity": "trouble", "confidence": "certain",
                                       "lport": PORT, "rport": 45000})
        expect.subset("evidence", row["evidence"], {
            "tsval": OLD, "ts_recent": NOW, "ts_behind": NOW - OLD, "state": 12,
            "rcv_nxt": peer.seq})
        # Somebody else's SYN from the same address and port.
        peer.syn(times=3, seq=9000, ts=OLD)
        row = tool.only(world.server, world.client_address, CAUSE, 8)
        expect.subset("evidence", row["evidence"], {"seq": 9000, "rcv_nxt": peer.seq})
        # The SYN's own late copy, and a RST, are dropped as well, and hurt nobody.
        peer.syn(times=3, seq=peer.seq - 1, ts=OLD)
        peer.reset(times=3, ts=OLD)
        tool.counted(world.server, world.client_address, "paws-stale", 6)
        expect.equal("the kernel's PAWS drops", counters.paws(world.server), 14)
        tool.reconciled(world.server)
        # The handshake is still there to be completed.
        peer.send(ACK)
        sockets.reset(sockets.accept(world.listener))
        tool.only(world.server, world.client_address, CAUSE, 8)


@scenario(families=False)
def without_kprobes():
    """LOCAL_IN sees to it then."""
    with module.loaded("kprobes=0"):
        for family in (IPV4, IPV6):
            old_timestamps(family)


@scenario
def wrong_ack(family):
    """It is answered by RST before anybody looks at its timestamp."""
    with Bare(family) as world:
        peer = world.peer(ts=NOW)
        peer.request()
        since = peer.mark()
        peer.send(ACK, times=3, ts=OLD, ack=peer.ack + 1)
        peer.answer("RST", RST, since)
        expect.equal("the kernel's PAWS drops", counters.paws(world.server), 0)
        tool.silent(world.server)


@scenario
def newer(family):
    """As it should be, also across the wrap of the timestamp."""
    with Bare(family) as world:
        for i, ts in enumerate((NOW, 0xfffffff8)):
            peer = world.peer(45000 + i, ts=ts)
            peer.request()
            peer.ts += 20
            peer.send(ACK)
            sockets.reset(sockets.accept(world.listener))
        expect.equal("the kernel's PAWS drops", counters.paws(world.server), 0)
        tool.silent(world.server)

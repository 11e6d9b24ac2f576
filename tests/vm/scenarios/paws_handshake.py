# SPDX-License-Identifier: GPL-2.0
"""The handshake's own segments came with a timestamp older than its SYN's."""
from lib import counters, expect, sockets, tool
from lib.peer import Peer
from lib.scenario import scenario
from lib.segment import ACK, RST
from lib.wire import Wire
from lib.world import Pair

CAUSE = "paws-handshake"
PORT = 8080
NOW, OLD = 500000, 400000


@scenario
def old_timestamps(family):
    with Pair(family) as world:
        world.client.ip(f"addr flush dev {world.near.dev} scope global")
        wire = world.keep(Wire(world.near))
        listener = world.keep(sockets.listen(world.server, family, PORT))
        peer = Peer(wire, world.client_address, world.server_address, PORT, ts=NOW)
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
        sockets.reset(sockets.accept(listener))
        tool.only(world.server, world.client_address, CAUSE, 8)


@scenario
def wrong_ack(family):
    """It is answered by RST before anybody looks at its timestamp."""
    with Pair(family) as world:
        world.client.ip(f"addr flush dev {world.near.dev} scope global")
        wire = world.keep(Wire(world.near))
        world.keep(sockets.listen(world.server, family, PORT))
        peer = Peer(wire, world.client_address, world.server_address, PORT, ts=NOW)
        peer.request()
        since = peer.mark()
        peer.send(ACK, times=3, ts=OLD, ack=peer.ack + 1)
        peer.answer("RST", RST, since)
        expect.equal("the kernel's PAWS drops", counters.paws(world.server), 0)
        tool.silent(world.server)


@scenario
def newer(family):
    """As it should be, also across the wrap of the timestamp."""
    with Pair(family) as world:
        world.client.ip(f"addr flush dev {world.near.dev} scope global")
        wire = world.keep(Wire(world.near))
        listener = world.keep(sockets.listen(world.server, family, PORT))
        for i, ts in enumerate((NOW, 0xfffffff8)):
            peer = Peer(wire, world.client_address, world.server_address, PORT, 45000 + i, ts=ts)
            peer.request()
            peer.ts += 20
            peer.send(ACK)
            sockets.reset(sockets.accept(listener))
        expect.equal("the kernel's PAWS drops", counters.paws(world.server), 0)
        tool.silent(world.server)

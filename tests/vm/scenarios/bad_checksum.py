# SPDX-License-Identifier: GPL-2.0
"""TCP never gets to see what a wrong checksum covers, and nothing may be concluded from it."""
from lib import counters, expect, sockets, tool
from lib.peer import Peer
from lib.scenario import scenario
from lib.segment import ACK, PSH
from lib.wire import Wire
from lib.world import Pair

PORT = 8080
NOW, OLD = 500000, 400000
DAMAGE = 0x0100


@scenario
def nothing_is_believed(family):
    with Pair(family) as world:
        world.client.ip(f"addr flush dev {world.near.dev} scope global")
        wire = world.keep(Wire(world.near))
        listener = world.keep(sockets.listen(world.server, family, PORT))

        def peer(source_port, **more):
            return Peer(wire, world.client_address, world.server_address, PORT, source_port, **more)

        stamped, plain = peer(45000, ts=NOW), peer(45001, seq=1000000)
        for one in (stamped, plain):
            one.leave_timewait(listener)
        asking = peer(45002, ts=NOW)
        asking.request()
        talking = peer(45003, ts=NOW)
        server = talking.established(listener)
        before = tool.counter(world.server, "bad-checksum")

        # Those that are looked at: SYN, RST, what meets TIME_WAIT or a request.
        stamped.syn(ts=OLD, damage=DAMAGE)
        stamped.reset(ts=None, damage=DAMAGE)
        stamped.send(ACK, b"late", ts=OLD, damage=DAMAGE)
        plain.syn(seq=plain.seq - 500, damage=DAMAGE)
        asking.send(ACK, ts=OLD, damage=DAMAGE)
        asking.syn(seq=asking.seq - 1, ts=OLD, damage=DAMAGE)
        peer(45004, ts=NOW).syn(damage=DAMAGE)
        looked_at = 7
        # And one that only its connection looks at.
        talking.send(ACK | PSH, b"late", ts=OLD, damage=DAMAGE)

        expect.eventually("TcpInCsumErrors", lambda: counters.value(world.server, "InCsumErrors"),
                          looked_at + 1)
        expect.equal("the kernel's PAWS drops", counters.paws(world.server), 0)
        expect.equal("TIME_WAITs", counters.timewaits(world.server), 2)
        tool.silent(world.server)
        expect.equal("bad-checksum in tcpwhy status",
                     tool.counter(world.server, "bad-checksum") - before, looked_at)
        sockets.reset(server)

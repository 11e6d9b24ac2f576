# SPDX-License-Identifier: GPL-2.0
"""TCP never gets to see what a wrong checksum covers, and nothing may be concluded from it."""
from lib import counters, expect, sockets, tool
from lib.bare import Bare
from lib.scenario import scenario
from lib.segment import ACK, PSH

NOW, OLD = 500000, 400000
DAMAGE = 0x0100


@scenario
def nothing_is_believed(family):
    with Bare(family) as world:
        stamped, plain = world.peer(45000, ts=NOW), world.peer(45001, seq=1000000)
        for one in (stamped, plain):
            one.leave_timewait(world.listener)
        asking = world.peer(45002, ts=NOW)
        asking.request()
        talking = world.peer(45003, ts=NOW)
        server = talking.established(world.listener)
        before = tool.counter(world.server, "bad-checksum")

        # Those that are looked at: SYN, RST, what meets TIME_WAIT or a request, a connection's first.
        stamped.syn(ts=OLD, damage=DAMAGE)
        stamped.reset(ts=None, damage=DAMAGE)
        stamped.send(ACK, b"late", ts=OLD, damage=DAMAGE)
        plain.syn(seq=plain.seq - 500, damage=DAMAGE)
        asking.send(ACK, ts=OLD, damage=DAMAGE)
        asking.syn(seq=asking.seq - 1, ts=OLD, damage=DAMAGE)
        world.peer(45004, ts=NOW).syn(damage=DAMAGE)
        looked_at = 7
        # And one that only its connection looks at, since it is not one of the first.
        for word in (b"and", b"so", b"on"):
            talking.send(ACK | PSH, word)
            talking.seq += len(word)
            expect.equal("what is read", server.recv(16), word)
        talking.send(ACK | PSH, b"late", ts=OLD, damage=DAMAGE)

        expect.eventually("TcpInCsumErrors", lambda: counters.value(world.server, "InCsumErrors"),
                          looked_at + 1)
        expect.equal("the kernel's PAWS drops", counters.paws(world.server), 0)
        expect.equal("TIME_WAITs", counters.timewaits(world.server), 2)
        tool.silent(world.server)
        expect.equal("bad-checksum in tcpwhy status",
                     tool.counter(world.server, "bad-checksum") - before, looked_at)
        sockets.reset(server)

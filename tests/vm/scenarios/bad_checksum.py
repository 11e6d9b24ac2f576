# SPDX-License-Identifier: GPL-2.0
"""TCP never gets to see what a wrong checksum covers, and nothing may be concluded from it."""
from lib import counters, expect, module, sockets, tool
from lib.bare import Bare
from lib.scenario import IPV4, IPV6, scenario
from lib.segment import ACK, PSH

NOW, OLD = 500000, 400000
DAMAGE = 0x0100


def damaged(family):
    """Of each kind that is looked at, and more; how many we found to be damaged ourselves."""
    with Bare(family) as world:
        stamped, plain = world.peer(45000, ts=NOW), world.peer(45001, seq=1000000)
        for one in (stamped, plain):
            one.leave_timewait(world.listener)
        asking = world.peer(45002, ts=NOW)
        asking.request()
        talking = world.peer(45003, ts=NOW)
        server = talking.established(world.listener)
        before = tool.counter(world.server, "bad-checksum")

        # Those that are looked at: RST, and what meets TIME_WAIT or a request.
        stamped.syn(ts=OLD, damage=DAMAGE)
        stamped.reset(ts=None, damage=DAMAGE)
        stamped.send(ACK, b"late", ts=OLD, damage=DAMAGE)
        plain.syn(seq=plain.seq - 500, damage=DAMAGE)
        asking.send(ACK, ts=OLD, damage=DAMAGE)
        asking.syn(seq=asking.seq - 1, ts=OLD, damage=DAMAGE)
        # One that only its connection looks at, since it is not one of the first.
        for word in (b"and", b"so", b"on"):
            talking.send(ACK | PSH, word)
            talking.seq += len(word)
            expect.equal("what is read", server.recv(16), word)
        talking.send(ACK | PSH, b"late", ts=OLD, damage=DAMAGE)
        # And a SYN, which matters only if it opens a connection: as this one did not.
        world.peer(45004, ts=NOW).syn(damage=DAMAGE)

        expect.eventually("TcpInCsumErrors", lambda: counters.value(world.server, "InCsumErrors"), 8)
        expect.equal("the kernel's PAWS drops", counters.paws(world.server), 0)
        expect.equal("TIME_WAITs", counters.timewaits(world.server), 2)
        tool.silent(world.server)
        sockets.reset(server)
        return tool.counter(world.server, "bad-checksum") - before


@scenario
def nothing_is_believed(family):
    """What meets TIME_WAIT or a request is shown to us when TCP has verified it."""
    damaged(family)


@scenario(families=False)
def without_kprobes():
    """LOCAL_IN verifies it itself."""
    with module.loaded("kprobes=0"):
        for family in (IPV4, IPV6):
            expect.equal("found to be damaged", damaged(family), 6)


@scenario
def a_damaged_copy_of_a_syn(family):
    """The connection is not remembered with what it says."""
    with Bare(family) as world:
        peer = world.peer(45000, ts=NOW)
        peer.syn(mss=1000, damage=DAMAGE)
        expect.eventually("it came", lambda: counters.value(world.server, "InCsumErrors"), 1)
        peer.leave_timewait(world.listener)
        peer.syn(ts=OLD)
        row = tool.counted(world.server, peer.address, "paws-timewait", 1)
        expect.equal("what differs from the one that TCP accepted",
                     row["evidence"].get("syn_changed"), 0)

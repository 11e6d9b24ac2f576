# SPDX-License-Identifier: GPL-2.0
"""A segment of a synchronised connection was dropped for its old timestamp, and it hurt."""
import socket
import threading

from lib import counters, expect, sockets, tool
from lib.bare import PORT, Bare
from lib.fault import Held
from lib.scenario import scenario
from lib.segment import ACK, FIN, PSH, SYN

CAUSE = "paws-established"
NOW, OLD = 500000, 400000


def dropped(world, wanted):
    """So many, by the kernel and by us, and nothing else above info; the finding."""
    expect.eventually("the kernel's PAWS drops", lambda: counters.paws(world.server), wanted)
    row = tool.only(world.server, world.client_address, CAUSE, wanted)
    tool.reconciled(world.server)
    return row


@scenario
def data(family):
    """A second host that shares address and ports: new data with timestamps long past."""
    with Bare(family) as world:
        peer = world.peer(ts=NOW)
        server = peer.established(world.listener)
        peer.send(ACK | PSH, b"0123456789", times=5, ts=OLD)
        row = dropped(world, 5)
        expect.subset("finding", row, {"severity": "trouble", "confidence": "certain",
                                       "lport": PORT, "rport": 45000})
        expect.subset("evidence", row["evidence"], {
            "tsval": OLD, "ts_recent": NOW, "ts_behind": NOW - OLD, "state": 1, "seq": peer.seq,
            "end_seq": peer.seq + 10, "rcv_nxt": peer.seq})
        # New data that is further behind than reordering can explain; without data, by seconds.
        peer.send(ACK | PSH, b"x", times=2, ts=NOW - 1000)
        dropped(world, 7)
        peer.send(ACK, times=3, ts=NOW - 5000, seq=peer.seq - 1)
        dropped(world, 10)
        sockets.reset(server)


@scenario
def other_states(family):
    """FIN_WAIT2 and CLOSE_WAIT are synchronised too."""
    with Bare(family) as world:
        peer = world.peer(ts=NOW)
        server = peer.established(world.listener)
        peer.take_fin(lambda: server.shutdown(socket.SHUT_WR))
        sockets.reaches(server, "FIN_WAIT2")
        peer.send(ACK | PSH, b"late", times=5, ts=OLD)
        expect.equal("state", dropped(world, 5)["evidence"]["state"], 5)
        other = world.peer(45001, ts=NOW)
        closing = other.established(world.listener)
        other.send(FIN | ACK)
        other.seq += 1
        sockets.reaches(closing, "CLOSE_WAIT")
        other.send(ACK | PSH, b"late", times=5, ts=OLD)
        expect.equal("state", dropped(world, 10)["evidence"]["state"], 8)
        sockets.reset(server)
        sockets.reset(closing)


@scenario
def syn(family):
    """A SYN in the middle is a PAWS case up to 6.12; 7.x answers it without a look at timestamps."""
    with Bare(family) as world:
        peer = world.peer(ts=NOW)
        server = peer.established(world.listener)
        before = counters.read(world.server)
        peer.send(SYN, times=3, ts=OLD, ack=0, mss=1460)
        expect.eventually("segments in", lambda: counters.value(world.server, "InSegs"),
                          before["InSegs"] + 3)
        expect.eventually("PAWS drops and challenge ACKs", lambda: counters.paws(world.server) == 3
                          or counters.value(world.server, "TCPSYNChallenge") == 3)
        if counters.paws(world.server):
            dropped(world, 3)
        else:
            tool.silent(world.server)
        sockets.reset(server)


def through_backlog(world, begin, program):
    """The socket is in use when the segments come: whoever uses it takes them in later."""
    peer, server = begin
    peer.send(ACK | PSH, b"waits")
    peer.seq += 5
    with Held() as held:
        def read():
            with program:
                held.receive(server)
        reader = threading.Thread(target=read)
        reader.start()
        held.wait()
        before = counters.value(world.server, "TCPBacklogCoalesce")
        peer.send(ACK | PSH, b"too old", times=5, ts=OLD)
        expect.equal("PAWS drops while the socket is in use", counters.paws(world.server), 0)
        held.release()
        reader.join()
    merged = counters.value(world.server, "TCPBacklogCoalesce") - before
    row = dropped(world, 5 - merged)
    expect.subset("evidence", row["evidence"],
                  {"tsval": OLD, "ts_recent": NOW, "seq": peer.seq, "state": 1})
    sockets.reset(server)


def begin(world):
    peer = world.peer(ts=NOW)
    return peer, peer.established(world.listener)


@scenario
def backlog(family):
    with Bare(family) as world:
        through_backlog(world, begin(world), world.server)


@scenario
def backlog_from_outside(family):
    """The program that uses the socket lives in another namespace than the socket."""
    with Bare(family) as world:
        through_backlog(world, begin(world), world.client)


@scenario
def backlog_among_twins(family):
    """Another namespace has a connection of the same addresses, ports and timestamps."""
    with Bare(family) as twin, Bare(family) as world, Bare(family) as other:
        others = [begin(twin)[1], begin(other)[1]]
        through_backlog(world, begin(world), world.client)
        tool.silent(twin.server, other.server)
        for server in others:
            sockets.reset(server)

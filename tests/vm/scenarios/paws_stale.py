# SPDX-License-Identifier: GPL-2.0
"""Old segments that PAWS drops as it should: info, and the sums stay right."""
import threading

from lib import counters, expect, sockets, tool
from lib.bare import PORT, Bare
from lib.scenario import scenario
from lib.segment import ACK
from lib.world import Pair

CAUSE = "paws-stale"


@scenario
def old_acks(family):
    """Pure ACKs that were overtaken; one that is where the next should be is let through."""
    with Bare(family) as world:
        peer = world.peer(ts=500000)
        server = peer.established(world.listener)
        peer.send(ACK, times=5, seq=peer.seq - 5, ts=peer.ts - 20)
        row = tool.counted(world.server, world.client_address, CAUSE, 5)
        expect.subset("finding", row, {"severity": "info", "confidence": "certain"})
        expect.subset("evidence", row["evidence"], {
            "tsval": peer.ts - 20, "ts_recent": peer.ts, "ts_behind": 20, "state": 1})
        expect.equal("the kernel's PAWS drops", counters.paws(world.server), 5)
        # A duplicate of the latest ACK that only lags behind changes nothing, and is no drop.
        peer.send(ACK)
        peer.send(ACK, times=5, ts=peer.ts - 20)
        peer.send(ACK, b"next", ts=peer.ts + 1)
        expect.equal("what the server reads", server.recv(64), b"next")
        expect.equal("the kernel's PAWS drops", counters.paws(world.server), 5)
        # Old data that has arrived already is as harmless, and so is new data that was overtaken by
        # a retransmission: it is a little behind only.
        peer.send(ACK, b"hello", seq=peer.seq - 5, ts=peer.ts - 20)
        peer.send(ACK, b"new", seq=peer.seq + 4, ts=peer.ts - 100)
        tool.counted(world.server, world.client_address, CAUSE, 7)
        tool.quiet(world.server)
        tool.reconciled(world.server)
        sockets.reset(server)


ROUNDS = 12
# An instrumented kernel that is busy holds segments for seconds, which is no reordering any more.
SIZE = 40000 if expect.SLOW else 150000
CONNECTIONS = 1 if expect.SLOW else 4
ENOUGH = 10 if expect.SLOW else 100


def talk(sock):
    """Writes and reads at a time, so that ACKs of both directions overtake data."""
    def write():
        for _ in range(ROUNDS):
            sock.sendall(b"x" * (SIZE // ROUNDS))
    writer = threading.Thread(target=write)
    writer.start()
    left = SIZE // ROUNDS * ROUNDS
    while left:
        left -= len(sock.recv(65536))
    writer.join()


def exchange(world, listener, number):
    """Connections side by side, each closed by the side whose turn it is."""
    clients = [sockets.connect(world.client, world.family, world.server_address, PORT)
               for _ in range(number)]
    servers = [sockets.accept(listener) for _ in range(number)]
    threads = [threading.Thread(target=talk, args=(sock,)) for sock in clients + servers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for i, (client, server) in enumerate(zip(clients, servers)):
        for sock in (client, server) if i % 2 else (server, client):
            sock.close()


@scenario
def reordering(family):
    """Both ways 12 ms, give or take 8: hundreds are dropped, and nobody was hurt."""
    with Pair(family) as world:
        for end in (world.near, world.far):
            end.namespace.run("ethtool", "-K", end.dev, "tso", "off", "gso", "off", "gro", "off")
            end.namespace.run("tc", "qdisc", "add", "dev", end.dev, "root", "netem",
                              "limit", "100000", "delay", "12ms", "8ms")
        listener = world.keep(sockets.listen(world.server, family, PORT))
        dropped = 0
        for _ in range(10):
            exchange(world, listener, CONNECTIONS)
            dropped = counters.paws(world.server) + counters.paws(world.client)
            if dropped > ENOUGH:
                break
        expect.true(f"reordering makes PAWS drop more than {ENOUGH}", dropped > ENOUGH, dropped)
        for namespace, peer in ((world.server, world.client_address),
                                (world.client, world.server_address)):
            expect.eventually("late segments are gone", lambda n=namespace: settled(n), seconds=10)
            sums = tool.reconciled(namespace)
            tool.quiet(namespace)
            expect.equal(f"{CAUSE} of {peer}", tool.count(namespace, peer, CAUSE),
                         sum(sums[name] for name in sums if "PAWS" in name))


def settled(namespace):
    """Nothing is in the air any more: counted twice, and the same."""
    before = counters.read(namespace)["InSegs"]
    threading.Event().wait(0.1)
    return counters.read(namespace)["InSegs"] == before

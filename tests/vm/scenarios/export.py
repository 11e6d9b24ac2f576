# SPDX-License-Identifier: GPL-2.0
"""Counters for Prometheus. What happens to them when peers are evicted is in life.py."""
from lib import expect, metrics, tool
from lib.alone import CAUSE, Alone
from lib.bare import Bare
from lib.container import POWERLESS
from lib.scenario import IPV4, scenario
from lib.segment import ACK, PSH, RST

RESETS = True

ABORTED, INJECTED = "peer-aborted", "rst-injected"
FAR = 1000  # of a second RST, from the first
TRIES = 5


def begin(world, networks):
    return world.keep(metrics.Export(networks))


@scenario
def sums(family):
    """Page and `status -J` agree, and each network has what its peers had, and nobody else."""
    with Alone(family) as world:
        one, two = world.refused(host=1, times=3), world.refused(host=2, times=2)
        export = begin(world, f"{family.beyond} all\n{one.address} one\n")
        before = export.look(world.server, "--top", "1")
        metrics.agrees(before, tool.status(world.server))
        expect.equal("by network", metrics.by_network(before, CAUSE), {"one": 3, "all": 2, "unknown": 0})
        expect.equal("affected", before["tcpwhy_peers_affected", CAUSE, "certain"], 2)
        expect.equal("coverage", before["tcpwhy_cause_coverage_ratio", CAUSE], 1)
        # One place, which the first to have it keeps.
        top = {key[1] for key in before if key[0] == "tcpwhy_peer_events_total"}
        expect.equal("places", len(top), 1)
        for peer in (one, two):
            peer.syn(times=4)
            tool.counted(world.server, peer.address, CAUSE, {one: 7, two: 6}[peer])
        after = export.look(world.server, "--top", "1")
        metrics.agrees(after, tool.status(world.server))
        metrics.nothing_fell(before, after)
        expect.equal("by network", metrics.by_network(after, CAUSE), {"one": 7, "all": 6, "unknown": 0})
        expect.equal("places", {key[1] for key in after if key[0] == "tcpwhy_peer_events_total"}, top)


@scenario
def forgotten(family):
    """`tcpwhy reset` takes peers from the table, and nothing from a counter."""
    with Alone(family) as world:
        peer = world.refused(times=3)
        export = begin(world, f"{family.beyond} all\n")
        before = export.look(world.server)
        tool.ask(world.server, "reset")
        peer.syn(times=2)
        tool.counted(world.server, peer.address, CAUSE, 2)
        after = export.look(world.server)
        metrics.nothing_fell(before, after)
        metrics.agrees(after, tool.status(world.server))
        expect.equal("by network", metrics.by_network(after, CAUSE), {"all": 5, "unknown": 0})
        # Two that nobody saw in the table stay what they are: events of an unknown peer.
        peer.syn(times=2)
        tool.counted(world.server, peer.address, CAUSE, 4)
        tool.ask(world.server, "reset")
        last = export.look(world.server)
        metrics.agrees(last, tool.status(world.server))
        expect.equal("by network", metrics.by_network(last, CAUSE), {"all": 5, "unknown": 2})


def aborted_first(world, export, number):
    """A RST that was taken for the peer's own until another one followed: what the page said before."""
    peer = world.peer(source_port=45000 + number)
    server = peer.established(world.listener)
    peer.send(ACK | PSH, b"again")
    peer.seq += 5
    expect.equal("what the server reads", server.recv(16), b"again")
    world.wire.send(peer.build(RST, seq=peer.seq, ttl=200))
    expect.fails("reading", ConnectionResetError, server.recv, 16)
    page = export.look(world.server)
    world.wire.send(peer.build(RST, seq=peer.seq + FAR, ttl=200))
    return page


@scenario
def taken_back(family):
    """A verdict that is revised makes the module's counter fall, and none of the page."""
    with Bare(family) as world:
        export = begin(world, "192.0.2.0/24 nobody\n")
        for number in range(TRIES):  # on a busy machine the second RST comes too late to be a sign
            before = aborted_first(world, export, number)
            expect.eventually("both RSTs are counted", lambda wanted=number + 1: sum(
                row["count"] for row in tool.findings(world.server) if row["cause"] in (ABORTED, INJECTED)) >= wanted)
            if tool.count(world.server, world.client_address, INJECTED):
                break
        count = tool.count(world.server, world.client_address, ABORTED)
        shown = before["tcpwhy_events_total", ABORTED, "notice"]
        expect.equal("taken back by the module", count, shown - 1)
        after = export.look(world.server)
        metrics.nothing_fell(before, after)
        expect.equal("on the page", after["tcpwhy_events_total", ABORTED, "notice"], shown)
        expect.equal("and by network", metrics.by_network(after, ABORTED)["other"], shown)


@scenario(families=False)
def rights():
    """Who may not ask the module gets a page that says so."""
    with Alone(IPV4) as world:
        export = begin(world, "192.0.2.0/24 nobody\n")
        done = world.server.run(*POWERLESS, "tcpwhy", "export", check=False)
        expect.equal(f"exit status ({done.stderr})", done.returncode, 3)
        found = metrics.samples(done.stdout)
        expect.equal("loaded", found["tcpwhy_module_loaded",], 0)
        expect.equal("why", found["tcpwhy_module_fault", "rights"], 1)
        line = tool.refuse(world.server, 4, "export", "--networks", export.networks)
        expect.true(line, "--state" in line)

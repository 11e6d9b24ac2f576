# SPDX-License-Identifier: GPL-2.0
"""A SYN met TIME_WAIT with a timestamp that went backwards."""
from lib import counters, expect, module, sockets, tool
from lib.alone import Alone, Inside, Outside
from lib.bare import PORT, Bare
from lib.nat import SOURCE_PORT, Nat, each_behind, most_behind
from lib.scenario import IPV4, IPV6, scenario
from lib.segment import ACK, PSH, behind
from lib.web import Web
from lib.wire import Wire
from lib.world import World

CAUSE = "paws-timewait"


def sums_agree(namespace, row):
    """To the event: what was found, and what the kernel counted."""
    expect.equal("the kernel's PAWS drops", counters.paws(namespace), row["count"])
    tool.reconciled(namespace)


def evidence_is_on_the_wire(world, row):
    """The two timestamps are those of a SYN and of what its port's last connection sent before."""
    evidence = row["evidence"]
    sent = world.wire.find(lambda s: s.dport == row["lport"] and s.ts and s.src == world.address)
    for at, syn in enumerate(sent):
        if syn.is_syn() and syn.ts[0] == evidence["tsval"] and syn.seq == evidence["seq"]:
            before = [s.ts[0] for s in sent[:at] if not s.is_syn()]
            expect.equal("ts_recent", evidence["ts_recent"], before[-1])
            expect.equal("ts_behind", evidence["ts_behind"], behind(syn.ts[0], before[-1]))
            expect.equal("ttl", evidence["ttl"], syn.ttl)
            return
    raise expect.Unexpected(f"no SYN on the wire with the evidence's tsval and seq: {evidence}")


def in_rounds(world, orders, listeners):
    """On each port one host after the other connects, all ports side by side."""
    for turn in range(max(map(len, orders.values()))):
        world.forget()
        begun = [(port, world.begin(order[turn], port))
                 for port, order in orders.items() if turn < len(order)]
        for port, client in begun:
            sockets.server_closes_first(listeners[port], client)


@scenario
def nat(family):
    """Sixteen hosts behind one address; each of four ports sees four of them."""
    with Nat(family, 16) as world:
        ports = range(PORT, PORT + 4)
        orders = {port: each_behind(world.timestamps(port, world.hosts[i::4]))
                  for i, port in enumerate(ports)}
        listeners = {port: world.keep(sockets.listen(world.server, family, port)) for port in ports}
        in_rounds(world, orders, listeners)
        row = tool.only(world.server, world.address, CAUSE, 12)
        sums_agree(world.server, row)
        evidence_is_on_the_wire(world, row)
        expect.subset("finding", row, {"severity": "trouble", "confidence": "certain",
                                       "rport": SOURCE_PORT, "netns": world.server.inode})
        expect.true("lport is one of the ports", row["lport"] in ports, row["lport"])
        evidence = row["evidence"]
        # All of one kind, as far off as each other: nothing about the SYN itself has changed.
        expect.subset("evidence", evidence, {"attempts": 12, "got_in": 12, "cleared_by_rst": 12,
                                             "syn_changed": 0, "ttl_before": evidence["ttl"]})
        expect.true("got in late", evidence["late_mean_ms"] > 0, evidence["late_mean_ms"])
        expect.true("late_max_ms is the longest",
                    evidence["late_max_ms"] >= evidence["late_mean_ms"], evidence)
        tool.silent(world.router, *world.hosts)


@scenario
def nginx(family):
    """The same with programs of every day: curl behind the NAT, nginx closing first."""
    with Nat(family, 2) as world:
        first, second = each_behind(world.timestamps(PORT, world.hosts))
        world.keep(Web(world.server, PORT, keepalive=0))
        bracket = "[%s]" if family.six else "%s"
        for host in (first, second):
            world.forget()
            # In HTTP/1.0 without a length the end is the server's FIN: it cannot be overtaken.
            got = host.run("curl", "-sS", "--http1.0", "--local-port", SOURCE_PORT, "--noproxy", "*",
                           f"http://{bracket % world.server_address}:{PORT}/no-length")
            expect.equal("what nginx serves", got.stdout, "hello\n")
        row = tool.only(world.server, world.address, CAUSE, 1)
        sums_agree(world.server, row)
        evidence_is_on_the_wire(world, row)
        expect.subset("evidence", row["evidence"],
                      {"attempts": 1, "got_in": 1, "cleared_by_rst": 1})


@scenario
def rfc1337(family):
    """The clients' RSTs leave TIME_WAIT alone: nobody gets in, and each repeated SYN counts."""
    with Nat(family, 13) as world:
        world.server.sysctl("ipv4.tcp_rfc1337", 1)
        # Else TIME_WAIT answers two SYNs a second, and the NAT box waits for the answers.
        world.server.sysctl("ipv4.tcp_invalid_ratelimit", 0)
        first, others = most_behind(world.timestamps(PORT, world.hosts))
        listener = world.keep(sockets.listen(world.server, family, PORT))
        sockets.server_closes_first(listener, world.begin(first, PORT))
        for host in others:
            hang(world, host)
        refused = len(others)
        row = tool.only(world.server, world.address, CAUSE, refusals(world, refused + 1))
        evidence_is_on_the_wire(world, row)
        expect.subset("evidence", row["evidence"],
                      {"attempts": refused, "got_in": 0, "cleared_by_rst": 0})
        expect.true("late_mean_ms is unknown", "late_mean_ms" not in row["evidence"])
        sums_agree(world.server, row)


def hang(world, host):
    """A client that repeats its SYN at least once, and gives up."""
    world.forget()
    since = len(world.wire.read())
    with world.begin(host, PORT):
        expect.eventually("SYNs of a client that hangs", lambda: len(
            [s for s in world.wire.read()[since:] if s.is_syn()]) >= 2)


def refusals(world, clients):
    """SYNs to a port that let the first one in; all that came before was to learn timestamps."""
    syns = world.syns(PORT)[len(world.hosts):]
    expect.equal("clients that sent a SYN", len({s.seq for s in syns}), clients)
    return len(syns) - 1


@scenario
def firewall_eats_rst(family):
    """Nobody gets in, as with tcp_rfc1337."""
    with Nat(family, 2) as world:
        first, second = each_behind(world.timestamps(PORT, world.hosts))
        world.server.run("nft", "add table inet fw; add chain inet fw input "
                         "{ type filter hook input priority 0; }; "
                         "add rule inet fw input tcp flags & rst == rst counter drop")
        listener = world.keep(sockets.listen(world.server, family, PORT))
        sockets.server_closes_first(listener, world.begin(first, PORT))
        hang(world, second)
        row = tool.only(world.server, world.address, CAUSE, refusals(world, 2))
        expect.subset("evidence", row["evidence"],
                      {"attempts": 1, "got_in": 0, "cleared_by_rst": 0})
        sums_agree(world.server, row)


@scenario
def another_kind_of_host(family):
    """One of two hosts is a hop further and has a smaller MTU: its SYN looks different."""
    with Nat(family, 2, hop=True) as world:
        numbers = world.timestamps(PORT, world.hosts)
        first, second = each_behind(numbers)
        listener = world.keep(sockets.listen(world.server, family, PORT))
        for host in (first, second):
            world.forget()
            sockets.server_closes_first(listener, world.begin(host, PORT))
        row = tool.only(world.server, world.address, CAUSE, 1)
        sums_agree(world.server, row)
        # The first two were to learn; what follows these two is the refused one repeated.
        earlier, later = world.syns(PORT)[2:4]
        expect.equal("difference in TTL", abs(earlier.ttl - later.ttl), 1)
        changed = (earlier.ttl != later.ttl) | (earlier.mss != later.mss) << 1 | \
            (earlier.window != later.window) << 2 | (earlier.wscale != later.wscale) << 3
        expect.subset("evidence", row["evidence"], {
            "ttl": later.ttl, "ttl_before": earlier.ttl, "syn_changed": changed})
        expect.equal("TTL and MSS changed", changed & 3, 3)


@scenario
def exact(family):
    """Every number of the evidence, and what else TIME_WAIT drops for its timestamp."""
    with Bare(family) as world:
        peer = world.timewait(ts=500000)
        peer.ts = 400000
        for seq in range(7000, 7005):
            peer.syn(seq=seq)
        row = tool.only(world.server, world.client_address, CAUSE, 5)
        expect.subset("finding", row, {"lport": PORT, "rport": 45000})
        expect.subset("evidence", row["evidence"], {
            "tsval": 400000, "ts_recent": 500000, "ts_behind": 100000, "seq": 7004,
            "rcv_nxt": peer.seq, "ttl": 64, "ttl_before": 64, "syn_changed": 0, "attempts": 5,
            "got_in": 0, "cleared_by_rst": 0})
        expect.within("tw_age_ms", row["evidence"]["tw_age_ms"], 0, 60000)
        peer.syn(seq=7004, times=3)
        row = tool.only(world.server, world.client_address, CAUSE, 8)
        expect.subset("evidence", row["evidence"], {"attempts": 5})
        sums_agree(world.server, row)
        peer.send(ACK | PSH, b"late", times=5)
        peer.send(ACK, times=5)
        peer.reset(times=3)
        expect.eventually("the kernel's PAWS drops", lambda: counters.paws(world.server), 21)
        stale = tool.counted(world.server, world.client_address, "paws-stale", 13)
        expect.equal("severity", stale["severity"], "info")
        tool.only(world.server, world.client_address, CAUSE, 8)
        tool.reconciled(world.server)


@scenario
def no_early_demux(family):
    """TIME_WAIT is found by TCP; without kprobes it must be looked up."""
    with Bare(family) as world:
        world.server.sysctl("ipv4.ip_early_demux", 0)
        world.server.sysctl("ipv4.tcp_early_demux", 0)
        peer = world.timewait(ts=500000)
        peer.ts -= 1
        peer.syn(times=5)
        row = tool.only(world.server, world.client_address, CAUSE, 5)
        expect.subset("evidence", row["evidence"], {"ts_behind": 1, "attempts": 1})
        sums_agree(world.server, row)


@scenario
def wrap(family):
    """Timestamps lie on a circle."""
    with Bare(family) as world:
        peer = world.timewait(ts=0x10)
        peer.ts = 0xfffffff0
        peer.syn(seq=9000)
        row = tool.only(world.server, world.client_address, CAUSE, 1)
        expect.subset("evidence", row["evidence"],
                      {"tsval": 0xfffffff0, "ts_recent": 0x10, "ts_behind": 0x20})
        # The other way round it is newer, and gets in.
        newer = world.timewait(ts=0xfffffff0, source_port=45001)
        newer.ts, newer.seq = 0x10, 500
        newer.leave_timewait(world.listener)
        row = tool.only(world.server, world.client_address, CAUSE, 1)
        sums_agree(world.server, row)


@scenario
def accepted(family):
    """The same port again, as it should be: a newer timestamp; without any, a newer sequence."""
    with Bare(family) as world:
        peer = world.timewait(ts=500000)
        for _ in range(3):
            peer.ts += 1
            peer.seq = 50
            peer.leave_timewait(world.listener)
        plain = world.timewait(ts=None, source_port=45001)
        for _ in range(3):
            plain.seq += 1
            plain.leave_timewait(world.listener)
        expect.equal("the kernel's PAWS drops", counters.paws(world.server), 0)
        tool.silent(world.server)


@scenario
def loopback(family):
    """Client and server share a stack, whose clock loses its offset in between."""
    with World() as world:
        host = world.namespace("host")
        wire = world.keep(loopback_wire(host))
        listener = world.keep(sockets.listen(host, family, PORT))
        modes = each_behind({mode: syn_timestamp(host, family, wire, listener, mode)
                             for mode in (1, 2)})
        for mode in modes:
            host.sysctl("ipv4.tcp_timestamps", mode)
            client = sockets.begin(host, family, family.loopback, PORT, SOURCE_PORT)
            sockets.server_closes_first(listener, client)
        row = tool.only(host, family.loopback, CAUSE, 1)
        sums_agree(host, row)
        expect.subset("finding", row, {"lport": PORT, "rport": SOURCE_PORT})
        expect.subset("evidence", row["evidence"],
                      {"attempts": 1, "got_in": 1, "cleared_by_rst": 1})


def loopback_wire(host):
    class Loopback:
        namespace, dev = host, "lo"
    return Wire(Loopback)


def syn_timestamp(host, family, wire, listener, mode):
    """TSval of a SYN under this net.ipv4.tcp_timestamps; a RST ends it, so that nothing is left."""
    host.sysctl("ipv4.tcp_timestamps", mode)
    since = len(wire.read())
    sockets.reset(sockets.connect(host, family, family.loopback, PORT, SOURCE_PORT))
    sockets.accept(listener).close()
    return wire.wait("SYN", lambda s: s.is_syn() and s.dport == PORT, since).ts[0]


def batches(family):
    """What network cards hand over in one go: early demux looks at the first to an address only.

    net/ipv4/ip_input.c, ip_list_rcv_finish(), since 5.7; net/ipv6/ip6_input.c likewise. A veth makes batches since 5.13.
    """
    with Alone(family) as world:
        peer = world.timewait()
        world.server.run("ethtool", "-K", Outside.dev, "tso", "off")
        world.server.run("ethtool", "-K", Inside.dev, "gro", "on")
        world.server.run("tc", "qdisc", "add", "dev", Outside.dev, "root", "netem", "slot", "100ms", "100ms")
        peer.syn(times=20)
        row = tool.only(world.server, peer.address, CAUSE, 20)
        sums_agree(world.server, row)
        peer.send(ACK, times=20)
        expect.eventually("the kernel's PAWS drops", lambda: counters.paws(world.server), 40)
        left = sum(row["left_over"] for row in tool.status(world.server)["reconcile"])
        tool.counted(world.server, peer.address, "paws-stale", 20 - left)
        return left


@scenario
def in_a_batch(family):
    """TCP sees each for itself, and so do we."""
    expect.equal("ACKs left over", batches(family), 0)


@scenario(families=False)
def without_kprobes():
    """LOCAL_IN sees to it then: SYNs are looked up, and other segments of a batch are left over."""
    with module.loaded("kprobes=0"):
        for family in (IPV4, IPV6):
            exact(family)
            no_early_demux(family)
            expect.equal("ACKs left over: some", batches(family) > 0, module.newer_kernel_than(5, 12))

# SPDX-License-Identifier: GPL-2.0
"""The module comes and goes, and is told at load how to be. Played last: what others count is lost."""
import contextlib
import os

from lib import expect, metrics, module, patching, sockets, tool
from lib.alone import CAUSE, KILLED, Alone
from lib.container import Initial
from lib.genl import COMMANDS, DUMP, Genl
from lib.scenario import IPV4, IPV6, scenario
from lib.segment import ACK
from lib.traffic import traffic

RECEIVED = ("peer-refused", "peer-aborted", "peer-closed-early", "peer-lost-connection",
            "peer-goodbye", "rst-injected")
REPLIES = ("rst-port-closed", "rst-accept-overflow", "rst-late-synack", "rst-happy-eyeballs", "rst-data-after-close",
           "rst-unknown-connection", "rst-timewait", "rst-bad-handshake", "rst-followup")
FRAGMENTS = ("fragment-lost", "fragment-dropped")
TOO_BIG = ("pmtu-lowered", "too-big-ignored")
ICMP = ("refused-icmp",)
# They take a look at each packet that leaves, or is forwarded.
FOREIGN = ("rst-firewall", "rst-forged-local", "rst-forwarded", "blackhole-forward",
           "peer-ignores-syn", "rst-happy-eyeballs")

MSS = 2  # of enum tcpwhy_syn_changed

ROUNDS = 20 if expect.SLOW else 25
NAMESPACES = 20 if expect.SLOW else 50


def read_table(namespace):
    try:
        namespace.read("tcpwhy")
    except OSError:
        pass  # gone at this very moment


@scenario(families=False)
def in_and_out_under_traffic():
    """Removed and inserted again while segments come in, connections close and somebody reads."""
    fd = module.opened()
    module.unload()
    try:
        # Whatever the kernel patches the emulator translates anew: half of the time went there.
        with patching.held(), Alone(IPV4) as world, traffic(world) as busy:
            begun = busy.rounds
            for i in range(ROUNDS):
                if i % 10 == 9:
                    module.load()
                else:
                    module.insert(fd, "max_peers=1024 max_flows=1024")
                read_table(world.server)
                if i % 10 == 4:
                    module.unload()
                else:
                    module.remove()
                if i % 12 == 0:  # to look takes longer than a round
                    expect.equal(f"what round {i} leaves behind", module.traces(), [])
            expect.true("traffic went on", busy.rounds > begun, busy.rounds - begun)
    finally:
        os.close(fd)
        module.reload()
    with Alone(IPV4) as world:
        world.refused(times=2)
        tool.reconciled(world.server)


@scenario(families=False)
def namespaces_come_and_go():
    """Each with findings, a TIME_WAIT, open connections and segments still coming in as it goes."""
    before, gone = tool.status(Initial()), set()
    with Alone(IPV4) as world, traffic(world):
        gone.add(world.server.inode)
        for i in range(NAMESPACES):
            with Alone(IPV6 if i % 2 else IPV4) as passing:
                gone.add(passing.server.inode)
                peer = passing.timewait()
                opened = passing.peer(host=2).open(passing.listener)
                peer.syn(times=20)
                # On a busy machine its CPU takes the SYNs in later than they were sent.
                expect.eventually("it counts",
                                  lambda: "paws-timewait" in passing.server.read("tcpwhy"))
            sockets.reset(opened)  # a FIN that nobody answers would keep the namespace for minutes
        after = tool.status(Initial())
        expect.equal("memory", after["memory"], before["memory"])
    # The kernel takes its time to bury them, one after the other. An orphan of an earlier scenario may keep another one.
    expect.eventually("peers of namespaces that are gone", lambda: sorted(
        (row["netns"], row["peer"], row["cause"]) for row in tool.findings(Initial(), "--all-netns")
        if row["netns"] in gone), [], 90)


def spoofers(world, hosts, times):
    """Two SYNs each of foreign addresses, the second older: its handshake refuses it."""
    for host in hosts:
        peer = world.peer(host, ts=500000)
        peer.syn()
        peer.ts -= 5000
        peer.syn(times=times, seq=peer.seq + 77)


@scenario(families=False)
def table_full():
    """Spoofed addresses push out each other, and not what is known of a real peer."""
    with module.loaded("max_peers=64", "max_flows=64"):
        with Alone(IPV4, backlog=4096) as world:
            world.server.sysctl("ipv4.tcp_max_syn_backlog", 4096)
            world.server.sysctl("core.somaxconn", 4096)
            world.listener.listen(4096)
            victim = world.refused(times=5)
            before = tool.status(world.server)
            expect.subset("status", before, {"peers_max": 64, "flows_max": 64, "evicted": 0})
            for times, first in ((1, 100), (3, 400)):
                spoofers(world, range(first, first + 200), times)
                after = tool.status(world.server)
                expect.equal("memory", after["memory"], before["memory"])
                expect.within("peers of one namespace", after["peers_here"], 1, 32)
                row = tool.finding(world.server, victim.address, CAUSE)
                expect.true(f"the real peer is remembered after {times} events of each spoofed one",
                            row is not None)
                expect.equal("its count", row["count"], 5)
            expect.true("evictions are counted", after["evicted"] >= 300, after["evicted"])
            expect.true("and what the quota cost", tool.counter(world.server, "over-quota") >= 300)
            victim.syn()
            tool.counted(world.server, victim.address, CAUSE, 6)


@scenario(families=False)
def counters_outlive_peers():
    """With more peers than there is room for, no counter falls, and what was evicted unseen is counted, too."""
    with module.loaded("max_peers=64", "max_flows=64"):
        with Alone(IPV4, backlog=4096) as world:
            world.server.sysctl("ipv4.tcp_max_syn_backlog", 4096)
            world.server.sysctl("core.somaxconn", 4096)
            world.listener.listen(4096)
            victim = world.refused(times=5)
            export = world.keep(metrics.Export(f"{victim.address} victim\n{IPV4.beyond} beyond\n"))
            before = export.look(world.server)
            for first in (100, 150, 200):
                spoofers(world, range(first, first + 50), 1)
                expect.eventually("all are counted", lambda wanted=first - 50: sum(
                    cause["count"] for cause in tool.status(world.server)["causes"]
                    if cause["name"] == "paws-handshake") >= wanted)
                after = export.look(world.server)
                metrics.nothing_fell(before, after)
                metrics.agrees(after, tool.status(world.server))
                before = after
            expect.true("peers were evicted", after["tcpwhy_peers_evicted_total",] > 0)
            by_network = metrics.by_network(after, "paws-handshake")
            expect.true(f"some were seen, some were not: {by_network}",
                        by_network["beyond"] >= 32 and by_network["unknown"] > 0)
            expect.equal("the real peer's", metrics.by_network(after, CAUSE)["victim"], 5)


def dumping(namespace):
    """Netlink sockets whose dump has not ended: (program, bytes that it has not read)."""
    rows = [line.split() for line in namespace.read("netlink").splitlines()[1:]]
    return [(int(row[2]), int(row[4])) for row in rows if row[1] == "16" and row[6] != "0"]


@scenario(families=False)
def never_read():
    """Who asks for a long list and does not read it keeps the module, and can be found by that."""
    with Alone(IPV4, backlog=4096) as world:
        world.server.sysctl("ipv4.tcp_max_syn_backlog", 4096)
        world.server.sysctl("core.somaxconn", 4096)
        world.listener.listen(4096)
        spoofers(world, range(100, 500), 1)
        expect.eventually("peers", lambda: tool.status(world.server)["peers_here"] >= 300)
        with contextlib.closing(Genl(world.server)) as sock:
            sock.resolve()
            expect.equal("dumps before", dumping(world.server), [])
            sock.socket.send(sock.message(COMMANDS["get-peers"], flags=DUMP))
            expect.equal("who dumps", [pid for pid, unread in dumping(world.server) if unread], [os.getpid()])
            done = module.run("rmmod", module.NAME)
            expect.true("rmmod says that it is in use", done.returncode and "in use" in done.stdout,
                        done.stdout)
            tool.status(world.server)
        expect.equal("dumps afterwards", dumping(world.server), [])
        module.reload()


@scenario
def spoofed_syns_are_not_remembered(family):
    """Whose handshake is never completed pushes nobody out of the memory of connections.

    There is room for the few that earlier scenarios have left, and that die meanwhile.
    """
    with module.loaded("max_flows=1024"), Alone(family, backlog=4096) as world:
        world.server.sysctl("ipv4.tcp_max_syn_backlog", 4096)
        world.server.sysctl("core.somaxconn", 4096)
        world.listener.listen(4096)
        real = world.timewait()
        for some in range(500, 2500, 500):
            for host in range(some, some + 500):
                world.peer(host, ts=1).syn()
            expect.eventually("they came", lambda: tool.counter(world.server, "rare-packets") >= some)
        expect.equal("connections pushed out", tool.counter(world.server, "flow-replaced"), 0)
        real.syn(mss=1400)
        row = tool.counted(world.server, real.address, CAUSE, 1)
        expect.equal("what the SYN is compared with", row["evidence"].get("syn_changed"), MSS)


@scenario
def a_connection_whose_syn_was_not_seen(family):
    """The next SYN of its addresses and ports is refused all the same, and compared with none."""
    with module.unloaded(), Alone(family) as world:
        first = world.peer(ts=500000)
        first.request()
        module.load()
        first.send(ACK)
        opened = sockets.accept(world.listener)
        expect.eventually("it is counted", lambda: tool.counter(world.server, "syn-forgotten"), 1)
        since = first.mark()
        opened.close()
        first.finish(since)
        first.ts -= 100000
        first.syn()
        row = tool.counted(world.server, first.address, CAUSE, 1)
        expect.equal("what it is compared with", row["evidence"].get("syn_changed"), None)


@scenario(families=False)
def bad_parameters():
    """Refused with a line that says why; nothing stays behind."""
    with module.unloaded():
        for parameter, said in (
                ("max_peers=63", "tcpwhy: max_peers=63: must be 64 to 1048576"),
                ("max_peers=1048577", "tcpwhy: max_peers=1048577: must be 64 to 1048576"),
                ("max_flows=0", "tcpwhy: max_flows=0: must be 64 to 4194304"),
                ("max_flows=4194305", "tcpwhy: max_flows=4194305: must be 64 to 4194304"),
                ("max_peers=many", "tcpwhy: `many' invalid for parameter `max_peers'"),
                ("max_peers=-1", "tcpwhy: `-1' invalid for parameter `max_peers'"),
                ("lean=perhaps", "tcpwhy: `perhaps' invalid for parameter `lean'")):
            log = module.Log()
            done = module.run("modprobe", "tcpwhy", parameter)
            expect.true(f"modprobe tcpwhy {parameter} fails", done.returncode != 0)
            lines = [line for line in log.lines() if said in line]
            expect.equal(f"lines of the log with {said!r} ({log.lines()})", len(lines), 1)
            expect.equal(f"left behind by {parameter}", module.traces(), [])


def lost_without_kprobes():
    """{cause: coverage}: RSTs received on each kernel, replies before 6.12, drops on 5.10."""
    lost = dict.fromkeys(RECEIVED + FRAGMENTS + TOO_BIG + ICMP, "none")
    lost.update({"idle-expired": "partial", "rst-firewall": "partial", "blackhole-forward": "partial",
                 "paws-handshake": "partial", "paws-stale": "partial", "port-exhaustion": "partial"})
    if not module.newer_kernel_than(6, 11):
        lost.update(dict.fromkeys(REPLIES, "none"))
        lost.update({"rst-linger0": "partial", "rst-goodbye": "partial"})
    if not module.newer_kernel_than(5, 18):
        lost.update({"paws-established": "none", "rst-ignored": "none"})
    return lost


@scenario(families=False)
def without_kprobes():
    """What a kernel shows in no other way is said not to be seen."""
    with module.loaded("kprobes=0"):
        seen = {row["name"]: row["coverage"] for row in tool.status(Initial())["causes"]}
        lost = lost_without_kprobes()
        expect.equal("coverage", seen, dict({name: "full" for name in seen}, **lost))
        if "paws-established" in lost:
            expect.equal("the hook", tool.source(Initial(), "tcp_validate_incoming"), "missing")
        with Alone(IPV4) as world:
            world.refused(times=2)
    with module.loaded("kprobes=0", "lean=1"):
        expect.equal("lean mode's hook", tool.source(Initial(), "tcp_conn_request"), "missing")
        expect.equal("coverage", tool.coverage(Initial(), CAUSE), "none")
        expect.equal("coverage", tool.coverage(Initial(), KILLED), "none")


# Random or a matter of time.
UNLIKE = ("tw_age_ms", "late_mean_ms", "late_max_ms")


def story(family):
    """A SYN refused and let in later, and a TIME_WAIT killed; what was found, without its times."""
    with Alone(family) as world:
        peer = world.refused(host=1, times=3)
        sockets.reset(world.gets_in(peer))
        row = expect.eventually("got in", lambda: [
            row for row in tool.findings(world.server)
            if row["cause"] == CAUSE and row["evidence"]["got_in"] == 1])[0]
        expect.subset("evidence", row["evidence"],
                      {"attempts": 1, "got_in": 1, "cleared_by_rst": 1, "ts_behind": 100000})
        killer = world.timewait(host=2)
        killer.reset(ts=None)
        tool.counted(world.server, killer.address, KILLED, 1)
        tool.reconciled(world.server)
        return [(row["peer"], row["cause"], row["count"], row["confidence"], row["lport"],
                 row["rport"], sorted((name, value) for name, value in row["evidence"].items()
                                      if name not in UNLIKE))
                for row in sorted(tool.findings(world.server), key=lambda row: row["peer"])
                if not row["cause"].startswith(tool.MANNERS)]


def is_lean(on):
    status = tool.status(Initial())
    expect.equal("lean", status["lean"], on)
    expect.equal("netfilter", tool.source(Initial(), "netfilter"), "off" if on else "attached")
    expect.equal("kprobe", tool.source(Initial(), "tcp_conn_request"), "attached" if on else "off")
    expect.equal("causes not seen in full",
                 {row["name"] for row in status["causes"] if row["coverage"] != "full"},
                 set(FOREIGN) if on else set())


@scenario
def lean(family):
    """The same is found without the netfilter hook, whether told at load or later."""
    is_lean(False)
    wanted = story(family)
    try:
        tool.ask(Initial(), "set", "--lean", "on")
        is_lean(True)
        expect.equal("found in lean mode", story(family), wanted)
        tool.ask(Initial(), "set", "--lean", "off")
        is_lean(False)
        expect.equal("found afterwards", story(family), wanted)
    finally:
        tool.ask(Initial(), "set", "--lean", "off")
    if not family.six:
        with module.loaded("lean=1"):
            is_lean(True)
            expect.equal("found by a module loaded with lean=1", story(family), wanted)

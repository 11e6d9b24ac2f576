# SPDX-License-Identifier: GPL-2.0
"""What is switched off is not found and not paid for; what is asked for is shown, and no more."""
import contextlib
import time

from lib import counters, expect, module, tool
from lib.alone import CAUSE, KILLED, PORT, Alone
from lib.container import Initial
from lib.scenario import scenario

MINISOCKS, LOCAL_IN = "kprobes tcp_timewait_state_process, tcp_check_req", "netfilter local-in"
# All that these two serve, and no other hook.
BY_PACKET = ("paws-timewait", "paws-handshake", "paws-stale", "timewait-refused-syn", KILLED)
STALE = "paws-stale"


@contextlib.contextmanager
def switched_off(*causes):
    tool.ask(Initial(), "set", "--disable", ",".join(causes))
    try:
        yield
    finally:
        tool.ask(Initial(), "set", "--enable", ",".join(causes))


def sources():
    return {row["name"]: row["state"] for row in tool.status(Initial())["sources"]}


@scenario
def cause_off(family):
    """The others go on; the sums show what is missed meanwhile."""
    with Alone(family) as world:
        with switched_off(CAUSE):
            expect.equal("coverage", tool.coverage(world.server, CAUSE), "off")
            missed = world.timewait(1)
            missed.syn(times=3)
            expect.eventually("the kernel's PAWS drops", lambda: counters.paws(world.server), 3)
            killed = world.timewait(2)
            killed.reset(ts=None)
            tool.only(world.server, killed.address, KILLED, 1)
            left = {row["name"]: row["left_over"] for row in tool.status(world.server)["reconcile"]}
            expect.equal("left over by all counters", sum(left.values()), 3)
        expect.equal("coverage", tool.coverage(world.server, CAUSE), "full")
        missed.syn(times=2)
        row = tool.counted(world.server, missed.address, CAUSE, 2)
        expect.subset("evidence", row["evidence"], {"attempts": 1})


@scenario(families=False)
def hooks_off():
    """A hook that no cause needs any more is not attached, and comes back when one does."""
    before = sources()
    expect.true("something is attached", "attached" in before.values(), before)
    with switched_off(*BY_PACKET):
        changed = [name for name, state in sources().items() if state != before[name]]
        expect.equal("hooks that went", changed, [MINISOCKS, LOCAL_IN])
    expect.equal("hooks", sources(), before)
    with switched_off("all"):
        expect.equal("states of hooks", set(sources().values()), {"off"})
        expect.equal("coverage", {row["coverage"] for row in tool.status(Initial())["causes"]},
                     {"off"})
    expect.equal("hooks", sources(), before)


@scenario(families=False)
def substitute():
    """LOCAL_IN is not there for what kprobes show, unless they cannot be used."""
    def only_handshakes():
        with switched_off("all"):
            tool.ask(Initial(), "set", "--enable", "paws-handshake")
            return {name: state for name, state in sources().items() if name in (MINISOCKS, LOCAL_IN)}
    expect.equal("hooks", only_handshakes(), {MINISOCKS: "attached", LOCAL_IN: "off"})
    log = module.Log()
    with module.loaded("kprobes=0"):
        missing = list(sources().values()).count("missing")
        said = [line for line in log.lines() if "hooks are missing" in line]
        expect.equal("lines in the log", len(said), 1)
        expect.true(f"it counts {missing}", f"tcpwhy: {missing} of {len(sources())} hooks" in said[0], said)
        expect.equal("hooks", only_handshakes(), {MINISOCKS: "missing", LOCAL_IN: "attached"})
        log = module.Log()
    expect.equal("lines in the log where none is missing", [line for line in log.lines() if "hooks are missing" in line], [])


@scenario
def all_off(family):
    """Then nothing is found, and nothing is looked at."""
    with Alone(family) as world:
        with switched_off("all"):
            before = tool.counter(world.server, "rare-packets")
            peer = world.timewait(1)
            peer.syn(times=5)
            peer.reset(ts=None)
            expect.eventually("TIME_WAITs", lambda: counters.timewaits(world.server), 0)
            tool.silent(world.server)
            expect.equal("packets looked into", tool.counter(world.server, "rare-packets"), before)
            said = tool.call(world.server, "list").stderr
            expect.true("it is told that nothing is watched", "all causes are switched off" in said,
                        said)
            done = tool.call(world.server, "check")
            expect.equal("what a monitoring system is told", (done.returncode, done.stdout[:14]),
                         (3, "TCPWHY UNKNOWN"))
        expect.true("it is told why there is nothing", "No trouble seen" in
                    tool.call(world.server, "list").stderr)


def three(world, pause=0.0):
    """Three peers: refused, refused later, killed; their addresses, and when the pause was over."""
    early = world.refused(3)
    time.sleep(pause)
    then = time.monotonic()
    late = world.refused(1, times=4)
    killed = world.timewait(600)
    killed.reset()
    tool.counted(world.server, killed.address, STALE, 1)
    killed.reset(ts=None)
    tool.counted(world.server, killed.address, KILLED, 1)
    return early.address, late.address, killed.address, then


@scenario
def filters(family):
    """The same on each command that takes them."""
    with Alone(family) as world:
        early, late, killed, then = three(world, pause=4)
        bits = 128 if family.six else 32

        def shown(*args):
            return sorted((row["peer"], row["cause"]) for row in tool.findings(world.server, *args))

        everything = sorted([(early, CAUSE), (late, CAUSE), (killed, KILLED), (killed, STALE)])
        for args, wanted in (
                ((), everything),
                (("--cause", CAUSE), sorted([(early, CAUSE), (late, CAUSE)])),
                (("--cause", f"{KILLED},{STALE}"), [(killed, STALE), (killed, KILLED)]),
                (("--peer", late), [(late, CAUSE)]),
                (("--peer", f"{late}/{bits - 2}"), sorted([(early, CAUSE), (late, CAUSE)])),
                (("--min-severity", "trouble"), sorted([(early, CAUSE), (late, CAUSE)])),
                (("--min-severity", "notice", "--peer", killed), [(killed, KILLED)]),
                (("--min-confidence", "possible"), everything),
                (("--cause", CAUSE, "--peer", killed), [])):
            expect.equal(f"findings with {' '.join(args)}", shown(*args), sorted(wanted))
        # Three seconds more than the pause is over: that leaves out who was refused before it.
        since = f"{int(time.monotonic() - then) + 3}s"
        expect.equal(f"findings since {since}", shown("--since", since),
                     [row for row in everything if row[0] != early])
        answer = tool.ask(world.server, "list", "--raw", "--noheadings", "-o", "PEER,COUNT",
                          "--peer", late)
        expect.equal("two columns", answer.split(), [late, "4"])
        story = tool.ask(world.server, "why", late)
        for word in (late, CAUSE, f":{PORT}", "4 times", "net.ipv4.tcp_timestamps"):
            expect.true(f"why tells of {word}", word in story, story)
        screen = tool.ask(world.server, "top", "-b", "-n", "1", "--peer", early)
        expect.true("top shows the peer", early in screen and killed not in screen, screen)


@scenario
def forgotten(family):
    """reset forgets the findings that pass the filter; other ones and the sums over all stay."""
    with Alone(family) as world:
        early, late, killed, _ = three(world)
        expect.equal("what reset says", tool.ask(world.server, "reset", "--cause", KILLED),
                     "findings of 1 peer forgotten\n")
        expect.equal("findings left", {(row["peer"], row["cause"]) for row in
                                       tool.findings(world.server)},
                     {(early, CAUSE), (late, CAUSE), (killed, STALE)})
        tool.ask(world.server, "reset", "--cause", STALE)
        expect.equal("peers left", {row["peer"] for row in tool.findings(world.server)},
                     {early, late})
        tool.ask(world.server, "reset", "--peer", early)
        expect.equal("peers left", {row["peer"] for row in tool.findings(world.server)}, {late})
        tool.ask(world.server, "reset")
        tool.silent(world.server)
        expect.equal("exit status of why", tool.call(world.server, "why", late).returncode, 1)
        counts = {row["name"]: row["count"] for row in tool.status(world.server)["causes"]}
        expect.subset("counts since load", counts, {CAUSE: 5, KILLED: 1, STALE: 1})
        tool.reconciled(world.server)

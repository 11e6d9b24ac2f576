# SPDX-License-Identifier: GPL-2.0
"""What the module does not see, it says: nobody may take its silence for health."""
import contextlib
import errno
import os
import tempfile

from lib import expect, module, sockets, tool
from lib.alone import CAUSE, Alone
from lib.container import Container, Initial
from lib.scenario import IPV4, scenario
from lib.world import Pair

RESETS = True

FTRACE = "/proc/sys/kernel/ftrace_enabled"
KPROBES = "/sys/kernel/debug/kprobes/enabled"
PORT = 8080
ABORTED, SENT = "peer-aborted", "rst-linger0"
LOCAL_IN, FORWARD = "netfilter local-in", "netfilter forward"
# Netfilter's own limit at one place, MAX_HOOK_COUNT.
MOST = 1024


def put(path, value):
    with open(path, "w") as f:
        f.write(value)


@contextlib.contextmanager
def silent(path):
    """Nobody's kprobes are called meanwhile."""
    put(path, "0")
    try:
        yield
    finally:
        put(path, "1")


def switches():
    """What silences kprobes here. Linux 7 refuses to switch ftrace off: then its state stays as it is."""
    try:
        put(FTRACE, "0")
    except OSError as e:
        expect.equal("how the kernel refuses", e.errno, errno.EOPNOTSUPP)
        is_whole()
        return [KPROBES]
    put(FTRACE, "1")
    return [FTRACE, KPROBES]


def states(namespace=None):
    return {row["name"]: row["state"] for row in tool.status(namespace or Initial())["sources"]}


def is_whole():
    status = tool.status(Initial())
    expect.equal("blind", status["blind"], False)
    expect.equal("coverage", {row["coverage"] for row in status["causes"]}, {"full"})
    expect.equal("states of hooks", set(states().values()) - {"off"}, {"attached"})


def is_blind():
    """Kprobes are, and nothing else is."""
    status = tool.status(Initial())
    expect.equal("blind", status["blind"], True)
    for name, state in states().items():
        if state != "off":
            expect.equal(f"state of {name}", state, "blind" if name.startswith("kprobe") else "attached")
    coverage = {row["name"]: row["coverage"] for row in status["causes"]}
    expect.subset("coverage", coverage, {ABORTED: "none", "fragment-lost": "none", CAUSE: "none",
                                         "rst-unread-data": "full", "timewait-overflow": "full"})


def said(namespace):
    """On each screen that may show nothing."""
    listed = tool.call(namespace, "list").stderr
    expect.true("list says that it is blind", "blind" in listed and ABORTED in listed, listed)
    expect.true("list promises nothing", "No trouble seen" not in listed, listed)
    expect.true("why says so", "blind" in tool.call(namespace, "why", "192.0.2.1").stderr)
    expect.true("status says so", "blind" in tool.ask(namespace, "status"))
    screen = tool.ask(namespace, "top", "-b", "-n", "1")
    expect.true("top says so", "blind" in screen and "No trouble seen" not in screen, screen)


def aborts(world):
    """The client asks, and ends the connection with a RST before the answer; the server gets it."""
    listener = sockets.listen(world.server, world.family, PORT)
    client = sockets.connect(world.client, world.family, world.server_address, PORT)
    server = sockets.accept(listener)
    client.sendall(b"question")
    server.recv(16)
    sockets.reset(client)
    sockets.reaches(server, "CLOSE")
    server.close()
    listener.close()


@scenario
def kprobes_silenced(family):
    """By a switch that tells nobody: what is said to be seen is seen, the rest is said not to be."""
    for switch in switches():
        is_whole()
        with Pair(family) as world:
            with silent(switch):
                is_blind()
                said(world.server)
                aborts(world)
                tool.counted(world.client, world.server_address, SENT, 1)
                expect.equal("what kprobes show", tool.count(world.server, world.client_address, ABORTED), 0)
                listed = tool.call(world.client, "list", "-a")
                expect.true("list says so below its findings",
                            SENT in listed.stdout and "blind" in listed.stderr, listed.stderr)
            is_whole()
            aborts(world)
            tool.counted(world.server, world.client_address, ABORTED, 1)
            expect.true("nothing is said", "blind" not in tool.call(world.server, "list").stderr)


@scenario(families=False)
def loaded_while_silenced():
    """The same for a module that is loaded meanwhile."""
    for switch in switches():
        with module.unloaded(), silent(switch):
            module.load()
            is_blind()
        is_whole()
        with Pair(IPV4) as world:
            aborts(world)
            tool.counted(world.server, world.client_address, ABORTED, 1)


@contextlib.contextmanager
def container():
    held = Container(f"container-{os.urandom(3).hex()}")
    try:
        yield held
    finally:
        held.close()


def chains(hook):
    lines = [f"  chain {hook}{i} {{ type filter hook {hook} priority 0; }}" for i in range(MOST)]
    return "\n".join([f"table ip {hook} {{", *lines, "}"])


def as_root(held, *args):
    done = held.run_as_root(*args)
    expect.equal(f"{' '.join(args)} ({done.stderr})", done.returncode, 0)


def fill(held, hook):
    """Its own root takes all places that there are for such hooks."""
    with tempfile.NamedTemporaryFile("w") as f:
        f.write(chains(hook))
        f.flush()
        os.chmod(f.name, 0o644)
        as_root(held, "nft", "-f", f.name)


def unseen():
    return tool.counter(Initial(), "namespaces-unseen-now")


def lacks(held, *names):
    got = states(held)
    expect.equal("hooks that it lacks", [name for name in (LOCAL_IN, FORWARD) if got[name] == "missing"],
                 list(names))


@scenario(families=False)
def hook_table_full():
    """A container leaves no room for the module's hooks: it is not seen itself, and all others are."""
    counted = tool.counter(Initial(), "namespace-unseen")
    with container() as held:
        with tool.lean_mode():  # in which the module's own hooks take no place
            fill(held, "input")
            fill(held, "forward")
        is_whole()
        expect.equal("namespaces that lack hooks", unseen(), 1)
        expect.equal("it is counted", tool.counter(Initial(), "namespace-unseen"), counted + 1)
        lacks(held, LOCAL_IN, FORWARD)
        expect.equal("coverage", tool.coverage(held, CAUSE), "partial")
        listed = tool.call(held, "list").stderr
        expect.true("list promises nothing", "No trouble seen" not in listed and CAUSE in listed, listed)
        listed = tool.call(Initial(), "list", "--all-netns").stderr
        expect.true("others are told", "netfilter hooks are missing" in listed, listed)
        with Alone(IPV4) as world:
            world.refused(times=2)
        as_root(held, "nft", "delete", "chain", "ip", "forward", "forward7")
        lacks(held, LOCAL_IN)
        expect.equal("namespaces that lack hooks", unseen(), 1)
        as_root(held, "nft", "delete", "table", "ip", "input")
        # Without anybody who looks: it is tried again each minute.
        expect.eventually("namespaces that lack hooks", unseen, 0, seconds=100)
        lacks(held)
        expect.equal("coverage", tool.coverage(held, CAUSE), "full")


@scenario(families=False)
def an_unseen_namespace_goes():
    """It is not counted any more."""
    with container() as held:
        with tool.lean_mode():
            fill(held, "input")
        expect.equal("namespaces that lack hooks", unseen(), 1)
    expect.eventually("namespaces that lack hooks", unseen, 0, 90)

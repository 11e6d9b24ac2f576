# SPDX-License-Identifier: GPL-2.0
"""Who may ask, and what each is told."""
import errno
import json

from lib import expect, genl, resets, sockets, tool
from lib.alone import CAUSE, Alone
from lib.container import NOBODY, POWERLESS, Container, Initial
from lib.genl import COMMANDS, DUMP, Genl
from lib.scenario import IPV4, IPV6, scenario

OTHERS = "only the initial network namespace sees others"
QUESTIONS = (("list",), ("list", "-J", "-a"), ("why", "10.66.0.1"), ("status",), ("watch", "-c", "1"),
             ("set", "--disable", "all"), ("set", "--lean", "on"), ("reset",),
             ("top", "-b", "-n", "1"))

# Asks everything by hand, then joins the group; prints an errno each.
BY_HAND = """
import sys
sys.path.insert(0, "vm")
from lib.genl import COMMANDS, DUMP, Genl, attr, u32, ENABLE, ADDRESS
genl = Genl()
print(int(genl.resolve()))
for name in sorted(COMMANDS):
    data = {"get-peer": attr(ADDRESS, bytes(4)), "set-config": u32(ENABLE, 1)}.get(name, b"")
    print(genl.ask(COMMANDS[name], data, DUMP if name == "get-peers" else 0).error)
try:
    genl.join()
    print(0)
except OSError as error:
    print(error.errno)
"""


def denied(namespace, who):
    """Everything is, in one line and with status 3; and nothing has changed by it."""
    before = tool.lasting(tool.findings(namespace))
    for args in QUESTIONS:
        done = namespace.run(*who, "tcpwhy", *args, check=False)
        what = f"tcpwhy {' '.join(args)} by {who[1]}"
        expect.equal(f"exit status of {what} ({done.stdout}{done.stderr})", done.returncode, 3)
        expect.equal(f"output of {what}", done.stdout, "")
        lines = done.stderr.strip().splitlines()
        expect.equal(f"lines that {what} says ({lines})", len(lines), 1)
        expect.true("it says which right", "CAP_NET_ADMIN" in lines[0], lines[0])
    done = namespace.run(*who, "python3", "-B", "-c", BY_HAND)
    errors = [int(word) for word in done.stdout.split()]
    expect.equal("the family is known, every request and the group refused",
                 errors, [1] + [errno.EPERM] * (len(COMMANDS) + 1))
    expect.equal("findings", tool.lasting(tool.findings(namespace)), before)


@scenario(families=False)
def user():
    """A user without rights, beside a server of which something is known."""
    with Alone(IPV4) as world:
        world.refused(times=2)
        denied(world.server, NOBODY)
        denied(Initial(), NOBODY)
        for namespace in (world.server, Initial()):
            done = namespace.run(*NOBODY, "cat", "/proc/net/tcpwhy", check=False)
            expect.true("/proc/net/tcpwhy is not for all", "Permission denied" in done.stderr,
                        (done.stdout, done.stderr))


@scenario(families=False)
def root_without_the_capability():
    with Alone(IPV4) as world:
        world.refused()
        denied(world.server, POWERLESS)


@scenario(families=False)
def root_of_a_user_namespace():
    """Rights in a user namespace are none over a network namespace that belongs to another."""
    who = NOBODY + ("unshare", "-Ur")
    with Alone(IPV4) as world:
        world.refused()
        denied(world.server, who)
        denied(Initial(), who)


def as_root(box, status, *args):
    done = box.run_as_root("tcpwhy", *args)
    expect.equal(f"exit status of tcpwhy {' '.join(args)} in a container "
                 f"({done.stdout}{done.stderr})", done.returncode, status)
    return done.stdout if status == 0 else done.stderr.strip()


@scenario(families=False)
def container():
    """Its root sees and forgets its own peers, and nothing else."""
    box = Container("container")
    with Alone(IPV4, box) as inside, Alone(IPV4) as outside:
        inside.refused(host=1)
        outside.refused(host=2)
        theirs, ours = (world.family.foreign(host) for world, host in ((outside, 2), (inside, 1)))
        rows = as_root(box, 0, "list", "--raw", "--noheadings", "-o", "PEER,CAUSE")
        expect.equal("what a container sees", rows.split(), [ours, CAUSE])
        expect.true("its own story", ours in as_root(box, 0, "why", ours))
        as_root(box, 1, "why", theirs)
        status = as_root(box, 0, "status", "-J")
        expect.true("its own status", f'"netns":{box.inode}' in status.replace(" ", ""), status)
        others_are_refused(box, outside)
        expect.true("peers forgotten", "1" in as_root(box, 0, "reset"))
        expect.equal("what is left to it", tool.findings(box), [])
        expect.equal("what is left to others", tool.causes(outside.server), [(theirs, CAUSE)])


def others_are_refused(box, outside):
    """By the module itself, not only by the tool."""
    for args in (("list", "--all-netns"), ("list", "--netns", f"inode:{outside.server.inode}"),
                 ("reset", "--all-netns"), ("set", "--disable", "all"), ("set", "--lean", "on"),
                 ("reset", "--netns", f"inode:{outside.server.inode}")):
        line = as_root(box, 3, *args)
        expect.equal(f"lines said to {args}", len(line.splitlines()), 1)
    expect.equal("what SET_CONFIG is told", as_root(box, 3, "set", "--enable", "all"),
                 "tcpwhy: only from the initial network namespace")
    expect.equal("what RESET is told", as_root(box, 3, "reset", "--all-netns"), "tcpwhy: " + OTHERS)
    sees_only_itself(box, outside)


def sees_only_itself(namespace, outside):
    """By hand, with the text of the refusal where this kernel hands it on."""
    sock = Genl(namespace)
    sock.resolve()
    every = genl.nest(genl.FILTER, genl.attr(genl.FILTER_ALL_NETNS))
    one = genl.nest(genl.FILTER, genl.u32(genl.FILTER_NETNS, outside.server.inode))
    for data in (every, one):
        answer = sock.ask(COMMANDS["reset"], data)
        expect.equal("RESET of others", (answer.error, answer.text), (errno.EPERM, OTHERS))
        answer = sock.ask(COMMANDS["get-peers"], data, DUMP)
        expect.equal("dump of others", answer.error, errno.EPERM)
        expect.true("text of that", answer.text in ("", OTHERS), answer.text)
        answer = sock.ask(COMMANDS["get-peer"], data + genl.attr(genl.ADDRESS, bytes((10, 66, 0, 2))))
        expect.equal("GET_PEER of others", (answer.error, answer.text), (errno.EPERM, OTHERS))
    sock.close()


LEFT = "rst-goodbye"
LOOPBACK = {IPV4: "127.0.0.1", IPV6: "::1"}

# In a pid namespace of its own: a child closes a connection with SO_LINGER 0, if asked to, and
# ends. Then: the child's pid, and what the namespace is told.
INSIDE = """
import json, os, socket, struct, subprocess, sys
def act(host):
    listener = socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    client = socket.create_connection(listener.getsockname()[:2])
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()
    os._exit(0)
child = 0
if sys.argv[1:]:
    child = os.fork() or act(sys.argv[1])
    os.waitpid(child, 0)
told = subprocess.run(["tcpwhy", "list", "-J", "-a"], stdout=subprocess.PIPE, check=True).stdout
try:
    with open("/proc/net/tcpwhy") as f:
        text = f.read()
except PermissionError:
    text = ""
print(json.dumps([child, json.loads(told)["findings"], text]))
"""


def inside(run, *host):
    """In another pid namespace each time: (pid, {peer: (pid, comm) of the finding}, /proc/net/tcpwhy)."""
    done = run("unshare", "-pf", "--mount-proc", "python3", "-B", "-c", INSIDE, *host)
    expect.equal(f"status inside ({done.stderr})", done.returncode, 0)
    pid, rows, text = json.loads(done.stdout)
    return pid, whose(rows), text


def whose(rows):
    return {row["peer"]: (row["evidence"].get("pid"), row["evidence"].get("comm"))
            for row in rows if row["cause"] == LEFT}


def acts(box, family):
    """This process does, which a container does not see."""
    listener = sockets.listen(box, family, 9000)
    client = sockets.connect(box, family, LOOPBACK[family], 9000)
    sockets.linger0(client)
    client.close()
    listener.close()
    own = resets.own()
    expect.eventually("what the host is told", lambda: whose(tool.findings(box)).get(LOOPBACK[family]),
                      (own["pid"], own["comm"]))


@scenario(families=False)
def processes():
    """A container is told of its own, by its own pids, and not of the host's or a neighbour's."""
    box = Container("processes")
    try:
        box.ip("link set lo up")
        for family in LOOPBACK:
            sees_its_own_processes(box, family, box.run_as_root, False)
            # One that is root of the machine, but for the processes that it sees.
            sees_its_own_processes(box, family, lambda *args: box.run(*args, check=False), True)
    finally:
        box.close()


def sees_its_own_processes(box, family, run, has_proc):
    host = LOOPBACK[family]
    acts(box, family)
    _, told, text = inside(run)
    expect.equal("of the host's process", told[host], (None, None))
    expect.equal("its finding is in /proc/net/tcpwhy", LEFT in text, has_proc)
    expect.true("and no process", "pid=" not in text and "comm=" not in text, text)
    pid, told, text = inside(run, host)
    expect.equal("of its own process", told[host], (pid, "python3"))
    expect.equal("and in /proc/net/tcpwhy", f" pid={pid} comm=python3" in text, has_proc)
    expect.equal("of a neighbour's", inside(run)[1][host], (None, None))
    seen = whose(tool.findings(box))[host]
    expect.equal("name that the host is told", seen[1], "python3")
    expect.true("its pid there", seen[0] and seen[0] != pid, (seen, pid))
    tool.ask(box, "reset")


@scenario
def namespaces(family):
    """Each sees its own peers, although their addresses are the same; the initial one sees all."""
    with Alone(family) as one, Alone(family) as two:
        peer = one.refused(times=3).address
        tool.silent(two.server)
        line = tool.call(two.server, "why", peer)
        expect.equal("why, of another's peer", line.returncode, 1)
        sees_only_itself(two.server, one)
        two.refused(times=2)
        expect.equal("counts", [tool.count(world.server, peer, CAUSE) for world in (one, two)], [3, 2])
        rows = tool.findings(Initial(), "--all-netns")
        # An earlier world's namespace may still be on its way out.
        ours = {world.server.inode for world in (one, two)}
        seen = sorted((row["netns"], row["count"]) for row in rows
                      if row["peer"] == peer and row["netns"] in ours)
        expect.equal("seen from the initial one", seen,
                     sorted([(one.server.inode, 3), (two.server.inode, 2)]))
        rows = tool.findings(Initial(), "--netns", two.server.name)
        expect.equal("one of them", [row["netns"] for row in rows], [two.server.inode])
        expect.true("not among the initial one's own",
                    not [row for row in tool.findings(Initial()) if row["peer"] == peer])
        said = tool.refuse(Initial(), 4, "list", "--netns", "inode:1")
        expect.true("there is none of that number", "no such network namespace" in said, said)
        tool.ask(two.server, "reset")
        tool.silent(two.server)
        expect.equal("the other's count", tool.count(one.server, peer, CAUSE), 3)
        tool.ask(Initial(), "reset", "--netns", one.server.name)
        tool.silent(one.server)

# SPDX-License-Identifier: GPL-2.0
"""Events as they happen, and who gets them."""
import errno
import json
import os
import select
import signal
import socket
import stat
import subprocess
import tempfile

from lib import expect, genl, resets, sockets, tool
from lib.alone import CAUSE, Alone, Inside, Outside
from lib.container import Initial
from lib.genl import Genl
from lib.netns import LIBC
from lib.resets import Connected
from lib.scenario import IPV4, scenario
from lib.segment import pack

LINGER, UNREAD = "rst-linger0", "rst-unread-data"
BURST = 400  # more than a moment's events, fewer than the ring has room for (store/events.c)
PIDFD_OPEN, PIDFD_GETFD = 434, 438  # numbers of system calls, the same on all architectures
FLOOD = 1500 if expect.SLOW else 4000


def begin(world, namespace, *args, stdout=subprocess.PIPE):
    """`tcpwhy watch` of a namespace beside; it ends with the world."""
    with namespace:
        program = subprocess.Popen(("tcpwhy", "watch", "-J") + args, stdin=subprocess.DEVNULL,
                                   stdout=stdout, stderr=subprocess.PIPE, universal_newlines=True)
    world.server.programs.append(program)
    return program


def syns_until(program, peer):
    """One SYN after the other, until it has seen enough; nobody can tell when it begins to listen."""
    def ended():
        if program.poll() is None:
            peer.syn()
        return program.poll() is not None
    expect.eventually("end of tcpwhy watch", ended)
    out, err = program.communicate()
    expect.equal(f"exit status of tcpwhy watch ({err})", program.returncode, 0)
    return [json.loads(line) for line in out.splitlines()], err


@scenario
def as_it_happens(family):
    """Every event once, in order, with the packet it was about."""
    with Alone(family) as world:
        peer = world.refused()
        program = begin(world, world.server, "-c", "5")
        events, said = syns_until(program, peer)
        expect.equal("what else it said", said, "")
        counts = [event["count"] for event in events]
        expect.equal("counts", counts, list(range(counts[0], counts[0] + 5)))
        expect.equal("times in order", sorted(event["time"] for event in events),
                     [event["time"] for event in events])
        frame = pack(peer.build(2, ack=0, **peer.syn_options), Outside.mac, Inside.mac)
        for event in events:
            expect.subset("event", event, {"peer": peer.address, "cause": CAUSE, "lost": 0,
                                           "netns": world.server.inode, "confidence": "certain"})
            header = bytes.fromhex(event["header"])
            expect.equal("header", header, frame[14:14 + len(header)])
            expect.equal("length of the header", len(header), len(frame) - 14)


@scenario(families=False)
def namespaces():
    """Another namespace is told its own; the initial one is told all if it asks for all."""
    with Alone(IPV4) as one, Alone(IPV4) as two:
        # Addresses of their own: a busy machine may tell of what other scenarios left behind as late as now.
        theirs, ours = one.refused(host=71), two.refused(host=72)
        listener = listening(two.server)
        quiet = begin(two, two.server, "-c", "1")
        own = begin(two, Initial(), "-c", "1")
        everything = begin(one, Initial(), "-c", "10", "--all-netns")
        events, _ = syns_until(everything, theirs)
        expect.equal("seen from the initial one",
                     {event["netns"] for event in events if event["peer"] == theirs.address},
                     {one.server.inode})
        expect.equal("seen from the other one", drained(listener), [])
        events, _ = syns_until(quiet, ours)
        expect.equal("seen from its own", [event["peer"] for event in events], [ours.address])
        expect.equal("the initial one's own, of which there is nothing", own.poll(), None)
        events = drained(listener)
        expect.true("events by hand", len(events) > 0)
        expect.equal("whose", set(events), {two.server.inode})


@scenario(families=False)
def processes():
    """Named in the initial namespace; in another one nobody knows who listens."""
    with Connected(IPV4) as world:
        everything = begin(world, Initial(), "-c", "1", "--all-netns", "--cause", LINGER)
        own = begin(world, world.server, "-c", "1", "--cause", LINGER)

        def ended():
            client, server = world.connect()
            sockets.linger0(server)
            server.close()
            client.close()
            return None not in (own.poll(), everything.poll())
        expect.eventually("end of both", ended)
        seen, told = (json.loads(program.communicate()[0])["evidence"] for program in (everything, own))
        expect.subset("in the initial one", seen, resets.own())
        expect.equal("in the other", [name for name in ("pid", "comm") if name in told], [])
        expect.true("it is told of the connection", "bytes_in" in told, told)
        row = tool.finding(world.server, world.client_address, LINGER)
        expect.subset("who asks there", row["evidence"], resets.own())


def listening(namespace):
    """A socket of the group."""
    sock = Genl(namespace)
    sock.resolve()
    sock.join()
    return sock


def drained(listener):
    """The namespaces of the events that are waiting; None for a loss."""
    found = []
    listener.socket.setblocking(False)
    while True:
        try:
            data = listener.socket.recv(1 << 17)
        except BlockingIOError:
            return found
        except OSError as error:
            expect.equal("error of a slow listener", error.errno, errno.ENOBUFS)
            found.append(None)
            continue
        peer = dict(genl.attrs(dict(genl.attrs(data[20:]))[genl.PEER]))
        found.append(int.from_bytes(peer[3], "little"))


def small_buffers(program):
    """Its netlink sockets have no room from now on for more than some events: what a user's
    watch has takes longer to fill than a test may last."""
    pidfd = LIBC.syscall(PIDFD_OPEN, program.pid, 0)
    for name in os.listdir(f"/proc/{program.pid}/fd"):
        copy = LIBC.syscall(PIDFD_GETFD, pidfd, int(name), 0)
        if not stat.S_ISSOCK(os.fstat(copy).st_mode):
            os.close(copy)
            continue
        with socket.socket(fileno=copy) as sock:
            if sock.family == socket.AF_NETLINK:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    os.close(pidfd)


@scenario(families=False)
def slow_listener():
    """Who does not keep up loses events, is told so, and goes on; others and the table lose nothing."""
    with Alone(IPV4) as world, tempfile.TemporaryFile() as shown:
        peer = world.refused()
        slow = listening(world.server)
        slow.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        program = begin(world, world.server, stdout=shown)
        expect.eventually("tcpwhy watch is listening",
                          lambda: (peer.syn(), os.fstat(shown.fileno()).st_size)[1])
        small_buffers(program)
        program.send_signal(signal.SIGSTOP)
        before = tool.count(world.server, peer.address, CAUSE)
        frame = pack(peer.build(2, ack=0, **peer.syn_options), Outside.mac, Inside.mac)
        for _ in range(FLOOD):
            world.wire.push(frame)
        tool.counted(world.server, peer.address, CAUSE, before + FLOOD)
        expect.true("the loss is told", None in drained(slow))
        program.send_signal(signal.SIGCONT)
        peer.syn()
        expect.true("word of the loss", select.select([program.stderr], [], [], expect.DEADLINE)[0])
        said = program.stderr.readline()
        expect.true("it says that events were lost", "lost" in said, said)
        expect.eventually("it shows the latest event", lambda: (peer.syn(), latest(shown))[1] >
                          before + FLOOD)
        tool.reconciled(world.server)
        slow.close()


def unread(world):
    """A connection that will end with a RST when its server's side closes."""
    client, server = world.connect()
    client.sendall(b"x" * 500)
    resets.delivered(client)
    return client, server


def ended_by(servers):
    """All are closed at once, in one loop of the kernel's: by the end of a program that has them."""
    pid = os.fork()
    if not pid:
        signal.pause()
        os._exit(0)
    for server in servers:
        server.close()
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


@scenario
def a_program_ends(family):
    """It resets all its connections in one go, and each is told of."""
    with Connected(family) as world, tempfile.TemporaryFile() as shown:
        begin(world, world.server, "--cause", UNREAD, stdout=shown)

        def one():
            client, server = unread(world)
            ended_by([server])
            client.close()
            return latest(shown)
        expect.eventually("the first event", one)
        before = tool.count(world.server, world.client_address, UNREAD)
        pairs = [unread(world) for _ in range(BURST)]
        ended_by([server for _, server in pairs])
        expect.eventually("the latest event", lambda: latest(shown), before + BURST)
        events = [json.loads(line) for line in os.pread(shown.fileno(), 1 << 25, 0).splitlines()]
        expect.equal("events lost", sum(event["lost"] for event in events), 0)
        expect.equal("counts", [event["count"] for event in events][-BURST:],
                     list(range(before + 1, before + BURST + 1)))
        for client, _ in pairs:
            client.close()


def latest(shown):
    """The count in the last whole line of a file."""
    lines = os.pread(shown.fileno(), 1 << 25, 0).decode().splitlines(keepends=True)
    whole = [line for line in lines if line.endswith("\n")]
    return json.loads(whole[-1])["count"] if whole else 0

# SPDX-License-Identifier: GPL-2.0
"""`tcpwhy watch -w`: packets and verdicts in a file, as tshark reads it."""
import contextlib
import itertools
import os
import socket
import subprocess
import tempfile

from lib import expect, sockets
from lib.alone import CAUSE, PORT, Alone
from lib.container import Initial
from lib.scenario import IPV4, IPV6, scenario
from lib.segment import ACK, PSH, RST, SYN

FIELDS = ("frame.comment", "frame.interface_name", "frame.packet_flags_direction", "frame.len",
          "frame.cap_len", "tcp.flags", "tcp.srcport", "tcp.dstport", "ip.src", "ipv6.src",
          "_ws.col.Source", "frame.protocols")
INBOUND = 1
# What happened without a packet, as Wireshark shows it; what is malformed ends with _ws.malformed.
TEXT = "exported_pdu:data-text-lines"


class Packet:
    """A line of `tshark -T fields`."""

    def __init__(self, line):
        field = dict(zip(FIELDS, line.split("\t")))
        self.comment, self.interface = field["frame.comment"], field["frame.interface_name"]
        self.cause = self.comment.split(" ", 1)[0]
        self.inbound = int(field["frame.packet_flags_direction"] or "0", 0) == INBOUND
        self.size, self.captured = int(field["frame.len"]), int(field["frame.cap_len"])
        self.flags, *self.ports = (int(field[name] or "0", 0) for name in
                                   ("tcp.flags", "tcp.srcport", "tcp.dstport"))
        self.protocols = field["frame.protocols"]
        self.is_text = self.protocols == TEXT
        self.source = field["ip.src"] or field["ipv6.src"] or field["_ws.col.Source"]


def tshark(path):
    words = itertools.chain.from_iterable(("-e", field) for field in FIELDS)
    done = Initial().run("tshark", "-n", "-r", path, "-T", "fields", "-E", "occurrence=f", *words, check=False)
    expect.equal(f"exit status of tshark ({done.stderr})", done.returncode, 0)
    return [Packet(line) for line in done.stdout.splitlines()]


@contextlib.contextmanager
def capture(world, namespace, *args):
    """The program, which ends with the world, and its file."""
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "capture.pcapng")
        with namespace:
            program = subprocess.Popen(("tcpwhy", "watch", "-w", path) + args,
                                       stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE, universal_newlines=True)
        world.server.programs.append(program)
        yield program, path


def ends(program, packets, path, text=0):
    """Well, and says what it has written."""
    text = f", {text} of them text: the event had no packet" if text else ""
    out, err = program.communicate(timeout=expect.DEADLINE)
    expect.equal(f"exit status of tcpwhy watch ({err})", program.returncode, 0)
    expect.equal("what it showed", out, "")
    # Before that it may tell of losses in somebody else's flood.
    expect.equal("what it said", err.splitlines()[-1],
                 f"tcpwhy: {packets} packets written to {path}{text}")


def until_it_ends(program, play):
    """Again and again: nobody can tell when it begins to listen."""
    def ended():
        if program.poll() is None:
            play()
        return program.poll() is not None
    expect.eventually("end of tcpwhy watch", ended)


def refused(world, peer):
    """A SYN whose timestamp is older than that of the TIME_WAIT it meets."""
    world.earlier.syn()


def port_closed(world, peer):
    """We answer a SYN."""
    peer.port = PORT + 1
    peer.syn()


def aborted(world, peer):
    """The peer ends a connection that carried nothing."""
    server = peer.open(world.listener)
    peer.reset()
    sockets.reaches(server, "CLOSE")
    server.close()


def unread(world, peer):
    """A program here closes without having read what came."""
    server = peer.open(world.listener)
    peer.send(ACK | PSH, b"hello")
    expect.equal("what has come", server.recv(16, socket.MSG_PEEK), b"hello")
    server.close()


def is_refused(packet, peer):
    is_verdict(packet, f"{CAUSE} (trouble, certain): SYN tsval 400000 behind 500000")
    expect.equal("the SYN", (packet.source, packet.flags, packet.ports), (peer, SYN, [45000, PORT]))
    expect.true("it came in", packet.inbound)
    expect.equal("length on the wire of a packet without payload", packet.size, packet.captured)


def is_port_closed(packet, peer):
    is_verdict(packet, "rst-port-closed (notice, possible): RST sent; ")
    expect.equal("the SYN that it answers", (packet.source, packet.flags, packet.ports[1]),
                 (peer, SYN, PORT + 1))
    expect.true("it came in", packet.inbound)


def is_aborted(packet, peer):
    is_verdict(packet, "peer-aborted (notice, likely): RST received; ")
    expect.true("phase of the connection", "; silent" in packet.comment, packet.comment)
    expect.equal("the RST", (packet.source, packet.flags, packet.ports[1]), (peer, RST, PORT))
    expect.true("it came in", packet.inbound)


def is_unread(packet, peer):
    """The kernel has no packet to show when it tells that one will be sent."""
    is_verdict(packet, f"rst-unread-data (trouble, certain): {peer} :{PORT} ")
    for part in ("RST sent", "5 B not read", f"python3[{os.getpid()}]", "5 B in", "open", "idle "):
        expect.true(f"{part} is told", f"; {part}" in packet.comment, packet.comment)
    expect.equal("who it is about", (packet.source, packet.protocols), (peer, TEXT))


def is_verdict(packet, wanted):
    expect.equal("verdict", packet.comment[:len(wanted)], wanted)


CASES = {CAUSE: (refused, is_refused), "rst-port-closed": (port_closed, is_port_closed),
         "peer-aborted": (aborted, is_aborted), "rst-unread-data": (unread, is_unread)}
HOSTS = {cause: host for host, cause in enumerate(CASES, 1)}


@scenario(families=False)
def verdicts():
    """What we sent, got and refused, in two namespaces, each an interface under its own name.

    Both families in one file, since it takes tshark longer to start than all of this to happen.
    """
    with Alone(IPV4) as one, Alone(IPV6) as two:
        worlds = {world.server.name: world for world in (one, two)}
        for world in worlds.values():
            world.earlier = world.refused(HOSTS[CAUSE])
        source_ports = itertools.count(20000)

        def play():
            for world in worlds.values():
                for cause, (make, _) in CASES.items():
                    make(world, world.peer(HOSTS[cause], source_port=next(source_ports)))
        with capture(one, Initial(), "-c", "24", "--all-netns", "--cause",
                     ",".join(CASES)) as (program, path):
            until_it_ends(program, play)
            packets = tshark(path)
            ends(program, 24, path, sum(packet.is_text for packet in packets))
        expect.equal("what is in the file", {(p.interface, p.cause) for p in packets},
                     set(itertools.product(worlds, CASES)))
        for packet in packets:
            address = worlds[packet.interface].family.foreign(HOSTS[packet.cause])
            CASES[packet.cause][1](packet, address)


@scenario(families=False)
def at_any_time():
    """The file can be read while it grows, and when a signal has ended it."""
    with Alone(IPV4) as world:
        peer = world.refused()
        with capture(world, world.server) as (program, path):
            for what in ("first", "second"):
                before = os.path.exists(path) and os.path.getsize(path)
                expect.eventually(f"the {what} packets", lambda: (
                    peer.syn(), os.path.exists(path) and os.path.getsize(path) > before + 300)[1])
                if what == "first":
                    expect.true("packets while it runs", tshark(path))
            program.terminate()
            program.wait(timeout=expect.DEADLINE)
            packets = tshark(path)
            ends(program, len(packets), path)
            is_refused(packets[-1], peer.address)


@scenario(families=False)
def no_room():
    """A full disk is told, with what had room until then; that can be read."""
    with Alone(IPV4) as world, tempfile.TemporaryDirectory() as directory:
        peer = world.refused()
        Initial().run("mount", "-t", "tmpfs", "-o", "size=8k", "tmpfs", directory)
        try:
            path = os.path.join(directory, "capture.pcapng")
            program = world.server.start("tcpwhy", "watch", "-w", path, stderr=subprocess.PIPE,
                                         universal_newlines=True)
            until_it_ends(program, lambda: peer.syn(times=10))
            said = program.stderr.read().splitlines()
            expect.equal(f"exit status ({said})", program.returncode, 5)
            packets = tshark(path)
            expect.equal("what it said", said[-2:], [
                f"tcpwhy: {len(packets)} packets written to {path}",
                f"tcpwhy: cannot write {path}: No space left on device"])
            expect.true("packets that had room", len(packets) > 10, len(packets))
        finally:
            Initial().run("umount", directory)

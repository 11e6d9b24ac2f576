# SPDX-License-Identifier: GPL-2.0
"""`tcpwhy watch -w`: what is in the file, and what becomes of it when something goes wrong."""
import ipaddress
import os
import resource
import signal
import struct
import subprocess
import time

import pcapng

WITHOUT = b", events without a packet"
MINE, OTHER = b"network namespace 4026531840", b"network namespace 4026532288"
VERDICT = ("paws-timewait (trouble, certain): SYN tsval 18231 behind 99213; 4 clocks; "
           "37 of 412 not in; SYN differs in TTL")
LEAK = ("port-exhaustion (trouble, certain): 2001:db8::2 -> :5432; 12 of 28232 ports towards "
        ":5432 in TIME_WAIT; 28000 in use")


def same(name, got, wanted):
    return name, None if got == wanted else f"expected {wanted!r}, came {got!r}"


def exported(data):
    """The tags of an exported PDU, and what is behind them."""
    tags = {}
    while True:
        tag, size = struct.unpack(">HH", data[:4])
        pcapng.must(size % 4 == 0 and size <= len(data) - 4, f"size {size} of tag {tag}")
        data, value = data[4 + size:], data[4:4 + size]
        if not tag:
            return tags, data
        tags[tag] = value


class Tool:
    """The fake, in the scene that has everything."""

    def __init__(self, binary, env):
        self.binary, self.env = str(binary), dict(env, TCPWHY_SCENE="all")

    def begin(self, *args, **more):
        more.setdefault("stdout", subprocess.PIPE)
        return subprocess.Popen([self.binary, "watch", "-w", *map(str, args)], env=self.env,
                                stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, **more)

    def write(self, *args, **more):
        """Exit status, output, complaints."""
        program = self.begin(*args, **more)
        out, err = program.communicate(timeout=60)
        return program.returncode, out, err.decode()


def contents(tool, path):
    """Two namespaces, both families, either direction; and two events that had no packet."""
    path.write_bytes(b"older and longer" * 1000)
    code, out, err = tool.write(path, "-c", 10, "--all-netns")
    yield same("watch -w: exit status, and what it shows", (code, out), (0, b""))
    yield same("what it says in the end", err.splitlines()[-1], f"tcpwhy: 10 packets written to "
               f"{path}, 2 of them text: the event had no packet")
    section, interfaces, packets = pcapng.read(path.read_bytes())
    yield same("program", section, {4: b"tcpwhy 0.0.0"})
    yield same("interfaces: link type, namespace, digits of a second",
               [(i["linktype"], i["options"][3], i["options"][9]) for i in interfaces],
               [(101, MINE, b"\t"), (252, MINE + WITHOUT, b"\t"), (252, OTHER + WITHOUT, b"\t")])
    yield same("their packets", [p["interface"] for p in packets], [0] * 8 + [1, 2])
    yield same("the comment", packets[0]["comment"], VERDICT)
    yield same("the comment where there was no packet", packets[9]["comment"], LEAK)
    yield same("the time", packets[0]["when"], 1767449819005000000)
    yield same("the packet's source", packets[0]["bytes"][12:16], bytes((203, 0, 113, 7)))
    yield same("lengths: here and on the wire", [(len(p["bytes"]), p["original"]) for p in packets],
               [(40, 100)] * 3 + [(60, 120)] * 2 + [(40, 100)] * 3 +
               [(len(p["bytes"]), len(p["bytes"])) for p in packets[8:]])
    yield same("tags and text where there was no packet", exported(packets[9]["bytes"]),
               ({12: b"data-text-lines\0", 22: ipaddress.ip_address("2001:db8::2").packed,
                 24: (2).to_bytes(4, "big"), 25: (5432).to_bytes(4, "big")}, LEAK.encode()))
    yield same("directions", [p["flags"] for p in packets], [1] * 6 + [2, 1, 0, 0])
    yield same("lost before it", [p["dropped"] for p in packets], [0, 0, 4] + [0] * 7)


def filtered(tool):
    """On standard output, as a pipe takes it."""
    code, out, err = tool.write("-", "-c", 2, "--cause", "timewait-killed")
    yield same("watch -w -: exit status", code, 0)
    yield same("what it says in the end", err.splitlines()[-1], "tcpwhy: 2 packets written")
    yield same("what passes the filter",
               [p["comment"].split()[0] for p in pcapng.read(out)[2]], ["timewait-killed"] * 2)


def ended(tool, path, number):
    """By a signal, before there was any packet: that is a file, too."""
    path.write_bytes(b"")
    program = tool.begin(path, "--peer", "192.0.2.99")
    deadline = time.monotonic() + 30
    while not path.stat().st_size and time.monotonic() < deadline:
        time.sleep(0.01)
    program.send_signal(number)
    err = program.communicate(timeout=60)[1].decode()
    yield same(f"watch -w ended by {number.name}", (program.returncode, err.splitlines()[-1]),
               (0, f"tcpwhy: 0 packets written to {path}"))
    yield same(f"packets until {number.name}", pcapng.read(path.read_bytes())[2], [])


def disk_full(tool, path):
    """Of a block that finds no room, nothing stays: what was written before can be read."""
    path.write_bytes(b"")
    code, _, err = tool.write(path, preexec_fn=lambda: (
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN),
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))))
    packets = pcapng.read(path.read_bytes())[2]
    yield same("watch -w where there is no room: exit status", code, 5)
    yield same("what it says in the end", err.splitlines()[-2:], [
        f"tcpwhy: {len(packets)} packets written to {path}",
        f"tcpwhy: cannot write {path}: File too large"])
    yield "some had room", None if packets else "none had"


def refused(tool, build):
    path = build / "x\x1b[2Jy" / "z"
    for target, wanted in (("/dev/full", "tcpwhy: cannot write /dev/full: No space left on device"),
                           (path, f"tcpwhy: cannot open {build}/x\\x1b[2Jy/z: "
                            "No such file or directory")):
        code, _, err = tool.write(target, "-c", 1)
        yield same(f"watch -w {str(target)!r}", (code, err.splitlines()[-1]), (5, wanted))
    try:
        ours, theirs = os.openpty()
    except OSError:  # a bare chroot has no terminals to refuse
        return
    code, _, err = tool.write("-", "-c", 1, stdout=theirs)
    yield same("watch -w - on a terminal", (code, "not for a terminal" in err), (4, True))
    os.close(ours)
    os.close(theirs)


def checks(binary, env, build):
    """(name, problem or None) of all."""
    tool, path = Tool(binary, env), build / "capture.pcapng"
    for each in (contents(tool, path), filtered(tool), ended(tool, path, signal.SIGINT),
                 ended(tool, path, signal.SIGTERM), disk_full(tool, path), refused(tool, build)):
        try:
            yield from each
        except pcapng.Wrong as wrong:
            yield each.__name__, f"no pcapng: {wrong}"

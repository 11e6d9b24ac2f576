# SPDX-License-Identifier: GPL-2.0
"""An unprivileged user takes what he may, in namespaces of his own: others are told of their troubles as ever."""
import contextlib
import subprocess

from lib import expect, module, tool, tried
from lib.alone import Alone
from lib.container import NOBODY, Container, Initial
from lib.scenario import IPV4, IPV6, scenario
from lib.segment import SYN
from lib.world import Pair

CLOSED = 9
PEERS = 300  # more of them than one message of a dump holds
READERS = 30
SPACES = 40

# Each asks for all peers and listens to events, and reads neither.
NEVER_READS = f"""
import sys, time
sys.path.insert(0, "vm")
from lib.genl import COMMANDS, DUMP, Genl
kept = []
for _ in range({READERS}):
    genl = Genl()
    assert genl.resolve()
    genl.join()
    genl.socket.send(genl.message(COMMANDS["get-peers"], flags=DUMP))
    kept.append(genl)
print("ready", flush=True)
time.sleep(1000)
"""

# In each something is refused, on its loopback device.
MANY_SPACES = f"""
import ctypes, fcntl, os, socket, struct, time
kept = []
for _ in range({SPACES}):
    assert ctypes.CDLL(None).unshare(0x40000000) == 0
    kept.append(os.open("/proc/self/ns/net", os.O_RDONLY))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        fcntl.ioctl(sock, 0x8914, struct.pack("16sH14x", b"lo", 0x41))  # SIOCSIFFLAGS: up
    with socket.socket() as sock:
        assert sock.connect_ex(("127.0.0.1", {CLOSED})) == 111
print("ready", flush=True)
time.sleep(1000)
"""


@contextlib.contextmanager
def busy(box, program):
    """The container's root runs it meanwhile."""
    running = box.start(*NOBODY, *box.root("python3", "-B", "-c", program), stdout=subprocess.PIPE, universal_newlines=True)
    expect.equal("what the user's program says", running.stdout.readline().strip(), "ready")
    yield
    expect.equal("its end", running.poll(), None)
    running.kill()
    running.wait()


def others_are_served():
    """What goes wrong elsewhere is named, and all that can be asked is answered."""
    for family in (IPV4, IPV6):
        with Pair(family) as world:
            service = tried.service(world)
            service.works()
            service.unread()
    tool.findings(Initial(), "--all-netns")
    tool.status(Initial())


@scenario(families=False)
def readers():
    """Dumps and events that nobody takes; the module goes when he has gone."""
    box = Container("box-readers")
    with Alone(IPV4, box) as world:
        for host in range(1, PEERS + 1):
            peer = world.peer(host)
            peer.port = CLOSED
            peer.send(SYN, ack=0)
        expect.eventually("peers", lambda: len(tool.findings(box)), PEERS)
        with busy(box, NEVER_READS):
            others_are_served()
            expect.equal("what he has himself", len(tool.findings(box)), PEERS)
    module.reload()


@scenario(families=False)
def namespaces():
    """As many as he likes, in each of which something happens."""
    box = Container("box-namespaces")
    with Alone(IPV4, box):
        with busy(box, MANY_SPACES):
            others_are_served()
            rows = tool.findings(Initial(), "--all-netns")
            named = [row["netns"] for row in rows if (row["cause"], row["peer"]) == ("rst-port-closed", "127.0.0.1")]
            expect.within("namespaces of which something is told", len(set(named)), SPACES, SPACES + 10)

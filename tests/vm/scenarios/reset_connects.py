# SPDX-License-Identifier: GPL-2.0
"""Connects, and who answers them: another address won, a local proxy or another server answers, no VRF is served."""
import contextlib
import os
import signal
import socket
import struct
import tempfile
import time

from lib import expect, received, resets, sockets, tool, tried, typed
from lib.container import Initial
from lib.received import dies, exchange
from lib.resets import PORT, Connected
from lib.scenario import IPV4, IPV6, scenario
from lib.web import Web
from lib.world import Pair, World

RESETS = True

EYES, LATE, CLOSED, UNKNOWN = "rst-happy-eyeballs", "rst-late-synack", "rst-port-closed", "rst-unknown-connection"
ABORTED, REFUSED, CONNECT = "peer-aborted", "peer-refused", "timeout-connect"
PROXY = 15001


def story(namespace, peer):
    return " ".join(tool.ask(namespace, "why", peer).split())


class TwoWays(World):
    """A server that is reached by two networks; its answers by the second one come 350 ms late."""

    def __init__(self):
        super().__init__()
        self.client, self.server = self.namespace("client"), self.namespace("server")
        self.fast = self.cable(self.client, self.server, 1)
        self.slow = self.cable(self.client, self.server, 2)
        self.server.run("tc", "qdisc", "add", "dev", "net2", "root", "netem", "delay", "350ms")


@scenario(families=False)
def happy_eyeballs():
    """curl calls IPv6, which is slow, then IPv4, and drops the former: three downloads, and all succeed."""
    with TwoWays() as world:
        world.keep(Web(world.server, PORT))
        six, four = world.slow[1].address(IPV6), world.fast[1].address(IPV4)
        for count in range(1, 4):
            done = world.client.run("curl", "-sS", "--noproxy", "*", "-o", "/dev/null", "--resolve",
                                    f"site:{PORT}:[{six}],{four}", f"http://site:{PORT}/")
            expect.equal("curl's status", done.returncode, 0)
            row = tool.counted(world.client, six, EYES, count)
        expect.subset("finding", row, {"severity": "info", "confidence": "certain", "rport": PORT})
        expect.equal("findings", tool.causes(world.client), [])
        resets.named(world.client, six, EYES, 3)
        row = tool.counted(world.server, world.slow[0].address(IPV6), "peer-goodbye", 3)
        tool.quiet(world.server)
        expect.equal("traits", row["evidence"]["traits"][0], "unaccepted")
        told = story(world.server, world.slow[0].address(IPV6))
        expect.true("no program of the server is told", "ECONNRESET" not in told and "ever sees it" in told, told)


@scenario
def no_happy_eyeballs(family):
    """The look-alikes: nothing else was called, another service was, or the same one had been before."""
    with TwoWays() as world:
        slow, fast = world.slow[1].address(family), world.fast[1].address(family)
        listener = world.keep(sockets.listen(world.server, family, PORT))
        other = world.keep(sockets.listen(world.server, family, PORT + 1))

        def give_up(count, meanwhile=None):
            sock = sockets.begin(world.client, family, slow, PORT)
            if meanwhile:
                sockets.client_closes_first(other, sockets.connect(world.client, family, fast, meanwhile))
            sock.close()
            row = tool.counted(world.client, slow, LATE, count)
            expect.subset("finding", row, {"severity": "trouble", "confidence": "certain"})
        give_up(1)
        give_up(2, PORT + 1)
        sockets.client_closes_first(listener, sockets.connect(world.client, family, fast, PORT))
        time.sleep(0.01)
        give_up(3)
        expect.equal("rst-happy-eyeballs", tool.count(world.client, slow, EYES), 0)


PROGRAM = """
import os, socket, struct, sys
family, port = int(sys.argv[1]), int(sys.argv[2])
s = socket.socket(family); s.setsockopt(1, 2, 1); s.bind(("::" if family == 10 else "0.0.0.0", port)); s.listen(16)
print("ready", flush=True)
while True:
    c, _ = s.accept()
    c.recv(100)
    c.sendall(b"bye")
    c.recv(100)
    c.setsockopt(1, 13, struct.pack("ii", 1, 0))
    c.close()
"""


class Mesh(Pair):
    """A pod whose connects to a service are redirected to a proxy beside its program."""

    def __init__(self, family):
        super().__init__(family)
        self.client.run("nft", "-f", "-", input="table inet mesh { chain leaves { type nat hook output priority -100; "
                        f"tcp dport {PORT} redirect to :{PROXY}; }}; }}")

    def proxy(self, port):
        """Answers once, and then resets; its pid."""
        with tempfile.NamedTemporaryFile("w", suffix=".py", delete=False) as f:
            f.write(PROGRAM)
        program = self.client.start("python3", f.name, str(int(self.family.number)), str(port))
        expect.eventually("the proxy", lambda: any(
            line.split()[1].endswith(f":{port:04X}") and line.split()[3] == "0A"
            for name in ("tcp", "tcp6") for line in self.client.read(name).splitlines()[1:]))
        return program

    def ask(self, address, port):
        """What is reset after the answer."""
        sock = sockets.connect(self.client, self.family, address, port)
        sock.sendall(b"hello")
        expect.equal("the answer", sock.recv(16), b"bye")
        sock.sendall(b"again")
        dies(sock)


@scenario
def sidecar(family):
    """A local proxy resets in the service's name: it is named, and the service is not. Without it nobody listens there."""
    with Mesh(family) as world:
        program = world.proxy(PROXY)
        for count in (1, 2):
            world.ask(world.server_address, PORT)
            row = tool.counted(world.client, world.server_address, ABORTED, count)
        expect.subset("finding", row, {"confidence": "certain", "rport": PORT})
        expect.subset("evidence", row["evidence"], {
            "pid": program.pid, "comm": "python3", "via": family.loopback,
            "via_port": PROXY})
        expect.true("the trait", "local-proxy" in row["evidence"]["traits"], row)
        told = story(world.client, world.server_address)
        expect.true("who did it", f"python3 (pid {program.pid})" in told and "The peer did not" in told, told)
        for row in typed.remedies(world.client, world.server_address, ABORTED):
            if row["command"].startswith(("ss", "nft")):
                done = world.client.run("sh", "-c", row["command"])
                expect.true(row["command"], str(PROXY) in done.stdout, done.stdout)
        program.kill()
        program.wait()
        expect.fails("connecting", ConnectionRefusedError, sockets.connect, world.client, family,
                     world.server_address, PORT)
        row = tool.counted(world.client, world.server_address, REFUSED, 1)
        expect.equal("traits", row["evidence"]["traits"], ["local-proxy"])
        told = story(world.client, world.server_address)
        expect.true("where it leads", f"port {PROXY}" in told and "The peer has not seen it" in told, told)
        tool.silent(world.server)


@scenario
def no_sidecar(family):
    """The look-alikes: the service itself resets, from afar, or as a program of this host that was called by its name."""
    with Mesh(family) as world:
        program = world.proxy(PORT + 2)
        own = world.client_address
        world.ask(own, PORT + 2)
        row = tool.counted(world.client, own, ABORTED, 1)
        expect.true("no proxy", "local-proxy" not in row["evidence"].get("traits", ()), row)
        listener = world.keep(sockets.listen(world.server, family, PORT + 1))
        client = sockets.connect(world.client, family, world.server_address, PORT + 1)
        server = sockets.accept(listener)
        exchange(client, server)
        sockets.reset(server)
        dies(client)
        row = tool.counted(world.client, world.server_address, ABORTED, 1)
        expect.true("no proxy", "via" not in row["evidence"] and "pid" not in row["evidence"], row)
        program.kill()
        program.wait()


def bound(world, device):
    """A listener that serves one device alone."""
    sock = sockets.make(world.server, world.family)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
    sock.bind(("::" if world.family.six else "0.0.0.0", PORT))
    sock.listen(16)
    return world.keep(sock)


def refused(world, port=PORT):
    expect.fails("connecting", ConnectionRefusedError, sockets.connect, world.client, world.family,
                 world.server_address, port)


@contextlib.contextmanager
def vrf(family):
    with Pair(family) as world:
        tried.modules(Initial(), "vrf")
        world.server.ip("link add mgmt type vrf table 10", "link set mgmt up", "link set net9 master mgmt")
        if family.six:  # a device that changes its master loses them
            world.server.ip(f"addr replace {world.server_address}/64 dev net9 nodad")
        yield world


@scenario
def listener_outside_vrf(family):
    """The listener is bound to nothing, and the SYN comes by a VRF. The remedy, typed, ends it."""
    with vrf(family) as world:
        refused(world)
        row = resets.named(world.server, world.client_address, CLOSED, 1)
        expect.true("nobody listens", "traits" not in row["evidence"], row)
        listener = world.keep(sockets.listen(world.server, family, PORT))
        refused(world)
        row = resets.named(world.server, world.client_address, CLOSED, 2, listener_dev=0)
        expect.equal("traits", row["evidence"]["traits"], ["listener-elsewhere"])
        told = story(world.server, world.client_address)
        expect.true("it is not said that nobody listens", "nobody listens" not in told, told)
        before = world.server.sysctl("ipv4.tcp_l3mdev_accept")
        typed.paste(world.server, typed.remedy(world.server, world.client_address, CLOSED, "sysctl")["command"])
        sockets.client_closes_first(listener, sockets.connect(world.client, family, world.server_address, PORT))
        refused(world, PORT + 1)
        row = resets.named(world.server, world.client_address, CLOSED, 3)
        expect.true("nobody listens", "traits" not in row["evidence"], row)
        expect.equal("before", str(before).strip() if before is not None else "0", "0")


@scenario
def listener_of_another_device(family):
    """SO_BINDTODEVICE. One on another address alone is no such listener."""
    with Pair(family) as world:
        world.server.ip("link add lan1 type dummy", "link set lan1 up")
        alone = sockets.make(world.server, family)
        alone.bind((family.loopback, PORT))
        alone.listen(1)
        refused(world)
        row = resets.named(world.server, world.client_address, CLOSED, 1)
        expect.true("nobody listens on that address", "traits" not in row["evidence"], row)
        alone.close()
        bound(world, "lan1")
        refused(world)
        row = resets.named(world.server, world.client_address, CLOSED, 2)
        expect.equal("traits", row["evidence"]["traits"], ["listener-elsewhere"])
        with world.server:
            expect.equal("device", row["evidence"]["listener_dev"], socket.if_nametoindex("lan1"))
        told = story(world.server, world.client_address)
        expect.true("which device", "bound to the device lan1" in told, told)
        bound(world, "net9")
        sockets.connect(world.client, family, world.server_address, PORT).close()


class Triangle(World):
    """A balancer passes connections on, and the server answers the client past it."""

    def __init__(self, family):
        super().__init__()
        self.family = family
        self.client, self.balancer, self.server = (self.namespace(n) for n in ("client", "balancer", "server"))
        front = self.cable(self.client, self.balancer, 1)
        back = self.cable(self.balancer, self.server, 2)
        direct = self.cable(self.client, self.server, 3)
        for name in ("ipv4.ip_forward", "ipv6.conf.all.forwarding"):
            self.balancer.sysctl(name, 1)
        self.service, self.server_address = front[1].address(family), back[1].address(family)
        self.route(self.server, family.prefix(1), direct[0].address(family))
        self.balancer.run("nft", "-f", "-", input="table %s lb { chain comes { type nat hook prerouting priority -100; "
                          "tcp dport %d dnat to %s; }; chain leaves { type nat hook postrouting priority 100; }; }" %
                          ("ip6" if family.six else "ip", PORT, self.server_address))
        self.listener = self.keep(sockets.listen(self.server, family, PORT))


@scenario
def answered_by_another(family):
    """The SYN-ACK comes from an address that was never called; the remedy, typed at the balancer, ends it."""
    tool.beside(LATE, CONNECT)
    with Triangle(family) as world:
        client = sockets.begin(world.client, family, world.service, PORT)
        row = tool.counted(world.client, world.server_address, UNKNOWN, 1)
        expect.subset("finding", row, {"confidence": "certain", "rport": PORT})
        expect.subset("evidence", row["evidence"], {"traits": ["answers-connect"], "via": world.service, "via_port": PORT})
        told = story(world.client, world.server_address)
        expect.true("which connect waits", f"a connect to {world.service} port {PORT}, which waits" in told, told)
        client.close()
        remedy = typed.remedy(world.client, world.server_address, UNKNOWN, "ip")
        typed.paste(world.balancer, remedy["command"])
        client = sockets.connect(world.client, family, world.service, PORT)
        server = sockets.accept(world.listener)
        exchange(client, server)
        sockets.client_closes_first(None, client, server)


@contextlib.contextmanager
def mptcp_pair(family):
    """A listener that speaks MPTCP, and connects that do or do not."""
    with Pair(family) as world:
        for namespace in (world.client, world.server):
            with contextlib.suppress(FileNotFoundError):
                namespace.sysctl("mptcp.enabled", 1)
        world.listener = world.keep(sockets.make_mptcp(world.server, family))
        world.listener.bind(("::" if family.six else "0.0.0.0", PORT))
        world.listener.listen(16)

        def connect(mptcp=True):
            client = sockets.make_mptcp(world.client, family) if mptcp else sockets.make(world.client, family)
            client.settimeout(expect.DEADLINE)
            client.connect((world.server_address, PORT))
            server = sockets.accept(world.listener)
            client.sendall(b"hello")
            server.recv(16)
            server.sendall(b"bye")
            client.recv(16)
            return client, server
        world.connect = connect
        yield world


@scenario
def mptcp_resets(family):
    """What a program does to an MPTCP connection is named by what it did; an administrator's reset is his."""
    tool.beside(ABORTED, "peer-goodbye", "rst-followup", "rst-data-after-close", "rst-goodbye")
    with mptcp_pair(family) as world:
        peer = world.client_address
        client, server = world.connect()
        client.sendall(b"x" * 5000)
        expect.eventually("bytes to be read", lambda: len(server.recv(10000, socket.MSG_PEEK)), 5000)
        server.close()
        row = tool.counted(world.server, peer, "rst-unread-data", 1)
        expect.subset("finding", row, {"confidence": "likely"})
        expect.subset("evidence", row["evidence"], {"traits": ["mptcp"], "pid": os.getpid()})
        client.close()
        client, server = world.connect()
        sockets.reset(server)
        row = tool.counted(world.server, peer, "rst-linger0", 1)
        expect.subset("finding", row, {"confidence": "certain"})
        expect.subset("evidence", row["evidence"], {"traits": ["mptcp"], "pid": os.getpid()})
        client.close()
        client, server = world.connect()
        child = os.fork()
        if not child:
            signal.pause()
        client.sendall(b"x" * 5000)
        expect.eventually("bytes to be read", lambda: len(server.recv(10000, socket.MSG_PEEK)), 5000)
        server.close()
        os.kill(child, 9)
        os.waitpid(child, 0)
        tool.counted(world.server, peer, "rst-unread-data", 2)
        client.close()
        expect.equal("rst-admin", tool.count(world.server, peer, "rst-admin"), 0)


@scenario
def plain_tcp_of_mptcp(family):
    """A plain client of an MPTCP listener is as any other's."""
    tool.beside(ABORTED)
    with mptcp_pair(family) as world:
        client, server = world.connect(False)
        sockets.reset(server)
        row = tool.counted(world.server, world.client_address, "rst-linger0", 1)
        expect.true("no MPTCP", "traits" not in row["evidence"], row)
        client.close()


class Firewalled(World):
    """Between a client and a server a box that knows what it does not like."""

    def __init__(self, family, match, verdict):
        super().__init__()
        self.family = family
        self.gate, self.client, self.server = (self.namespace(n) for n in ("gate", "client", "server"))
        for net, end in ((1, self.client), (2, self.server)):
            self.default(self.cable(self.gate, end, net)[1])
        self.gate.sysctl("ipv4.ip_forward", 1)
        self.gate.sysctl("ipv6.conf.all.forwarding", 1)
        self.server_address = family.host(2, 2)
        self.gate.run("nft", "-f", "-", input="table inet fw { chain f { type filter hook forward priority 0; "
                      f"tcp flags & (syn | ack) == syn {match} {verdict}; }}; }}")


def plainly(world):
    """As a program does that can do without MPTCP, or fast open."""
    listener = world.keep(sockets.listen(world.server, world.family, PORT))
    client = sockets.connect(world.client, world.family, world.server_address, PORT)
    sockets.client_closes_first(listener, client)


@scenario
def mptcp_syn_rejected(family):
    """A firewall rejects SYNs with MP_CAPABLE: that is said, and the remedy, typed, makes programs take plain TCP."""
    match = f"meta length > {80 if family.six else 60}"
    with Firewalled(family, match, "reject with tcp reset") as world:
        with contextlib.suppress(FileNotFoundError):
            world.client.sysctl("mptcp.enabled", 1)
        client = sockets.make_mptcp(world.client, family)
        expect.fails("connecting", ConnectionRefusedError, client.connect, (world.server_address, PORT))
        row = tool.counted(world.client, world.server_address, REFUSED, 1)
        expect.equal("traits", row["evidence"]["traits"], ["mptcp"])
        told = story(world.client, world.server_address)
        expect.true("the option", "MP_CAPABLE" in told, told)
        typed.paste(world.client, typed.remedy(world.client, world.server_address, REFUSED, "sysctl")["command"])
        with world.client:
            expect.fails("asking for MPTCP", OSError, socket.socket, family.number, socket.SOCK_STREAM, sockets.MPTCP)
        plainly(world)


@scenario
def mptcp_syn_dropped(family):
    """The same where it drops them; a plain SYN that is dropped says nothing of MPTCP."""
    with Firewalled(family, f"tcp dport {PORT}", "drop") as world:
        with contextlib.suppress(FileNotFoundError):
            world.client.sysctl("mptcp.enabled", 1)
        world.client.sysctl("ipv4.tcp_syn_retries", 1)
        client = sockets.make_mptcp(world.client, family)
        expect.fails("connecting", TimeoutError, client.connect, (world.server_address, PORT))
        row = tool.counted(world.client, world.server_address, CONNECT, 1)
        expect.equal("traits", row["evidence"]["traits"], ["mptcp"])
        told = story(world.client, world.server_address)
        expect.true("the option", "MP_CAPABLE" in told and "a plain SYN" in told, told)
        client.close()
        world.client.run("tcpwhy", "reset")
        expect.fails("connecting", TimeoutError, sockets.connect, world.client, family, world.server_address, PORT)
        row = tool.counted(world.client, world.server_address, CONNECT, 1)
        expect.true("no MPTCP", "traits" not in row["evidence"], row)


@scenario
def fast_open_rejected(family):
    """A SYN with data is refused, and one without is not: fast open is mentioned, and the remedy ends it."""
    limit = 40 + (20 if family.six else 0) + 40 + 20
    with Firewalled(family, f"tcp dport {PORT} meta length > {limit}", "reject with tcp reset") as world:
        for namespace in (world.client, world.server):
            namespace.sysctl("ipv4.tcp_fastopen", 3)
        world.client.sysctl("ipv4.tcp_fastopen_blackhole_timeout_sec", 0)
        listener = world.keep(sockets.make(world.server, family, PORT))
        listener.setsockopt(socket.IPPROTO_TCP, 23, 16)  # TCP_FASTOPEN
        listener.listen(16)

        def send(words):
            sock = sockets.make(world.client, family)
            sock.settimeout(None)
            sock.setsockopt(socket.SOL_SOCKET, 21, struct.pack("ll", int(expect.DEADLINE), 0))  # SO_SNDTIMEO
            sock.sendto(words, socket.MSG_FASTOPEN, (world.server_address, PORT))
            return sock
        sockets.client_closes_first(None, *first(send, listener))
        expect.fails("sending with the SYN", ConnectionRefusedError, send, b"x" * 200)
        row = tool.counted(world.client, world.server_address, REFUSED, 1)
        expect.equal("bytes in the SYN", row["evidence"]["bytes_unacked"], 200)
        told = story(world.client, world.server_address)
        expect.true("fast open", "200 B of data (TCP fast open)" in told, told)
        typed.paste(world.client, typed.remedy(world.client, world.server_address, REFUSED, "sysctl")["command"])
        expect.fails("asking for fast open", OSError, send, b"x" * 200)
        sockets.client_closes_first(listener, sockets.connect(world.client, family, world.server_address, PORT))


def first(send, listener):
    """A client gets its cookie."""
    client = send(b"hello")
    server = sockets.accept(listener)
    server.recv(16)
    client.settimeout(expect.DEADLINE)
    return client, server


@scenario
def another_refused(family):
    """A plain SYN that is refused: neither MPTCP nor fast open is talked of."""
    with Connected(family) as world:
        refused(world, PORT + 1)
        evidence = received.only(world.client, world.server_address, REFUSED, 1)
        expect.true("plain", "traits" not in evidence and "bytes_unacked" not in evidence, evidence)
        told = story(world.client, world.server_address)
        expect.true("plain", "MPTCP" not in told and "fast open" not in told, told)

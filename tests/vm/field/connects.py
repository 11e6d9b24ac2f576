# SPDX-License-Identifier: GPL-2.0
"""Connects that fail, or take long, or seem to."""
import errno
import socket
import struct
import time

from lib import expect, sockets, tool
from lib.field import mechanism
from lib.lab import Bytes, Lab, ask, conntrack_max, listens, read, routes, rules, shell
from lib.scenario import IPV4
from lib.web import Web

NO_PORT = 24  # IP_BIND_ADDRESS_NO_PORT
SO_SNDTIMEO = 21
SIDECAR = """
import os, socket, struct, threading
s = socket.socket(); s.setsockopt(1, 2, 1); s.bind(('0.0.0.0', 15001)); s.listen(64)
open('/proc/self/comm', 'w').write('sidecar')
def reset(c):
    c.setsockopt(1, 13, struct.pack('ii', 1, 0)); os.close(c.detach())
def serve(c):
    port, addr = struct.unpack('!2xH4s8x', c.getsockopt(0, 80, 16))
    u = socket.socket(); u.setsockopt(1, 36, 1337)
    try: u.connect((socket.inet_ntoa(addr), port))
    except OSError: return reset(c)
    def up():
        try:
            while True:
                d = c.recv(65536)
                if not d: break
                u.sendall(d)
        except OSError: pass
    threading.Thread(target=up, daemon=True).start()
    try:
        while True:
            d = u.recv(65536)
            if not d: break
            c.sendall(d)
    except OSError: pass
    reset(c); u.close()
while True:
    threading.Thread(target=serve, args=(s.accept()[0],), daemon=True).start()
"""


class Two(Lab):
    """A client and a server on a switch, with nginx on 8080 unless not."""

    def __init__(self, web=True):
        super().__init__("server client")
        self.lan(self.server, self.client)
        if web:
            self.keep(Web(self.server, 8080))

    def curl(self, *words):
        """Its exit status."""
        return self.client.run("curl", "-sS", "--noproxy", "*", "-m", "20", *words, "http://10.9.0.1:8080/", check=False).returncode


@mechanism("benoitc/gunicorn#2698 and every \"connect timeout\"",
           "SYNs stay unanswered, and the programs give up before the kernel does")
def impatient(case):
    with Two(web=False) as lab:
        rules(lab.server, "table ip fw { chain i { type filter hook input priority 0; tcp dport 8080 drop; }; }")
        expect.equal("curl gives up", [lab.curl("--connect-timeout", patience) for patience in ("2", "3", "4")], [28] * 3)
        case.names("client", lab.client, "10.9.0.1", "timeout-connect", count=3, wait=2)
        case.not_wrong("server", lab.server)


@mechanism("moby/moby#27817, jpetazzo/squid-in-a-can#5, deis/deis#3179",
           "a firewall rejects by ICMP: \"No route to host\"")
def icmp_reject(case):
    with Two() as lab:
        for kind in ("port-unreachable", "host-prohibited", "admin-prohibited"):
            rules(lab.server, "table ip fw; delete table ip fw; table ip fw { chain i { type filter hook input priority 0; "
                  f"tcp dport 8080 reject with icmp type {kind}; }}; }}")
            expect.equal("curl cannot connect", lab.curl(), 7)
        case.tells("client", lab.client, "10.9.0.1", "ICMP", wait=1)
        rules(lab.server, "delete table ip fw")


@mechanism("squid-cache/squid#1115, envoyproxy/envoy#44747, shadowsocks/shadowsocks-libev#2930",
           "a proxy binds its address before it connects: bind() fails, though half of the ports are free")
def bind_exhausts(case):
    with Lab("proxy one two") as lab:
        lab.lan(lab.proxy, lab.one, lab.two)
        lab.proxy.sysctl("ipv4.ip_local_port_range", "40000 40039")
        for host in (lab.one, lab.two):
            lab.keep(sockets.listen(host, IPV4, 8080))

        def connects(*options):
            """Of 60, to two servers in turn."""
            made = []
            for number in range(60):
                with lab.proxy:
                    sock = lab.keep(socket.socket())
                for option in options:
                    sock.setsockopt(*option)
                try:
                    sock.bind(("10.9.0.1", 0))
                    sock.connect((f"10.9.0.{2 + number % 2}", 8080))
                    made.append(sock)
                except OSError as error:
                    expect.equal("what fails", error.errno, errno.EADDRINUSE)
            return made
        made = connects()
        expect.equal("of 60", len(made), 40)
        time.sleep(1)  # each server holds half of them: either may be named
        rows = [row for row in tool.findings(lab.proxy) if row["cause"] == "port-exhaustion"]
        peer = rows[0]["peer"] if rows else "10.9.0.2"
        case.names("proxy", lab.proxy, peer, "port-exhaustion", wait=2, says=("IP_BIND_ADDRESS_NO_PORT",))
        if rows:
            for sock in made:
                sockets.reset(sock)
            cured = len(connects((socket.IPPROTO_IP, NO_PORT, 1))) == 60
            case.remedies.append(cured)
            case.true("proxy", "IP_BIND_ADDRESS_NO_PORT does not cure", cured)


@mechanism("kubernetes/kubernetes#18604", "\"nf_conntrack: table full, dropping packet\" on the server", today="partly",
           why="A full conntrack table has no cause of its own yet.")
def conntrack_full(case):
    with Two() as lab:
        lab.client.sysctl("ipv4.tcp_syn_retries", 1)
        rules(lab.server, "table ip f { chain i { type filter hook input priority 0; ct state established accept; }; }")
        before = conntrack_max()
        conntrack_max(4)
        try:
            refused = 0
            for _ in range(7):
                try:
                    lab.keep(sockets.connect(lab.client, IPV4, "10.9.0.1", 8080))
                except OSError:
                    refused += 1
                    break
        finally:
            conntrack_max(before)
        expect.true("one is not answered", refused)
        case.names("client", lab.client, "10.9.0.1", "timeout-connect")
        rows = [row for row in tool.findings(lab.server) if row["severity"] != "info"]
        case.true("server", "nothing is said", any("conntrack" in row["cause"] for row in rows))


@mechanism("aws/amazon-vpc-cni-k8s#130, cilium/cilium#32679",
           "the SYN-ACK comes by another interface, and strict rp_filter drops it")
def answer_filtered(case):
    with Lab("client server") as lab:
        lab.cable(lab.client, "eth0", "10.1.0.2/24", lab.server, "eth0", "10.1.0.3/24")
        lab.cable(lab.client, "eth1", "10.5.0.2/24", lab.server, "eth1", "10.5.0.3/24")
        lab.server.ip("addr add 10.9.0.3/32 dev lo")
        routes(lab.client, "10.9.0.3 via 10.1.0.3 src 10.1.0.2")
        for interface in ("all", "eth1"):
            lab.client.sysctl(f"ipv4.conf.{interface}.rp_filter", 1)
        lab.server.sysctl("ipv4.conf.all.arp_announce", 2)
        routes(lab.server, "10.1.0.2/32 via 10.5.0.2")
        lab.keep(Bytes(lab.server))
        lab.client.sysctl("ipv4.tcp_syn_retries", 2)
        expect.true("it times out", not ask(lab.client, "10.9.0.3", timeout=30).ok)
        case.names("client", lab.client, "10.9.0.3", "timeout-connect", never=("none of our SYNs was answered", "None of our SYNs"),
                   says=("rp_filter",))


@mechanism("google/gvisor#11960 and hosts with connections that are not tracked",
           "the client's own firewall drops the SYN-ACK")
def answer_firewalled(case):
    with Two() as lab:
        rules(lab.client, "table inet fw { chain o { type filter hook output priority -300; tcp dport 8080 notrack; }; "
              "chain i { type filter hook input priority 0; ct state established,related accept; tcp sport 8080 drop; }; }")
        lab.client.sysctl("ipv4.tcp_syn_retries", 2)
        expect.true("it times out", lab.curl("-m", "30"))
        case.names("client", lab.client, "10.9.0.1", "timeout-connect", never=("none of our SYNs was answered", "None of our SYNs"))


@mechanism("PowerDNS/pdns#8284, FRRouting/frr#3724, batfish/batfish#10010",
           "a service listens on 0.0.0.0, and the SYN comes through a VRF")
def vrf(case):
    with Two() as lab:
        shell(lab.server, "modprobe vrf; ip link add mgmt type vrf table 10 && "
              "ip link set mgmt up && ip link set eth0 master mgmt")
        expect.equal("curl is refused", lab.curl(), 7)
        case.names("server", lab.server, "10.9.0.2", "rst-port-closed", severity="notice", says=("tcp_l3mdev_accept",),
                   never=("obody listens", "o program listens"))
        case.names("client", lab.client, "10.9.0.1", "peer-refused", severity="notice")
        commands = [row["command"] for row in case.remedies_of(lab.server, "10.9.0.2", "rst-port-closed")
                    if row["command"].startswith("sysctl -w net.ipv4.tcp_l3mdev_accept")]
        if commands:
            case.types("remedy 'tcp_l3mdev_accept'", commands, lab.server, lambda: not lab.curl())


@mechanism("beside PowerDNS/pdns#8284", "a listener is bound to another device (SO_BINDTODEVICE)")
def bound_device(case):
    with Two(web=False) as lab:
        lab.server.ip("link add lan1 type dummy", "link set lan1 up", "addr add 10.77.0.1/24 dev lan1")
        sock = sockets.make(lab.server, IPV4)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lan1")
        sock.bind(("0.0.0.0", 8080))
        sock.listen()
        lab.keep(sock)
        expect.equal("curl is refused", lab.curl(), 7)
        case.names("server", lab.server, "10.9.0.2", "rst-port-closed", severity="notice", says=("device",),
                   never=("obody listens", "o program listens"))


@mechanism("curl, browsers, autoSelectFamily of Node.js",
           "happy eyeballs: the slower of two attempts is dropped, and all downloads succeed")
def happy_eyeballs(case):
    with Lab("client server") as lab:
        lab.cable(lab.client, "net1", "10.1.0.1/24", lab.server, "net1", "10.1.0.2/24")
        lab.cable(lab.client, "net2", "fd00:2::1/64", lab.server, "net2", "fd00:2::2/64")
        shell(lab.server, "tc qdisc add dev net2 root netem delay 350ms")
        lab.keep(Web(lab.server, 8080))
        for _ in range(5):
            done = lab.client.run("curl", "-sS", "--noproxy", "*", "--resolve", "site:8080:[fd00:2::2],10.1.0.2", "http://site:8080/")
            expect.equal("download", done.stdout, "hello\n")
            time.sleep(0.4)
        case.quiet("client", lab.client)
        case.quiet("server", lab.server)


@mechanism("istio/istio#55138, #31393, #49484", "a sidecar proxy resets in the service's name")
def sidecar(case):
    with Lab("pod service") as lab:
        lab.lan(lab.pod, lab.service)
        rules(lab.pod, "table ip mesh { chain outgoing { type nat hook output priority -100; tcp dport 8080 meta mark != 1337 redirect to :15001; }; }")
        lab.pod.start("python3", "-c", SIDECAR)
        listens(lab.pod, 15001)
        listener = lab.keep(sockets.listen(lab.service, IPV4, 8080))
        for _ in range(3):
            client = sockets.connect(lab.pod, IPV4, "10.9.0.2", 8080)
            server = sockets.accept(listener)
            client.sendall(b"GET / HTTP/1.1\r\n\r\n")
            server.recv(100)
            server.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            client.recv(100)
            server.close()  # in order: it was idle for too long
            time.sleep(0.3)
            client.sendall(b"GET / HTTP/1.1\r\n\r\n")
            expect.equal("what the program reads", read(client), "ConnectionResetError")
            client.close()
        case.not_wrong("service", lab.service)
        blamed = [row for row in tool.findings(lab.pod) if row["cause"].startswith("peer-") and row["severity"] != "info"]
        if not blamed:
            case.true("pod", "nothing is said", [row for row in tool.findings(lab.pod) if row["severity"] != "info"])
        for row in blamed:
            if "sidecar" in case.story(lab.pod, row["peer"], row["cause"]):
                case.names("pod", lab.pod, row["peer"], row["cause"], severity=row["severity"], beside=("rst-linger0",))
            else:
                case.not_wrong("pod", lab.pod, never=(row["cause"],), beside=("rst-linger0",))


@mechanism("haproxy/haproxy#175, dotnet/runtime#1476",
           "a firewall drops, or rejects, SYNs that carry data (TCP Fast Open)", today="partly",
           why="TCP repeats the SYN without its data by itself, and connects: nothing is given up that would be told.")
def fast_open(case):
    with Lab("router client server", "router") as lab:
        for number, host in ((1, lab.client), (2, lab.server)):
            lab.cable(lab.router, f"net{number}", f"10.{number}.0.1/24", host, "eth0", f"10.{number}.0.2/24")
            routes(host, f"default via 10.{number}.0.1")
            host.sysctl("ipv4.tcp_fastopen", 3)
        listener = sockets.make(lab.server, IPV4, 8080)
        listener.setsockopt(socket.IPPROTO_TCP, 23, 16)
        listener.listen(16)
        lab.keep(listener)

        def one():
            """How long it takes; None: not at all."""
            began = time.monotonic()
            with sockets.make(lab.client, IPV4) as sock:
                sock.setblocking(True)
                sock.setsockopt(socket.SOL_SOCKET, SO_SNDTIMEO, struct.pack("ll", 8, 0))
                try:
                    sock.sendto(b"hello", socket.MSG_FASTOPEN, ("10.2.0.2", 8080))
                    with sockets.accept(listener) as peer:
                        peer.recv(10)
                        peer.sendall(b"hi")
                        sock.recv(10)
                except OSError:
                    return None
            return time.monotonic() - began
        expect.true("the cookie is had, and used", one() and one())
        lab.client.sysctl("ipv4.tcp_fastopen_blackhole_timeout_sec", 0)
        rule = "table ip fw { chain f { type filter hook forward priority 0; tcp flags & (syn|ack) == syn ip length > 64 %s; }; }"
        rules(lab.router, rule % "drop")
        expect.true("dropped: it takes a second", (one() or 9) > 0.8)
        case.true("client", "nothing is said of the SYN with data that is dropped",
                  [row for row in tool.findings(lab.client) if row["severity"] != "info"])
        rules(lab.router, "delete table ip fw")
        rules(lab.router, rule % "reject with tcp reset")
        expect.equal("rejected", [one() for _ in range(3)], [None] * 3)
        case.names("client", lab.client, "10.2.0.2", "peer-refused", severity="notice", count=3, says=("tcp_fastopen",))


@mechanism("cloudius-systems/osv#283, guevara/read-it-later#6334, openucx/ucx#3423",
           "the accept queue is full while handshakes are under way: clients are connected, and reset later", today="partly",
           why="A full accept queue has no cause of its own yet.")
def accept_full(case):
    with Two(web=False) as lab:
        lab.server.sysctl("ipv4.tcp_synack_retries", 1)
        shell(lab.client, "tc qdisc add dev eth0 root netem delay 300ms")
        lab.keep(sockets.listen(lab.server, IPV4, 8080, 2))
        clients = [sockets.begin(lab.client, IPV4, "10.9.0.1", 8080) for _ in range(6)]
        time.sleep(2)
        ends = []
        for client in clients:
            lab.keep(client).setblocking(True)
            client.settimeout(20)
            try:
                client.sendall(b"GET / HTTP/1.0\r\n\r\n")
                ends.append(read(client))
            except OSError as error:
                ends.append(type(error).__name__)
        expect.true(f"some are reset: {ends}", "ConnectionResetError" in ends)
        case.tells("server", lab.server, "10.9.0.2", "queue", wait=1)
        case.tells("client", lab.client, "10.9.0.1", "never took|queue", wait=1)

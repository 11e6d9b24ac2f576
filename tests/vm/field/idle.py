# SPDX-License-Identifier: GPL-2.0
"""Boxes on the path that forget: idle connections, half-closed ones; and servers that close what is idle."""
import socket
import time

from lib import expect, sockets
from lib.field import mechanism
from lib.lab import Lab, exchange, listens, needs, read, rules, shell
from lib.scenario import IPV4

VIP, PORT = "10.96.0.10", 5432
LIMIT = 3  # seconds
APP = """
const http = require('http');
const s = http.createServer((q, r) => { q.resume(); q.on('end', () => r.end('ok\\n')); });
s.keepAliveTimeout = %d;
s.listen(3000, '0.0.0.0');
"""
HAPROXY = """
global
    maxconn 100
defaults
    mode http
    timeout connect 5s
    timeout client 60s
    timeout server 60s
    option http-keep-alive
    retries 0
    http-reuse always
frontend f
    bind :80
    default_backend b
backend b
    server app 10.9.0.1:3000 {server}
"""


class Swarm(Lab):
    """A client and a database with IPVS between them."""

    def __init__(self):
        super().__init__("director client server", "director")
        needs(self.director, "ipvsadm")
        for number, host in ((1, self.client), (2, self.server)):
            self.cable(self.director, f"net{number}", f"10.{number}.0.1/24", host, "eth0", f"10.{number}.0.2/24")
            host.ip(f"route add default via 10.{number}.0.1")
        shell(self.director, f"modprobe ip_vs; ip link add vip type dummy && "
              f"ip addr add {VIP}/32 dev vip && ip link set vip up;"
              f"ipvsadm -A -t {VIP}:{PORT} -s rr && ipvsadm -a -t {VIP}:{PORT} -r 10.2.0.2:{PORT} -m && ipvsadm --set {LIMIT} 2 5")
        self.listener = self.keep(sockets.listen(self.server, IPV4, PORT))

    def connect(self):
        client = sockets.connect(self.client, IPV4, VIP, PORT)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        server = sockets.accept(self.listener)
        exchange(client, server)
        return client, server

    def idle(self, number, seconds):
        """How many of so many connections live after that time, in which each was begun at another moment."""
        pairs = []
        for _ in range(number):
            pairs.append((self.connect(), time.monotonic()))
            time.sleep(1.2)
        lives = 0
        for (client, server), since in pairs:
            time.sleep(max(0, since + seconds - time.monotonic()))
            client.sendall(b"again")
            client.settimeout(2)
            server.settimeout(0.5)
            with server, client:
                if read(server) == b"again":
                    server.sendall(b"ok")
                    lives += read(client) == b"ok"
        return lives


@mechanism("moby/moby#31208, #37822, #33685", "IPVS forgets a connection that is idle, and the director resets it")
def ipvs_idle(case):
    with Swarm() as lab:
        # One after the other: what is idle at the same moment may die of one event.
        expect.equal("connections that live", lab.idle(1, 6) + lab.idle(2, 6.5), 0)
        case.names("client", lab.client, VIP, "idle-expired", least="likely", says=("tcp_keepalive_intvl",),
                   beside=("peer-lost-connection",))
        case.names("director", lab.director, "10.1.0.2", "rst-unknown-connection", severity="notice", count=3)
        # The limit is below what was seen, so that what is advised converges on it.
        case.remedy(lab.client, VIP, "idle-expired", "sysctl -w net.ipv4.tcp_keepalive_time", lambda: lab.idle(2, 12) == 2, times=3)


@mechanism("kubernetes/kubernetes#32551, moby/moby#29655",
           "a client half-closes and waits; the NAT forgets CLOSE_WAIT after a minute")
def half_closed(case):
    with Lab("gate client server", "gate") as lab:
        lab.cable(lab.gate, "net1", "10.1.0.1/24", lab.client, "eth0", "10.1.0.2/24")
        lab.cable(lab.gate, "net2", "10.2.0.1/24", lab.server, "eth0", "10.2.0.2/24")
        lab.client.ip("route add default via 10.1.0.1")
        rules(lab.gate, "table ip nat { chain post { type nat hook postrouting priority 100; oifname net2 masquerade; }; }")
        limit = "netfilter.nf_conntrack_tcp_timeout_close_wait"
        lab.gate.sysctl(limit, 2)
        listener = lab.keep(sockets.listen(lab.server, IPV4, 80))

        def request(think):
            """Whether the client gets its answer when the server thinks for so long."""
            client = sockets.connect(lab.client, IPV4, "10.2.0.2", 80)
            server = sockets.accept(listener)
            client.sendall(b"GET /meta HTTP/1.0\r\n\r\n")
            client.shutdown(socket.SHUT_WR)
            while server.recv(100):
                pass
            time.sleep(think)
            with client, server:
                try:
                    server.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: 60\r\n\r\n" + b"body" * 15)
                    time.sleep(0.3)
                except OSError:
                    pass
                client.settimeout(1)
                return str(read(client)).startswith("b'HTTP")
        expect.true("at once", request(0.1))
        expect.equal("after a while", [request(think) for think in (3.5, 4, 3.6)], [False] * 3)
        case.names("server", lab.server, "10.2.0.1", "idle-expired", least="likely",
                   says=("nf_conntrack_tcp_timeout_close_wait",), beside=("peer-closed-early",))
        case.not_wrong("client", lab.client)
        case.not_wrong("gate", lab.gate)
        case.remedy(lab.server, "10.2.0.1", "idle-expired", f"sysctl -w net.{limit}", lambda: request(4), where=lab.gate)


@mechanism("nodejs/node#17749, hapijs/hapi#3738",
           "Node.js closes an idle connection as the balancer sends a request into it")
def node_keepalive(case):
    with Lab("app balancer user") as lab:
        needs(lab.app, "node")
        needs(lab.app, "haproxy")
        lab.lan(lab.app, lab.balancer, lab.user)
        shell(lab.app, "tc qdisc add dev eth0 root netem delay 100ms")

        def play(keepalive, server, pauses):
            """How many requests fail, of one after each pause."""
            programs = [lab.app.start("node", lab.file(APP % keepalive, ".js")),
                        lab.balancer.start("haproxy", "-db", "-f", lab.file(HAPROXY.format(server=server), ".cfg"))]
            listens(lab.app, 3000)
            listens(lab.balancer, 80)
            failed = 0
            for pause in pauses:
                done = lab.user.run("curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "-m", "10", "-d", "x=1",
                                    "http://10.9.0.2/", check=False)
                failed += done.stdout != "200"
                time.sleep(pause)
            for program in programs:
                program.kill()
                program.wait()
            return failed
        # A matter of milliseconds: on a busy machine curl takes a while to start, and one sweep may hit none.
        sweep = [0.20 + 0.05 * number for number in range(22)]
        expect.true("some requests fail", any(play(1000, "", sweep) for _ in range(4)))
        case.names("app", lab.app, "10.9.0.2", "rst-data-after-close", severity="notice", least="certain",
                   never=("1 B written",), beside=("rst-unread-data",))
        case.names("balancer", lab.balancer, "10.9.0.1", "peer-closed-early", least="likely")
        # "The server waits for longer than the balancer."
        cured = play(60000, "pool-purge-delay 1s", sweep) == 0
        case.remedies.append(cured)
        case.true("app", "a server that waits for longer than the balancer does not cure", cured)

# SPDX-License-Identifier: GPL-2.0
"""RSTs and what draws them: restored containers, proxies, queues, servers that turn somebody away."""
import signal
import socket
import struct
import threading
import time

from lib import expect, sockets
from lib.answers import arrives
from lib.field import mechanism
from lib.lab import Lab, asks_while_it_sleeps, exchange, listens, needs, older, read, rules, shell
from lib.scenario import IPV4
from lib.ssh import Ssh
from lib.wire import Wire
from lib.world import World

TCP_REPAIR, TCP_TIMESTAMP = 19, 24
IPPROTO_MPTCP = 262
SERVICE = "10.96.0.10"
FORWARDS = """
import socket, threading
s = socket.socket(); s.setsockopt(1, 2, 1); s.bind(('0.0.0.0', 9000)); s.listen(64)
open('/proc/self/comm', 'w').write('docker-proxy')
def serve(c):
    try:
        socket.create_connection(('10.2.0.2', 9000))
    except OSError:
        c.close()
while True:
    threading.Thread(target=serve, args=(s.accept()[0],), daemon=True).start()
"""
# Accepts nothing until it is told, then one after the other.
WORKER = """
import signal, socket, time
s = socket.socket(); s.setsockopt(1, 15, 1); s.setsockopt(1, 2, 1)
s.bind(('0.0.0.0', 8080)); s.listen(128)
go = []
signal.signal(signal.SIGUSR1, lambda *_: go.append(1))
while True:
    time.sleep(0.05)
    if go:
        c, _ = s.accept(); c.recv(1000); c.sendall(b'HTTP/1.0 200 OK\\r\\n\\r\\n'); c.close()
"""


@mechanism("checkpoint-restore/criu#451, #489", "a restored container's timestamps are behind: its peers drop what it sends")
def restored_container(case):
    with Lab("server container") as lab:
        lab.lan(lab.server, lab.container)
        listener = lab.keep(sockets.listen(lab.server, IPV4, 5672))
        pairs = []
        for _ in range(2):
            client = sockets.connect(lab.container, IPV4, "10.9.0.1", 5672)
            pairs.append((client, sockets.accept(listener)))
            exchange(*pairs[-1])
        for back, (client, server) in zip((1200000, 3000), pairs):
            now = client.getsockopt(socket.IPPROTO_TCP, TCP_TIMESTAMP)
            client.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
            client.setsockopt(socket.IPPROTO_TCP, TCP_TIMESTAMP, struct.pack("=I", (now - back) & 0xffffffff))
            client.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 0)
            client.sendall(b"after the restore")
            server.settimeout(1)
            expect.true("the server reads nothing", read(server) != b"after the restore")
        case.names("server", lab.server, "10.9.0.2", "paws-established", least="certain", count=2)
        case.not_wrong("container", lab.container)


@mechanism("thelounge/thelounge-docker#194, moby/moby#13847",
           "the program in the container listens on 127.0.0.1 only; docker-proxy accepts and closes")
def docker_proxy(case):
    with Lab("host user container") as lab:
        lab.cable(lab.host, "net1", "10.1.0.1/24", lab.user, "eth0", "10.1.0.2/24")
        lab.cable(lab.host, "net2", "10.2.0.1/24", lab.container, "eth0", "10.2.0.2/24")
        inside = sockets.make(lab.container, IPV4)
        inside.bind(("127.0.0.1", 9000))
        inside.listen(5)
        lab.keep(inside)
        shell(lab.host, "tc qdisc add dev net2 root netem delay 30ms")  # the program before it takes its time
        lab.host.start("python3", "-c", FORWARDS)
        listens(lab.host, 9000)
        for _ in range(3):
            done = lab.user.run("curl", "-sS", "http://10.1.0.1:9000/", check=False)
            expect.equal("curl: reset by the peer", done.returncode, 56)
        case.names("host", lab.host, "10.2.0.2", "peer-refused", severity="notice", count=3, beside=("rst-unread-data",))
        case.names("host", lab.host, "10.1.0.2", "rst-unread-data", least="certain", count=3, says=("docker-proxy",),
                   beside=("peer-refused",))
        case.names("container", lab.container, "10.2.0.1", "rst-port-closed", severity="notice", count=3)
        case.not_wrong("user", lab.user)


@mechanism("beside nodejs/node#17749: the keep-alive race of a server that counts",
           "a server answers ten bytes and closes while the next request is under way")
def ten_bytes(case):
    with Lab("server client") as lab:
        lab.lan(lab.server, lab.client)
        shell(lab.client, "tc qdisc add dev eth0 root netem delay 100ms")
        listener = lab.keep(sockets.listen(lab.server, IPV4, 8080))
        client = sockets.connect(lab.client, IPV4, "10.9.0.1", 8080)
        server = sockets.accept(listener)
        client.sendall(b"request 1")
        server.recv(100)
        server.sendall(b"0123456789")
        client.recv(100)
        time.sleep(0.4)  # all is acknowledged
        client.sendall(b"POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\n" + b"y" * 100)
        server.close()
        row = case.names("server", lab.server, "10.9.0.2", "rst-data-after-close", severity="notice", least="certain",
                         never=("1 B", "11 B"))
        if row:
            case.true("server", "counts the FIN as a byte", row["evidence"]["bytes_out"] == 10)


@mechanism("emmett-framework/granian#567, joewalnes/port-sharding#3, libp2p/go-reuseport#6",
           "a worker of a SO_REUSEPORT group reloads, and what waits in its queue is reset")
def reuseport(case):
    with Lab("server client") as lab:
        lab.lan(lab.server, lab.client)
        program = lab.file(WORKER, ".py")

        def reload():
            """Of 20 clients, how many are served when one of two workers goes?"""
            workers = [lab.server.start("python3", program) for _ in range(2)]
            expect.eventually("both listen", lambda: sum(
                line.split()[1].endswith(":1F90") and line.split()[3] == "0A" for line in
                lab.server.read("tcp").splitlines()[1:]), 2, seconds=60)
            clients = [sockets.connect(lab.client, IPV4, "10.9.0.1", 8080) for _ in range(20)]
            for client in clients:
                client.sendall(b"GET / HTTP/1.0\r\n\r\n")
            time.sleep(0.3)
            workers[0].send_signal(signal.SIGTERM)
            workers[0].wait()
            workers[1].send_signal(signal.SIGUSR1)
            served = sum(read(client) == b"HTTP/1.0 200 OK\r\n\r\n" for client in clients)
            for client in clients:
                client.close()
            workers[1].terminate()
            workers[1].wait()
            return served
        lost = 20 - reload()
        expect.true("some are reset", lost)
        case.names("server", lab.server, "10.9.0.2", "rst-listener-closed", least="certain", count=lost, says=("python3",))
        case.not_wrong("client", lab.client)
        migrates = "sysctl -w net.ipv4.tcp_migrate_req=1" in case.story(lab.server, "10.9.0.2", "rst-listener-closed")
        if older(5, 14):
            case.true("server", "advises tcp_migrate_req, which does nothing before 5.14", not migrates)
        else:
            case.remedy(lab.server, "10.9.0.2", "rst-listener-closed", "sysctl -w net.ipv4.tcp_migrate_req",
                        lambda: reload() == 20)


@mechanism("Redis' maxclients, \"too many connections\" of many servers",
           "Redis has maxclients: it writes an error and closes with the command unread")
def too_many_clients(case):
    with Lab("server client") as lab:
        needs(lab.server, "redis-server")
        lab.lan(lab.server, lab.client)
        redis = lab.server.start("redis-server", "--port", "6379", "--bind", "0.0.0.0", "--protected-mode", "no", "--maxclients",
                                 "2", "--save", "", stdout=-3)
        listens(lab.server, 6379)
        held = [sockets.connect(lab.client, IPV4, "10.9.0.1", 6379) for _ in range(2)]
        for sock in held:
            lab.keep(sock).sendall(b"PING\r\n")
            sock.recv(10)

        def ask():
            with sockets.connect(lab.client, IPV4, "10.9.0.1", 6379) as sock:
                try:
                    sock.sendall(b"PING\r\n")
                    return b"max number" in sock.recv(100)
                except OSError:
                    return True

        turned_away = asks_while_it_sleeps(redis, lab.server, 6379, 4, ask)
        expect.equal("turned away", turned_away, [True] * 4)
        case.names("server", lab.server, "10.9.0.2", "rst-unread-data", least="certain", says=("redis",))
        case.not_wrong("client", lab.client)


@mechanism("NixOS/infra#352, ronf/asyncssh#55", "sshd refuses more than MaxStartups connections that have not logged in")
def max_startups(case):
    with Lab("server client") as lab:
        lab.lan(lab.server, lab.client)
        ssh = Ssh(lab, lab.server, lab.client, "10.9.0.1", "2:100:2")
        lazy = [sockets.connect(lab.client, IPV4, "10.9.0.1", 22) for _ in range(2)]
        for sock in lazy:
            sock.recv(100)  # sshd has greeted: it counts
        expect.equal("logins", asks_while_it_sleeps(ssh.daemon, lab.server, 22, 3, ssh.works), [False] * 3)
        case.names("server", lab.server, "10.9.0.2", "rst-unread-data", least="certain", says=("sshd",))
        case.not_wrong("client", lab.client)
        for sock in lazy:
            sock.close()


@mechanism("chime/terraform-aws-alternat#62", "a NAT instance is replaced: live connections get another port")
def nat_replaced(case):
    with Lab("gate client server", "gate") as lab:
        lab.cable(lab.gate, "net1", "10.1.0.1/24", lab.client, "eth0", "10.1.0.2/24")
        lab.cable(lab.gate, "net2", "10.2.0.1/24", lab.server, "eth0", "10.2.0.2/24")
        lab.client.ip("route add default via 10.1.0.1")
        rules(lab.gate, "table ip nat { chain post { type nat hook postrouting priority 100; "
              "oifname net2 masquerade fully-random; }; }")
        listener = lab.keep(sockets.listen(lab.server, IPV4, 5432))
        pairs = []
        for _ in range(4):
            client = sockets.connect(lab.client, IPV4, "10.2.0.2", 5432)
            pairs.append((client, sockets.accept(listener)))
            exchange(*pairs[-1])
        shell(lab.gate, "conntrack -F")
        for client, _ in pairs:
            client.sendall(b"still")
            expect.equal("what the client reads", read(client), "ConnectionResetError")
        case.names("client", lab.client, "10.2.0.2", "peer-lost-connection", least="likely", count=4, never=("its program",))
        lab.server.sysctl("ipv4.tcp_retries2", 2)
        for _, server in pairs:
            server.sendall(b"push")
        # The server still believes in them; what it sends comes to the gate, which knows of nothing.
        case.names("server", lab.server, "10.2.0.1", "peer-lost-connection", least="likely",
                   beside=("rst-unknown-connection", "timeout-retransmit"))
        case.not_wrong("gate", lab.gate)


@mechanism("multipath-tcp/mptcp_net-next#477, Go's listeners since 1.24", "a program closes an MPTCP connection with unread data")
def mptcp_unread(case):
    with Lab("server client") as lab:
        lab.lan(lab.server, lab.client)

        def make(host):
            host.sysctl("mptcp.enabled", 1)
            with host:
                sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, IPPROTO_MPTCP)
            sock.settimeout(expect.DEADLINE)
            return lab.keep(sock)
        try:
            listener = make(lab.server)
        except OSError as error:
            raise expect.Lacking(f"no MPTCP: {error}") from error
        listener.bind(("0.0.0.0", 8080))
        listener.listen(5)
        for _ in range(2):
            client = make(lab.client)
            client.connect(("10.9.0.1", 8080))
            server = sockets.accept(listener)
            client.sendall(b"x" * 5000)
            time.sleep(0.3)
            server.close()
            client.settimeout(2)
            read(client)
            client.close()
        # What lay unread is the MPTCP connection's, which may have more subflows: of one of these it is likely at most.
        case.names("server", lab.server, "10.9.0.2", "rst-unread-data", least="likely", count=2, says=("python3",))


KUBE = f"""
table ip kube {{
    chain services {{ type nat hook prerouting priority -100; ip daddr {SERVICE} tcp dport 80 dnat to 10.2.0.2:8080; }}
}}
"""


@mechanism("kubernetes/kubernetes#74839, #117924, moby/libnetwork#1090",
           "a late copy of a segment is INVALID for a node's conntrack, and passes untranslated: the client resets the pod")
def untranslated(case):
    with World() as world:
        node, client, pod = (world.namespace(role) for role in ("node", "client", "pod"))
        near, far = world.cable(node, client, 1)[1], world.cable(node, pod, 2)[1]
        for end in (near, far):
            world.default(end)
        node.sysctl("ipv4.ip_forward", 1)
        for host, dev in ((pod, "net2"), (client, "net1"), (node, "net1"), (node, "net2")):
            host.run("ethtool", "-K", dev, "tso", "off", "gso", "off", "gro", "off", check=False)
        rules(node, KUBE)
        listener = world.keep(sockets.listen(pod, IPV4, 8080))
        wire = world.keep(Wire(far))
        dead = sum(not download(world, client, listener, wire) for _ in range(2))
        if not dead:
            raise expect.Lacking("the window's end is no reason for this conntrack to call a copy INVALID")
        case.names("pod", pod, "10.1.0.2", "peer-lost-connection", least="likely", count=dead)
        case.names("client", client, "10.2.0.2", "rst-unknown-connection", severity="notice", says=("NAT",),
                   beside=("peer-lost-connection",))


def download(world, host, listener, wire):
    """Of a client with a small window; then a copy of the first segment comes late. Whether the connection lives on."""
    client = world.keep(sockets.make(host, IPV4))
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
    client.connect((SERVICE, 80))
    server = world.keep(sockets.accept(listener))
    client.sendall(b"GET / HTTP/1.1\r\n\r\n")
    server.recv(100)
    since = len(wire.read())
    thread = threading.Thread(target=server.sendall, args=(b"x" * 400000,), daemon=True)
    thread.start()
    arrives(client, 400000)
    thread.join()
    wire.send(next(segment for segment in wire.read()[since:] if segment.sport == 8080 and segment.data))
    time.sleep(0.5)
    try:
        server.sendall(b"x" * 20000)
        arrives(client, 20000)
    except (OSError, expect.Unexpected):
        return False
    return True


@mechanism("NixOS/nixpkgs#61632, vmware/open-vm-tools#287", "a NAT drops what ssh marks by DSCP once somebody is logged in", today="partly",
           why="By what else than their size packets that vanish differ from those that arrive is not looked at.")
def marked(case):
    with Lab("router client server", "router") as lab:
        for number, host in ((1, lab.client), (2, lab.server)):
            lab.cable(lab.router, f"net{number}", f"10.{number}.0.1/24", host, "eth0", f"10.{number}.0.2/24")
            host.ip(f"route add default via 10.{number}.0.1")
            host.sysctl("ipv4.tcp_retries2", 4)
        ssh = Ssh(lab, lab.server, lab.client, "10.2.0.2")
        expect.true("ssh works", ssh.works())
        rules(lab.router, "table ip q { chain f { type filter hook forward priority 0; iif net1 ip dscp != cs0 drop; }; }")
        expect.true("ssh hangs", not ssh.works(patience=30))
        case.tells("client", lab.client, "10.2.0.2", "DSCP|marked", wait=2)

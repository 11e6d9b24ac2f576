# SPDX-License-Identifier: GPL-2.0
"""Programs and how they end connections: pools, restarts, limits, time-outs."""
import os
import signal
import socket
import time

from lib import expect, sockets
from lib.field import mechanism
from lib.lab import Bytes, Lab, exchange, listens, read, shell
from lib.scenario import IPV4

QUERY = b"select * from users where id = 12345 and name = 'a name that is long enough to be no goodbye'; "
USER_TIMEOUT = 18
STUCK = """
import socket, time
s = socket.socket(); s.setsockopt(1, 2, 1); s.bind(('0.0.0.0', 8000)); s.listen(64)
held = []
while True:
    held.append(s.accept()[0])
"""
REFUSES = """
import http.server
class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.send_response(413); self.end_headers(); self.wfile.write(b'too large')
    def log_message(self, *args): pass
http.server.ThreadingHTTPServer(('0.0.0.0', 8000), Handler).serve_forever()
"""
RESETS = """
daemon off; master_process off; error_log stderr; pid {dir}/pid;
events {{ }}
http {{
    access_log off; client_body_temp_path {dir}; proxy_temp_path {dir}; fastcgi_temp_path {dir}; uwsgi_temp_path {dir}; scgi_temp_path {dir};
    reset_timedout_connection on; send_timeout 2s;
    server {{ listen 8000; root {dir}; }}
}}
"""


class Two(Lab):
    """A client and a server on a switch; what listens on the server's port 8000."""

    def __init__(self, listener=True):
        super().__init__("server client")
        self.lan(self.server, self.client)
        if listener:
            self.listener = self.keep(sockets.listen(self.server, IPV4, 8000))

    def pair(self):
        """A connection that has been used."""
        client = self.keep(sockets.connect(self.client, IPV4, "10.9.0.1", 8000))
        server = self.keep(sockets.accept(self.listener))
        exchange(client, server)
        return client, server


@mechanism("amphp/mysql#77, pocoproject/poco#1187, sidorares/node-mysql2#907",
           "a database closes what is idle, and the pool writes a query into it: \"server has gone away\"")
def stale_pool(case):
    with Two() as lab:
        for _ in range(2):
            client, server = lab.pair()
            server.close()
            time.sleep(0.3)
            client.sendall(QUERY)
            expect.true("the query fails", not str(read(client)).startswith("b'1"))
        case.names("client", lab.client, "10.9.0.1", "peer-closed-early", least="certain", count=2)
        case.names("server", lab.server, "10.9.0.2", "rst-data-after-close", severity="notice", least="certain", count=2)


@mechanism("kubernetes/client-go#374, kubernetes/kubernetes#41916, golang/go#60301",
           "the peer's host is gone: a connection hangs until the kernel gives it up (15 minutes; here 4 s)")
def dead_node(case):
    with Two() as lab:
        client, _ = lab.pair()
        lab.client.sysctl("ipv4.tcp_retries2", 3)
        lab.server.ip("link set eth0 down")
        client.sendall(QUERY)
        expect.true("it ends in an error", read(client) in ("TimeoutError", "timeout", "OSError"))
        case.names("client", lab.client, "10.9.0.1", "timeout-retransmit", least="certain", says=("tcp_retries2",))


@mechanism("pgbouncer/pgbouncer#138, grpc/proposal#95, canonical/lxd#9416",
           "the same with TCP_USER_TIMEOUT: the program's own limit ends it")
def user_timeout(case):
    with Two() as lab:
        client, _ = lab.pair()
        client.setsockopt(socket.IPPROTO_TCP, USER_TIMEOUT, 2000)
        lab.server.ip("link set eth0 down")
        client.sendall(QUERY)
        expect.true("it ends in an error", read(client) in ("TimeoutError", "timeout", "OSError"))
        case.names("client", lab.client, "10.9.0.1", "timeout-retransmit", least="certain", says=("TCP_USER_TIMEOUT",))


@mechanism("gunicorn's WORKER TIMEOUT, the OOM killer", "a worker is killed, its requests unread")
def killed_worker(case):
    with Two(listener=False) as lab:
        worker = lab.server.start("python3", "-c", STUCK)
        listens(lab.server, 8000)
        clients = [lab.keep(sockets.connect(lab.client, IPV4, "10.9.0.1", 8000)) for _ in range(3)]
        for client in clients:
            client.sendall(b"GET / HTTP/1.1\r\n\r\n")
        time.sleep(0.3)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        expect.equal("what clients read", [read(client) for client in clients], ["ConnectionResetError"] * 3)
        case.names("server", lab.server, "10.9.0.2", "rst-unread-data", least="certain", count=3, says=("python3",))
        case.names("client", lab.client, "10.9.0.1", "peer-aborted", severity="notice", count=3)


@mechanism("psf/requests#2422, nodejs/help#2034, libevent/libevent#321, rwf2/Rocket#3004",
           "a server answers 413 and closes, the upload unread")
def upload_refused(case):
    with Two(listener=False) as lab:
        lab.server.start("python3", "-c", REFUSES)
        listens(lab.server, 8000)
        for _ in range(2):
            client = lab.keep(sockets.connect(lab.client, IPV4, "10.9.0.1", 8000))
            try:
                client.sendall(b"POST / HTTP/1.1\r\nContent-Length: 8000000\r\n\r\n" + b"x" * 8000000)
            except OSError:
                pass
        case.names("server", lab.server, "10.9.0.2", "rst-unread-data", least="certain", count=2, says=("python3",),
                   beside=("rst-data-after-close",))
        case.not_wrong("client", lab.client, beside=("peer-closed-early",))


@mechanism("kubernetes/ingress-nginx#12344", "a client reads too slowly, and nginx resets it")
def timed_out_by_nginx(case):
    with Two(listener=False) as lab:
        folder = lab.folder()
        with open(os.path.join(folder, "large"), "wb") as file:
            file.write(bytes(8000000))
        os.chmod(folder, 0o755)
        lab.server.start("nginx", "-c", lab.file(RESETS.format(dir=folder), ".conf"), stderr=-3)
        listens(lab.server, 8000)
        client = sockets.make(lab.client, IPV4)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("10.9.0.1", 8000))
        lab.keep(client).sendall(b"GET /large HTTP/1.1\r\nHost: site\r\n\r\n")
        case.names("server", lab.server, "10.9.0.2", "rst-linger0", severity="notice", least="certain", says=("nginx",), wait=20)
        case.names("client", lab.client, "10.9.0.1", "peer-aborted", severity="notice", least="certain")


@mechanism("JoeDog/siege#127, TechEmpower/FrameworkBenchmarks#4092", "a load generator: all local ports wait in TIME_WAIT")
def ports_used_up(case):
    with Two() as lab:
        lab.client.sysctl("ipv4.ip_local_port_range", "40000 40049")
        lab.client.sysctl("ipv4.tcp_tw_reuse", 0)

        def loads(number):
            """Whether so many connections in turn come about."""
            for _ in range(number):
                try:
                    client = sockets.connect(lab.client, IPV4, "10.9.0.1", 8000)
                except OSError:
                    return False
                sockets.client_closes_first(lab.listener, client)
            return True
        expect.true("it ends in EADDRNOTAVAIL", not loads(60))
        case.names("client", lab.client, "10.9.0.1", "port-exhaustion", least="certain")
        time.sleep(1.1)  # tcp_tw_reuse takes what is a second old: none of these twice
        case.remedy(lab.client, "10.9.0.1", "port-exhaustion", "sysctl -w net.ipv4.tcp_tw_reuse=1", lambda: loads(40))


@mechanism("php-pm/php-pm#488, cherrypy/cherrypy#1839", "the accept queue is full, and clients are reset at once")
def queue_resets(case):
    with Two(listener=False) as lab:
        lab.server.sysctl("ipv4.tcp_abort_on_overflow", 1)
        # One has room yet. Of more than these, half open at a time, the kernel would answer with cookies, and never reset them.
        lab.keep(sockets.listen(lab.server, IPV4, 8000, 4))
        for _ in range(4):
            lab.keep(sockets.connect(lab.client, IPV4, "10.9.0.1", 8000))
        # Their handshakes end at the same time.
        shell(lab.client, "tc qdisc add dev eth0 root netem delay 800ms")
        clients = [lab.keep(sockets.begin(lab.client, IPV4, "10.9.0.1", 8000)) for _ in range(4)]
        time.sleep(3)
        ends = []
        for client in clients:
            client.settimeout(0.2)
            ends.append(read(client))
        expect.true(f"some are reset: {ends}", "ConnectionResetError" in ends)
        case.names("server", lab.server, "10.9.0.2", "rst-accept-overflow", least="certain", says=("queue",))
        case.names("client", lab.client, "10.9.0.1", "peer-aborted", severity="notice")


@mechanism("hivemq/hivemq-mqtt-client-dotnet#357, mqttjs/MQTT.js#307",
           "a client's host is gone, and keepalive probes end its connection")
def asleep(case):
    with Two() as lab:
        _, server = lab.pair()
        server.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, value in ((4, 1), (5, 1), (6, 2)):  # TCP_KEEPIDLE, -INTVL, -CNT
            server.setsockopt(socket.IPPROTO_TCP, option, value)
        lab.client.ip("link set eth0 down")
        expect.true("it ends in an error", read(server) in ("TimeoutError", "timeout", "OSError"))
        case.names("server", lab.server, "10.9.0.2", "rst-keepalive-timeout", severity="notice", least="certain")


@mechanism("marvinroger/async-mqtt-client#105",
           "a client's machine loses power and comes back; the server still believes in its connections")
def half_open(case):
    with Two() as lab:
        again = lab.namespace("again")
        lab.cable(lab.namespaces[2], "p3", "", again, "eth0", "10.9.0.2/24", offload=True)
        again.ip("link set eth0 down")
        lab.namespaces[2].ip("link set p3 master br0")
        pairs = [lab.pair() for _ in range(2)]
        # What comes back knows of nothing.
        lab.client.ip("link set eth0 down")
        again.ip("link set eth0 up")
        lab.server.ip("neigh flush dev eth0")
        time.sleep(1.2)
        for _, server in pairs:
            server.sendall(b"news")
            expect.equal("what the server reads", read(server), "ConnectionResetError")
        case.names("server", lab.server, "10.9.0.2", "peer-lost-connection", least="likely", count=2)
        case.names("client", again, "10.9.0.1", "rst-unknown-connection", severity="notice", count=2)


@mechanism("curl ... | head, players that seek", "a client has seen enough, and closes with data unread")
def seen_enough(case):
    with Two(listener=False) as lab:
        lab.keep(Bytes(lab.server, 8000))
        client = sockets.connect(lab.client, IPV4, "10.9.0.1", 8000)
        client.sendall(b"GET 4000000\n")
        client.recv(1000)
        time.sleep(0.2)
        client.close()
        time.sleep(0.3)
        case.names("client", lab.client, "10.9.0.1", "rst-unread-data", least="certain", says=("python3",))
        case.names("server", lab.server, "10.9.0.2", "peer-aborted", severity="notice")


@mechanism("\"connect: connection refused\" while a service restarts",
           "a service restarts: who connects meanwhile is refused")
def restarts(case):
    with Two() as lab:
        lab.listener.close()
        for _ in range(3):
            expect.fails("connecting", ConnectionRefusedError, sockets.connect, lab.client, IPV4, "10.9.0.1", 8000)
        case.names("client", lab.client, "10.9.0.1", "peer-refused", severity="notice", least="certain", count=3)
        case.names("server", lab.server, "10.9.0.2", "rst-port-closed", severity="notice", count=3)
        again = lab.keep(sockets.listen(lab.server, IPV4, 8000))
        lab.keep(sockets.connect(lab.client, IPV4, "10.9.0.1", 8000))
        lab.keep(sockets.accept(again))

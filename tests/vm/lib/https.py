# SPDX-License-Identifier: GPL-2.0
"""HTTPS by all the servers and clients that a root has, all of them healthy."""
import time

from . import sockets
from .lab import Lab, listens, needs, shell
from .scenario import IPV4
from .web import PEM

NGINX = """
daemon off; error_log /dev/null; pid {dir}/pid; worker_processes 1;
events {{ }}
http {{
    access_log off; keepalive_timeout 60; keepalive_requests 10000;
    client_body_temp_path {dir}; proxy_temp_path {dir}; fastcgi_temp_path {dir}; uwsgi_temp_path {dir}; scgi_temp_path {dir};
    server {{
        listen 4431 ssl; listen [::]:4431 ssl; ssl_certificate {pem}; ssl_certificate_key {pem};
        location / {{ return 200 "hello\\n"; }}
    }}
    # It soon closes what is idle.
    server {{
        listen 4436 ssl; ssl_certificate {pem}; ssl_certificate_key {pem}; keepalive_timeout 1;
        location / {{ return 200 "hello\\n"; }}
    }}
    server {{ listen 80; location / {{ return 200 "hello\\n"; }} }}
}}
"""
HAPROXY = """
global
    maxconn 200
defaults
    mode http
    timeout connect 20s
    timeout client 60s
    timeout server 60s
frontend f
    bind :4432 ssl crt {pem}
    default_backend b
# And it is a client of HTTPS itself.
listen g
    bind :8081
    server app 127.0.0.1:4431 ssl verify none
backend b
    server app 127.0.0.1:80
"""
NODE = """
const https = require('https'), fs = require('fs');
https.createServer({{key: fs.readFileSync('{pem}'), cert: fs.readFileSync('{pem}')}},
    (q, r) => r.end('hello\\n')).listen(4433, '0.0.0.0');
"""
PYTHON = """
import http.server, ssl
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version, disable_nagle_algorithm = 'HTTP/1.1', True
    def do_GET(self):
        self.send_response(200); self.send_header('Content-Length', '6'); self.end_headers(); self.wfile.write(b'hello\\n')
    def log_message(self, *args): pass
server = http.server.ThreadingHTTPServer(('0.0.0.0', 4434), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER); context.load_cert_chain('{pem}')
server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
server.handle_error = lambda *args: None  # a health check says nothing
server.serve_forever()
"""
# Which program serves on which port.
SERVERS = {4431: "nginx", 4432: "haproxy", 4433: "node", 4434: "python3", 4435: "openssl"}
PY_CLIENT = """
import http.client, ssl, sys
port, number, keep = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == 'keep'
c = ssl._create_unverified_context()
h = None
for _ in range(number):
    h = h or http.client.HTTPSConnection('10.9.0.1', port, context=c, timeout=60)
    h.request('GET', '/')
    assert h.getresponse().read()
    if not keep:
        h.close(); h = None
"""
NODE_CLIENT = """
const https = require('https');
const [port, number, keep] = [Number(process.argv[2]), Number(process.argv[3]), process.argv[4] === 'keep'];
const agent = new https.Agent({keepAlive: keep});
let left = number;
const one = () => https.get({host: '10.9.0.1', port, rejectUnauthorized: false, agent}, r => {
    r.resume();
    r.on('end', () => { if (--left) one(); else setTimeout(() => process.exit(0), 100); });
});
one();
"""

# Whoever keeps a connection looks before it is used again, as urllib3 and requests do.
PY_POOL = """
import http.client, select, ssl, sys, time
c = ssl._create_unverified_context()
h = None
for _ in range(int(sys.argv[1])):
    if h and select.select([h.sock], [], [], 0)[0]:
        h.close(); h = None
    h = h or http.client.HTTPSConnection('10.9.0.1', 4436, context=c, timeout=60)
    h.request('GET', '/')
    assert h.getresponse().read()
    time.sleep(1.5)
h.close()
"""
# Node.js' own pool.
NODE_POOL = """
const https = require('https');
const agent = new https.Agent({keepAlive: true});
let left = Number(process.argv[2]);
const one = () => https.get({host: '10.9.0.1', port: 4436, rejectUnauthorized: false, agent}, r => {
    r.resume();
    r.on('end', () => setTimeout(() => { if (--left) one(); else process.exit(0); }, 1500));
});
one();
"""
# Beside the clients: it looks whether the servers live, and has a pool of connections to one of them. A look that has not
# connected, or shaken hands, within "inter" has failed: on a slow machine that takes a while.
BALANCER = """
global
    maxconn 100
defaults
    mode http
    timeout connect 20s
    timeout client 60s
    timeout server 60s
    timeout check 20s
listen pool
    bind 127.0.0.1:8080
    http-reuse always
    option httpchk GET /
    server app 10.9.0.1:4431 ssl verify none check inter 20s pool-purge-delay 1s
listen checks
    bind 127.0.0.1:8081
    mode tcp
{checks}
"""
SLOW = "fd00:9::1"  # nginx, by a way that is slower than a client's patience with it


class Https(Lab):
    """All servers that this root has, on one host; clients on another."""

    def __init__(self):
        super().__init__("server client")
        self.lan(self.server, self.client)
        words = {"pem": PEM, "dir": self.folder()}
        needs(self.server, "haproxy")
        self.server.start("nginx", "-c", self.file(NGINX.format(**words), ".conf"))
        self.server.start("haproxy", "-db", "-f", self.file(HAPROXY.format(**words), ".cfg"), stderr=-3, stdout=-3)
        self.server.start("python3", "-c", PYTHON.format(**words))
        self.server.start("openssl", "s_server", "-accept", "4435", "-key", PEM, "-cert", PEM, "-www", "-quiet", stdout=-3, stderr=-3)
        self.has_node = not self.server.run("sh", "-c", "command -v node", check=False).returncode
        if self.has_node:
            self.server.start("node", self.file(NODE.format(**words), ".js"))
        self.ports = [port for port, program in SERVERS.items() if program != "node" or self.has_node]
        for port in self.ports:
            listens(self.server, port)
        self.py, self.js = self.file(PY_CLIENT, ".py"), self.file(NODE_CLIENT, ".js")

    def requests(self, port, number, many=None):
        """So many by each client that connects anew for each; how many in all.

        Those that do not send ten times as many, or `many` (curl, Python, Node.js).
        """
        address, many = f"https://10.9.0.1:{port}/", many or 3 * (10 * number,)
        host = f"10.9.0.1:{port}"
        each = f"for n in $(seq {number}); do"
        ask = "printf 'GET / HTTP/1.0\\r\\n\\r\\n'"
        anew = [f"{each} curl -sk -o /dev/null {address}; done",
                f"python3 {self.py} {port} {number} anew",
                f"{each} {ask} | openssl s_client -quiet -connect {host} >/dev/null 2>&1 || :; done",
                f"{each} {ask} | socat -t 5 - OPENSSL:{host},verify=0 >/dev/null; done"]
        if SERVERS[port] == "openssl":  # it closes after each answer, as of old
            kept, many = [], ()
        else:
            anew.append(f"{each} curl -sk -o /dev/null -H 'Connection: close' --tls-max 1.2 {address}; done")
            kept = [f"curl -sk -o /dev/null '{address}?[1-{many[0]}]'", f"python3 {self.py} {port} {many[1]} keep"]
            if self.has_node:
                anew.append(f"node {self.js} {port} {number} anew")
                kept.append(f"node {self.js} {port} {many[2]} keep")
        for line in anew + kept:
            shell(self.client, line, timeout=600)
        return number * len(anew) + sum(many[:len(kept)])


class Site(Https):
    """The same, with a balancer beside the clients, and a second, slow way to the server."""

    def __init__(self):
        super().__init__()
        self.cable(self.server, "slow", f"{SLOW}/64", self.client, "slow", "fd00:9::2/64")
        shell(self.server, "tc qdisc add dev slow root netem delay 300ms")
        self.client.ip("link set lo up")
        checks = "\n".join(f"    server s{port} 10.9.0.1:{port} check inter 1s" for port in self.ports)
        self.client.start("haproxy", "-db", "-f", self.file(BALANCER.format(checks=checks), ".cfg"), stderr=-3, stdout=-3)
        listens(self.client, 8080)

    def balanced(self, number):
        """HAProxy is the client, and its connections are idle before they are used again; how many requests."""
        for _ in range(3):
            shell(self.client, f"curl -s --noproxy '*' -o /dev/null 'http://127.0.0.1:8080/?[1-{number}]'")
            time.sleep(2)
        return 3 * number

    def looks(self):
        """Health checks as those of IPVS: connect, and away."""
        for port in self.ports:
            for _ in range(4):
                sockets.reset(sockets.connect(self.client, IPV4, "10.9.0.1", port))

    def races(self, number):
        """Happy eyeballs: IPv6 is slow, IPv4 answers first, and each download succeeds."""
        for _ in range(number):
            shell(self.client, f"curl -sk -o /dev/null --resolve 'site:4431:[{SLOW}],10.9.0.1' https://site:4431/")
        return number

    def closed_while_idle(self, number):
        """The server is the first to have enough of a connection; its clients look, and connect anew."""
        lines = [f"python3 {self.file(PY_POOL, '.py')} {number}"]
        if self.has_node:
            lines.append(f"node {self.file(NODE_POOL, '.js')} {number}")
        for line in lines:
            shell(self.client, line, timeout=600)
        return number * len(lines)

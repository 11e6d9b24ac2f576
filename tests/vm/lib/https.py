# SPDX-License-Identifier: GPL-2.0
"""HTTPS by all the servers and clients that a root has, all of them healthy."""
from .lab import Lab, listens, needs, shell
from .web import PEM

NGINX = """
daemon off; error_log /dev/null; pid {dir}/pid; worker_processes 1;
events {{ }}
http {{
    access_log off; keepalive_timeout 60; keepalive_requests 10000;
    client_body_temp_path {dir}; proxy_temp_path {dir}; fastcgi_temp_path {dir}; uwsgi_temp_path {dir}; scgi_temp_path {dir};
    server {{
        listen 4431 ssl; ssl_certificate {pem}; ssl_certificate_key {pem};
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
    protocol_version = 'HTTP/1.1'
    def do_GET(self):
        self.send_response(200); self.send_header('Content-Length', '6'); self.end_headers(); self.wfile.write(b'hello\\n')
    def log_message(self, *args): pass
server = http.server.ThreadingHTTPServer(('0.0.0.0', 4434), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER); context.load_cert_chain('{pem}')
server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
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

    def requests(self, port, number):
        """So many by each client that connects anew for each, ten times as many by those that do not; how many in all."""
        address, many = f"https://10.9.0.1:{port}/", 10 * number
        host = f"10.9.0.1:{port}"
        each = f"for n in $(seq {number}); do"
        ask = "printf 'GET / HTTP/1.0\\r\\n\\r\\n'"
        anew = [f"{each} curl -sk -o /dev/null {address}; done",
                f"python3 {self.py} {port} {number} anew",
                f"{each} {ask} | openssl s_client -quiet -connect {host} >/dev/null 2>&1 || :; done",
                f"{each} {ask} | socat -t 5 - OPENSSL:{host},verify=0 >/dev/null; done"]
        if SERVERS[port] == "openssl":  # it closes after each answer, as of old
            kept = []
        else:
            anew.append(f"{each} curl -sk -o /dev/null -H 'Connection: close' --tls-max 1.2 {address}; done")
            kept = [f"curl -sk -o /dev/null '{address}?[1-{many}]'", f"python3 {self.py} {port} {many} keep"]
            if self.has_node:
                anew.append(f"node {self.js} {port} {number} anew")
                kept.append(f"node {self.js} {port} {many} keep")
        for line in anew + kept:
            shell(self.client, line, timeout=600)
        return number * len(anew) + many * len(kept)

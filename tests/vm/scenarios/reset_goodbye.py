# SPDX-License-Identifier: GPL-2.0
"""The end of a finished conversation: a goodbye that nobody reads any more, and what only looks like one."""
import socket
import ssl
import threading
import time

from lib import counters, expect, received, resets, sockets, tool
from lib.bare import Bare
from lib.received import CLOSING, exchange
from lib.resets import PORT, Connected, delivered
from lib.scenario import scenario
from lib.segment import ACK, FIN
from lib.sockets import forget
from lib.web import PEM, Web
from lib.world import Pair

RESETS = True

FEW, MANY = 64, 65  # bytes: a goodbye, and no longer one
SENT, UNREAD, LATE = "rst-goodbye", "rst-unread-data", "rst-data-after-close"
RECEIVED, EARLY = "peer-goodbye", "peer-closed-early"
CLOSE_WAIT, LAST_ACK, FIN_WAIT1 = 8, 9, 4
TICK = 0.05  # seconds: more than the kernel's own


def at_server(world, cause, count, **evidence):
    return resets.named(world.server, world.client_address, cause, count, **evidence)


@scenario
def unread(family):
    """A program has its answer out, and closes upon the peer's goodbye; upon more it loses data."""
    with Connected(family) as world:
        for size, cause in ((FEW, SENT), (MANY, UNREAD)):
            client, server = world.connect()
            exchange(client, server)
            client.sendall(b"x" * size)
            delivered(client)
            server.close()
            received.dies(client)
            before = {(world.client_address, SENT): 1} if size == MANY else {}
            at_server(world, cause, 1, also=before, bytes_in=5 + size, bytes_out=3, bytes_unread=size)


@scenario
def unread_and_never_heard(family):
    """Who turns a client away at once has read nothing: that is its request, however short."""
    with Connected(family) as world:
        client, server = world.connect()
        client.sendall(b"PING\r\n")
        delivered(client)
        server.sendall(b"-ERR too many clients\r\n")
        delivered(server)
        server.close()
        at_server(world, UNREAD, 1, bytes_in=6, bytes_out=23, bytes_unread=6)
        client.close()


@scenario
def unread_before_the_answer(family):
    """A second request came before the first was answered: no goodbye."""
    with Connected(family) as world:
        client, server = world.connect()
        exchange(client, server)
        client.sendall(b"second request")
        delivered(client)
        time.sleep(TICK)
        server.sendall(b"first answer")
        delivered(server)
        server.close()
        at_server(world, UNREAD, 1, bytes_unread=14)
        client.close()


@scenario
def unread_after_our_close(family):
    """We have closed our side, the peer says goodbye, and nobody reads it."""
    with Connected(family) as world:
        client, server = world.connect()
        exchange(client, server)
        server.shutdown(socket.SHUT_WR)
        sockets.ends(client)
        client.sendall(b"x" * FEW)
        delivered(client)
        server.close()
        at_server(world, SENT, 1, bytes_unread=FEW, phase=CLOSING)
        client.close()


@scenario
def after_the_close(family):
    """Few bytes that come after the close, and more: what either side says of that."""
    with Connected(family) as world:
        for size, sent, received_as, severity in ((FEW, SENT, RECEIVED, "info"),
                                                  (MANY, LATE, EARLY, "trouble")):
            client, server = world.connect()
            exchange(client, server)
            server.close()
            sockets.ends(client)
            client.sendall(b"x" * size)
            sockets.reaches(client, "CLOSE")
            client.close()
            tool.counted(world.server, world.client_address, sent, 1)
            row = tool.counted(world.client, world.server_address, received_as, 1)
            expect.subset("finding", row, {"severity": severity, "rport": PORT})
            expect.subset("evidence", row["evidence"], {
                "state": CLOSE_WAIT, "bytes_unacked": size, "bytes_in": 3, "bytes_out": 5})
        tool.reconciled(world.client)
        resets.reconciled(world.server, 2)


@scenario
def request_crosses_the_close(family):
    """The next request is under way as the server closes; a FIN is no byte."""
    with Connected(family) as world:
        world.client.run("tc", "qdisc", "add", "dev", world.near.dev, "root", "netem", "delay", "100ms")
        client, server = world.connect()
        client.sendall(b"request 1")
        expect.equal("request", server.recv(100), b"request 1")
        server.sendall(b"0123456789")
        expect.equal("answer", client.recv(100), b"0123456789")
        delivered(server)
        client.sendall(b"request 2".ljust(MANY))
        server.close()
        row = tool.counted(world.server, world.client_address, LATE, 1)
        expect.subset("evidence", row["evidence"], {"bytes_in": 9, "bytes_out": 10})
        expect.true("a FIN is not lost", "bytes_unacked" not in row["evidence"], row)
        expect.equal("bytes that came too late", (row["evidence"]["end_seq"] - row["evidence"]["seq"]) % 2**32, MANY)
        story = tool.ask(world.server, "why", world.client_address)
        expect.true("what is lost", "65 B of it are lost" in story, story)
        sockets.reaches(client, "CLOSE")
        client.close()


@scenario
def late_close(family):
    """We close what the peer has forgotten, or closed long ago: nobody loses anything."""
    with Connected(family) as world:
        client, server = world.connect()
        exchange(client, server)
        forget(client)
        server.close()
        evidence = received.judged(tool.counted(world.server, world.client_address, RECEIVED, 1),
                                   state=FIN_WAIT1, bytes_in=5, bytes_out=3)
        expect.true("nothing is lost", "bytes_unacked" not in evidence, evidence)
        tool.quiet(world.server)
    with Bare(family) as world:
        peer = world.peer()
        server = peer.established(world.listener)
        peer.send(FIN | ACK)
        peer.seq += 1
        sockets.ends(server)
        server.close()
        peer.reset()
        received.judged(tool.counted(world.server, world.client_address, RECEIVED, 1), state=LAST_ACK)
        tool.quiet(world.server)
        tool.reconciled(world.server)


@scenario
def answer_that_the_peer_forgot(family):
    """The look-alike: we answer, and close; the peer does not know the connection, and lost the answer."""
    with Connected(family) as world:
        client, server = world.connect()
        exchange(client, server)
        forget(client)
        server.sendall(b"answer")
        server.close()
        row = tool.counted(world.server, world.client_address, "peer-lost-connection", 1)
        expect.subset("finding", row, {"severity": "trouble"})
        expect.equal("findings", tool.causes(world.server), [(world.client_address, "peer-lost-connection")])


HOLE = """
table inet hole {{
    chain way {{ type filter hook prerouting priority -300; meta length > {size} drop; }}
}}
"""


@scenario
def closed_upon_a_hole(family):
    """The answer vanishes, the client gives up, and both close: the server's program wrote before that."""
    tool.beside("rst-data-after-close", "blackhole-send")
    with Connected(family) as world:
        client, server = world.connect()
        exchange(client, server)
        world.client.run("nft", "-f", "-", input=HOLE.format(size=1000))
        server.sendall(b"x" * 1200)
        expect.eventually("repetitions", lambda: counters.value(world.server, "RetransSegs") >= 2)
        client.close()
        sockets.ends(server)
        server.close()
        # The FIN has room after the repetition only (cwnd 1): one of the two is answered by a RST.
        world.client.run("nft", "flush", "ruleset")
        row = tool.counted(world.server, world.client_address, "peer-aborted", 1)
        expect.subset("evidence", row["evidence"], {"bytes_unacked": 1200, "bytes_out": 3,
                                                    "traits": ["bare", "wrote-before-fin"]})
        found = {cause for _, cause in tool.causes(world.server)}
        expect.true("nobody wrote on", EARLY not in found, found)
        story = " ".join(tool.ask(world.server, "why", world.client_address).split())
        expect.true("what the story says", "the program here wrote on" not in story and "blackhole-send" in story, story)
        # To the FIN it is a goodbye (seen on 6.1), to the repetition, which has 1200 bytes, it is not (6.12 and newer).
        tool.quiet(world.client, but=("rst-data-after-close",))


@scenario
def written_on_after_a_hole(family):
    """The look-alike: the program does write after the peer's FIN as well, and more than a goodbye."""
    tool.beside("rst-data-after-close", "blackhole-send")
    with Connected(family) as world:
        client, server = world.connect()
        exchange(client, server)
        world.client.run("nft", "-f", "-", input=HOLE.format(size=1000))
        server.sendall(b"x" * 1200)
        expect.eventually("repetitions", lambda: counters.value(world.server, "RetransSegs") >= 2)
        client.close()
        sockets.ends(server)
        # Before a repetition comes through, and is answered with a RST.
        server.sendall(b"x" * MANY)
        world.client.run("nft", "flush", "ruleset")
        row = tool.counted(world.server, world.client_address, EARLY, 1)
        expect.subset("evidence", row["evidence"], {"bytes_unacked": 1200 + MANY})
        server.close()


def https(address, port, minimum, goodbye):
    """A client as Python has it; with `goodbye` it waits for the server's."""
    context = ssl._create_unverified_context()
    context.maximum_version = minimum
    sock = socket.create_connection((address, port), timeout=expect.DEADLINE)
    with context.wrap_socket(sock) as tls:
        tls.sendall(b"GET / HTTP/1.1\r\nHost: site\r\nConnection: close\r\n\r\n" if goodbye else
                    b"GET / HTTP/1.1\r\nHost: site\r\n\r\n")
        answer = b""
        while b"hello" not in answer:
            answer += tls.recv(1000)


def visits(world, family, port):
    """curl and Python, by both versions of TLS, with connections that are kept and such that are not."""
    host = f"[{world.server_address}]" if family.six else world.server_address
    for words in ((), ("-H", "Connection: close"), ("--tls-max", "1.2"),
                  ("--tls-max", "1.2", "-H", "Connection: close")):
        for _ in range(3):
            done = world.client.run("curl", "-sSk", "--noproxy", "*", *words, f"https://{host}:{port}/", check=False)
            expect.equal(f"curl {words} says", (done.returncode, done.stdout.strip(), done.stderr), (0, "hello", ""))
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        for goodbye in (True, False):
            with world.client:
                https(world.server_address, port, version, goodbye)


def mostly_goodbyes(*namespaces):
    """Where both ends close at once a RST may cross the last words: that is told as it came, now and then (docs/causes.md)."""
    for namespace in namespaces:
        rows = tool.findings(namespace)
        told = [(row["cause"], row["confidence"], row["count"]) for row in rows if row["severity"] != "info"]
        goodbyes = sum(row["count"] for row in rows if row["cause"] in (SENT, RECEIVED))
        expect.true(f"goodbyes in {namespace.name}, beside {told}", goodbyes >= 4 * sum(count for *_, count in told),
                    goodbyes)
        expect.equal(f"certain trouble in {namespace.name}",
                     [row["cause"] for row in rows if (row["severity"], row["confidence"]) == ("trouble", "certain")], [],
                     expect.Final)


@scenario
def healthy_https(family):
    """nginx and its clients: each close_notify comes when the other side has gone, and nothing is amiss."""
    with Pair(family) as world:
        world.keep(Web(world.server, PORT, tls=True))
        visits(world, family, PORT)
        world.keep(Web(world.server, PORT + 1, keepalive=0, tls=True))
        visits(world, family, PORT + 1)
        mostly_goodbyes(world.client, world.server)


class Tls:
    """A server as Python has it: it answers once, and says goodbye without waiting for the client's."""

    def __init__(self, listener):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(PEM)
        self.listener = listener
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        while True:
            try:
                sock = self.listener.accept()[0]
            except OSError:
                return
            self.answer(sock)

    def answer(self, sock):
        sock.settimeout(expect.DEADLINE)
        try:
            with self.context.wrap_socket(sock, server_side=True) as tls:
                tls.recv(1000)
                tls.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nhello\n")
                tls.setblocking(False)
                tls.unwrap()
        except OSError:
            pass  # the client's goodbye is not there yet

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join()


@scenario
def healthy_https_of_another_server(family):
    """It closes first, and its clients say goodbye after that."""
    with Connected(family) as world:
        world.listener.settimeout(None)
        world.keep(Tls(world.listener))
        visits(world, family, PORT)
        mostly_goodbyes(world.client, world.server)

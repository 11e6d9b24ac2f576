# SPDX-License-Identifier: GPL-2.0
"""Stories for the demonstration: each makes its world, and leaves it open to be looked at."""
import os
import socket
import time

from lib import expect, sockets, tool
from lib.path import Path
from lib.scenario import IPV4
from lib.segment import ACK, RST, Segment
from lib.wire import Wire
from lib.world import Pair

PORT = 8443
RULES = """
table inet filter {{
    chain input {{ type filter hook input priority 0; tcp dport {port} reject with tcp reset; }}
}}
"""
GUARD_TTL = 128  # security software likes to build its packets itself


class Forged(Pair):
    """Security software on the server's machine does not like what it sees, and kills the connection."""

    def __init__(self):
        super().__init__(IPV4)
        self.wire = self.keep(Wire(self.far))
        self.listener = self.keep(sockets.listen(self.server, IPV4, PORT))

    def play(self):
        client = sockets.connect(self.client, IPV4, self.server_address, PORT)
        server = sockets.accept(self.listener)
        for _ in range(6):  # several KB, and all is well
            client.sendall(b"question" * 64)
            server.sendall(b"answer" * 128)
            time.sleep(0.05)
            client.recv(4096)
            server.recv(4096)
        last = self.wire.find(lambda s: s.src == self.server_address and s.flags & ACK)[-1]
        self.guard(client.getsockname()[1], last)
        server.sendall(b"answer")  # the server knows of nothing
        expect.fails("reading", ConnectionResetError, client.recv, 1)
        sockets.reset(server)
        client.close()

    def guard(self, port, last):
        """In a process of its own: its name is part of the answer."""
        child = os.fork()
        if child:
            os.waitpid(child, 0)
            return
        with open("/proc/self/comm", "w") as comm:
            comm.write("endpoint-guard")
        self.wire.send(Segment(self.server_address, self.client_address, PORT, port, RST, last.end_seq,
                               0, ttl=GUARD_TTL))
        os._exit(0)


class Vanishing(Path):
    """A link on the way carries less than both ends think, and no router's word gets through.

    The end of each answer is small enough, and arrives.
    """

    SIZE = 5000

    def __init__(self):
        super().__init__(IPV4, mtu=1400)
        self.filter_too_big()
        self.listener = self.keep(sockets.listen(self.server, IPV4, PORT))

    def play(self):
        """Two requests arrive, and their answers do not; until all three places know."""
        for _ in range(2):
            client = sockets.connect(self.client, IPV4, self.server_address, PORT)
            client.sendall(b"GET /")
            server = sockets.accept(self.listener)
            server.recv(16)
            server.sendall(bytes(self.SIZE))
            self.keep(client)
            self.keep(server)
        for end, peer, cause in ((self.server, self.client_address, "blackhole-send"),
                                 (self.r2, self.client_address, "blackhole-forward"),
                                 (self.client, self.server_address, "blackhole-receive")):
            expect.eventually(f"{cause} is named", lambda: tool.count(end, peer, cause) == 2,
                              seconds=180)


class Programs(Pair):
    """What every operator meets in a week."""

    def __init__(self):
        super().__init__(IPV4)
        self.listener = self.keep(sockets.listen(self.server, IPV4, PORT))

    def pair(self):
        client = sockets.connect(self.client, IPV4, self.server_address, PORT)
        return client, sockets.accept(self.listener)

    def closed_port(self):
        expect.fails("connecting", ConnectionRefusedError, sockets.connect, self.client, IPV4,
                     self.server_address, PORT + 1)

    def unread(self):
        client, server = self.pair()
        client.sendall(b"x" * 5000)
        expect.eventually("bytes", lambda: len(server.recv(5000, socket.MSG_PEEK)), 5000)
        server.close()
        expect.fails("reading", ConnectionResetError, client.recv, 1)
        client.close()

    def linger0(self):
        client, server = self.pair()
        sockets.reset(server)
        expect.fails("reading", ConnectionResetError, client.recv, 1)
        client.close()

    def firewall(self):
        self.server.run("nft", "-f", "-", input=RULES.format(port=PORT))
        expect.fails("connecting", ConnectionRefusedError, sockets.connect, self.client, IPV4,
                     self.server_address, PORT)

    def play(self):
        for scene in (self.closed_port, self.unread, self.linger0, self.firewall):
            scene()

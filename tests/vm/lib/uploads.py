# SPDX-License-Identifier: GPL-2.0
"""A client whose packets get stuck on their way to a server."""
import socket

from . import expect, sockets, tool
from .answers import LONG, PORT, Answers
from .scenario import IPV4, IPV6
from .stalls import RTO_MIN, info

DROP = """
table inet box {{
    chain forward {{ type filter hook forward priority 0; {rule} drop; }}
}}
"""


class Client(Answers):
    """The client is where we stand, and the server is the peer."""

    def __init__(self, family, **more):
        super().__init__(family, **more)
        self.kept = []

    @property
    def headers(self):
        """Of a packet with a timestamp."""
        return 72 if self.family.six else 52

    def hurry(self):
        """Its retransmission timer waits for some 20 ms at first, not 200."""
        for way in (IPV4, IPV6):
            self.client.run("ip", "route", "replace", "default", "via", self.links[0][1].address(way),
                            "rto_min", f"{RTO_MIN}ms")

    def drop(self, rule):
        """What the router next to the server does with what comes from the client from now on."""
        self.r2.run("nft", "-f", "-", input=DROP.format(rule=f"tcp dport {PORT} {rule}"))

    def pass_all(self):
        """Ends that."""
        self.r2.run("nft", "delete", "table", "inet", "box")

    def client_socket(self):
        sock = sockets.make(self.client, self.family)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock

    def sends(self, data):
        """A connection over which that is sent at once; nobody waits for the server's program."""
        sock = self.client_socket()
        sock.connect((self.server_address, PORT))
        sock.sendall(data)
        self.kept.append(sock)
        return sock

    def sends_in_turn(self, *messages):
        """The next when the one before has timed out, so that the peer is heard while that is stuck."""
        for data in messages:
            self.stuck(self.sends(data), 1)

    @staticmethod
    def stuck(sock, times):
        """Until what it sends has timed out so often."""
        expect.eventually("time-outs", lambda: info(sock, 2, 1) >= times, seconds=LONG)

    def named(self, cause, count, confidence, **evidence):
        """The server has so many of them; its evidence."""
        expect.eventually(f"{cause} of {self.server_address}",
                          lambda: tool.count(self.client, self.server_address, cause) >= count, seconds=LONG)
        row = tool.counted(self.client, self.server_address, cause, count)
        expect.subset("finding", row, {"severity": "trouble", "confidence": confidence, "rport": PORT})
        expect.subset("evidence", row["evidence"], evidence)
        return row["evidence"]

    def close(self):
        for sock in self.kept:
            sockets.reset(sock)
        super().close()

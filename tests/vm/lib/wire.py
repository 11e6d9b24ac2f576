# SPDX-License-Identifier: GPL-2.0
"""One end of a cable, seen as frames: what passes is kept, and anything can be sent."""
import select
import socket
import time

from . import expect
from .segment import pack, parse

ETH_P_ALL = 3
SO_RCVBUFFORCE = 33
PACKET_OUTGOING = 4
EXPERIMENTAL = 0x88b5  # an ethertype that nobody listens to (IEEE 802)


class Wire:
    """Opened on a World's End. Its own frames are not among those it sees."""

    def __init__(self, end):
        self.end = end
        with end.namespace:
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
            self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 8 << 20)
            self.socket.bind((end.dev, ETH_P_ALL))
            if hasattr(end, "mac"):  # not on lo
                self._lets_through()
        self.socket.setblocking(False)
        self.seen = []

    def _lets_through(self):
        """A device that was up before its other end drops all until the kernel's linkwatch work has run."""
        header = bytes.fromhex((self.end.other.mac + self.end.mac).replace(":", ""))
        frame = header + EXPERIMENTAL.to_bytes(2, "big") + bytes(46)
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL)) as ear:
            ear.bind((self.end.dev, ETH_P_ALL))
            deadline = time.monotonic() + expect.DEADLINE
            while time.monotonic() < deadline:
                self.socket.send(frame)
                while select.select([ear], [], [], 0.02)[0]:
                    if ear.recv(65535)[:14] == frame[:14]:
                        return
        raise expect.Unexpected(f"{self.end.dev} lets nothing through")

    def push(self, frame):
        """Waits for room, as frames that are on their way take some."""
        while True:
            try:
                self.socket.send(frame)
                return
            except BlockingIOError:
                select.select([], [self.socket], [], expect.DEADLINE)

    def send(self, segment, damage=0):
        self.push(pack(segment, self.end.mac, self.end.other.mac, damage))

    def read(self):
        """Takes in what has passed; returns all that is known."""
        while True:
            try:
                frame, source = self.socket.recvfrom(65535)
            except BlockingIOError:
                return self.seen
            segment = parse(frame)
            if segment:
                segment.sent_here = source[2] == PACKET_OUTGOING
                self.seen.append(segment)

    def find(self, match):
        return [segment for segment in self.read() if match(segment)]

    def wait(self, what, match, since=0):
        """The first segment after number `since` that matches; it may be yet to come."""
        deadline = time.monotonic() + expect.DEADLINE
        at = since
        while True:
            self.read()
            for segment in self.seen[at:]:
                if match(segment):
                    return segment
            at = len(self.seen)
            if time.monotonic() > deadline:
                raise expect.Unexpected(f"{what} never came; on the wire: {self.seen[-8:]}")
            select.select([self.socket], [], [], 0.5)

    def close(self):
        self.socket.close()

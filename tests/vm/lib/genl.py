# SPDX-License-Identifier: GPL-2.0
"""Generic netlink by hand: what no well-behaved program would send can be sent, too."""
import socket
import struct

from . import expect

NETLINK_GENERIC, GENL_ID_CTRL = 16, 16
SOL_NETLINK = 270
ADD_MEMBERSHIP, EXT_ACK, CAP_ACK = 1, 11, 10
REQUEST, ACK, DUMP, CAPPED, ACK_TLVS = 1, 4, 0x300, 0x100, 0x200
ERROR, DONE = 2, 3
NESTED = 0x8000
CTRL_GETFAMILY = 3

COMMANDS = {"get-peers": 1, "get-peer": 2, "get-status": 3, "set-config": 4, "reset": 5}
FILTER, ADDRESS, PEER, STATUS, ENABLE, DISABLE, REMOVED = 2, 3, 4, 5, 6, 7, 8
WHEN, HEADER, LOST, LEAN = 9, 10, 11, 12
FILTER_CAUSE, FILTER_NETNS, FILTER_ALL_NETNS = 2, 8, 9


def attr(kind, data=b""):
    return struct.pack("=HH", len(data) + 4, kind) + data + b"\0" * (-len(data) % 4)


def nest(kind, *inner):
    return attr(kind | NESTED, b"".join(inner))


def u8(kind, value):
    return attr(kind, struct.pack("=B", value))


def u32(kind, value):
    return attr(kind, struct.pack("=I", value))


def attrs(data):
    """[(kind, payload)]"""
    found = []
    while len(data) >= 4:
        size, kind = struct.unpack("=HH", data[:4])
        if size < 4:
            break
        found.append((kind & 0x3fff, data[4:size]))
        data = data[(size + 3) & ~3:]
    return found


class Answer:
    """`error` is 0 or an errno, `text` what the kernel said to it, `replies` [(command, attrs)]."""

    def __init__(self):
        self.error, self.text, self.replies = 0, "", []


class Genl:
    """A socket of `namespace`; None: of this thread's."""

    def __init__(self, namespace=None):
        if namespace is not None:
            with namespace:
                self.socket = self._open()
        else:
            self.socket = self._open()
        self.sequence = 0
        self.family = self.group = 0

    @staticmethod
    def _open():
        made = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_GENERIC)
        made.bind((0, 0))
        made.setsockopt(SOL_NETLINK, EXT_ACK, 1)
        made.setsockopt(SOL_NETLINK, CAP_ACK, 1)
        made.settimeout(expect.DEADLINE)
        return made

    def resolve(self):
        """Asks for the family, as any user may. False: there is none."""
        answer = self.ask(CTRL_GETFAMILY, attr(2, b"tcpwhy\0"), family=GENL_ID_CTRL)
        if answer.error:
            return False
        for kind, value in answer.replies[0][1]:
            if kind == 1:
                self.family = struct.unpack("=H", value)[0]
            elif kind == 7:
                for _, group in attrs(value):
                    self.group = struct.unpack("=I", dict(attrs(group))[2])[0]
        return True

    def families(self):
        """Names of all there are."""
        answer = self.ask(CTRL_GETFAMILY, flags=DUMP, family=GENL_ID_CTRL)
        return {dict(found)[2].rstrip(b"\0").decode() for _, found in answer.replies}

    def message(self, command, data=b"", flags=0, family=None, version=1):
        self.sequence += 1
        body = struct.pack("=BBH", command, version, 0) + data
        return struct.pack("=IHHII", len(body) + 16, self.family if family is None else family,
                           REQUEST | ACK | flags, self.sequence, 0) + body

    def ask(self, command, data=b"", flags=0, family=None, version=1):
        """A request and all that is said to it."""
        self.socket.send(self.message(command, data, flags, family, version))
        answer = Answer()
        while not self._take(answer):
            pass
        return answer

    def _take(self, answer):
        """One datagram; True at the end of the answer."""
        data = self.socket.recv(1 << 17)
        while len(data) >= 16:
            size, kind, flags, sequence, _ = struct.unpack("=IHHII", data[:16])
            body, data = data[16:size], data[(size + 3) & ~3:]
            if sequence != self.sequence:
                continue
            if kind not in (ERROR, DONE):
                answer.replies.append((body[0], attrs(body[4:])))
                continue
            if len(body) >= 4:
                answer.error = -struct.unpack("=i", body[:4])[0]
            if flags & ACK_TLVS:
                self._text(answer, body[4:] if kind == DONE else body[20:])
            return True
        return False

    @staticmethod
    def _text(answer, data):
        for kind, value in attrs(data):
            if kind == 1:
                answer.text = value.rstrip(b"\0").decode()

    def shout(self, data):
        """Any bytes at all; returns the errnos of what comes back, without waiting for anything."""
        self.socket.setblocking(False)
        try:
            self.socket.send(data)
            return self._errors()
        except OSError as error:
            return [error.errno]
        finally:
            self.socket.settimeout(expect.DEADLINE)

    def _errors(self):
        errors = []
        while True:
            try:
                got = self.socket.recv(1 << 17)
            except BlockingIOError:
                return errors
            if len(got) >= 20 and struct.unpack("=H", got[4:6])[0] in (ERROR, DONE):
                errors.append(-struct.unpack("=i", got[16:20])[0])

    def join(self):
        """Listens to events."""
        self.socket.setsockopt(SOL_NETLINK, ADD_MEMBERSHIP, self.group)

    def close(self):
        self.socket.close()

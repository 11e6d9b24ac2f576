# SPDX-License-Identifier: GPL-2.0
"""A firewall's program that is asked about packets (NFQUEUE), and lets all of them pass: nfnetlink, byte by byte.

A packet goes on in the context of its verdict, which is a system call of this program: softirqs are on there.
"""
import contextlib
import socket
import struct
import threading

from . import expect

NETLINK_NETFILTER, QUEUE = 12, 3
PACKET, VERDICT, CONFIG = 0, 1, 2  # enum nfqnl_msg_types
REQUEST, ACK, ERROR = 1, 4, 2
PACKET_HDR, VERDICT_HDR = 1, 2  # enum nfqnl_attr_type
CFG_CMD, CFG_PARAMS = 1, 2  # enum nfqnl_attr_config
BIND, COPY_META, ACCEPT = 1, 1, 1
TYPE_MASK = 0x3fff


def _attr(kind, value):
    return struct.pack("HH", len(value) + 4, kind) + value + bytes(-len(value) % 4)


class Queue:
    """Number 0 of a namespace; `passed` is how many packets went on."""

    def __init__(self, namespace):
        self.namespace, self.passed = namespace, 0
        with namespace:
            self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
        try:
            self._ask(CFG_CMD, struct.pack("!BxH", BIND, 0))
        except OSError as error:
            self.socket.close()
            raise expect.Lacking(f"no NFQUEUE in this kernel: {error}")
        self._ask(CFG_PARAMS, struct.pack("!IB", 0, COPY_META))
        self.ends = False
        self.socket.settimeout(0.2)
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _send(self, kind, flags, body):
        body = struct.pack("!BBH", 0, 0, 0) + body
        self.socket.send(struct.pack("IHHII", 16 + len(body), QUEUE << 8 | kind, REQUEST | flags, 0, 0) + body)

    def _ask(self, attr, value):
        self._send(CONFIG, ACK, _attr(attr, value))
        code = struct.unpack("i", self.socket.recv(8192)[16:20])[0]
        if code:
            raise OSError(-code, f"{self.namespace.name}: NFQUEUE")

    def _serve(self):
        while not self.ends:
            with contextlib.suppress(socket.timeout):
                self._judge(self.socket.recv(65536))

    def _judge(self, message):
        kind = struct.unpack("H", message[4:6])[0]
        at = 20
        while kind == QUEUE << 8 | PACKET and at + 4 <= len(message):
            size, attr = struct.unpack("HH", message[at:at + 4])
            if attr & TYPE_MASK == PACKET_HDR:
                number = message[at + 4:at + 8]
                self.passed += 1  # before it goes on, and others see what comes of that
                self._send(VERDICT, 0, _attr(VERDICT_HDR, struct.pack("!I", ACCEPT) + number))
            at += size + (-size % 4)

    def as_the_kernel_counts(self):
        """What it dropped since its queue or our socket was full, and how many packets it has put in."""
        row = self.namespace.read("netfilter/nfnetlink_queue").split()
        return {"queue_dropped": int(row[5]), "user_dropped": int(row[6]), "queued": int(row[7])}

    def close(self):
        self.ends = True
        self.thread.join()
        self.socket.close()

# SPDX-License-Identifier: GPL-2.0
"""A box in the wire without a stack, which sees each frame and does with it what it is told."""
import contextlib
import select
import socket
import struct
import threading

PACKET_OUTGOING = 4


class Box(threading.Thread):
    """Two ports of a namespace; `policy(packet, way)` yields (frame, way) of what goes on. Way 0 is from left to right."""

    def __init__(self, lab, namespace, left, right, policy):
        super().__init__(daemon=True)
        self.policy, self.ports, self.stopped = policy, [], False
        for dev in (left, right):
            namespace.ip(f"link set {dev} promisc on")
            with namespace:
                port = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
            port.bind((dev, 3))
            port.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
            self.ports.append(port)
        lab.keep(self)
        self.start()

    def run(self):
        with contextlib.suppress(OSError, ValueError):
            while not self.stopped:
                for port in select.select(self.ports, [], [], 0.2)[0]:
                    frame, where = port.recvfrom(70000)
                    if where[2] == PACKET_OUTGOING:
                        continue
                    for out, way in self.policy(Packet(frame), self.ports.index(port)):
                        self.ports[1 - way].send(out)

    def close(self):
        self.stopped = True
        self.join()
        for port in self.ports:
            port.close()


class Packet:
    """What a box looks at; of IPv4, and all else is `length` 0."""

    def __init__(self, frame):
        self.frame, self.length, self.payload, self.flags, self.ports = frame, 0, b"", 0, ()
        self.ip = frame[14:]
        if frame[12:14] != b"\x08\x00":
            return
        size = (self.ip[0] & 15) * 4
        self.length, self.offset = struct.unpack("!H", self.ip[2:4])[0], struct.unpack("!H", self.ip[6:8])[0] & 0x3fff
        if self.ip[9] == socket.IPPROTO_TCP and not self.offset & 0x1fff:
            tcp = self.ip[size:self.length]
            self.tcp_at = 14 + size
            self.ports, self.flags = struct.unpack("!HH", tcp[:4]), tcp[13]
            self.payload = tcp[(tcp[12] >> 4) * 4:]

    def too_big(self, mtu, router, checksum=True, quote=548):
        """The frame that tells its sender so."""
        icmp = struct.pack("!BBHHH", 3, 4, 0, 0, mtu) + self.ip[:min(quote, self.length)]
        total = ones(icmp) ^ (0 if checksum else 0x5555)
        icmp = icmp[:2] + struct.pack("!H", total) + icmp[4:]
        header = struct.pack("!BBHHHBBH4s4s", 0x45, 0xc0, 20 + len(icmp), 7, 0, 60, 1, 0, socket.inet_aton(router), self.ip[12:16])
        header = header[:10] + struct.pack("!H", ones(header)) + header[12:]
        return self.frame[6:12] + self.frame[:6] + b"\x08\0" + header + icmp


def ones(data):
    """The checksum of the internet (RFC 1071)."""
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff

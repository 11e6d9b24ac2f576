# SPDX-License-Identifier: GPL-2.0
"""Packets no stack would send, byte by byte."""
import socket
import struct

from .segment import SYN, checksum

SOL_PACKET, PACKET_VNET_HDR = 263, 15
NEEDS_CSUM, GSO_TCPV4, GSO_TCPV6 = 1, 1, 4
HOP, ROUTING, FRAGMENT, AUTH, NONE, DESTINATION = 0, 43, 44, 51, 59, 60


class Crafted:
    """What one address says to a server; `send_` takes what comes after the IP header."""

    def __init__(self, wire, family, src, dst):
        self.wire, self.six = wire, family.six
        self.src, self.dst = (socket.inet_pton(family.number, address) for address in (src, dst))
        self.head = bytes.fromhex((wire.end.other.mac + wire.end.mac).replace(":", "")) + \
            (b"\x86\xdd" if self.six else b"\x08\0")

    def pseudo(self, size, proto=socket.IPPROTO_TCP):
        return self.src + self.dst + struct.pack("!II", size, proto)

    def tcp(self, sport, dport, flags=SYN, seq=1000, ack=0, options=b"", data=b"", offset=None,
            damage=0):
        """`offset` is in words; without it, what is right for the options, padded."""
        options += b"\0" * (-len(options) % 4)
        if offset is None:
            offset = 5 + len(options) // 4
        body = struct.pack("!HHIIBBHHH", sport, dport, seq, ack, (offset & 15) << 4, flags, 65535, 0,
                           0) + options + data
        total = checksum(self.pseudo(len(body)) + body) ^ damage
        return body[:16] + struct.pack("!H", total) + body[18:]

    def udp(self, sport, dport, data):
        body = struct.pack("!HHHH", sport, dport, 8 + len(data), 0) + data
        total = checksum(self.pseudo(len(body), socket.IPPROTO_UDP) + body) or 0xffff
        return body[:6] + struct.pack("!H", total) + body[8:]

    def ip(self, payload, proto=socket.IPPROTO_TCP, length=None, fragment=0x4000, number=0,
           options=b"", tos=0):
        """`length` is what the header claims the payload's to be, of IPv4 with the header."""
        if self.six:
            size = len(payload) if length is None else length
            return struct.pack("!IHBB", 6 << 28 | tos << 20, size & 0xffff, proto, 64) + \
                self.src + self.dst + payload
        words = 5 + len(options) // 4
        size = words * 4 + len(payload) if length is None else length
        head = struct.pack("!BBHHHBBH", 0x40 | words, tos, size & 0xffff, number, fragment, 64, proto,
                           0) + self.src + self.dst + options
        return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload

    def put(self, packet):
        self.wire.push(self.head + packet)

    def send(self, *args, **more):
        self.put(self.ip(self.tcp(*args, **more)))

    def chain(self, tcp, *headers):
        """IPv6 extension headers, each (kind, content); the content's first byte is filled in here."""
        kinds = [kind for kind, _ in headers] + [socket.IPPROTO_TCP]
        payload = b"".join(bytes((after,)) + content[1:] for (_, content), after in
                           zip(headers, kinds[1:]))
        self.put(self.ip(payload + tcp, proto=kinds[0]))

    def fragment(self, piece, offset, more, number, proto=socket.IPPROTO_TCP, tos=0):
        """One piece, at this multiple of 8."""
        if self.six:
            head = struct.pack("!BBHI", proto, 0, offset | more, number)
            self.put(self.ip(head + piece, proto=FRAGMENT, tos=tos))
        else:
            self.put(self.ip(piece, proto, fragment=more << 13 | offset // 8, number=number,
                             tos=tos))

    def fragments(self, tcp, at, number):
        """In two, cut at this multiple of 8."""
        self.fragment(tcp[:at], 0, 1, number)
        self.fragment(tcp[at:], at, 0, number)


class Merged:
    """Sends segments of one connection as receive offload hands them on: as one large packet."""

    def __init__(self, crafted):
        self.crafted = crafted
        end = crafted.wire.end
        with end.namespace:
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
            self.socket.bind((end.dev, 0))
        self.socket.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)

    def send(self, tcp, size):
        """`size` is that of the segments; the checksum is left to be finished, as hardware does."""
        made = self.crafted
        total = ~checksum(made.pseudo(len(tcp))) & 0xffff
        tcp = tcp[:16] + struct.pack("!H", total) + tcp[18:]
        start = len(made.head) + (40 if made.six else 20)
        head = struct.pack("=BBHHHH", NEEDS_CSUM, GSO_TCPV6 if made.six else GSO_TCPV4,
                           start + (tcp[12] >> 4) * 4, size, start, 16)
        self.socket.send(head + made.head + made.ip(tcp))

    def close(self):
        self.socket.close()

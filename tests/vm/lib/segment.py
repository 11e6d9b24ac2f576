# SPDX-License-Identifier: GPL-2.0
"""A TCP segment as values, and as the bytes of an Ethernet frame."""
import socket
import struct

FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
WORD = 1 << 32


def behind(older, newer):
    """How far sequence number or timestamp `older` is behind `newer`; negative: ahead."""
    return (newer - older + WORD // 2) % WORD - WORD // 2


class Segment:
    """`ts` is (TSval, TSecr) or None; `mss` and `wscale` are None where the option is absent."""

    def __init__(self, src, dst, sport, dport, flags=ACK, seq=0, ack=0, window=65535, ts=None,
                 mss=None, wscale=None, sack_ok=False, data=b"", ttl=64):
        self.src, self.dst, self.sport, self.dport = src, dst, sport, dport
        self.flags, self.seq, self.ack, self.window = flags, seq % WORD, ack % WORD, window
        self.ts, self.mss, self.wscale, self.sack_ok = ts, mss, wscale, sack_ok
        self.data, self.ttl = data, ttl

    @property
    def end_seq(self):
        return (self.seq + len(self.data) + bool(self.flags & SYN) + bool(self.flags & FIN)) % WORD

    def is_syn(self):
        return self.flags & (SYN | ACK | RST) == SYN

    def __repr__(self):
        names = "".join(name for bit, name in ((SYN, "S"), (FIN, "F"), (RST, "R"), (ACK, "."))
                        if self.flags & bit)
        return (f"{self.src}:{self.sport}>{self.dst}:{self.dport} {names} seq={self.seq} "
                f"ack={self.ack} len={len(self.data)} ts={self.ts}")


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def _options(segment):
    """In the order of a Linux SYN: MSS, SACK permitted, timestamps, window scale."""
    options = b""
    if segment.mss is not None:
        options += struct.pack("!BBH", 2, 4, segment.mss)
    options += b"\4\2" if segment.sack_ok else b""
    if segment.ts is not None:
        options += b"" if segment.sack_ok else b"\1\1"
        options += struct.pack("!BBII", 8, 10, segment.ts[0] % WORD, segment.ts[1] % WORD)
    if segment.wscale is not None:
        options += struct.pack("!BBBB", 1, 3, 3, segment.wscale)
    return options + b"\0" * (-len(options) % 4)


def _tcp(segment, src, dst, damage):
    options = _options(segment)
    header = struct.pack("!HHIIBBHHH", segment.sport, segment.dport, segment.seq, segment.ack,
                         (20 + len(options)) << 2, segment.flags, segment.window, 0, 0)
    body = header + options + segment.data
    pseudo = src + dst + struct.pack("!II", len(body), socket.IPPROTO_TCP)
    return body[:16] + struct.pack("!H", checksum(pseudo + body) ^ damage) + body[18:]


def pack(segment, smac, dmac, damage=0):
    """The frame; a `damage` other than 0 makes its TCP checksum wrong."""
    six = ":" in segment.src
    family = socket.AF_INET6 if six else socket.AF_INET
    src, dst = socket.inet_pton(family, segment.src), socket.inet_pton(family, segment.dst)
    tcp = _tcp(segment, src, dst, damage)
    if six:
        ip = struct.pack("!IHBB", 6 << 28, len(tcp), socket.IPPROTO_TCP, segment.ttl) + src + dst
    else:
        ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp), 0, 0x4000, segment.ttl,
                         socket.IPPROTO_TCP, 0) + src + dst
        ip = ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:]
    mac = bytes.fromhex((dmac + smac).replace(":", ""))
    return mac + struct.pack("!H", 0x86dd if six else 0x0800) + ip + tcp


def _parse_options(segment, options):
    while options and options[0]:
        kind = options[0]
        if kind == 1:
            options = options[1:]
            continue
        size = options[1]
        value = options[2:size]
        if kind == 2:
            segment.mss = struct.unpack("!H", value)[0]
        elif kind == 3:
            segment.wscale = value[0]
        elif kind == 4:
            segment.sack_ok = True
        elif kind == 8:
            segment.ts = struct.unpack("!II", value)
        options = options[size:]


def parse(frame):
    """The segment in a frame, None if there is none. The checksum is not looked at."""
    kind = frame[12:14]
    ip = frame[14:]
    if kind == b"\x08\x00" and ip[9] == socket.IPPROTO_TCP:
        at, end = (ip[0] & 15) * 4, struct.unpack("!H", ip[2:4])[0]
        ttl, src, dst = ip[8], ip[12:16], ip[16:20]
        family = socket.AF_INET
    elif kind == b"\x86\xdd" and ip[6] == socket.IPPROTO_TCP:
        at, end = 40, 40 + struct.unpack("!H", ip[4:6])[0]
        ttl, src, dst = ip[7], ip[8:24], ip[24:40]
        family = socket.AF_INET6
    else:
        return None
    tcp = ip[at:end]
    sport, dport, seq, ack, offset, flags, window = struct.unpack("!HHIIBBH", tcp[:16])
    offset = (offset >> 4) * 4
    segment = Segment(socket.inet_ntop(family, src), socket.inet_ntop(family, dst), sport, dport,
                      flags, seq, ack, window, data=bytes(tcp[offset:]), ttl=ttl)
    _parse_options(segment, tcp[20:offset])
    return segment

# SPDX-License-Identifier: GPL-2.0
"""What ip(8) does for a world, over rtnetlink: on an instrumented kernel each program costs a second."""
import os
import socket
import struct

NEWLINK, NEWADDR, NEWROUTE, NEWNEIGH = 16, 20, 24, 28
REQUEST, ACK, REPLACE, EXCL, CREATE = 1, 4, 0x100, 0x200, 0x400
ERROR = 2
UP = 1
PERMANENT = 0x80
NODAD = 2
MAIN, STATIC, UNICAST = 254, 4, 1
ADDRGENMODE_NONE = 1
RTAX_LOCK, RTAX_RTO_MIN = 1, 13


def attr(kind, value):
    if isinstance(value, int):
        value = struct.pack("I", value)
    elif isinstance(value, str):
        value = value.encode() + b"\0"
    return struct.pack("HH", len(value) + 4, kind) + value + b"\0" * (-len(value) % 4)


def _mac(text):
    return attr(1, bytes.fromhex(text.replace(":", "")))


def _family(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def _bytes(address):
    return socket.inet_pton(_family(address), address)


class Rtnl:
    """The devices, addresses and routes of one namespace."""

    def __init__(self, namespace):
        self.namespace = namespace
        with namespace:
            self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)

    def close(self):
        self.socket.close()

    def _ask(self, what, kind, body, flags=0):
        size = 16 + len(body)
        self.socket.send(struct.pack("IHHII", size, kind, REQUEST | ACK | flags, 1, 0) + body)
        answer = self.socket.recv(8192)
        code = struct.unpack("i", answer[16:20])[0]
        if struct.unpack("H", answer[4:6])[0] != ERROR or code:
            raise OSError(-code, f"{self.namespace.name}: {what}: {os.strerror(-code)}")

    def _index(self, dev):
        with self.namespace:
            return socket.if_nametoindex(dev)

    def veth(self, one, other):
        """A cable between this end and one in another namespace; both have name and MAC."""
        peer = struct.pack("BxHiII", 0, 0, 0, 0, 0) + attr(3, other.dev) + _mac(other.mac) + \
            attr(28, other.namespace.fd)
        info = attr(1, "veth") + attr(2, attr(1, peer))
        self._ask(f"new {one.dev}", NEWLINK, struct.pack("BxHiII", 0, 0, 0, 0, 0) +
                  attr(3, one.dev) + _mac(one.mac) + attr(18, info), CREATE | EXCL)

    def up(self, dev, mtu=None):
        self._ask(f"{dev} up", NEWLINK, struct.pack("BxHiII", 0, 0, self._index(dev), UP, UP) +
                  (attr(4, mtu) if mtu else b""))

    def no_link_local(self, dev):
        """It gets no IPv6 address by itself."""
        inet6 = attr(10, attr(8, struct.pack("B", ADDRGENMODE_NONE)))
        self._ask(f"{dev} addrgenmode", NEWLINK, struct.pack("BxHiII", 0, 0, self._index(dev), 0, 0) + attr(26, inet6))

    def address(self, dev, address, bits):
        flags = NODAD if ":" in address else 0
        self._ask(f"address {address}", NEWADDR,
                  struct.pack("BBBBI", _family(address), bits, flags, 0, self._index(dev)) +
                  attr(2, _bytes(address)) + attr(1, _bytes(address)), CREATE | EXCL)

    def neighbour(self, dev, address, mac):
        body = struct.pack("BxHiHBB", _family(address), 0, self._index(dev), PERMANENT, 0, 0)
        hardware = bytes.fromhex(mac.replace(":", ""))
        self._ask(f"neighbour {address}", NEWNEIGH,
                  body + attr(1, _bytes(address)) + attr(2, hardware), CREATE | EXCL)

    def route(self, prefix, gateway, rto_min=None):
        """`prefix` is ADDRESS/BITS, or "default"; with `rto_min`, in ms, the one there is gets that."""
        address, _, bits = prefix.partition("/")
        body = struct.pack("BBBBBBBBI", _family(gateway), int(bits or 0), 0, 0, MAIN, STATIC, 0,
                           UNICAST, 0)
        if prefix != "default":
            body += attr(1, _bytes(address))
        body += attr(5, _bytes(gateway))
        if rto_min:
            metrics = attr(RTAX_LOCK, 1 << RTAX_RTO_MIN) + attr(RTAX_RTO_MIN, rto_min)
            self._ask(f"route {prefix}", NEWROUTE, body + attr(8, metrics), CREATE | REPLACE)
        else:
            self._ask(f"route {prefix}", NEWROUTE, body, CREATE | EXCL)

# SPDX-License-Identifier: GPL-2.0
"""What a router says of packets that are too big for its next link, forged or not; and who is not told at once."""
import ctypes
import fcntl
import mmap
import os
import socket
import struct
import threading

from . import expect
from .crafted import Crafted
from .netns import LIBC
from .segment import ACK, checksum

IP_MTU_DISCOVER, IPV6_MTU_DISCOVER = 10, 23
DO, INTERFACE = 2, 4


class Router(Crafted):
    """Tells a server, by one of its wire's frames, that a segment which it sent was too big."""

    def quote(self, peer, port, rport, seq, proto=socket.IPPROTO_TCP):
        """The server's packet: its headers and a little more."""
        sent = Crafted(self.wire, self.family, self.to, peer)
        inner = sent.tcp(port, rport, flags=ACK, seq=seq, ack=1, data=b"x" * 8)
        if proto == socket.IPPROTO_UDP:
            inner = sent.udp(port, rport, b"x" * 16)
        return sent.ip(inner, proto, length=1460 if self.six else 1500)

    def __init__(self, wire, family, address, server):
        super().__init__(wire, family, address, server)
        self.family, self.address, self.to = family, address, server

    def says(self, quote, mtu, damage=0):
        if self.six:
            body = struct.pack("!BBHI", 2, 0, 0, mtu) + quote
            total = checksum(self.pseudo(len(body), socket.IPPROTO_ICMPV6) + body)
        else:
            body = struct.pack("!BBHHH", 3, 4, 0, 0, mtu) + quote
            total = checksum(body)
        body = body[:2] + struct.pack("!H", total ^ damage) + body[4:]
        self.put(self.ip(body, socket.IPPROTO_ICMPV6 if self.six else socket.IPPROTO_ICMP))

    def says_to(self, peer, mtu, seq=0, rport=0, **more):
        """Of the latest that was sent to this Peer; off by `seq` and `rport`."""
        self.says(self.quote(peer.address, peer.port, peer.source_port + rport,
                             (peer.ack + seq) % (1 << 32)), mtu, **more)


def discover(sock, family, how):
    """IP_MTU_DISCOVER, or the like."""
    if family.six:
        sock.setsockopt(socket.IPPROTO_IPV6, IPV6_MTU_DISCOVER, how)
    else:
        sock.setsockopt(socket.IPPROTO_IP, IP_MTU_DISCOVER, how)


def lock(namespace, route, gateway, *more):
    """An MTU that nobody lowers, and of IPv4 nobody has to: packets go without DF."""
    namespace.run("ip", "route", "replace", route, "via", gateway, "mtu", "lock", "1500", *more)


def stubborn(sock, family):
    """With a locked route, its packets keep their size, and nobody may fragment them. IPv6 minds no lock."""
    discover(sock, family, INTERFACE if family.six else DO)


NR_USERFAULTFD, O_CLOEXEC = 323, os.O_CLOEXEC
UFFDIO_API, UFFDIO_REGISTER, UFFDIO_ZEROPAGE = 0xc018aa3f, 0xc020aa00, 0xc020aa04
UFFD_API, MISSING = 0xaa, 1


class Held:
    """A program that is inside send(), and so owns its socket, until it is let go: its memory is not there yet."""

    def __init__(self, sock):
        self.fd = LIBC.syscall(NR_USERFAULTFD, O_CLOEXEC)
        if self.fd < 0:
            raise expect.Lacking("no userfaultfd(2)")
        self.page = mmap.mmap(-1, mmap.PAGESIZE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        self.at = ctypes.addressof(ctypes.c_char.from_buffer(self.page))
        fcntl.ioctl(self.fd, UFFDIO_API, struct.pack("QQQ", UFFD_API, 0, 0))
        fcntl.ioctl(self.fd, UFFDIO_REGISTER,
                    struct.pack("QQQQ", self.at, mmap.PAGESIZE, MISSING, 0))
        self.thread = threading.Thread(target=sock.send, args=(memoryview(self.page)[:100],),
                                       daemon=True)
        self.thread.start()
        os.read(self.fd, 32)  # its fault

    def let_go(self):
        fcntl.ioctl(self.fd, UFFDIO_ZEROPAGE,
                    struct.pack("QQQq", self.at, mmap.PAGESIZE, 0, 0))
        self.thread.join()
        os.close(self.fd)

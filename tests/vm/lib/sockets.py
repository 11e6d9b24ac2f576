# SPDX-License-Identifier: GPL-2.0
"""Real TCP sockets in a namespace."""
import contextlib
import ctypes
import os
import socket
import struct
import sys

from . import expect
from .netns import LIBC

IPV6_V6ONLY = 26
MPTCP = 262
TCP_REPAIR = 19


def make(namespace, family, port=None, protocol=0):
    """A socket of this namespace, bound to `port` if there is one."""
    with namespace:
        sock = socket.socket(family.number, socket.SOCK_STREAM, protocol)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if port is not None:
        sock.bind(("::" if family.six else "0.0.0.0", port))
    sock.settimeout(expect.DEADLINE)
    return sock


def make_mptcp(namespace, family):
    """The same of MPTCP, where the kernel has that."""
    try:
        return make(namespace, family, protocol=MPTCP)
    except OSError as error:
        raise expect.Lacking(f"no MPTCP: {error.strerror}") from error


@contextlib.contextmanager
def in_order():
    """On one CPU no segment overtakes another: veth takes them in where they were sent.

    On two, an ACK that comes after its connection has gone brings a RST on the other side's TIME_WAIT.
    """
    cpus = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cpus)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cpus)


def listen(namespace, family, port, backlog=128):
    sock = make(namespace, family, port)
    sock.listen(backlog)
    return sock


def connect(namespace, family, address, port, source_port=None):
    sock = make(namespace, family, source_port)
    sock.connect((address, port))
    return sock


def begin(namespace, family, address, port, source_port=None):
    """Like connect(), but does not wait for the end of the handshake."""
    sock = make(namespace, family, source_port)
    sock.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        sock.connect((address, port))
    return sock


def accept(listener):
    sock = listener.accept()[0]
    sock.settimeout(expect.DEADLINE)
    return sock


def ends(sock):
    """The other side has closed."""
    expect.equal("what is read at the end of a connection", sock.recv(16), b"")


def server_closes_first(listener, client, server=None):
    """Leaves TIME_WAIT with the server, which may be accepted already."""
    server = server or accept(listener)
    server.close()
    client.settimeout(expect.DEADLINE)
    ends(client)
    client.close()


def client_closes_first(listener, client, server=None):
    """Leaves TIME_WAIT with the client."""
    server = server or accept(listener)
    client.close()
    ends(server)
    server.close()


def linger0(sock):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def reset(sock):
    """Closes with a RST."""
    linger0(sock)
    sock.close()


def forget(sock):
    """The kernel throws the connection away and tells nobody, as a crash does."""
    sock.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
    sock.close()


def disconnect(sock):
    """connect(AF_UNSPEC), which the socket module cannot do."""
    nowhere = struct.pack("H14x", socket.AF_UNSPEC)
    expect.equal("connect(AF_UNSPEC)",
                 LIBC.connect(sock.fileno(), ctypes.create_string_buffer(nowhere), len(nowhere)), 0)


TCP_STATE = {"ESTABLISHED": 1, "SYN_SENT": 2, "FIN_WAIT1": 4, "FIN_WAIT2": 5, "CLOSE": 7,
             "CLOSE_WAIT": 8}


def state(sock):
    """As in /proc/net/tcp."""
    return sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]


def reaches(sock, name):
    expect.eventually(f"TCP state {name}", lambda: state(sock), TCP_STATE[name])


def info(sock, at, size=4):
    """A number of struct tcp_info in linux/tcp.h."""
    return int.from_bytes(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, at + size)[at:], sys.byteorder)

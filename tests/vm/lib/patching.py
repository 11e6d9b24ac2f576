# SPDX-License-Identifier: GPL-2.0
"""Keeps the kernel's code as it is while hooks come and go.

Whoever hooks a place first has the kernel patch its code, and whoever leaves last. Where QEMU emulates two CPUs at
the same time (tests/vm/run --parallel), one that runs into such a place at that moment may see the breakpoint of the
patching for ever. So somebody else hooks the same places throughout, as a firewall and a tracer do.
"""
import contextlib
import os
import socket
import struct
import time

from .netns import Namespace
from .segment import checksum

SO_TIMESTAMP = 29
TRACING = "/sys/kernel/tracing"
# Two of them, for one and two are called in different ways.
INSTANCES = [f"{TRACING}/instances/hold-{i}" for i in (1, 2)]
EVENTS = ("skb/kfree_skb", "sock/inet_sock_set_state", "tcp/tcp_send_reset", "tcp/tcp_retransmit_skb",
          "net/net_dev_queue")
# Where the module has kprobes: (function, the kernels of which it has them there).
KPROBES = (("tcp_reset", ("",)), ("__icmp_send", ("",)), ("icmp6_send", ("",)),
           ("tcp_cwnd_restart", ("",)), ("tcp_v4_err", ("",)), ("tcp_v6_err", ("",)),
           ("tcp_simple_retransmit", ("",)), ("inet_csk_get_port", ("",)), ("inet_frag_kill", ("",)), ("inet_frag_find", ("",)),
           ("tcp_timewait_state_process", ("",)), ("tcp_check_req", ("",)), ("tcp_conn_request", ("",)),
           ("tcp_validate_incoming", ("5.10.",)),
           ("tcp_v4_send_reset", ("5.10.", "6.1.")), ("tcp_v6_send_reset", ("5.10.", "6.1.")))

RULES = """
table inet hold {
    chain coming { type filter hook prerouting priority 0; }
    chain arrived { type filter hook input priority 0; }
    chain passed { type filter hook forward priority 0; }
    chain sent { type filter hook output priority 0; }
    chain going { type filter hook postrouting priority 0; }
}
table netdev hold {
    chain arrived { type filter hook ingress device lo priority 0; }
}
"""


def _learn_of_a_smaller_path():
    """The first time, the kernel makes a key for what it remembers of paths, and takes the making out of its code."""
    udp = struct.pack("!HHHH", 9, 9, 8, 0)
    four, six = socket.inet_aton("127.0.0.1"), socket.inet_pton(socket.AF_INET6, "::1")
    quote = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 1500, 0, 0x4000, 64, socket.IPPROTO_UDP, 0, four, four) + udp
    word = struct.pack("!BBHHH", 3, 4, 0, 0, 1400) + quote
    word = word[:2] + struct.pack("!H", checksum(word)) + word[4:]
    quote6 = struct.pack("!IHBB16s16s", 6 << 28, 1460, socket.IPPROTO_UDP, 64, six, six) + udp
    word6 = struct.pack("!BBHI", 2, 0, 0, 1400) + quote6  # the kernel adds the checksum
    for family, address, protocol, message in (
            (socket.AF_INET, "127.0.0.1", socket.IPPROTO_ICMP, word),
            (socket.AF_INET6, "::1", socket.IPPROTO_ICMPV6, word6)):
        with socket.socket(family, socket.SOCK_DGRAM) as told, socket.socket(family, socket.SOCK_RAW, protocol) as raw:
            told.bind((address, 9))
            told.connect((address, 9))
            raw.sendto(message, (address, 0))
    time.sleep(0.5)  # a worker does it


@contextlib.contextmanager
def _others():
    """What scenarios themselves hook, and let go: firewalls' places, and the time that a packet came.

    Pings and packet sockets want to know that.
    """
    with contextlib.closing(Namespace("patching")) as other, \
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        other.run("nft", "-f", "-", input=RULES)
        sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMP, 1)
        other.ip("link set lo up")
        with other:
            _learn_of_a_smaller_path()
        yield


def _write(path, text):
    with open(path, "w") as f:
        f.write(text)


def _append(path, text):
    """open() would seek to the end, which these files refuse."""
    file = os.open(path, os.O_WRONLY | os.O_APPEND)
    try:
        os.write(file, text.encode())
    finally:
        os.close(file)


def _functions():
    release = os.uname().release
    return [function for function, kernels in KPROBES if release.startswith(kernels)]


def _enable(function, on):
    _write(f"{INSTANCES[0]}/events/hold/{function}/enable", on)


@contextlib.contextmanager
def _ours():
    """What the module hooks beside that."""
    for instance in INSTANCES:
        os.makedirs(instance, exist_ok=True)
        _write(f"{instance}/tracing_on", "0")
        for event in EVENTS:
            _write(f"{instance}/events/{event}/enable", "1")
    for function in _functions():
        _append(f"{TRACING}/kprobe_events", f"p:hold/{function} {function}\n")
        _enable(function, "1")
    try:
        yield
    finally:
        for function in _functions():
            _enable(function, "0")
            _append(f"{TRACING}/kprobe_events", f"-:hold/{function}\n")
        for instance in INSTANCES:
            os.rmdir(instance)


@contextlib.contextmanager
def held():
    """All of it."""
    with _others(), _ours():
        yield

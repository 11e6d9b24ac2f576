# SPDX-License-Identifier: GPL-2.0
"""Keeps the kernel's code as it is while hooks come and go.

Whoever hooks a place first has the kernel patch its code, and whoever leaves last. Where QEMU emulates two CPUs,
one that runs into such a place at that moment may see the breakpoint of the patching for ever. So somebody else
hooks the same places throughout, as a firewall and a tracer do.
"""
import contextlib
import os
import socket

from .netns import Namespace

SO_TIMESTAMP = 29
TRACING = "/sys/kernel/tracing"
# Two of them, for one and two are called in different ways.
INSTANCES = [f"{TRACING}/instances/hold-{i}" for i in (1, 2)]
EVENTS = ("skb/kfree_skb", "sock/inet_sock_set_state", "tcp/tcp_send_reset", "tcp/tcp_retransmit_skb",
          "net/net_dev_queue")
# Where the module has kprobes: (function, the kernels of which it has them there).
KPROBES = (("tcp_reset", ("",)), ("__icmp_send", ("",)), ("icmp6_send", ("",)),
           ("tcp_cwnd_restart", ("",)), ("tcp_v4_err", ("",)), ("tcp_v6_err", ("",)),
           ("tcp_simple_retransmit", ("",)), ("inet_frag_kill", ("",)), ("inet_frag_find", ("",)),
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


@contextlib.contextmanager
def steady():
    """What scenarios themselves hook, and let go: firewalls' places, and the time that a packet came.

    Pings and packet sockets want to know that.
    """
    with contextlib.closing(Namespace("patching")) as other, \
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        other.run("nft", "-f", "-", input=RULES)
        sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMP, 1)
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
def held():
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

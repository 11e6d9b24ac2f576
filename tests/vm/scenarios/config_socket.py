# SPDX-License-Identifier: GPL-2.0
"""Sockets that are not like others: MPTCP, fast open, busy polling, SO_BINDTODEVICE, BPF."""
import contextlib
import socket

from lib import bpf, counters, expect, resets, sockets, tool, tried
from lib.container import Initial
from lib.resets import PORT
from lib.scenario import scenario
from lib.world import Pair

TCP_FASTOPEN = 23


def mptcp_connect(world, port=PORT):
    sock = sockets.make_mptcp(world.client, world.family)
    sock.connect((world.server_address, port))
    return sock


@scenario
def mptcp(family):
    """Both ends speak it. What goes wrong is a port on which nobody listens."""
    with Pair(family) as world:
        for namespace in (world.client, world.server):
            with contextlib.suppress(FileNotFoundError):
                namespace.sysctl("mptcp.enabled", 1)
        listener = world.keep(sockets.make_mptcp(world.server, family))
        listener.bind((world.server_address, PORT))
        listener.listen()
        service = tried.Service(world.server, listener, world.client, world.client_address,
                                lambda: mptcp_connect(world))
        service.works()
        both = world.server.read("netstat").splitlines()
        mptcp_ext = dict(zip(*(line.split() for line in both if line.startswith("MPTcpExt:"))))
        expect.true("SYNs with MPTCP's option", int(mptcp_ext["MPCapableSYNRX"]) >= 2, mptcp_ext)
        expect.fails("connecting", ConnectionRefusedError, mptcp_connect, world, PORT + 1)
        tool.counted(world.server, world.client_address, "rst-port-closed", 1)
        tool.counted(world.client, world.server_address, "peer-refused", 1)


@scenario
def fastopen(family):
    """The request comes with the SYN."""
    with Pair(family) as world:
        for namespace in (world.client, world.server):
            namespace.sysctl("ipv4.tcp_fastopen", 3)
        service = tried.service(world)
        service.listener.setsockopt(socket.IPPROTO_TCP, TCP_FASTOPEN, 16)

        def pair():
            client = sockets.make(world.client, family)
            client.settimeout(None)  # else it does not wait for the SYN's answer
            client.sendto(b"request", socket.MSG_FASTOPEN, (world.server_address, PORT))
            client.settimeout(expect.DEADLINE)
            return client, sockets.accept(service.listener)

        def comes_with_the_syn():
            """The first one asks for a cookie. One that is repeated, as on a busy machine, goes without data."""
            client, server = pair()
            server.recv(100)
            sockets.client_closes_first(None, client, server)
            return counters.value(world.server, "TCPFastOpenPassive")
        expect.eventually("a request in a SYN", comes_with_the_syn)
        service.pair = pair
        service.works()
        service.unread()


@contextlib.contextmanager
def busy_polling(microseconds):
    """Of every socket on this machine."""
    home, names = Initial(), ("core.busy_read", "core.busy_poll")
    try:
        before = [sysctl(home, name) for name in names]
    except FileNotFoundError:
        raise expect.Lacking("no busy polling: PREEMPT_RT has none") from None
    for name in names:
        sysctl(home, name, microseconds)
    try:
        yield
    finally:
        for name, value in zip(names, before):
            sysctl(home, name, value)


def sysctl(namespace, name, value=None):
    """These are there in the initial namespace only."""
    with namespace, open("/proc/sys/net/" + name.replace(".", "/"), "r" if value is None else "w") as file:
        return file.read().strip() if value is None else file.write(f"{value}\n")


@scenario
def busy_poll(family):
    """Readers take packets from the device themselves, in process context with bottom halves off."""
    with Pair(family) as world, busy_polling(50):
        for end in (world.near, world.far):
            # veth has NAPI, which is what is polled, with GRO only.
            end.namespace.run("ethtool", "-K", end.dev, "gro", "on", check=False)
        service = tried.service(world)
        service.works()
        service.unread()


@scenario
def bound_to_device(family):
    """Listener and client are bound to their devices."""
    with Pair(family) as world:
        service = tried.service(world)
        service.listener.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, world.far.dev.encode())

        def connect():
            client = sockets.make(world.client, family)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, world.near.dev.encode())
            client.connect((world.server_address, PORT))
            return client
        service.connect = connect
        service.works()
        service.unread()


@scenario
def sk_lookup(family):
    """A BPF program chooses the listener: connections come to a port on which none is bound."""
    with Pair(family) as world:
        service = tried.service(world, port=PORT + 7)
        with bpf.memory(), bpf.steered(world.server, service.listener):
            service.works()
            expect.equal("lport", service.unread()["lport"], PORT + 7)


@scenario
def sockmap(family):
    """What comes is handed to the program by BPF, which has taken over the socket's functions."""
    with Pair(family) as world:
        service = tried.service(world)
        with bpf.memory(), bpf.passed_on() as adopt:
            def pair():
                client = service.connect()
                server = sockets.accept(service.listener)
                adopt(server)
                client.sendall(b"request")
                return client, server
            service.pair = pair
            service.works()
            # What BPF has taken out of the queue is not unread to the kernel, which then closes with a FIN.
            client, server = pair()
            server.recv(100)
            sockets.reset(server)
            expect.fails("reading", ConnectionResetError, client.recv, 1)
            client.close()
            row = tool.counted(world.server, world.client_address, "rst-linger0", 1)
            expect.subset("evidence", row["evidence"], resets.own())

# SPDX-License-Identifier: GPL-2.0
"""Hosts by name and cables by address, as in a report; programs that ask for so many bytes, and how that went."""
import concurrent.futures
import contextlib
import os
import signal
import socket
import subprocess
import tempfile
import threading
import time
import typing

from . import expect
from .container import Initial
from .world import World


class Lab(World):
    """Each host is an attribute; those in `routers` forward."""

    def __init__(self, names, routers=""):
        super().__init__()
        for name in names.split():
            host = self.namespace(name)
            for interfaces in ("all", "default"):
                host.sysctl(f"ipv4.conf.{interfaces}.rp_filter", 0)
                host.sysctl(f"ipv6.conf.{interfaces}.accept_dad", 0)
            if name in routers.split():
                host.sysctl("ipv4.ip_forward", 1)
                host.sysctl("ipv6.conf.all.forwarding", 1)
            setattr(self, name, host)

    @staticmethod
    def cable(one, dev1, addresses1, two, dev2, addresses2, mtu=1500, offload=False):
        """Like a wire: each frame as it will be, unless `offload`."""
        subprocess.run(["ip", "link", "add", "name", dev1, "netns", one.name, "type", "veth", "peer", "name", dev2,
                        "netns", two.name], check=True)
        for host, dev, addresses in ((one, dev1, addresses1), (two, dev2, addresses2)):
            if not offload:
                host.run("ethtool", "-K", dev, "tso", "off", "gso", "off", "gro", "off", "tx", "off", "rx", "off", check=False)
            host.ip(f"link set {dev} mtu {mtu} up",
                    *[f"addr add {address} dev {dev}" for address in addresses.split()])

    def lan(self, *hosts, net="10.9.0"):
        """Hosts 1, 2, ... of one network, each with an eth0 at a switch."""
        switch = self.namespace("switch")
        switch.ip("link add br0 type bridge", "link set br0 up")
        for number, host in enumerate(hosts, 1):
            self.cable(switch, f"p{number}", "", host, "eth0", f"{net}.{number}/24", offload=True)
            switch.ip(f"link set p{number} master br0")
        return switch

    def file(self, text, suffix=""):
        """A program's configuration; gone with the world."""
        file = tempfile.NamedTemporaryFile("w", suffix=suffix)
        file.write(text)
        file.flush()
        return self.keep(file).name

    def folder(self):
        folder = tempfile.TemporaryDirectory()
        self.closers.append(folder.cleanup)
        return folder.name


def shell(namespace, line, check=True, **more):
    """A line as it would be typed; what it printed."""
    done = namespace.run("bash", "-c", line, check=False, **more)
    expect.true(f"{namespace.name}: {line}: {done.returncode} {done.stderr.strip()}", not check or not done.returncode)
    return done.stdout


def routes(namespace, *lines):
    namespace.ip(*[f"route add {line}" for line in lines])


def rules(namespace, text):
    namespace.run("nft", "-f", "-", input=text)


def hole(namespace, dev, size):
    """What comes in here and is larger is lost, and nobody is told."""
    rules(namespace, f"table netdev hole {{ chain {dev} {{ type filter hook ingress device {dev} priority 0; "
          f"ip length > {size} drop; ip6 length > {size - 40} drop; }}; }}")


def needs(namespace, program):
    if namespace.run("sh", "-c", f"command -v {program}", check=False).returncode:
        raise expect.Lacking(f"no {program} in this root")


def older(*version):
    """Than this is the kernel that runs."""
    return tuple(map(int, os.uname().release.split("-")[0].split(".")[:2])) < version


def conntrack_max(number=None):
    """nf_conntrack_max, which is one for all namespaces."""
    name = "net.netfilter.nf_conntrack_max"
    return Initial().run("sysctl", "-n", *([name] if number is None else ["-w", f"{name}={number}"])).stdout.strip()


def listens(namespace, port):
    """A program begins to; what starts under emulation takes its time."""
    def look():
        return any(line.split()[1].endswith(f":{port:04X}") and line.split()[3] == "0A"
                   for name in ("tcp", "tcp6") for line in namespace.read(name).splitlines()[1:])
    expect.eventually(f"a listener on {port} in {namespace.name}", look, seconds=120)


def asks_while_it_sleeps(program, host, port, count, ask):
    """`ask` so many times at once; the program that listens there goes on when all have come, and none was accepted."""
    def waiting():
        rows = shell(host, f"ss -Htn state established 'sport = :{port}'").splitlines()
        return sum(int(row.split()[0]) > 0 for row in rows)

    program.send_signal(signal.SIGSTOP)
    os.waitpid(program.pid, os.WUNTRACED)
    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        answers = [pool.submit(ask) for _ in range(count)]
        try:
            expect.eventually("requests that wait", waiting, count)
        finally:
            program.send_signal(signal.SIGCONT)
        return [answer.result() for answer in answers]


def read(sock):
    """What comes, or why nothing does."""
    try:
        return sock.recv(100)
    except OSError as error:
        return type(error).__name__


def exchange(client, server):
    client.sendall(b"hello")
    expect.equal("request", server.recv(10), b"hello")
    server.sendall(b"hi")
    expect.equal("answer", client.recv(10), b"hi")


class Bytes(threading.Thread):
    """A server: answers `GET n` with n bytes, and `PUT n` and n bytes with OK."""

    def __init__(self, namespace, port=80, address="0.0.0.0"):
        super().__init__(daemon=True)
        with namespace:
            self.listener = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind((address, port))
        self.listener.listen(128)
        self.start()

    def run(self):
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=self._serve, args=(self.listener.accept()[0],), daemon=True).start()

    @staticmethod
    def _serve(sock):
        with sock, contextlib.suppress(OSError), sock.makefile("rwb", buffering=0) as file:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while True:
                words = file.readline().split()
                if not words:
                    return
                number = int(words[1])
                if words[0] == b"GET":
                    sock.sendall(b"x" * number)
                    continue
                while number:
                    got = len(file.read(min(number, 65536)))
                    if not got:
                        return
                    number -= got
                sock.sendall(b"OK\n")

    def close(self):
        # close() alone does not wake who waits in accept()
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


class Result(typing.NamedTuple):
    ok: bool
    seconds: float
    got: int
    error: str


def ask(namespace, address, port=80, get=0, put=None, timeout=20, source=None, sport=0):
    """One request over a connection of its own, by a program whose patience is `timeout` seconds."""
    began, got, error = time.monotonic(), 0, ""
    timeout *= expect.PATIENCE
    with namespace:
        sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    with sock:
        try:
            sock.settimeout(timeout)
            if source or sport:
                sock.bind((source or "", sport))
            sock.connect((address, port))
            if put is not None:
                sock.sendall(b"PUT %d\n" % put + b"y" * put)
                expect.equal("answer", sock.recv(16)[:2], b"OK", OSError)
            else:
                sock.sendall(b"GET %d\n" % get)
                while got < get:
                    sock.settimeout(max(0.05, timeout - (time.monotonic() - began)))
                    more = len(sock.recv(65536))
                    expect.true("closed by the other side", more, error=OSError)
                    got += more
        except OSError as problem:
            error = repr(problem)
    return Result(not error, time.monotonic() - began, got, error)


def asks(*calls, apart=0):
    """Calls of ask() at once, or so many seconds apart; their results."""
    out = [None] * len(calls)

    def one(number, args, more):
        out[number] = ask(*args, **more)
    threads = [threading.Thread(target=one, args=(number, *call)) for number, call in enumerate(calls)]
    for thread in threads:
        thread.start()
        time.sleep(apart)
    for thread in threads:
        thread.join()
    return out

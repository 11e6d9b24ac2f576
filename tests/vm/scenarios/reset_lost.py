# SPDX-License-Identifier: GPL-2.0
"""A RST without ACK and timestamp: whoever sent it does not know the connection, however busy that was."""
import re
import socket
import time

from lib import expect, received, resets, sockets, tool
from lib.received import OPEN, dies, exchange
from lib.resets import PORT, Connected, delivered
from lib.scenario import scenario
from lib.sockets import forget
from lib.world import World

RESETS = True

CAUSE, UNKNOWN = "peer-lost-connection", "rst-unknown-connection"
BARE = ["bare"]


def lost(namespace, peer, count, **evidence):
    """So many connections, with no doubt; its evidence."""
    row = tool.counted(namespace, peer, CAUSE, count)
    expect.subset("finding", row, {"severity": "trouble", "confidence": "likely"})
    expect.subset("evidence", row["evidence"], dict({"traits": BARE}, **evidence))
    return row["evidence"]


@scenario
def busy(family):
    """No silence at all: the peer's kernel has just lost it."""
    with Connected(family) as world:
        client, server = world.connect()
        exchange(client, server)
        forget(server)
        client.sendall(b"still there?")
        dies(client)
        evidence = lost(world.client, world.server_address, 1, phase=OPEN, bytes_in=3, bytes_out=5,
                        bytes_unacked=12)
        expect.within("idle_ms", evidence["idle_ms"], 0, 999)
        expect.equal("findings", tool.causes(world.client), [(world.server_address, CAUSE)])
        tool.reconciled(world.client)


@scenario
def aborted_as_busy(family):
    """The look-alike: a program aborts a busy connection, which it knows, by either way."""
    tool.beside("rst-unread-data")
    with Connected(family) as world:
        client, server = world.connect()
        exchange(client, server)
        sockets.reset(server)
        dies(client)
        client, server = world.connect()
        exchange(client, server)
        client.sendall(b"x" * 100)
        delivered(client)
        server.close()
        dies(client)
        row = tool.counted(world.client, world.server_address, "peer-aborted", 2)
        expect.true("the RST is as of one who knows", "traits" not in row["evidence"], row)
        expect.equal("findings", tool.causes(world.client), [(world.server_address, "peer-aborted")])


class Gate(World):
    """A client, a box that translates, and a server behind it."""

    def __init__(self, family):
        super().__init__()
        self.family = family
        self.gate, self.client, self.server = (self.namespace(name) for name in ("gate", "client", "server"))
        self.near = self.cable(self.gate, self.client, 1)[1]
        self.far = self.cable(self.gate, self.server, 2)[1]
        for end in (self.near, self.far):
            self.default(end)
        self.gate.sysctl("ipv4.ip_forward", 1)
        self.gate.sysctl("ipv6.conf.all.forwarding", 1)
        self.client_address, self.server_address = self.near.address(family), self.far.address(family)
        self.gate_address = self.far.other.address(family)
        self.table = "ip6" if family.six else "ip"
        self.listener = self.keep(sockets.listen(self.server, family, PORT))

    def rules(self, hook, priority, rule):
        self.gate.run("nft", "-f", "-", input=f"table {self.table} nat {{ chain {hook} {{ "
                      f"type nat hook {hook} priority {priority}; {rule}; }}; }}")


@scenario
def nat_lost_its_table(family):
    """Busy connections get another port, and meet a server that does not know them."""
    with Gate(family) as world:
        world.rules("postrouting", 100, "oifname net2 masquerade fully-random")
        pairs = []
        for _ in range(4):
            client = sockets.connect(world.client, family, world.server_address, PORT)
            pairs.append((client, sockets.accept(world.listener)))
            exchange(*pairs[-1])
        world.gate.run("conntrack", "-F")
        for client, _ in pairs:
            client.sendall(b"still")
            dies(client)
        lost(world.client, world.server_address, 4, phase=OPEN, bytes_unacked=5)
        expect.equal("findings", tool.causes(world.client), [(world.server_address, CAUSE)])
        story = " ".join(tool.ask(world.client, "why", world.server_address).split())
        expect.true("who may have done it", "lost track of it" in story and
                    "4 connections of this peer were lost within" in story, story)
        resets.named(world.server, world.gate_address, UNKNOWN, 4)
        story = " ".join(tool.ask(world.server, "why", world.gate_address).split())
        expect.true("the server's host hears of it", "a NAT or load balancer between lost track of the connection" in
                    story, story)
        tool.reconciled(world.client)
        for _, server in pairs:
            sockets.reset(server)


def typed(gate, story, name):
    """The remedy, as it stands there."""
    command = re.search(rf"sysctl -w net.netfilter.{name}=\d+", story)
    expect.true("a remedy for the NAT", command, story)
    gate.run(*command.group().split())


ASKED, ANSWERED = b"GET /meta HTTP/1.0\r\n\r\n", b"HTTP/1.0 200 OK\r\n\r\n"
FORGETS, THINKS = 2, 3.5  # seconds: a NAT half-closed connections, a server an answer


class Thinker(Gate):
    """A client that asks, closes its side and waits, and a server that takes its time."""

    def __init__(self, family):
        super().__init__(family)
        self.rules("postrouting", 100, "oifname net2 masquerade")
        self.gate.sysctl("netfilter.nf_conntrack_tcp_timeout_close_wait", FORGETS)

    def ask(self, waits=True, patience=expect.DEADLINE):
        """What the client gets; one that does not wait has closed."""
        client = sockets.connect(self.client, self.family, self.server_address, PORT)
        server = sockets.accept(self.listener)
        client.sendall(ASKED)
        if waits:
            client.shutdown(socket.SHUT_WR)
        else:
            client.close()
        expect.equal("request", server.recv(100), ASKED)
        sockets.ends(server)
        time.sleep(THINKS)
        server.sendall(ANSWERED)
        try:
            return self.answer(client, patience) if waits else None
        finally:
            server.close()
            client.close()

    @staticmethod
    def answer(client, patience):
        client.settimeout(patience)
        try:
            return client.recv(100)
        except socket.timeout:
            return None


@scenario(at_once=True)
def half_closed_and_forgotten(family):
    """The NAT forgets a connection of which one side has closed; the answer meets the NAT itself."""
    with Thinker(family) as world:
        for _ in range(3):
            expect.equal("what the client gets", world.ask(patience=0.5), None)
        row = tool.counted(world.server, world.gate_address, "idle-expired", 1)
        expect.subset("finding", row, {"severity": "trouble", "confidence": "likely"})
        expect.subset("evidence", row["evidence"], {"traits": ["bare", "half-closed"], "bytes_unacked": len(ANSWERED)})
        early = tool.counted(world.server, world.gate_address, "peer-closed-early", 2)
        expect.equal("confidence until then", early["confidence"], "possible")
        typed(world.gate, tool.ask(world.server, "why", world.gate_address), "nf_conntrack_tcp_timeout_close_wait")
        expect.equal("what the client gets with the remedy", world.ask(), ANSWERED)
        tool.counted(world.server, world.gate_address, "idle-expired", 1)
        tool.reconciled(world.server)


@scenario(at_once=True)
def closed_and_gone(family):
    """The look-alike: the clients do not wait, and their own kernel says so."""
    with Thinker(family) as world:
        world.gate.sysctl("netfilter.nf_conntrack_tcp_timeout_close_wait", 3600)
        for _ in range(3):
            world.ask(waits=False)
        row = tool.counted(world.server, world.gate_address, "peer-closed-early", 3)
        expect.subset("finding", row, {"severity": "trouble", "confidence": "likely"})
        expect.equal("findings", tool.causes(world.server), [(world.gate_address, "peer-closed-early")])

# SPDX-License-Identifier: GPL-2.0
"""RSTs that left this host, and TCP did not make them: a firewall, a program, another host."""
import socket

from lib import expect, received, resets, sockets, tool
from lib.bare import Bare
from lib.container import Initial
from lib.crafted import Crafted
from lib.resets import PORT, Connected
from lib.scenario import scenario
from lib.received import HANDSHAKE, OPEN, dies
from lib.segment import ACK, FIN, PSH, RST, SYN, Segment
from lib.wire import Wire
from lib.world import World

RESETS = True

ELSEWHERE = PORT + 1
ESTABLISHED, SYN_SENT, NEW_SYN_RECV = 1, 2, 12
FIREWALL, FORGED, FORWARDED, CLOSED, UNKNOWN, UNREAD = (
    "rst-firewall", "rst-forged-local", "rst-forwarded", "rst-port-closed",
    "rst-unknown-connection", "rst-unread-data")
FOREIGN = (FIREWALL, FORGED, FORWARDED)

RULES = """
table inet firewall {{
    chain way {{ type filter hook {hook} priority 0; tcp dport {port} {verdict}; }}
}}
"""


def rule(namespace, hook, port, verdict="reject with tcp reset"):
    namespace.run("nft", "-f", "-", input=RULES.format(hook=hook, port=port, verdict=verdict))


def refused(namespace, family, address, port):
    expect.fails("connecting", ConnectionRefusedError, sockets.connect, namespace, family, address,
                 port)


def is_reset(segment):
    return segment.flags & RST


@scenario
def rejected_on_arrival(family):
    """SYNs, at a port on which somebody does listen, and data of a connection that was let in."""
    with Connected(family) as world:
        wire = world.keep(Wire(world.near))
        client, server = world.connect()
        rule(world.server, "input", PORT)
        for _ in range(2):
            refused(world.client, family, world.server_address, PORT)
        client.sendall(b"hello?")
        expect.fails("reading", ConnectionResetError, client.recv, 1)
        last = wire.find(is_reset)[-1]
        row = resets.named(world.server, world.client_address, FIREWALL, 3, by_tcp=0,
                           origin="netfilter", seq=last.seq, ttl=last.ttl)
        expect.subset("finding", row, {"lport": PORT, "rport": last.dport})
        resets.nobody(row)
        resets.none(world.client)
        sockets.reset(server)
        client.close()


def iptables(namespace, family, chain):
    """From now on it rejects what this chain sees for our port."""
    done = namespace.run("ip6tables" if family.six else "iptables", "-A", chain, "-p", "tcp",
                         "--dport", PORT, "-j", "REJECT", "--reject-with", "tcp-reset", check=False)
    if "missing kernel module" in done.stderr:
        raise expect.Lacking("no REJECT of xtables in this kernel")
    expect.equal("what iptables says", (done.returncode, done.stderr), (0, ""))


@scenario
def rejected_by_iptables(family):
    with Connected(family) as world:
        iptables(world.server, family, "INPUT")
        refused(world.client, family, world.server_address, PORT)
        resets.named(world.server, world.client_address, FIREWALL, 1, by_tcp=0, origin="netfilter")


def for_a_program(namespace, peer, count, **evidence):
    """That often a program of this host was rejected, in the name of this peer: nobody else did it."""
    expect.eventually("confidence", lambda: (tool.finding(namespace, peer, FIREWALL) or {}).get(
        "confidence"), "certain")
    evidence = received.only(namespace, peer, FIREWALL, count, origin="netfilter", **evidence)
    resets.nobody({"evidence": evidence})


@scenario
def rejected_on_departure(family):
    """The RST is for a program of this host, in the name of the peer that it wanted to talk to."""
    with Connected(family) as world:
        client, server = world.connect()
        rule(world.client, "output", PORT)
        for count in (1, 2):
            refused(world.client, family, world.server_address, PORT)
            for_a_program(world.client, world.server_address, count, state=SYN_SENT, rport=PORT,
                          phase=HANDSHAKE)
        client.sendall(b"hello?")
        dies(client)
        for_a_program(world.client, world.server_address, 3, state=ESTABLISHED, rport=PORT,
                      phase=OPEN, bytes_unacked=6)
        expect.equal("established connections that were reset",
                     tool.reconciled(world.client)["TcpEstabResets"], 1)
        resets.none(world.server)
        server.close()


@scenario
def rejected_on_departure_by_iptables(family):
    with Connected(family) as world:
        iptables(world.client, family, "OUTPUT")
        refused(world.client, family, world.server_address, PORT)
        for_a_program(world.client, world.server_address, 1, state=SYN_SENT)


@scenario
def rejected_answer(family):
    """What the server answers to a SYN may not leave: it loses the request, and no program knows."""
    with Bare(family) as world:
        rule(world.server, "output", world.peer().source_port)
        world.peer().syn()
        for_a_program(world.server, world.client_address, 1, state=NEW_SYN_RECV, lport=PORT,
                      phase=HANDSHAKE)
        expect.equal("requests that a RST ended",
                     tool.reconciled(world.server)["TcpExtEmbryonicRsts"], 1)


@scenario
def rejected_on_loopback(family):
    """Whoever rejects and whoever is rejected are of one host: told of the one who is."""
    with Connected(family) as world:
        rule(world.server, "input", PORT)
        refused(world.server, family, world.server_address, PORT)
        for_a_program(world.server, world.server_address, 1, state=SYN_SENT, rport=PORT)


@scenario
def rejected_here_and_there(family):
    """The same ports again: what the peer itself refuses is the peer's."""
    with Connected(family) as world:
        rule(world.client, "output", ELSEWHERE)
        for _ in ("here", "there"):
            expect.fails("connecting", ConnectionRefusedError, sockets.connect, world.client,
                         family, world.server_address, ELSEWHERE, 45000)
            world.client.run("nft", "flush", "ruleset")
        for cause in (FIREWALL, "peer-refused"):
            row = tool.counted(world.client, world.server_address, cause, 1)
            expect.subset("ports", row, {"lport": 45000, "rport": ELSEWHERE})
            received.judged(row)
        resets.named(world.server, world.client_address, CLOSED, 1)
        tool.reconciled(world.client)


@scenario
def rejected_otherwise(family):
    """By an ICMP error, or by silence; and a closed port behind a firewall that lets pass."""
    with Connected(family) as world:
        rule(world.server, "input", PORT, "reject")
        refused(world.client, family, world.server_address, PORT)
        rule(world.server, "input", ELSEWHERE, "accept")
        resets.none(world.server)
        refused(world.client, family, world.server_address, ELSEWHERE)
        resets.named(world.server, world.client_address, CLOSED, 1)


class Routed(World):
    """A client and a server with a router between them."""

    def __init__(self, family):
        super().__init__()
        self.family = family
        self.client, self.router, self.server = (self.namespace(role) for role in
                                                 ("client", "router", "server"))
        self.near = self.cable(self.client, self.router, 1)
        self.far = self.cable(self.router, self.server, 2)
        self.default(self.near[0])
        self.default(self.far[1])
        self.router.sysctl("ipv4.ip_forward", 1)
        self.router.sysctl("ipv6.conf.all.forwarding", 1)
        self.client_address = self.near[0].address(family)
        self.router_address = self.near[1].address(family)
        self.server_address = self.far[1].address(family)
        self.listener = self.keep(sockets.listen(self.server, family, PORT))


@scenario
def rejected_on_the_way(family):
    """By a router: the client is told in the name of the server, which has heard nothing."""
    with Routed(family) as world:
        rule(world.router, "forward", PORT)
        wire = world.keep(Wire(world.near[0]))
        for _ in range(2):
            refused(world.client, family, world.server_address, PORT)
        last = wire.find(is_reset)[-1]
        row = resets.named(world.router, world.client_address, FIREWALL, 2, by_tcp=0,
                           origin="netfilter", seq=last.seq, ttl=last.ttl)
        resets.nobody(row)
        resets.none(world.client, world.server)


@scenario
def forwarded(family):
    """Their senders are named; what the router itself refuses is its own. FINs are no RSTs."""
    with Routed(family) as world:
        client = sockets.connect(world.client, family, world.server_address, PORT)
        sockets.server_closes_first(world.listener, client)
        resets.none(world.router)
        for _ in range(3):
            refused(world.client, family, world.server_address, ELSEWHERE)
        wire = world.keep(Wire(world.far[0]))
        client = sockets.connect(world.client, family, world.server_address, PORT)
        server = sockets.accept(world.listener)
        sockets.reset(client)
        sockets.reaches(server, "CLOSE")
        server.close()
        last = wire.wait("RST", is_reset)
        row = tool.counted(world.router, world.server_address, FORWARDED, 3)
        expect.subset("finding", row, {"severity": "info", "confidence": "possible"})
        expect.subset("evidence", row["evidence"], {"origin": "forwarded"})
        resets.nobody(row)
        refused(world.client, family, world.router_address, ELSEWHERE)
        resets.named(world.router, world.client_address, FORWARDED, 1, by_tcp=1,
                     origin="forwarded", seq=last.seq, ttl=last.ttl,
                     also={(world.server_address, FORWARDED): 3, (world.client_address, CLOSED): 1})
        resets.named(world.server, world.client_address, CLOSED, 3)


@scenario
def forwarded_by_a_nat(family):
    """What the client sends leaves under the router's own address: the client is named all the same."""
    with Routed(family) as world:
        world.router.run("nft", "-f", "-", input=f"table {'ip6' if family.six else 'ip'} nat {{ chain leaves {{ type nat "
                         f"hook postrouting priority 100; oifname {world.far[0].dev} masquerade; }}; }}")
        for _ in range(2):
            client = sockets.connect(world.client, family, world.server_address, PORT)
            server = sockets.accept(world.listener)
            sockets.reset(client)
            sockets.reaches(server, "CLOSE")
            server.close()
        row = tool.counted(world.router, world.client_address, FORWARDED, 2)
        expect.subset("evidence", row["evidence"], {"origin": "forwarded"})
        expect.equal("who is named", {row["peer"] for row in tool.findings(world.router)}, {world.client_address})


class Forgery(Connected):
    """A connection of this host, and a program that speaks in its name past TCP."""

    def __init__(self, family):
        super().__init__(family)
        self.talking, self.talked_to = self.connect()
        self.rport = self.talking.getsockname()[1]
        self.wire = self.keep(Wire(self.far))
        self.talking.sendall(b"a question")
        asked = self.wire.wait("data", lambda s: s.data == b"a question")
        self.seq, self.ack = asked.ack, asked.end_seq

    def segment(self, flags, **more):
        return Segment(self.server_address, self.client_address, PORT, self.rport, flags,
                       **dict({"seq": self.seq, "ack": self.ack}, **more))

    def raw(self, flags, sport=PORT, dport=None, seq=None):
        """Sends the like by a raw socket, which takes whole packets."""
        made = Crafted(self.wire, self.family, self.server_address, self.client_address)
        tcp = made.tcp(sport, dport or self.rport, flags, seq or self.seq, self.ack)
        with self.server, socket.socket(self.family.number, socket.SOCK_RAW,
                                        socket.IPPROTO_RAW) as sock:
            sock.sendto(made.ip(tcp), (self.client_address, 0))

    def judged(self, origin, name):
        """A RST of that name's was forged, and has ended the connection at the other side."""
        expect.fails("reading", ConnectionResetError, self.talking.recv, 1)
        row = resets.named(self.server, self.client_address, FORGED, 1, by_tcp=0, origin=origin,
                           seq=self.seq, ttl=64, **dict(resets.own(), comm=name))
        expect.subset("finding", row, {"lport": PORT, "rport": self.rport})
        sockets.reset(self.talked_to)
        self.talking.close()


@scenario
def forged_by_a_raw_socket(family):
    tool.beside("rst-unread-data")
    with Forgery(family) as world:
        with resets.called("protector"):
            world.raw(RST | ACK)
        world.judged("raw-socket", "protector")


@scenario
def forged_by_a_packet_socket(family):
    """Which goes past netfilter, too."""
    tool.beside("rst-unread-data")
    with Forgery(family) as world:
        with resets.called("virus, scanner"):
            world.wire.send(world.segment(RST | ACK))
        world.judged("packet-socket", "virus, scanner")


@scenario
def forged_otherwise(family):
    """What is no RST, by the same ways; a sniffer sees TCP's own RST, and has not sent it."""
    with Forgery(family) as world:
        for flags in (ACK, ACK | PSH, FIN | ACK, SYN):
            world.raw(flags, seq=world.seq - 1)
            world.wire.send(world.segment(flags, seq=world.seq - 1))
        resets.none(world.server)
        tcpdump = world.server.start("tcpdump", "-i", world.far.dev, "-w", "/dev/null", stderr=-1)
        tcpdump.stderr.readline()
        sockets.reset(world.talked_to)
        resets.named(world.server, world.client_address, UNREAD, 1, **resets.own())
        world.talking.close()


@scenario
def scanner_of_this_host(family):
    """It begins handshakes past TCP, which knows nothing of the SYN-ACKs that come, and refuses."""
    with Forgery(family) as world:
        listener = world.keep(sockets.listen(world.client, family, PORT))
        for port in range(61000, 61003):
            world.raw(SYN, sport=port, dport=PORT)
        row = resets.named(world.server, world.client_address, UNKNOWN, 3)
        expect.subset("finding", row, {"lport": 61002, "rport": PORT})
        listener.setblocking(False)
        expect.fails("accepting", BlockingIOError, listener.accept)


@scenario
def lean(family):
    """That takes a look at each packet sent, which lean mode does not; the others are named."""
    seen = {cause: tool.coverage(Initial(), cause) for cause in FOREIGN}
    expect.equal("coverage", seen, {cause: "full" for cause in FOREIGN})
    with tool.lean_mode(), Forgery(family) as world:
        status = tool.status(Initial())["causes"]
        expect.equal("coverage none", {row["name"] for row in status if row["coverage"] == "none"},
                     set(FOREIGN))
        expect.equal("coverage not full", {row["name"] for row in status
                                           if row["coverage"] != "full"},
                     {*FOREIGN, "blackhole-forward", "peer-ignores-syn", "rst-happy-eyeballs"})
        world.raw(RST | ACK)
        expect.fails("reading", ConnectionResetError, world.talking.recv, 1)
        rule(world.server, "input", 22)
        refused(world.client, family, world.server_address, 22)
        resets.none(world.server)
        sockets.reset(world.talked_to)
        resets.named(world.server, world.client_address, UNREAD, 1, **resets.own())
        world.talking.close()

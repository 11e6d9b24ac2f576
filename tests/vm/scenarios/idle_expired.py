# SPDX-License-Identifier: GPL-2.0
"""A box on the path forgets connections that are idle, and nobody is told until somebody writes."""
import socket
import time

from lib import expect, received, sockets, tool, typed
from lib.received import dies, exchange
from lib.resets import PORT, Connected, delivered
from lib.scenario import scenario
from lib.web import Web
from lib.world import Pair, World

RESETS = True

CASES = 3
# Seconds. The box forgets after the first time; connections survive the second, and not the third.
FORGETS, SURVIVES, DIES = 2, 1.1, 2.4
APART = 0.6
SLACK = 500 * expect.PATIENCE  # milliseconds
TCP_REPAIR = 19

RULES = """
table inet fw {{
    set seen {{ type inet_service . inet_service; size 1024; flags dynamic; }}
    chain forward {{
        type filter hook forward priority 0;
        {rules}
    }}
}}
"""
REJECT = "ct state invalid meta l4proto tcp reject with tcp reset"
DROP = "ct state invalid meta l4proto tcp drop"
# As some load balancers: the first segment is lost, the second one is answered.
REJECT_SECOND = """
        ct state invalid tcp sport . tcp dport @seen reject with tcp reset
        ct state invalid meta l4proto tcp add @seen { tcp sport . tcp dport } drop
"""


class Connection:
    """A connection that has just been used; both its sockets."""

    def __init__(self, world):
        self.client = sockets.connect(world.client, world.family, world.server_address, PORT)
        self.server = sockets.accept(world.listener)
        self.use()

    def use(self):
        exchange(self.client, self.server)
        self.since = time.monotonic()

    def idle(self):
        """Milliseconds."""
        return (time.monotonic() - self.since) * 1000


class Middlebox(World):
    """A client, a server that listens, and between them a box that keeps track."""

    def __init__(self, family, rules):
        super().__init__()
        self.family = family
        self.client, self.box = self.namespace("client"), self.namespace("box")
        self.server = self.namespace("server")
        near = self.cable(self.box, self.client, 1)[1]
        far = self.cable(self.box, self.server, 2)[1]
        for end in (near, far):
            self.default(end)
        self.client_address, self.server_address = near.address(family), far.address(family)
        self.box.sysctl("ipv4.ip_forward", 1)
        self.box.sysctl("ipv6.conf.all.forwarding", 1)
        self.box.run("nft", "-f", "-", input=RULES.format(rules=rules))
        self.box.sysctl("netfilter.nf_conntrack_tcp_loose", 0)
        self.box.sysctl("netfilter.nf_conntrack_tcp_timeout_established", FORGETS)
        self.listener = self.keep(sockets.listen(self.server, family, PORT))
        self.lucky = self.survived = None

    def expired(self):
        """Connections when they have been idle for too long; the second falls silent after the first is known to
        be lost, for no single event explains a rule. Beside them one that is used in time."""
        self.lucky = Connection(self)
        first = Connection(self)
        self.wait(first)
        yield first
        others = []
        for _ in range(CASES - 1):
            others.append(Connection(self))
            self.pause(APART)
        for connection in others:
            self.wait(connection)
            yield connection

    def wait(self, connection):
        """Until it has been idle for too long."""
        while connection.idle() < DIES * 1000:
            self.pause(min(APART, max(0, DIES - connection.idle() / 1000)))

    def pause(self, seconds):
        """The one that is used in time is not idle for long."""
        time.sleep(seconds)
        if not self.survived and self.lucky.idle() > APART * 1000:
            self.lucky.use()

    def rest(self):
        """The one that is still known has been idle for a while; nobody uses it on its behalf after that."""
        time.sleep(max(0, self.lucky.since + SURVIVES - time.monotonic()))
        self.survived = self.lucky.idle()

    def survive(self, closer, other):
        """It comes to an orderly end."""
        self.rest()
        closer.close()
        sockets.ends(other)
        other.close()

    def survive_a_write(self, far, near):
        """It is written to, and that is acknowledged."""
        self.rest()
        near.sendall(b"still there?")
        expect.equal("what is read after a silence", far.recv(16), b"still there?")
        delivered(near)

    def lost(self, near, far, word=b"still there?", survive=None):
        """One by one they are written to at the `near` end, too late, and die; how long each was idle."""
        survive = survive or self.survive
        for number, connection in enumerate(self.expired()):
            idle = connection.idle()
            getattr(connection, near).sendall(word)
            dies(getattr(connection, near))
            if not number:
                survive(getattr(self.lucky, far), getattr(self.lucky, near))
            yield idle

    def learned(self, namespace, peer, idle, other):
        """What is made of connections that were idle for so long; the first two are named `other`."""
        tool.counted(namespace, peer, "idle-expired", CASES - 2)
        expect.equal("findings", tool.causes(namespace), [(peer, "idle-expired"), (peer, other)])
        expect.equal(other, tool.count(namespace, peer, other), 2)
        evidence = received.judged(tool.finding(namespace, peer, "idle-expired"), samples=CASES)
        for name, true in (("idle_ms", idle[-1]), ("expiry_ms", min(idle)),
                           ("expiry_max_ms", max(idle)), ("survived_ms", self.survived)):
            expect.within(name, evidence.get(name), true - SLACK, true + SLACK)
        tool.reconciled(namespace)


@scenario(at_once=True)
def answers_with_rst(family):
    """Nothing is learned from two cases. What keepalive keeps busy lives on."""
    with Middlebox(family, REJECT) as world:
        kept = Connection(world)
        kept.client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option in (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL):
            kept.client.setsockopt(socket.IPPROTO_TCP, option, 1)
        idle = []
        for milliseconds in world.lost("client", "server"):
            idle.append(milliseconds)
            if len(idle) == 2:
                tool.only(world.client, world.server_address, "peer-lost-connection", 2)
        world.learned(world.client, world.server_address, idle, "peer-lost-connection")
        kept.use()


def kept_alive(world, command):
    """With what is advised, a connection lives through silences that others died of."""
    row = typed.remedy(world.client, world.server_address, "idle-expired", "sysctl -w net.ipv4.tcp_keepalive_time=")
    typed.paste(world.client, row["command"])
    expect.equal("what is typed", row["command"].split()[2:4], command)
    kept = [Connection(world) for _ in range(CASES)]
    for connection in kept:
        connection.client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    time.sleep(3 * FORGETS)
    for connection in kept:
        connection.use()


@scenario(at_once=True)
def remedy(family):
    """Typed as it is printed, where it is known what was survived."""
    with Middlebox(family, REJECT) as world:
        idle = list(world.lost("client", "server"))
        world.learned(world.client, world.server_address, idle, "peer-lost-connection")
        story = tool.ask(world.client, "why", world.server_address)
        expect.true("the time is the most that it can be", "after at most" in story, story)
        kept_alive(world, [f"net.ipv4.tcp_keepalive_{name}=1" for name in ("time", "intvl")])


@scenario(at_once=True)
def remedy_by_guess(family):
    """Nothing is known to have survived: the silences were much longer than the limit."""
    with Middlebox(family, REJECT) as world:
        def dead(connection):
            time.sleep(max(0, connection.since + 3 * FORGETS - time.monotonic()))
            connection.client.sendall(b"still there?")
            dies(connection.client)
        # A busy machine may wait for too long, and times that differ are no rule: then there are more of them.
        for _ in range(6):
            dead(Connection(world))
            if tool.count(world.client, world.server_address, "idle-expired"):
                break
        tool.counted(world.client, world.server_address, "idle-expired", 1)
        kept_alive(world, [f"net.ipv4.tcp_keepalive_{name}=1" for name in ("time", "intvl")])


@scenario(at_once=True)
def drops_silently(family):
    """Only that nothing is acknowledged tells; the idle time ends with what was sent first."""
    with Middlebox(family, DROP) as world:
        world.client.sysctl("ipv4.tcp_retries2", 1)
        idle = []
        for connection in world.expired():
            idle.append(connection.idle())
            connection.client.sendall(b"still there?")
            if not world.survived:
                world.lucky.use()
            dies(connection.client, TimeoutError)
            if not world.survived:
                world.survive(world.lucky.server, world.lucky.client)
        world.learned(world.client, world.server_address, idle, "timeout-retransmit")


@scenario(at_once=True)
def answers_the_second(family):
    """It is the repetition that is answered, or a second request."""
    with Middlebox(family, REJECT_SECOND) as world:
        idle = list(world.lost("client", "server"))
        world.learned(world.client, world.server_address, idle, "peer-lost-connection")


@scenario(at_once=True)
def server_writes(family):
    """The same for who has accepted, and pushes news."""
    with Middlebox(family, REJECT) as world:
        idle = list(world.lost("server", "client", b"news"))
        world.learned(world.server, world.client_address, idle, "peer-lost-connection")


@scenario(at_once=True)
def survives_a_write(family):
    """What was written after a silence was acknowledged: that is known when we close."""
    with Middlebox(family, REJECT) as world:
        def and_close(far, near):
            world.survive_a_write(far, near)
            near.close()
            sockets.ends(far)
            far.close()
        idle = list(world.lost("client", "server", survive=and_close))
        world.learned(world.client, world.server_address, idle, "peer-lost-connection")


@scenario(at_once=True)
def survives_writes_of_the_server(family):
    """Or when it is written to again."""
    with Middlebox(family, REJECT) as world:
        def and_write(far, near):
            world.survive_a_write(far, near)
            time.sleep(APART)
            near.sendall(b"again")
        idle = list(world.lost("server", "client", b"news", survive=and_write))
        world.learned(world.server, world.client_address, idle, "peer-lost-connection")


@scenario(at_once=True)
def survives_longer(family):
    """One that is idle for longer than those that die, and lives on: it is not the time."""
    with Middlebox(family, f"ct state invalid tcp dport {PORT} reject with tcp reset") as world:
        listener = world.keep(sockets.listen(world.server, family, PORT + 1))
        client = sockets.connect(world.client, family, world.server_address, PORT + 1)
        server = sockets.accept(listener)
        exchange(client, server)
        time.sleep(FORGETS)

        def write(*_):
            exchange(client, server)
            client.close()
            sockets.ends(server)
            server.close()
        list(world.lost("client", "server", survive=write))
        received.only(world.client, world.server_address, "peer-lost-connection", CASES)


@scenario(at_once=True)
def program_closes_idle_connections(family):
    """nginx does, with a FIN; who writes after that was told, and did not look."""
    with Pair(family) as world:
        world.keep(Web(world.server, PORT, keepalive=1))
        clients = [sockets.connect(world.client, family, world.server_address, PORT)
                   for _ in range(CASES)]
        for client in clients:
            client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            expect.true("an answer", client.recv(1000).startswith(b"HTTP/1.1 200"))
        for client in clients:
            sockets.reaches(client, "CLOSE_WAIT")
        for client in clients:
            client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nUser-Agent: a program with a pool of connections\r\n\r\n")
            sockets.reaches(client, "CLOSE")
            client.close()
        received.only(world.client, world.server_address, "peer-closed-early", CASES)


@scenario(at_once=True)
def program_aborts_idle_connections(family):
    """After always the same time, but nobody wrote to it: the peer decided so."""
    with Connected(family) as world:
        pairs = []
        for _ in range(CASES):
            pairs.append(world.connect())
            exchange(*pairs[-1])
            time.sleep(APART)
        for client, server in pairs:
            time.sleep(APART)
            sockets.reset(server)
            dies(client)
        evidence = received.only(world.client, world.server_address, "peer-aborted", CASES)
        expect.within("idle_ms", evidence["idle_ms"], APART * CASES * 1000 + 500,
                      APART * CASES * 1000 + 2000 * expect.PATIENCE)


def restart(world, times, apart, idle):
    """A server loses all its connections at once, and tells nobody; clients find out when they write."""
    pairs = [world.connect() for _ in range(times)]
    for pair in pairs:
        exchange(*pair)
        time.sleep(apart)
    time.sleep(idle)
    for _, server in pairs:
        server.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
        server.close()
    for client, _ in pairs:
        client.sendall(b"still there?")
    for client, _ in pairs:
        dies(client)
    received.only(world.client, world.server_address, "peer-lost-connection", times)


@scenario(at_once=True)
def restarted_when_idle(family):
    """All had been idle since the same moment: a pool after one burst of requests."""
    with Connected(family) as world:
        restart(world, 4, 0, 1.5)


@scenario(at_once=True)
def restarted_when_in_use(family):
    """All had been idle for about as long: a pool of connections that are used in turn, every few seconds."""
    with Connected(family) as world:
        restart(world, 3, 0.6, 1.1)


@scenario(at_once=True)
def restarted_when_busy(family):
    """Each had been idle for another time."""
    with Connected(family) as world:
        restart(world, 3, 1.3, 0.1)

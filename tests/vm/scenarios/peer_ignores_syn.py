# SPDX-License-Identifier: GPL-2.0
"""A server does not answer SYNs whose timestamp is behind another's; old kernels do so with tcp_tw_recycle."""
import contextlib
import itertools
import time

from lib import counters, expect, sockets, tool
from lib.nat import Nat
from lib.scenario import scenario
from lib.segment import ACK, SYN, behind
from lib.wire import Wire
from lib.world import Pair

CAUSE = "peer-ignores-syn"
PORT = 8080
PROBED = PORT + 1  # nobody listens there: its RST tells a host's clock
WORD = 1 << 32
LONG = 180


def rule(verdict, match=""):
    """The server's, for SYNs."""
    return f"add rule inet recycle arrived tcp dport {PORT} tcp flags & (syn | ack) == syn {match} {verdict}\n"


def ranges(start, end):
    """Matches for timestamps from the one to before the other, on their circle."""
    start, end = start % WORD, end % WORD
    pieces = [(start, end - 1)] if start < end else [(start, WORD - 1), (0, end - 1)]
    return [f"tcp option timestamp tsval {low}-{high}" for low, high in pieces if low <= high]


class Recycler:
    """Makes a server mind the latest timestamp that it has answered: what is behind gets no answer."""

    def __init__(self, server, wire):
        self.server, self.wire, self.at, self.latest = server, wire, 0, None
        table(server, [])

    def mind(self):
        seen = self.wire.read()
        echoed = [s.ts[1] for s in seen[self.at:] if s.sport == PORT and s.flags == SYN | ACK and s.ts]
        self.at, before = len(seen), self.latest
        for stamp in echoed:
            if self.latest is None or behind(self.latest, stamp) > 0:
                self.latest = stamp
        if self.latest != before:
            self.server.run("nft", "-f", "-", input="flush chain inet recycle arrived\n" + "".join(
                rule("drop", match) for match in ranges(self.latest - WORD // 2 + 1, self.latest)))


def table(server, rules):
    server.run("nft", "-f", "-", input="table inet recycle { chain arrived { type filter hook input "
               "priority 0; }; }\n" + "".join(rules))


class Home(Nat):
    """Hosts behind a NAT, where we stand; each has a clock of its own, or on some kernels each connection."""

    def __init__(self, family):
        super().__init__(family, 6, spread=True)
        self.listen()

    def listen(self, backlog=128):
        self.listener = self.keep(sockets.listen(self.server, self.family, PORT, backlog))
        self.listener.setblocking(False)

    def let_in(self):
        with contextlib.suppress(BlockingIOError):
            while True:
                self.listener.accept()[0].close()

    def until(self, what, condition, mind=lambda: None, rest=1):
        """Each host connects once in a while, whatever becomes of it; who gets in is let go, each `rest` turns."""
        hosts, turns = itertools.cycle(self.hosts), itertools.count()

        def look():
            self.keep(sockets.begin(next(hosts), self.family, self.server_address, PORT))
            time.sleep(0.05)
            mind()
            if next(turns) % rest == 0:
                self.let_in()
            return condition()
        expect.eventually(what, look, seconds=LONG)

    def unnamed(self):
        expect.equal(f"{CAUSE} of the server", tool.count(self.router, self.server_address, CAUSE), 0)

    def repeated(self):
        """How many SYNs came again."""
        syns = [(syn.sport, syn.seq) for syn in self.syns(PORT)]
        return len(syns) - len(set(syns))


@scenario
def behind_a_nat(family):
    """Of the hosts behind one address only those whose clock is ahead get in."""
    with Home(family) as world:
        recycler = Recycler(world.server, world.wire)
        world.until("it is named", lambda: tool.count(world.router, world.server_address, CAUSE) >= 2,
                    recycler.mind)
        row = tool.finding(world.router, world.server_address, CAUSE)
        expect.subset("finding", row, {"severity": "trouble", "confidence": "likely", "rport": PORT})
        evidence = row["evidence"]
        expect.within("ts_behind", evidence["ts_behind"], 100, WORD // 2)
        expect.equal("ts_behind", evidence["ts_behind"], behind(evidence["tsval"], evidence["ts_recent"]))
        expect.true("the SYN is on the wire", [syn for syn in world.syns(PORT) if syn.ts and
                                               syn.ts[0] == evidence["tsval"]], evidence)
        expect.within("syns_ignored", evidence["syns_ignored"], 4, 10000)
        expect.within("syns_answered", evidence["syns_answered"], 4, 10000)
        expect.within("attempts", evidence["attempts"], 2, 1000)


@scenario
def dead(family):
    """The server is gone for a while, for all of them, and comes back."""
    with Home(family) as world:
        world.until("some got in", lambda: len(world.syns(PORT)) > 20)
        table(world.server, [rule("drop")])
        world.until("SYNs repeated", lambda: world.repeated() >= 40)
        world.server.run("nft", "flush", "ruleset")
        world.until("all are let in", lambda: len(world.syns(PORT)) > 150)
        world.unnamed()


@scenario
def backlog(family):
    """A slow program: its queue is full most of the time, and then SYNs are dropped whatever their timestamps."""
    with Home(family) as world:
        world.listener.listen(1)
        world.until("SYNs repeated", lambda: world.repeated() >= 60, rest=30)
        expect.true("the queue was full", counters.value(world.server, "ListenOverflows") >= 20)
        world.unnamed()


@scenario
def restarted(family):
    """Nobody listens for a while: whoever comes is refused, which is an answer."""
    with Home(family) as world:
        world.until("some got in", lambda: len(world.syns(PORT)) > 20)
        world.listener.close()
        refused = counters.value(world.server, "OutRsts")
        for host in world.hosts * 4:
            expect.fails("connecting", ConnectionRefusedError, sockets.connect, host, family,
                         world.server_address, PORT)
        expect.equal("refused", counters.value(world.server, "OutRsts") - refused, 24)
        world.listen()
        world.until("all are let in", lambda: len(world.syns(PORT)) > 100)
        world.unnamed()


@scenario
def by_port(family):
    """A firewall before the server drops SYNs whatever their timestamps: those from every second port or so."""
    with Home(family) as world:
        table(world.server, [rule("drop", "tcp sport & 4 == 4")])
        world.until("SYNs repeated", lambda: world.repeated() >= 60)
        world.unnamed()


@scenario
def lossy(family):
    """A fifth of all packets is lost both ways."""
    with Home(family) as world:
        for namespace in (world.router, world.server):
            namespace.run("tc", "qdisc", "add", "dev", "net1", "root", "netem", "loss", "20%", "limit",
                          "10000")
        world.until("SYNs repeated", lambda: world.repeated() >= 10)
        world.unnamed()


@scenario
def own(family):
    """As a client, whose kernel gives each connection a clock of its own."""
    with Pair(family) as world:
        wire = world.keep(Wire(world.far))
        for _ in range(2):
            expect.fails("connecting", ConnectionRefusedError, sockets.connect, world.client, family,
                         world.server_address, PROBED)
        stamps = [syn.ts[0] for syn in wire.find(lambda s: s.is_syn() and s.dport == PROBED)]
        if abs(behind(*stamps)) < 1 << 20:
            raise expect.Lacking("a clock for each connection")
        world.keep(sockets.listen(world.server, family, PORT, backlog=4096))
        recycler = Recycler(world.server, wire)

        def look():
            world.keep(sockets.begin(world.client, family, world.server_address, PORT))
            time.sleep(0.1)
            recycler.mind()
            return tool.count(world.client, world.server_address, CAUSE)
        expect.eventually("it is named", look, seconds=LONG)
        row = tool.finding(world.client, world.server_address, CAUSE)
        expect.subset("finding", row, {"severity": "trouble", "rport": PORT})
        expect.within("ts_behind", row["evidence"]["ts_behind"], 100, WORD // 2)
        expect.equal("whose SYN", row["evidence"]["sender"], world.client_address)

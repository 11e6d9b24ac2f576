# SPDX-License-Identifier: GPL-2.0
"""A server does not answer SYNs whose timestamp is behind another's; old kernels do so with tcp_tw_recycle."""
import contextlib
import itertools
import time

from lib import counters, expect, sockets, tool
from lib.nat import Nat
from lib.scenario import scenario
from lib.segment import behind
from lib.wire import Wire
from lib.world import Pair

CAUSE = "peer-ignores-syn"
PORT = 8080
PROBED = PORT + 1  # nobody listens there: its RST tells a host's clock
WORD = 1 << 32
LONG = 180
MARGIN = 1 << 18  # of timestamps: four minutes, in which clocks go on


def rule(verdict, match=""):
    """The server's, for SYNs."""
    return f"add rule inet recycle arrived tcp dport {PORT} tcp flags & (syn | ack) == syn {match} {verdict}\n"


def ranges(start, end):
    """Matches for timestamps from the one to before the other, on their circle."""
    start, end = start % WORD, end % WORD
    pieces = [(start, end - 1)] if start < end else [(start, WORD - 1), (0, end - 1)]
    return [f"tcp option timestamp tsval {low}-{high}" for low, high in pieces if low <= high]


def table(server, rules):
    server.run("nft", "-f", "-", input="table inet recycle { chain arrived { type filter hook input "
               "priority 0; }; }\n" + "".join(rules))


class Home(Nat):
    """Hosts behind a NAT, where we stand; each has a clock of its own, or on some kernels each connection."""

    def __init__(self, family):
        super().__init__(family, 6, spread=True)
        self.listen()

    def listen(self):
        self.listener = self.keep(sockets.listen(self.server, self.family, PORT))
        self.listener.setblocking(False)

    def let_in(self):
        with contextlib.suppress(BlockingIOError):
            while True:
                self.listener.accept()[0].close()

    def until(self, what, condition, rest=1):
        """Each host connects once in a while, whatever becomes of it; who gets in is let go, each `rest` turns."""
        hosts, turns = itertools.cycle(self.hosts), itertools.count()

        def look():
            self.keep(sockets.begin(next(hosts), self.family, self.server_address, PORT))
            time.sleep(0.05)
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


class Recycled:
    """A server that minds a timestamp: SYNs that are behind it get no answer.

    `connects` are pairs of a host and its source port. A stack's offsets of timestamps are random, and stay as they
    are for the same addresses and ports, so that those SYNs tell them that are refused before anybody listens.
    """

    def __init__(self, world, wire, connects):
        self.world, self.wire = world, wire
        minded, self.behind, self.ahead = self._parted(self._stamps(connects))
        table(world.server, [rule("drop", match) for match in ranges(minded - WORD // 2 + 1, minded)])
        world.keep(sockets.listen(world.server, world.family, PORT, backlog=4096))

    def _begin(self, connect):
        host, port = connect
        return sockets.begin(host, self.world.family, self.world.server_address, PORT, port)

    def _stamps(self, connects):
        socks = [self._begin(connect) for connect in connects]

        def stamps():
            return {syn.sport: syn.ts[0] for syn in self.wire.find(lambda s: s.is_syn() and s.dport == PORT)}
        expect.eventually("a SYN of each", lambda: len(stamps()), len(connects))
        for sock in socks:
            sock.close()
        return [(stamps()[connect[1]], connect) for connect in connects]

    @staticmethod
    def _parted(stamps):
        """(timestamp, connects behind it: 4 to 12, as 16 are remembered, connects ahead of it in order: 16 to 20)."""
        halves = [sorted(((behind(stamp, other), other, connect) for other, connect in stamps
                          if 0 <= behind(stamp, other) < WORD // 2 - MARGIN), key=lambda row: row[0])
                  for stamp, _ in stamps]
        half = max(halves, key=len)
        gap, at = max((half[i][0] - half[i - 1][0], i) for i in range(4, min(13, len(half) - 15)))
        expect.true("clocks apart", gap > 2 * MARGIN, gap)
        connects = [connect for _, _, connect in half]
        return (half[at][1] - gap // 2) % WORD, connects[:at], connects[at:at + 20]

    def play(self, pace):
        """After one got in, who is behind tries, and again after 1, 3, 7 and 15 s, while others get in."""
        for number, connect in enumerate(self.ahead):
            self.world.keep(self._begin(connect))
            expect.eventually("who gets in", lambda: counters.value(self.world.server, "PassiveOpens"), number + 1)
            if not number:
                for other in self.behind:
                    self.world.keep(self._begin(other))
            time.sleep(pace)

    def named(self, where):
        """Each of them is one case, if it came again before the last of the others got in; the evidence."""
        expect.eventually("it is named", lambda: tool.count(where, self.world.server_address, CAUSE) >= 2)
        row = tool.finding(where, self.world.server_address, CAUSE)
        expect.within("count", row["count"], 2, len(self.behind))
        expect.subset("finding", row, {"severity": "trouble", "confidence": "likely", "rport": PORT})
        evidence = row["evidence"]
        expect.equal("ts_behind", evidence["ts_behind"], behind(evidence["tsval"], evidence["ts_recent"]))
        expect.within("ts_behind", evidence["ts_behind"], MARGIN, WORD // 2)
        expect.true("the SYN is on the wire", [
            syn for syn in self.wire.find(lambda s: s.is_syn() and s.ts) if syn.ts[0] == evidence["tsval"]], evidence)
        expect.within("syns_ignored", evidence["syns_ignored"], 4, 10000)
        expect.within("syns_answered", evidence["syns_answered"], 10, len(self.ahead))
        expect.within("attempts", evidence["attempts"], 2, len(self.behind))
        return evidence


@scenario(at_once=True)
def behind_a_nat(family):
    """Of the hosts behind one address only those whose clock is ahead get in."""
    with Home(family) as world:
        world.listener.close()
        recycled = Recycled(world, world.wire, [(host, 45000 + 10 * i + k) for i, host in enumerate(world.hosts)
                                                for k in range(8)])
        recycled.play(0.5)
        recycled.named(world.router)


@scenario(at_once=True)
def dead(family):
    """The server is gone for a while, for all of them, and comes back."""
    with Home(family) as world:
        world.until("some got in", lambda: len(world.syns(PORT)) > 20)
        table(world.server, [rule("drop")])
        world.until("SYNs repeated", lambda: world.repeated() >= 40)
        world.server.run("nft", "flush", "ruleset")
        world.until("all are let in", lambda: len(world.syns(PORT)) > 100)
        world.unnamed()


@scenario(at_once=True)
def backlog(family):
    """A slow program: its queue is full most of the time, and then SYNs are dropped whatever their timestamps."""
    with Home(family) as world:
        world.listener.listen(1)
        world.until("SYNs repeated", lambda: world.repeated() >= 40, rest=30)
        expect.true("the queue was full", counters.value(world.server, "ListenOverflows") >= 20)
        world.unnamed()


@scenario(at_once=True)
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
        world.until("all are let in", lambda: len(world.syns(PORT)) > 60)
        world.unnamed()


@scenario(at_once=True)
def by_port(family):
    """A firewall before the server drops SYNs whatever their timestamps: those from every second port or so."""
    with Home(family) as world:
        table(world.server, [rule("drop", "tcp sport & 4 == 4")])
        world.until("SYNs repeated", lambda: world.repeated() >= 40)
        world.unnamed()


@scenario(at_once=True)
def lossy(family):
    """A fifth of all packets is lost both ways."""
    with Home(family) as world:
        for namespace in (world.router, world.server):
            namespace.run("tc", "qdisc", "add", "dev", "net1", "root", "netem", "loss", "20%", "limit",
                          "10000")
        world.until("SYNs repeated", lambda: world.repeated() >= 10)
        world.unnamed()


@scenario(at_once=True)
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
        recycled = Recycled(world, wire, [(world.client, 45000 + k) for k in range(56)])
        recycled.play(0.8)  # of our own we hear from the first repetition on
        evidence = recycled.named(world.client)
        expect.equal("whose SYN", evidence["sender"], world.client_address)

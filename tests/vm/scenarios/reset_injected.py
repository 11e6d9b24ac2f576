# SPDX-License-Identifier: GPL-2.0
"""A RST came in the peer's name, and there are signs that the peer did not send it."""
import struct
import time

from lib import expect, received, resets, sockets, tool
from lib.bare import Bare
from lib.peer import Peer
from lib.received import HANDSHAKE, IP_ID, LATE_DATA, NO_SIGN, OPEN, SECOND_RST, TTL, dies
from lib.scenario import scenario
from lib.segment import ACK, FIN, PSH, RST, SYN, WORD, Segment, checksum, pack
from lib.wire import Wire
from lib.world import Pair, World

RESETS = True

PORT = 8080
ESTABLISHED = 1
CAUSE, PLAIN, LOST, LEFT = "rst-injected", "peer-aborted", "peer-lost-connection", "peer-goodbye"
FAR = 1460  # what a box on the path adds to be sure to hit


class Marked(Wire):
    """Chooses IP ID (counting on from one segment to the next) and DF of what it sends by IPv4."""

    step = 0

    def __init__(self, end, number=0):
        super().__init__(end)
        self.number = number

    def send(self, segment, damage=0, number=None, df=True):
        frame = bytearray(pack(segment, self.end.mac, self.end.other.mac, damage))
        if ":" not in segment.src:
            self.number = (self.number + self.step) % 65536
            struct.pack_into("!HH", frame, 18, self.number if number is None else number,
                             0x4000 if df else 0)
            frame[24:26] = b"\0\0"
            struct.pack_into("!H", frame, 24, checksum(bytes(frame[14:34])))
        self.push(frame)


class Counting(Marked):
    """As Linux does for a connection."""

    step = 1


class Path(World):
    """A client, a server that listens, and boxes between them of which the first one forges."""

    def __init__(self, family, boxes=1):
        super().__init__()
        self.family = family
        self.client, self.server = self.namespace("client"), self.namespace("server")
        self.boxes = [self.namespace("box") for _ in range(boxes)]
        chain = [self.client] + self.boxes + [self.server]
        ends = [self.cable(one, other, 1 + i) for i, (one, other) in
                enumerate(zip(chain, chain[1:]))]
        for box in self.boxes:
            box.sysctl("ipv4.ip_forward", 1)
            box.sysctl("ipv6.conf.all.forwarding", 1)
        self.default(ends[0][0])
        self.default(ends[-1][1])
        for near, far in ends[1:-1]:
            self.default(near)
            self.route(far.namespace, family.prefix(1), near.address(family))
        self.client_address = ends[0][0].address(family)
        self.server_address = ends[-1][1].address(family)
        self.to_client = self.keep(Marked(ends[0][1]))
        self.to_server = self.keep(Marked(ends[-1][0]))
        self.listener = self.keep(sockets.listen(self.server, family, PORT))

    def pair(self):
        """A connection over which something has come, both ways."""
        client = sockets.connect(self.client, self.family, self.server_address, PORT)
        server = sockets.accept(self.listener)
        for one, other in ((client, server), (server, client)) * 2:
            one.sendall(b"hello")
            expect.equal("what is read", other.recv(16), b"hello")
        # Nobody repeats anything, which a dead connection would answer with a RST of its own.
        for sock in (client, server):
            resets.delivered(sock)
        return client, server

    def forge(self, wire, client, ahead=0, ttl=200, **more):
        """A RST for the one that this wire leads to, in the other one's name."""
        port = client.getsockname()[1]
        ends = (self.client_address, port), (self.server_address, PORT)
        (src, sport), (dst, dport) = ends if wire is self.to_server else reversed(ends)
        seen = wire.find(lambda s: (s.src, s.sport, s.dport) == (src, sport, dport) and
                         not s.flags & RST)
        wire.send(Segment(src, dst, sport, dport, RST, seen[-1].end_seq + ahead, 0, 0, ttl=ttl),
                  **more)


@scenario
def on_path(family):
    """A box resets both sides, with packets unlike theirs; IPv6 has no IP ID that could tell."""
    four = NO_SIGN if family.six else IP_ID
    cause = PLAIN if family.six else CAUSE
    with Path(family) as world:
        for count in (1, 2, 3):
            client, server = world.pair()
            world.forge(world.to_server, client, number=54321, df=False)
            world.forge(world.to_client, client, number=54321, df=False)
            for sock in (client, server):
                dies(sock)
        for namespace, peer in ((world.server, world.client_address),
                                (world.client, world.server_address)):
            evidence = received.only(namespace, peer, cause, count, TTL | four, ttl=200,
                                     ttl_usual=63, state=ESTABLISHED, phase=OPEN)
            expect.equal("IP ID", evidence.get("ip_id"), None if family.six else 54321)


@scenario
def on_path_twice(family):
    """It sends two RSTs, the second one further on in case some data comes in between."""
    four = NO_SIGN if family.six else IP_ID
    with Path(family) as world:
        for count in (1, 2):
            client, server = world.pair()
            for ahead in (0, FAR):
                world.forge(world.to_server, client, ahead, number=54321, df=False)
            dies(server)
            received.only(world.server, world.client_address, CAUSE, count,
                          TTL | SECOND_RST | four, ttl=200, ttl_usual=63, state=ESTABLISHED,
                          phase=OPEN, bytes_in=10)
            client.close()


@scenario
def on_path_one_side(family):
    """Only the server is told: the client, which has nothing to do with it, writes on."""
    four = NO_SIGN if family.six else IP_ID
    with Path(family) as world:
        client, server = world.pair()
        world.forge(world.to_server, client, number=54321, df=False)
        dies(server)
        client.sendall(b"more")
        dies(client)
        received.only(world.server, world.client_address, CAUSE, 1, TTL | LATE_DATA | four)


@scenario
def by_the_servers_own_machine(family):
    """Several kilobytes into a download, by software there that neither program knows of."""
    with Pair(family) as world:
        forger = world.keep(Marked(world.far))
        listener = world.keep(sockets.listen(world.server, family, PORT))
        client = sockets.connect(world.client, family, world.server_address, PORT)
        server = sockets.accept(listener)
        client.sendall(b"get")
        server.recv(16)
        server.sendall(bytes(8000))
        took = 0
        while took < 8000:
            took += len(client.recv(8000))
        seen = forger.find(lambda s: s.sport == PORT)[-1]
        forger.send(Segment(seen.src, seen.dst, PORT, seen.dport, RST | ACK, seen.end_seq, seen.ack,
                            0, ttl=128), number=54321, df=False)
        dies(client)
        server.sendall(bytes(1000))
        dies(server)
        received.only(world.client, world.server_address, CAUSE, 1,
                      TTL | LATE_DATA | (NO_SIGN if family.six else IP_ID), ttl_usual=64)


@scenario
def reject(family):
    """A firewall on the way gives itself away by nothing but its TTL, and that only from afar."""
    rule = f"meta length > 1000 tcp dport {PORT} reject with tcp reset"
    table = "table inet fw {{ chain forward {{ type filter hook forward priority 0; {}; }}; }}"
    with Path(family, boxes=2) as world:
        for count, box, signs, ttl in ((1, world.boxes[1], NO_SIGN, 63),
                                       (2, world.boxes[0], TTL, 64)):
            box.run("nft", "-f", "-", input=table.format(rule))
            client, server = world.pair()
            client.sendall(bytes(1200))
            dies(client)
            row = tool.only(world.client, world.server_address, LOST, count)
            expect.subset("evidence", row["evidence"], {"ttl": ttl, "ttl_usual": 62, "traits": ["bare"]})
            expect.equal("signs", set(row["evidence"].get("signs", ())), signs)
            tool.reconciled(world.client)
            box.run("nft", "flush", "ruleset")
            server.close()


class Suspects(Bare):
    """A server, and peers of an address each, whose packets can be chosen."""

    def __init__(self, family, wire=None):
        super().__init__(family)
        self.marked = self.keep((wire or Counting)(self.near))
        self.expected = {}

    def connection(self, **more):
        """One more peer, from which something has come, and the server's socket."""
        peer = Peer(self.marked, self.family.foreign(len(self.expected) + 1), self.server_address,
                    PORT, **more)
        server = peer.established(self.listener)
        peer.send(ACK | PSH, b"again")
        peer.seq += 5
        expect.equal("what the server reads", server.recv(16), b"again")
        return peer, server

    def reset(self, peer, server, **more):
        self.again(peer, 0, **more)
        dies(server)

    def again(self, peer, ahead, ttl=64, **more):
        self.marked.send(peer.build(RST, seq=peer.seq + ahead, ttl=ttl), **more)

    def expect(self, peer, cause, signs, **evidence):
        self.expected[peer.address] = (cause, 1, signs, evidence)

    def found(self):
        return {row["peer"]: row for row in tool.findings(self.server)
                if row["cause"] in (CAUSE, PLAIN, LOST, LEFT)}

    def judge(self):
        """Each peer is named as expected, and not otherwise."""
        wanted = {peer: (cause, count, signs) for peer, (cause, count, signs, _) in
                  self.expected.items()}
        expect.eventually("causes, counts and signs", lambda: {
            peer: (row["cause"], row["count"], set(row["evidence"].get("signs", ())))
            for peer, row in self.found().items()}, wanted)
        expect.equal("findings above info", tool.causes(self.server), sorted(
            (peer, cause) for peer, (cause, _, _) in wanted.items() if cause != LEFT))
        for peer, row in self.found().items():
            received.judged(row, self.expected[peer][2], **self.expected[peer][3])
        tool.reconciled(self.server)


@scenario
def signs_at_the_rst(family):
    """TTL and IP ID, each alone, both, and less; where IDs are 0, and where they count."""
    for wire in (Marked, Counting):
        with Suspects(family, wire) as world:
            for ttl, far, df, signs in ((64, 0, True, NO_SIGN), (63, 0, True, NO_SIGN),
                                        (65, 3, True, NO_SIGN), (62, 0, True, TTL),
                                        (255, 0, True, TTL), (64, 20000, True, IP_ID),
                                        (64, 0, False, IP_ID), (200, 20000, True, TTL | IP_ID)):
                if family.six:
                    signs -= IP_ID
                peer, server = world.connection()
                number = (world.marked.number + wire.step + far) % 65536
                world.reset(peer, server, ttl=ttl, df=df, number=number)
                known = {} if family.six else {"ip_id": number}
                world.expect(peer, CAUSE if signs == TTL | IP_ID else PLAIN, signs, ttl=ttl,
                             ttl_usual=64, seq=peer.seq, rcv_nxt=peer.seq, **known)
            world.judge()


@scenario
def genuine(family):
    """A Linux that has no socket answers with IP ID 0 and DF, no timestamp and no window."""
    with Suspects(family) as world:
        peer, server = world.connection(ts=5000)
        peer.ts = None
        world.reset(peer, server, number=0)
        world.expect(peer, LOST, NO_SIGN)
        # A scanner's SYN is not like its kernel's RST, but one packet is no custom.
        scanner = Peer(world.marked, family.foreign(99), world.server_address, PORT)
        world.marked.send(scanner.build(SYN, ack=0, ttl=250, mss=1460), number=54321)
        scanner.answer("SYN-ACK", SYN | ACK)
        world.marked.send(scanner.build(RST, seq=scanner.seq + 1, ack=0), number=0)
        world.expect(scanner, LEFT, NO_SIGN, phase=HANDSHAKE)
        world.judge()


@scenario
def second_rst(family):
    """One far from the first makes two signs of one; one that only repeats it does not."""
    with Suspects(family) as world:
        for ahead, times, signs in ((0, 2, TTL), (2, 1, TTL), (FAR, 1, TTL | SECOND_RST),
                                    (FAR, 3, TTL | SECOND_RST), (-FAR, 1, TTL | SECOND_RST)):
            peer, server = world.connection()
            world.reset(peer, server, ttl=200)
            for _ in range(times):
                world.again(peer, ahead, ttl=200)
            world.expect(peer, PLAIN if signs == TTL else CAUSE, signs, ttl=200, ttl_usual=64,
                         state=ESTABLISHED, phase=OPEN, bytes_in=10, rcv_nxt=peer.seq)
        world.judge()


@scenario
def late_data(family):
    """What was on its way before the RST is no sign; what the peer says beyond it is."""
    with Suspects(family) as world:
        for flags, data, back, signs in ((ACK | PSH, b"again", 5, TTL), (ACK, b"", 0, TTL),
                                         (ACK | FIN, b"", 0, TTL),
                                         (ACK | PSH, b"more", 0, TTL | LATE_DATA)):
            peer, server = world.connection()
            world.reset(peer, server, ttl=200)
            peer.send(flags, data, times=2, seq=peer.seq - back)
            world.expect(peer, PLAIN if signs == TTL else CAUSE, signs, ttl_usual=64,
                         state=ESTABLISHED, phase=OPEN, bytes_in=10)
        world.judge()


@scenario
def all_but_the_id(family):
    """Three signs are proof, though two of them come later."""
    with Suspects(family) as world:
        peer, server = world.connection()
        world.reset(peer, server, ttl=200)
        world.again(peer, FAR, ttl=200)
        peer.send(ACK | PSH, b"more")
        world.expect(peer, CAUSE, TTL | SECOND_RST | LATE_DATA)
        # Even if the RST itself was like the peer's own packets.
        peer, server = world.connection()
        world.reset(peer, server)
        world.again(peer, FAR)
        peer.send(ACK | PSH, b"more")
        world.expect(peer, CAUSE, SECOND_RST | LATE_DATA)
        world.judge()


@scenario
def one_sign_later(family):
    """The RST itself was like the peer's own packets: it is doubtful by what follows it."""
    with Suspects(family) as world:
        for ahead, flags, data, signs in ((FAR, 0, b"", SECOND_RST), (-FAR, 0, b"", SECOND_RST),
                                          (0, 0, b"", NO_SIGN), (None, ACK, b"", NO_SIGN),
                                          (None, ACK | PSH, b"more", LATE_DATA)):
            peer, server = world.connection()
            world.reset(peer, server)
            for _ in range(2):
                if ahead is None:
                    peer.send(flags, data)
                else:
                    world.again(peer, ahead)
            world.expect(peer, PLAIN, signs, ttl=64, ttl_usual=64, state=ESTABLISHED, phase=OPEN,
                         bytes_in=10, seq=peer.seq, rcv_nxt=peer.seq)
        world.judge()


@scenario
def one_sign_among_others(family):
    """A finding is as certain as the most certain of its events; its evidence is the latest's."""
    with Suspects(family) as world:
        address = family.foreign(50)

        def reset(number, again=None, ttl=64):
            peer = Peer(world.marked, address, world.server_address, PORT, 45000 + number)
            server = peer.established(world.listener)
            world.reset(peer, server, ttl=ttl)
            if again:
                world.again(peer, again)
        for number, (args, signs, confidence) in enumerate((
                ({"again": FAR}, SECOND_RST, "possible"), ({"ttl": 200}, TTL, "possible"),
                ({}, NO_SIGN, "likely"), ({"again": FAR}, SECOND_RST, "likely")), 1):
            reset(number, **args)
            expect.eventually("count, confidence, signs", lambda: [
                (row["count"], row["confidence"], set(row["evidence"].get("signs", ())))
                for row in tool.findings(world.server) if row["cause"] == PLAIN],
                [(number, confidence, signs)])
        expect.equal("findings above info", tool.causes(world.server), [(address, PLAIN)])
        tool.reconciled(world.server)


@scenario
def too_late(family):
    """A second RST that comes when all is over belongs to something else."""
    with Suspects(family) as world:
        peer, server = world.connection()
        world.reset(peer, server, ttl=200)
        time.sleep(2.3)
        world.again(peer, FAR, ttl=200)
        world.expect(peer, PLAIN, TTL)
        world.judge()


@scenario
def next_connection(family):
    """The ports are used again at once: that one's data is no sign against the one before."""
    with Suspects(family) as world:
        peer, server = world.connection()
        world.reset(peer, server, ttl=200)
        again = Peer(world.marked, peer.address, peer.server, PORT, seq=(peer.seq + 70000) % WORD)
        server = again.established(world.listener)
        world.expect(peer, PLAIN, TTL)
        world.judge()
        world.reset(again, server)
        row = tool.counted(world.server, peer.address, PLAIN, 2)
        expect.equal("signs", row["evidence"].get("signs"), None)
        tool.reconciled(world.server)

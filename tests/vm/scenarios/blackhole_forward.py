# SPDX-License-Identifier: GPL-2.0
"""A gateway sees that large packets of others' connections vanish, behind it or at its own small link."""
import socket
import time

from lib import expect, sockets, tool, typed
from lib.answers import LONG, PORT, Answers, arrives
from lib.crafted import Crafted
from lib.scenario import IPV4, IPV6, scenario
from lib.segment import ACK, SYN, checksum
from lib.wire import Wire

CAUSE = "blackhole-forward"
MTU = 1400
WHOLE = 1500
MESSAGE = 1400  # of data: more than a path of 1400 carries, and less than an MSS


class Gateway(Answers):
    """r2 is where we stand: for what the server sends, the middle link is the one before it."""

    def __init__(self, family, mtu=MTU, silent=True):
        super().__init__(family, silent, mtu=mtu)
        for way in (IPV4, IPV6):  # its retransmission timer waits for some 20 ms at first, not 200
            self.server.run("ip", "route", "replace", "default", "via",
                            self.links[-1][0].address(way), "rto_min", "20ms")

    def swallow(self):
        """What is larger than MTU vanishes between the routers, and neither of them can know why."""
        self.r1.run("nft", "-f", "-", input="table netdev hole { chain arrived { type filter hook ingress "
                    f"device {self.links[1][0].dev} priority 0; meta length > {MTU + 14} drop; }}; }}")

    def swallow_at_client(self):
        """The same before the client, behind both routers."""
        self.client.run("nft", "-f", "-", input="table netdev hole { chain arrived { type filter hook ingress "
                        f"device {self.links[0][0].dev} priority 0; meta length > {MTU + 14} drop; }}; }}")

    @property
    def message(self):
        """Bytes of the packet that MESSAGE makes."""
        return MESSAGE + (72 if self.family.six else 52)

    def connect(self):
        """(client, server) of a connection that has asked for something."""
        client = self.keep(sockets.make(self.client, self.family))
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        pair = self.asks(client, self.server_address, LONG * expect.PATIENCE)
        self.keep(pair[1])
        return pair

    def named(self, gateway, count, confidence="likely", life=(), **evidence):
        """This gateway found so many of them; the evidence."""
        expect.eventually(f"{CAUSE} of {self.client_address}", lambda: tool.count(
            gateway, self.client_address, CAUSE) >= count, seconds=LONG)
        row = tool.only(gateway, self.client_address, CAUSE, count)
        expect.subset("finding", row, {"severity": "trouble", "confidence": confidence, "lport": PORT})
        got = row["evidence"]
        mss = WHOLE - (60 if self.family.six else 40)
        expect.subset("evidence", got, {"size_fails": WHOLE, "sender": self.server_address, "mss": mss,
                                        "mss_sender": mss, **evidence})
        expect.true(f"signs of life {life}", set(life) <= set(got.get("life", ())), got)
        return got


def retransmits(sock):
    """tcpi_retransmits, see struct tcp_info in linux/tcp.h."""
    return sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 3)[2]


@scenario
def tail(family):
    """Large packets vanish behind the gateway; the tail of the answer arrives alone."""
    with Gateway(family, mtu=WHOLE) as world:
        world.swallow()
        world.answered(5000)
        got = world.named(world.r2, 1, life=("sack",), mtu=WHOLE)
        expect.within("size_passes", got["size_passes"], 60, MTU)
        expect.within("retries", got["retries"], 5, 15)
        expect.true("no too big was sent", "too_big_sent" not in got, got)
        tool.quiet(world.client, but=["blackhole-receive"])  # which is true, once it has lasted for ten seconds


@scenario
def two_gateways(family):
    """Two gateways in one kernel, as a pod that runs Docker and its node are: each says it."""
    with Gateway(family, mtu=WHOLE) as world:
        world.swallow_at_client()
        world.answered(5000)
        for gateway in (world.r1, world.r2):
            world.named(gateway, 1, life=("sack",), mtu=WHOLE)


@scenario
def after_an_upload(family):
    """The client's own message fills some segments, and arrives; the answer does not."""
    with Gateway(family, mtu=WHOLE) as world:
        world.swallow()
        # The answer's end leaves in a packet of its own: what is put together is lost as a whole.
        world.offload("off")
        client, server = world.connect()
        client.sendall(b"x" * 30000)
        arrives(server, 30000)
        server.sendall(b"x" * 5000)
        world.named(world.r2, 1, life=("sack",), mtu=WHOLE)
        tool.quiet(world.r1)


@scenario
def bulk(family):
    """Nothing vanishes: of a long transfer no more than its beginning is looked into."""
    with Gateway(family, mtu=WHOLE) as world:
        client, server = world.connect()
        before = tool.counter(world.r2, "forwarded")
        for one, other in ((server, client), (client, server)):
            for _ in range(20):
                one.sendall(b"x" * 20000)
                arrives(other, 20000)
        looked = tool.counter(world.r2, "forwarded") - before
        expect.within("segments that were looked into, of more than 1000", looked, 1, 300)
        tool.silent(world.r1, world.r2)


@scenario
def crossed(family):
    """Two connections of a client that only waits."""
    with Gateway(family, mtu=WHOLE) as world:
        world.swallow()
        one = world.answered(20000)
        expect.eventually("the first one is stuck", lambda: retransmits(one[1]) >= 2)
        other = world.answered(20000)
        got = world.named(world.r2, 2, life=("other",))
        expect.within("retries", got["retries"], 3, 15)
        for client, server in (one, other):
            sockets.reset(client)
            sockets.reset(server)


@scenario
def talks(family):
    """One connection, whose client goes on to send little things."""
    with Gateway(family, mtu=WHOLE) as world:
        world.swallow()
        client, _ = world.answered(20000)

        def look():
            client.sendall(b"more")
            time.sleep(0.1)
            return tool.count(world.r2, world.client_address, CAUSE)
        expect.eventually("a verdict", look, seconds=LONG)
        world.named(world.r2, 1, life=("data",))


@scenario
def message(family):
    """An answer that fills no segment, and is too large. What is printed, typed, lets the next one pass."""
    with Gateway(family, mtu=WHOLE) as world:
        world.swallow()
        client, _ = world.answered(MESSAGE)

        def look():
            client.sendall(b"more")
            time.sleep(0.1)
            return tool.count(world.r2, world.client_address, CAUSE)
        expect.eventually("a verdict", look, seconds=LONG)
        world.named(world.r2, 1, life=("data",), size_fails=world.message, mtu=WHOLE)
        tool.quiet(world.r1)
        typed.paste(world.r2, typed.remedy(world.r2, world.client_address, CAUSE, "nft")["command"])
        client, _ = world.answered(MESSAGE)
        arrives(client, MESSAGE)


@scenario
def messages(family):
    """Two of those, of clients that only wait."""
    with Gateway(family, mtu=WHOLE) as world:
        world.swallow()
        one = world.answered(MESSAGE)
        expect.eventually("the first one is stuck", lambda: retransmits(one[1]) >= 2)
        other = world.answered(MESSAGE)
        world.named(world.r2, 2, life=("other",), size_fails=world.message)
        for client, server in (one, other):
            sockets.reset(client)
            sockets.reset(server)


@scenario
def some_sizes(family):
    """Packets of 1441 to 1480 bytes vanish, full ones pass: a tunnel that cuts those in two."""
    with Gateway(family, mtu=WHOLE) as world:
        world.offload("off")
        client, server = world.answered(20000)
        arrives(client, 20000)
        world.r1.run("nft", "-f", "-", input="table inet narrow { chain forward { type filter hook forward "
                     f"priority 0; tcp sport {PORT} meta length 1441-1480 drop; }}; }}")
        one = world.answered(MESSAGE)
        expect.eventually("the first one is stuck", lambda: retransmits(one[1]) >= 2)
        other = world.answered(MESSAGE)
        got = world.named(world.r2, 2, life=("other",), size_fails=world.message, path_signs=["larger"])
        expect.within("retries", got["retries"], 5, 15)
        for client, server in (one, other):
            sockets.reset(client)
            sockets.reset(server)


@scenario
def told(family):
    """The gateway's own link is the small one, and its word does not get through; nor does a segment
    that was put together of several on its way in."""
    with Gateway(family) as world:
        world.answered(20000)
        got = world.named(world.r2, 1, confidence="certain", mtu=MTU)
        expect.within("too_big_sent", got["too_big_sent"], 4, 15)
        expect.equal("retries", got["retries"], got["too_big_sent"] - 1)
        tool.quiet(world.r1)


@scenario
def lean(family):
    """In lean mode the gateway still knows what it said itself; what vanishes behind it is not seen."""
    with tool.lean_mode(), Gateway(family) as world:
        expect.equal("coverage", tool.coverage(world.r2, CAUSE), "partial")
        expect.equal("hook", tool.source(world.r2, "netfilter forward"), "off")
        world.answered(20000)
        expect.eventually("a verdict", lambda: tool.count(world.r2, world.client_address, CAUSE),
                          seconds=LONG)
        row = tool.only(world.r2, world.client_address, CAUSE, 1)
        expect.equal("confidence without the handshake", row["confidence"], "possible")


@scenario
def discovery(family):
    """Path MTU discovery works: the gateway says it once, and the sender goes on with smaller ones."""
    with Gateway(family, silent=False) as world:
        for size in (MESSAGE, 1448, 50000, 50000):
            client, server = world.answered(size)
            arrives(client, size)
        tool.silent(world.r1, world.r2)


@scenario
def loss(family):
    """A fifth of all packets is lost both ways; answers of all sizes, several at once."""
    with Gateway(family, mtu=WHOLE) as world:
        # Handshakes first: after one that lost a SYN-ACK time-outs begin at 3 s, and last for minutes.
        talks = [[(world.connect(), size) for size in (MESSAGE, 1448, 1600, 10000) * 2] for _ in range(3)]
        world.netem("loss", "20%")
        for pairs in talks:
            for (_, server), size in pairs:
                server.sendall(b"x" * size)
            for (client, _), size in pairs:
                arrives(client, size)
        tool.quiet(world.r1, world.r2)


@scenario
def reordered(family):
    """Packets overtake each other, and some come twice."""
    with Gateway(family, mtu=WHOLE) as world:
        world.netem("delay", "12ms", "8ms", "duplicate", "5%")
        for size in (MESSAGE, 1448, 5000, 200000):
            client, server = world.answered(size)
            arrives(client, size)
        tool.quiet(world.r1, world.r2)


@scenario(at_once=True)
def down(family):
    """The link to the client is down for ten seconds, in the middle of it all; and a client that is gone."""
    with Gateway(family, mtu=WHOLE) as world:
        pairs = [world.connect() for _ in range(3)]
        near = world.links[0][0]
        world.r1.run("nft", "-f", "-", input="table netdev down { chain arrived { type filter hook ingress "
                     f"device {near.other.dev} priority 0; drop; }}; }}\n"
                     "table inet down { chain forward { type filter hook forward priority 0; "
                     f"tcp sport {PORT} drop; }}; }}")
        sizes = [5000, MESSAGE, MESSAGE]
        for (_, server), size in zip(pairs, sizes):
            server.sendall(b"x" * size)
        pairs[0][0].sendall(b"are you there?")
        expect.eventually("time-outs", lambda: min(retransmits(server) for _, server in pairs) >= 6,
                          seconds=LONG)
        tool.quiet(world.r1, world.r2)
        world.r1.run("nft", "flush", "ruleset")
        for (client, _), size in zip(pairs, sizes):
            arrives(client, size)
        tool.quiet(world.r1, world.r2)


@scenario
def waits(family):
    """A client that does not read: its window is closed."""
    with Gateway(family, mtu=WHOLE) as world:
        client, server = world.connect()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        server.setblocking(False)
        try:
            while True:
                server.send(b"x" * 10000)
        except BlockingIOError:
            pass
        time.sleep(3)
        tool.quiet(world.r1, world.r2)


def of_ttl(crafted, packet, ttl):
    """The packet, made to die so many routers further on."""
    packet = bytearray(packet)
    if crafted.six:
        packet[7] = ttl
    else:
        packet[8], packet[10:12] = ttl, b"\0\0"
        packet[10:12] = checksum(bytes(packet[:20])).to_bytes(2, "big")
    return bytes(packet)


@scenario
def feigned(family):
    """Somebody on the server's link repeats a large segment in its name, which dies at the next router."""
    with Gateway(family, mtu=WHOLE) as world:
        end = world.links[2][1]
        wire = world.keep(Wire(end))
        client, server = world.connect()
        port = client.getsockname()[1]
        last = wire.wait("the request's ACK", lambda s: s.sport == PORT and s.dport == port and
                         s.flags == ACK and not s.data)
        crafted = Crafted(wire, family, world.server_address, world.client_address)
        size = WHOLE - (60 if family.six else 40)

        def forge(times, damage, ttl):
            for _ in range(times):
                tcp = crafted.tcp(PORT, port, ACK, last.seq, last.ack, data=b"x" * size, damage=damage)
                crafted.put(of_ttl(crafted, crafted.ip(tcp), ttl))
                client.sendall(b"more")
                time.sleep(0.25)
        bad = tool.counter(world.r2, "bad-checksum")
        forge(12, 0x1234, 64)
        expect.eventually("bad checksums", lambda: tool.counter(world.r2, "bad-checksum") >= bad + 12)
        tool.quiet(world.r1, world.r2)
        forge(12, 0, 2)
        expect.eventually("a verdict", lambda: tool.count(world.r2, world.client_address, CAUSE), 1)
        row = tool.only(world.r2, world.client_address, CAUSE, 1)
        expect.equal("confidence", row["confidence"], "possible")


@scenario
def flood(family):
    """SYNs and their answers from one side, in everybody's name: what is stuck is found all the same."""
    with Gateway(family, mtu=WHOLE) as world:
        near = world.links[0][0]
        wire = world.keep(Wire(near))
        mine = Crafted(wire, family, world.client_address, world.server_address)
        theirs = Crafted(wire, family, world.server_address, world.client_address)
        world.swallow()
        pair = world.answered(5000)
        for port in range(20000, 20500):
            mine.send(port, PORT + 1, SYN, seq=port)
            theirs.send(PORT + 1, port, SYN | ACK, seq=port, ack=port + 1)
        world.named(world.r2, 1, life=("sack",))
        pair[0].close()

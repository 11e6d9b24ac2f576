# SPDX-License-Identifier: GPL-2.0
"""A TCP peer without a stack: it says exactly what it is told to, and nothing by itself."""
from . import expect, sockets
from .segment import ACK, FIN, PSH, RST, SYN, WORD, Segment


class Peer:
    """One connection's remote end; `ts` is what it stamps its segments with, None: no timestamps."""

    def __init__(self, wire, address, server, port, source_port=45000, seq=1000, ts=None, **syn):
        self.wire, self.address, self.server, self.port = wire, address, server, port
        self.source_port, self.seq, self.ts = source_port, seq, ts
        self.ack = self.echo = 0
        self.syn_options = dict({"mss": 1460, "wscale": 7, "sack_ok": True}, **syn)

    def build(self, flags, data=b"", seq=None, ack=None, ts="own", **more):
        stamp = self.ts if ts == "own" else ts
        return Segment(self.address, self.server, self.source_port, self.port, flags,
                       self.seq if seq is None else seq, self.ack if ack is None else ack,
                       ts=None if stamp is None else (stamp % WORD, self.echo), data=data, **more)

    def send(self, flags, data=b"", times=1, damage=0, **more):
        """Sends without moving on; returns the segment."""
        segment = self.build(flags, data, **more)
        for _ in range(times):
            self.wire.send(segment, damage)
        return segment

    def syn(self, times=1, damage=0, **more):
        options = dict(self.syn_options, **more)
        ack = options.pop("ack", 0)
        return self.send(SYN, times=times, damage=damage, ack=ack, **options)

    def mark(self):
        """A place in what the wire has seen, for answer()."""
        return len(self.wire.read())

    def answer(self, what, flags, since=0):
        """What the server sends to this peer with exactly these flags, PSH aside."""
        segment = self.wire.wait(what, lambda s: s.dst == self.address and s.src == self.server and
                                 s.dport == self.source_port and s.sport == self.port and
                                 s.flags & ~PSH == flags, since)
        if segment.ts:
            self.echo = segment.ts[0]
        return segment

    def request(self):
        """SYN, and the SYN-ACK that comes."""
        since = self.mark()
        self.syn()
        answer = self.answer("SYN-ACK", SYN | ACK, since)
        self.ack = (answer.seq + 1) % WORD
        self.seq = (self.seq + 1) % WORD
        return answer

    def open(self, listener):
        """The whole handshake; the server's socket."""
        self.request()
        self.send(ACK)
        return sockets.accept(listener)

    def take_fin(self, close):
        """`close()` ends the server's side; its FIN is acknowledged, and ours is yet to come."""
        since = self.mark()
        close()
        self.ack = self.answer("FIN", FIN | ACK, since).end_seq
        self.send(ACK)

    def finish(self, since):
        """Answers the server's FIN with ACK and FIN, and sees it acknowledged."""
        fin = self.answer("FIN", FIN | ACK, since)
        self.ack = fin.end_seq
        since = self.mark()
        self.send(FIN | ACK)
        self.seq = (self.seq + 1) % WORD
        self.answer("last ACK", ACK, since)

    def leave_timewait(self, listener):
        """A whole connection that the server closes first; `seq` is what TIME_WAIT expects next."""
        server = self.open(listener)
        since = self.mark()
        server.close()
        self.finish(since)

    def established(self, listener, word=b"hello"):
        """A connection over which something has come, so that the server knows our timestamp."""
        server = self.open(listener)
        self.send(ACK | PSH, word)
        self.seq = (self.seq + len(word)) % WORD
        expect.equal("what the server reads", server.recv(64), word)
        return server

    def reset(self, **more):
        return self.send(RST, ack=0, **more)

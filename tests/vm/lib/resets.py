# SPDX-License-Identifier: GPL-2.0
"""RSTs that were sent: who is named for them, and that no other is."""
import contextlib
import fcntl
import os
import struct

from . import counters, expect, sockets, tool
from .world import Pair

PORT = 8080
TROUBLE = ("rst-unread-data", "rst-accept-overflow", "rst-late-synack", "rst-orphan-limit",
           "rst-listener-closed", "rst-forged-local")
POSSIBLE = ("rst-port-closed", "rst-unknown-connection", "rst-bad-handshake", "rst-timewait",
            "rst-followup", "rst-firewall", "rst-forwarded", "rst-ignored")
INFO = ("rst-followup", "rst-forwarded", "rst-goodbye", "rst-happy-eyeballs")
LIKELY = ("rst-goodbye",)
# What the other side's RSTs, and time without any, are called; and what a busy machine brings.
OTHERS = ("peer-refused", "peer-aborted", "peer-closed-early", "peer-lost-connection", "peer-goodbye",
            "idle-expired", "rst-injected", "rst-ignored", "timeout-retransmit", "timeout-connect",
            "paws-stale", "refused-icmp")
COMM = "/proc/self/comm"
SIOCOUTQ, SIOCOUTQNSD = 0x5411, 0x894b


class Connected(Pair):
    """A client and a server that listens, and connections between them."""

    def __init__(self, family):
        super().__init__(family)
        self.listener = self.keep(sockets.listen(self.server, family, PORT))

    def connect(self, source_port=None):
        """(client, server) of a new connection."""
        client = sockets.connect(self.client, self.family, self.server_address, PORT, source_port)
        return client, sockets.accept(self.listener)


def _queued(sock, which):
    return struct.unpack("i", fcntl.ioctl(sock.fileno(), which, bytes(4)))[0]


def delivered(sock):
    """All that was written has been acknowledged."""
    expect.eventually("bytes on their way", lambda: _queued(sock, SIOCOUTQ), 0)


def choked(sock):
    """All that was sent has been acknowledged, and the peer's window takes no more."""
    expect.eventually("bytes on their way", lambda: _queued(sock, SIOCOUTQ) -
                      _queued(sock, SIOCOUTQNSD), 0)


def confidence(cause):
    """What answers a segment that anybody may have sent proves nothing about the peer."""
    return "possible" if cause in POSSIBLE else "likely" if cause in LIKELY else "certain"


def severity(cause):
    return "trouble" if cause in TROUBLE else "info" if cause in INFO else "notice"


def own():
    """The process that plays, as evidence names it."""
    with open(COMM) as f:
        return {"pid": os.getpid(), "comm": f.read().strip()}


@contextlib.contextmanager
def called(name):
    """By another name meanwhile."""
    before = own()["comm"]

    def rename(comm):
        with open(COMM, "w") as f:
            f.write(comm)
    rename(name)
    try:
        yield
    finally:
        rename(before)


def _sent(rows):
    return {(row["peer"], row["cause"]): row["count"] for row in rows
            if row["cause"] not in OTHERS}


def sent(namespace):
    """{(peer, cause): count} of all findings but those of RSTs received."""
    return _sent(tool.findings(namespace))


def reconciled(namespace, by_tcp):
    """TCP sent that many RSTs, and each of them is attributed."""
    expect.eventually("RSTs that TCP sent", lambda: counters.value(namespace, "OutRsts"), by_tcp)
    expect.equal("and that status tells of", tool.reconciled(namespace)["TcpOutRsts"], by_tcp)


def named(namespace, peer, cause, count, also=None, by_tcp=None, **evidence):
    """So many of this cause, `also` {(peer, cause): count}, and no others; the finding.

    TCP sent `by_tcp` of them; without it, all.
    """
    rows = tool.wait(namespace, peer, cause, count)
    row = tool.pick(rows, peer, cause)
    wanted = {(peer, cause): count, **(also or {})}
    expect.equal("RSTs sent", _sent(rows), wanted)
    expect.subset(cause, row, {"severity": severity(cause), "confidence": confidence(cause)})
    expect.subset(f"evidence of {cause}", row["evidence"], evidence)
    reconciled(namespace, sum(wanted.values()) if by_tcp is None else by_tcp)
    return row


def nobody(row):
    """No program acted, and so none is named."""
    expect.equal("process", [name for name in ("pid", "comm") if name in row["evidence"]], [])


def none(*namespaces):
    """No RST was sent, and none is talked of."""
    for namespace in namespaces:
        expect.equal(f"RSTs sent by {namespace.name}", sent(namespace), {})
        reconciled(namespace, 0)

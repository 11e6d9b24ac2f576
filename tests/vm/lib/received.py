# SPDX-License-Identifier: GPL-2.0
"""RSTs that were received, and connections given up: what comes before, and what is said of it."""
from . import expect, tool
from .resets import delivered

# As the tool names them.
HANDSHAKE, SILENT, OPEN, CLOSING = "handshake", "silent", "open", "closing"
NO_SIGN = frozenset()
TTL, IP_ID, SECOND_RST, LATE_DATA = (frozenset((name,)) for name in
                                     ("ttl", "ip-id", "second-rst", "late-data"))

ESTABLISHED = 1

TROUBLE = ("peer-closed-early", "peer-lost-connection", "idle-expired", "rst-injected",
           "timeout-retransmit", "timeout-connect")
LIKELY = ("peer-lost-connection", "idle-expired")
INFO = ("peer-goodbye",)


def exchange(client, server):
    """Five bytes there, three back, and all acknowledged."""
    client.sendall(b"hello")
    expect.equal("what the server reads", server.recv(16), b"hello")
    server.sendall(b"bye")
    expect.equal("what the client reads", client.recv(16), b"bye")
    for sock in (client, server):
        delivered(sock)


def dies(sock, error=ConnectionResetError):
    """Its reader is told."""
    expect.fails("reading from a connection that is no more", error, sock.recv, 16)
    sock.close()


def confidence(cause, signs):
    """One sign of injection is no proof, and neither is that it was the peer certain any more."""
    if cause == "rst-injected":
        return "certain" if len(signs) > 2 else "likely"
    if cause in LIKELY:
        return "likely"
    return "possible" if signs else "certain"


def is_bare(row):
    """Of a host that does not know the live connection, as forgers and scanners are."""
    return (row["cause"] == "peer-aborted" and row["evidence"].get("state") == ESTABLISHED and
            "bare" in row["evidence"].get("traits", ()))


def judged(row, signs=NO_SIGN, sure=None, **evidence):
    """The finding is as its cause and these signs make it; its evidence."""
    cause = row["cause"]
    if sure is None and not signs and is_bare(row):
        sure = "likely"
    severity = "trouble" if cause in TROUBLE else "info" if cause in INFO else "notice"
    expect.subset(cause, row, {"severity": severity, "confidence": sure or confidence(cause, signs)})
    expect.equal(f"signs of injection in {cause}", set(row["evidence"].get("signs", ())),
                 signs)
    expect.subset(f"evidence of {cause}", row["evidence"], evidence)
    return row["evidence"]


def only(namespace, peer, cause, count, signs=NO_SIGN, sure=None, lport=None, rport=None, **evidence):
    """So many of one cause, nothing else above info, and all sums agree; its evidence."""
    row = tool.only(namespace, peer, cause, count)
    expect.subset("ports", row, {name: port for name, port in
                                 (("lport", lport), ("rport", rport)) if port})
    tool.reconciled(namespace)
    return judged(row, signs, sure, **evidence)

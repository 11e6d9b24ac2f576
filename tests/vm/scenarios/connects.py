# SPDX-License-Identifier: GPL-2.0
"""Connects that come to nothing: programs lose their patience, ICMP refuses, this host itself drops SYNs or their answers."""
import socket
import time

from lib import counters, expect, sockets, tool, typed
from lib.resets import PORT, Connected
from lib.scenario import IPV4, IPV6, scenario

RESETS = True

CONNECT, REFUSED = "timeout-connect", "refused-icmp"
NETFILTER = "netfilter"


class Talk(Connected):
    """A client where we stand, and a server that listens."""

    def rules(self, namespace, hook, *rules):
        """Of a table of their own."""
        self.lift(namespace)
        namespace.run("nft", "add table inet fw; add chain inet fw drops "
                      f"{{ type filter hook {hook} priority 0; }}; " +
                      "; ".join(f"add rule inet fw drops {rule}" for rule in rules))

    @staticmethod
    def lift(namespace):
        namespace.run("nft", "delete", "table", "inet", "fw", check=False)

    def curl(self, *more):
        host = "[%s]" % self.server_address if self.family.six else self.server_address
        return self.client.run("curl", "-sS", "--noproxy", "*", *more, f"http://{host}:{PORT}/", check=False)

    def named(self, namespace, peer, cause, count, severity, confidence, **evidence):
        row = tool.only(namespace, peer, cause, count)
        expect.subset(cause, row, {"severity": severity, "confidence": confidence})
        expect.subset(f"evidence of {cause}", row["evidence"], evidence)
        return row


def impatient(world):
    """Programs that give up before the kernel does; how they are called."""
    address = world.server_address
    expect.equal("status of curl", world.curl("--connect-timeout", "3").returncode, 28)
    yield "curl"
    world.client.run("python3", "-c", f"import socket; socket.create_connection(('{address}', {PORT}), 4)", check=False)
    yield "python3"
    world.client.run("timeout", "3", "bash", "-c", f"</dev/tcp/{address}/{PORT}", check=False)
    yield "bash"


@scenario
def abandoned(family):
    """A firewall drops silently, and programs have time limits of their own."""
    with Talk(family) as world:
        world.rules(world.server, "input", f"tcp dport {PORT} drop")
        for count, name in enumerate(impatient(world), 1):
            row = world.named(world.client, world.server_address, CONNECT, count, "trouble", "certain",
                              traits=["abandoned"], comm=name)
            expect.within(f"retries of {name}", row["evidence"]["retries"], 1, 4)
            expect.within(f"idle_ms of {name}", row["evidence"]["idle_ms"], 1000, 60000)
            expect.true("nothing was dropped here", "dropped_here" not in row["evidence"] and
                        "unsent" not in row["evidence"], row["evidence"])
        tool.silent(world.server)


@scenario(families=False)
def not_abandoned():
    """Who closes within a second, and who drops IPv6 as IPv4 has answered, has lost nothing."""
    with Talk(IPV4) as world:
        world.rules(world.server, "input", f"meta nfproto ipv6 tcp dport {PORT} drop")
        six = world.far.address(IPV6)
        sockets.begin(world.client, IPV6, six, PORT).close()
        loser = sockets.begin(world.client, IPV6, six, PORT)
        time.sleep(2.5)  # its SYN has been sent again
        winner = sockets.connect(world.client, IPV4, world.server_address, PORT)
        loser.close()
        sockets.client_closes_first(world.listener, winner)
        tool.silent(world.client)
        # The same without a winner.
        loser = sockets.begin(world.client, IPV6, six, PORT)
        time.sleep(2.5)
        loser.close()
        tool.only(world.client, six, CONNECT, 1)


KINDS = {"port-unreachable": "port-unreachable", "host-unreachable": "host-unreachable",
         "no-route": "net-unreachable", "admin-prohibited": "prohibited"}


@scenario
def rejected(family):
    """A firewall rejects curl, by each kind of ICMP; both ends say by whom and how."""
    with Talk(family) as world:
        for count, (kind, name) in enumerate(KINDS.items(), 1):
            world.rules(world.server, "input", f"tcp dport {PORT} reject with icmpx type {kind}")
            expect.equal("status of curl", world.curl("-m", "20").returncode, 7)
            world.named(world.client, world.server_address, REFUSED, count, "notice", "certain",
                        icmp=name, router=world.server_address, protocol=6)
            # A message that comes while connect() is at work is only noted, and the SYN is sent again.
            syns = counters.value(world.client, "ActiveOpens") + counters.value(world.client, "RetransSegs")
            world.named(world.server, world.client_address, REFUSED, syns, "notice", "possible",
                        icmp=name, protocol=6)
        expect.equal("who rejected", tool.finding(world.server, world.client_address, REFUSED)["evidence"]["origin"], NETFILTER)
        world.lift(world.server)
        expect.equal("status of curl, which is let in", world.curl("-m", "5").returncode, 28)


@scenario
def rejected_here(family):
    """A rule of the client's own: the message comes from this host."""
    with Talk(family) as world:
        world.rules(world.client, "output", f"tcp dport {PORT} reject with icmpx type admin-prohibited")
        expect.equal("status of curl", world.curl("-m", "20").returncode, 7)
        world.named(world.client, world.server_address, REFUSED, 1, "notice", "certain", icmp="prohibited",
                    router=world.client_address)
        tool.silent(world.server)


@scenario
def soft(family):
    """On a live connection such a message ends nothing, and the data get through when the rule is gone."""
    with Talk(family) as world:
        client, server = world.connect()
        world.rules(world.server, "input", f"tcp dport {PORT} reject with icmpx type host-unreachable")
        client.sendall(b"again")
        time.sleep(1)
        world.lift(world.server)
        expect.equal("data", server.recv(16), b"again")
        sockets.client_closes_first(world.listener, client, server)
        tool.silent(world.client, world.server)


def ask(namespace, family, address, port):
    """A datagram from a socket that is connected; what it hears."""
    with namespace:
        sock = socket.socket(family.number, socket.SOCK_DGRAM)
    with sock:
        sock.settimeout(5)
        sock.connect((address, port))
        sock.send(b"query")
        try:
            return sock.recv(16)
        except OSError as error:
            return error.__class__.__name__


@scenario
def datagrams(family):
    """UDP: a port that is closed, one that a rule rejects; and an answer that comes when nobody waits."""
    with Talk(family) as world:
        peer, here = world.server_address, world.client_address
        expect.equal("what the program hears", ask(world.client, family, peer, 53), "ConnectionRefusedError")
        world.named(world.client, peer, REFUSED, 1, "notice", "likely", icmp="port-unreachable", protocol=17,
                    router=peer)
        world.named(world.server, here, REFUSED, 1, "notice", "possible", icmp="port-unreachable", protocol=17)
        world.rules(world.server, "input", "udp dport 53 reject with icmpx type admin-prohibited")
        ask(world.client, family, peer, 53)
        world.named(world.client, peer, REFUSED, 2, "notice", "likely", icmp="prohibited", protocol=17, router=peer)
        row = world.named(world.server, here, REFUSED, 2, "notice", "possible", icmp="prohibited", protocol=17)
        expect.equal("who rejected", row["evidence"]["origin"], NETFILTER)
        before = tool.counter(world.client, "refusals-late")
        with world.server:
            sock = socket.socket(family.number, socket.SOCK_DGRAM)
        with sock:
            sock.bind(("::" if family.six else "0.0.0.0", 5353))
            sock.sendto(b"late", (here, 40000))
            expect.eventually("late answers", lambda: tool.counter(world.client, "refusals-late") - before >= 2)
        world.named(world.client, peer, REFUSED, 2, "notice", "likely")
        world.named(world.server, here, REFUSED, 2, "notice", "possible")


def points_inward(namespace, peer):
    """Nobody is sent to the path, or to the peer, for what this host does."""
    rows = typed.remedies(namespace, peer, CONNECT)
    expect.true("there are remedies", rows)
    expect.equal("where to do something", {row["where"] for row in rows}, {"here"})


@scenario
def answers_dropped(family):
    """The answers come, and a rule of the client's own drops them."""
    with Talk(family) as world:
        world.rules(world.client, "input", f"tcp sport {PORT} tcp flags & (syn | ack) == (syn | ack) drop")
        expect.equal("status of curl", world.curl("--connect-timeout", "5").returncode, 28)
        row = world.named(world.client, world.server_address, CONNECT, 1, "trouble", "certain",
                          drop_reason="firewall", comm="curl")
        expect.true("answers", row["evidence"]["dropped_here"] >= 1, row["evidence"])
        points_inward(world.client, world.server_address)
        world.client.sysctl("ipv4.tcp_syn_retries", 1)
        sock = sockets.make(world.client, family)
        try:
            sock.connect((world.server_address, PORT))
        except (TimeoutError, socket.timeout):
            pass
        row = tool.counted(world.client, world.server_address, CONNECT, 2)
        expect.subset("evidence of the kernel's own", row["evidence"], {"drop_reason": "firewall"})
        expect.true("nobody is named", "comm" not in row["evidence"] and "traits" not in row["evidence"], row["evidence"])


@scenario(families=False)
def answers_by_another_way():
    """Strict rp_filter, and the answer comes by another interface; what is advised lets it in."""
    with Talk(IPV4) as world:
        _, other = world.cable(world.client, world.server, 19)
        world.client.sysctl("ipv4.conf.all.rp_filter", 1)
        peer = other.address(IPV4)

        def connects(seconds):
            with world.client:
                sock = socket.socket()
            with sock:
                sock.settimeout(seconds)
                sock.bind((world.client_address, 0))
                sock.connect((peer, PORT))
        try:
            connects(5)
            raise expect.Unexpected("it connects")
        except (TimeoutError, socket.timeout):
            pass
        row = world.named(world.client, peer, CONNECT, 1, "trouble", "certain", drop_reason="source")
        expect.true("answers", row["evidence"]["dropped_here"] >= 1, row["evidence"])
        remedy = typed.remedy(world.client, peer, CONNECT, "sysctl -w")
        typed.paste(world.client, remedy["command"], 2)
        connects(20)


@scenario
def syns_dropped(family):
    """A rule in OUTPUT: no SYN leaves."""
    with Talk(family) as world:
        world.rules(world.client, "output", f"tcp dport {PORT} drop")
        expect.equal("status of curl", world.curl("--connect-timeout", "4").returncode, 28)
        row = world.named(world.client, world.server_address, CONNECT, 1, "trouble", "certain",
                          drop_reason="firewall", comm="curl")
        expect.equal("SYNs that did not leave", row["evidence"]["unsent"], row["evidence"]["retries"] + 1)
        points_inward(world.client, world.server_address)
        tool.silent(world.server)

# SPDX-License-Identifier: GPL-2.0
"""The local ports towards one remote port are used up, or nearly so."""
import errno
import socket

from lib import counters, expect, module, sockets, tool, typed
from lib.container import Initial
from lib.scenario import IPV4, scenario
from lib.world import World

CAUSE = "port-exhaustion"
PORT = 8080
LOW = 40000
NO_PORT = 24  # IP_BIND_ADDRESS_NO_PORT; of IPv6 sockets, too


class Clients(World):
    """Clients of few local ports, each before a server of its own."""

    def __init__(self, family, number, ports=50):
        super().__init__()
        self.family = family
        self.pairs = []
        for i in range(number):
            client, server = self.namespace("client"), self.namespace("server")
            self.pairs.append((client, server, self.cable(client, server, 20 + i)[1]))
        for client, _, _ in self.pairs:
            client.sysctl("ipv4.ip_local_port_range", f"{LOW} {LOW + ports - 1}")
            # Since 6.12 a connect may take over a TIME_WAIT of more than a second.
            client.sysctl("ipv4.tcp_tw_reuse", 0)

    def _one(self, client, end, port, listener):
        """Whether there was a local port for it."""
        try:
            sock = sockets.connect(client, self.family, end.address(self.family), port)
        except OSError as error:
            expect.equal("errno of connect", error.errno, errno.EADDRNOTAVAIL)
            return False
        sockets.client_closes_first(listener, sock)
        return True

    def use_up(self, which, times, port=PORT, spread=1):
        """So many connections, to `spread` ports in turn, that the client closes first."""
        client, server, end = self.pairs[which]
        listeners = [sockets.listen(server, self.family, port + i) for i in range(spread)]
        with sockets.in_order():
            failed = sum(not self._one(client, end, port + i % spread, listeners[i % spread]) for i in range(times))
        for listener in listeners:
            listener.close()
        expect.eventually(f"TIME_WAITs of {client.name}",
                          lambda: counters.timewaits(client), times - failed)
        return failed


@scenario
def connects_fail(family):
    """Sixty connects with fifty ports."""
    with Clients(family, 1) as world:
        client, server, end = world.pairs[0]
        failed = world.use_up(0, 60)
        expect.within("connects that failed", failed, 5, 10)
        peer = end.address(family)
        expect.eventually("connects_failed", lambda: (tool.finding(client, peer, CAUSE) or
                          {"evidence": {}})["evidence"].get("connects_failed"), failed)
        row = tool.finding(client, peer, CAUSE)
        expect.equal("findings above info", tool.causes(client), [(peer, CAUSE)])
        expect.subset("finding", row, {"severity": "trouble", "confidence": "certain",
                                       "rport": PORT})
        # The look at the ports may have come in between, and counts once.
        expect.within("count", row["count"], failed, failed + 1)
        expect.true("a local port is of no interest", not row["lport"], row["lport"])
        tool.silent(server)


@scenario
def nearly(family):
    """Nobody has failed yet: a walk over the sockets tells those at 90 % from all others."""
    with Clients(family, 5) as world:
        full, below, reserved, spread, serving = world.pairs
        reserved[0].sysctl("ipv4.ip_local_reserved_ports", f"{LOW + 5}-{LOW + 14}")
        world.use_up(0, 47)
        world.use_up(1, 40)
        world.use_up(2, 37)
        world.use_up(3, 47, spread=24)
        serve(world, serving)
        started = walks(world)
        for pair, timewaits, usable in ((full, 47, 50), (reserved, 37, 40)):
            peer = pair[2].address(family)
            row = tool.only(pair[0], peer, CAUSE, 1)
            expect.equal("rport", row["rport"], PORT)
            looks(pair[0], peer, ports_timewait=timewaits, ports_in_use=0, ports_usable=usable,
                  connects_failed=0)
        # By then everybody has had a walk; and what goes on is not a new event.
        expect.eventually("walks", lambda: walks(world) >= started + 5, seconds=40)
        for pair in (full, reserved):
            expect.equal("count", tool.count(pair[0], pair[2].address(family), CAUSE), 1)
        tool.silent(below[0], spread[0], serving[0], *[pair[1] for pair in world.pairs])


def looks(client, peer, **wanted):
    """What the latest walk has counted: one that came while connections closed saw some of them twice, or not yet."""
    def seen():
        evidence = tool.finding(client, peer, CAUSE)["evidence"]
        return {name: evidence[name] for name in wanted}
    expect.eventually(f"evidence of {client.name}", seen, wanted, seconds=40)


def walks(world):
    return tool.counter(world.pairs[0][0], "sweeps")


def serve(world, pair):
    """A server's TIME_WAITs hold no local port that anybody could want, however many there are."""
    client, server, end = pair
    client_address = world.family.host(end.net, 1)
    listener = sockets.listen(client, world.family, 80)
    for _ in range(48):
        sockets.server_closes_first(
            listener, sockets.connect(server, world.family, client_address, 80))
    listener.close()
    expect.eventually("TIME_WAITs", lambda: counters.timewaits(client), 48)


@scenario
def live_connections(family):
    """Ports that are in use are told apart from those that wait."""
    with Clients(family, 1) as world:
        client, server, end = world.pairs[0]
        listener = world.keep(sockets.listen(server, family, PORT))
        held = []
        for _ in range(4):
            held.append(sockets.connect(client, family, end.address(family), PORT))
            held.append(sockets.accept(listener))
        listener.close()
        world.use_up(0, 46)
        tool.only(client, end.address(family), CAUSE, 1)
        looks(client, end.address(family), ports_timewait=46, ports_in_use=4, ports_usable=50)
        for sock in held:
            sock.close()


class Binder(Clients):
    """A client of 40 local ports before two ports of a server."""

    def __init__(self, family):
        super().__init__(family, 1, ports=40)
        self.client, self.server, self.end = self.pairs[0]
        self.local = family.host(self.end.net, 1)
        for i in range(2):
            self.keep(sockets.listen(self.server, family, PORT + i))
        self.peer = self.end.address(family)

    def bound(self, address, *options):
        """A socket that asks for any port of an address; None: there is none."""
        with self.client:
            sock = socket.socket(self.family.number)
        sock.settimeout(expect.DEADLINE)
        for option in options:
            sock.setsockopt(*option)
        try:
            sock.bind((address, 0))
        except OSError as error:
            sock.close()
            expect.equal("errno of bind", error.errno, errno.EADDRINUSE)
            return None
        return self.keep(sock)

    def connects(self, times, *options, port=lambda number: PORT):
        """So many connections, bound before they connect; how many of them came about."""
        made = 0
        for number in range(times):
            sock = self.bound(self.local, *options)
            if not sock:
                continue
            sock.connect((self.peer, port(number)))
            made += 1
        return made


def binds(world, peer, failed):
    """The finding, once so many calls are counted in it."""
    def counted():
        row = tool.finding(world.client, peer, CAUSE)
        return row and row["evidence"].get("binds_failed", 0)
    expect.eventually("binds_failed", counted, failed)
    return tool.finding(world.client, peer, CAUSE)


@scenario
def binds_fail(family):
    """A proxy binds its own address before it connects, to two servers in turn: who holds most is named, and the remedy helps."""
    with Binder(family) as world:
        made = world.connects(50, port=lambda number: PORT + (number % 4 == 3))
        expect.equal("connections", made, 40)
        row = binds(world, world.peer, 10)
        expect.equal("findings above info", tool.causes(world.client), [(world.peer, CAUSE)])
        expect.subset("finding", row, {"severity": "trouble", "confidence": "certain", "rport": PORT})
        expect.subset("evidence", row["evidence"], {
            "ports_in_use": 30, "ports_timewait": 0, "ports_usable": 40, "ports_taken": 40, "connects_failed": 0})
        expect.true("the program", row["evidence"].get("comm", "").startswith("python"), row["evidence"])
        story = tool.ask(world.client, "why", world.peer)
        expect.true("the socket option", "IP_BIND_ADDRESS_NO_PORT" in story, story)
        remedy = typed.remedy(world.client, world.peer, CAUSE, "sysctl -w net.ipv4.ip_local_port_range=")
        tool.ask(world.client, "reset", "--peer", world.peer)
        typed.paste(world.client, remedy["command"])
        expect.equal("with more ports", world.connects(10), 10)
        expect.equal("calls that failed since", tool.count(world.client, world.peer, CAUSE), 0)
        tool.silent(world.server)


@scenario
def bound_without_a_port(family):
    """With the socket option that is advised, a port serves both servers: sixty connections with forty ports."""
    with Binder(family) as world:
        made = world.connects(60, (socket.IPPROTO_IP, NO_PORT, 1), port=lambda number: PORT + number % 2)
        expect.equal("connections", made, 60)
        tool.silent(world.client, world.server)


@scenario
def binds_fail_for_others(family):
    """What holds the ports is no connection: the address is named that was to be bound."""
    with Binder(family) as world:
        held = [world.bound(world.local) for _ in range(40)]
        expect.true("all of them", all(held))
        expect.equal("one more", world.bound(world.local), None)
        row = binds(world, world.local, 1)
        expect.subset("finding", row, {"severity": "trouble", "confidence": "certain"})
        expect.true("no port", not row["rport"], row["rport"])
        expect.subset("evidence", row["evidence"], {"ports_in_use": 0, "ports_usable": 40})
        expect.equal("findings above info", tool.causes(world.client), [(world.local, CAUSE)])


@scenario
def bind_to_a_port_in_use(family):
    """A program asks for a certain port, and somebody has it: that is no matter of how many there are."""
    with Binder(family) as world:
        expect.equal("connections", world.connects(39), 39)
        world.keep(sockets.listen(world.client, family, LOW + 100))
        before = tool.counter(world.client, "binds-failed")
        for _ in range(5):
            with sockets.make(world.client, family) as sock:
                try:
                    sock.bind((world.local, LOW + 100))
                    raise expect.Unexpected("a port is given out twice")
                except OSError as error:
                    expect.equal("errno of bind", error.errno, errno.EADDRINUSE)
        expect.true("the last port is still there", world.bound(world.local))
        expect.equal("calls that found no port", tool.counter(world.client, "binds-failed"), before)
        tool.silent(world.client, world.server)


# Buckets: a walk over them takes many times as long as one over the kernel's own table here.
HUGE = 2097152


def put(name, value):
    """A sysctl of the initial namespace; what it was."""
    path = f"/proc/sys/net/ipv4/{name}"
    with open(path) as f:
        before = f.read().strip()
    with open(path, "w") as f:  # opened anew: what is written behind the start is ignored
        f.write(str(value))
    return before


def hog(world):
    """A namespace with a huge table of its own and all of its few local ports used up; (it, peer)."""
    parent = world.namespace("parent")
    parent.sysctl("ipv4.tcp_child_ehash_entries", HUGE)
    with parent:
        child = world.namespace("hog")
    expect.equal("its buckets", child.sysctl("ipv4.tcp_ehash_entries"), str(HUGE))
    child.sysctl("ipv4.tcp_tw_reuse", 0)
    child.sysctl("ipv4.ip_local_port_range", "40000 40001")
    exhaust(child, 2)
    return child


def exhaust(namespace, times):
    """All ports towards one of the namespace itself."""
    listener = sockets.listen(namespace, IPV4, PORT)
    with sockets.in_order():
        for _ in range(times):
            sockets.client_closes_first(listener, sockets.connect(namespace, IPV4, "127.0.0.1", PORT))
    listener.close()


@scenario(families=False)
def beside_a_huge_table():
    """A walk that takes long goes on, and others' are not held up by it: neither the host's nor a container's."""
    if not module.newer_kernel_than(6, 0):
        raise expect.Lacking("no tables of sockets of a namespace's own")
    with Clients(IPV4, 1) as world:
        walked = hog(world)
        begun = walks(world)
        expect.eventually("its walk has begun", lambda: walks(world) > begun)
        before = {name: put(name, value) for name, value in
                  (("tcp_tw_reuse", 0), ("ip_local_port_range", "30000\t30019"))}
        try:
            exhaust(Initial(), 20)
            world.use_up(0, 50)
            tool.counted(Initial(), "127.0.0.1", CAUSE, 1)
            tool.counted(world.pairs[0][0], world.pairs[0][2].address(IPV4), CAUSE, 1)
            expect.equal("the long walk is not over", tool.count(walked, "127.0.0.1", CAUSE), 0)
        finally:
            for name, value in before.items():
                put(name, value)
        expect.eventually("and then it is", lambda: tool.count(walked, "127.0.0.1", CAUSE), 1, seconds=55)
        tool.ask(Initial(), "reset", "--peer", "127.0.0.1")

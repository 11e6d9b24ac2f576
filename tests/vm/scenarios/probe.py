# SPDX-License-Identifier: GPL-2.0
"""tcpwhy probe, against real routers: the size that passes, to the byte, and who says so."""
import json

from lib import expect, sockets, tool, typed
from lib.container import NOBODY
from lib.path import Path
from lib.scenario import IPV4, IPV6, scenario
from lib.world import usable

# Down and up, so that what was learned is out of date. How the kernel is built is nothing to them.
SIZES = (1400, 1280) if expect.SLOW else (1300, 1280, 1400, 1492, 1500)
QUICK = ("-i", "0.01", "-W", "0.2" if expect.SLOW else "0.1")  # what is late counts, too
PORT = 8080
CLOSED = "1 0"
OPEN = "0 2147483647"
NO_RAW = ("setpriv", "--bounding-set=-net_raw", "--inh-caps=-net_raw")

PROGRAM = """
import socket
sock = socket.socket({family}, socket.SOCK_DGRAM)
sock.bind(("", {port}))
while True:
    data, peer = sock.recvfrom(65536)
    {action}
"""
NO_ECHO = """
table inet no_echo {
    chain input {
        type filter hook input priority 0;
        icmp type echo-request drop
        icmpv6 type echo-request drop
    }
}
"""
EVERY_FOURTH = """
table inet loss {
    chain forward {
        type filter hook forward priority 0;
        numgen inc mod 4 == 0 drop
    }
}
"""


def probe(world, *args, peer=None, status=0, who=()):
    """What it finds, as JSON."""
    peer = peer or world.server_address
    done = world.client.run(*who, "tcpwhy", "probe", "-J", *args, peer, check=False)
    expect.equal(f"exit status of tcpwhy probe {' '.join(args)} {peer} ({done.stderr.strip()})",
                 done.returncode, status)
    return json.loads(done.stdout)


def found(what, got, verdict, mtu, router=None, **more):
    """It is this size to the byte, and this router says so."""
    wanted = {"verdict": verdict, "mtu": mtu, "fails_at": None if verdict == "full" else mtu + 1,
              "mss": mtu - (60 if ":" in got["peer"] else 40), "router": router,
              "router_mtu": mtu if router else None}
    expect.subset(f"what is found of {what}", got, dict(wanted, **more))


@scenario
def told(family):
    """Each size with a router that says so, through ping sockets."""
    with Path(family, edge=9000) as world:
        world.client.sysctl("ipv4.ping_group_range", OPEN)
        for size in SIZES:
            world.narrow(size)
            got = probe(world, *QUICK, who=NO_RAW)
            found(size, got, "told", size, world.r1_address, dev_mtu=9000)
            expect.true("few packets are enough", got["sent"] <= 20, got["sent"])
            expect.within("what this host keeps to from now on", got["route_mtu"], 1280, size)
        world.narrow(9000)
        got = probe(world, *QUICK, who=NO_RAW)
        found("a path that carries all", got, "full", 9000)
        expect.within("what this host believes still", got["route_mtu"], 1280, 1500)
        typed.paste(world.client, got["remedies"][0]["command"])
        found("the same", probe(world, *QUICK, who=NO_RAW), "full", 9000, route_mtu=None)


@scenario
def silent(family):
    """Each size, and nobody says anything, through raw sockets."""
    with Path(family, edge=9000) as world:
        world.client.sysctl("ipv4.ping_group_range", CLOSED)
        world.filter_too_big()
        for size in SIZES:
            world.narrow(size)
            got = probe(world, *QUICK)
            found(size, got, "blackhole", size)
        world.narrow(9000)
        found("a path that carries all", probe(world, *QUICK), "full", 9000)


@scenario
def where(family):
    """The small link is the first, the last; there are two; the first router is right and the second silent."""
    with Path(family) as world:
        first, _, last = world.links
        world.set_mtu(first, 1400)
        found("the first link", probe(world, *QUICK), "full", 1400, dev_mtu=1400)
        world.set_mtu(first, 1500)
        world.set_mtu(last, 1350)
        far = world.links[1][1].address(family)
        found("the last link", probe(world, *QUICK), "told", 1350, far)
        world.narrow(1420)
        found("two links", probe(world, *QUICK), "told", 1350, far)
        world.filter_too_big()
        world.r1.run("nft", "flush", "chain", "inet", "silent", "output")
        found("a silent one behind one that speaks", probe(world, *QUICK), "blackhole", 1350)


def program(world, port, action):
    """A program at the server that does this with each datagram."""
    six = world.family.six
    world.server.start("python3", "-c", PROGRAM.format(
        family="socket.AF_INET6" if six else "socket.AF_INET", port=port, action=action))
    expect.eventually("it listens", lambda: f":{port:04X} " in
                      world.server.read("udp6" if six else "udp"))


@scenario
def udp(family):
    """The peer does not answer echo: that is said, and a closed UDP port does as well."""
    with Path(family, mtu=1400) as world:
        world.server.run("nft", "-f", "-", input=NO_ECHO)
        world.server.sysctl("ipv4.icmp_ratelimit", 0)
        world.server.sysctl("ipv6.icmp.ratelimit", 0)
        got = probe(world, *QUICK, status=1)
        expect.subset("what is found of nothing", got,
                      {"verdict": "no-answer", "mtu": None, "fails_at": None, "answered": 0})
        expect.true("what to do", "--udp" in json.dumps(got["remedies"]), got["remedies"])
        args = ("--udp", "33434", *QUICK)
        found("a router that says so", probe(world, *args), "told", 1400, world.r1_address)
        world.filter_too_big()
        found("nobody that says so", probe(world, *args), "blackhole", 1400, udp_port=33434)
        world.tell_too_big()
        # A program is slower than a kernel.
        patient = ("--udp", "7", "-i", "0.01")
        program(world, 7, "sock.sendto(data[:1], peer)")
        found("a program that answers", probe(world, *patient), "told", 1400, world.r1_address)
        program(world, 9, "pass")
        got = probe(world, "--udp", "9", *QUICK, status=1)
        expect.equal("verdict on a silent program", got["verdict"], "no-answer")


@scenario(families=False)
def deaf():
    """A host that is told not to listen to routers takes their word for silence, and says why."""
    with Path(IPV4, mtu=1400) as world:
        for value, verdict in ((1, "misled"), (2, "blackhole")):
            world.client.sysctl("ipv4.ip_no_pmtu_disc", value)
            got = probe(world, *QUICK)
            expect.subset(f"what is found with {value}", got, {"verdict": verdict, "mtu": 1400})
            expect.true("the first that is advised", got["remedies"][0]["command"].startswith(
                "sysctl -w net.ipv4.ip_no_pmtu_disc=0"), got["remedies"])
        typed.paste(world.client, got["remedies"][0]["command"])
        found("the same path", probe(world, *QUICK), "told", 1400, world.r1_address)


@scenario
def loss(family):
    """Every fourth packet is lost, either way: the size is the same."""
    with Path(family, mtu=1400) as world:
        world.r2.run("nft", "-f", "-", input=EVERY_FOURTH)
        got = probe(world, *QUICK)
        found("a path that loses", got, "told", 1400, world.r1_address)
        world.filter_too_big()
        got = probe(world, *QUICK)
        found("a silent path that loses", got, "blackhole", 1400)


@scenario
def nobody(family):
    """A peer that is not there, and one to which there is no way."""
    with Path(family) as world:
        got = probe(world, *QUICK, peer=family.host(3, 99), status=1)
        expect.subset("what is found of nobody", got, {"verdict": "no-answer", "answered": 0})
        line = tool.refuse(world.r1, 5, "probe", family.host(77, 1))
        expect.true("it says that there is no route", "no route" in line, line)
        line = world.client.run("tcpwhy", "probe", *QUICK, family.host(3, 99), check=False).stderr
        expect.equal("what is said of nobody", line, f"tcpwhy: {family.host(3, 99)} does not answer "
                     "ICMP echo: try --udp PORT\n")


@scenario
def rights(family):
    """Who may send echo, by what right, and what is said to others."""
    with Path(family) as world:
        slow = ("-W", "0.3")
        for group, who, may in ((CLOSED, (), True), (CLOSED, NOBODY, False), (CLOSED, NO_RAW, False),
                                (OPEN, NOBODY, True), (OPEN, NO_RAW, True)):
            world.client.sysctl("ipv4.ping_group_range", group)
            if may:
                found(f"{who} with {group}", probe(world, *slow, who=who), "full", 1500)
                continue
            done = world.client.run(*who, "tcpwhy", "probe", world.server_address, check=False)
            expect.equal(f"exit status for {who}", (done.returncode, done.stdout), (3, ""))
            expect.true("it says which right", "CAP_NET_RAW" in done.stderr and
                        "ping_group_range" in done.stderr, done.stderr)
        world.client.sysctl("ipv4.ping_group_range", CLOSED)
        found("UDP without any right", probe(world, "--udp", "33434", *slow, who=NOBODY), "full", 1500)
        done = world.client.run(*NOBODY, "tcpwhy", "probe", "-i", "0.1", world.server_address,
                                check=False)
        expect.equal("exit status for a user in a hurry", done.returncode, 3)


@scenario(families=False)
def link_local():
    """A neighbour by its link-local address, which means something on one link only."""
    with Path(IPV6) as world:
        def address():
            words = world.r1.run("ip", "-6", "-br", "addr", "show", "dev", "net1", "scope", "link")
            return words.stdout.split()[2:]

        peer = expect.eventually("a link-local address", address)[0].partition("/")[0]
        usable(world.r1, peer)
        got = probe(world, *QUICK, peer=f"{peer}%net1")
        found("a neighbour", got, "full", 1500, peer=f"{peer}%net1", dev="net1")


def moves(world, client_writes):
    """So many bytes that many segments are full come through a new connection."""
    with sockets.listen(world.server, world.family, PORT) as listener, \
            sockets.connect(world.client, world.family, world.server_address, PORT) as client, \
            sockets.accept(listener) as server:
        writer, reader = (client, server) if client_writes else (server, client)
        writer.sendall(bytes(30000))
        left = 30000
        while left:
            left -= len(reader.recv(left))


@scenario
def remedies(family):
    """Each command it gives against a black hole, pasted where it says, lets TCP through again."""
    with Path(family, mtu=1400) as world:
        world.filter_too_big()
        got = probe(world, *QUICK)
        found("a black hole", got, "blackhole", 1400)
        commands = [row["command"] for row in got["remedies"] if row["command"]]
        expect.equal("where they belong", [row["where"] for row in got["remedies"]],
                     ["here", "here", "on a gateway", "on the path"])
        route, probing, clamp = (row for row in got["remedies"] if row["command"])
        typed.paste(world.client, route["command"], times=2)
        moves(world, True)
        moves(world, False)
        got = probe(world, *QUICK)
        found("the same, with a route", got, "blackhole", 1400, route_mtu=1400)
        typed.undo(world.client, route)
        expect.equal("routes to it alone", routes(world), "")
        typed.paste(world.r1, clamp["command"], times=2)
        moves(world, True)
        moves(world, False)
        typed.undo(world.r1, clamp)
        typed.paste(world.client, probing["command"])
        moves(world, True)


def routes(world, table="main"):
    """To the server alone."""
    return world.client.run("ip", "-6" if world.family.six else "-4", "route", "show", "exact",
                            world.server_address, "table", table).stdout


def silenced(world, path_mtu):
    """The remedy that is a route, typed twice: data pass; and the routes there are then."""
    got = probe(world, *QUICK)
    found("a black hole", got, "blackhole", path_mtu)
    row = got["remedies"][0]
    print(f"    {row['command']}")
    typed.paste(world.client, row["command"], times=2)
    moves(world, True)
    moves(world, False)
    return row


@scenario
def own_route(family):
    """The peer has a route of its own before, as VPN clients and containers do: it is there afterwards, as it was."""
    ip = "-6" if family.six else "-4"
    with Path(family, mtu=1400) as world:
        world.filter_too_big()
        gateway = world.links[0][1].address(family)
        for table, words in (("main", ("proto", "static")), ("77", ("proto", "80", "rto_min", "30ms", "mtu", "1480"))):
            if table != "main":
                world.client.run("ip", ip, "rule", "add", "to", world.server_address, "table", table)
            world.client.run("ip", ip, "route", "add", world.server_address, "via", gateway, *words, "table", table)
            before = routes(world, table)
            row = silenced(world, 1400)
            expect.true("its route says 1400", "mtu 1400" in routes(world, table), routes(world, table))
            typed.undo(world.client, row)
            expect.equal(f"routes to it in {table}", routes(world, table), before)
            expect.true("it is reached", probe(world, *QUICK)["answered"])
            world.client.run("ip", ip, "route", "del", world.server_address, "table", table)
        # A route of its own becomes necessary in the very table in which the way was found.
        world.client.run("ip", ip, "route", "add", "default", "via", gateway, "table", "77")
        row = silenced(world, 1400)
        expect.true("it is in that table", "mtu 1400" in routes(world, "77"), routes(world, "77"))
        typed.undo(world.client, row)
        expect.equal("routes to it", routes(world, "77"), "")


@scenario
def several_ways(family):
    """A route of its own with more than one way cannot be typed in a line: it is shown, and stays."""
    ip = "-6" if family.six else "-4"
    with Path(family, mtu=1400) as world:
        world.filter_too_big()
        gateway = world.links[0][1].address(family)
        other = family.host(1, 77)
        world.rtnl(world.r1).address(world.links[0][1].dev, other, 64 if family.six else 24)
        world.rtnl(world.client).neighbour(world.links[0][0].dev, other, world.links[0][1].mac)
        ways = ("nexthop", "via", gateway, "nexthop", "via", other)
        world.client.run("ip", ip, "route", "add", world.server_address, *ways)
        row = probe(world, *QUICK)["remedies"][0]
        shown = world.client.run("sh", "-c", row["command"]).stdout
        expect.true("both ways are shown", gateway in shown and other in shown, shown)
        world.client.run("ip", ip, "route", "del", world.server_address)
        # One of two ways to everywhere is as good for the peer.
        world.client.run("ip", ip, "route", "replace", "default", *ways)
        row = silenced(world, 1400)
        expect.true("it says so", "this one alone" in row["text"], row["text"])
        typed.undo(world.client, row)
        expect.equal("routes to it", routes(world), "")

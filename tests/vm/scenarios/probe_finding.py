# SPDX-License-Identifier: GPL-2.0
"""tcpwhy probe beside a finding: it takes after the connection, and does not deny what it does not meet."""
import json
import select
import socket

from lib import expect, sockets, tool, typed
from lib.answers import LONG, PORT, arrives
from lib.path import Path
from lib.scenario import IPV4, scenario
from lib.stalls import CAUSE, MTU, WHOLE, Server

QUICK = ("-i", "0.01", "-W", "0.5")  # a busy machine answers late
# Of TCP, of one port, and of one way only: an echo of any size passes.
HOLE = """
table inet hole {{
    chain forward {{ type filter hook forward priority 0; tcp sport {port} meta length > {size} drop; }}
}}
"""
IN_BETWEEN = """
table netdev lossy {{
    chain arrived {{ type filter hook ingress device {dev} priority 0; meta length {low}-{high} drop; }}
}}
"""


def probe(namespace, peer, *args, status=0):
    done = tool.call(namespace, "probe", "-J", *QUICK, *map(str, args), peer)
    expect.equal(f"exit status of tcpwhy probe {args} {peer} ({done.stderr.strip()})", done.returncode, status)
    return json.loads(done.stdout)


def not_denied(got, *words):
    """What is measured passes, and that is said; what was found stands."""
    expect.subset("what is found", got, {"verdict": "full", "mtu": WHOLE, "finding": CAUSE})
    for wrong in ("not what is wrong", "othing is wrong"):
        expect.true(f"it does not say {wrong!r}", wrong not in got["what"], got["what"])
    for word in (*words, CAUSE, "does not contradict"):
        expect.true(f"it says {word!r}", word in got["what"], got["what"])
    expect.true("it leads on", any((row["command"] or "").startswith("tcpwhy why") for row in got["remedies"]),
                got["remedies"])


def stuck(world, peer):
    """A connection is found to be stuck; (client, server)."""
    pair = world.answered(peer, 5000)
    world.named(peer, 1, life=("sack",))
    return pair


def dead(pair):
    """Nobody has it any more."""
    for sock in pair:
        sockets.reset(sock)


@scenario(at_once=True)
def of_tcp_alone(family):
    """What vanishes is TCP from one port: the probe goes from that very port, and its route cures."""
    with Server(family, mtu=WHOLE, silent=False) as world:
        world.hurry()
        world.r2.run("nft", "-f", "-", input=HOLE.format(port=PORT, size=MTU))
        peer = world.peer()
        pair = stuck(world, peer)
        rport = pair[0].getsockname()[1]
        # As long as the connection is there, its own port is left alone: another one passes.
        got = probe(world.server, peer)
        expect.subset("what is sent", got, {"protocol": "tcp", "tcp_port": rport, "source": world.server_address})
        expect.true("another port", got["source_port"] not in (None, PORT), got["source_port"])
        not_denied(got, "other ports")
        dead(pair)
        got = probe(world.server, peer)
        expect.subset("what is found", got, {
            "protocol": "tcp", "tcp_port": rport, "source_port": PORT, "verdict": "blackhole", "mtu": MTU,
            "fails_at": MTU + 1, "finding": CAUSE, "source": world.server_address})
        not_denied(probe(world.server, peer, "--icmp"), "ICMP echo")
        # Another port of this host is not what the hole is about.
        not_denied(probe(world.server, peer, "--tcp", rport), "TCP from port")
        typed.paste(world.server, got["remedies"][0]["command"], times=2)
        client, server = world.answered(peer, 20000)
        arrives(client, 20000)
        dead((client, server))
        typed.undo(world.server, got["remedies"][0])


@scenario(at_once=True)
def firewall(family):
    """A firewall drops segments of no connection: echo is sent then, and that is said."""
    with Server(family, mtu=WHOLE, silent=False) as world:
        world.hurry()
        world.r2.run("nft", "-f", "-", input=HOLE.format(port=PORT, size=MTU))
        peer = world.peer()
        dead(stuck(world, peer))
        world.r1.run("nft", "-f", "-", input="table inet fw { chain forward { type filter hook forward "
                     "priority 0; tcp flags & (syn|ack) == ack drop; }; }")
        got = probe(world.server, peer)
        expect.equal("protocol", got["protocol"], "icmp")
        not_denied(got, "treat TCP")
        expect.true("it says that TCP was tried", any("were not answered" in line for line in got["evidence_text"]),
                    got["evidence_text"])


@scenario(at_once=True)
def source(family):
    """The service has an address of its own, as behind a balancer: the probe is sent from that, by its route."""
    with Server(family, mtu=MTU) as world:
        world.hurry()
        service = "192.0.2.80" if not family.six else "2001:db8:80::80"
        bits = 128 if family.six else 32
        ip = "-6" if family.six else "-4"
        world.server.run("ip", ip, "address", "add", f"{service}/{bits}", "dev", "lo")
        for router, gateway in ((world.r1, world.links[1][1].address(family)),
                                (world.r2, world.server_address)):
            router.run("ip", ip, "route", "add", f"{service}/{bits}", "via", gateway)
        peer = world.peer()
        client = sockets.make(world.client, family)
        client.bind((peer, 0))
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        pair = world.asks(client, service)
        pair[1].sendall(b"x" * 5000)
        world.named(peer, 1, life=("sack",))
        got = probe(world.server, peer)
        expect.subset("what is found", got, {"source": service, "verdict": "blackhole", "mtu": MTU})
        dead(pair)
        got = probe(world.server, peer, "--source", service, "--icmp")
        expect.subset("what is found", got, {"source": service, "protocol": "icmp", "mtu": MTU})
        done = tool.call(world.server, "probe", "--source", peer, peer)
        expect.equal("exit status for an address of somebody else", done.returncode, 4)


@scenario
def in_between(family):
    """Sizes in between vanish: they are found to the byte, and the route that is advised helps."""
    with Path(family) as world:
        low, high = 1441, 1480
        world.r1.run("nft", "-f", "-", input=IN_BETWEEN.format(
            dev=world.links[0][1].dev, low=low, high=high))
        got = probe(world.client, world.server_address)
        expect.subset("what is found", got, {"verdict": "hole", "mtu": low - 1, "fails_at": low, "fails_to": high})
        typed.paste(world.client, got["remedies"][0]["command"], times=2)
        with sockets.listen(world.server, family, PORT) as listener, \
                sockets.connect(world.client, family, world.server_address, PORT) as client, \
                sockets.accept(listener) as server:
            # a packet of 1460 bytes, if the route did not forbid it
            client.sendall(b"x" * (1460 - (72 if family.six else 52)))
            arrives(server, 1460 - (72 if family.six else 52))
        typed.undo(world.client, got["remedies"][0])


@scenario
def taught(family):
    """What the probe's own packets taught the route is told apart from what it knew before."""
    with Path(family, mtu=1400) as world:
        got = probe(world.client, world.server_address)
        expect.equal("verdict", got["verdict"], "told")
        lines = [line for line in got["evidence_text"] if "this probe's own packets" in line]
        expect.equal(f"lines that say so ({got['evidence_text']})", len(lines), 1)
        typed.paste(world.client, lines[0].split("('")[1].split("' takes")[0])
        shown = world.client.run("ip", "route", "get", world.server_address).stdout
        expect.true("nothing is left of it", "mtu" not in shown, shown)


@scenario(families=False)
def listeners():
    """A program that listens keeps to what ip_no_pmtu_disc was: it is said that it must be begun anew."""
    with Path(IPV4, mtu=1400) as world:
        world.server.sysctl("ipv4.ip_no_pmtu_disc", 1)
        world.client.run("nft", "-f", "-", input="table netdev pieces { chain arrived { type filter hook ingress "
                         f"device {world.links[0][0].dev} priority 0; ip frag-off & 0x1fff != 0 drop; }}; }}")

        def passes(listener, wait):
            with sockets.connect(world.client, IPV4, world.server_address, listener.getsockname()[1]) as client:
                server = sockets.accept(listener)
                server.sendall(b"x" * 20000)
                came = select.select([client], [], [], wait)[0]
                if came:
                    client.settimeout(LONG)
                    arrives(client, 20000)
                sockets.reset(server)
                return bool(came)
        old = world.keep(sockets.listen(world.server, IPV4, PORT))
        expect.true("the answer is lost", not passes(old, 2))
        got = probe(world.server, world.client_address)
        expect.true("no router is called wrong", "wrong" not in got["what"], got["what"])
        row = got["remedies"][0]
        expect.true("programs are to be begun anew", "restart" in row["text"], row["text"])
        typed.paste(world.server, row["command"], times=2)
        expect.true("the old program is not cured", not passes(old, 2))
        typed.paste(world.server, row["command"])
        expect.true("a new one is", passes(world.keep(sockets.listen(world.server, IPV4, PORT + 1)), LONG))


@scenario
def one_of_two_ways(family):
    """A router chooses by ports, and one of its ways carries less: a full one from another port is no acquittal."""
    with Path(family) as world:
        second = world.cable(world.r1, world.r2, 6)
        world.set_mtu(second, MTU)
        world.filter_too_big()
        for way in ("ipv4", "ipv6"):
            world.r1.sysctl(f"{way}.fib_multipath_hash_policy", 1)
        ways = [("nexthop", "via", link[1].address(family)) for link in (world.links[1], second)]
        world.r1.run("ip", "-6" if family.six else "-4", "route", "replace", family.prefix(3), *ways[0], *ways[1])
        told, all_good = set(), False
        for _ in range(20):
            got = probe(world.client, world.server_address, "--tcp", PORT)
            # One time in 2^9 the port and all eight others take the good way.
            if got["verdict"] == "full" and not all_good:
                all_good = True
                continue
            expect.subset("what is found, whichever port is first", got, {"verdict": "blackhole", "mtu": MTU})
            told.add("several ways" in got["what"])
            if True in told:
                break
        expect.true("sometimes the first port takes the good way, and both are told apart", True in told)

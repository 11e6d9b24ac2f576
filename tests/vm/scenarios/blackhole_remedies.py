# SPDX-License-Identifier: GPL-2.0
"""Each command that a black hole's finding gives is typed where it belongs, and data pass; undone, they do not."""
import re
import select

from lib import expect, sockets, tool, typed
from lib.answers import LONG, Answers, arrives
from lib.scenario import IPV4, IPV6, scenario
from lib.stalls import MTU, WHOLE, Server

SIZE = 20000
CLAMP = "nft 'add table"
PROBING = "sysctl -w net.ipv4.tcp_mtu_probing=1"
STUCK = 2  # seconds without a byte, where passing takes some milliseconds


def passes(world, *whom):
    """An answer comes whole."""
    client, server = world.answered(*whom, SIZE)
    arrives(client, SIZE)
    sockets.reset(client)
    server.close()


def stuck(world, *whom):
    """Nothing of an answer comes."""
    client, server = world.answered(*whom, SIZE)
    expect.equal("an answer that comes", select.select([client], [], [], STUCK)[0], [])
    sockets.reset(client)
    server.close()


def cures(world, namespace, row, *whom):
    """Typed, and typed again; and undone."""
    print(f"    {row['where']}: {row['command']}")
    typed.paste(namespace, row["command"], times=2)
    passes(world, *whom)
    typed.undo(namespace, row)
    stuck(world, *whom)


def probing(world, namespace, row, helps, *whom):
    """It has no undoing, for it does no harm."""
    expect.true("it says whom it helps", f"what {helps} sends" in row["text"], row["text"])
    typed.paste(namespace, row["command"])
    passes(world, *whom)
    namespace.sysctl("ipv4.tcp_mtu_probing", 0)


@scenario(at_once=True)
def sender(family):
    """On the host whose packets vanish, and on a gateway of theirs."""
    with Server(family) as world:
        world.hurry()
        peer = world.peer()
        kept = world.answered(peer, 5000)
        world.named(peer, 1, life=("sack",))
        kept[0].close()
        rows = {row["command"].split()[0]: row for row in
                typed.remedies(world.server, peer, "blackhole-send")}
        expect.equal("commands", sorted(rows), ["nft", "sysctl", "tcpwhy"])
        cures(world, world.r1, rows["nft"], peer)
        probing(world, world.server, rows["sysctl"], "this host", peer)


class Receiver(Answers):
    """The client is where we stand."""

    def connect(self):
        return self.asks(sockets.make(self.client, self.family), self.server_address)


@scenario(at_once=True)
def receiver(family):
    """On the host that waits, on a gateway, at the peer, and a route that is typed again."""
    cause = "blackhole-receive"
    with Receiver(family, mtu=MTU) as world:
        peer = world.server_address
        kept = [world.answered_in_part(5000) for _ in range(2)]
        expect.eventually(cause, lambda: tool.count(world.client, peer, cause) >= 2, seconds=LONG)
        for client, _ in kept:
            sockets.reset(client)
        rows = typed.remedies(world.client, peer, cause)
        clamps = {row["where"]: row for row in rows if row["command"].startswith(CLAMP)}
        cures(world, world.client, clamps["here"])
        cures(world, world.r2, clamps["on a gateway"])
        row = next(row for row in rows if "advmss" in row["text"])
        route = world.client.run("sh", "-c", row["command"]).stdout.strip().splitlines()[-1]
        change, advmss = re.search("`(ip [^`]*)`", row["text"]), re.search("advmss [0-9]+", row["text"])
        typed.paste(world.client, f"{change.group(1)} {route} {advmss.group(0)}", times=2)
        passes(world)
        typed.paste(world.client, f"{change.group(1)} {route}")
        stuck(world)
        probing(world, world.server, next(row for row in rows if row["command"] == PROBING), "it")


class Gateway(Answers):
    """r2 is where we stand."""

    def connect(self):
        return self.asks(sockets.make(self.client, self.family), self.server_address)

    def stumbles(self):
        """Until it is found; the remedies."""
        for way in (IPV4, IPV6):
            self.server.run("ip", "route", "replace", "default", "via",
                            self.links[-1][0].address(way), "rto_min", "20ms")
        kept = self.answered(5000)
        peer, cause = self.client_address, "blackhole-forward"
        expect.eventually(cause, lambda: tool.count(self.r2, peer, cause), seconds=LONG)
        sockets.reset(kept[0])
        return typed.remedies(self.r2, peer, cause)


@scenario(at_once=True)
def gateway_that_said_so(family):
    """The number is what this gateway asks for, whatever its other routes carry."""
    with Gateway(family, mtu=MTU) as world:
        rows = world.stumbles()
        expect.equal("commands", len(rows), 1)
        mss = MTU - (60 if family.six else 40)
        expect.true(f"the number is {mss}", rows[0]["command"].endswith(f"size set {mss}'"), rows[0])
        cures(world, world.r2, rows[0])


@scenario(at_once=True)
def gateway_before_it(family):
    """It vanishes behind: a number that every link carries, or one that came through."""
    with Gateway(family, mtu=WHOLE) as world:
        world.r1.run("nft", "-f", "-", input="table netdev hole { chain arrived { type filter hook ingress "
                     f"device {world.links[1][0].dev} priority 0; meta length > {MTU + 14} drop; }}; }}")
        rows = world.stumbles()
        expect.equal("where they belong", [row["command"].split()[0] for row in rows], ["tcpwhy", "nft"])
        cures(world, world.r2, rows[1])

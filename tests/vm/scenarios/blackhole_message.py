# SPDX-License-Identifier: GPL-2.0
"""A message is too large for the path, and yet no full segment: a ClientHello, a key exchange, cookies, a small file."""
import functools
import socket
import subprocess

from lib import expect, tool, typed
from lib.answers import LONG, PORT, arrives
from lib.scenario import scenario, together
from lib.stalls import CAUSE, WHOLE, Server, chatter, long_enough, timed_out
from lib.uploads import Client
from lib.web import Web

MESSAGE = 1400  # of data: more than a path of 1400 carries, and less than an MSS


@scenario
def answers(family):
    """A small file: its client talks on; two clients that only wait."""
    with Server(family) as world:
        world.hurry()
        world.fails = MESSAGE + world.headers
        talks, waits = world.peer(), world.peer()
        kept = [world.answered(talks, MESSAGE), world.answered(waits, MESSAGE)]
        chatter(kept[0][0], until=lambda: tool.count(world.server, talks, CAUSE))
        kept.append(world.answered(waits, MESSAGE))
        world.named(talks, 1, life=("data",), mtu=WHOLE)
        world.named(waits, 2, life=("other",), mtu=WHOLE)
        expect.equal("all that was found", tool.causes(world.server),
                     sorted((address, CAUSE) for address in (talks, waits)))
        tool.quiet(world.client)


@scenario
def later(family):
    """What was small has passed on the same connection; and what is printed, typed, ends it."""
    with Client(family, mtu=1400) as world:
        world.hurry()
        kept = []
        for _ in range(2):
            client, server = world.asks(world.client_socket(), world.server_address)
            client.sendall(b"k" * MESSAGE)
            world.stuck(client, 1)
            kept.append((client, server))
        world.named(CAUSE, 2, "likely", size_fails=MESSAGE + world.headers, mtu=WHOLE, life=["other"])
        tool.only(world.client, world.server_address, CAUSE, 2)
        row = typed.remedy(world.client, world.server_address, CAUSE, "sysctl")
        typed.paste(world.client, row["command"])
        for _, server in kept:
            arrives(server, MESSAGE)


def curl(world, cookie, patience):
    """A request with so many bytes of cookies."""
    return world.client.start("curl", "-sg", "-o", "/dev/null", "-m", patience, "-H", "Cookie: a=" + "z" * cookie,
                              "-w", "%{http_code}", f"http://{world.url}/", stdout=subprocess.PIPE, text=True)


@scenario
def cookies(family):
    """curl with cookies to nginx: nothing else is sent, so that it is possible only."""
    with Client(family, mtu=1400) as world:
        world.listener.close()
        world.keep(Web(world.server, PORT))
        world.hurry()
        world.url = f"[{world.server_address}]:{PORT}" if family.six else f"{world.server_address}:{PORT}"
        expect.equal("without cookies", curl(world, 10, LONG).communicate()[0], "200")
        programs = [curl(world, 1300, LONG * expect.PATIENCE)]
        expect.eventually("it is stuck", lambda: repeats(world.client))
        programs.append(curl(world, 1300, LONG * expect.PATIENCE))
        got = world.named(CAUSE, 2, "possible", mtu=WHOLE, life=["other"])
        expect.within("size_fails", got["size_fails"], 1401, WHOLE - 1)
        typed.paste(world.client, typed.remedy(world.client, world.server_address, CAUSE, "sysctl")["command"])
        for program in programs:
            expect.equal("the same once that is typed", program.communicate()[0], "200")
        tool.quiet(world.client, but=[CAUSE])


def repeats(namespace):
    """How many segments TCP has sent again."""
    lines = namespace.read("snmp").splitlines()
    names, values = (line.split() for line in lines if line.startswith("Tcp:"))
    return int(dict(zip(names, values))["RetransSegs"])


@scenario
def some_sizes(family):
    """Packets of 1441 to 1480 bytes vanish, larger ones pass: a tunnel that cuts those in two."""
    with Server(family, mtu=WHOLE, silent=False) as world:
        world.hurry()
        world.offload("off")
        world.fails = MESSAGE + world.headers
        world.r2.run("nft", "-f", "-", input="table inet narrow { chain forward { type filter hook forward "
                     f"priority 0; tcp sport {PORT} meta length 1441-1480 drop; }}; }}")
        address = world.peer()
        size = 5 * (WHOLE - world.headers) + MESSAGE
        kept = []
        for _ in range(2):
            client, server = world.answered(address, size)
            arrives(client, size - MESSAGE)
            long_enough([(client, server)], 1)
            kept.append((client, server))
        world.named(address, 2, mtu=WHOLE, life=("other",), path_signs=["larger"])
        tool.only(world.server, address, CAUSE, 2)
        expect.true("larger ones pass", "larger and smaller ones pass" in tool.ask(world.server, "list"))


def gives_up(family, size):
    """Two at once, and the clients close; after one more time-out it is plain."""
    with Server(family, what=f"{size} bytes") as world:
        world.hurry()
        world.fails = min(size + world.headers, WHOLE)
        address = world.peer()
        pairs = [world.connect(address) for _ in range(2)]
        for _, server in pairs:
            server.sendall(b"x" * size)
        long_enough(pairs, 7)
        times = [timed_out([pair]) for pair in pairs]
        for client, _ in pairs:
            client.shutdown(socket.SHUT_WR)
        got = world.named(address, 2, confidence="possible", life=("fin",), mtu=WHOLE)
        expect.within("time-outs until it was told", got["retries"], min(times), max(times) + 1)
        tool.only(world.server, address, CAUSE, 2)


@scenario
def silence(family):
    """Of who says nothing until the program gives up."""
    together(*(functools.partial(gives_up, family, size) for size in (MESSAGE, 20000)))

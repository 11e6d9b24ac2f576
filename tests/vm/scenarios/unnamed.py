# SPDX-License-Identifier: GPL-2.0
"""Where a counter of the kernel says otherwise, "No trouble seen" does not stand alone."""
import json

from lib import counters, expect, sockets, tool
from lib.scenario import scenario
from lib.world import Pair

PORT = 8080
NAME = "TcpExtListenOverflows"
BUT = "But the kernel counted"
SILENCED = "table inet quiet { chain leaves { type filter hook output priority 0; drop; }; }"


def told(namespace):
    """{counter: value} of those that have grown, from the list as JSON."""
    found = json.loads(tool.ask(namespace, "list", "-J"))
    expect.equal("findings", found["findings"], [])
    return {row["name"]: row["value"] for row in found["unnamed"]}


def counted(namespace):
    """What nstat shows. The namespace is younger than the module, so that all of it is told."""
    return counters.value(namespace, "ListenOverflows")


@scenario
def full_accept_queue(family):
    """A program listens and never accepts: what the kernel counts is told of, as no cause names it."""
    with Pair(family) as world:
        world.keep(sockets.listen(world.server, family, PORT, 1))
        clients = [sockets.begin(world.client, family, world.server_address, PORT) for _ in range(6)]
        expect.eventually("connections without room", lambda: counted(world.server) >= 4)
        for client in clients:
            client.close()
        # They go on to repeat what the server drops, and to be counted: from here on it holds still.
        world.client.run("nft", "-f", "-", input=SILENCED)
        expect.eventually("the list tells what the kernel counted",
                          lambda: told(world.server).get(NAME) == counted(world.server))
        number = counted(world.server)
        said = tool.call(world.server, "list").stderr
        expect.true("the list", "No trouble seen" in said and BUT in said and f"  {NAME} {number}: " in said, said)
        done = tool.call(world.server, "check")
        expect.equal("check", (done.returncode, done.stdout[:9]), (0, "TCPWHY OK"))
        expect.true("check says so", f"{NAME} {number}" in done.stdout, done.stdout)
        page = tool.ask(world.server, "report")
        expect.true("report says so", BUT in page and f"  {NAME} {number}: " in page, page)


@scenario
def nothing_to_tell(family):
    """Connections that all went well."""
    with Pair(family) as world:
        listener = world.keep(sockets.listen(world.server, family, PORT))
        for _ in range(10):
            sockets.client_closes_first(listener, sockets.connect(world.client, family, world.server_address, PORT))
        for namespace in (world.client, world.server):
            expect.equal(f"what has grown in {namespace.name}", told(namespace), {})
            said = tool.call(namespace, "list").stderr
            expect.true("the list", "No trouble seen" in said and BUT not in said, said)
            expect.true("check", "the kernel counted" not in tool.ask(namespace, "check"))

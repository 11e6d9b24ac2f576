# SPDX-License-Identifier: GPL-2.0
"""What scenarios are told by lib/said.py is what the tool prints; lib/agree.py goes on with that in each scenario."""
import datetime
import itertools
import json
import re

from lib import expect, said, sockets, tool
from lib.alone import PORT, Alone
from lib.container import Initial
from lib.scenario import scenario

RESETS = True
TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+[+-]\d\d:\d\d")


def equal(one, other):
    """A time on the wall's clock is reckoned from two clocks, which are read one after the other."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(equal(one[name], other[name]) for name in one)
    if isinstance(one, str) and isinstance(other, str) and TIME.fullmatch(one) and TIME.fullmatch(other):
        seconds = [datetime.datetime.fromisoformat(each).timestamp() for each in (one, other)]
        return abs(seconds[0] - seconds[1]) < 0.01
    return one == other


def same(what, ours, theirs):
    """Rates fall, and clocks go on: until both say the same once."""
    expect.eventually(f"what differs in {what}",
                      lambda: [pair for pair in itertools.zip_longest(ours(), theirs()) if not equal(*pair)], [])


# What the tool puts around each answer (tool/envelope.c), and what is never the same.
AROUND = ("schema", "command", "tool", "module", "host", "time", "coverage", "watched_s")


def status(namespace, ask):
    """Each value of the module's."""
    return [{name: value} for name, value in sorted(ask(namespace).items()) if name not in AROUND]


@scenario
def findings(family):
    """Of several peers and causes: each column, and the order."""
    with Alone(family) as world:
        for host in range(1, 4):
            world.gets_in(world.refused(host, times=host)).close()
        client = sockets.connect(world.server, family, world.server_address, PORT)
        server = sockets.accept(world.listener)
        client.sendall(b"unread")
        expect.eventually("data", lambda: server.recv(1, sockets.socket.MSG_PEEK))
        server.close()
        expect.eventually("several causes", lambda: len({row["cause"] for row in tool.listed(world.server)}) > 2)
        same("findings", lambda: said.findings(world.server), lambda: tool.listed(world.server))
        client.close()


@scenario
def state(family):
    """Sources, causes and sums, in a namespace with events and in the initial one."""
    with Alone(family) as world:
        world.refused(times=2)
        for namespace in (world.server, Initial()):
            same(f"status of {namespace.name}", lambda: status(namespace, said.status),
                 lambda: status(namespace, lambda where: json.loads(tool.ask(where, "status", "-J"))))
            ours, theirs = said.status(namespace), json.loads(tool.ask(namespace, "status", "-J"))
            expect.equal("keys", sorted(set(ours) - set(AROUND)), sorted(set(theirs) - set(AROUND)))

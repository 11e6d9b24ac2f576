# SPDX-License-Identifier: GPL-2.0
"""What tests/vm/selftest plays to see which failures are played again, and what is said of them."""
import collections

from lib import expect, tool
from lib.scenario import scenario

plays = collections.Counter()


def fails(name, times, error=expect.Unexpected):
    """In the first so many plays."""
    plays[name] += 1
    # As a scenario that looked for one finding, and missed it whenever it failed.
    tool.score.seeks("192.0.2.1", name, plays[name] > times)
    if plays[name] <= times:
        raise error(f"{name}, play {plays[name]}")


@scenario(families=False)
def once():
    fails("once", 1)


@scenario(families=False)
def twice():
    """The first replay fails too: that is enough."""
    fails("twice", 2)


@scenario(families=False)
def second_replay():
    plays["second"] += 1
    if plays["second"] in (1, 3):
        raise expect.Unexpected(f"second, play {plays['second']}")


@scenario(families=False)
def always():
    fails("always", 100)


@scenario(families=False)
def final():
    fails("final", 1, expect.Final)


@scenario(families=False, fuzz=True)
def fuzzer():
    fails("fuzzer", 1)


@scenario(families=False)
def well():
    fails("well", 0)

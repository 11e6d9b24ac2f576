# SPDX-License-Identifier: GPL-2.0
"""What a scenario is: a function, and what it is played with."""
import concurrent.futures
import functools
import socket
import typing


class Family:
    """IPv4 or IPv6: number, name, and addresses of the worlds."""

    def __init__(self, number, name):
        self.number, self.name = number, name
        self.six = number == socket.AF_INET6

    def host(self, net, host):
        """Host number `host` of network number `net`."""
        return f"fd00:{net:x}::{host:x}" if self.six else f"10.{net}.0.{host}"

    def prefix(self, net):
        return f"fd00:{net:x}::/64" if self.six else f"10.{net}.0.0/24"

    def foreign(self, host):
        """One of many addresses beyond the client, where no stack answers."""
        return f"fd66::{host:x}" if self.six else f"10.66.{host >> 8}.{host & 255}"

    @property
    def beyond(self):
        return "fd66::/32" if self.six else "10.66.0.0/16"

    @property
    def loopback(self):
        return "::1" if self.six else "127.0.0.1"

    def __str__(self):
        return self.name


IPV4 = Family(socket.AF_INET, "ipv4")
IPV6 = Family(socket.AF_INET6, "ipv6")

_found = []

beside = False  # whether others are being played at the same time


class Shared(Exception):
    """A scenario that is played beside others is about to touch what they share."""


def shared(what):
    """Only who plays alone may touch it; the runner plays others once more, and alone."""
    if beside:
        raise Shared(what)


def together(*plays, most=None):
    """Each in a thread of its own, as what they wait for is timers; `most`: no more than so many at a time."""
    with concurrent.futures.ThreadPoolExecutor(most or len(plays)) as pool:
        for play in [pool.submit(play) for play in plays]:
            play.result()


class Play(typing.NamedTuple):
    """What is played under a name; a failure of a fuzzer's is a find. `beside`: others may be played at the same time."""

    name: str
    action: typing.Callable
    fuzz: bool = False
    beside: bool = False


def scenario(function=None, *, families=True, at_once=False, fuzz=False):
    """Marks a scenario; it is played once for each family, unless it says no.

    `at_once`: for both in one play, as all that takes long is timers. It looks at nothing that its twin changes, too.
    `fuzz`: what it does is random, and it prints how to do it again.
    """
    def mark(chosen):
        name = chosen.__name__.replace("_", "-")
        if at_once:
            plays = [functools.partial(chosen, family) for family in (IPV4, IPV6)]
            _found.append(Play(name, functools.partial(together, *plays), fuzz))
        elif families:
            for family in (IPV4, IPV6):
                _found.append(Play(f"{name}-{family}", functools.partial(chosen, family), fuzz))
        else:
            _found.append(Play(name, chosen, fuzz))
        return chosen
    return mark(function) if function else mark


def collect():
    """The scenarios marked since the last call."""
    found = list(_found)
    _found.clear()
    return found

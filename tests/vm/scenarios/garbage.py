# SPDX-License-Identifier: GPL-2.0
"""Requests that make no sense, by hand and by the tool: refused, and nothing is changed by them."""
import errno
import os
import random
import struct

from lib import expect, genl, module, tool
from lib.alone import Alone
from lib.container import Initial
from lib.genl import ACK, COMMANDS, DUMP, REQUEST, Genl
from lib.scenario import IPV4, scenario

SEED = int(os.environ.get("SEED", 20260301))
MESSAGES = int(os.environ.get("MESSAGES", 4000 if expect.SLOW else 20000))
POOL = 500  # random attributes are slow to make, and quick to change
ATTRIBUTES = range(0, 20)
NO_CAUSE = genl.u32(genl.ENABLE, 0xffff)


def known(world):
    # Not those of an earlier world's namespace that is on its way out.
    rows = [row for row in tool.findings(Initial(), "--all-netns")
            if row["netns"] == world.server.inode]
    # Sorted by rate, which goes down meanwhile.
    rows.sort(key=lambda row: (row["peer"], row["cause"]))
    status = tool.status(world.server)
    return tool.lasting(rows), status["causes"], status["lean"], status["memory"], status["evicted"]


class Unharmed:
    """What is known and how the module is set are the same afterwards, and the module has said nothing."""

    def __init__(self, world):
        self.world = world

    def __enter__(self):
        self.world.refused(times=3)
        self.world.refused(host=2)
        self.log, self.before = module.Log(), known(self.world)

    def __exit__(self, kind, *_):
        if kind is None:
            expect.equal("what is known", known(self.world), self.before)
            # The kernel itself says now and then that a message was odd; the harness looks for worse.
            said = [line for line in self.log.lines() if "tcpwhy" in line and "netlink:" not in line]
            expect.equal("what the module said", said, [])


def open_both(world):
    """Sockets of the initial namespace and of one that has no peers."""
    socks = [Genl(), Genl(world.server)]
    for sock in socks:
        sock.resolve()
    return socks


@scenario(families=False)
def each_attribute():
    """Every attribute of every length in every command, alone and nested: those that mean nothing."""
    with Alone(IPV4) as world, Alone(IPV4) as empty, Unharmed(world):
        _, sock = open_both(empty)
        for command in range(0, 12):
            flags = DUMP if command == COMMANDS["get-peers"] else 0
            for kind in ATTRIBUTES:
                for size in (0, 1, 2, 3, 4, 5, 8, 16, 17, 64):
                    for build in (genl.attr, genl.nest):
                        answer = sock.ask(command, build(kind, b"\xff" * size), flags)
                        check(command, kind, size, answer)
            expect.true("an answer without a request",
                        sock.ask(command, b"\1\0\2\0", flags).error != 0 or command == 3)
        sock.close()


def check(command, kind, size, answer):
    what = f"command {command} with attribute {kind} of {size} bytes"
    if command not in COMMANDS.values():
        expect.equal(f"error of {what}", answer.error, errno.EOPNOTSUPP)
    elif answer.error == 0:
        # A filter that is empty is one; an address of which nothing is known is not an error of form.
        expect.true(f"{what} is refused", kind == genl.FILTER and size == 0, answer.replies)
    else:
        expect.true(f"{what} is refused for what it is", answer.error in
                    (errno.EINVAL, errno.ERANGE, errno.EPERM, errno.ENOENT, errno.EOPNOTSUPP),
                    answer.error)


@scenario(families=False)
def wrong_values():
    """Values out of range, each with the text that says so."""
    cause = genl.u32(genl.FILTER_CAUSE, 99)
    v4, v6 = genl.attr(5, bytes(4)), genl.attr(5, bytes(16))
    filters = (
        (cause, "no such cause"),
        (genl.u32(genl.FILTER_CAUSE, 0), "no such cause"),
        (v4 + genl.u8(6, 33), "a prefix length beyond the address"),
        (v6 + genl.u8(6, 129), "a prefix length beyond the address"),
        (genl.u8(6, 8), "a prefix length without a prefix"),
        (genl.attr(5, bytes(7)), "an address has 4 or 16 bytes"),
        (genl.u32(8, 1) + genl.attr(9), "one namespace, or all of them"),
        (genl.u32(8, 0), "no such network namespace"),
        (genl.u8(3, 200), None), (genl.u8(4, 200), None), (genl.attr(77, b"1234"), None))
    with Alone(IPV4) as world, Unharmed(world):
        sock = open_both(world)[0]
        for data, text in filters:
            for command, more, flags in (("reset", b"", 0), ("get-peers", b"", DUMP),
                                         ("get-peer", genl.attr(genl.ADDRESS, bytes(4)), 0)):
                answer = sock.ask(COMMANDS[command], genl.nest(genl.FILTER, data) + more, flags)
                expect.true(f"{command} with filter {data!r} is refused",
                            answer.error in (errno.EINVAL, errno.ERANGE), answer.error)
                if text and command != "get-peers":
                    expect.equal(f"text of {command} with filter {data!r}", answer.text, text)
        for data, text in ((b"", "a cause to switch on or off, or a mode, is needed"),
                           (NO_CAUSE, "no such cause"),
                           (genl.u32(genl.DISABLE, 1) + NO_CAUSE, "no such cause"),
                           (genl.u32(genl.DISABLE, 0), "no such cause"),
                           (genl.u8(genl.LEAN, 2), None)):
            answer = sock.ask(COMMANDS["set-config"], data)
            expect.true(f"SET_CONFIG {data!r} is refused", answer.error in
                        (errno.EINVAL, errno.ERANGE), answer.error)
            if text:
                expect.equal(f"text of SET_CONFIG {data!r}", answer.text, text)
        sock.close()


def random_attributes(rng, depth=0):
    data = b""
    for _ in range(rng.choice((0, 1, 1, 2, 3, 12))):
        kind = rng.choice((rng.randrange(16), rng.randrange(16), rng.randrange(0x4000)))
        body = random_attributes(rng, depth + 1) if depth < 3 and rng.random() < 0.4 else \
            rng.getrandbits(8 * 24).to_bytes(24, "little")[:rng.choice((0, 1, 2, 4, 4, 4, 8, 16, 24))]
        size = len(body) + 4 if rng.random() < 0.8 else rng.randrange(0x10000)
        flags = rng.choice((0, 0, genl.NESTED, genl.NESTED, 0x4000, 0xc000))
        data += struct.pack("=HH", size, kind | flags) + body + b"\0" * (-len(body) % 4)
    return data


def random_message(rng, family, commands, pool, ending):
    """A header before what is of the pool, some of it changed; sometimes cut short, or its length lies."""
    content = bytearray(rng.choice(pool) + (rng.choice(pool) if rng.random() < 0.2 else b""))
    for _ in range(rng.choice((0, 0, 1, 2, 5)) if content else 0):
        content[rng.randrange(len(content))] = rng.randrange(256)
    body = struct.pack("=BBH", rng.choice(commands), rng.choice((1, 1, 1, 0, 2, 255)),
                       rng.choice((0, 0, 0, 0xffff))) + bytes(content) + ending
    flags = rng.choice((REQUEST, REQUEST | ACK, REQUEST | DUMP, REQUEST | ACK | DUMP,
                        rng.randrange(0x10000) | REQUEST, 0))
    size = len(body) + 16
    if rng.random() < 0.1:
        size = rng.choice((0, 15, 16, 19, 20, size - 1, size + 1, 0x7fffffff, 0xffffffff))
    data = struct.pack("=IHHII", size, family, flags, rng.getrandbits(32), 0) + body
    return data[:rng.randrange(len(data) + 1)] if rng.random() < 0.1 and not ending else data


@scenario(families=False, fuzz=True)
def random_messages():
    """From a namespace without peers anything goes; from the initial one what cannot change anything."""
    rng = random.Random(SEED)
    print(f"    garbage: SEED={SEED} MESSAGES={MESSAGES}")
    anything, reading = list(range(0, 8)) + [255], [0, 1, 2, 3, 6, 7, 200]
    setting, errors = [COMMANDS["set-config"]], {}
    with Alone(IPV4) as world, Alone(IPV4) as empty, Unharmed(world):
        home, sock = open_both(empty)
        family, pool = sock.family, [random_attributes(rng) for _ in range(POOL)]
        for i in range(MESSAGES):
            if i % 500 == 499:  # what is left of a dump that nobody read to its end
                home.close()
                sock.close()
                home, sock = open_both(empty)
            where, commands, ending = rng.choice(((sock, anything, b""), (home, reading, b""),
                                                  (home, setting, NO_CAUSE)))
            for error in where.shout(random_message(rng, family, commands, pool, ending)):
                errors[error] = errors.get(error, 0) + 1
        oversize = genl.attr(genl.ADDRESS, b"x" * 60000)
        for command in COMMANDS.values():
            expect.true("oversize is refused", sock.ask(command, oversize).error != 0)
        home.close()
        sock.close()
    refused = sum(count for error, count in errors.items() if error)
    expect.true("most were refused", refused > MESSAGES / 4, errors)


# What is wrong, and the status the manual gives.
COMMAND_LINES = (
    (4, "list", "--cause", "no-such-cause"), (4, "list", "-o", "NO-SUCH-COLUMN"),
    (4, "list", "--peer", "10.0.0.0/33"), (4, "list", "--peer", "fd00::/129"),
    (4, "list", "--peer", "ten"), (4, "list", "--peer", "10.0.0.0/-1"), (4, "list", "--since", "soon"),
    (4, "list", "--min-confidence", "sure"), (4, "list", "--min-severity", "grave"),
    (4, "list", "--no-such-option"), (4, "no-such-command"), (4, "why"), (4, "why", "nobody"),
    (4, "set"), (4, "set", "--lean", "perhaps"), (4, "set", "--enable", "no-such-cause"),
    (4, "watch", "-c", "many"), (4, "watch", "-c", "-1"), (4, "top", "-d", "never"),
    (4, "reset", "--cause", "no-such-cause"), (4, "causes", "no-such-cause"),
    (4, "list", "--netns", "no-such-namespace"), (1, "why", "192.0.2.77"), (1, "why", "2001:db8::77"),
    (4, "list", "extra"), (4, "list", "--cause", "paws-*,\x1b[2Jnonsense"))


@scenario(families=False)
def command_lines():
    """One line each that says what is wrong, and nothing that a terminal would act upon."""
    with Alone(IPV4) as world, Unharmed(world):
        for status, *args in COMMAND_LINES:
            done = tool.call(world.server, *args)
            what = f"tcpwhy {' '.join(args)!r}"
            expect.equal(f"exit status of {what} ({done.stdout}{done.stderr})", done.returncode, status)
            lines = (done.stderr + (done.stdout if status == 1 else "")).strip().splitlines()
            expect.equal(f"lines that {what} says ({lines})", len(lines), 1)
            expect.true(f"what {what} says is printable", lines[0].isprintable(), lines[0])

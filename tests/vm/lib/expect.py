# SPDX-License-Identifier: GPL-2.0
"""Assertions that say what was expected and what came."""
import os
import time

# Instrumented kernels are several times slower; a deadline only bounds how long a failure takes.
SLOW = os.environ.get("TCPWHY_KERNEL") == "debug" or os.path.exists("/sys/kernel/debug/kmemleak")
PATIENCE = float(os.environ.get("PATIENCE", 6 if SLOW else 1))
DEADLINE = 20 * PATIENCE


class Unexpected(AssertionError):
    """What came is not what was expected."""


class Final(Unexpected):
    """No second play can excuse this: somebody was named who must not be, or something was left behind."""


class Lacking(Exception):
    """This kernel has nothing of what the scenario is about."""


def equal(what, got, wanted, error=Unexpected):
    if got != wanted:
        raise error(f"{what}: expected {wanted!r}, got {got!r}")


def true(what, condition, got=None, error=Unexpected):
    if not condition:
        raise error(what if got is None else f"{what}: got {got!r}")


def within(what, got, low, high):
    if got is None or not low <= got <= high:
        raise Unexpected(f"{what}: expected {low} to {high}, got {got!r}")


def subset(what, got, wanted):
    """Every key of `wanted` is in `got` with that value."""
    wrong = {key: (got or {}).get(key) for key, value in wanted.items()
             if (got or {}).get(key) != value}
    if wrong:
        raise Unexpected(f"{what}: expected {({key: wanted[key] for key in wrong})!r}, "
                         f"got {wrong!r}")


def eventually(what, look, wanted=None, seconds=None):
    """Waits until `look()` is `wanted` (or, without that, true), and returns it."""
    deadline = time.monotonic() + (seconds * PATIENCE if seconds else DEADLINE)
    pause = 0.005
    while True:
        got = look()
        if got == wanted if wanted is not None else got:
            return got
        if time.monotonic() > deadline:
            break
        time.sleep(pause)
        pause = min(pause * 2, 0.2)
    if wanted is None:
        raise Unexpected(f"{what}: did not come about, last seen {got!r}")
    raise Unexpected(f"{what}: expected {wanted!r}, got {got!r}")


def fails(what, error, action, *args):
    """`action` raises `error`."""
    try:
        action(*args)
    except error:
        return
    raise Unexpected(f"{what}: expected {error.__name__}, and nothing went wrong")

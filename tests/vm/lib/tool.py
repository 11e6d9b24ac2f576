# SPDX-License-Identifier: GPL-2.0
"""The tool, called as a user calls it, in a namespace."""
import contextlib
import json

from . import expect, said
from .container import Initial
from .scenario import shared
from .score import Score


# (cause, family, confidence) of what a scenario looked for and found: the runner keeps it.
named = set()

# Of what is played; the runner begins another with each scenario.
score = Score()

# (shortest RTO, time from the first time-out to the verdict) of each, milliseconds: likewise.
verdicts = []


def call(namespace, *args, **more):
    """Whatever becomes of it."""
    if args[0] == "set" or args[0] == "reset" and isinstance(namespace, Initial):
        shared(f"tcpwhy {args[0]}")
    if args[0] == "set" and "--help" not in args:
        # What one scenario sets is not for the next one that loads the module.
        args += ("--temporary",)
    return namespace.run("tcpwhy", *args, check=False, **more)


def ask(namespace, *args):
    """It must go well; what it printed."""
    done = call(namespace, *args)
    expect.equal(f"exit status of tcpwhy {' '.join(args)} ({done.stderr.strip()})",
                 done.returncode, 0)
    return done.stdout


def refuse(namespace, status, *args, **more):
    """It must go wrong with this status and one line that says why; that line."""
    done = call(namespace, *args, **more)
    what = f"tcpwhy {' '.join(args)}"
    expect.equal(f"exit status of {what} ({done.stdout}{done.stderr})", done.returncode, status)
    lines = done.stderr.strip().splitlines()
    expect.equal(f"lines that {what} says ({lines})", len(lines), 1)
    expect.equal(f"output of {what}", done.stdout, "")
    return lines[0]


def findings(namespace, *args):
    """All there are; with `args`, those that the tool finds by them."""
    return listed(namespace, *args) if args else said.findings(namespace)


def listed(namespace, *args):
    """As the tool itself lists them."""
    return json.loads(ask(namespace, "list", "-J", "-a", *args))["findings"]


def pick(rows, peer, cause):
    for row in rows:
        if row["peer"] == peer and row["cause"] == cause:
            named.add((cause, "ipv6" if ":" in peer else "ipv4", row["confidence"]))
            score.seeks(peer, cause, True)
            return row
    return None


def lasting(rows):
    """Without what is of now, or of the wall clock, which is read anew and may be a millisecond off."""
    return [{name: value for name, value in row.items() if name not in ("rate", "first", "last")}
            for row in rows]


def finding(namespace, peer, cause):
    """None if there is none."""
    return pick(findings(namespace), peer, cause)


def count(namespace, peer, cause):
    row = finding(namespace, peer, cause)
    return row["count"] if row else 0


def wait(namespace, peer, cause, wanted):
    """Waits for that many events; all findings there are then."""
    rows = []

    def look():
        rows[:] = findings(namespace)
        row = pick(rows, peer, cause)
        return row["count"] if row else 0
    try:
        expect.eventually(f"{cause} of {peer}", look, wanted)
    except expect.Unexpected:
        score.seeks(peer, cause, False)
        raise
    return rows


def counted(namespace, peer, cause, wanted):
    """Waits for that many events, and returns the finding."""
    return pick(wait(namespace, peer, cause, wanted), peer, cause)


# What a scenario's own programs and forgers leave behind when it ends or plays a peer.
MANNERS = ("rst-", "timeout-", "peer-refused", "peer-aborted", "peer-closed-early",
           "peer-lost-connection", "peer-goodbye", "refused-icmp")


resets = False  # are they what the scenario is about? The runner says so


def _counts(row):
    return resets or not row["cause"].startswith(MANNERS)


def above_info(rows):
    return sorted((row["peer"], row["cause"]) for row in rows
                  if row["severity"] != "info" and _counts(row))


def only(namespace, peer, cause, wanted):
    """That many events of one peer and cause, and nothing else above info; the finding."""
    rows = wait(namespace, peer, cause, wanted)
    expect.equal("other findings above info", [found for found in above_info(rows) if found != (peer, cause)], [])
    return pick(rows, peer, cause)


def causes(namespace):
    """(peer, cause) of everything above info."""
    return above_info(findings(namespace))


def beside(*names):
    """These causes are at work in the scenario too, and it is not about them."""
    score.known.update(names)


def quiet(*namespaces, but=()):
    """Nothing above info was found, but for these causes."""
    score.silent.update(namespace.name for namespace in namespaces)
    beside(*but)
    for namespace in namespaces:
        expect.equal(f"findings above info in {namespace.name}",
                     [(peer, cause) for peer, cause in causes(namespace) if cause not in but], [],
                     expect.Final)


def silent(*namespaces):
    """Nothing at all was found."""
    score.silent.update(namespace.name for namespace in namespaces)
    for namespace in namespaces:
        expect.equal(f"findings in {namespace.name}",
                     [(row["peer"], row["cause"], row["count"]) for row in findings(namespace)
                      if _counts(row)], [], expect.Final)


def status(namespace):
    return said.status(namespace)


def counter(namespace, name):
    """One of the module's own counters, which are of all namespaces."""
    shared(f"the counter {name}")
    for row in status(namespace)["counters"]:
        if row["name"] == name:
            return row["value"]
    raise expect.Unexpected(f"no counter {name} in tcpwhy status")


def coverage(namespace, cause):
    for row in status(namespace)["causes"]:
        if row["name"] == cause:
            return row["coverage"]
    raise expect.Unexpected(f"no cause {cause} in tcpwhy status")


def source(namespace, word):
    """State of the hook whose name has this word in it."""
    for row in status(namespace)["sources"]:
        if word in row["name"]:
            return row["state"]
    raise expect.Unexpected(f"no source {word} in tcpwhy status")


def reconciled(namespace):
    """All the kernel counted is attributed; {counter: number}."""
    sums = status(namespace)["reconcile"]
    left = {row["name"]: (row["kernel"], row["attributed"]) for row in sums
            if row["kernel"] != row["attributed"]}
    expect.equal("(kernel, attributed) that differ", left, {})
    return {row["name"]: row["kernel"] for row in sums}


@contextlib.contextmanager
def lean_mode():
    """Nothing on the data path meanwhile."""
    ask(Initial(), "set", "--lean", "on")
    try:
        yield
    finally:
        ask(Initial(), "set", "--lean", "off")

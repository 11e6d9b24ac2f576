# SPDX-License-Identifier: GPL-2.0
"""What the tool advises is typed as it is printed."""
import json
import re

from . import expect, tool


def remedies(namespace, peer, cause):
    """Of this finding: rows of where, text and command, those without a command left out."""
    found = json.loads(tool.ask(namespace, "why", "-J", peer))["findings"]
    rows = next(row["remedies"] for row in found if row["cause"] == cause)
    return [row for row in rows if row["command"]]


def remedy(namespace, peer, cause, beginning):
    """The one whose command begins like that."""
    rows = remedies(namespace, peer, cause)
    fitting = [row for row in rows if row["command"].startswith(beginning)]
    expect.equal(f"remedies of {cause} that begin with {beginning!r} ({rows})", len(fitting), 1)
    return fitting[0]


def paste(namespace, command, times=1):
    """Somebody pastes it into a shell, perhaps once more to be sure."""
    for _ in range(times):
        namespace.run("sh", "-c", command)


def undo(namespace, row):
    """What its text says would undo it."""
    found = re.search(r"\((['`])(.+?)\1 (?:undoes|makes) it", row["text"])
    expect.true("it is said how to undo it", found, row["text"])
    paste(namespace, found.group(2))

# SPDX-License-Identifier: GPL-2.0
"""Whether lib/said.py and the tool say the same: at the end of a scenario, for each thing that no other had brought yet."""
from . import expect, said, score, tool

_agreed = set()


def _things(namespace):
    """(cause, name of evidence) of all findings, and (cause, "")."""
    for row in score.rows(namespace):
        yield row["cause"], ""
        for name in row["evidence"]:
            yield row["cause"], name


def check(world):
    for namespace in world.namespaces:
        new = set(_things(namespace)) - _agreed
        if not new:
            continue
        ours = said.findings(namespace)
        theirs = tool.listed(namespace)
        if tool.lasting(said.findings(namespace)) != tool.lasting(ours):
            continue  # something was found meanwhile; another scenario brings it
        expect.equal(f"findings of tcpwhy list -J in {namespace.name}", tool.lasting(theirs), tool.lasting(ours))
        _agreed.update(new)

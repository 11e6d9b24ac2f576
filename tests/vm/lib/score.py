# SPDX-License-Identifier: GPL-2.0
"""How often it was right: what each scenario looked for by name, and what was there beside that."""

RIGHT, MISSED, WRONG = "right", "missed", "wrong"


class Score:
    """Of one scenario; findings are told apart by peer and cause."""

    def __init__(self):
        self.sought = {}
        self.silent = set()
        self.beside = {}
        self.known = set()
        self.judged = None

    def seeks(self, peer, cause, found):
        """A scenario looks for this finding, and it is there with the right number, or not."""
        self.sought[peer, cause] = found

    def looks_at(self, world, minds):
        """What says, with some certainty, that somebody was hurt, where nothing should.

        `minds` says which of some findings count there.
        """
        for namespace in world.namespaces:
            if namespace.name not in self.silent:
                continue
            for row in rows(namespace):
                if row["severity"] == "trouble" and row["confidence"] != "possible" and \
                        minds([row]) and row["cause"] not in self.known:
                    self.beside[row["peer"], row["cause"]] = row["confidence"]

    def lines(self):
        """(cause, verdict) of each finding; one that nobody looked for, where silence was wanted, is wrong."""
        for (_, cause), found in self.sought.items():
            yield cause, RIGHT if found else MISSED
        for key in self.beside:
            if key not in self.sought:
                yield key[1], WRONG
        if self.silent and not self.sought:
            yield "-", WRONG if self.beside else RIGHT


def rows(namespace):
    """Of /proc/net/tcpwhy, which costs less than to ask the tool; none where the module is not loaded."""
    try:
        text = namespace.read("tcpwhy")
    except OSError:
        return
    for line in text.splitlines():
        if not line.startswith("#"):
            words = line.split()
            yield dict(zip(("peer", "cause", "severity", "confidence"), words),
                       evidence=[word.partition("=")[0] for word in words[4:]])

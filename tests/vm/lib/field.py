# SPDX-License-Identifier: GPL-2.0
"""A mechanism of public reports, judged as the person on call would judge what tcpwhy says about it.

Each place (a host where somebody would type tcpwhy) is judged by itself: it names what is right, it lacks something or says
something false beside it, it names something else, or it says nothing. What is printed as a remedy is typed, and the trouble
has to stop. The mechanism is as good as its places together.
"""
import functools
import json
import os
import re
import typing

from . import expect, tool, typed
from .scenario import scenario

RIGHT, PARTLY, WRONG, SILENT, HARMFUL = "right", "partly", "wrong", "silent", "harmful"
VERDICTS = (RIGHT, PARTLY, WRONG, SILENT, HARMFUL)
CURED, FAILS = "cures", "fails"
CONFIDENCE = ("possible", "likely", "certain")
KERNEL = os.environ.get("TCPWHY_KERNEL", "")
# From 6.12 on tcp_cwnd_test() makes no exception for a FIN any more: the window of one segment is taken by what was lost.
NEWER = ("trixie", "backports")
WHY_FIN_WAITS = ("From 6.12 on the FIN of a program that gives up waits behind what was lost. So nothing small is sent, and nothing "
                 "tells that from a peer that is gone until that one closes, or answers another connect.")


class Judgement(typing.NamedTuple):
    """Of a mechanism: a line of field.tsv, which tests/vm/score makes the table of."""

    what: str
    sources: str
    verdict: str
    remedy: str
    faults: str
    why: str = ""


def _sure(row, least):
    return CONFIDENCE.index(row["confidence"]) >= CONFIDENCE.index(least)


def _words(row):
    return f"{row['cause']} of {row['peer']} ({row['severity']}, {row['confidence']})"


class Case:
    """What is judged, place by place."""

    beside = ()  # what is true beside all that is judged, such as how programs give up

    def __init__(self):
        self.verdicts, self.faults, self.remedies, self.told = [], [], [], []

    def _judge(self, place, verdict, *faults):
        self.verdicts.append(verdict)
        self.faults += [f"{place}: {fault}" for fault in faults]
        return verdict == RIGHT

    def names(self, place, namespace, peer, cause, *, severity="trouble", least="possible", count=1, wait=10,
              says=(), never=(), beside=()):
        """Here this peer is to be named for this cause, so certainly at least.

        The story has to match each of `says` (regular expressions) and none of `never`. Causes in `beside` are true as well; any
        other that is more than a possibility is a false claim. Returns the finding.
        """
        beside = (*beside, *self.beside)
        rows = self._seen(namespace, peer, cause, count, wait)
        row = tool.pick(rows, peer, cause)
        others = [other for other in rows if other is not row and other["severity"] != "info" and
                  _sure(other, "likely") and other["cause"] not in beside]
        if not row:
            named = [other for other in rows if other["severity"] != "info" and other["cause"] not in beside]
            self._judge(place, WRONG if named else SILENT,
                        "says " + ", ".join(map(_words, named)) if named else "nothing is said")
            return None
        faults = [f"also says {_words(other)}" for other in others if other["severity"] == "trouble"]
        if row["severity"] != severity or not _sure(row, least):
            faults.append(f"says {_words(row)}, where it is {severity}, {least} at least")
        if row["count"] < count:
            faults.append(f"{cause} is counted {row['count']} times, not {count}")
        text = self.story(namespace, peer, cause)
        faults += [f"does not say '{word}'" for word in says if not re.search(word, text)]
        faults += [f"says '{word}'" for word in never if re.search(word, text)]
        if not self._judge(place, PARTLY if faults else RIGHT, *faults):
            self.told.append(f"{place}: {text}")
        return row

    @staticmethod
    def _seen(namespace, peer, cause, count, wait):
        """The findings, once this one is there; they are what they are when the time is up."""
        rows = []

        def look():
            rows[:] = tool.findings(namespace)
            return any((row["peer"], row["cause"]) == (peer, cause) and row["count"] >= count for row in rows)
        try:
            expect.eventually(cause, look, seconds=wait)
        except expect.Unexpected:
            pass
        return rows

    def tells(self, place, namespace, peer, *words, never=(), wait=5):
        """Here it is to be told what befell this peer, whatever the cause is called: its story matches all of these words.

        A cause of `never` is a false name.
        """
        def found():
            return [row for row in tool.findings(namespace) if row["severity"] != "info" and row["peer"] == peer and
                    row["cause"] not in self.beside]
        try:
            expect.eventually("anything that is said", found, seconds=wait)
        except expect.Unexpected:
            return self._judge(place, SILENT, "nothing is said")
        rows = found()
        stories = [self.story(namespace, peer, row["cause"]) for row in rows]
        false = [_words(row) for row in rows if row["cause"] in never]
        if false:
            return self._judge(place, WRONG, "says " + ", ".join(false))
        if any(all(re.search(word, text) for word in words) for text in stories):
            return self._judge(place, RIGHT)
        self.told += [f"{place}: {text}" for text in stories]
        return self._judge(place, PARTLY, f"says {', '.join(map(_words, rows))}, and not '{', '.join(words)}'")

    def quiet(self, place, namespace, beside=()):
        """Nobody was hurt here: nothing above info is to be said."""
        rows = [row for row in tool.findings(namespace) if row["severity"] != "info" and
                row["cause"] not in (*beside, *self.beside)]
        sure = any(row["severity"] == "trouble" and _sure(row, "likely") for row in rows)
        faults = [f"says {_words(row)}, {row['count']} times" for row in rows]
        return self._judge(place, WRONG if sure else PARTLY if rows else RIGHT, *faults)

    def not_wrong(self, place, namespace, *, beside=(), never=()):
        """Here nothing can be known; what is said must not be false. `never`: causes that would be."""
        rows = [row for row in tool.findings(namespace) if row["cause"] not in (*beside, *self.beside) and
                (row["cause"] in never or row["severity"] == "trouble" and _sure(row, "likely"))]
        self._judge(place, WRONG if rows else RIGHT, *[f"says {_words(row)}" for row in rows])

    def true(self, place, what, condition):
        """Something else that is to hold, such as what `tcpwhy probe` says; `what` is the fault if it does not."""
        return self._judge(place, RIGHT if condition else PARTLY, *([] if condition else [what]))

    @staticmethod
    def story(namespace, peer, cause):
        """As `tcpwhy why` prints it, in one line."""
        done = tool.call(namespace, "why", "--cause", cause, peer)
        return " ".join(done.stdout.split())

    def remedy(self, namespace, peer, cause, beginning, works, where=None, times=1):
        """The remedy that begins so, as it is printed at `namespace`, is typed (at `where`), and then it works.

        `times`: more than once, where it is another one each time, as more is known.
        """
        for _ in range(times):
            commands = [row["command"] for row in self.remedies_of(namespace, peer, cause) if row["command"].startswith(beginning)]
            for command in commands[:1]:
                typed.paste(where or namespace, command)
            if not commands or works():
                break
        else:
            commands = [None]
        return self._typed(namespace, f"remedy '{beginning}'", commands)

    @staticmethod
    def remedies_of(namespace, peer, cause):
        """Those with a command; none without the finding."""
        return typed.remedies(namespace, peer, cause) if tool.finding(namespace, peer, cause) else []

    def probes(self, namespace, arguments, beginning, works, where=None):
        """The same of what `tcpwhy probe` prints."""
        done = tool.call(namespace, "probe", "-J", *arguments.split())
        rows = json.loads(done.stdout)["remedies"] if done.stdout.strip() else []
        commands = [row["command"] for row in rows if (row["command"] or "").startswith(beginning)]
        return self.types(f"probe's remedy '{beginning}'", commands, where or namespace, works)

    def types(self, what, commands, namespace, works):
        """The first of these commands is typed; it, or None where there is none, or it does not help."""
        for command in commands[:1]:
            typed.paste(namespace, command)
            if not works():
                commands = [None]
        return self._typed(namespace, what, commands)

    def _typed(self, namespace, what, commands):
        """What became of it: no commands, one that is None as it did not help, or one that did."""
        cured = bool(commands) and commands[0] is not None
        self.remedies += [cured] if commands else []
        if not cured:
            self._judge(namespace.name, PARTLY, f"the {what}, typed, does not cure" if commands else f"no {what} is printed")
        return commands[0] if cured else None

    def harms(self, place, what):
        """Something that tcpwhy printed made it worse."""
        self._judge(place, HARMFUL, what)

    @property
    def verdict(self):
        expect.true("something was judged", self.verdicts)
        for worst in (HARMFUL, WRONG):
            if worst in self.verdicts:
                return worst
        kinds = set(self.verdicts)
        return kinds.pop() if len(kinds) == 1 else PARTLY

    @property
    def cured(self):
        return "" if not self.remedies else CURED if all(self.remedies) else FAILS


def _declared(today):
    """The verdicts that may come of it on this kernel; more than one where it is a race."""
    here = today.get(KERNEL, RIGHT) if isinstance(today, dict) else today
    return (here,) if isinstance(here, str) else here


def _plain(fault):
    """Namespaces are numbered, which is of no interest."""
    return re.sub(r"\b([a-z0-9]+)-\d+:", r"\1:", fault)


def mechanism(sources, what, today=RIGHT, beside=(), why=""):
    """Marks a mechanism: a function that plays it and judges, by the Case that it is given.

    `sources` are public reports of it. `today` is the verdict as it is known to be, of all kernels or {kernel: verdict} (several, if
    it is a race); another one fails the run, a better one too, as docs/accuracy.md would no longer be true. `why` it is not right stands there, too. `beside`: see Case.
    """
    def mark(play):
        @functools.wraps(play)
        def action():
            case = Case()
            case.beside = beside
            play(case)
            faults = [_plain(fault) for fault in case.faults]
            got = case.verdict
            tool.score.judged = Judgement(what, sources, got, case.cured, "; ".join(faults), why)
            wanted = _declared(today)
            if got not in wanted and case.told:
                print(*case.told, sep="\n")
            wrong = got in (WRONG, HARMFUL) and not {WRONG, HARMFUL} & set(wanted)
            expect.true(f"verdict: expected {' or '.join(wanted)}, got {got} ({'; '.join(faults) or 'all is well'})", got in wanted,
                        error=expect.Final if wrong else expect.Unexpected)
        return scenario(action, families=False)
    return mark

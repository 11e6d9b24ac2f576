# SPDX-License-Identifier: GPL-2.0
"""A scenario that failed is played again, alone: what a busy machine brought about does not come back."""
import subprocess
import typing

from . import expect, module
from .score import WRONG

TIMES = 2


class Outcome(typing.NamedTuple):
    """How a scenario ended; `scores` are lines of lib/score.py, `named` and `verdicts` as in lib/tool.py.

    `judged` is a Judgement of lib/field.py.
    """

    name: str
    error: typing.Optional[Exception]
    message: typing.Optional[str]
    stands: bool  # no other play changes that it failed
    scores: list
    named: set
    verdicts: list
    judged: typing.Optional[tuple] = None

    @property
    def failed(self):
        return bool(self.error) and not isinstance(self.error, expect.Lacking)

    def portable(self):
        """As another process can take it: not all that an error may hold is fit for that."""
        kind = expect.Unexpected if self.failed else expect.Lacking
        return self._replace(error=kind(self.message) if self.error else None)


def stands(scenario, error, scores):
    """Whether a failure is one whatever comes of another play.

    That is: somebody was named who must not be, something was left behind, a program hung, or a fuzzer found something.
    """
    wrong = any(verdict == WRONG for _, verdict in scores)
    return wrong or scenario.fuzz or isinstance(error, (expect.Final, subprocess.TimeoutExpired))


def afresh(action):
    """With nothing that earlier plays have told the module."""
    def play():
        if module.is_loaded():
            module.reload()
        action()
    return play


def _indented(text):
    return "    " + text.strip().replace("\n", "\n    ")


def line(outcome, passed, took):
    """What is printed when it ends, `passed` if it did; of what is to be played again, how it failed."""
    if not outcome.error:
        return f"{passed} {outcome.name} ({took})"
    if not outcome.failed:
        return f"ok {outcome.name} # skipped: {outcome.message}"
    return f"{'not ok' if outcome.stands else 'again'} {outcome.name} ({took})\n{_indented(outcome.message)}"


def refuted(first):
    return f"    that was alone; at first:\n{_indented(first.message)}"


def unstable(first):
    return f"unstable {first.name}: failed, and passed {TIMES} times alone; at first:\n{_indented(first.message)}"

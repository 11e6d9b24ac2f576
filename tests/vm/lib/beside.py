# SPDX-License-Identifier: GPL-2.0
"""Several scenarios at a time, each in a process of its own: most of what they do is to wait for TCP's timers."""
import concurrent.futures
import contextlib
import io
import multiprocessing

from . import expect, scenario

# Files whose scenarios keep to their own namespaces. One that touches what is shared is played alone after all, as soon as
# it comes to that (scenario.shared()).
FILES = ("backlog", "blackhole_forward", "blackhole_receive", "blackhole_remedies", "blackhole_send",
         "fragments", "idle_expired", "paws_established", "paws_handshake", "paws_stale", "paws_timewait",
         "peer_ignores_syn", "peer_reset", "probe", "probe_finding", "reset_clean", "reset_closed", "reset_foreign",
         "reset_goodbye", "reset_injected", "reset_kernel", "reset_lost", "reset_program", "timeouts", "timewait_killed",
         "timewait_overflow", "timewait_refused_syn", "too_big")
# So many at a time keep an emulated CPU busy. An instrumented kernel keeps one busy with a single scenario.
JOBS = 1 if expect.SLOW else 4

_plays, _play = [], None  # for the processes, which are forked


def _begin():
    scenario.beside = True


def _turn(number):
    """(what it printed, what came of it)."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        outcome = _play(_plays[number])
    return said.getvalue(), outcome and outcome.portable()


def play(plays, action, jobs=JOBS):
    """(its number, what it printed, its outcome) of each, as they end; `action` plays it."""
    global _plays, _play
    _plays, _play = plays, action
    with concurrent.futures.ProcessPoolExecutor(jobs, multiprocessing.get_context("fork"), _begin) as pool:
        turns = {pool.submit(_turn, number): number for number in range(len(plays))}
        for turn in concurrent.futures.as_completed(turns):
            yield (turns[turn], *turn.result())

# SPDX-License-Identifier: GPL-2.0
"""What was found is told after the module was reloaded, and no event twice; without a journal, a file has it."""
import contextlib
import json
import os
import signal
import subprocess
import tempfile

from lib import expect, module, tool
from lib.alone import CAUSE, KILLED, Alone
from lib.container import Initial
from lib.journal import Journal, Recorder
from lib.scenario import IPV4, scenario

SETTINGS = "/etc/tcpwhy.conf"
FLOOD = 300  # SYNs, one after the other


def written(journal, peer, wanted):
    expect.eventually(f"events of {peer.address} in the journal", lambda: journal.events(peer.address), wanted)


def listed(peer, *args):
    """(how many events, what stands above the list)."""
    done = tool.call(Initial(), "list", "-J", "-a", "--all-netns", "--peer", peer.address, *args)
    expect.equal(f"exit status ({done.stderr})", done.returncode, 0)
    found = json.loads(done.stdout)
    return sum(row["count"] for row in found["findings"] if row["cause"] == CAUSE), found["source"], done.stderr


def unload():
    """A recorder may be asking for all findings at this very moment."""
    expect.eventually("rmmod", lambda: module.run("rmmod", module.NAME).returncode, 0)


def coverage(cause):
    """As the tool says, which loads the module if need be."""
    rows = json.loads(tool.ask(Initial(), "status", "-J"))["causes"]
    return {row["name"]: row["coverage"] for row in rows}[cause]


@contextlib.contextmanager
def remembered():
    """What the scenario sets is forgotten at its end."""
    try:
        yield
    finally:
        if os.path.exists(SETTINGS):
            os.remove(SETTINGS)


@scenario
def told_once(family):
    """By entries with fields, through a stop of the recorder, and a reload of the module."""
    with Journal() as journal, Alone(family) as world:
        with Recorder(journal) as recorder:
            peer = world.refused(times=3)
            written(journal, peer, 3)
            entry = journal.entries(f"TCPWHY_PEER={peer.address}", f"TCPWHY_CAUSE={CAUSE}")[0]
            expect.subset("entry", entry, {"TCPWHY_SEVERITY": "trouble", "TCPWHY_CONFIDENCE": "certain",
                                           "TCPWHY_NETNS": str(world.server.inode), "PRIORITY": "4",
                                           "TCPWHY_NETNS_NAME": world.server.name, "SYSLOG_IDENTIFIER": "tcpwhy"})
            expect.true("message", CAUSE in entry["MESSAGE"] and peer.address in entry["MESSAGE"], entry["MESSAGE"])
            recorder.end()
        # Nobody writes these now.
        peer.syn(times=2)
        tool.counted(world.server, peer.address, CAUSE, 5)
        with Recorder(journal):
            written(journal, peer, 5)
            begins = journal.begins()
            module.shared("rmmod tcpwhy")
            unload()
            expect.eventually("word of its end", lambda: len(journal.entries("TCPWHY_KIND=end")) > 0)
            module.load()
            expect.eventually("word of the new begin", lambda: journal.begins() > begins)
            other = world.refused(host=2, times=3)
            written(journal, other, 3)
            written(journal, peer, 5)
        with Recorder(journal):
            written(journal, other, 3)
            written(journal, peer, 5)
        expect.equal("the list of the module", listed(peer)[:2], (0, "module"))
        expect.equal("the list of the journal", listed(peer, "--source", "journal")[:2], (5, "journal"))
        count, source, above = listed(peer, "--since", "1d")
        expect.equal("the list of both", (count, source), (5, "both"))
        expect.true("the line above it", "when the module was loaded, from the journal" in above, above)
        expect.equal("of the other", listed(other, "--since", "1d")[:2], (3, "both"))
        expect.equal("with an end", listed(other, "--until", "now")[:2], (3, "journal"))


@scenario(families=False)
def flood_is_summed_up():
    """Each event is counted in some entry, and there are far fewer entries than events."""
    with Journal() as journal, Alone(IPV4) as world, Recorder(journal):
        peer = world.refused(times=1)
        for _ in range(FLOOD - 1):
            peer.syn()
        tool.counted(world.server, peer.address, CAUSE, FLOOD)
        written(journal, peer, FLOOD)
        entries = journal.entries(f"TCPWHY_PEER={peer.address}")
        expect.true("fewer entries than events", len(entries) < FLOOD / 2, len(entries))
        expect.true("sums", "more" in {entry["TCPWHY_KIND"] for entry in entries})


@scenario(families=False)
def without_a_journal():
    """Each says so in one line."""
    expect.true("no journal", not os.path.exists("/run/systemd/journal/socket"))
    line = tool.refuse(Initial(), 5, "record")
    expect.true("what the recorder says", "cannot write to the journal" in line, line)
    with Alone(IPV4) as world:
        peer = world.refused()
        count, source, above = listed(peer, "--until", "now")
        expect.equal("the list", (count, source), (1, "module"))
        expect.true("the line above it", "From the module alone" in above, above)


@scenario(families=False)
def without_systemd():
    """A file has each event once, in order, over all that were put aside."""
    with tempfile.TemporaryDirectory() as folder, Alone(IPV4) as world:
        path = f"{folder}/events"
        peer = world.refused()
        with world.server:
            watch = subprocess.Popen(["tcpwhy", "watch", "-J", "--file", path, "--size", "4096", "--keep", "500"],
                                     stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, universal_newlines=True)
        world.server.programs.append(watch)

        def events():
            names = sorted(os.listdir(folder), key=lambda name: -int(name.partition(".")[2] or 0))
            return [json.loads(line)["count"] for name in names
                    for line in open(f"{folder}/{name}").read().splitlines()]

        def heard():
            peer.syn()
            return events() if os.path.exists(path) else []
        first = expect.eventually("its first event", heard)[0]
        last = tool.count(world.server, peer.address, CAUSE) + 30
        peer.syn(times=last - tool.count(world.server, peer.address, CAUSE))
        expect.eventually("its last event", lambda: events()[-1], last)
        watch.send_signal(signal.SIGTERM)
        expect.equal(f"exit status ({watch.communicate()[1]})", watch.returncode, 0)
        expect.equal("events", events(), list(range(first, last + 1)))
        expect.true("files that were put aside", len(os.listdir(folder)) > 2, os.listdir(folder))


@scenario(families=False)
def settings_outlive_a_reload():
    """Who loads the module sets again what was set."""
    with remembered():
        module.shared("tcpwhy set")
        Initial().run("tcpwhy", "set", "--disable", KILLED)
        module.unload()
        expect.equal("coverage", coverage(KILLED), "off")
        Initial().run("tcpwhy", "set", "--enable", KILLED)
        tool.ask(Initial(), "set", "--disable", CAUSE, "--temporary")
        module.unload()
        expect.equal("coverage", [coverage(cause) for cause in (CAUSE, KILLED)], ["full", "full"])

# SPDX-License-Identifier: GPL-2.0
"""What is written for later: entries of a journal, a file of events, and the settings."""
import fcntl
import json
import pathlib
import resource
import signal
import subprocess
import tempfile

# entries that a load of the scene "all" makes, and one that says where they begin
FINDINGS = 10
ALL = ("-a", "--all-netns")


class Run:
    """The tool with the scene "all", and files of its own."""

    def __init__(self, tool, env, build, folder):
        self.tool, self.folder = tool, pathlib.Path(folder)
        self.journal, self.log = self.folder / "journal", self.folder / "events"
        # where the build says that the settings are
        self.settings = pathlib.Path(build) / "tcpwhy.conf"
        self.settings.unlink(missing_ok=True)
        self.env = dict(env, TCPWHY_SCENE="all", TCPWHY_JOURNAL=str(self.journal))

    def __call__(self, *args, more=None, **rest):
        done = subprocess.run([str(self.tool), *map(str, args)], stdin=subprocess.DEVNULL, timeout=60,
                              capture_output=True, text=True, env=dict(self.env, **(more or {})), **rest)
        return done.returncode, done.stdout, done.stderr.splitlines()

    def good(self, *args, **rest):
        code, out, err = self(*args, **rest)
        assert code == 0, f"{args}: exit {code}: {err}"
        return out, err

    def refused(self, status, part, *args, **rest):
        code, out, err = self(*args, **rest)
        assert (code, out, len(err)) == (status, "", 1) and part in err[0], f"{args}: {code}, {out!r}, {err}"

    def unable(self, part, *args, **rest):
        """As refused(), of who has lost events before: the fake module always loses some."""
        code, out, err = self(*args, **rest)
        said = [line for line in err if "lost" not in line]
        assert (code, out, len(said)) == (5, "", 1) and part in said[0], f"{args}: {code}, {out!r}, {err}"

    def rows(self, *args, **rest):
        out, _ = self.good("list", "-J", *args, **rest)
        return {(row["peer"], row["cause"]): row for row in json.loads(out)["findings"]}

    def counts(self, *args, **rest):
        return {key: row["count"] for key, row in self.rows(*args, **rest).items()}

    def record(self, **rest):
        return self.good("record", "-c", "1", **rest)

    def entries(self):
        return [dict(line.split("=", 1) for line in part.splitlines() if line[0] != "=")
                for part in self.journal.read_text().split("\n\n") if part.strip()]

    def told(self):
        """Entries of findings, which are all but those of beginning and end."""
        return [entry for entry in self.entries() if "TCPWHY_PEER" in entry]

    def age(self, seconds, load="earlier"):
        """What is written was written so long ago, by another load of the module."""
        lines = []
        for line in self.journal.read_text().splitlines():
            name, _, value = line.partition("=")
            if name in ("", "TCPWHY_FROM_USEC", "TCPWHY_TO_USEC") and value:
                line = f"{name}={int(value) - seconds * 1000000}"
            lines.append(line.replace("TCPWHY_LOAD=boot", f"TCPWHY_LOAD={load}"))
        self.journal.write_text("\n".join(lines) + "\n\n")


def each_finding_is_an_entry(run):
    run.record()
    entries = run.told()
    assert len(entries) == FINDINGS, f"{len(entries)} entries"
    counts = run.counts(*ALL)
    sums = {(entry["TCPWHY_PEER"], entry["TCPWHY_CAUSE"]): int(entry["TCPWHY_EVENTS"]) for entry in entries}
    assert sums == counts, f"written {sums}, found {counts}"
    worst = [entry for entry in entries if entry["TCPWHY_PEER"] == "203.0.113.7"][0]
    for name, value in {"TCPWHY_CAUSE": "paws-timewait", "TCPWHY_SEVERITY": "trouble", "PRIORITY": "4",
                        "TCPWHY_CONFIDENCE": "certain", "SYSLOG_IDENTIFIER": "tcpwhy",
                        "TCPWHY_LPORT": "8080", "TCPWHY_RPORT": "45000"}.items():
        assert worst[name] == value, f"{name} is {worst[name]}"
    assert worst["MESSAGE"].startswith("412 events in 14m: paws-timewait (trouble, certain): 203.0.113.7"), worst
    order = [entry["TCPWHY_SEVERITY"] for entry in entries]
    assert order == sorted(order, key=["trouble", "notice", "info"].index), order


def nothing_is_written_twice(run):
    run.record()
    before = len(run.told())
    run.record()
    assert len(run.told()) == before, f"{before} entries became {len(run.told())}"
    begins = [entry for entry in run.entries() if entry["TCPWHY_KIND"] == "begin"]
    assert len(begins) == 2, begins


def what_the_journal_lost_is_written_again(run):
    code, _, err = run("record", "-c", "1", more={"TCPWHY_SWALLOW": "4"})
    assert code == 0 and len(run.told()) == 3, f"exit {code}, {err}, {len(run.told())} entries"
    run.record()
    counts, sums = run.counts(*ALL), {}
    for entry in run.told():
        key = entry["TCPWHY_PEER"], entry["TCPWHY_CAUSE"]
        sums[key] = sums.get(key, 0) + int(entry["TCPWHY_EVENTS"])
    assert sums == counts, f"written {sums}, found {counts}"


def journal_tells_what_the_module_does(run):
    run.record()
    module, journal = (run.rows(*ALL, "--source", source) for source in ("module", "journal"))
    for rows in (module, journal):
        for row in rows.values():
            row.pop("rate")  # of now, which no journal knows
    assert list(module[("203.0.113.7", "paws-timewait")]) == list(journal[("203.0.113.7", "paws-timewait")])
    assert module == journal, f"module {module}, journal {journal}"


def what_is_not_known_is_read_back(run):
    future = {"TCPWHY_SCENE": "future"}
    run.record(more=future)
    module, journal = (run.counts(*ALL, "--source", source, more=future) for source in ("module", "journal"))
    assert module == journal and ("203.0.113.7", "cause-999") in journal, f"module {module}, journal {journal}"


def before_the_load_from_the_journal(run):
    run.record()
    run.age(86400)
    run.record()
    _, err = run.good("list", "--since", "2d")
    assert "Until 14:00:30, when the module was loaded, from the journal; since then from the module." in err, err
    both, now, past = (run.counts(*ALL, *args) for args in (("--since", "2d"), (), ("--until", "20h")))
    assert past == now and both == {key: 2 * count for key, count in now.items()}, f"{both}, {now}, {past}"
    assert run.counts(*ALL, "--since", "20h") == now
    out, _ = run.good("list", "-J", "--since", "2d")
    assert json.loads(out)["source"] == "both", out
    first = run.rows("--since", "2d")[("203.0.113.7", "paws-timewait")]
    assert (first["first"], first["last"]) == ("2026-01-02T14:02:00.000+00:00", "2026-01-03T14:16:59.000+00:00")


def bounds_are_heeded(run):
    run.record()
    run.age(86400)
    key = ("203.0.113.7", "paws-timewait")
    assert key in run.counts("--since", "2d", "--until", "20h")
    assert key not in run.counts("--since", "2d", "--until", "26h")
    assert key not in run.counts("--source", "journal", "--since", "20h")
    out, err = run.good("list", "--source", "journal", "--since", "20h")
    assert out == "" and "Nothing that matches is in the journal." in err, (out, err)


def filters_hold_for_the_journal(run):
    run.record()
    rows = run.counts("--source", "journal", "--peer", "192.0.2.0/24", "--cause", "timewait-*")
    assert set(rows) == {("192.0.2.44", "timewait-overflow"), ("192.0.2.44", "timewait-killed")}, rows
    assert ("2001:db8::2", "port-exhaustion") not in run.counts("--source", "journal")
    assert ("2001:db8::2", "port-exhaustion") in run.counts("--source", "journal", "--all-netns")
    assert run.counts("--source", "journal", "--min-confidence", "certain", "--cause", "paws-established") == {}


def nonsense_in_the_journal_is_passed_over(run):
    run.record()
    counts = run.counts(*ALL, "--source", "journal")
    text = run.journal.read_text()
    bad = ["=1\n\n", "=1767449820000000\nTCPWHY_KIND=event\n\n"]
    whole = [part for part in text.split("\n\n") if "TCPWHY_PEER" in part][0]
    for name, value in (("TCPWHY_PEER", "nobody"), ("TCPWHY_EVENTS", "many"), ("TCPWHY_CAUSE_ID", "-1"),
                        ("TCPWHY_SEVERITY", "bad"), ("TCPWHY_KIND", "begin"), ("TCPWHY_NETNS", "4294967296")):
        bad.append("\n".join(f"{name}={value}" if line.startswith(name + "=") else line
                             for line in whole.strip().splitlines()) + "\n\n")
    run.journal.write_text("".join(bad) + text)
    assert run.counts(*ALL, "--source", "journal") == counts


def evidence_that_is_none_is_left_out(run):
    run.record()
    lines = ["TCPWHY_FACTS=2=18231 3=@c000 x 4=1" if line.startswith("TCPWHY_FACTS=2=18231") else line
             for line in run.journal.read_text().splitlines()]
    run.journal.write_text("\n".join(lines) + "\n\n")
    row = run.rows("--source", "journal")[("203.0.113.7", "paws-timewait")]
    assert row["evidence"] == {"tsval": 18231}, row["evidence"]


def without_a_journal(run):
    none = {key: value for key, value in run.env.items() if key != "TCPWHY_JOURNAL"}
    run.env = none
    run.refused(5, "no journal: there is none here", "list", "--source", "journal")
    run.refused(5, "no journal: there is none here", "record")
    for args in (("--until", "10m"), ("--since", "2d")):
        out, err = run.good("list", *args)
        assert "203.0.113.7" in out and err[0] == ("From the module alone, since 14:00:30, when it was loaded: "
                                                   "no journal: there is none here."), (out, err)
    out, _ = run.good("list", "-J", "--until", "10m")
    assert json.loads(out)["source"] == "module", out


def without_a_module(run):
    run.record()
    gone = {"TCPWHY_SCENE": "no such scene"}
    rows = run.counts("--source", "journal", "--all-netns", more=gone)
    assert rows[("203.0.113.7", "paws-timewait")] == 412, rows
    out, _ = run.good("list", "-J", "--source", "journal", more=gone)
    assert json.loads(out)["module"] is None, out


def journal_without_room(run):
    run.refused(5, "cannot write to the journal: No space left on device", "record",
                more={"TCPWHY_JOURNAL": "/dev/full"})
    run.journal.touch()
    run.refused(5, "does not come back from it", "record", more={"TCPWHY_SWALLOW": "0"})


def settings_are_remembered(run):
    run.good("set", "--disable", "paws-stale,timewait-killed", "--lean", "on")
    run.good("set", "--enable", "paws-stale")
    lines = [line for line in run.settings.read_text().splitlines() if line[0] != "#"]
    assert lines == ["enable = paws-stale", "disable = timewait-killed", "lean = on"], lines
    out, err = run.good("list", "--noheadings", "-o", "PEER", more={"TCPWHY_LOADS": "1"})
    assert out.splitlines()[:3] == ["enable 4", "disable 7", "lean 1"], (out, err)
    out, _ = run.good("list", "--noheadings", "-o", "PEER")
    assert "enable" not in out, out
    run.good("set", "--lean", "off", "--temporary")
    assert "lean = on" in run.settings.read_text()


def a_new_load_is_given_the_settings(run):
    run.settings.write_text("lean = on\n")
    out, _ = run.record()
    assert out == "lean 1\n", out
    out, _ = run.record()  # the same load
    assert out == "", out


def settings_that_make_no_sense(run):
    run.settings.write_text("# a word\n\ndisable = paws-stale, xyzzy\n")
    out, err = run.good("list", "--raw", "-o", "PEER", more={"TCPWHY_LOADS": "1"})
    assert out.startswith("disable 4\n") and "unknown cause 'xyzzy'" in err[0], (out, err)
    for line in ("colour = blue", "lean = maybe", "enable"):
        run.settings.write_text(f"lean = on\n{line}\n")
        out, err = run.good("list", "--raw", "-o", "PEER", more={"TCPWHY_LOADS": "1"})
        assert "lean" not in out and len(err) == 1 and ", line 2: neither" in err[0], (out, err)
        code, _, err = run("set", "--lean", "off")
        assert code == 5 and "set, and not remembered" in err[0] and len(err) == 1, (code, err)
        assert run.settings.read_text() == f"lean = on\n{line}\n"


def lines_of(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def a_file_is_put_aside_when_it_is_full(run):
    watch = ("watch", "-J", "--file", run.log, "--size", "4096", "--keep", "2", "-c")
    run.good(*watch, "3")
    first = run.log.read_text()
    assert len(lines_of(run.log)) == 3 and not (run.folder / "events.1").exists()
    run.good(*watch, "10")
    kept = {path.name: lines_of(path) for path in run.folder.glob("events*")}
    assert set(kept) == {"events", "events.1", "events.2"}, set(kept)
    assert all(path.stat().st_size <= 4096 for path in run.folder.glob("events*"))
    assert sum(map(len, kept.values())) == 13 and (run.folder / "events.2").read_text().startswith(first), kept
    run.good(*watch, "10")
    assert len(list(run.folder.glob("events*"))) == 3


def a_file_has_the_columns_asked_for(run):
    run.good("watch", "-J", "-o", "PEER,CAUSE", "--file", run.log, "-c", "1")
    event = lines_of(run.log)[0]
    assert event["peer"] == "203.0.113.7" and event["cause"] == "paws-timewait" and "count" not in event, event
    out, _ = run.good("watch", "-o", "PEER,WHERE", "-c", "1")
    assert out == "2026-01-03T14:16:59.005+00:00  203.0.113.7  :8080\n", out


def a_file_without_room_has_whole_lines(run):
    run.good("watch", "-J", "--file", run.log, "-c", "1")
    before = run.log.read_text()
    run.log.write_text(before + '{"half')
    run.good("watch", "-J", "--file", run.log, "-c", "1")
    text = run.log.read_text()
    assert text.startswith(before + '{"half\n{') and text.endswith("}\n"), text

    def small_disk():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(text) + 100, len(text) + 100))

    run.unable(f"cannot write {run.log}: File too large", "watch", "-J", "--file", run.log, "-c", "1",
               preexec_fn=small_disk)
    assert run.log.read_text() == text


def a_file_that_cannot_be_written(run):
    run.unable("cannot write /dev/full: No space left on device", "watch", "-J", "--file", "/dev/full", "-c", "1")
    run.refused(5, "cannot open", "watch", "-J", "--file", run.folder, "-c", "1")
    run.refused(5, "cannot open", "watch", "-J", "--file", run.folder / "no" / "where", "-c", "1")
    with open(run.log, "w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        run.refused(5, "another tcpwhy writes it", "watch", "-J", "--file", run.log, "-c", "1")


CASES = (each_finding_is_an_entry, nothing_is_written_twice, what_the_journal_lost_is_written_again,
         journal_tells_what_the_module_does, what_is_not_known_is_read_back,
         before_the_load_from_the_journal, bounds_are_heeded,
         filters_hold_for_the_journal, nonsense_in_the_journal_is_passed_over,
         evidence_that_is_none_is_left_out, without_a_journal, without_a_module, journal_without_room,
         settings_are_remembered, a_new_load_is_given_the_settings, settings_that_make_no_sense,
         a_file_is_put_aside_when_it_is_full, a_file_has_the_columns_asked_for,
         a_file_without_room_has_whole_lines, a_file_that_cannot_be_written)


def checks(tool, env, build):
    for case in CASES:
        with tempfile.TemporaryDirectory() as folder:
            problem = None
            try:
                case(Run(tool, env, build, folder))
            except (AssertionError, KeyError, OSError, ValueError, subprocess.SubprocessError) as error:
                problem = f"{type(error).__name__}: {error}"
            yield f"history: {case.__name__.replace('_', ' ')}", problem

# SPDX-License-Identifier: GPL-2.0
"""`tcpwhy export` and what is on the disk beside it: pages, states, networks files, and promtool if it is there."""
import os
import pathlib
import resource
import shutil
import signal
import subprocess
import tempfile

NETWORKS = "203.0.113.0/24 customers\n2001:db8::/32 lab\n"


class Run:
    """The tool with the scene "all", in a folder of its own."""

    def __init__(self, tool, env, folder):
        self.tool, self.env, self.folder = tool, dict(env, TCPWHY_SCENE="all"), pathlib.Path(folder)
        self.page, self.state = self.folder / "tcpwhy.prom", self.folder / "state"
        self.networks = self.folder / "networks"
        self.networks.write_text(NETWORKS)

    def __call__(self, *args, scene="all", **more):
        done = subprocess.run([str(self.tool), "export", *map(str, args)], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, env=dict(self.env, TCPWHY_SCENE=scene), **more)
        # of each run, since the fake module is of another version than the fake tool
        lines = [line for line in done.stderr.splitlines() if "the loaded module is of version" not in line]
        return done.returncode, done.stdout, lines

    def full(self, *args, **more):
        return self("-w", self.page, "--state", self.state, "--networks", self.networks, *args, **more)

    def files(self):
        return sorted(path.name for path in self.folder.iterdir())


def samples(page):
    found = {}
    for line in page.splitlines():
        if not line.startswith("#"):
            name, value = line.rsplit(" ", 1)
            assert name not in found, f"{name} is there twice"
            found[name] = float(value)
    return found


def sums(found, cause):
    return sum(value for name, value in found.items()
               if name.startswith("tcpwhy_network_events_total{") and f'cause="{cause}"' in name)


def small_disk():
    """As if the disk were full after 200 bytes."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))


def sums_are_right(run):
    code, out, err = run.full()
    found = samples(run.page.read_text())
    by_cause = {name: value for name, value in found.items() if name.startswith("tcpwhy_events_total")}
    # the scene's table is ahead of its module's counters for some
    bad = [name for name, value in by_cause.items() if sums(found, name.split('"')[1]) < value]
    again = run.full()
    return (code or err or out or bad or None, None if again[0] == 0 and samples(run.page.read_text()) == found
            else "a second look counts anew")


def named(run):
    found = samples(run.page.read_text())
    got = {network: found.get(f'tcpwhy_network_events_total{{network="{network}",cause="paws-timewait"}}')
           for network in ("customers", "lab", "other", "unknown")}
    want = {"customers": 412, "lab": 0, "other": 9, "unknown": 0}
    return None if got == want else f"expected {want}, came {got}"


def bad_networks(run):
    """What was counted stays, and goes on when the file is mended."""
    run.full()
    before = samples(run.page.read_text())
    run.networks.write_text(NETWORKS + "10.0.0.0/40 x\n")
    code, _, err = run.full()
    held = samples(run.page.read_text())
    if code != 4 or len(err) != 1 or "line 3" not in err[0]:
        return f"exit {code}, {err}"
    if held.pop('tcpwhy_export_problem{problem="networks"}') != 1:
        return "no metric says it"
    before.pop('tcpwhy_export_problem{problem="networks"}')
    if held != before:
        return "counters changed"
    run.networks.unlink()
    if run.full()[0] != 4:
        return "a file that is not there is no fault"
    run.networks.write_text(NETWORKS)
    return None if run.full() == (0, "", []) else "it does not recover"


def bad_state(run):
    run.full()
    whole = run.state.read_text()
    run.state.write_text(whole[:-4])
    code, _, err = run.full()
    found = samples(run.page.read_text())
    if code != 5 or len(err) != 1 or "Remove the file" not in err[0]:
        return f"exit {code}, {err}"
    if run.state.read_text() != whole[:-4]:
        return "it was written over"
    if found['tcpwhy_export_problem{problem="state"}'] != 1 or "tcpwhy_network_events_total" in str(found):
        return "the page does not say so"
    return None if any("tcpwhy_events_total" in name for name in found) else "counters by cause are gone"


def no_room(run):
    run.full()
    page, state = run.page.read_text(), run.state.read_text()
    code, _, err = run.full(preexec_fn=small_disk)
    if code != 5 or not all("stays as it is" in line for line in err):
        return f"exit {code}, {err}"
    if (run.page.read_text(), run.state.read_text()) != (page, state):
        return "what was there is gone"
    return None if run.files() == ["networks", "state", "state.lock", "tcpwhy.prom"] else run.files()


def no_module(run):
    run.full()
    state = run.state.read_text()
    code, _, err = run.full(scene="gone")
    found = samples(run.page.read_text())
    if code != 2 or len(err) != 1:
        return f"exit {code}, {err}"
    if found["tcpwhy_module_loaded"] or not found['tcpwhy_module_fault{reason="unloaded"}']:
        return "the page does not say so"
    return None if run.state.read_text() == state else "the state changed"


def floor(run):
    """Without a state, the page itself is the memory of what was shown."""
    run("-w", run.page)
    text = run.page.read_text()
    run.page.write_text(text.replace('severity="trouble"} 300', 'severity="trouble"} 301'))
    run("-w", run.page)
    if samples(run.page.read_text())['tcpwhy_events_total{cause="paws-timewait",severity="trouble"}'] != 301:
        return "a counter fell"
    run.page.write_text(run.page.read_text().replace("watched since 1", "watched since 2"))
    run("-w", run.page)
    return None if run.page.read_text() == text else "the page of another load counts"


def top(run):
    code, _, err = run.full("--top", "2")
    found = samples(run.page.read_text())
    peers = {name.split('"')[1] for name in found if name.startswith("tcpwhy_peer_events_total")}
    return None if (code, err) == (0, []) and len(peers) == 2 and "192.0.2.44" in peers else f"{code} {err} {peers}"


def linted(page):
    done = subprocess.run(["promtool", "check", "metrics"], input=page, capture_output=True, text=True)
    return None if (done.returncode, done.stdout, done.stderr) == (0, "", "") else done.stdout + done.stderr


def checks(tool, env):
    """(name, what is wrong or None) of each."""
    for check in (bad_networks, bad_state, no_room, no_module, floor, top):
        with tempfile.TemporaryDirectory() as folder:
            yield f"export: {check.__name__.replace('_', ' ')}", check(Run(tool, env, folder))
    with tempfile.TemporaryDirectory() as folder:
        run = Run(tool, env, folder)
        first, second = sums_are_right(run)
        yield "export: sums by network lack nothing of those by cause", first
        yield "export: nothing is counted twice", second
        yield "export: networks have what is theirs", named(run)
        run.full("--top", "20")
        page = run.page.read_text()
        yield "export: all may read the page", None if run.page.stat().st_mode & 0o777 == 0o644 else "they may not"
        yield "export: nobody else may read the state", None if run.state.stat().st_mode & 0o777 == 0o600 else "they may"
        if shutil.which("promtool", path=os.environ["PATH"]):
            yield "promtool is silent", linted(page)

# SPDX-License-Identifier: GPL-2.0
"""From a page of tcpwhy to a message: Debian's node_exporter, Prometheus and Alertmanager on loopback, and who is told.

Three hosts have a page each, in a folder of a node_exporter's textfile collector. The rules are the ones that are shipped; only
how long an alert waits before it fires is left out (promtool tests that). Nothing here depends on how fast the machine is: what
is to happen is waited for.
"""
import contextlib
import http.server
import json
import os
import pathlib
import re
import socket
import subprocess
import tempfile
import threading
import time
import urllib.parse
import urllib.request

from programs import CACHE, program

PATIENCE = 300  # seconds, for each thing that is to happen
HOSTS = ("a", "b", "c")
CAUSE = "paws-timewait"
NETWORK = "customer-a"
WAIT = re.compile(r"(?m)^( +for: )\S+$")


# Debian's Alertmanager has its templates below /usr/share. Where it is only unpacked, it sees them there all the same.
BESIDE = 'mount -t overlay tcpwhy -o "lowerdir=$1:/usr/share" /usr/share && shift && exec "$@"'


def with_its_files(path):
    """The command that runs a program as if its package were installed"""
    if not path.startswith(str(CACHE)):
        return [path]
    return ["unshare", *([] if os.geteuid() == 0 else ["--map-root-user"]), "--mount", "sh", "-c", BESIDE, "sh",
            str(CACHE / "usr" / "share"), path]


class Told:
    """A webhook: every alert that Alertmanager tells."""

    def __init__(self):
        told = self.alerts = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):  # noqa: N802
                told.extend(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["alerts"])
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def of(self, name, status="firing"):
        return [alert for alert in list(self.alerts) if alert["labels"]["alertname"] == name and alert["status"] == status]


class Failed(Exception):
    pass


def eventually(what, probe):
    """What `probe` says, once it is true."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            found = probe()
            if found:
                return found
        time.sleep(0.3)
    raise Failed(f"not within {PATIENCE} s: {what}")


def free_ports(number):
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


def page_of(golden, events, module=True):
    """A page of which the events of one cause, and of one network, are these; without a module, one that says why."""
    if not module:
        return "\n".join(line for line in golden.replace(
            'tcpwhy_module_fault{reason="unsigned"} 0', 'tcpwhy_module_fault{reason="unsigned"} 1').replace(
            "tcpwhy_module_loaded 1", "tcpwhy_module_loaded 0").splitlines() if "_total" not in line) + "\n"
    page, number = re.subn(rf'(?m)^(tcpwhy_events_total{{cause="{CAUSE}",severity="trouble"}}) \d+$', rf"\1 {events}", golden)
    if number != 1:
        raise Failed(f"no events of {CAUSE} on the tool's page")
    return page + ("# HELP tcpwhy_network_events_total Events by network.\n# TYPE tcpwhy_network_events_total counter\n"
                   f'tcpwhy_network_events_total{{network="{NETWORK}",cause="{CAUSE}"}} {events}\n')


class Fleet:
    """All of them, in a folder; gone at the end."""

    def __init__(self, folder, programs, rules, golden, told):
        self.folder, self.golden, self.told, self.running = folder, golden, told, []
        *nodes, manager, self.port = free_ports(len(HOSTS) + 2)
        for host, port in zip(HOSTS, nodes):
            (folder / host).mkdir()
            self.start(f"node-{host}", programs["prometheus-node-exporter"], "--collector.disable-defaults",
                       "--collector.textfile", f"--collector.textfile.directory={folder / host}",
                       f"--web.listen-address=127.0.0.1:{port}")
        self.settings("alertmanager.yml", {
            "route": {"receiver": "told", "group_by": ["..."], "group_wait": "0s", "group_interval": "1s"},
            "receivers": [{"name": "told", "webhook_configs": [
                {"url": f"http://127.0.0.1:{told.port}/", "send_resolved": True}]}]})
        self.start("alertmanager", *with_its_files(programs["prometheus-alertmanager"]),
                   f"--config.file={folder / 'alertmanager.yml'}", f"--storage.path={folder / 'alerts'}",
                   f"--web.listen-address=127.0.0.1:{manager}", "--cluster.listen-address=")
        (folder / "rules.yml").write_text(WAIT.sub(r"\g<1>0s", rules))
        self.settings("prometheus.yml", {
            "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
            "rule_files": [str(folder / "rules.yml")],
            "alerting": {"alertmanagers": [{"static_configs": [{"targets": [f"127.0.0.1:{manager}"]}]}]},
            "scrape_configs": [{"job_name": "node", "static_configs": [
                {"targets": [f"127.0.0.1:{port}"], "labels": {"instance": host}} for host, port in zip(HOSTS, nodes)]}]})
        self.start("prometheus", programs["prometheus"], f"--config.file={folder / 'prometheus.yml'}",
                   f"--storage.tsdb.path={folder / 'data'}", f"--web.listen-address=127.0.0.1:{self.port}")

    def settings(self, name, what):
        # JSON is YAML, too.
        (self.folder / name).write_text(json.dumps(what))

    def start(self, name, *command):
        with open(self.folder / f"{name}.log", "w") as log:
            self.running.append((name, subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log)))

    def put(self, host, *args, **words):
        """As tcpwhy does it: all at once."""
        new = self.folder / f"{host}.new"
        new.write_text(page_of(self.golden, *args, **words))
        os.rename(new, self.folder / host / "tcpwhy.prom")

    def ask(self, path, **words):
        self.alive()
        url = f"http://127.0.0.1:{self.port}/api/v1/{path}?{urllib.parse.urlencode(words)}"
        with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
            return json.load(answer)["data"]

    def value(self, expression):
        """{host: value} of those that there are"""
        return {one["metric"].get("instance"): float(one["value"][1])
                for one in self.ask("query", query=expression)["result"]}

    def alive(self):
        for name, process in self.running:
            if process.poll() is not None:
                raise Failed(f"{name} ended with {process.returncode}: {(self.folder / f'{name}.log').read_text()[-1000:]}")

    def end(self):
        for _, process in self.running:
            process.kill()
        for _, process in self.running:
            process.wait()


def seen(fleet, events):
    """Every host's counter, at least twice, since rate() wants to see it change."""
    series = f'tcpwhy_network_events_total{{network="{NETWORK}"}}'
    return lambda: (sorted(host for host, value in fleet.value(series).items() if value == events) == list(HOSTS)
                    and len([1 for count in fleet.value(f"count_over_time({series}[1h])").values() if count >= 2]) == len(HOSTS))


def healthy(fleet):
    rules = [rule for group in fleet.ask("rules")["groups"] for rule in group["rules"]]
    return rules and all(rule["health"] == "ok" for rule in rules)


def one_network(fleet):
    """The alert of a network reaches who is to be told, with the cause and the network in it."""
    for host in HOSTS:
        fleet.put(host, 100)
    eventually("the first pages are scraped", seen(fleet, 100))
    eventually("each rule was evaluated, without an error", lambda: healthy(fleet))
    before = fleet.told.of("TcpwhyNetworkAffected")
    if before:
        return f"told before anything happened: {before}"
    # Two hosts are not enough.
    for host in HOSTS[:2]:
        fleet.put(host, 107)
    eventually("two hosts are counted", lambda: list(fleet.value(
        f'network_cause:tcpwhy_hosts:count{{network="{NETWORK}"}}').values()) == [2])
    before = fleet.told.of("TcpwhyNetworkAffected")
    if before:
        return f"told of two hosts: {before}"
    fleet.put(HOSTS[2], 107)
    alert = eventually("the network's alert is told", lambda: fleet.told.of("TcpwhyNetworkAffected"))[0]
    want = {"alertname": "TcpwhyNetworkAffected", "network": NETWORK, "cause": CAUSE, "severity": "warning"}
    if alert["labels"] != want:
        return f"labels {alert['labels']}"
    summary = alert["annotations"]["summary"]
    return None if summary == f"The network {NETWORK} has {CAUSE} with 3 of our hosts" else f"summary {summary!r}"


def no_module(fleet):
    """A host that sees nothing is told, by the reason; and that it sees again."""
    fleet.put("b", 0, module=False)
    alert = eventually("the missing module is told", lambda: fleet.told.of("TcpwhyModuleMissing"))[0]
    if (alert["labels"]["instance"], alert["labels"]["reason"]) != ("b", "unsigned"):
        return f"labels {alert['labels']}"
    fleet.put("b", 107)
    back = eventually("that it is back", lambda: fleet.told.of("TcpwhyModuleMissing", "resolved"))[0]
    return None if back["labels"] == alert["labels"] else f"labels {back['labels']}"


def checks(rules, golden):
    """(name, what is wrong or None) of each; None at all where a program cannot be had."""
    programs = {name: program(name, name) for name in ("prometheus", "prometheus-node-exporter", "prometheus-alertmanager")}
    if None in programs.values():
        return None
    told, found = Told(), []
    with tempfile.TemporaryDirectory() as folder:
        fleet = Fleet(pathlib.Path(folder), programs, rules, golden, told)
        try:
            for check in (one_network, no_module):
                try:
                    problem = check(fleet)
                except Failed as reason:
                    problem = str(reason)
                found.append((check.__doc__.rstrip("."), problem))
        finally:
            fleet.end()
            told.server.shutdown()
    return found

# SPDX-License-Identifier: GPL-2.0
"""`tcpwhy export`, and what its page says."""
import os
import re
import tempfile

from . import expect, tool

SAMPLE = re.compile(r"(\w+)(?:\{(.*)\})? (\S+)")
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


class Export:
    """One that keeps a state, in a folder of its own."""

    def __init__(self, networks):
        self.folder = tempfile.TemporaryDirectory()
        self.page = os.path.join(self.folder.name, "tcpwhy.prom")
        self.state = os.path.join(self.folder.name, "state")
        self.networks = os.path.join(self.folder.name, "networks")
        with open(self.networks, "w") as file:
            file.write(networks)

    def close(self):
        self.folder.cleanup()

    def look(self, namespace, *args):
        """{(family, label values...): value}"""
        tool.ask(namespace, "export", "-w", self.page, "--state", self.state, "--networks", self.networks, *args)
        with open(self.page) as file:
            return samples(file.read())


def samples(page):
    found = {}
    for line in page.splitlines():
        if line.startswith("#"):
            continue
        name, labels, value = SAMPLE.fullmatch(line).groups()
        key = (name, *(match[1] for match in LABEL.findall(labels or "")))
        expect.true(f"{key} is there once", key not in found)
        found[key] = float(value)
    return found


def by_network(found, cause):
    """{network: events}"""
    return {key[1]: value for key, value in found.items()
            if key[0] == "tcpwhy_network_events_total" and key[2] == cause}


def agrees(found, status):
    """The page and `tcpwhy status -J`, when nothing happens."""
    for cause in status["causes"]:
        name = cause["name"]
        expect.equal(f"events of {name}", found["tcpwhy_events_total", name, cause["severity"]], cause["count"])
        expect.equal(f"of {name} in all networks ({by_network(found, name)})",
                     sum(by_network(found, name).values()), cause["count"])
    for sums in status["reconcile"]:
        for family, field in (("kernel_events_total", "kernel"), ("attributed_events_total", "attributed"),
                              ("left_over_events", "left_over")):
            expect.equal(f"{family} of {sums['name']}", found["tcpwhy_" + family, sums["name"]], sums[field])
    expect.equal("evicted", found["tcpwhy_peers_evicted_total",], status["evicted"])


def nothing_fell(before, after):
    fell = {key: (value, after.get(key)) for key, value in before.items()
            if key[0].endswith("_total") and after.get(key, -1) < value}
    expect.equal("counters that fell", fell, {})

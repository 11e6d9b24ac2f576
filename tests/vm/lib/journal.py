# SPDX-License-Identifier: GPL-2.0
"""A journald of the scenario's own, and the recorder that writes to it."""
import json
import os
import shutil
import signal
import subprocess

from . import expect, module

SOCKET = "/run/systemd/journal/socket"
DAEMONS = ("/usr/lib/systemd/systemd-journald", "/lib/systemd/systemd-journald")
MACHINE = "/etc/machine-id"
FILES = "/run/log/journal"


def _stop(program):
    """As systemd would; its exit status."""
    if program.poll() is None:
        program.send_signal(signal.SIGTERM)
    return program.wait(timeout=expect.DEADLINE)


class Journal:
    """Without systemd it makes its sockets by itself, and keeps its files in /run."""

    def __init__(self):
        self.daemon = next((path for path in DAEMONS if os.path.exists(path)), None)
        if not self.daemon:
            raise expect.Lacking("no systemd-journald here")
        self.program = None

    def __enter__(self):
        if not os.path.exists(MACHINE) or not os.path.getsize(MACHINE):
            with open(MACHINE, "w") as f:
                f.write(os.urandom(16).hex() + "\n")
        os.makedirs("/run/log", exist_ok=True)
        self.program = subprocess.Popen([self.daemon], stdin=subprocess.DEVNULL)
        expect.eventually("journald's socket", lambda: os.path.exists(SOCKET))
        return self

    def __exit__(self, *_):
        _stop(self.program)
        if os.path.exists(SOCKET):
            os.remove(SOCKET)
        # The next scenario has peers of the same addresses.
        shutil.rmtree(FILES)

    def entries(self, *matches):
        """What journalctl finds of tcpwhy, oldest first."""
        done = module.run("journalctl", "-q", "--no-pager", "-o", "json", "-t", "tcpwhy", *matches)
        expect.equal(f"journalctl ({done.stdout[-300:]})", done.returncode, 0)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def events(self, peer):
        """So many events of it are written."""
        return sum(int(entry["TCPWHY_EVENTS"]) for entry in self.entries(f"TCPWHY_PEER={peer}"))

    def begins(self):
        """How often a recorder has begun."""
        return len(self.entries("TCPWHY_KIND=begin"))


class Recorder:
    """`tcpwhy record`, as the service runs it."""

    def __init__(self, journal):
        self.journal, self.program = journal, None

    def __enter__(self):
        before = self.journal.begins()
        self.program = subprocess.Popen(["tcpwhy", "record"], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                        universal_newlines=True)
        expect.eventually("the recorder's first word", lambda: self.journal.begins() > before)
        return self

    def __exit__(self, *_):
        if self.program:
            self.end()

    def end(self):
        """It must go well; what it said."""
        program, self.program = self.program, None
        status = _stop(program)
        said = program.stderr.read()
        program.stderr.close()
        expect.equal(f"exit status of tcpwhy record ({said.strip()})", status, 0)
        return said

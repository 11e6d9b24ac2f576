# SPDX-License-Identifier: GPL-2.0
"""A terminal that knows little: what a full-screen program shows on it can be read as text.

Its description goes to ncurses by tic, so that nothing comes but what this reads.
"""
import fcntl
import os
import re
import select
import shutil
import struct
import subprocess
import termios

DESCRIPTION = r"""tcpwhy-test|what tests/terminal.py understands,
	am, cols#80, lines#24,
	bel=^G, bold=\E[1m, clear=\E[H\E[J, cr=\r, cub1=^H, cud1=\n,
	cup=\E[%i%p1%d;%p2%dH, ed=\E[J, el=\E[K, rev=\E[7m, sgr0=\E[m,
	kcub1=\E[D, kcud1=\E[B, kcuf1=\E[C, kcuu1=\E[A,
"""
UP, DOWN, RIGHT, LEFT = "\033[A", "\033[B", "\033[C", "\033[D"
COMMAND = re.compile(r"\x1b\[([\d;]*)([HJKm])")


def description(folder):
    """What to put into the environment; None where there is no tic."""
    if not shutil.which("tic"):
        return None
    folder.mkdir(exist_ok=True)
    subprocess.run(["tic", "-o", str(folder), "-"], input=DESCRIPTION.encode(), check=True)
    return {"TERM": "tcpwhy-test", "TERMINFO": str(folder)}


class Screen:
    def __init__(self, columns, lines):
        self.columns, self.lines = columns, lines
        self.cells = [[" "] * columns for _ in range(lines)]
        self.y = self.x = 0

    def command(self, numbers, letter):
        if letter == "H":
            y, x = (int(n or 1) for n in (numbers or "1;1").split(";"))
            self.y, self.x = y - 1, x - 1
        elif letter == "K":
            self.cells[self.y][self.x:] = [" "] * (self.columns - self.x)
        elif letter == "J":
            self.command("", "K")
            for y in range(self.y + 1, self.lines):
                self.cells[y] = [" "] * self.columns

    def feed(self, text):
        while text:
            found = COMMAND.match(text)
            if found:
                self.command(*found.groups())
                text = text[found.end():]
                continue
            letter, text = text[0], text[1:]
            if letter == "\r":
                self.x = 0
            elif letter == "\n":
                self.y = min(self.y + 1, self.lines - 1)
            elif letter == "\b":
                self.x -= 1
            elif letter >= " ":
                if self.x == self.columns:
                    self.y, self.x = self.y + 1, 0
                self.cells[self.y][self.x] = letter
                self.x += 1
            else:
                raise ValueError(f"a terminal of so little does not know {letter + text!r}")

    def text(self):
        return "".join("".join(line).rstrip() + "\n" for line in self.cells)


class Terminal:
    """A program on a terminal; it is let be until it waits for the next key."""

    def __init__(self, command, env, columns, lines):
        self.ours, self.theirs = os.openpty()
        fcntl.ioctl(self.theirs, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self.program = subprocess.Popen(command, stdin=self.theirs, stdout=self.theirs,
                                        stderr=subprocess.PIPE, env=env)
        self.screen = Screen(columns, lines)
        self.left = b""
        self.settle(first=True)

    def drain(self):
        """Take what was written; whether that was anything."""
        any_came = False
        while select.select([self.ours], [], [], 0)[0]:
            try:
                self.left += os.read(self.ours, 65536)
            except OSError:  # how a terminal says that nobody writes any more
                break
            any_came = True
        return any_came

    def waits(self):
        """All keys are taken, and the program sleeps: it is in poll() for the next one."""
        queued = struct.unpack("i", fcntl.ioctl(self.theirs, termios.FIONREAD, b"\0" * 4))[0]
        with open(f"/proc/{self.program.pid}/stat") as stat:
            state = stat.read().rsplit(")", 1)[1].split()[0]
        return not queued and state == "S"

    def settle(self, first=False):
        came = not first
        while self.program.poll() is None:
            select.select([self.ours], [], [], 0.05)
            came |= self.drain()
            if came and self.waits() and not self.drain():
                break
        self.screen.feed(self.left.decode())
        self.left = b""

    def press(self, *keys):
        for key in keys:
            os.write(self.ours, key.encode())
            self.settle()

    def end(self):
        """Its exit status, and what it said on standard error."""
        os.close(self.theirs)
        err = self.program.communicate(timeout=60)[1].decode()
        os.close(self.ours)
        return self.program.returncode, err

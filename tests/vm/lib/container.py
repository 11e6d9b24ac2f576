# SPDX-License-Identifier: GPL-2.0
"""Who has no rights: a user, and one who is root in namespaces of his own."""
import os

from . import expect
from .netns import LIBC, MNT_DETACH, MS_BIND, OWN, RUN, Namespace, _call

NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
# Root by name, without the one capability that counts.
POWERLESS = ("setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin")


class Initial:
    """The namespace everything begins in, with what Namespace has."""

    name = "initial"
    __enter__ = lambda self: self  # noqa: E731
    __exit__ = lambda *_: None  # noqa: E731
    run = Namespace.run

    def __init__(self):
        self.inode = os.stat(OWN).st_ino

    def read(self, name):
        with open(f"/proc/net/{name}") as f:
            return f.read()


class Container(Namespace):
    """A network namespace that belongs to a user namespace, made by nobody.

    `with container:` enters the network namespace alone, with all rights; root() is its own root.
    """

    def __init__(self, name):
        home = Initial()
        self.keeper = Namespace.start(_Bare(), *NOBODY, "unshare", "-Urn", "sleep", "infinity")
        own = f"/proc/{self.keeper.pid}/ns/net"
        expect.eventually("a network namespace of its own", lambda: self._is_ready(home, own))
        self.name = name
        self.path = f"{RUN}/{name}"
        os.makedirs(RUN, exist_ok=True)
        with open(self.path, "w"):
            pass
        _call(LIBC.mount, own.encode(), self.path.encode(), b"none", MS_BIND, None)
        self.fd = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        self.inode = os.fstat(self.fd).st_ino
        self.programs = [self.keeper]

    def _is_ready(self, home, own):
        """sleep(1) is running: both namespaces are made, and its users are mapped."""
        with open(f"/proc/{self.keeper.pid}/comm") as f:
            return f.read().strip() == "sleep" and os.stat(own).st_ino != home.inode

    def root(self, *args):
        """A command as its root would give it."""
        return ("nsenter", "-t", str(self.keeper.pid), "-U", "-n", "--preserve-credentials") + args

    def run_as_root(self, *args):
        return Initial().run(*NOBODY, *self.root(*args), check=False)


class _Bare(Initial):
    """Takes what Namespace.start() leaves."""

    def __init__(self):
        super().__init__()
        self.programs = []


__all__ = ["Container", "Initial", "MNT_DETACH", "NOBODY", "POWERLESS"]

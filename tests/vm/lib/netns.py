# SPDX-License-Identifier: GPL-2.0
"""A network namespace that a thread can step into."""
import ctypes
import functools
import os
import shutil
import subprocess
import threading

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000
MS_BIND = 4096
MNT_DETACH = 2
RUN = "/run/netns"
PATIENCE = 300  # seconds; what takes longer hangs
OWN = "/proc/thread-self/ns/net"

_here = threading.local()


def _call(function, *args):
    if function(*args) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{function.__name__}: {os.strerror(code)}")


def _stack():
    """The namespaces this thread is in, the one it began in first."""
    if not hasattr(_here, "stack"):
        _here.stack = [os.open(OWN, os.O_RDONLY | os.O_CLOEXEC)]
    return _here.stack


@functools.lru_cache(maxsize=None)
def _found(program):
    """By its path, so that it can be spawned (PEP 446; CPython's subprocess.py, _USE_POSIX_SPAWN)."""
    return shutil.which(program) or program


class Namespace:
    """`with namespace:` steps into it; sockets and programs begun there belong there."""

    def __init__(self, name):
        self.name = name
        self.path = f"{RUN}/{name}"
        os.makedirs(RUN, exist_ok=True)
        home = _stack()[-1]
        with open(self.path, "w"):
            pass
        _call(LIBC.unshare, CLONE_NEWNET)
        try:
            _call(LIBC.mount, OWN.encode(), self.path.encode(), b"none", MS_BIND, None)
        finally:
            _call(LIBC.setns, home, CLONE_NEWNET)
        self.fd = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        self.inode = os.fstat(self.fd).st_ino
        self.programs = []

    def __enter__(self):
        stack = _stack()  # a thread's first time notes where it came from: before it leaves
        _call(LIBC.setns, self.fd, CLONE_NEWNET)
        stack.append(self.fd)
        return self

    def __exit__(self, *_):
        _stack().pop()
        _call(LIBC.setns, _stack()[-1], CLONE_NEWNET)

    def run(self, *args, check=True, **more):
        """A program, run to its end; its output is in what comes back."""
        more.setdefault("stdout", subprocess.PIPE)
        more.setdefault("stderr", subprocess.PIPE)
        more.setdefault("universal_newlines", True)
        more.setdefault("timeout", PATIENCE)
        with self:
            # All that is open here closes by itself: then older Pythons spawn programs, which takes a third of a fork.
            done = subprocess.run([_found(args[0]), *map(str, args[1:])], check=False, close_fds=False, **more)
        if check and done.returncode:
            raise RuntimeError(f"{self.name}: {' '.join(map(str, args))}: "
                               f"{done.returncode}: {done.stdout}{done.stderr}")
        return done

    def start(self, *args, **more):
        """A program that runs beside, until the namespace is closed."""
        more.setdefault("stdin", subprocess.DEVNULL)
        with self:
            program = subprocess.Popen([str(arg) for arg in args], **more)
        self.programs.append(program)
        return program

    def ip(self, *lines):
        """Commands of ip(8), all in one go."""
        self.run("ip", "-batch", "-", input="\n".join(lines) + "\n")

    def sysctl(self, name, value=None):
        """Reads, or writes, net.`name`."""
        with self:
            with open("/proc/sys/net/" + name.replace(".", "/"), "r" if value is None else "w") as f:
                return f.read().strip() if value is None else f.write(f"{value}\n")

    def read(self, name):
        """A file of /proc/net."""
        with self, open(f"/proc/thread-self/net/{name}") as f:
            return f.read()

    def close(self):
        for program in self.programs:
            program.kill()
            program.wait()
            for stream in (program.stdin, program.stdout, program.stderr):
                if stream:
                    stream.close()
        if self.fd >= 0:
            LIBC.umount2(self.path.encode(), MNT_DETACH)
            os.unlink(self.path)
            os.close(self.fd)
            self.fd = -1

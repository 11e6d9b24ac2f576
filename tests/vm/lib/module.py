# SPDX-License-Identifier: GPL-2.0
"""The module itself: in and out of the kernel, with parameters of one's own."""
import contextlib
import ctypes
import lzma
import os
import shutil
import subprocess
import tempfile

from . import expect
from .genl import Genl
from .netns import LIBC
from .scenario import shared

NAME = "tcpwhy"
SYS_DELETE_MODULE, SYS_FINIT_MODULE = 176, 313  # x86-64


def run(*args):
    return subprocess.run(args, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          universal_newlines=True, check=False)


def file():
    """Where modprobe finds it."""
    done = run("modinfo", "-n", NAME)
    expect.equal(f"modinfo ({done.stdout.strip()})", done.returncode, 0)
    return done.stdout.strip()


def opened():
    """A descriptor of it for insert(), which wants it as it was before DKMS compressed it."""
    path = file()
    if path.endswith(".xz"):
        plain = tempfile.TemporaryFile()
        with lzma.open(path) as packed:
            shutil.copyfileobj(packed, plain)
        plain.flush()
        fd = os.open(f"/proc/self/fd/{plain.fileno()}", os.O_RDONLY)
        plain.close()
        return fd
    return os.open(path, os.O_RDONLY)


def is_loaded():
    with open("/proc/modules") as f:
        return any(line.startswith(NAME + " ") for line in f)


def load(*parameters):
    shared(f"modprobe {NAME}")
    done = run("modprobe", NAME, *parameters)
    expect.equal(f"modprobe {parameters} ({done.stdout.strip()})", done.returncode, 0)


def unload():
    shared(f"rmmod {NAME}")
    done = run("rmmod", NAME)
    expect.equal(f"rmmod ({done.stdout.strip()})", done.returncode, 0, expect.Final)


def reload(*parameters):
    if is_loaded():
        unload()
    load(*parameters)


def _call(*args):
    if LIBC.syscall(*args) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


def insert(fd, parameters=""):
    """What insmod(8) does, by this very task: nothing is executed, so that it is fast."""
    shared(f"insmod {NAME}")
    _call(SYS_FINIT_MODULE, fd, parameters.encode(), 0)


def remove():
    _call(SYS_DELETE_MODULE, NAME.encode(), os.O_NONBLOCK)


@contextlib.contextmanager
def loaded(*parameters):
    """With these parameters; afterwards the module is there as it was, whatever happens."""
    reload(*parameters)
    try:
        yield
    finally:
        reload()


@contextlib.contextmanager
def unloaded():
    unload()
    try:
        yield
    finally:
        if not is_loaded():
            load()


def traces(symbols=True):
    """What is left of the module where it should be gone. To look through all symbols takes long."""
    left = []
    with open("/proc/vmallocinfo") as f:
        left += [line.strip() for line in f if "tcpwhy" in line]
    if symbols:
        with open("/proc/kallsyms") as f:
            left += [line.strip() for line in f if "[tcpwhy]" in line][:1]
    left += [path for path in ("/proc/net/tcpwhy", "/sys/module/tcpwhy") if os.path.exists(path)]
    return left


def nothing_left(what):
    expect.true(f"{what}: not loaded", not is_loaded(), error=expect.Final)
    expect.equal(f"{what}: left behind", traces(symbols=False), [], expect.Final)
    with contextlib.closing(Genl()) as sock:
        expect.true(f"{what}: no family", NAME not in sock.families(), error=expect.Final)


def newer_kernel_than(major, minor):
    words = os.uname().release.split(".")
    return (int(words[0]), int(words[1].split("-")[0])) > (major, minor)


class Log:
    """What the kernel has said since this was made."""

    def __init__(self):
        shared("the kernel's log")
        self.mark = f"tcpwhy-mark-{os.getpid()}-{os.urandom(4).hex()}"
        with open("/dev/kmsg", "w") as f:
            f.write(f"<6>{self.mark}\n")

    def lines(self):
        text = run("dmesg").stdout
        return text.partition(self.mark)[2].splitlines()[1:]

# SPDX-License-Identifier: GPL-2.0
"""The first question of who may load modules loads tcpwhy; anybody else, and where it cannot be, is told what to do."""
import contextlib
import lzma
import os
import shutil

from lib import expect, module, tool
from lib.alone import Alone
from lib.container import NOBODY, Container, Initial
from lib.genl import Genl
from lib.scenario import IPV4, scenario

POWERLESS = ("setpriv", "--bounding-set=-sys_module", "--inh-caps=-sys_module")
STUB = "/usr/share/tcpwhy/stub.ko"
HELPER, WITNESS, SEEN = "/proc/sys/kernel/modprobe", "/run/witness", "/run/witness.log"
# The kernel asks for whoever looks for a family, by this name; the tool asks by the module's own.
ALIAS, NAME = "-q -- net-pf-16-proto-16-family-tcpwhy", "-b -- tcpwhy"

# Any user may look for a family.
LOOK = """
import sys
sys.path.insert(0, "vm")
from lib.genl import Genl
print(Genl().resolve())
"""


@contextlib.contextmanager
def file(path, text, mode=0o644):
    with open(path, "w") as f:
        f.write(text)
    os.chmod(path, mode)
    try:
        yield
    finally:
        os.remove(path)


def configured(line):
    return file("/etc/modprobe.d/scenario.conf", line + "\n")


@contextlib.contextmanager
def helper(path):
    """The program that kernel.modprobe names, meanwhile."""
    with open(HELPER) as f:
        before = f.read()
    with open(HELPER, "w") as f:
        f.write(path + "\n")
    try:
        yield
    finally:
        with open(HELPER, "w") as f:
            f.write(before)


@contextlib.contextmanager
def witnessed():
    """Each call of modprobe is written down; a function that returns the words of them."""
    def calls():
        with open(SEEN) as f:
            return f.read().splitlines()
    script = f'#!/bin/sh\necho "$@" >>{SEEN}\nexec /sbin/modprobe "$@"\n'
    with file(SEEN, "", 0o666), file(WITNESS, script, 0o755), helper(WITNESS):
        yield calls


@contextlib.contextmanager
def replaced(other=None):
    """Another file, or none, where modprobe finds the module."""
    path = module.file()
    hidden = path + ".hidden"
    os.rename(path, hidden)
    try:
        if other:
            opened = lzma.open if path.endswith(".xz") else open
            # As kmod wants it: the kernel's own decoder knows this check only.
            more = {"check": lzma.CHECK_CRC32} if path.endswith(".xz") else {}
            with open(other, "rb") as source, opened(path, "wb", **more) as target:
                shutil.copyfileobj(source, target)
        yield
    finally:
        os.rename(hidden, path)


def refused(who, *words):
    """With status 2 and one line, which has these words in it; and nothing was loaded."""
    done = Initial().run(*who, "tcpwhy", "list", check=False)
    expect.equal(f"exit status ({done.stdout}{done.stderr})", done.returncode, 2)
    expect.equal("output", done.stdout, "")
    lines = done.stderr.strip().splitlines()
    expect.equal(f"lines ({lines})", len(lines), 1)
    for word in words:
        expect.true(f"it says {word!r}", word in lines[0], lines[0])
    expect.true("nothing was loaded", not module.is_loaded())
    return lines[0]


@scenario(families=False)
def by_the_first_call():
    """From the initial namespace, about another, and from that."""
    with module.unloaded(), Alone(IPV4) as world:
        for host, (namespace, args) in enumerate(((Initial(), ()), (world.server, ()),
                                                  (Initial(), ("--netns", world.server.name)))):
            tool.ask(namespace, "list", *args)
            expect.true("the module is loaded", module.is_loaded())
            tool.silent(namespace)
            world.refused(host + 1)
            module.unload()


@scenario(families=False)
def not_by_nobody():
    """Neither by the tool nor by a look at the family, which any user may take."""
    with module.unloaded(), witnessed() as calls:
        refused(NOBODY, "not loaded", "sudo modprobe tcpwhy")
        done = Initial().run(*NOBODY, "python3", "-B", "-c", LOOK)
        expect.equal("the family is there", done.stdout.strip(), "False")
        expect.true("the module is not loaded", not module.is_loaded())
        expect.equal("what modprobe was called for", set(calls()), {ALIAS})


@scenario(families=False)
def not_without_the_capability():
    """Root who may not load modules: it is not tried."""
    with module.unloaded(), witnessed() as calls:
        refused(POWERLESS, "not loaded", "sudo modprobe tcpwhy")
        expect.equal("what modprobe was called for", set(calls()), {ALIAS})


@scenario(families=False)
def not_by_a_container():
    """Its root has all capabilities over its own user namespace, and none that counts here."""
    with module.unloaded(), witnessed() as calls:
        box = Container("loader")
        with Alone(IPV4, box):
            refused(NOBODY + box.root(), "not loaded", "root of the host")
            expect.equal("what modprobe was called for", set(calls()), {ALIAS})


@scenario(families=False)
def nothing_of_the_callers():
    """Its PATH, and words for modprobe in its environment, change nothing."""
    program = shutil.which("tcpwhy")
    with module.unloaded(), witnessed() as calls:
        with file("/run/modprobe", "#!/bin/sh\nexit 1\n", 0o755):
            Initial().run("env", "PATH=/run", "MODPROBE_OPTIONS=--dry-run", "LC_ALL=C.UTF-8",
                          program, "list")
        expect.true("the module is loaded", module.is_loaded())
        expect.equal("what modprobe was called for", calls(), [ALIAS, NAME])


@scenario(families=False)
def as_the_operator_says():
    """Lines in modprobe.d hold for the tool as well."""
    with module.unloaded():
        for line in ("blacklist tcpwhy", "install tcpwhy /bin/false", "install tcpwhy /bin/true"):
            with configured(line):
                refused((), "/etc/modprobe.d keeps it out")
        with helper(""):
            refused((), "kernel.modprobe")
        with configured("options tcpwhy max_peers=1"):
            refused((), "cannot be loaded", "Invalid argument")
        with configured("options tcpwhy max_peers=128"):
            tool.ask(Initial(), "list")
            expect.equal("peers at most", tool.status(Initial())["peers_max"], 128)
            module.unload()


@scenario(families=False)
def not_installed():
    """One line that says so, and status 2, whatever was asked."""
    with module.unloaded(), replaced():
        for args in (("list",), ("status",), ("why", "192.0.2.1"), ("watch", "-c", "1"),
                     ("set", "--enable", "all"), ("reset",), ("top", "-b", "-n", "1")):
            line = tool.refuse(Initial(), 2, *args)
            expect.true("it says how to install it",
                        f"not installed for this kernel ({os.uname().release})" in line and
                        "dkms-install" in line, line)
        refused(NOBODY, "not installed for this kernel")
        with contextlib.closing(Genl()) as genl:
            expect.true("no family", "tcpwhy" not in genl.families())


@scenario(families=False)
def stub():
    """What DKMS builds where the module does not compile refuses to load, and says why."""
    with module.unloaded(), replaced(STUB):
        expect.true("it can be told from the module",
                    "did not compile" in module.run("modinfo", "-F", "tcpwhy_stub", "tcpwhy").stdout)
        log = module.Log()
        line = refused((), "not built for this kernel", f"/{os.uname().release}/", "make.log")
        expect.true("to load it is no way out", "modprobe" not in line, line)
        said = [line for line in log.lines() if "was not built for this kernel" in line]
        expect.equal(f"lines in the kernel's log ({said})", len(said), 1)
        expect.true("which names the build's log", f"/{os.uname().release}/*/log/make.log" in said[0],
                    said)

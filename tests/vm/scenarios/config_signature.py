# SPDX-License-Identifier: GPL-2.0
"""Kernels that take signed modules only, as with Secure Boot: the tool says so, and does not go in circles.

For boots of their own, with module.sig_enforce=1 or lockdown=integrity, and without the module: neither can be undone.
"""
import os

from lib import expect, module, tool
from lib.container import NOBODY, Initial
from lib.scenario import scenario

ENFORCED = "/sys/module/module/parameters/sig_enforce"
SECURITY = "/sys/kernel/security"


def first_word(path):
    with open(path) as f:
        return f.read().strip()


def refused(*words):
    if module.is_loaded():
        module.unload()
    for args in (("list",), ("status",)):
        line = tool.refuse(Initial(), 2, *args)
        for word in words + ("Secure Boot", "mokutil --import"):
            expect.true(f"it says {word!r}", word in line, line)
        expect.true("to load it is no way out", "modprobe" not in line, line)
    expect.true("nothing was loaded", not module.is_loaded())
    done = Initial().run(*NOBODY, "tcpwhy", "list", check=False)
    expect.equal(f"a user is told ({done.stderr})", done.returncode, 2)


@scenario(families=False)
def enforced():
    if first_word(ENFORCED) != "Y":
        raise expect.Lacking("takes a boot with module.sig_enforce=1")
    refused("signature")


@scenario(families=False)
def locked_down():
    if not os.path.exists(f"{SECURITY}/lockdown"):
        module.run("mount", "-t", "securityfs", "securityfs", SECURITY)
    if "[none]" in first_word(f"{SECURITY}/lockdown") or first_word(ENFORCED) == "Y":
        raise expect.Lacking("takes a boot with lockdown=integrity, and without module.sig_enforce=1")
    refused("locked down")

# SPDX-License-Identifier: GPL-2.0
"""The first question loads the module where it is installed; where it is not, the tool says so."""
import os

from lib import expect, module, tool
from lib.alone import Alone
from lib.container import NOBODY, Initial
from lib.genl import Genl
from lib.scenario import IPV4, scenario


@scenario(families=False)
def by_the_first_call():
    """From the initial namespace and from another."""
    with module.unloaded():
        with Alone(IPV4) as world:
            for namespace in (Initial(), world.server):
                tool.ask(namespace, "list")
                expect.true("the module is loaded", module.is_loaded())
                tool.silent(namespace)
                world.refused(host=1 + (namespace is world.server))
                module.unload()


@scenario(families=False)
def by_nobody():
    """The kernel loads it for whoever asks, as for any family; what it knows is still not told."""
    with module.unloaded():
        done = Initial().run(*NOBODY, "tcpwhy", "list", check=False)
        expect.equal("exit status", done.returncode, 3)
        expect.equal("output", done.stdout, "")
        expect.true("the module is loaded", module.is_loaded())


@scenario(families=False)
def not_installed():
    """One line that says how to load it, and status 2, whatever was asked."""
    path = module.file()
    hidden = path + ".hidden"
    with module.unloaded():
        os.rename(path, hidden)
        try:
            for args in (("list",), ("status",), ("why", "192.0.2.1"), ("watch", "-c", "1"),
                         ("set", "--enable", "all"), ("reset",), ("top", "-b", "-n", "1")):
                line = tool.refuse(Initial(), 2, *args)
                expect.true("it says how to load it", "modprobe tcpwhy" in line, line)
            expect.true("nothing was loaded", not module.is_loaded())
            genl = Genl()
            expect.true("no family", "tcpwhy" not in genl.families())
            genl.close()
        finally:
            os.rename(hidden, path)

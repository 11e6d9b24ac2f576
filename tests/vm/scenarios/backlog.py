# SPDX-License-Identifier: GPL-2.0
"""A RST comes while a program is at work on its socket: the program takes it in when it lets go, in its own context,
in which softirqs are on."""
import threading

from lib import counters, expect, tool
from lib.bare import Bare
from lib.fault import Held
from lib.scenario import scenario
from lib.segment import ACK, PSH

RESETS = True


class Busy:
    """A connection of a server that is inside recv(), until it is let go."""

    def __init__(self, world):
        self.world = world
        self.peer = world.peer()
        self.server = self.peer.established(world.listener)
        self.peer.send(ACK | PSH, b"waits")
        self.peer.seq += 5

    def meanwhile(self, action):
        with Held() as held:
            def read():
                with self.world.server:
                    held.receive(self.server)
            reader = threading.Thread(target=read)
            reader.start()
            held.wait()
            action()
            held.release()
            reader.join()


@scenario
def believed(family):
    with Bare(family) as world:
        busy = Busy(world)

        def resets():
            busy.peer.reset()
            world.peer(source_port=45001).request()  # is answered: the RST has come, too
            expect.equal("RSTs that are told of", tool.findings(world.server), [])
        busy.meanwhile(resets)
        row = tool.counted(world.server, world.client_address, "peer-aborted", 1)
        expect.subset("evidence", row["evidence"], {"seq": busy.peer.seq, "ttl": 64})
        tool.reconciled(world.server)
        busy.server.close()


@scenario
def ignored(family):
    """It lies in the window, and is not what comes next: it is challenged."""
    with Bare(family) as world:
        busy = Busy(world)

        def resets():
            busy.peer.reset(seq=busy.peer.seq + 100)
            world.peer(source_port=45001).request()
        busy.meanwhile(resets)
        row = tool.counted(world.server, world.client_address, "rst-ignored", 1)
        expect.subset("evidence", row["evidence"], {"seq": busy.peer.seq + 100})
        expect.equal("established connections that were reset",
                     counters.value(world.server, "EstabResets"), 0)
        busy.server.close()

# SPDX-License-Identifier: GPL-2.0
"""Something goes on all the time, whatever a test does meanwhile."""
import contextlib
import os
import threading
import time

from . import expect, netns, sockets
from .alone import PORT, Inside, Outside
from .segment import SYN, pack


class Traffic(threading.Thread):
    """Connections that open and close, and SYNs that TIME_WAIT refuses, as long as it is needed."""

    def __init__(self, world):
        super().__init__(daemon=True)
        self.world, self.stopped, self.rounds, self.error = world, threading.Event(), 0, None
        self.listener = sockets.listen(world.server, world.family, PORT + 1)

    def run(self):
        home = netns._stack()  # where this thread begins; else it is where it steps into first
        refused = [pack(self._ready(host), Outside.mac, Inside.mac) for host in range(1, 5)]
        try:
            while not self.stopped.is_set():
                for frame in refused * 4:
                    self.world.wire.push(frame)
                client = sockets.connect(self.world.server, self.world.family,
                                         self.world.server_address, PORT + 1)
                sockets.server_closes_first(self.listener, client)
                self.rounds += 1
                # Else nobody else has this CPU, nor another where emulated ones take turns, before its time is up.
                time.sleep(0.005)
        except Exception as error:  # told by whoever stops it
            self.error = error
        os.close(home.pop())

    def _ready(self, host):
        peer = self.world.timewait(host)
        return peer.build(SYN, ack=0, **peer.syn_options)

    def stop(self):
        self.stopped.set()
        self.join()
        self.listener.close()
        if self.error:
            raise self.error


@contextlib.contextmanager
def traffic(world):
    busy = Traffic(world)
    busy.start()
    expect.eventually("traffic", lambda: busy.rounds or busy.error)
    try:
        yield busy
    finally:
        busy.stop()

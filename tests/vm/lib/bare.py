# SPDX-License-Identifier: GPL-2.0
"""A pair of which only the server has a stack: what the client sends is made up, frame by frame."""
from . import sockets
from .peer import Peer
from .wire import Wire
from .world import Pair

PORT = 8080
SOURCE_PORT = 45000


class Bare(Pair):
    def __init__(self, family):
        super().__init__(family, stack=False)
        self.wire = self.keep(Wire(self.near))
        self.listener = self.keep(sockets.listen(self.server, family, PORT))

    def peer(self, source_port=SOURCE_PORT, **more):
        return Peer(self.wire, self.client_address, self.server_address, PORT, source_port, **more)

    def timewait(self, source_port=SOURCE_PORT, **more):
        """A peer that has left a TIME_WAIT."""
        peer = self.peer(source_port, **more)
        peer.leave_timewait(self.listener)
        return peer

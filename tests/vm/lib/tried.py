# SPDX-License-Identifier: GPL-2.0
"""What each configuration is tried with: ordinary connections, of which nothing is said, and one that goes wrong."""
import socket

from . import expect, resets, sockets, tool
from .answers import arrives

PORT = 8080
ANSWER = 30000  # several full segments; it fits any buffer
CAUSE = "rst-unread-data"


class Service:
    """A listener, and how its client connects to it; `peer` is the address that the server sees."""

    def __init__(self, server, listener, client, peer, connect):
        self.server, self.listener, self.client, self.peer = server, listener, client, peer
        self.connect = connect

    def pair(self):
        """(client, server) of a new connection that has asked for something."""
        client = self.connect()
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.sendall(b"request")
        return client, sockets.accept(self.listener)

    def works(self, *others):
        """Answers of many segments; either side closes first. Nobody is named, of these `others` either."""
        with sockets.in_order():
            for close in (sockets.server_closes_first, sockets.client_closes_first):
                client, server = self.pair()
                expect.equal("what the server reads", server.recv(100), b"request")
                server.sendall(b"x" * ANSWER)
                arrives(client, ANSWER)
                close(None, client, server)
        tool.quiet(self.server, self.client, *others)
        tool.reconciled(self.server)

    def unread(self):
        """The server closes without reading: that is told, with the process; the finding."""
        client, server = self.pair()
        server.recv(1, socket.MSG_PEEK)  # it has come
        server.close()
        expect.fails("reading", ConnectionResetError, client.recv, 1)
        client.close()
        row = tool.counted(self.server, self.peer, CAUSE, 1)
        expect.subset(CAUSE, row, {"severity": "trouble", "confidence": "certain"})
        expect.subset(f"evidence of {CAUSE}", row["evidence"], resets.own())
        return row


def service(world, port=PORT):
    """Of a world with a client and a server, the listener's port being that one."""
    listener = world.keep(sockets.listen(world.server, world.family, PORT))
    return Service(world.server, listener, world.client, world.client_address, lambda: sockets.connect(
        world.client, world.family, world.server_address, port))


def refused(server, client, family, address, port, peer):
    """Nobody listens there; either end says so."""
    expect.fails("connecting", ConnectionRefusedError, sockets.connect, client, family, address, port)
    tool.counted(server, peer, "rst-port-closed", 1)
    tool.counted(client, address, "peer-refused", 1)


def modules(namespace, *names):
    """Loads them, or says that this kernel has none."""
    for name in names:
        done = namespace.run("modprobe", name, check=False)
        if done.returncode:
            raise expect.Lacking(f"no module {name}")

# SPDX-License-Identifier: GPL-2.0
"""A transparent proxy: a firewall rule chooses its listener for connections to any address."""
import socket

from lib import expect, sockets, tool
from lib.resets import PORT, Connected
from lib.scenario import scenario

IP_TRANSPARENT, IPV6_TRANSPARENT = 19, 75
PROXY, MARK, TABLE = 8081, 1, 100
RULES = """
table {table} proxy {{
    chain way {{
        type filter hook prerouting priority -150;
        tcp dport {port} tproxy to :{proxy} meta mark set {mark} accept
    }}
}}
"""


class Proxied(Connected):
    """The server takes in connections to all that lies beyond it."""

    def __init__(self, family):
        super().__init__(family)
        self.proxy = self.keep(sockets.make(self.server, family))
        if family.six:
            self.proxy.setsockopt(socket.IPPROTO_IPV6, IPV6_TRANSPARENT, 1)
        else:
            self.proxy.setsockopt(socket.IPPROTO_IP, IP_TRANSPARENT, 1)
        self.proxy.bind(("::" if family.six else "0.0.0.0", PROXY))
        self.proxy.listen(16)
        self.beyond = "fd77::5" if family.six else "10.77.0.5"
        six = ("-6",) if family.six else ()
        run = self.server.run
        run("ip", *six, "rule", "add", "fwmark", MARK, "lookup", TABLE)
        run("ip", *six, "route", "add", "local", "default", "dev", "lo", "table", TABLE)
        self.client.run("ip", *six, "route", "add", self.beyond, "via", self.server_address)
        rules = RULES.format(table="ip6" if family.six else "ip", port=PORT, proxy=PROXY, mark=MARK)
        done = run("nft", "-f", "-", input=rules, check=False)
        if done.returncode:
            raise expect.Lacking(f"no tproxy: {done.stderr.strip()}")


@scenario
def syns(family):
    """They are remembered as those of other connections are."""
    with Proxied(family) as world:
        before = tool.counter(world.server, "syn-forgotten")
        for _ in range(3):
            client = sockets.connect(world.client, family, world.beyond, PORT)
            expect.equal("whom the proxy speaks for", client.getpeername()[0], world.beyond)
            sockets.client_closes_first(world.proxy, client)
        expect.equal("SYNs forgotten", tool.counter(world.server, "syn-forgotten") - before, 0)
        tool.quiet(world.server)


@scenario
def resets(family):
    """A RST that ends such a connection is told of as any other."""
    with Proxied(family) as world:
        client = sockets.connect(world.client, family, world.beyond, PORT)
        server = sockets.accept(world.proxy)
        sockets.reset(client)
        expect.fails("reading", ConnectionResetError, server.recv, 1)
        tool.counted(world.server, world.client_address, "peer-goodbye", 1)
        server.close()

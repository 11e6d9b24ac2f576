# SPDX-License-Identifier: GPL-2.0
"""Gateways that are not plain routers: SYNPROXY, IPVS, flowtable, a bridge, and ESP on the way."""
from lib import expect, sockets, tool, tried
from lib.container import Initial
from lib.resets import PORT
from lib.scenario import IPV4, IPV6, scenario
from lib.world import Pair, World

HTTP = 80
MSS = 1460


class Between(World):
    """A client and a server with a gateway between them, which forwards."""

    def __init__(self, family):
        super().__init__()
        self.family = family
        self.client, self.gateway, self.server = (self.namespace(role) for role in ("client", "gateway", "server"))
        self.near, self.far = self.cable(self.client, self.gateway, 1), self.cable(self.gateway, self.server, 2)
        self.client_address, self.server_address = self.near[0].address(family), self.far[1].address(family)
        self.default(self.near[0])
        self.default(self.far[1])
        self.gateway.sysctl("ipv4.ip_forward", 1)
        self.gateway.sysctl("ipv6.conf.all.forwarding", 1)

    def rules(self, text):
        """The gateway's, of nft(8)."""
        table = "ip6" if self.family.six else "ip"
        self.gateway.run("nft", "-f", "-", input=f"table {table} config {{\n{text}\n}}\n")


@scenario
def synproxy(family):
    """The gateway answers SYNs itself, and asks the server when the client has answered."""
    with Between(family) as world:
        tried.modules(Initial(), "nft_synproxy")
        world.gateway.sysctl("netfilter.nf_conntrack_tcp_loose", 0)
        world.gateway.sysctl("ipv4.tcp_syncookies", 2)
        world.rules(f"""
            chain first {{ type filter hook prerouting priority -300; tcp dport {PORT} tcp flags syn notrack; }}
            chain forward {{
                type filter hook forward priority 0;
                tcp dport {PORT} ct state invalid,untracked synproxy mss {MSS} wscale 7 timestamp sack-perm
                ct state invalid drop
            }}""")
        service = tried.service(world)
        service.works(world.gateway)
        names, *cpus = (line.split() for line in world.gateway.read("stat/synproxy").splitlines())
        valid = sum(int(words[names.index("cookie_valid")], 16) for words in cpus)
        expect.equal("connections that it has let through", valid, 2)
        service.unread()


@scenario
def ipvs(family):
    """The gateway is a director: connections to its own address go to the server."""
    with Between(family) as world:
        tried.modules(Initial(), "ip_vs", "ip_vs_rr")
        address = world.near[1].address(family)
        outside, inside = (f"[{host}]" if family.six else host for host in (address, world.server_address))
        run = world.gateway.run
        run("ipvsadm", "-A", "-t", f"{outside}:{HTTP}", "-s", "rr")
        run("ipvsadm", "-a", "-t", f"{outside}:{HTTP}", "-r", f"{inside}:{PORT}", "-m")
        listener = world.keep(sockets.listen(world.server, family, PORT))
        service = tried.Service(world.server, listener, world.client, world.client_address,
                                lambda: sockets.connect(world.client, family, address, HTTP))
        service.works(world.gateway)
        service.unread()
        run("ipvsadm", "-C")


@scenario
def flowtable(family):
    """Established connections pass the gateway from device to device, without its FORWARD hook."""
    with Between(family) as world:
        tried.modules(Initial(), "nft_flow_offload", "nf_flow_table_inet")
        devices = f"{world.near[1].dev}, {world.far[0].dev}"
        world.rules(f"""
            flowtable fast {{ hook ingress priority 0; devices = {{ {devices} }}; }}
            chain forward {{ type filter hook forward priority 0; meta l4proto tcp flow add @fast; }}""")
        service = tried.service(world)
        service.works(world.gateway)
        client, server = service.pair()
        expect.equal("what the server reads", server.recv(100), b"request")
        expect.true("the connection has left the slow path", "[OFFLOAD]" in world.gateway.read("nf_conntrack"))
        sockets.client_closes_first(None, client, server)
        service.unread()


class Bridged(World):
    """A client and a server on one net, their cables being ports of a bridge."""

    def __init__(self, family):
        super().__init__()
        self.family = family
        self.client, self.bridge, self.server = (self.namespace(role) for role in ("client", "bridge", "server"))
        for number, host in enumerate((self.client, self.server), 1):
            host.ip(f"link add net9 type veth peer name port{number} netns {self.bridge.name}",
                    f"addr add {IPV4.host(9, number)}/24 dev net9",
                    f"addr add {IPV6.host(9, number)}/64 dev net9 nodad", "link set net9 up")
        # A rule that rejects asks for a route to the other end first: without an address there is none.
        self.bridge.ip("link add br0 type bridge", "link set br0 up", f"addr add {IPV4.host(9, 3)}/24 dev br0",
                       f"addr add {IPV6.host(9, 3)}/64 dev br0 nodad",
                       *(f"link set port{number} master br0 up" for number in (1, 2)))
        self.client_address, self.server_address = family.host(9, 1), family.host(9, 2)
        expect.eventually("the bridge's ports forward", lambda: self.bridge.run(
            "bridge", "link").stdout.count("state forwarding"), 2)


@scenario
def bridge(family):
    """Its packets pass netfilter as if they were routed, and its rules answer by RSTs, in two ways."""
    with Bridged(family) as world:
        tried.modules(Initial(), "br_netfilter", "nft_reject_bridge")
        for way in ("ip", "ip6"):
            world.bridge.sysctl(f"bridge.bridge-nf-call-{way}tables", 1)
        world.bridge.run("nft", "-f", "-", input=f"""
            table inet config {{
                chain forward {{
                    type filter hook forward priority 0;
                    tcp dport {PORT} counter
                    tcp dport {PORT + 1} reject with tcp reset
                }}
            }}
            table bridge config {{
                chain arrived {{ type filter hook prerouting priority 0; tcp dport {PORT + 2} reject with tcp reset; }}
            }}""")
        service = tried.service(world)
        service.works(world.bridge)
        counted = world.bridge.run("nft", "list", "chain", "inet", "config", "forward").stdout
        expect.true("packets that the router's rules see", "counter packets 0" not in counted, counted)
        for count, port in enumerate((PORT + 1, PORT + 2), 1):
            expect.fails("connecting", ConnectionRefusedError, sockets.connect, world.client, family,
                         world.server_address, port)
            tool.counted(world.client, world.server_address, "peer-refused", count)
            row = tool.counted(world.bridge, world.client_address, "rst-firewall", count)
            expect.subset("finding", row, {"lport": port, "severity": "notice"})
            expect.equal("who made it", row["evidence"]["origin"], "netfilter")
        service.unread()


KEYS = "auth hmac(sha256) 0x" + "0b" * 32 + " enc ecb(cipher_null) ''"


@scenario
def xfrm(family):
    """All between the two goes by ESP, in transport mode."""
    with Pair(family) as world:
        tried.modules(Initial(), "xfrm_user", "esp6" if family.six else "esp4")
        one, other = world.client_address, world.server_address
        for namespace, out in ((world.client, (one, other)), (world.server, (other, one))):
            namespace.ip(*(f"xfrm state add src {src} dst {dst} proto esp spi 0x100 mode transport {KEYS}"
                           for src, dst in ((one, other), (other, one))),
                         *(f"xfrm policy add src {src} dst {dst} dir {way} tmpl proto esp mode transport"
                           for way, (src, dst) in (("out", out), ("in", out[::-1]))))
        service = tried.service(world)
        service.works()
        states = world.server.run("ip", "-s", "xfrm", "state").stdout
        expect.true("packets by ESP", "0(bytes), 0(packets)" not in states, states)
        service.unread()
        tried.refused(world.server, world.client, family, other, PORT + 1, one)

# SPDX-License-Identifier: GPL-2.0
"""Paths that carry less than the interfaces say, and remedies of that."""
import json
import re
import struct
import time

from lib import expect, sockets, tool, typed
from lib.box import Box, ones
from lib.field import KERNEL, NEWER, WHY_FIN_WAITS, mechanism
from lib.lab import Bytes, Lab, ask, asks, hole, routes, rules, shell
from lib.path import Path
from lib.scenario import IPV4
from lib.ssh import Ssh
from lib.web import Web

SEND, RECEIVE, FORWARD = "blackhole-send", "blackhole-receive", "blackhole-forward"
# How programs give up that wait in vain, and what that draws.
GIVES_UP = ("peer-aborted", "rst-data-after-close")
SIZES = (20000, 5000, 3000)
DEAF = "table ip fw { chain i { type filter hook input priority 0; icmp type destination-unreachable drop; }; }"


class Sites(Lab):
    """client - gateway - server."""

    def __init__(self, link=1500):
        super().__init__("client gateway server", "gateway")
        self.cable(self.client, "eth0", "10.1.0.2/24", self.gateway, "c", "10.1.0.1/24")
        self.cable(self.gateway, "s", "10.2.0.1/24", self.server, "eth0", "10.2.0.2/24")
        routes(self.client, "default via 10.1.0.1")
        routes(self.server, "default via 10.2.0.1")
        self.gateway.ip(f"link set c mtu {link}")
        self.keep(Bytes(self.server))

    def get(self, *sizes, timeout=25):
        """Downloads at once."""
        return asks(*[((self.client, "10.2.0.2"), {"get": size, "timeout": timeout}) for size in sizes])

    def put(self, *sizes, timeout=25):
        return asks(*[((self.client, "10.2.0.2"), {"put": size, "timeout": timeout}) for size in sizes])

    def loads(self, size=20000):
        return ask(self.client, "10.2.0.2", get=size, timeout=15).ok


class Boxed(Lab):
    """client - a box in the wire - server."""

    def __init__(self, policy):
        super().__init__("client bump server")
        self.cable(self.client, "eth0", "10.1.0.2/24", self.bump, "left", "")
        self.cable(self.server, "eth0", "10.1.0.3/24", self.bump, "right", "")
        Box(self, self.bump, "left", "right", policy)
        self.keep(Bytes(self.server))


def hang(results):
    """None of them got through, as the situation wants it."""
    expect.equal("transfers that got through", [result for result in results if result.ok], [])


@mechanism("found in most black holes of the field",
           "a server writes once, the packet vanishes, the client gives up and closes", beside=GIVES_UP)
def written_once(case):
    with Lab("client server") as lab:
        lab.cable(lab.client, "eth0", "10.1.0.2/24", lab.server, "eth0", "10.1.0.3/24")
        hole(lab.client, "eth0", 1400)
        listener = lab.keep(sockets.listen(lab.server, IPV4, 80))
        client = sockets.connect(lab.client, IPV4, "10.1.0.3", 80)
        server = sockets.accept(listener)
        server.sendall(b"x" * 1400)
        time.sleep(3)
        client.close()
        sockets.ends(server)
        server.close()
        time.sleep(4)
        case.not_wrong("server", lab.server, beside=(SEND,), never=("peer-closed-early",))
        case.not_wrong("client", lab.client, beside=(RECEIVE,))


@mechanism("\"expecting SSH2_MSG_KEX_ECDH_REPLY\"",
           "ssh hangs in the key exchange: the path carries 1300 bytes, and says nothing", beside=GIVES_UP)
def ssh_hangs(case):
    with Path(IPV4, mtu=1300) as world:
        world.filter_too_big()
        lab = world
        lab.folder = lambda: Lab.folder(lab)
        lab.file = lambda *words: Lab.file(lab, *words)
        ssh = Ssh(lab, world.server, world.client, world.server_address)
        expect.true("ssh hangs", not ssh.works(patience=20))
        case.names("client", world.client, world.server_address, SEND, wait=30)
        case.names("server", world.server, world.client_address, RECEIVE, wait=30)
        # Probing helps what this host sends. The other end sends large packets, too.
        text = case.story(world.client, world.server_address, SEND)
        case.true("client", "tcp_mtu_probing without its caveat", "what this host sends" in text or "mtu_probing" not in text)
        case.probes(world.client, world.server_address, "ip route", ssh.works)


@mechanism("Calico's pods, WireGuard's endpoints, VPN clients",
           "the peer has a host route already when probe's remedy is typed and undone", beside=GIVES_UP)
def host_route(case):
    with Lab("node pod") as lab:
        lab.cable(lab.node, "cali1", "169.254.1.1/32", lab.pod, "eth0", "10.244.0.5/32")
        routes(lab.node, "10.244.0.5 dev cali1 scope link")
        routes(lab.pod, "169.254.1.1 dev eth0 scope link", "default via 169.254.1.1")
        hole(lab.pod, "eth0", 1400)
        lab.keep(Bytes(lab.node))
        before = shell(lab.node, "ip route")

        def loads():
            return ask(lab.pod, "169.254.1.1", get=20000, timeout=10).ok
        expect.true("downloads hang", not loads())
        done = tool.call(lab.node, "probe", "-J", "10.244.0.5")
        rows = [row for row in json.loads(done.stdout)["remedies"] if (row["command"] or "").startswith("ip route")]
        if case.types("probe's remedy 'ip route'", [row["command"] for row in rows], lab.node, loads):
            typed.paste(lab.node, rows[0]["command"])
            try:
                typed.undo(lab.node, rows[0])
            except (expect.Unexpected, RuntimeError) as error:
                case.true("node", f"how to undo it is not said rightly: {error}", False)
            if shell(lab.node, "ip route") != before:
                case.harms("node", "undone as it is said, the peer's route is another one than before")
        case.not_wrong("node", lab.node, beside=(SEND,))


class Anycast(Lab):
    """Two servers share an address; the router spreads connections by ports, and ICMP has none."""

    VIP = "192.0.2.1"

    def __init__(self):
        super().__init__("client isp ecmp one two", "isp ecmp")
        self.cable(self.client, "eth0", "10.1.0.2/24", self.isp, "c", "10.1.0.1/24")
        self.isp.ip("link set c mtu 1400")
        self.cable(self.isp, "e", "10.2.0.1/24", self.ecmp, "i", "10.2.0.2/24")
        for number, server in enumerate((self.one, self.two), 3):
            self.cable(self.ecmp, f"s{number}", f"10.{number}.0.1/24", server, "eth0", f"10.{number}.0.2/24")
            server.ip(f"addr add {self.VIP}/32 dev lo")
            routes(server, f"default via 10.{number}.0.1")
            self.keep(Bytes(server))
        self.ecmp.sysctl("ipv4.fib_multipath_hash_policy", 1)
        routes(self.ecmp, f"{self.VIP} nexthop via 10.3.0.2 nexthop via 10.4.0.2", "10.1.0.0/24 via 10.2.0.1")
        routes(self.client, "default via 10.1.0.1")
        routes(self.isp, "default via 10.2.0.2")
        self.ports = iter(range(40000, 60000))

    def get(self, number, size, timeout):
        return asks(*[((self.client, self.VIP), {"get": size, "timeout": timeout, "sport": next(self.ports)})
                      for _ in range(number)])


@mechanism("blog.cloudflare.com/path-mtu-discovery-in-practice, RFC 7690",
           "two servers share an address, and \"too big\" reaches the wrong one", beside=GIVES_UP)
def anycast(case):
    with Anycast() as lab:
        results = lab.get(8, 5000, 25)
        expect.true("some hang", not all(result.ok for result in results))
        # Whom the messages do not reach.
        stuck = min((lab.one, lab.two), key=lambda host: int(re.search(r"Icmp: .*\nIcmp: (\d+)", host.read("snmp")).group(1)))
        case.names("server", stuck, "10.1.0.2", SEND, least="likely", wait=20)
        got = tool.call(stuck, "probe", "10.1.0.2").stdout
        case.true("server", "probe says that nothing is wrong", "othing is wrong" not in got)
        command = case.remedy(stuck, "10.1.0.2", SEND, "sysctl -w net.ipv4.tcp_mtu_probing=1",
                              lambda: all(result.ok for result in lab.get(6, 20000, 20)))
        expect.true("it is advised", command)


@mechanism("projectcalico/calico#12432, moby/moby#36689",
           "two ways to a peer, chosen by ports, one of them smaller", beside=GIVES_UP)
def two_ways(case):
    with Lab("client one two server", "one two") as lab:
        lab.cable(lab.client, "eth0", "10.1.0.2/24", lab.one, "c", "10.1.0.1/24")
        lab.cable(lab.client, "eth1", "10.6.0.2/24", lab.two, "c", "10.6.0.1/24")
        lab.cable(lab.one, "s", "10.2.0.1/24", lab.server, "eth0", "10.2.0.2/24")
        lab.cable(lab.two, "s", "10.7.0.1/24", lab.server, "eth1", "10.7.0.2/24")
        lab.client.ip("addr add 198.51.100.9/32 dev lo", "route add 198.51.100.1 via 10.1.0.1 src 198.51.100.9")
        lab.server.sysctl("ipv4.fib_multipath_hash_policy", 1)
        lab.server.ip("addr add 198.51.100.1/32 dev lo", "route add 198.51.100.9 nexthop via 10.2.0.1 nexthop via 10.7.0.1")
        for router, up, down in ((lab.one, "10.2.0.2", "10.1.0.2"), (lab.two, "10.7.0.2", "10.6.0.2")):
            routes(router, f"198.51.100.1 via {up}", f"198.51.100.9 via {down}")
        hole(lab.two, "s", 1400)
        lab.keep(Bytes(lab.server, address="198.51.100.1"))

        def get(first):
            return asks(*[((lab.client, "198.51.100.1"), {"get": 5000, "timeout": 20, "sport": first + number})
                          for number in range(10)])
        results = get(42000) + get(42010)
        expect.within("those that hang", sum(not result.ok for result in results), 1, 19)
        case.names("server", lab.server, "198.51.100.9", SEND, least="likely")
        case.names("client", lab.client, "198.51.100.1", RECEIVE, beside=("peer-lost-connection",))
        got = tool.call(lab.server, "probe", "198.51.100.9").stdout
        case.true("server", "probe denies what was found", "not what is wrong" not in got and "othing is wrong" not in got)
        case.remedy(lab.server, "198.51.100.9", SEND, "sysctl -w net.ipv4.tcp_mtu_probing=1",
                    lambda: all(result.ok for result in get(42020)))


@mechanism("Start9Labs/start-technologies#3308", "one of many users of a NAT is behind a smaller link", beside=GIVES_UP)
def one_of_many(case):
    with Lab("well poor nat server", "nat") as lab:
        for host, dev, net in ((lab.well, "w", 1), (lab.poor, "v", 6)):
            lab.cable(host, "eth0", f"10.{net}.0.2/24", lab.nat, dev, f"10.{net}.0.1/24")
            routes(host, f"default via 10.{net}.0.1")
        lab.cable(lab.nat, "s", "10.2.0.1/24", lab.server, "eth0", "10.2.0.2/24")
        hole(lab.poor, "eth0", 1400)
        rules(lab.nat, 'table ip nat { chain p { type nat hook postrouting priority 100; oifname "s" masquerade; }; }')
        lab.keep(Bytes(lab.server))
        calls = [((lab.poor, "10.2.0.2"), {"get": size, "timeout": 25}) for size in SIZES]
        results = asks(*calls, *[((lab.well, "10.2.0.2"), {"get": 30000}) for _ in range(5)])
        hang(results[:3])
        expect.true("the others are well", all(result.ok for result in results[3:]))
        case.names("server", lab.server, "10.2.0.1", SEND, least="likely")
        case.names("poor", lab.poor, "10.2.0.2", RECEIVE)
        case.names("nat", lab.nat, "10.6.0.2", FORWARD, least="likely")
        case.not_wrong("well", lab.well)


@mechanism("golang/go#80573, moby/moby#26419, blog.kelu.org/tech/2026/02/02/ssh-mtu-1280.html",
           "the one message is too large for the path, and yet no full segment", today="partly", beside=GIVES_UP,
           why="A server that closes as soon as its silent client does is reset at once, before it is looked at. "
           "Up to 6.1 the FIN of a client that gave up shows that small packets arrive; from 6.12 on it waits behind what was lost.")
def almost_full(case):
    with Sites() as lab:
        hole(lab.server, "eth0", 1400)
        hole(lab.client, "eth0", 1400)
        hang(asks(*[((lab.client, "10.2.0.2"), {"put": 1400, "timeout": 25})] * 3,
                  *[((lab.client, "10.2.0.2"), {"get": 1400, "timeout": 25})] * 2))
        case.names("client", lab.client, "10.2.0.2", SEND, least="likely")
        case.names("server", lab.server, "10.1.0.2", SEND, least="likely", beside=(RECEIVE,))
        # Both directions lose what is so large: the other one is named as well.
        case.names("gateway", lab.gateway, "10.2.0.2", FORWARD, wait=60, beside=(FORWARD,))


@mechanism("blog.kelu.org/tech/2026/02/02/ssh-mtu-1280.html, moby/moby#26419", "curl sends 1.3 KB of cookies to nginx by a path of 1400",
           today=dict.fromkeys(NEWER, "partly"), beside=GIVES_UP, why=WHY_FIN_WAITS)
def cookies(case):
    with Sites() as lab:
        hole(lab.server, "eth0", 1400)
        lab.keep(Web(lab.server, 8080))
        threads = [lab.client.start("curl", "-s", "-o", "/dev/null", "-m", 20, "-H", "Cookie: a=" + "z" * 1320,
                                    "http://10.2.0.2:8080/") for _ in range(2)]
        expect.equal("curl gives up", [thread.wait() for thread in threads], [28, 28])
        # nginx closes after a minute without a request (client_header_timeout).
        case.names("client", lab.client, "10.2.0.2", SEND, least="likely", wait=75 if KERNEL in NEWER else 10)


@mechanism("OpenVPN/openvpn#823, opnsense/core#3674",
           "only packets of 1441 to 1480 bytes vanish; larger ones are cut, and pass",
           today="partly", beside=GIVES_UP,
           why="A server that closes as soon as its silent client does is reset at once, before it is looked at.")
def mid_size(case):
    with Sites() as lab:
        for dev in ("c", "s"):
            rules(lab.gateway, f"table netdev t{dev} {{ chain {dev} {{ type filter hook ingress device {dev} priority 0; "
                  "ip length 1441-1480 drop; }; }")
        expect.true("full ones pass", ask(lab.client, "10.2.0.2", get=20 * 1448).ok)
        hang(lab.put(1400, 1400) + lab.get(1400))
        case.names("client", lab.client, "10.2.0.2", SEND)
        case.names("server", lab.server, "10.1.0.2", SEND, beside=(RECEIVE,))


@mechanism("firewalld/firewalld#1061, kubernetes/kubernetes#94861, cloudnativelabs/kube-router#549",
           "the way back is another one, and a firewall drops all that follows the SYN", beside=GIVES_UP)
def goes_deaf(case):
    with Lab("client fw server", "fw") as lab:
        lab.cable(lab.client, "eth0", "10.1.0.2/24", lab.fw, "c", "10.1.0.1/24")
        lab.cable(lab.fw, "s", "10.2.0.1/24", lab.server, "eth0", "10.2.0.2/24")
        lab.cable(lab.client, "eth1", "10.5.0.2/24", lab.server, "eth1", "10.5.0.3/24")
        routes(lab.client, "10.2.0.0/24 via 10.1.0.1")
        routes(lab.server, "10.1.0.0/24 via 10.5.0.2")
        rules(lab.fw, "table ip fw { chain f { type filter hook forward priority 0; "
              "ct state invalid drop; ct state established accept; "
              "tcp dport 80 tcp flags & (syn|ack) == syn accept; ip protocol icmp accept; drop; }; }")
        lab.fw.sysctl("netfilter.nf_conntrack_tcp_loose", 0)
        lab.keep(Bytes(lab.server))
        hang(asks(*[((lab.client, "10.2.0.2"), {"put": size, "timeout": 20}) for size in (20000, 3000, 1500, 20000, 5000)], apart=1.5))
        case.names("client", lab.client, "10.2.0.2", "deaf-after-handshake", count=5, says=("large or small",))


def lost_here(case, tamper, prepare, word):
    """A router said so, and this host threw it away: that is to be said."""
    told = []

    def policy(packet, way):
        if packet.length > 1400:
            if way == 0:
                told.append(1)
                yield tamper(packet), 1
            return
        yield packet.frame, way
    with Boxed(policy) as lab:
        lab.server.ip("addr add 10.9.0.3/32 dev lo")
        routes(lab.client, "10.9.0.3 via 10.1.0.3")
        prepare(lab.client)
        hang(asks(*[((lab.client, "10.9.0.3"), {"put": size, "timeout": 18}) for size in (5000, 3000)]))
        expect.true("the router said so", told)
        case.names("sender", lab.client, "10.9.0.3", SEND, least="likely", says=(word,), never=("no router says",))


def by_name(name, sources, what, tamper, prepare, word):
    def play(case):
        lost_here(case, tamper, prepare, word)
    play.__name__ = f"too_big_{name}"
    mechanism(sources, what, beside=GIVES_UP)(play)


by_name("firewalled", "cloudnativelabs/kube-router#685, oxidecomputer/omicron#7998",
        "a router says \"too big\", and the host's own firewall drops that",
        lambda packet: packet.too_big(1400, "10.1.0.3"),
        lambda host: rules(host, "table ip fw { chain i { type filter hook input priority 0; icmp type echo-request accept; "
                           "icmp type echo-reply accept; ip protocol icmp drop; }; }"), "firewall")
by_name("from_private", "stephen.kingston.name/2006/10/12/", "a router says \"too big\" from an address that rp_filter drops",
        lambda packet: packet.too_big(1400, "10.77.0.1"),
        lambda host: shell(host, "ip link add int type dummy; ip link set int up; ip addr add 10.77.0.9/16 dev int; "
                           "sysctl -qw net.ipv4.conf.all.rp_filter=1 net.ipv4.conf.eth0.rp_filter=1"), "rp_filter")
by_name("damaged", "moby/libnetwork#2661", "a router says \"too big\" with a bad checksum",
        lambda packet: packet.too_big(1400, "10.1.0.3", checksum=False), lambda host: None, "checksum")


def of_another_port(packet):
    """As behind a NAT that does not turn back what a message quotes."""
    frame = bytearray(packet.too_big(1400, "10.1.0.3"))
    at = 14 + 20 + 8 + 20  # the quoted source port
    frame[at] ^= 0x10
    frame[36:38] = struct.pack("!H", ones(bytes(frame[34:36] + b"\0\0" + frame[38:])))
    return bytes(frame)


by_name("of_another_port", "falling-sky/source#141", "a NAT does not turn back the port that a router's \"too big\" quotes",
        of_another_port, lambda host: None, "port")


@mechanism("snailbook.com/faq/mtu-mismatch.auto.html, strongswan/strongswan#77",
           "a server has ip_no_pmtu_disc=1, and its pieces are lost", beside=GIVES_UP)
def no_discovery(case):
    with Sites(link=1400) as lab:
        rules(lab.client, "table netdev f2 { chain i { type filter hook ingress device eth0 priority 0; "
              "ip frag-off & 0x1fff != 0 drop; }; }")
        lab.server.sysctl("ipv4.ip_no_pmtu_disc", 1)
        lab.keep(Bytes(lab.server, 81))
        hang(asks(*[((lab.client, "10.2.0.2", 81), {"get": size, "timeout": 20}) for size in SIZES]))
        case.names("server", lab.server, "10.1.0.2", SEND, least="likely")
        done = tool.call(lab.server, "probe", "10.1.0.2").stdout
        case.true("server", "probe says that the router names no size", "names no size" not in done or "ip_no_pmtu_disc" in done)

        def loads():
            """Who is told to restart what listens does so."""
            port = 81
            if "restart" in done:
                port = 82
                lab.keep(Bytes(lab.server, port))
            return ask(lab.client, "10.2.0.2", port, get=20000, timeout=15).ok
        case.probes(lab.server, "10.1.0.2", "sysctl -w net.ipv4.ip_no_pmtu_disc=0", loads)


@mechanism("cvmiller/v6brouter#4, Luckie (IMC 2005)", "a router says \"too big\" only once in five seconds", beside=GIVES_UP)
def rate_limited(case):
    last = [0.0]

    def policy(packet, way):
        if way == 1 and packet.length > 1400:
            if time.monotonic() - last[0] > 5:
                last[0] = time.monotonic()
                yield packet.too_big(1400, "10.1.0.1"), 0
            return
        yield packet.frame, way
    with Boxed(policy) as lab:
        addresses = [f"10.1.0.{host}" for host in range(10, 16)]
        lab.client.ip(*[f"addr add {address}/24 dev eth0" for address in addresses])
        results = asks(*[((lab.client, "10.1.0.3"), {"get": 5000, "timeout": 20, "source": address}) for address in addresses])
        stuck = [address for address, result in zip(addresses, results) if not result.ok and result.seconds > 15]
        for address in stuck[:3]:
            case.names("server", lab.server, address, SEND, beside=(SEND,), wait=20)
        expect.true("some hang", stuck)

# SPDX-License-Identifier: GPL-2.0
"""What stands between two hosts and acts in their name, or against them; and neighbours, addresses, links."""
import struct
import time

from lib import expect, sockets, tool
from lib.box import Box, ones
from lib.field import NEWER, WHY_FIN_WAITS, mechanism
from lib.lab import Bytes, Lab, ask, asks, exchange, hole, read, routes, rules, shell
from lib.scenario import IPV4

GIVES_UP = ("peer-aborted", "rst-data-after-close")
SEND, RECEIVE, FORWARD = "blackhole-send", "blackhole-receive", "blackhole-forward"
SYN, RST, ACK = 2, 4, 16


def forged(packet, back, ttl=40, identity=0x7777):
    """A RST as a box makes it: in the receiver's name to the sender (`back`), or on to the receiver."""
    tcp = packet.frame[packet.tcp_at:]
    seq, ack = struct.unpack("!II", tcp[4:12])
    src, dst = packet.ip[12:16], packet.ip[16:20]
    ports = packet.ports
    if back:
        src, dst, ports, seq = dst, src, ports[::-1], ack
    else:
        seq += len(packet.payload)
    segment = struct.pack("!HHIIBBHHH", *ports, seq & 0xffffffff, 0, 5 << 4, RST, 0, 0, 0)
    pseudo = src + dst + struct.pack("!BBH", 0, 6, len(segment))
    segment = segment[:16] + struct.pack("!H", ones(pseudo + segment)) + segment[18:]
    header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(segment), identity, 0, ttl, 6, 0, src, dst)
    header = header[:10] + struct.pack("!H", ones(header)) + header[12:]
    ethernet = packet.frame[6:12] + packet.frame[:6] if back else packet.frame[:12]
    return ethernet + b"\x08\x00" + header + segment


@mechanism("net4people/bbs#285, ValdikSS/GoodbyeDPI#574, #124", "a censor sees a name it does not like, and resets both ends")
def censored(case):
    def policy(packet, way):
        yield packet.frame, way
        if way == 0 and b"forbidden" in packet.payload:
            yield forged(packet, back=True), 1
            yield forged(packet, back=False), 0
    with Lab("client bump server") as lab:
        lab.cable(lab.client, "eth0", "10.1.0.2/24", lab.bump, "left", "")
        lab.cable(lab.server, "eth0", "10.1.0.3/24", lab.bump, "right", "")
        Box(lab, lab.bump, "left", "right", policy)
        listener = lab.keep(sockets.listen(lab.server, IPV4, 443))
        for _ in range(2):
            client = lab.keep(sockets.connect(lab.client, IPV4, "10.1.0.3", 443))
            server = lab.keep(sockets.accept(listener))
            for _ in range(3):
                exchange(client, server)
            client.sendall(b"the name of the forbidden site, as a ClientHello tells it")
            expect.equal("what the client reads", read(client), "ConnectionResetError")
        case.names("client", lab.client, "10.1.0.3", "rst-injected", least="likely", count=2, says=("TTL",))
        case.names("server", lab.server, "10.1.0.2", "rst-injected", least="likely", count=2, says=("TTL",))


class Through(Lab):
    """client - host that forwards - container with nginx's place taken by Bytes."""

    def __init__(self):
        super().__init__("client host container", "host")
        self.cable(self.client, "eth0", "10.1.0.2/24", self.host, "lan", "10.1.0.1/24")
        self.cable(self.host, "docker0", "172.17.0.1/24", self.container, "eth0", "172.17.0.2/24")
        routes(self.client, "default via 10.1.0.1")
        routes(self.container, "default via 172.17.0.1")
        self.keep(Bytes(self.container))
        self.client.sysctl("ipv4.tcp_syn_retries", 2)


@mechanism("moby/moby#30338, #34164, #39439",
           "Docker sets the policy of FORWARD to DROP: nothing gets through the host any more",
           today="partly",
           why="What a host's rules drop has no cause of its own yet.")
def forward_drop(case):
    with Through() as lab:
        rules(lab.host, "table ip filter { chain FORWARD { type filter hook forward priority 0; policy drop; }; }")
        expect.true("it times out", not ask(lab.client, "172.17.0.2", timeout=30).ok)
        case.names("client", lab.client, "172.17.0.2", "timeout-connect", least="certain")
        rows = [row for row in tool.findings(lab.host) if row["severity"] != "info"]
        case.true("host", "nothing is said of what it drops", rows)


@mechanism("moby/moby#49528", "a gateway's firewall (ufw) rejects what is forwarded by ICMP")
def forward_reject(case):
    with Through() as lab:
        rules(lab.host, "table ip filter { chain FORWARD { type filter hook forward priority 0; "
              "reject with icmp type port-unreachable; }; }")
        expect.true("it is refused", not ask(lab.client, "172.17.0.2", timeout=10).ok)
        case.tells("client", lab.client, "172.17.0.2", "ICMP", wait=1)


@mechanism("a corporate firewall that rejects with a RST (iptables REJECT --reject-with tcp-reset)",
           "a gateway rejects connects in the server's name")
def forward_reset(case):
    with Through() as lab:
        rules(lab.host, "table ip filter { chain FORWARD { type filter hook forward priority 0; "
              "tcp dport 80 reject with tcp reset; }; }")
        for _ in range(2):
            expect.true("it is refused", not ask(lab.client, "172.17.0.2", timeout=10).ok)
        case.names("client", lab.client, "172.17.0.2", "peer-refused", severity="notice", least="certain", count=2)
        case.names("host", lab.host, "10.1.0.2", "rst-firewall", severity="notice", count=2)
        case.not_wrong("container", lab.container)


@mechanism("confluentinc/librdkafka#3289, MicrosoftDocs/azure-docs#64023, Azure/acs-engine#365",
           "a balancer forgets an idle connection, and drops what comes later")
def idle_dropped(case):
    with Through() as lab:
        rules(lab.host, "table ip filter { chain FORWARD { type filter hook forward priority 0; ct state invalid drop; }; }")
        lab.host.sysctl("netfilter.nf_conntrack_tcp_loose", 0)
        lab.client.sysctl("ipv4.tcp_retries2", 3)
        listener = lab.keep(sockets.listen(lab.container, IPV4, 9092))
        pairs = []
        for _ in range(3):
            client = lab.keep(sockets.connect(lab.client, IPV4, "172.17.0.2", 9092))
            server = lab.keep(sockets.accept(listener))
            exchange(client, server)
            pairs.append((client, server))
        time.sleep(2)
        shell(lab.host, "conntrack -F")
        for client, _ in pairs:
            client.sendall(b"after a while")
        ends = [read(client) for client, _ in pairs]
        expect.true(f"they end in errors: {ends}", set(ends) <= {"TimeoutError", "timeout", "OSError"})
        case.names("client", lab.client, "172.17.0.2", "timeout-retransmit", least="certain", count=3, says=("keepalive",))


@mechanism("ovh/overthebox-feeds#846, ppp-project/ppp#48, EHfive/einat-ebpf#19",
           "PPPoE at home carries 1492, and a site is deaf to ICMP: \"some websites hang\"", beside=GIVES_UP)
def pppoe(case):
    with Lab("client home isp server", "home isp") as lab:
        lab.cable(lab.client, "eth0", "192.168.1.2/24", lab.home, "lan", "192.168.1.1/24")
        lab.cable(lab.home, "ppp0", "10.64.0.2/24", lab.isp, "bras", "10.64.0.1/24", mtu=1492)
        lab.cable(lab.isp, "net", "10.2.0.1/24", lab.server, "eth0", "10.2.0.2/24")
        for host, line in ((lab.client, "default via 192.168.1.1"), (lab.home, "default via 10.64.0.1"),
                           (lab.isp, "192.168.1.0/24 via 10.64.0.2"), (lab.server, "default via 10.2.0.1")):
            routes(host, line)
        rules(lab.server, "table ip fw { chain i { type filter hook input priority 0; "
              "icmp type destination-unreachable drop; }; }")
        lab.keep(Bytes(lab.server))

        def loads():
            return ask(lab.client, "10.2.0.2", get=20000, timeout=15).ok
        results = asks(*[((lab.client, "10.2.0.2"), {"get": size, "timeout": 20}) for size in (20000, 5000, 3000)])
        expect.true("they hang", not any(result.ok for result in results))
        case.names("client", lab.client, "10.2.0.2", RECEIVE)
        case.names("server", lab.server, "192.168.1.2", SEND, least="likely")
        case.names("isp", lab.isp, "192.168.1.2", FORWARD, least="certain")
        # What the client is told to type on a gateway, typed on its own router.
        case.remedy(lab.client, "10.2.0.2", RECEIVE, "nft ", loads, where=lab.home)


@mechanism("ceph/ceph#15535, esnet/iperf#955, ithewei/libhv#566",
           "jumbo frames on two hosts, and a switch between them that carries 1500",
           today=dict.fromkeys(NEWER, "silent"), beside=GIVES_UP, why=WHY_FIN_WAITS)
def jumbo(case):
    with Lab("one two") as lab:
        lab.cable(lab.one, "eth0", "10.1.0.2/24", lab.two, "eth0", "10.1.0.3/24", mtu=9000)
        hole(lab.one, "eth0", 1500)
        hole(lab.two, "eth0", 1500)
        lab.keep(Bytes(lab.two))

        def loads():
            return ask(lab.one, "10.1.0.3", put=60000, timeout=15).ok
        results = asks(*[((lab.one, "10.1.0.3"), {"put": size, "timeout": 20}) for size in (60000, 30000, 20000)])
        expect.true("they hang", not any(result.ok for result in results))
        case.names("one", lab.one, "10.1.0.3", SEND, least="likely")
        case.probes(lab.one, "10.1.0.3", "ip route", loads)


@mechanism("projectcalico/calico#3145, kubernetes/kubernetes#88986, flannel-io/flannel#1279",
           "an offload spoils checksums: SYNs arrive damaged, and connects take 63 s", today="partly",
           why="What a host drops for its checksum has no cause of its own yet.")
def spoiled(case):
    def policy(packet, way):
        if way == 0 and packet.flags & (SYN | ACK) == SYN:
            at = packet.tcp_at + 16
            yield packet.frame[:at] + bytes([packet.frame[at] ^ 0x55]) + packet.frame[at + 1:], way
            return
        yield packet.frame, way
    with Lab("client bump server") as lab:
        lab.cable(lab.client, "eth0", "10.1.0.2/24", lab.bump, "left", "")
        lab.cable(lab.server, "eth0", "10.1.0.3/24", lab.bump, "right", "")
        Box(lab, lab.bump, "left", "right", policy)
        lab.keep(Bytes(lab.server))
        lab.client.sysctl("ipv4.tcp_syn_retries", 2)
        expect.true("it times out", not ask(lab.client, "10.1.0.3", timeout=30).ok)
        case.names("client", lab.client, "10.1.0.3", "timeout-connect", least="certain")
        case.true("server", "nothing is said of damaged SYNs", tool.findings(lab.server))


@mechanism("acassen/keepalived#2254, #1225", "an address moves to another host, which does not know its connections")
def failover(case):
    with Lab("client one two") as lab:
        lab.lan(lab.client, lab.one, lab.two)
        lab.one.ip("addr add 10.9.0.100/24 dev eth0")
        listener = lab.keep(sockets.listen(lab.one, IPV4, 5432))
        pairs = []
        for _ in range(3):
            client = lab.keep(sockets.connect(lab.client, IPV4, "10.9.0.100", 5432))
            pairs.append((client, lab.keep(sockets.accept(listener))))
            exchange(*pairs[-1])
        lab.one.ip("addr del 10.9.0.100/24 dev eth0")
        lab.two.ip("addr add 10.9.0.100/24 dev eth0")
        lab.client.ip("neigh flush dev eth0")
        for client, _ in pairs:
            client.sendall(b"the next query")
            expect.equal("what the client reads", read(client), "ConnectionResetError")
        case.names("client", lab.client, "10.9.0.100", "peer-lost-connection", least="likely", count=3)
        case.names("two", lab.two, "10.9.0.1", "rst-unknown-connection", severity="notice", count=3)


@mechanism("Nordix/xcluster#43, netdevconf 0x15 on resilient next hops",
           "the router sends live connections to another server of the same address")
def rehashed(case):
    with Lab("client router one two", "router") as lab:
        lab.cable(lab.client, "eth0", "10.1.0.2/24", lab.router, "c", "10.1.0.1/24")
        routes(lab.client, "default via 10.1.0.1")
        for number, server in ((3, lab.one), (4, lab.two)):
            lab.cable(lab.router, f"s{number}", f"10.{number}.0.1/24", server, "eth0", f"10.{number}.0.2/24")
            server.ip("addr add 192.0.2.1/32 dev lo", f"route add default via 10.{number}.0.1")
        routes(lab.router, "192.0.2.1 via 10.3.0.2")
        listener = lab.keep(sockets.listen(lab.one, IPV4, 80))
        pairs = []
        for _ in range(3):
            client = lab.keep(sockets.connect(lab.client, IPV4, "192.0.2.1", 80))
            pairs.append((client, lab.keep(sockets.accept(listener))))
            exchange(*pairs[-1])
        lab.router.ip("route replace 192.0.2.1 via 10.4.0.2")
        for client, _ in pairs:
            client.sendall(b"the next request")
            expect.equal("what the client reads", read(client), "ConnectionResetError")
        case.names("client", lab.client, "192.0.2.1", "peer-lost-connection", least="likely", count=3)
        case.names("two", lab.two, "10.1.0.2", "rst-unknown-connection", severity="notice", count=3, says=("balancer",))
        case.not_wrong("router", lab.router)


@mechanism("vincentbernat/network-lab#5, pfsense/pfsense#3162",
           "a neighbour does not answer ARP: connects fail after three seconds")
def no_neighbour(case):
    with Lab("client server") as lab:
        lab.lan(lab.client, lab.server)
        lab.server.ip("link set eth0 down")
        for _ in range(2):
            result = ask(lab.client, "10.9.0.2", timeout=15)
            expect.true(f"no route to host: {result}", "No route" in result.error)
        case.tells("client", lab.client, "10.9.0.2", "neighbour|ARP", wait=1)


@mechanism("cesanta/mongoose#3561, chipsenkbeil/distant#229, OpenVPN/openvpn-gui#274",
           "a connection's own address is gone from this host", today="partly",
           why="Whether its address is still this host's is not asked when a connection ends.")
def address_gone(case):
    with Lab("client server") as lab:
        lab.lan(lab.client, lab.server)
        lab.client.ip("addr add 10.9.0.50/24 dev eth0")
        lab.client.sysctl("ipv4.tcp_retries2", 3)
        listener = lab.keep(sockets.listen(lab.server, IPV4, 22))
        client = sockets.make(lab.client, IPV4)
        client.bind(("10.9.0.50", 0))
        client.connect(("10.9.0.2", 22))
        server = lab.keep(sockets.accept(listener))
        exchange(lab.keep(client), server)
        lab.client.ip("addr del 10.9.0.50/24 dev eth0")
        try:
            client.sendall(b"keys that are typed")
            end = read(client)
        except OSError as error:
            end = type(error).__name__
        expect.true(f"it ends in an error: {end}", isinstance(end, str))
        case.tells("client", lab.client, "10.9.0.2", "10.9.0.50", "no longer|gone", wait=1)


@mechanism("NixOS/infra#147, NICMx/Jool#321, phpipam/phpipam#2553, wl500g/wl500g#198",
           "a tunnel carries 1280 bytes of IPv6, and ICMPv6 does not come through", beside=GIVES_UP)
def six_in_four(case):
    with Lab("client gateway server", "gateway") as lab:
        lab.cable(lab.client, "eth0", "fd00:1::2/64 10.1.0.2/24", lab.gateway, "c", "fd00:1::1/64 10.1.0.1/24")
        lab.cable(lab.gateway, "s", "fd00:2::1/64 10.2.0.1/24", lab.server, "eth0", "fd00:2::2/64 10.2.0.2/24")
        routes(lab.client, "default via fd00:1::1", "default via 10.1.0.1")
        routes(lab.server, "default via fd00:2::1", "default via 10.2.0.1")
        rules(lab.client, "table netdev narrow { chain i { type filter hook ingress device eth0 priority 0; "
              "ip6 length > 1240 drop; }; }")
        lab.keep(Bytes(lab.server, address="::"))
        expect.true("IPv4 works", ask(lab.client, "10.2.0.2", get=20000).ok)
        results = asks(*[((lab.client, "fd00:2::2"), {"get": size, "timeout": 20}) for size in (20000, 5000, 3000)])
        expect.true("IPv6 hangs", not any(result.ok for result in results))
        case.names("server", lab.server, "fd00:1::2", SEND, least="likely")
        case.names("client", lab.client, "fd00:2::2", RECEIVE)
        case.remedy(lab.server, "fd00:1::2", SEND, "sysctl -w net.ipv4.tcp_mtu_probing=1",
                    lambda: ask(lab.client, "fd00:2::2", get=20000, timeout=20).ok)


@mechanism("security software, NetworkPolicy, a firewall of the host's own",
           "a host's own OUTPUT chain rejects its program's connects with a RST")
def own_output(case):
    with Lab("client server") as lab:
        lab.lan(lab.client, lab.server)
        lab.keep(Bytes(lab.server))
        rules(lab.client, "table ip filter { chain OUTPUT { type filter hook output priority 0; "
              "tcp dport 80 reject with tcp reset; }; }")
        expect.true("it is refused", not ask(lab.client, "10.9.0.2", timeout=10).ok)
        case.names("client", lab.client, "10.9.0.2", "rst-firewall", severity="notice", least="certain")
        case.not_wrong("server", lab.server)


@mechanism("two hosts with one address (DHCP, cloned VMs)", "another host answers for the server's address from now on")
def duplicate_address(case):
    with Lab("client server clone") as lab:
        lab.lan(lab.client, lab.server)
        switch = lab.namespaces[-1]
        lab.cable(switch, "p3", "", lab.clone, "eth0", "10.9.0.2/24", offload=True)
        switch.ip("link set p3 master br0")

        def answers(host):
            """From now on it is that one who answers for the address."""
            mac = host.run("ip", "-br", "link", "show", "eth0").stdout.split()[2]
            lab.client.ip(f"neigh replace 10.9.0.2 lladdr {mac} dev eth0")
        answers(lab.server)
        listener = lab.keep(sockets.listen(lab.server, IPV4, 80))
        client = lab.keep(sockets.connect(lab.client, IPV4, "10.9.0.2", 80))
        server = lab.keep(sockets.accept(listener))
        exchange(client, server)
        answers(lab.clone)
        client.sendall(b"the next request")
        expect.equal("what the client reads", read(client), "ConnectionResetError")
        case.names("client", lab.client, "10.9.0.2", "peer-lost-connection", least="likely", says=("another host",))
        case.names("clone", lab.clone, "10.9.0.1", "rst-unknown-connection", severity="notice")

# SPDX-License-Identifier: GPL-2.0
"""Gateways, tunnels, containers: what a host says of what only passes through it."""
import socket
import threading

from lib import expect, sockets, tool
from lib.box import Box
from lib.field import mechanism
from lib.lab import Bytes, Lab, ask, asks, conntrack_max, hole, needs, routes, rules, shell
from lib.scenario import IPV4

SEND, RECEIVE, FORWARD = "blackhole-send", "blackhole-receive", "blackhole-forward"
# How programs give up that wait in vain, and what that draws.
GIVES_UP = ("peer-aborted", "rst-data-after-close")
SIZES = (20000, 5000, 3000)
DEAF = "table ip fw { chain i { type filter hook input priority 0; icmp type destination-unreachable drop; }; }"
MASQUERADE = 'table ip nat { chain p { type nat hook postrouting priority 100; oifname "%s" masquerade; }; }'
CLAMP = "nft 'add table"


def downloads(host, address, *sizes, verb="get", timeout=20):
    return asks(*[((host, address), {verb: size, "timeout": timeout}) for size in sizes])


def hang(results):
    expect.equal("transfers that got through", [result for result in results if result.ok], [])


@mechanism("coder/envbox#167, docker-library/docker#471, moby/moby#22297, actions/actions-runner-controller#393",
           "docker0 has 1500 in a pod of 1450, and the site is deaf to ICMP", today="partly", beside=GIVES_UP,
           why="The pod sees no large packet: the node before it drops them, and says so.")
def docker_in_pod(case):
    with Lab("container pod node site", "pod node") as lab:
        lab.pod.ip("link add docker0 type bridge", "link set docker0 up", "addr add 172.17.0.1/16 dev docker0")
        lab.cable(lab.container, "eth0", "172.17.0.2/16", lab.pod, "veth1", "")
        lab.pod.ip("link set veth1 master docker0")
        lab.cable(lab.pod, "eth0", "10.244.0.5/24", lab.node, "cali1", "10.244.0.1/24", mtu=1450)
        lab.cable(lab.node, "eth0", "10.3.0.1/24", lab.site, "eth0", "10.3.0.2/24")
        routes(lab.container, "default via 172.17.0.1")
        routes(lab.pod, "default via 10.244.0.1")
        for host in (lab.pod, lab.node):
            rules(host, MASQUERADE % "eth0")
        rules(lab.site, DEAF)
        lab.keep(Bytes(lab.site))
        hang(downloads(lab.container, "10.3.0.2", *SIZES))
        case.names("node", lab.node, "10.244.0.5", FORWARD, least="certain")
        case.names("site", lab.site, "10.3.0.1", SEND, least="likely")
        case.names("container", lab.container, "10.3.0.2", RECEIVE)
        case.names("pod", lab.pod, "172.17.0.2", FORWARD, wait=2)
        case.remedy(lab.node, "10.244.0.5", FORWARD, CLAMP, lambda: ask(lab.container, "10.3.0.2", get=20000, timeout=15).ok)


@mechanism("OpenStack's routers, pods with dockerd: found beside coder/envbox#167",
           "two gateways in one kernel", beside=GIVES_UP)
def two_gateways(case):
    with Lab("client g1 g2 server", "g1 g2") as lab:
        lab.cable(lab.client, "eth0", "10.1.0.2/24", lab.g1, "c", "10.1.0.1/24")
        lab.cable(lab.g1, "x", "10.3.0.1/24", lab.g2, "x", "10.3.0.2/24")
        lab.cable(lab.g2, "s", "10.2.0.1/24", lab.server, "eth0", "10.2.0.2/24")
        for host, line in ((lab.client, "default via 10.1.0.1"), (lab.g1, "default via 10.3.0.2"),
                           (lab.g2, "10.1.0.0/24 via 10.3.0.1"), (lab.server, "default via 10.2.0.1")):
            routes(host, line)
        hole(lab.client, "eth0", 1400)
        lab.keep(Bytes(lab.server))
        hang(downloads(lab.client, "10.2.0.2", *SIZES))
        case.names("g1", lab.g1, "10.1.0.2", FORWARD, least="likely", wait=2)
        case.names("g2", lab.g2, "10.1.0.2", FORWARD, least="likely", wait=2)


@mechanism("openssl/openssl#27557 (a hello of 1551 bytes), any POST",
           "the hole is in one direction; the client's first message fills a segment and arrives", beside=GIVES_UP)
def one_way(case):
    with Lab("client gateway server", "gateway") as lab:
        lab.cable(lab.client, "eth0", "10.1.0.2/24", lab.gateway, "c", "10.1.0.1/24")
        lab.cable(lab.gateway, "s", "10.2.0.1/24", lab.server, "eth0", "10.2.0.2/24")
        routes(lab.client, "default via 10.1.0.1")
        routes(lab.server, "default via 10.2.0.1")
        hole(lab.client, "eth0", 1400)
        lab.keep(Bytes(lab.server))

        def session(down):
            with lab.client:
                sock = socket.socket()
            with sock:
                sock.settimeout(20)
                try:
                    sock.connect(("10.2.0.2", 80))
                    sock.sendall(b"PUT 1800\n" + b"y" * 1800)
                    expect.equal("upload", sock.recv(16), b"OK\n")
                    sock.sendall(b"GET %d\n" % down)
                    while sock.recv(65536):
                        pass
                except OSError:
                    pass
        threads = [threading.Thread(target=session, args=(size,)) for size in SIZES]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        case.names("gateway", lab.gateway, "10.1.0.2", FORWARD, wait=2)


@mechanism("eblocker/eblocker#293, cilium/cilium#48784",
           "a gateway sees one direction only, and a hole is behind it", today="silent", beside=GIVES_UP,
           why="Who sees one direction only does not know what was acknowledged.")
def one_direction(case):
    with Lab("client gateway server", "gateway") as lab:
        lab.cable(lab.client, "eth0", "10.1.0.2/24", lab.gateway, "c", "10.1.0.1/24")
        lab.cable(lab.gateway, "s", "10.2.0.1/24", lab.server, "eth0", "10.2.0.2/24")
        lab.cable(lab.client, "eth1", "10.5.0.2/24", lab.server, "eth1", "10.5.0.3/24")
        lab.server.ip("addr add 198.51.100.1/32 dev lo", "route add 198.51.100.9 via 10.2.0.1")
        lab.client.ip("addr add 198.51.100.9/32 dev lo", "route add 198.51.100.1 via 10.5.0.3 src 198.51.100.9")
        routes(lab.gateway, "198.51.100.9 via 10.1.0.2")
        hole(lab.client, "eth0", 1400)
        lab.keep(Bytes(lab.server, address="198.51.100.1"))
        hang(downloads(lab.client, "198.51.100.1", *SIZES))
        case.names("gateway", lab.gateway, "198.51.100.9", FORWARD, wait=2)


@mechanism("xelerance/Openswan#85, moby/moby#26419, opnsense/core#3674",
           "two gateways with ESP policies and no interface; the ends are deaf to ICMP", today="partly", beside=GIVES_UP)
def ipsec(case):
    with Lab("pc left right server", "left right") as lab:
        lab.cable(lab.pc, "eth0", "10.1.0.2/24", lab.left, "lan", "10.1.0.1/24")
        lab.cable(lab.left, "wan", "203.0.113.1/24", lab.right, "wan", "203.0.113.2/24")
        lab.cable(lab.right, "lan", "10.2.0.1/24", lab.server, "eth0", "10.2.0.2/24")
        for host, line in ((lab.pc, "default via 10.1.0.1"), (lab.server, "default via 10.2.0.1"),
                           (lab.left, "default via 203.0.113.2"), (lab.right, "default via 203.0.113.1")):
            routes(host, line)
        for host, me, other, mine, theirs in ((lab.left, "203.0.113.1", "203.0.113.2", "10.1.0.0/24", "10.2.0.0/24"),
                                              (lab.right, "203.0.113.2", "203.0.113.1", "10.2.0.0/24", "10.1.0.0/24")):
            for src, dst in ((me, other), (other, me)):
                shell(host, f"ip xfrm state add src {src} dst {dst} proto esp spi {1 if src.endswith('1') else 2} reqid 1 mode tunnel "
                      f""
                      f"auth-trunc 'hmac(sha256)' 0x{'3c' * 32} 128 enc 'cbc(aes)' 0x{'4d' * 32}")
            shell(host, f"ip xfrm policy add src {mine} dst {theirs} dir out tmpl src {me} dst {other} proto esp reqid 1 mode tunnel; "
                  f""
                  f"for way in in fwd; do ip xfrm policy add src {theirs} dst {mine} dir $way tmpl src {other} dst {me} proto esp "
                  "reqid 1 mode tunnel; done")
        for host in (lab.pc, lab.server):
            rules(host, DEAF)
        lab.keep(Bytes(lab.server))
        expect.true("what is small passes", ask(lab.pc, "10.2.0.2", get=500).ok)
        hang(downloads(lab.pc, "10.2.0.2", *SIZES) + downloads(lab.pc, "10.2.0.2", 20000, 5000, verb="put"))
        case.names("server", lab.server, "10.1.0.2", SEND, least="likely")
        case.names("pc", lab.pc, "10.2.0.2", SEND, least="likely")
        case.names("right", lab.right, "10.1.0.2", FORWARD, least="certain")
        case.names("left", lab.left, "10.2.0.2", FORWARD)

        def both():
            return all(result.ok for result in downloads(lab.pc, "10.2.0.2", 20000) + downloads(lab.pc, "10.2.0.2", 20000, verb="put"))
        case.remedy(lab.right, "10.1.0.2", FORWARD, CLAMP, both)


@mechanism("ipspace/netlab#1985, aws/amazon-vpc-cni-k8s#665, jpetazzo/pipework#68, kubeovn/kube-ovn#4254",
           "a container's eth0 has a larger MTU than the other end of its own veth", beside=GIVES_UP)
def veth_mtu(case):
    with Lab("container node server", "node") as lab:
        lab.cable(lab.container, "eth0", "10.1.0.2/24", lab.node, "cali1", "10.1.0.1/24")
        lab.node.ip("link set cali1 mtu 1400")
        lab.cable(lab.node, "s", "10.2.0.1/24", lab.server, "eth0", "10.2.0.2/24")
        routes(lab.container, "default via 10.1.0.1")
        routes(lab.server, "default via 10.2.0.1")
        lab.keep(Bytes(lab.server))
        hang(downloads(lab.container, "10.2.0.2", *SIZES, verb="put", timeout=25))
        case.names("container", lab.container, "10.2.0.2", "device-mtu-drop", least="certain", wait=2)
        case.names("server", lab.server, "10.1.0.2", RECEIVE)


@mechanism("cloudnativelabs/kube-router#630",
           "IPVS sends by a tunnel to the real server; the answers come directly", beside=GIVES_UP)
def ipvs_tunnel(case):
    vip = "192.0.2.10"
    with Lab("client director real", "director real") as lab:
        needs(lab.director, "ipvsadm")
        lab.cable(lab.client, "eth0", "10.1.0.2/24", lab.director, "c", "10.1.0.1/24")
        lab.cable(lab.director, "r", "10.2.0.1/24", lab.real, "eth0", "10.2.0.2/24")
        lab.director.ip(f"addr add {vip}/32 dev lo")
        shell(lab.real, f"ip addr add {vip}/32 dev lo; modprobe ipip; ip link set tunl0 up; "
              "sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.tunl0.rp_filter=0")
        lab.cable(lab.real, "eth1", "10.5.0.2/24", lab.client, "eth1", "10.5.0.1/24")
        routes(lab.client, f"{vip} via 10.1.0.1")
        routes(lab.real, "10.1.0.0/24 via 10.5.0.1")
        shell(lab.director, f"modprobe ip_vs; ipvsadm -A -t {vip}:80 -s rr && ipvsadm -a -t {vip}:80 -r 10.2.0.2:80 -i")
        rules(lab.client, DEAF)
        lab.keep(Bytes(lab.real))
        expect.true("what is small passes", ask(lab.client, vip, put=200).ok)
        hang(downloads(lab.client, vip, *SIZES, verb="put"))
        case.names("client", lab.client, vip, SEND, least="likely")
        case.names("real server", lab.real, "10.1.0.2", RECEIVE)
        case.names("director", lab.director, "10.2.0.2", FORWARD)


@mechanism("NixOS/nixpkgs#12987, adobe-platform/porter#124", "a gateway's conntrack table is full, and it drops SYNs", today="partly",
           why="A full conntrack table has no cause of its own yet.")
def table_full(case):
    with Lab("client gateway server", "gateway") as lab:
        lab.cable(lab.client, "eth0", "10.1.0.2/24", lab.gateway, "c", "10.1.0.1/24")
        lab.cable(lab.gateway, "s", "10.2.0.1/24", lab.server, "eth0", "10.2.0.2/24")
        routes(lab.client, "default via 10.1.0.1")
        routes(lab.server, "default via 10.2.0.1")
        rules(lab.gateway, "table ip f { chain f { type filter hook forward priority 0; ct state established accept; }; }")
        lab.client.sysctl("ipv4.tcp_syn_retries", 1)
        listener = lab.keep(sockets.listen(lab.server, IPV4, 80))
        before = conntrack_max()
        conntrack_max(4)
        try:
            ends = []
            for _ in range(7):
                try:
                    lab.keep(sockets.connect(lab.client, IPV4, "10.2.0.2", 80))
                    lab.keep(sockets.accept(listener))
                except OSError as error:
                    ends.append(error)
                    break
        finally:
            conntrack_max(before)
        expect.true("one is not answered", ends)
        case.names("client", lab.client, "10.2.0.2", "timeout-connect")
        case.true("gateway", "nothing is said", any("conntrack" in row["cause"] for row in tool.findings(lab.gateway)))


@mechanism("MicrosoftDocs/azure-docs#29476, radsecproxy/radsecproxy#80",
           "a firewall lets later fragments pass only after the first, and the network turns their order round")
def disorder(case):
    held, seen = {}, set()

    def passes(packet):
        """Stateful for fragments, without putting them together."""
        name = packet.ip[4:6]
        if not packet.offset & 0x1fff:
            seen.add(name)
        return name in seen

    def policy(packet, way):
        if way or not packet.length or not packet.offset & 0x3fff:
            yield packet.frame, way
            return
        name = packet.ip[4:6]
        if not packet.offset & 0x1fff and name[1] % 2:
            held[name] = packet  # its first piece comes last
            return
        for piece in (packet, held.pop(name, None)):
            if piece and passes(piece):
                yield piece.frame, way
    with Lab("nas bump radius") as lab:
        lab.cable(lab.nas, "eth0", "10.1.0.2/24", lab.bump, "left", "")
        lab.cable(lab.radius, "eth0", "10.1.0.3/24", lab.bump, "right", "")
        Box(lab, lab.bump, "left", "right", policy)
        lab.radius.sysctl("ipv4.ipfrag_time", 3)
        ends = []
        for host, port in ((lab.radius, 1812), (lab.nas, 50000)):
            with host:
                ends.append(lab.keep(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)))
            ends[-1].bind(("0.0.0.0", port))
            ends[-1].settimeout(0.5)
        came = 0
        for _ in range(10):
            ends[1].sendto(b"x" * 1700, ("10.1.0.3", 1812))
            try:
                came += len(ends[0].recv(4096)) > 0
            except OSError:
                pass
        expect.within("datagrams that came", came, 1, 9)
        case.names("radius", lab.radius, "10.1.0.2", "fragment-lost", count=10 - came, wait=15)

# SPDX-License-Identifier: GPL-2.0
"""A tunnel whose own MTU is wrong, and a gateway that puts together what it cannot send on."""
import contextlib
import socket
import threading

from lib import expect, wireguard
from lib.box import PACKET_OUTGOING, Packet
from lib.field import mechanism
from lib.lab import Bytes, Lab, ask, asks, routes, rules, shell

SEND, RECEIVE, FORWARD = "blackhole-send", "blackhole-receive", "blackhole-forward"
# How programs give up that wait in vain, and what that draws.
GIVES_UP = ("peer-aborted", "rst-data-after-close")
SIZES = (20000, 5000, 3000)
CLAMP = "nft 'add table"
PORT = 51820


class Cloud(Lab):
    """phone - a cloud's network - VPN server - web. What fills the tunnel becomes 1480 bytes outside, and the server's link
    carries 1460: it cuts them in two, and the cloud drops the pieces that `pieces` (of nft) names."""

    def __init__(self, pieces):
        super().__init__("phone fabric vpn web", "fabric vpn")
        self.cable(self.phone, "eth0", "10.1.0.2/24", self.fabric, "p", "10.1.0.1/24")
        self.cable(self.vpn, "eth0", "10.2.0.2/24", self.fabric, "v", "10.2.0.1/24", mtu=1460)
        self.cable(self.vpn, "eth1", "10.3.0.1/24", self.web, "eth0", "10.3.0.2/24")
        rules(self.fabric, f"table ip cloud {{ chain f {{ type filter hook forward priority 0; ip frag-off & {pieces} != 0 drop; }}; }}")
        routes(self.vpn, "10.1.0.0/24 via 10.2.0.1")
        routes(self.phone, "10.2.0.2 via 10.1.0.1")
        (mine, my_key), (theirs, their_key) = wireguard.keys(), wireguard.keys()
        wireguard.link(self.phone, "wg0", "10.8.0.2/24", 1420, mine, (their_key, ("10.2.0.2", PORT), ["0.0.0.0/0"]))
        wireguard.link(self.vpn, "wg0", "10.8.0.1/24", 1420, theirs, (my_key, None, ["10.8.0.2/32"]))
        routes(self.phone, "default dev wg0")
        rules(self.vpn, 'table ip nat { chain p { type nat hook postrouting priority 100; oifname "eth1" masquerade; }; }')
        self.keep(Bytes(self.web))
        expect.true("what is small passes", ask(self.phone, "10.3.0.2", get=500).ok)

    def hang(self):
        results = asks(*[((self.phone, "10.3.0.2"), {"get": size, "timeout": 25}) for size in SIZES])
        expect.equal("transfers that got through", [result for result in results if result.ok], [])

    def loads(self):
        return ask(self.phone, "10.3.0.2", get=20000, timeout=20).ok


@mechanism("wg-easy/wg-easy#1027, angristan/wireguard-install#122",
           "WireGuard with its default of 1420 over a cloud's link of 1460 that carries no fragments", beside=GIVES_UP)
def wg_cloud(case):
    with Cloud("0x3fff") as lab:
        lab.hang()
        case.names("vpn", lab.vpn, "10.8.0.2", FORWARD, least="likely")
        case.names("phone", lab.phone, "10.3.0.2", RECEIVE)
        case.names("web", lab.web, "10.3.0.1", SEND, least="likely")
        if case.remedy(lab.vpn, "10.8.0.2", FORWARD, CLAMP, lab.loads):
            shell(lab.vpn, "nft delete table ip tcpwhy_clamp")
        case.probes(lab.vpn, "10.8.0.2", "ip route", lab.loads)


@mechanism("wg-easy/wg-easy#1027, MicrosoftDocs/azure-docs#29476",
           "the same where only the pieces without ports are dropped: the phone gets the first of each", beside=GIVES_UP)
def wg_pieces(case):
    with Cloud("0x1fff") as lab:
        lab.hang()
        case.names("vpn", lab.vpn, "10.8.0.2", FORWARD, least="likely")
        case.names("phone", lab.phone, "10.3.0.2", RECEIVE, beside=("fragment-lost",))
        case.names("phone's tunnel", lab.phone, "10.2.0.2", "fragment-lost", beside=(RECEIVE,), wait=40)
        case.names("web", lab.web, "10.3.0.1", SEND, least="likely")


class Teller(threading.Thread):
    """Answers what comes in here and is larger than 1500 bytes: 1500 is the most."""

    def __init__(self, namespace, dev, router):
        super().__init__(daemon=True)
        self.router = router
        with namespace:
            self.port = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self.port.bind((dev, 3))
        self.port.settimeout(0.2)
        self.told, self.stopped = 0, False
        self.start()

    def run(self):
        while not self.stopped:
            with contextlib.suppress(TimeoutError, OSError):
                frame, where = self.port.recvfrom(70000)
                packet = Packet(frame)
                if where[2] != PACKET_OUTGOING and packet.length > 1500:
                    self.port.send(packet.too_big(1500, self.router))
                    self.told += 1

    def close(self):
        self.stopped = True
        self.join()
        self.port.close()


def joins(case, tells, word):
    """Super-packets cross the cable as they left the server's TCP: what LRO would make of them."""
    with Lab("client gateway server", "gateway") as lab:
        lab.cable(lab.client, "eth0", "10.1.0.2/24", lab.gateway, "c", "10.1.0.1/24")
        lab.cable(lab.gateway, "s", "10.2.0.1/24", lab.server, "eth0", "10.2.0.2/24", offload=True)
        routes(lab.client, "default via 10.1.0.1")
        routes(lab.server, "default via 10.2.0.1")
        rules(lab.gateway, "table ip lro { chain f { type filter hook forward priority 0; meta length > 1500 drop; }; }")
        teller = lab.keep(Teller(lab.gateway, "s", "10.2.0.1")) if tells else None
        lab.keep(Bytes(lab.server))
        results = asks(*[((lab.client, "10.2.0.2"), {"get": size, "timeout": 40}) for size in (100000, 100000, 5000)])
        expect.true(f"all that is asked for comes in the end: {results}", all(result.ok for result in results))
        expect.true("the gateway said so", not tells or teller.told)
        case.tells("server", lab.server, "10.1.0.2", word, never=(SEND,), wait=1)


@mechanism("google/gvisor#14011", "a gateway joins segments (LRO), and drops what that makes; each time-out lets one through",
           today="silent",
           why="Each segment arrives at last, by itself: nothing vanishes for good, and no connection ends.")
def lro_drops(case):
    joins(case, False, "LRO|lro")


@mechanism("vmware/open-vm-tools#166, moby/moby#32023",
           "a gateway joins segments (LRO), and says that 1500 is the most, to whom sends no more", today="silent",
           why="Each segment arrives at last, by itself: nothing vanishes for good, and no connection ends.")
def lro_tells(case):
    joins(case, True, "1500")

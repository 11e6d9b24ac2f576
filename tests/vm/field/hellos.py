# SPDX-License-Identifier: GPL-2.0
"""A ClientHello of TLS that does not fit into one segment: is it too large for the path, or does a box not like it?"""
import struct
import subprocess
import time

from lib import expect, sockets, typed
from lib.box import Box
from lib.field import mechanism
from lib.lab import Lab
from lib.scenario import IPV4
from lib.web import Web

SEND, RECEIVE, CONTENT = "blackhole-send", "blackhole-receive", "dropped-by-content"
# How programs give up that wait in vain, and what that draws.
GIVES_UP = ("peer-aborted", "rst-data-after-close")
SERVER, CLIENT = "10.1.0.3", "10.1.0.2"
PROBING = "sysctl -w net.ipv4.tcp_mtu_probing=1"


def hello(size):
    """The bytes of a record that is a ClientHello of that size, as far as a box looks."""
    return b"\x16\x03\x01" + struct.pack("!H", size - 5) + b"\x01" + struct.pack("!I", size - 9)[1:] + b"\x03\x03" + bytes(size - 11)


def wants_it_whole(packet, way):
    """What a box does that does not put together what it looks into."""
    data = packet.payload
    if way == 0 and len(data) > 9 and data[0] == 0x16 and data[5] == 1 and 5 + struct.unpack("!H", data[3:5])[0] > len(data):
        return
    yield packet.frame, way


def carries_1400(packet, way):
    """Of TCP. The echoes of a probe pass, so that it cannot tell."""
    if packet.length <= 1400 or not packet.ports:
        yield packet.frame, way


class Boxed(Lab):
    """client - a box in the wire - server."""

    def __init__(self, policy):
        super().__init__("client bump server")
        self.cable(self.client, "eth0", f"{CLIENT}/24", self.bump, "left", "")
        self.cable(self.server, "eth0", f"{SERVER}/24", self.bump, "right", "")
        Box(self, self.bump, "left", "right", policy)


def told_apart(case, lab, connects):
    """At first it may be the size, or the hello. What is printed for that is typed, and the next connects tell."""
    connects()
    case.not_wrong("client", lab.client)
    case.not_wrong("server", lab.server)
    text = case.story(lab.client, SERVER, SEND)
    case.true("client", "a box that wants all of a ClientHello is not spoken of", "ClientHello" in text)
    for row in [row for row in case.remedies_of(lab.client, SERVER, SEND) if row["command"] == PROBING]:
        typed.paste(lab.client, row["command"])
    connects()
    case.names("client", lab.client, SERVER, CONTENT, beside=(SEND,))
    case.not_wrong("server", lab.server)


@mechanism("golang/go#70047, canonical/lxd#14839, tldr.fail",
           "a box drops the segment in which a post-quantum ClientHello is not complete", beside=GIVES_UP)
def client_hello(case):
    with Boxed(wants_it_whole) as lab:
        listener = lab.keep(sockets.listen(lab.server, IPV4, 443))

        def connects():
            for _ in range(2):
                client = lab.keep(sockets.connect(lab.client, IPV4, SERVER, 443))
                lab.keep(sockets.accept(listener))
                client.sendall(hello(1790))
            time.sleep(15)
        told_apart(case, lab, connects)


class Quantum(Boxed):
    """curl and nginx with OpenSSL 3.5: a key share of a post-quantum algorithm makes two segments of the hello."""

    def __enter__(self):
        super().__enter__()
        version = self.client.run("openssl", "version").stdout.split()[1]
        if tuple(map(int, version.split(".")[:2])) < (3, 5):
            raise expect.Lacking(f"OpenSSL {version} has no post-quantum key share")
        self.keep(Web(self.server, 443, tls=True))
        return self

    def gets(self, number=1, patience=20):
        """How many of these succeed that begin two seconds apart."""
        programs = []
        for _ in range(number):
            programs.append(self.client.start("curl", "-sk", "--noproxy", "*", "-o", "/dev/null", "-m", patience * expect.PATIENCE,
                                              f"https://{SERVER}/", stderr=subprocess.DEVNULL))
            time.sleep(2)
        return sum(program.wait() == 0 for program in programs)


@mechanism("openssl/openssl#27557, golang/go#80573",
           "curl with a post-quantum key share over a path that carries 1400", beside=GIVES_UP,
           today={"trixie": ("right", "partly"), "backports": ("right", "partly")},
           why="tcp_mtu_probing, typed, does not always help within curl's minute.")
def pq_curl(case):
    with Quantum(carries_1400) as lab:
        expect.equal("those that get through", lab.gets(3), 0)
        # It may as well be a box that wants the hello whole, until smaller packets are tried.
        case.names("client", lab.client, SERVER, SEND, says=("ClientHello",))
        case.names("server", lab.server, CLIENT, RECEIVE)
        case.remedy(lab.client, SERVER, SEND, PROBING, lambda: lab.gets(patience=60) == 1)


@mechanism("openssl/openssl#27557, tldr.fail", "curl with a post-quantum key share by a box that wants the hello whole",
           beside=GIVES_UP)
def pq_box(case):
    with Quantum(wants_it_whole) as lab:
        told_apart(case, lab, lambda: expect.equal("those that get through", lab.gets(3), 0))

# SPDX-License-Identifier: GPL-2.0
"""WireGuard by generic netlink: wg(8) is in no root."""
import os
import socket
import struct

from . import expect
from .genl import CTRL_GETFAMILY, GENL_ID_CTRL, Genl, attr, nest, u8

# enum wg_cmd, wgdevice_attribute, wgpeer_attribute and wgallowedip_attribute of linux/wireguard.h
SET_DEVICE = 1
IFNAME, PRIVATE_KEY, LISTEN_PORT, PEERS = 2, 3, 6, 8
PEER_PUBLIC_KEY, PEER_ENDPOINT, PEER_ALLOWEDIPS = 1, 4, 9
ALLOWEDIP_FAMILY, ALLOWEDIP_ADDRESS, ALLOWEDIP_BITS = 1, 2, 3
CTRL_FAMILY_ID, CTRL_FAMILY_NAME = 1, 2

PRIME = 2 ** 255 - 19


def x25519(secret, u=9):
    """RFC 7748, section 5."""
    k = int.from_bytes(secret, "little") & ~7 & ~(1 << 255) | 1 << 254
    x2, z2, x3, z3, swapped = 1, 0, u, 1, 0
    for at in reversed(range(255)):
        bit = k >> at & 1
        if swapped ^ bit:
            x2, x3, z2, z3 = x3, x2, z3, z2
        swapped = bit
        plus, minus = (x2 + z2) ** 2 % PRIME, (x2 - z2) ** 2 % PRIME
        left, right = (x3 - z3) * (x2 + z2) % PRIME, (x3 + z3) * (x2 - z2) % PRIME
        x3, z3 = (left + right) ** 2 % PRIME, u * (left - right) ** 2 % PRIME
        x2, z2 = plus * minus % PRIME, (plus - minus) * (minus + 121666 * (plus - minus)) % PRIME
    if swapped:
        x2, z2 = x3, z3
    return (x2 * pow(z2, PRIME - 2, PRIME) % PRIME).to_bytes(32, "little")


def keys():
    """(private, public)"""
    private = os.urandom(32)
    return private, x25519(private)


def _allowed(prefix):
    address, _, bits = prefix.partition("/")
    return nest(0, attr(ALLOWEDIP_FAMILY, struct.pack("=H", socket.AF_INET)), attr(ALLOWEDIP_ADDRESS, socket.inet_aton(address)),
                u8(ALLOWEDIP_BITS, int(bits)))


def _peer(public, endpoint, prefixes):
    parts = [attr(PEER_PUBLIC_KEY, public), nest(PEER_ALLOWEDIPS, *map(_allowed, prefixes))]
    if endpoint:
        address, port = endpoint
        parts.append(attr(PEER_ENDPOINT, struct.pack("=H", socket.AF_INET) + struct.pack("!H", port) + socket.inet_aton(address) +
                          bytes(8)))
    return nest(0, *parts)


def link(namespace, dev, address, mtu, private, *peers):
    """A tunnel; each peer is (public key, (address, port) or None, [prefix]). Of IPv4."""
    done = namespace.run("ip", "link", "add", dev, "type", "wireguard", check=False)
    if done.returncode:
        raise expect.Lacking(f"no WireGuard: {done.stderr.strip()}")
    namespace.ip(f"addr add {address} dev {dev}", f"link set {dev} mtu {mtu} up")
    genl = Genl(namespace)
    try:
        answer = genl.ask(CTRL_GETFAMILY, attr(CTRL_FAMILY_NAME, b"wireguard\0"), family=GENL_ID_CTRL)
        expect.equal("WireGuard's family", answer.error, 0)
        number = struct.unpack("=H", dict(answer.replies[0][1])[CTRL_FAMILY_ID])[0]
        answer = genl.ask(SET_DEVICE, attr(IFNAME, dev.encode() + b"\0") + attr(PRIVATE_KEY, private) +
                          attr(LISTEN_PORT, struct.pack("=H", 51820)) + nest(PEERS, *[_peer(*peer) for peer in peers]), family=number)
        expect.equal(f"WireGuard's answer ({answer.text})", answer.error, 0)
    finally:
        genl.close()

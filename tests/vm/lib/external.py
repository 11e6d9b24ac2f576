# SPDX-License-Identifier: GPL-2.0
"""Tunnels in external mode: tc, or a bridge, tells packet by packet where the tunnel leads (a metadata dst)."""
from . import expect
from .scenario import IPV4, IPV6

KEY = 7
DEVICE = "tun"
# Which address family carries it, and whether it carries frames or packets.
OUTER = {"gre": IPV4, "ipip": IPV4, "ip6gre": IPV6, "ip6tnl": IPV6, "vxlan": IPV4, "geneve": IPV4}
PORTS = {"vxlan": 4789, "geneve": 6081}


def make(namespace, kind, *more):
    """The device; nothing leads to it yet."""
    port = ("dstport", PORTS[kind]) if kind in PORTS else ()
    done = namespace.run("ip", "link", "add", DEVICE, "type", kind, "external", *port, *more, check=False)
    if done.returncode:
        raise expect.Lacking(f"no {kind} in external mode: {done.stderr.strip()}")


def feed(namespace, dev, family, kind, here, there):
    """Segments that would leave by `dev` take the tunnel from `here` to `there` instead.

    Not by flower: on 5.10 that looks into tunnels, and what they carry would go round and round.
    """
    namespace.run("tc", "qdisc", "add", "dev", dev, "clsact")
    port = ("dst_port", PORTS[kind]) if kind in PORTS else ()
    done = namespace.run("tc", "filter", "add", "dev", dev, "egress", "protocol", "ipv6" if family.six else "ip",
                         "u32", "match", "ip6" if family.six else "ip", "protocol", 6, "0xff", "action", "tunnel_key", "set", "src_ip", here,
                         "dst_ip", there, "id", KEY, "nocsum", *port, "pipe", "action", "mirred", "egress", "redirect", "dev", DEVICE, check=False)
    if done.returncode:
        raise expect.Lacking(f"no tunnel_key: {done.stderr.strip()}")

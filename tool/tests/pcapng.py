# SPDX-License-Identifier: GPL-2.0
"""A reader of pcapng by its specification, knowing nothing of the tool's writer."""
import struct

SECTION, INTERFACE, PACKET = 0x0a0d0d0a, 1, 6
MAGIC = 0x1a2b3c4d


class Wrong(Exception):
    """It is not what the specification says."""


def must(condition, what):
    if not condition:
        raise Wrong(what)


def options(order, data):
    """{code: bytes} of a block's tail."""
    found = {}
    while data:
        code, size = struct.unpack(order + "HH", data[:4])
        if code == 0:
            must(size == 0 and len(data) == 4, "opt_endofopt is the last, and empty")
            return found
        must(code not in found, f"option {code} is there once")
        found[code] = data[4:4 + size]
        must(not any(data[4 + size:4 + size + -size % 4]), "padding is zero")
        data = data[4 + size + -size % 4:]
    raise Wrong("no opt_endofopt")


def blocks(data):
    """(byte order, type, body) of each; half a block at the end is wrong."""
    order = None
    while data:
        must(len(data) >= 12, f"{len(data)} bytes too many at the end")
        if data[:4] == struct.pack("<I", SECTION):  # the same in both orders
            order = "<" if data[8:12] == struct.pack("<I", MAGIC) else ">"
            must(data[8:12] == struct.pack(order + "I", MAGIC), "byte-order magic")
        must(order, "a section comes first")
        kind, size = struct.unpack(order + "II", data[:8])
        must(size % 4 == 0 and 12 <= size <= len(data), f"length {size} of block {kind:#x}")
        must(data[size - 4:size] == data[4:8], f"length at the end of block {kind:#x}")
        yield order, kind, data[8:size - 4]
        data = data[size:]


def read(data):
    """The section's options, the interfaces, the packets."""
    section, interfaces, packets = None, [], []
    for order, kind, body in blocks(data):
        if kind == SECTION:
            must(section is None, "one section")
            must(struct.unpack(order + "HHq", body[4:16]) == (1, 0, -1), "version 1.0")
            section = options(order, body[16:])
        elif kind == INTERFACE:
            linktype, reserved, snaplen = struct.unpack(order + "HHI", body[:8])
            must(reserved == 0, "reserved field of an interface")
            interfaces.append({"linktype": linktype, "snaplen": snaplen,
                               "options": options(order, body[8:])})
        elif kind == PACKET:
            number, high, low, captured, original = struct.unpack(order + "5I", body[:20])
            must(number < len(interfaces), f"interface {number} is there before its packet")
            must(captured <= original, f"{captured} bytes captured of {original}")
            end = 20 + captured + -captured % 4
            must(end <= len(body), "the packet's bytes are in its block")
            must(not any(body[20 + captured:end]), "padding of a packet is zero")
            found = options(order, body[end:])
            packets.append({"interface": number, "when": high << 32 | low,
                            "bytes": body[20:20 + captured], "original": original,
                            "comment": found.get(1, b"").decode("utf-8"),
                            "flags": struct.unpack(order + "I", found.get(2, bytes(4)))[0],
                            "dropped": struct.unpack(order + "Q", found.get(4, bytes(8)))[0]})
        else:
            raise Wrong(f"block {kind:#x}")
    must(section is not None, "a section")
    return section, interfaces, packets

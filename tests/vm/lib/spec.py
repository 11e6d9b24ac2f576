# SPDX-License-Identifier: GPL-2.0
"""uapi/tcpwhy.yaml as a decoder: what the numbers of a netlink message mean."""
import os
import re
import runpy
import socket
import struct

from .genl import attrs

TOP = os.path.join(os.path.dirname(__file__), "..", "..", "..")
INTEGERS = {"u8": "=B", "u16": "=H", "u32": "=I", "u64": "=Q", "s32": "=i"}


def _read(path):
    with open(os.path.join(TOP, path)) as file:
        return file.read()


def _text(data):
    """A byte that is no UTF-8 becomes U+FFFD."""
    return re.sub("[\udc80-\udcff]", "\ufffd", data.rstrip(b"\0").decode(errors="surrogateescape"))


def _address(data):
    return socket.inet_ntop(socket.AF_INET if len(data) == 4 else socket.AF_INET6, data)


def _numbered(entries):
    """{number: entry}: one that says no number has the number after the last one's."""
    found, number = {}, 0
    for entry in entries:
        number = entry.get("value", number)
        found[number] = entry
        number += 1
    return found


class Spec:
    """`enums`: {name: {number: word}}; `evidence`: the names of evidence as programs print them."""

    def __init__(self):
        parse = runpy.run_path(os.path.join(TOP, "tests/abi/spec.py"))["parse_yaml"]
        spec = parse(_read("uapi/tcpwhy.yaml"))
        kinds = [each for each in spec["definitions"] if "entries" in each]
        self.enums = {each["name"]: {number: entry["name"] for number, entry in _numbered(each["entries"]).items()}
                      for each in kinds}
        self.flags = {each["name"] for each in kinds if each["type"] == "flags"}
        self.sets = {each["name"]: _numbered(each["attributes"]) for each in spec["attribute-sets"]}
        self.commands = {entry["name"]: number for number, entry in _numbered(spec["operations"]["list"]).items()}
        names = dict(re.findall(r'\[TCPWHY_A_EVIDENCE_(\w+)\] = "(\w+)"', _read("uapi/evidence_names.h")))
        self.evidence = {each["name"]: names[each["name"].upper().replace("-", "_")]
                         for each in self.sets["evidence"].values() if each["type"] not in ("unused", "pad")}

    def decode(self, name, found):
        """{attribute: value} of a set; a list where there may be several. Enums stay numbers."""
        values = {}
        for kind, data in found:
            attribute = self.sets[name][kind]
            if attribute["type"] == "pad":
                continue
            value = self._value(attribute, data)
            if attribute.get("multi-attr"):
                values.setdefault(attribute["name"], []).append(value)
            else:
                values[attribute["name"]] = value
        return values

    def _value(self, attribute, data):
        kind = attribute["type"]
        if kind == "nest":
            return self.decode(attribute["nested-attributes"], attrs(data))
        if kind == "string":
            return _text(data)
        if kind == "binary":
            return _address(data) if len(data) in (4, 16) else data
        return struct.unpack(INTEGERS[kind], data)[0]

    def words(self, enum, value):
        """Of an enum the word, of flags a list of them."""
        known = self.enums[enum]
        if enum not in self.flags:
            return known[value]
        return [word for bit, word in known.items() if value >> bit & 1]

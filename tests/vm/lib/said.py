# SPDX-License-Identifier: GPL-2.0
"""What `tcpwhy list -J -a` and `tcpwhy status -J` print, asked by this very process: to start a program costs far more.

The runner holds it against the tool's own words (lib/agree.py).
"""
import contextlib
import ctypes
import functools
import os
import socket
import struct
import time

from . import expect
from .genl import DUMP, Genl
from .netns import LIBC
from .spec import Spec

# The tool's words where the spec has others.
WORDS = {"origin": {"raw": "raw-socket", "packet": "packet-socket"}}
NUMBERS = {"syn-changed"}  # the tool prints these bits as a number
CGROUPS = "/sys/fs/cgroup"
FILEID_KERNFS = 0xfe  # enum fid_type in include/linux/exportfs.h: the handle of a cgroup is its id

_spec = functools.lru_cache(maxsize=None)(Spec)


def _ask(namespace, command, flags=0):
    with contextlib.closing(Genl(namespace)) as sock:
        expect.true(f"{namespace.name}: tcpwhy is loaded", sock.resolve())
        answer = sock.ask(_spec().commands[command], flags=flags)
    what = f"{namespace.name}: {command}"
    expect.equal(what, f"{os.strerror(answer.error)} {answer.text}" if answer.error else "", "")
    return [_spec().decode("message", found) for _, found in answer.replies]


def _iso(boot_ns):
    """A time of CLOCK_BOOTTIME on the wall's clock."""
    wall = time.clock_gettime_ns(time.CLOCK_REALTIME) - time.clock_gettime_ns(time.CLOCK_BOOTTIME) + boot_ns
    local = time.localtime(wall // 10**9)
    zone = time.strftime("%z", local)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', local)}.{wall // 10**6 % 1000:03d}{zone[:3]}:{zone[3:]}"


def _cgroup_path(number):
    """None where that cgroup has gone."""
    handle = struct.pack("=IiQ", 8, FILEID_KERNFS, number)
    mount = os.open(CGROUPS, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    fd = LIBC.open_by_handle_at(mount, ctypes.create_string_buffer(handle, len(handle)), os.O_PATH | os.O_CLOEXEC)
    os.close(mount)
    if fd < 0:
        return None
    try:
        return os.readlink(f"/proc/self/fd/{fd}")[len(CGROUPS):] or "/"
    finally:
        os.close(fd)


def _evidence(values):
    found = {}
    for attribute in _spec().sets["evidence"].values():
        name = attribute["name"]
        if name not in values:
            continue
        value, enum = values[name], attribute.get("enum")
        if enum and name not in NUMBERS:
            value = _spec().words(enum, value)
            value = WORDS.get(enum, {}).get(value, value) if isinstance(value, str) else value
        found[_spec().evidence[name]] = value
        if name == "cgroup":
            path = _cgroup_path(value)
            found.update({} if path is None else {"cgroup_path": path})
    return found


def _row(peer, finding):
    enums = _spec().enums
    return {
        "peer": peer["address"],
        "cause": enums["cause-id"][finding["cause"]],
        "count": finding["count"],
        "severity": enums["severity"][finding["severity"]],
        "confidence": enums["confidence"][finding["confidence"]],
        "first": _iso(finding["first"]),
        "last": _iso(finding["last"]),
        "rate": finding["rate"] / 1000,
        "lport": finding.get("lport"),
        "rport": finding.get("rport"),
        "netns": peer["netns"],
        "evidence": _evidence(finding.get("evidence", {})),
    }


def _order(pair):
    """As the tool sorts them: the worst first."""
    peer, finding = pair
    six = ":" in peer["address"]
    return (*(-finding[name] for name in ("severity", "rate", "count", "last")), six,
            socket.inet_pton(socket.AF_INET6 if six else socket.AF_INET, peer["address"]), finding["cause"])


def findings(namespace):
    """All of a namespace, those of severity info as well."""
    found = [(peer, finding) for peer in (reply["peer"] for reply in _ask(namespace, "get-peers", DUMP))
             for finding in peer.get("finding", ())]
    return [_row(*pair) for pair in sorted(found, key=_order)]


def _named(rows, **enums):
    """Attributes of a nest by their names, those of `enums` as words."""
    return [{key.replace("-", "_"): _spec().words(enums[key], value) if key in enums else value
             for key, value in row.items()} for row in rows]


def status(namespace):
    found = _ask(namespace, "get-status")[0]["status"]
    sources = _named(found.get("source", ()), state="source-state")
    sums = _named(found.get("reconcile", ()))
    for row in sums:
        row["left_over"] = row["kernel"] - row["attributed"]
    numbers = ("netns", "peers", "peers-max", "peers-here", "evicted", "flows-max", "memory")
    return {
        "version": found["version"],
        **{name.replace("-", "_"): found[name] for name in numbers},
        "loaded": _iso(found["loaded"]),
        "watched_s": (found["now"] - found["loaded"]) // 10**6 / 1000,
        "lean": bool(found["lean"]),
        "blind": any(row["state"] == "blind" for row in sources),
        "sources": [{"error": 0, "shows": None, **row} for row in sources],
        "causes": _named(found.get("cause", ()), severity="severity", coverage="coverage"),
        "reconcile": sums,
        "counters": _named(found.get("counter", ())),
        "unnamed": _named(found.get("unnamed", ())),
    }

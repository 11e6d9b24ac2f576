# SPDX-License-Identifier: GPL-2.0
"""Tables in docs that are made of what ran: kernels, causes, and the place between two marks."""
import os
import re

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..")
KERNELS = (("bullseye", "5.10"), ("bookworm", "6.1"), ("trixie", "6.12"), ("backports", "7.x"))


def causes():
    with open(os.path.join(TOP, "uapi", "linux", "tcpwhy.h")) as header:
        return re.findall(r"@TCPWHY_CAUSE_\w+: \(([a-z0-9-]+)\)", header.read())


def rewrite(path, begin, text, end, dry=False):
    """Puts the text between the marks, unless `dry`; whether that changes the file."""
    with open(path) as doc:
        old = doc.read()
    head, rest = old.split(begin)
    new = head + begin + "\n" + text + "\n\n" + end + rest.split(end)[1]
    if new != old and not dry:
        with open(path, "w") as doc:
            doc.write(new)
    return new != old

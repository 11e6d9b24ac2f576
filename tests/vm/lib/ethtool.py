# SPDX-License-Identifier: GPL-2.0
"""What `ethtool -K` does, by this very process."""
import array
import fcntl
import socket
import struct

SIOCETHTOOL = 0x8946
SETTERS = (0x1f, 0x24, 0x2c)  # ETHTOOL_STSO, ETHTOOL_SGSO, ETHTOOL_SGRO


def offload(end, on):
    """Whether a device puts packets together, and cuts them."""
    with end.namespace, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        for setter in SETTERS:
            value = array.array("I", (setter, int(on)))
            fcntl.ioctl(sock, SIOCETHTOOL, struct.pack("16sP16x", end.dev.encode(), value.buffer_info()[0]))

# SPDX-License-Identifier: GPL-2.0
"""A read that stops half way, with its socket locked, until it is let go: userfaultfd(2)."""
import array
import ctypes
import errno
import fcntl
import mmap
import os
import select
import struct

from . import expect
from .netns import LIBC

NR_USERFAULTFD = 323  # x86-64
UFFD_API = 0xaa
UFFDIO_API = 0xc018aa3f
UFFDIO_REGISTER = 0xc020aa00
UFFDIO_ZEROPAGE = 0xc020aa04
MODE_MISSING = 1
PAGE = mmap.PAGESIZE


class Held:
    """receive() into its page blocks in the kernel, in the middle of recv(), until release()."""

    def __enter__(self):
        self.page = mmap.mmap(-1, PAGE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        self.address = ctypes.addressof(ctypes.c_char.from_buffer(self.page))
        self.fd = LIBC.syscall(NR_USERFAULTFD, os.O_CLOEXEC | os.O_NONBLOCK)
        if self.fd < 0:
            code = ctypes.get_errno()
            if code == errno.ENOSYS:
                raise expect.Lacking("no userfaultfd, to hold a socket with")
            raise OSError(code, "userfaultfd: " + os.strerror(code))
        self._control(UFFDIO_API, UFFD_API, 0, 0)
        self._control(UFFDIO_REGISTER, self.address, PAGE, MODE_MISSING, 0)
        self.held = True
        return self

    def _control(self, request, *words):
        fcntl.ioctl(self.fd, request, array.array("Q", words))

    def receive(self, sock):
        LIBC.recv(sock.fileno(), ctypes.c_void_p(self.address), PAGE, 0)

    def wait(self):
        """Until the read has come upon the page."""
        ready, _, _ = select.select([self.fd], [], [], expect.DEADLINE)
        expect.true("the read comes upon the page that is not there", ready)
        event = os.read(self.fd, 32)
        expect.equal("event", event[0], 0x12)
        expect.equal("page", struct.unpack("Q", event[16:24])[0] & ~(PAGE - 1), self.address)

    def release(self):
        if self.held:
            self.held = False
            self._control(UFFDIO_ZEROPAGE, self.address, PAGE, 0, 0)

    def __exit__(self, *_):
        try:
            self.release()
        except OSError:
            pass  # nobody was held
        os.close(self.fd)

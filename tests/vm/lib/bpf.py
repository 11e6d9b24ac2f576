# SPDX-License-Identifier: GPL-2.0
"""A few BPF programs, written by hand and loaded by the system call: no compiler and no library is needed."""
import contextlib
import ctypes
import os
import resource
import struct

from . import expect
from .netns import LIBC

SYS_BPF = 321  # x86-64
# enum bpf_cmd, bpf_map_type, bpf_prog_type, bpf_attach_type of linux/bpf.h
MAP_CREATE, MAP_UPDATE_ELEM, PROG_LOAD, PROG_ATTACH, LINK_CREATE = 0, 2, 5, 8, 28
SOCKMAP = 15
SK_SKB, SK_LOOKUP = 14, 30
STREAM_PARSER, STREAM_VERDICT, LOOKUP = 4, 5, 36
MAP_LOOKUP_ELEM, SK_RELEASE, SK_ASSIGN = 1, 86, 124  # enum bpf_func_id
PASS = 1  # SK_PASS
PSEUDO_MAP_FD = 1
R0, R1, R2, R3, R6, R7, R10 = 0, 1, 2, 3, 6, 7, 10


def call(command, *parts):
    attr = ctypes.create_string_buffer(b"".join(parts).ljust(128, b"\0"))
    result = LIBC.syscall(SYS_BPF, command, attr, len(attr))
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


def insn(code, dst=0, src=0, off=0, imm=0):
    return struct.pack("=BBhi", code, src << 4 | dst, off, imm)


def move(dst, src):
    return insn(0xbf, dst, src)


def value(dst, imm):
    return insn(0xb7, dst, imm=imm)


def helper(number):
    return insn(0x85, imm=number)


EXIT = insn(0x95)


def load(kind, attach, *insns):
    """A program's descriptor; Lacking where the kernel knows no such kind."""
    program = ctypes.create_string_buffer(b"".join(insns))
    licence, log = ctypes.create_string_buffer(b"GPL"), ctypes.create_string_buffer(65536)
    try:
        return call(PROG_LOAD, struct.pack("=IIQQIIQI", kind, len(program) // 8, ctypes.addressof(program),
                                           ctypes.addressof(licence), 1, len(log), ctypes.addressof(log), 0),
                    bytes(4 + 16 + 4), struct.pack("=I", attach))
    except OSError as error:
        if log.value:
            raise RuntimeError(f"{error}: {log.value.decode()}") from error
        raise expect.Lacking(f"no such BPF program: {error.strerror}") from error


def sockmap():
    return call(MAP_CREATE, struct.pack("=IIII", SOCKMAP, 4, 8, 1))


def put(map_fd, sock):
    key, entry = (ctypes.create_string_buffer(data) for data in (bytes(4), struct.pack("=Q", sock.fileno())))
    call(MAP_UPDATE_ELEM, struct.pack("=IIQQQ", map_fd, 0, ctypes.addressof(key), ctypes.addressof(entry), 0))


@contextlib.contextmanager
def memory():
    """Up to 5.10 maps and programs are charged to RLIMIT_MEMLOCK."""
    before = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    resource.setrlimit(resource.RLIMIT_MEMLOCK, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_MEMLOCK, before)


@contextlib.contextmanager
def steered(namespace, listener):
    """Each connection to this namespace that asks for a listener gets this one."""
    chosen = sockmap()
    put(chosen, listener)
    program = load(
        SK_LOOKUP, LOOKUP, move(R6, R1), insn(0x62, R10, off=-4, imm=0), move(R2, R10), insn(0x07, R2, imm=-4),
        insn(0x18, R1, PSEUDO_MAP_FD, imm=chosen), insn(0), helper(MAP_LOOKUP_ELEM),
        insn(0x15, R0, off=7, imm=0),  # none there: pass
        move(R7, R0), move(R1, R6), move(R2, R7), value(R3, 0), helper(SK_ASSIGN), move(R1, R7), helper(SK_RELEASE),
        value(R0, PASS), EXIT)
    link = call(LINK_CREATE, struct.pack("=IIII", program, namespace.fd, LOOKUP, 0))
    try:
        yield
    finally:
        for fd in (link, program, chosen):
            os.close(fd)


@contextlib.contextmanager
def passed_on():
    """A function that puts a socket into a map whose programs pass all that comes on to it."""
    sockets = sockmap()
    parser = load(SK_SKB, 0, insn(0x61, R0, R1), EXIT)  # skb->len: each is a message
    verdict = load(SK_SKB, 0, value(R0, PASS), EXIT)
    for program, attach in ((parser, STREAM_PARSER), (verdict, STREAM_VERDICT)):
        call(PROG_ATTACH, struct.pack("=IIII", sockets, program, attach, 0))
    try:
        yield lambda sock: put(sockets, sock)
    finally:
        for fd in (verdict, parser, sockets):
            os.close(fd)

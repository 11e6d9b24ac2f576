/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_PCAPNG_H
#define TCPWHY_PCAPNG_H

#include <stddef.h>
#include <stdint.h>

/* Of any text and of a packet's bytes that many are written, and the rest is cut off. */
#define PCAPNG_TEXT_MAX 1024
#define PCAPNG_BYTES_MAX 1024

/* Which way a packet went, as in bits 0 and 1 of epb_flags. */
enum pcapng_direction {
	PCAPNG_DIRECTION_UNKNOWN,
	PCAPNG_INBOUND,
	PCAPNG_OUTBOUND,
};

struct pcapng_packet {
	uint32_t interface;		/* as they were written, from 0 */
	enum pcapng_direction direction;
	uint64_t when;			/* nanoseconds since 1970 */
	const uint8_t *bytes;
	size_t captured;		/* how many of them there are */
	size_t original;		/* how many there were on the wire */
	uint64_t dropped;		/* packets lost since the one before */
	const char *comment;		/* UTF-8 */
};

/*
 * The blocks of a pcapng file (draft-ietf-opsawg-pcapng). Each is written at
 * once, so that the file can be read at any time. All give 0, or -1 with errno;
 * a regular file then ends with the block before, and not amid this one.
 */
int pcapng_section(int fd, const char *program);
/*
 * What an interface carries: IP packets, or what Wireshark calls exported PDUs:
 * tags that say how to show the bytes behind them. Numbers of tcpdump.org's list.
 */
enum pcapng_link {
	PCAPNG_RAW_IP = 101,
	PCAPNG_EXPORTED = 252,
};

int pcapng_interface(int fd, enum pcapng_link link, const char *name, const char *description);
int pcapng_packet(int fd, const struct pcapng_packet *packet);

#endif

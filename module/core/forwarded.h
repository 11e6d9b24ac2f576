/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A connection of two other hosts as their gateway sees it: does what one of them sends get
 * acknowledged by the other?
 */
#ifndef TCPWHY_CORE_FORWARDED_H
#define TCPWHY_CORE_FORWARDED_H

#include "core/stall.h"

/* Bytes of the smallest IP packet that is large: a full one of the default MSS (RFC 9293, 3.7.1) */
#define TCPWHY_FORWARDED_LARGE	576

/**
 * struct tcpwhy_way - what one end sends, and the other acknowledges
 * @stall: of its first segment that is not acknowledged
 * @una: sequence number of that
 * @nxt: the one after the last that was forwarded
 * @sacked_to: the end of what was acknowledged selectively
 * @sacked: bytes of the IP packet that was, if it is smaller than a full one; 0: none
 * @delivered: acknowledgments of something new
 * @segs: segments with data, repeated ones as well
 * @heard_ms: when new data came last, milliseconds of CLOCK_BOOTTIME
 * @counted_ms: when a repetition was counted last
 * @large: there is a large segment that is not acknowledged: @large_seq to @large_end. It is full,
 *	or larger than %TCPWHY_ANYWHERE
 * @large_seq: the first such
 * @large_end: the one after its last byte
 * @large_size: bytes of the IP packet that it makes
 * @small: there is a smaller one, which ends at @small_end
 * @small_end: the latest such
 * @small_size: bytes of the IP packet that it makes
 * @passes: bytes of the largest IP packet that was acknowledged, but for full ones
 * @clear: a full segment has arrived: this way, large ones pass
 * @fin: its end was sent
 * @mss: largest payload that the receiver asks for
 * @ttl: TTL or hop limit of the sender's first packet
 * @told: how often this host answered the segment at @told_seq that it is too big
 * @told_seq: the first such
 * @told_size: bytes of the IP packet that it makes
 * @told_mtu: MTU that the answer names
 * @told_since_ms: the first answer
 * @told_ms: the latest
 * @told_named: it was counted
 */
struct tcpwhy_way {
	struct tcpwhy_stall stall;
	u32 una;
	u32 nxt;
	u32 sacked_to;
	u32 sacked;
	u32 delivered;
	u32 segs;
	u32 heard_ms;
	u32 counted_ms;
	u32 large_seq;
	u32 large_end;
	u32 large_size;
	u32 small_end;
	u32 small_size;
	u32 passes;
	u32 told_seq;
	u32 told_size;
	u32 told_mtu;
	u32 told_since_ms;
	u32 told_ms;
	u16 told;
	u16 mss;
	bool large;
	bool small;
	bool clear;
	bool fin;
	bool told_named;
	u8 ttl;
};

/**
 * struct tcpwhy_forwarded - a connection
 * @ways: what the client sends, and what the server does
 * @open: its handshake was seen, both ways through this host
 * @odd: a segment had another TTL than its sender's first
 * @skipped: only large segments of one way were looked at lately: the rest is as it was before
 * @since_ms: when it began to be followed
 * @last_ms: when a segment of it came last
 */
struct tcpwhy_forwarded {
	struct tcpwhy_way ways[2];
	bool open;
	bool odd;
	bool skipped;
	u32 since_ms;
	u32 last_ms;
};

/**
 * struct tcpwhy_passing - a segment on its way through this host
 * @packet: its headers
 * @size: bytes of each IP packet that it makes on the wire
 * @piece: bytes of payload in each
 * @mtu: of the route that it takes
 * @hello: it begins a ClientHello of TLS that goes on in the next segment
 */
struct tcpwhy_passing {
	const struct tcpwhy_packet *packet;
	u32 size;
	u32 piece;
	u32 mtu;
	bool hello;
};

/**
 * enum tcpwhy_follow - what a segment says of its connection
 * @TCPWHY_FOLLOW_ON: nothing yet
 * @TCPWHY_FOLLOW_STALLED: what it carries was sent before, and is not acknowledged
 * @TCPWHY_FOLLOW_LARGE: full segments arrive one way. Of the other way the next large one is
 *	worth a look, and nothing else is
 * @TCPWHY_FOLLOW_DONE: full segments arrive both ways, or it is over: there is no more to learn
 * @TCPWHY_FOLLOW_AS_BEFORE: whatever it was
 */
enum tcpwhy_follow {
	TCPWHY_FOLLOW_ON,
	TCPWHY_FOLLOW_STALLED,
	TCPWHY_FOLLOW_LARGE,
	TCPWHY_FOLLOW_DONE,
	TCPWHY_FOLLOW_AS_BEFORE,
};

void tcpwhy_forwarded_open(struct tcpwhy_forwarded *f, const struct tcpwhy_packet *syn_ack,
			   u16 client_mss, u8 client_ttl, u32 now_ms);
enum tcpwhy_follow tcpwhy_forwarded_segment(struct tcpwhy_forwarded *f, u32 way,
					    const struct tcpwhy_passing *seg, u32 now_ms);
bool tcpwhy_forwarded_told(struct tcpwhy_forwarded *f, u32 way, const struct tcpwhy_passing *seg,
			   u32 now_ms);
u32 tcpwhy_forwarded_unclear(const struct tcpwhy_forwarded *f);
bool tcpwhy_forwarded_is_stuck(const struct tcpwhy_forwarded *f, u32 now_ms);

#endif /* TCPWHY_CORE_FORWARDED_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a receiver sees of packets that vanish for their size: bytes are missing, and what
 * was sent after them has come, in smaller segments.
 */
#ifndef TCPWHY_CORE_HOLE_H
#define TCPWHY_CORE_HOLE_H

#include "core/packet.h"

/**
 * struct tcpwhy_gap - what of a connection has come, at a look
 * @nxt: sequence number that is expected next
 * @missing: bytes from there to the first that came out of order; 0: nothing is missing
 * @most: bytes of payload that the largest segment beyond may have had at most
 * @least: bytes that it had at least
 * @several: there are several of one size, that is no little message's
 * @fin: the peer's FIN is among them
 * @too_many: there are more than are worth a look
 * @cramped: the program has not read what came, and room for more is short
 * @received: bytes that came in order
 * @segments: segments with data that came, in order or not
 * @rcv_mss: the kernel's estimate of the peer's segments, tcp_measure_rcv_mss()
 * @advmss: payload that we allowed the peer in a segment, options taken off
 * @peer_mss: the same that the peer allowed us; as a rule it sends no more itself
 * @options: bytes of options that every segment has
 * @headers: bytes of IP and TCP headers, with those options
 * @pmtu: path MTU as the connection knows it
 * @quiet_ms: since data came in order
 * @speaks_first: nothing was sent to the peer yet
 */
struct tcpwhy_gap {
	u32 nxt;
	u32 missing;
	u32 most;
	u32 least;
	bool several;
	bool fin;
	bool too_many;
	bool cramped;
	u64 received;
	u32 segments;
	u32 rcv_mss;
	u32 advmss;
	u32 peer_mss;
	u32 options;
	u32 headers;
	u32 pmtu;
	u32 quiet_ms;
	bool speaks_first;
};

/**
 * struct tcpwhy_hole - memory of one connection; all zero: none
 * @open: it hangs, and what is missing may have vanished for its size
 * @named: it was counted
 * @passed: a segment of full size came through after all, here or elsewhere
 * @hello: what is missing may begin a ClientHello of TLS that goes on in what came: it is all
 *	that one segment of the first message carries
 * @fin: see &struct tcpwhy_gap, as are the next two
 * @nxt: what it hangs at
 * @missing: as of the latest look
 * @size: bytes of the largest IP packet that the peer would send for what is missing
 * @came: bytes of the largest that came beyond
 * @mss: MSS that we advertised
 * @pmtu: as of the latest look
 * @since_ms: the first look
 * @last_ms: the latest
 * @passed_ms: when @passed was seen
 */
struct tcpwhy_hole {
	bool open;
	bool named;
	bool passed;
	bool hello;
	bool fin;
	u32 nxt;
	u32 missing;
	u32 size;
	u32 came;
	u32 mss;
	u32 pmtu;
	u32 since_ms;
	u32 last_ms;
	u32 passed_ms;
};

/*
 * Packets of that size pass everywhere: IPv6 asks for 1280 of each link (RFC 8200, 5), and
 * tunnels take some 60 of it. What is larger may have vanished for its size.
 */
#define TCPWHY_ANYWHERE		1220

/* Of this many bytes, two segments alike are no messages: it is the sender's full size. */
#define TCPWHY_HOLE_MESSAGE	256

/* What is this old is looked at; most of what is lost has been repeated by then. */
#define TCPWHY_HOLE_QUIET_MS	500

/*
 * From the first look on. A sender whose first RTO is 3 s (RFC 6298, 5.7) has repeated its
 * segment twice by the first of these, thrice by the second.
 */
#define TCPWHY_HOLE_MS		3000
#define TCPWHY_HOLE_ALONE_MS	10000

bool tcpwhy_gap_full_came(const struct tcpwhy_gap *gap);
bool tcpwhy_gap_is_suspicious(const struct tcpwhy_gap *gap);
void tcpwhy_hole_note(struct tcpwhy_hole *h, const struct tcpwhy_gap *gap, u32 now_ms);
void tcpwhy_hole_pass(struct tcpwhy_hole *h, u32 now_ms);
bool tcpwhy_hole_passed(const struct tcpwhy_hole *h, u32 now_ms);
bool tcpwhy_hole_counts(const struct tcpwhy_hole *h, u32 now_ms);

#endif /* TCPWHY_CORE_HOLE_H */

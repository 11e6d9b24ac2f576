/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is remembered of a connection whose first unacknowledged segment times out again
 * and again: did nothing get there, or nothing of that size?
 */
#ifndef TCPWHY_CORE_STALL_H
#define TCPWHY_CORE_STALL_H

#include "core/hole.h"
#include "core/packet.h"

/**
 * struct tcpwhy_rto - a connection as its retransmission timer sends a segment again
 * @una: sequence number of the segment
 * @size: bytes of the IP packet it makes
 * @full: it fills the MSS
 * @large: it fills the MSS, or is larger than %TCPWHY_ANYWHERE
 * @fresh: no segment of that size was ever delivered on this connection, by the mean of
 *	those that were
 * @first: nothing of ours was acknowledged since the handshake
 * @heard: the peer has sent data on this connection
 * @hello: it begins a ClientHello of TLS that goes on in the next segment
 * @beyond: it ends beyond the peer's window as that would be without window scaling
 * @delivered: segments acknowledged so far, selectively too
 * @sacked: bytes of the largest IP packet that was acknowledged beyond it; 0: none
 * @rcv_nxt: sequence number that is expected next of the peer
 * @data_segs_in: segments with data that the peer has sent, repeated ones as well
 * @bare_in: segments without data that it has sent
 * @small_lost: bytes of the IP packet of a segment beyond it that is no larger than
 *	%TCPWHY_ANYWHERE, was sent twice, and was not acknowledged, as none was; 0: none
 * @heard_ms: when new data of the peer came last, milliseconds of CLOCK_BOOTTIME
 * @fin_received: the peer's FIN was read
 * @pmtu: path MTU as the connection knows it
 */
struct tcpwhy_rto {
	u32 una;
	u32 size;
	bool full;
	bool large;
	bool fresh;
	bool first;
	bool heard;
	bool hello;
	bool beyond;
	u32 delivered;
	u32 sacked;
	u32 rcv_nxt;
	u32 data_segs_in;
	u32 bare_in;
	u32 small_lost;
	u32 heard_ms;
	bool fin_received;
	u32 pmtu;
};

/**
 * enum tcpwhy_progress - how a stall went on
 * @TCPWHY_STALL_LASTS: not at all
 * @TCPWHY_STALL_PASSED: the same size got through in the end
 * @TCPWHY_STALL_SHRUNK: a smaller size did, without a router having asked for it
 * @TCPWHY_STALL_TOLD: a smaller size did, as a router had asked
 */
enum tcpwhy_progress {
	TCPWHY_STALL_LASTS,
	TCPWHY_STALL_PASSED,
	TCPWHY_STALL_SHRUNK,
	TCPWHY_STALL_TOLD,
};

/**
 * struct tcpwhy_stall - memory of one connection; all zero: none
 * @times: time-outs of the segment at its full size
 * @cut: time-outs of its first bytes in a packet of %TCPWHY_ANYWHERE bytes at most
 * @tries: of all these, after the one that @talked was seen at first
 * @repeated: segments with data that the peer has repeated since the first of these, with no
 *	new data between
 * @bare: segments without data that came since then
 * @una: see &struct tcpwhy_rto, as are those below
 * @size: of the first of these time-outs
 * @full: likewise
 * @large: likewise
 * @fresh: likewise
 * @first: likewise
 * @heard: likewise
 * @hello: likewise
 * @beyond: likewise
 * @bare_in: as of the latest
 * @small_lost: likewise
 * @sacked: likewise
 * @delivered: as of the first
 * @rcv_nxt: as of the latest
 * @data_segs_in: as of the latest
 * @heard_ms: as of the latest
 * @fin_received: as of the latest
 * @pmtu: as of the first
 * @since_ms: the first time-out
 * @last_ms: the latest
 * @tried_ms: the one before: what was sent again then was in vain
 * @talked_ms: the one that @talked was seen at first; the segment was sent again just then
 * @closed_ms: the same of @closed
 * @talked: the peer has sent new data since the first time-out, and repeated none since
 * @closed: it has sent its FIN since then, and did not repeat it after @closed_ms
 * @vain: what was sent again at the latest time-out was in vain, too
 * @closes: its FIN came after the latest time-out, and acknowledges none of what was sent again
 * @late: a smaller one arrived after some time-outs, the first to do so; the segment was sent
 *	again just then
 * @late_tries: of all these time-outs, after that
 * @larger: larger ones got there meanwhile
 * @repeats: it repeats data that was acknowledged, and has sent no new one since: nothing of
 *	ours gets there
 * @named: it was counted
 * @by_content: it was counted as dropped by its content
 * @passed_size: bytes of an IP packet that got through; 0: none is known
 * @passed_ms: when it was known to have
 * @at_once: it had not stalled
 * @shrunk: after many time-outs it got further, but only with smaller segments
 * @told: MTU that a router named, as its packets were too big; 0: none did
 * @told_ms: when that was
 * @hole: of what the peer sends, what is missing
 */
struct tcpwhy_stall {
	u16 times;
	u16 cut;
	u16 tries;
	u16 repeated;
	u16 bare;
	u16 late_tries;
	bool full;
	bool large;
	bool fresh;
	bool first;
	bool heard;
	bool hello;
	bool beyond;
	bool fin_received;
	bool talked;
	bool closed;
	bool repeats;
	bool vain;
	bool closes;
	bool late;
	bool larger;
	bool named;
	bool by_content;
	bool shrunk;
	bool at_once;
	u32 una;
	u32 size;
	u32 bare_in;
	u32 small_lost;
	u32 sacked;
	u32 delivered;
	u32 rcv_nxt;
	u32 data_segs_in;
	u32 heard_ms;
	u32 pmtu;
	u32 since_ms;
	u32 last_ms;
	u32 tried_ms;
	u32 talked_ms;
	u32 closed_ms;
	u32 passed_size;
	u32 passed_ms;
	u32 told;
	u32 told_ms;
	struct tcpwhy_hole hole;
};

/**
 * struct tcpwhy_stalls - the other connections of the same peer
 * @stuck: stall at a large segment too, three time-outs long or more
 * @stuck_long: of these, five or more
 * @shrunk: went on with smaller segments only
 * @content: lose bytes that the peer does not get in small packets either, while it is
 *	known to get others
 * @small_fails: bytes of the smallest IP packet that one of them lost; 0: none is known
 * @crossed: one of them heard the peer while this one was stuck, or the reverse, and
 *	neither got further
 * @met: the handshake of one succeeded while this one was stuck, or the reverse, and neither
 *	had anything acknowledged after it
 * @passed: one of them got this size through, lately
 * @larger: one of them got larger ones through, lately, none of which had stalled
 * @told: a router said of one of them that this size is too big, lately
 * @holes: lack what the peer sent in large segments, too, or did lately
 * @hole_passed: one of them lacked it, and got a full segment after all
 */
struct tcpwhy_stalls {
	u32 stuck;
	u32 stuck_long;
	u32 shrunk;
	u32 content;
	u32 small_fails;
	u32 holes;
	bool met;
	bool crossed;
	bool passed;
	bool larger;
	bool told;
	bool hole_passed;
};

#define TCPWHY_STALL_TIMES	3	/* 1.25 s after the first with the shortest RTO */
#define TCPWHY_STALL_LONG	5	/* 6.3 s */
#define TCPWHY_STALL_PROBED	2	/* MTU probing begins after 3 s, tcp_retries1 */
#define TCPWHY_STALL_CUT	3	/* of these, after three at full size */
#define TCPWHY_STALL_SMALL	7	/* 25 s: a loss of 30 % both ways takes 1 of 200 as often */

/* A listener without our acknowledgment repeats its SYN-ACK after 1 and 3 s (RFC 6298, 2.1). */
#define TCPWHY_STALL_SYNACK_MS	4000

/* Bytes of an acknowledgment: IPv6, TCP, timestamps. */
#define TCPWHY_STALL_ACK	72

enum tcpwhy_progress tcpwhy_stall_progress(struct tcpwhy_stall *s, u32 una, u32 size, u32 pmtu,
					   u32 now_ms);
/* It is over: judged, or its connection is gone. */
static inline void tcpwhy_stall_end(struct tcpwhy_stall *s)
{
	s->times = 0;
}

void tcpwhy_stall_pass(struct tcpwhy_stall *s, u32 size, u32 now_ms);
void tcpwhy_stall_tell(struct tcpwhy_stall *s, u32 mtu, u32 now_ms);
bool tcpwhy_stall_is_told(const struct tcpwhy_stall *s, u32 size, u32 now_ms);
void tcpwhy_stall_note(struct tcpwhy_stall *s, const struct tcpwhy_rto *rto, u32 now_ms);
bool tcpwhy_stall_arrives(struct tcpwhy_stall *s, u32 sacked, u32 delivered, u32 now_ms);
bool tcpwhy_stall_is_late(const struct tcpwhy_stall *s, u32 tries);
bool tcpwhy_stall_wait(struct tcpwhy_stall *s, u32 now_ms);
bool tcpwhy_stall_close(struct tcpwhy_stall *s, bool fin_received);
u8 tcpwhy_stall_life(const struct tcpwhy_stall *s);
u32 tcpwhy_stall_small_fails(const struct tcpwhy_stall *s);
bool tcpwhy_stall_by_content(const struct tcpwhy_stall *s);
void tcpwhy_stalls_add(struct tcpwhy_stalls *others, const struct tcpwhy_stall *s,
		       const struct tcpwhy_stall *other, u32 now_ms);

#endif /* TCPWHY_CORE_STALL_H */

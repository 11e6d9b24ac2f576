// SPDX-License-Identifier: GPL-2.0
#include "core/stall.h"

/* A size that got through so lately is no blackhole, however often it was lost since. */
#define PASSED_MS	600000

/* As long as the kernel remembers it (net.ipv4.route.mtu_expires, net.ipv6.route.mtu_expires). */
#define TOLD_MS		600000

/* Who gets no acknowledgment repeats its data by then (RFC 6298, 2: an RTO of 1 s). */
#define REPEATED_MS	1000

/* In vain so often since the peer was heard: a link that is back may lose one by chance. */
#define TRIES		2

static void begin(struct tcpwhy_stall *s, const struct tcpwhy_rto *rto, u32 now_ms)
{
	s->times = 1;
	s->una = rto->una;
	s->size = rto->size;
	s->full = rto->full;
	s->fresh = rto->fresh;
	s->delivered = rto->delivered;
	s->pmtu = rto->pmtu;
	s->since_ms = now_ms;
	s->talked = false;
	s->closed = false;
	s->repeats = false;
	s->named = false;
}

static void passed(struct tcpwhy_stall *s, u32 now_ms)
{
	s->times = 0;
	s->passed_size = s->size;
	s->passed_ms = now_ms;
}

/**
 * tcpwhy_stall_progress() - did the connection get further?
 * @s: its memory; a stall that is over ends, but for one that shrunk, which is to be judged
 *	and ended by the caller
 * @una: first sequence number that is not acknowledged
 * @size: bytes of its full IP packets now
 * @pmtu: path MTU as it knows it now
 * @now_ms: CLOCK_BOOTTIME
 *
 * Return: &enum tcpwhy_progress
 */
enum tcpwhy_progress tcpwhy_stall_progress(struct tcpwhy_stall *s, u32 una, u32 size, u32 pmtu,
					   u32 now_ms)
{
	if (!s->times || una == s->una)
		return TCPWHY_STALL_LASTS;
	if (size >= s->size || !s->full) {
		passed(s, now_ms);
		return TCPWHY_STALL_PASSED;
	}
	if (pmtu < s->pmtu) {
		s->times = 0;
		return TCPWHY_STALL_TOLD;
	}
	s->shrunk |= s->times >= TCPWHY_STALL_PROBED && (s->fresh || s->named);
	return TCPWHY_STALL_SHRUNK;
}

/**
 * tcpwhy_stall_tell() - a router says that the connection's packets are too big
 * @s: its memory
 * @mtu: what the router can carry
 * @now_ms: CLOCK_BOOTTIME
 */
void tcpwhy_stall_tell(struct tcpwhy_stall *s, u32 mtu, u32 now_ms)
{
	s->told = mtu;
	s->told_ms = now_ms;
	if (!s->last_ms)
		s->last_ms = now_ms; /* it is no empty place any more */
}

/**
 * tcpwhy_stall_is_told() - did a router say, lately, that this is too big?
 * @s: memory of a connection
 * @size: bytes of an IP packet
 * @now_ms: CLOCK_BOOTTIME
 */
bool tcpwhy_stall_is_told(const struct tcpwhy_stall *s, u32 size, u32 now_ms)
{
	return s->told && s->told < size && now_ms - s->told_ms < TOLD_MS;
}

static void hear(struct tcpwhy_stall *s, const struct tcpwhy_rto *rto, u32 now_ms)
{
	bool fin = rto->fin_received && !s->fin_received;
	u32 bytes = rto->rcv_nxt - s->rcv_nxt - fin;

	if (fin) {
		s->closed = true;
		s->closed_ms = now_ms;
	}
	if (bytes) {
		s->talked_ms = s->talked ? s->talked_ms : now_ms;
		s->talked = true;
		s->repeats = false;
	} else if (rto->data_segs_in != s->data_segs_in) {
		s->talked = false;
		s->repeats = true;
	}
}

static void go_on(struct tcpwhy_stall *s, const struct tcpwhy_rto *rto, u32 now_ms)
{
	bool talked = s->talked;

	hear(s, rto, now_ms);
	/* What MTU probing tries meanwhile is another size. */
	if (rto->size < s->size)
		return;
	s->times++;
	s->tries = talked && s->talked ? s->tries + 1 : 0;
	s->tried_ms = s->last_ms;
}

/**
 * tcpwhy_stall_life() - what shows that the peer is there, and smaller segments get through
 * @s: memory of a connection, as of its latest time-out
 *
 * What came counts if the segment was sent again after it, in vain: a link that has been
 * down may be back.
 *
 * Return: bits of &enum tcpwhy_life
 */
u8 tcpwhy_stall_life(const struct tcpwhy_stall *s)
{
	u8 life = 0;

	if (s->sacked && s->sacked < s->size)
		life |= TCPWHY_LIFE_SACK;
	if (s->talked && s->tries >= TRIES && s->last_ms - s->talked_ms >= REPEATED_MS)
		life |= TCPWHY_LIFE_DATA;
	if (s->closed && s->last_ms != s->closed_ms)
		life |= TCPWHY_LIFE_FIN;
	return life;
}

/**
 * tcpwhy_stall_note() - the retransmission timer of a connection has expired
 * @s: memory of the connection; see tcpwhy_stall_progress() first
 * @rto: what it was like then
 * @now_ms: CLOCK_BOOTTIME
 */
void tcpwhy_stall_note(struct tcpwhy_stall *s, const struct tcpwhy_rto *rto, u32 now_ms)
{
	if (rto->sacked >= s->size)
		passed(s, now_ms);
	if (!s->times || s->una != rto->una || s->delivered != rto->delivered)
		begin(s, rto, now_ms);
	else
		go_on(s, rto, now_ms);
	s->last_ms = now_ms;
	s->sacked = rto->sacked;
	s->rcv_nxt = rto->rcv_nxt;
	s->data_segs_in = rto->data_segs_in;
	s->heard_ms = rto->heard_ms;
	s->fin_received = rto->fin_received;
}

static bool is_stuck(const struct tcpwhy_stall *s)
{
	return s->full && !s->shrunk && s->times >= TCPWHY_STALL_TIMES;
}

/*
 * What was sent after the peer was heard: all that @other did since it is stuck, or what both
 * sent again before their latest time-outs. How it goes with the latest is not known yet.
 */
static bool in_vain_since(const struct tcpwhy_stall *other, const struct tcpwhy_stall *s,
			  u32 heard_ms)
{
	return tcpwhy_after(other->since_ms, heard_ms) ||
	       (tcpwhy_after(other->tried_ms, heard_ms) && tcpwhy_after(s->tried_ms, heard_ms));
}

/* Was @other heard while @s was stuck? It has our ACK of that, and full ones were lost since. */
static bool heard_meanwhile(const struct tcpwhy_stall *other, const struct tcpwhy_stall *s,
			    u32 now_ms)
{
	u32 heard_ms = other->talked ? other->talked_ms : other->heard_ms;

	return !other->repeats && tcpwhy_after(heard_ms, s->since_ms) &&
	       now_ms - heard_ms >= REPEATED_MS && in_vain_since(other, s, heard_ms);
}

/**
 * tcpwhy_stalls_add() - another connection of the same peer
 * @others: what is known of those
 * @s: this connection
 * @other: the other
 * @now_ms: CLOCK_BOOTTIME
 */
void tcpwhy_stalls_add(struct tcpwhy_stalls *others, const struct tcpwhy_stall *s,
		       const struct tcpwhy_stall *other, u32 now_ms)
{
	if (other->passed_size >= s->size && now_ms - other->passed_ms < PASSED_MS)
		others->passed = true;
	if (tcpwhy_stall_is_told(other, s->size, now_ms))
		others->told = true;
	if (other->shrunk && now_ms - other->last_ms < PASSED_MS)
		others->shrunk++;
	others->holes += tcpwhy_hole_counts(&other->hole, now_ms);
	others->hole_passed |= tcpwhy_hole_passed(&other->hole, now_ms);
	if (!is_stuck(other))
		return;
	others->stuck++;
	if (other->times >= TCPWHY_STALL_LONG)
		others->stuck_long++;
	if (heard_meanwhile(other, s, now_ms) || heard_meanwhile(s, other, now_ms))
		others->crossed = true;
}

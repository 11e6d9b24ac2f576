// SPDX-License-Identifier: GPL-2.0
#include "core/stall.h"

/* A size that got through so lately is no blackhole, however often it was lost since. */
#define PASSED_MS	600000

/* As long as the kernel remembers it (net.ipv4.route.mtu_expires, net.ipv6.route.mtu_expires). */
#define TOLD_MS		600000

/* Who gets no acknowledgment repeats its data by then (RFC 6298, 2: an RTO of 1 s). */
#define REPEATED_MS	1000

/* So often without an acknowledgment: one may be lost by chance. */
#define REPEATS		2

/*
 * In vain so often since the peer was heard, or a small one arrived: a link that is back may lose
 * one by chance.
 */
#define TRIES		2

static void begin(struct tcpwhy_stall *s, const struct tcpwhy_rto *rto, u32 now_ms)
{
	s->times = 1;
	s->cut = 0;
	s->repeated = 0;
	s->bare = 0;
	s->una = rto->una;
	s->size = rto->size;
	s->full = rto->full;
	s->large = rto->large;
	s->fresh = rto->fresh;
	s->first = rto->first;
	s->heard = rto->heard;
	s->hello = rto->hello;
	s->beyond = rto->beyond;
	s->delivered = rto->delivered;
	s->pmtu = rto->pmtu;
	s->since_ms = now_ms;
	s->talked = false;
	s->closed = false;
	s->late = false;
	s->late_tries = 0;
	s->repeats = false;
	s->larger = false;
	s->named = false;
	s->by_content = false;
}

static void passed(struct tcpwhy_stall *s, u32 now_ms)
{
	s->times = 0;
	s->passed_size = s->size;
	s->passed_ms = now_ms;
	s->at_once = false;
}

/**
 * tcpwhy_stall_pass() - a large packet got through, whether it had stalled or not
 * @s: memory of its connection; a stall is over
 * @size: bytes of the packet
 * @now_ms: CLOCK_BOOTTIME
 */
void tcpwhy_stall_pass(struct tcpwhy_stall *s, u32 size, u32 now_ms)
{
	s->at_once = !s->times;
	s->times = 0;
	s->passed_size = size;
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
	if (size >= s->size || !s->large) {
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

static void count(u16 *sum, u32 more)
{
	*sum = min(*sum + more, (u32)U16_MAX);
}

/* Who repeats his FIN does not have our acknowledgment of it. */
static void hear_fin(struct tcpwhy_stall *s, const struct tcpwhy_rto *rto, u32 now_ms)
{
	u32 bare = rto->bare_in - s->bare_in;

	if (rto->fin_received && (bare || !s->fin_received)) {
		s->closed |= !s->fin_received;
		s->closed_ms = now_ms;
	} else {
		count(&s->bare, bare);
	}
}

static void hear(struct tcpwhy_stall *s, const struct tcpwhy_rto *rto, u32 now_ms)
{
	u32 bytes = rto->rcv_nxt - s->rcv_nxt - (rto->fin_received && !s->fin_received);

	hear_fin(s, rto, now_ms);
	if (bytes) {
		s->talked_ms = s->talked ? s->talked_ms : now_ms;
		s->talked = true;
		s->repeats = false;
		s->repeated = 0;
	} else if (rto->data_segs_in != s->data_segs_in) {
		s->talked = false;
		s->repeats = true;
		count(&s->repeated, rto->data_segs_in - s->data_segs_in);
	}
}

static void go_on(struct tcpwhy_stall *s, const struct tcpwhy_rto *rto, u32 now_ms)
{
	bool talked = s->talked;

	hear(s, rto, now_ms);
	s->tries = talked && s->talked ? s->tries + 1 : 0;
	s->tried_ms = s->last_ms;
	count(&s->late_tries, s->late);
	/* What MTU probing tries meanwhile is another size. */
	if (rto->size >= s->size)
		count(&s->times, 1);
	else if (rto->size <= TCPWHY_ANYWHERE)
		count(&s->cut, 1);
}

/**
 * tcpwhy_stall_arrives() - is a smaller one, sent later, the first to arrive after time-outs?
 * @s: memory of a connection, whose segment is being sent again
 * @sacked: bytes of the largest IP packet that was acknowledged beyond it; 0: none
 * @delivered: see &struct tcpwhy_rto
 * @now_ms: CLOCK_BOOTTIME
 *
 * Such as the FIN of a program that gave up. The time-outs before it are not forgotten: what is
 * left to be shown is that no link was down that is back now.
 *
 * Return: whether it is, and that was not known before
 */
bool tcpwhy_stall_arrives(struct tcpwhy_stall *s, u32 sacked, u32 delivered, u32 now_ms)
{
	if (s->times < TCPWHY_STALL_TIMES || s->sacked || s->late || !sacked || sacked >= s->size)
		return false;
	s->late = true;
	s->sacked = sacked;
	s->delivered = delivered;
	s->vain = false;
	s->last_ms = now_ms;
	return true;
}

/**
 * tcpwhy_stall_is_late() - has a smaller one arrived after time-outs, and the segment not since?
 * @s: memory of a connection
 * @tries: how often it was sent again since, in vain
 */
bool tcpwhy_stall_is_late(const struct tcpwhy_stall *s, u32 tries)
{
	return s->late && s->late_tries + s->vain >= tries;
}

/**
 * tcpwhy_stall_wait() - a look at a connection between its time-outs
 * @s: its memory, of one that got no further
 * @now_ms: CLOCK_BOOTTIME
 *
 * What was sent again is in vain if no acknowledgment came within a second (the RTO of who
 * knows nothing of the path, RFC 6298, 2), or within an eighth of what the time-outs took so
 * far, which is twice the first RTO by the fourth.
 *
 * Return: whether that is so, and was not known before
 */
bool tcpwhy_stall_wait(struct tcpwhy_stall *s, u32 now_ms)
{
	u32 enough_ms = max((s->last_ms - s->since_ms) / 8, (u32)REPEATED_MS);

	if (!s->times || s->vain || now_ms - s->last_ms < enough_ms)
		return false;
	s->vain = true;
	return true;
}

/**
 * tcpwhy_stall_close() - did the peer close between the time-outs of a connection?
 * @s: its memory, of one that got no further; see tcpwhy_stall_wait() first
 * @fin_received: its FIN was read
 *
 * Return: whether it did, and that was not known before
 */
bool tcpwhy_stall_close(struct tcpwhy_stall *s, bool fin_received)
{
	if (!s->times || !s->vain || !fin_received || s->fin_received || s->closes)
		return false;
	s->closes = true;
	return true;
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

	if (s->sacked && (s->sacked < s->size || s->larger) &&
	    (!s->late || tcpwhy_stall_is_late(s, TRIES)))
		life |= TCPWHY_LIFE_SACK;
	if (s->talked && s->tries + s->vain >= TRIES &&
	    (s->vain || s->last_ms - s->talked_ms >= REPEATED_MS))
		life |= TCPWHY_LIFE_DATA;
	if (s->closed && (s->vain || s->last_ms != s->closed_ms))
		life |= TCPWHY_LIFE_FIN;
	return life;
}

/**
 * tcpwhy_stall_small_fails() - does what is small enough for every path vanish as well?
 * @s: memory of a connection
 *
 * Our acknowledgments do if the peer goes on to repeat what it has sent: its data, or its
 * SYN-ACK, which is all that comes without data from who has nothing of ours to acknowledge.
 *
 * Return: bytes of such an IP packet, at most; 0: not known
 */
u32 tcpwhy_stall_small_fails(const struct tcpwhy_stall *s)
{
	if (s->repeated >= REPEATS || (s->first && !s->heard && s->bare >= REPEATS))
		return TCPWHY_STALL_ACK;
	if (s->small_lost)
		return s->small_lost;
	if (!s->large && s->times >= TCPWHY_STALL_TIMES)
		return s->size;
	return s->cut > 1 ? TCPWHY_ANYWHERE : 0;
}

/**
 * tcpwhy_stall_by_content() - do these bytes vanish in small packets, and others arrive?
 * @s: memory of a connection
 *
 * A segment that ends beyond the window as it would be without window scaling may be
 * dropped by a box that does not know of that.
 */
bool tcpwhy_stall_by_content(const struct tcpwhy_stall *s)
{
	if (!(tcpwhy_stall_life(s) & (TCPWHY_LIFE_SACK | TCPWHY_LIFE_DATA)))
		return false;
	if (s->large)
		return s->times >= TCPWHY_STALL_TIMES && s->cut >= TCPWHY_STALL_CUT;
	return !s->beyond && s->times >= TCPWHY_STALL_SMALL;
}

/**
 * tcpwhy_stall_note() - the retransmission timer of a connection has expired
 * @s: memory of the connection; see tcpwhy_stall_progress() first
 * @rto: what it was like then
 * @now_ms: CLOCK_BOOTTIME
 */
void tcpwhy_stall_note(struct tcpwhy_stall *s, const struct tcpwhy_rto *rto, u32 now_ms)
{
	/* Larger ones pass where paths cut them in two, and lose what is a little too large. */
	if (rto->sacked == s->size || (rto->sacked > s->size && (s->full || !s->large)))
		passed(s, now_ms);
	if (!s->times || s->una != rto->una || s->delivered != rto->delivered)
		begin(s, rto, now_ms);
	else
		go_on(s, rto, now_ms);
	s->larger |= s->times && rto->sacked > s->size;
	s->vain = false;
	s->closes = false;
	s->last_ms = now_ms;
	s->bare_in = rto->bare_in;
	s->small_lost = rto->small_lost;
	s->sacked = rto->sacked;
	s->rcv_nxt = rto->rcv_nxt;
	s->data_segs_in = rto->data_segs_in;
	s->heard_ms = rto->heard_ms;
	s->fin_received = rto->fin_received;
}

static bool is_stuck(const struct tcpwhy_stall *s)
{
	return s->large && !s->shrunk && s->times >= TCPWHY_STALL_TIMES;
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

/* Of who speaks first, and is not answered. */
static bool is_unheard(const struct tcpwhy_stall *s)
{
	return s->first && !s->heard && s->times + s->cut >= TCPWHY_STALL_TIMES;
}

/* The peer answered the SYN of one while the other was stuck: what it is heard of is no more. */
static bool met(const struct tcpwhy_stall *a, const struct tcpwhy_stall *b)
{
	return is_unheard(a) && is_unheard(b) && (tcpwhy_after(a->heard_ms, b->since_ms) ||
						  tcpwhy_after(b->heard_ms, a->since_ms));
}

static void add_small(struct tcpwhy_stalls *others, const struct tcpwhy_stall *other)
{
	u32 fails = tcpwhy_stall_small_fails(other);

	if (fails && is_unheard(other) && (!others->small_fails || fails < others->small_fails))
		others->small_fails = fails;
}

/*
 * Where a path cuts in two what is much too large for it, a full one passes at once, and what is a
 * little too large is lost. One that had stalled says that it is chance what is lost.
 */
static void note_passed(struct tcpwhy_stalls *others, const struct tcpwhy_stall *s,
			const struct tcpwhy_stall *other)
{
	if (other->at_once && other->passed_size > s->size && !s->full)
		others->larger = true;
	else
		others->passed = true;
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
		note_passed(others, s, other);
	if (tcpwhy_stall_is_told(other, s->size, now_ms))
		others->told = true;
	if (other->shrunk && now_ms - other->last_ms < PASSED_MS)
		others->shrunk++;
	others->holes += tcpwhy_hole_counts(&other->hole, now_ms);
	others->hole_passed |= tcpwhy_hole_passed(&other->hole, now_ms);
	others->content += other->times && tcpwhy_stall_by_content(other);
	others->met |= other->times && s->times && met(s, other);
	if (other->times)
		add_small(others, other);
	if (!is_stuck(other))
		return;
	others->stuck++;
	if (other->times >= TCPWHY_STALL_LONG)
		others->stuck_long++;
	if (heard_meanwhile(other, s, now_ms) || heard_meanwhile(s, other, now_ms))
		others->crossed = true;
}

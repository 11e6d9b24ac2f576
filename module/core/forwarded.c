// SPDX-License-Identifier: GPL-2.0
#include "core/forwarded.h"

/* A connection that shows no large segment by then is one of small ones. */
#define FOLLOWED_MS	60000

/* What is stuck is judged by then, or has nothing to tell. */
#define STUCK_MS	120000

/* Copies that come closer together than TCP's timer allows (TCP_RTO_MIN) count once. */
#define REPEAT_MS	100

/* Bytes of options in a segment with data (RFC 7323, appendix A). */
#define TIMESTAMPS	12

/* Of who announces none (RFC 9293, 3.7.1). */
#define MSS_DEFAULT	536

static u32 headers(const struct tcpwhy_packet *p)
{
	return tcpwhy_addr_is_v4(&p->daddr) ? 40 : 60;
}

/*
 * The MSS leaves out options (RFC 6691); and who announces a small one has a small link
 * itself, beyond which he sends nothing larger either.
 */
static u32 full_size(const struct tcpwhy_forwarded *f, const struct tcpwhy_packet *p)
{
	return min(f->ways[0].mss, f->ways[1].mss) + headers(p);
}

static void begin(struct tcpwhy_way *way, u32 seq, u16 mss, u8 ttl)
{
	way->una = seq;
	way->nxt = seq;
	way->sacked_to = seq;
	way->mss = mss ? mss : MSS_DEFAULT;
	way->ttl = ttl;
}

/**
 * tcpwhy_forwarded_open() - a server answers a SYN
 * @f: the connection, all zero
 * @syn_ack: the answer
 * @client_mss: of the SYN; 0: it has none
 * @client_ttl: likewise
 * @now_ms: CLOCK_BOOTTIME
 */
void tcpwhy_forwarded_open(struct tcpwhy_forwarded *f, const struct tcpwhy_packet *syn_ack,
			   u16 client_mss, u8 client_ttl, u32 now_ms)
{
	begin(&f->ways[0], syn_ack->ack, syn_ack->mss, client_ttl);
	begin(&f->ways[1], syn_ack->seq + 1, client_mss, syn_ack->ttl);
	f->open = true;
	f->since_ms = now_ms;
	f->last_ms = now_ms;
}

/* A large one got there. */
static void arrived(struct tcpwhy_way *way, u32 size, u32 full, u32 now_ms)
{
	tcpwhy_stall_pass(&way->stall, size, now_ms);
	way->large = false;
	way->clear = size >= full;
	if (!way->clear)
		way->passes = max(way->passes, size);
}

/*
 * A block that is smaller than a full segment is a small one; a larger one may be many
 * of these, but is taken for what would clear the path.
 */
static void note_sack(struct tcpwhy_way *way, const struct tcpwhy_packet *p, u32 full, u32 now_ms)
{
	u32 size = p->sack_end - p->sack_start + headers(p) + (p->has_ts ? TIMESTAMPS : 0);

	/* What is acknowledged anyway came twice (RFC 2883). */
	if (!tcpwhy_after(p->sack_start, p->ack) || !tcpwhy_after(p->sack_end, p->sack_start))
		return;
	if (size >= full) {
		arrived(way, full, full, now_ms);
		return;
	}
	way->sacked = max(way->sacked, size);
	way->passes = max(way->passes, size);
	if (tcpwhy_after(p->sack_end, way->sacked_to)) {
		way->sacked_to = p->sack_end;
		way->delivered++;
	}
}

/* @way is the one that the segment acknowledges. */
static void note_ack(struct tcpwhy_way *way, const struct tcpwhy_packet *p, u32 full, u32 now_ms)
{
	if (!(p->flags & TCPWHY_ACK))
		return;
	if (tcpwhy_after(p->ack, way->una)) {
		if (way->large && !tcpwhy_before(p->ack, way->large_end))
			arrived(way, way->large_size, full, now_ms);
		if (way->small && !tcpwhy_before(p->ack, way->small_end)) {
			way->passes = max(way->passes, way->small_size);
			way->small = false;
		}
		tcpwhy_stall_end(&way->stall);
		way->una = p->ack;
		way->sacked = 0;
		way->delivered++;
	}
	if (p->has_sack)
		note_sack(way, p, full, now_ms);
}

static void note_rto(struct tcpwhy_way *way, const struct tcpwhy_way *back,
		     const struct tcpwhy_passing *seg, bool is_full, u32 now_ms)
{
	struct tcpwhy_rto rto = {
		.una = way->una,
		.size = seg->size,
		.full = is_full,
		.large = true,
		.fresh = way->passes < seg->size,
		.first = !way->delivered,
		.heard = back->segs,
		.hello = seg->hello,
		.delivered = way->delivered,
		.sacked = way->sacked,
		.rcv_nxt = back->nxt,
		.data_segs_in = back->segs,
		.heard_ms = back->heard_ms,
		.fin_received = back->fin,
		.pmtu = seg->mtu,
	};

	way->counted_ms = now_ms;
	if (tcpwhy_stall_arrives(&way->stall, way->sacked, way->delivered, now_ms))
		return;
	tcpwhy_stall_note(&way->stall, &rto, now_ms);
}

/* Which segments are on their way: the first large one, and the latest smaller one. */
static void note_size(struct tcpwhy_way *way, const struct tcpwhy_passing *seg, bool is_large)
{
	const struct tcpwhy_packet *p = seg->packet;

	if (way->large && p->seq == way->large_seq && seg->size < way->large_size) {
		/* Its sender tries smaller ones. */
		way->large = false;
		tcpwhy_stall_end(&way->stall);
	}
	if (is_large && !way->large && !way->clear) {
		way->large = true;
		way->large_seq = p->seq;
		way->large_end = p->seq + seg->piece;
		way->large_size = seg->size;
	}
	if (!is_large) {
		way->small = true;
		way->small_end = p->end_seq;
		way->small_size = seg->size;
	}
}

static enum tcpwhy_follow note_data(struct tcpwhy_forwarded *f, u32 i,
				    const struct tcpwhy_passing *seg, u32 full, u32 now_ms)
{
	struct tcpwhy_way *way = &f->ways[i];
	const struct tcpwhy_packet *p = seg->packet;
	bool again = tcpwhy_before(p->seq, way->nxt), is_full = seg->size >= full;
	bool is_large = is_full || seg->size > TCPWHY_ANYWHERE;

	way->fin |= p->flags & TCPWHY_FIN;
	if (tcpwhy_packet_payload(p)) {
		way->segs++;
		note_size(way, seg, is_large);
	}
	if (tcpwhy_after(p->end_seq, way->nxt)) {
		way->heard_ms = tcpwhy_packet_payload(p) ? now_ms : way->heard_ms;
		way->nxt = p->end_seq;
	}
	if (!again || !is_large || way->clear || p->seq != way->una ||
	    now_ms - way->counted_ms < REPEAT_MS)
		return TCPWHY_FOLLOW_ON;
	note_rto(way, &f->ways[!i], seg, is_full, now_ms);
	return TCPWHY_FOLLOW_STALLED;
}

/*
 * Where it was looked at last is not where it is now: what this large segment carries, and what
 * it acknowledges, is all that is known.
 */
static void catch_up(struct tcpwhy_forwarded *f, u32 i, const struct tcpwhy_packet *p)
{
	struct tcpwhy_way *way = &f->ways[i], *back = &f->ways[!i];

	tcpwhy_stall_end(&way->stall);
	way->una = p->seq;
	way->nxt = p->seq;
	way->sacked_to = p->seq;
	way->sacked = 0;
	way->small = false;
	if (p->flags & TCPWHY_ACK && tcpwhy_after(p->ack, back->nxt))
		back->nxt = p->ack;
	f->skipped = false;
}

static enum tcpwhy_follow follow_on(struct tcpwhy_forwarded *f, u32 now_ms)
{
	const struct tcpwhy_way *one = &f->ways[0], *other = &f->ways[1];

	if (one->large || other->large)
		return TCPWHY_FOLLOW_ON;
	if ((one->clear && other->clear) || (one->fin && other->fin) ||
	    now_ms - f->since_ms > FOLLOWED_MS)
		return TCPWHY_FOLLOW_DONE;
	f->skipped = one->clear || other->clear;
	return f->skipped ? TCPWHY_FOLLOW_LARGE : TCPWHY_FOLLOW_ON;
}

/**
 * tcpwhy_forwarded_unclear() - where large segments have not been seen to arrive
 * @f: a connection of which %TCPWHY_FOLLOW_LARGE was said
 *
 * Return: 0 if that is what the client sends, 1 if it is what the server does
 */
u32 tcpwhy_forwarded_unclear(const struct tcpwhy_forwarded *f)
{
	return f->ways[0].clear ? 1 : 0;
}

/**
 * tcpwhy_forwarded_segment() - a segment of a connection that is followed
 * @f: the connection
 * @way: 0 if the client sent it, 1 if the server did
 * @seg: the segment, its checksum verified
 * @now_ms: CLOCK_BOOTTIME
 *
 * Return: &enum tcpwhy_follow
 */
enum tcpwhy_follow tcpwhy_forwarded_segment(struct tcpwhy_forwarded *f, u32 way,
					    const struct tcpwhy_passing *seg, u32 now_ms)
{
	const struct tcpwhy_packet *p = seg->packet;
	u32 full = full_size(f, p);

	/* Without its handshake nobody knows what is full. */
	if (!f->open || p->flags & TCPWHY_SYN)
		return TCPWHY_FOLLOW_ON;
	if (p->flags & TCPWHY_RST)
		return TCPWHY_FOLLOW_DONE;
	f->odd |= p->ttl != f->ways[way].ttl;
	f->last_ms = now_ms;
	/* What shares its place in store/forwarded.c may have all of it looked into. */
	if (f->skipped) {
		if (way != tcpwhy_forwarded_unclear(f) || seg->size < TCPWHY_FORWARDED_LARGE)
			return TCPWHY_FOLLOW_AS_BEFORE;
		catch_up(f, way, p);
	}
	note_ack(&f->ways[!way], p, full, now_ms);
	if (note_data(f, way, seg, full, now_ms) == TCPWHY_FOLLOW_STALLED)
		return TCPWHY_FOLLOW_STALLED;
	return follow_on(f, now_ms);
}

/**
 * tcpwhy_forwarded_told() - this host answers a segment that it is too big
 * @f: its connection
 * @way: see tcpwhy_forwarded_segment()
 * @seg: the segment; @mtu is what the answer names
 * @now_ms: CLOCK_BOOTTIME
 *
 * Many are on their way when the first answer is made, and each gets one: what counts is
 * that the first of them comes again as it was.
 *
 * Return: whether it does
 */
bool tcpwhy_forwarded_told(struct tcpwhy_forwarded *f, u32 way, const struct tcpwhy_passing *seg,
			   u32 now_ms)
{
	const struct tcpwhy_packet *p = seg->packet;
	struct tcpwhy_way *w = &f->ways[way];

	/* It may not have been counted down yet. */
	f->odd |= f->open && p->ttl != w->ttl && p->ttl != w->ttl + 1;
	f->last_ms = now_ms;
	if (!w->told || seg->size != w->told_size || tcpwhy_before(p->seq, w->told_seq) ||
	    (f->open && tcpwhy_after(w->una, w->told_seq))) {
		w->told_seq = p->seq;
		w->told_size = seg->size;
		w->told_mtu = seg->mtu;
		w->told_since_ms = now_ms;
		w->told_ms = now_ms;
		w->told = 1;
		w->told_named = false;
		return false;
	}
	if (p->seq != w->told_seq || now_ms - w->told_ms < REPEAT_MS)
		return false;
	w->told_ms = now_ms;
	w->told++;
	return true;
}

static bool is_open(const struct tcpwhy_way *way)
{
	return (way->large && !way->stall.named) || (way->told && !way->told_named);
}

/**
 * tcpwhy_forwarded_is_stuck() - may it still have something to tell?
 * @f: a connection
 * @now_ms: CLOCK_BOOTTIME
 */
bool tcpwhy_forwarded_is_stuck(const struct tcpwhy_forwarded *f, u32 now_ms)
{
	return f->open && now_ms - f->since_ms < STUCK_MS &&
	       (is_open(&f->ways[0]) || is_open(&f->ways[1]));
}

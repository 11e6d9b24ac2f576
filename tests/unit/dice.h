/* SPDX-License-Identifier: GPL-2.0 */
/* Observations by chance, near the edges: from random numbers, or from a fuzzer's bytes. */
#ifndef TCPWHY_TEST_DICE_H
#define TCPWHY_TEST_DICE_H

#include "given.h"

/** struct dice - @bytes, if there are any, are used up before @random is */
struct dice {
	const u8 *bytes;
	size_t left;
	u32 random;
};

/* A number below @sides */
static inline u32 roll(struct dice *d, u32 sides)
{
	if (!d->bytes)
		return next_random(&d->random) % sides;
	if (!d->left)
		return 0;
	d->left--;
	return *d->bytes++ % sides;
}

#define PICK(d, array)	((array)[roll(d, ARRAY_SIZE(array))])

/* What was seen, with the packet it points to. */
struct seen {
	struct tcpwhy_observation o;
	struct tcpwhy_packet packet;
};

static inline bool has_packet(enum tcpwhy_kind kind)
{
	return kind == TCPWHY_KIND_SYN || kind == TCPWHY_KIND_TIMEWAIT ||
	       kind == TCPWHY_KIND_REQUEST || kind == TCPWHY_KIND_PAWS_DROP;
}

static inline void roll_packet(struct dice *d, struct tcpwhy_packet *p)
{
	static const u32 seqs[] = { 0, 1, -1u, 2, -1000u, 1000, 0x7fffffff, 0x80000000 };
	static const u32 tsvals[] = { 0, 1, -1u, -2u, -62u, -1999u, -2000u, -2000000u, 0x7fffffff,
				      0x80000000, 0x80000001 };

	*p = given_segment(roll(d, 32), RCV_NXT + PICK(d, seqs), roll(d, 3));
	p->ack = 77 + roll(d, 3);
	p->ttl = 63 + roll(d, 2);
	if (roll(d, 4))
		*p = with_ts(*p, TS_RECENT + PICK(d, tsvals));
}

static inline void roll_socket(struct dice *d, struct tcpwhy_socket *s, enum tcpwhy_kind kind)
{
	static const u32 ages[] = { 0, 1, 59, 60, WRAP_S - 1, WRAP_S, NOW_S };

	*s = given_socket(1 + roll(d, 11));
	if (kind == TCPWHY_KIND_TIMEWAIT) {
		s->state = TCPWHY_TIME_WAIT;
		s->substate = roll(d, 4) ? TCPWHY_TIME_WAIT : TCPWHY_FIN_WAIT2;
	} else if (kind == TCPWHY_KIND_REQUEST) {
		s->state = TCPWHY_NEW_SYN_RECV;
	}
	s->snt_isn = 77;
	s->ts_ok = roll(d, 4);
	s->ts_usec = !roll(d, 4);
	s->rfc1337 = !roll(d, 4);
	s->rst_ack_checked = roll(d, 2);
	s->ts_recent = roll(d, 8) ? TS_RECENT : 0;
	s->ts_recent_stamp = NOW_S - PICK(d, ages);
	s->rcv_nxt = kind == TCPWHY_KIND_ESTABLISHED ? RCV_NXT + roll(d, 3) : RCV_NXT;
}

/* The counter that a hook names for what it saw. */
static inline enum tcpwhy_mib mib_of(struct dice *d, enum tcpwhy_kind kind)
{
	switch (kind) {
	case TCPWHY_KIND_TIMEWAIT:
		return TCPWHY_MIB_PAWS_TIMEWAIT;
	case TCPWHY_KIND_REQUEST:
		return TCPWHY_MIB_PAWS_ESTAB;
	case TCPWHY_KIND_PAWS_DROP:
		return roll(d, 2) ? TCPWHY_MIB_PAWS_ESTAB : TCPWHY_MIB_PAWS_OLD_ACK;
	case TCPWHY_KIND_CLOSED:
		return TCPWHY_MIB_TIMEWAIT_OVERFLOW;
	default:
		return TCPWHY_MIB_NONE;
	}
}

static inline void roll_seen(struct dice *d, struct seen *s, u64 now_ms)
{
	memset(s, 0, sizeof(*s));
	s->o.kind = roll(d, TCPWHY_KINDS);
	s->o.mib = mib_of(d, s->o.kind);
	s->o.now_ns = now_ms * NS_PER_MS;
	if (has_packet(s->o.kind)) {
		roll_packet(d, &s->packet);
		if (s->o.kind == TCPWHY_KIND_SYN)
			s->packet.flags = TCPWHY_SYN;
		s->o.packet = &s->packet;
	}
	if (s->o.kind == TCPWHY_KIND_CLOSED) {
		s->o.closed.error = !roll(d, 4);
		s->o.closed.fin_received = roll(d, 2);
		s->o.closed.orphan = roll(d, 2);
		s->o.closed.all_acked = roll(d, 4);
		s->o.closed.linger2_negative = !roll(d, 4);
		s->o.closed.tw_count = 98 + roll(d, 4);
		s->o.closed.tw_limit = 100;
		s->o.closed.cpus = 1;
	} else if (s->o.kind == TCPWHY_KIND_PORTS) {
		s->o.ports.timewait = 88 + roll(d, 4);
		s->o.ports.usable = roll(d, 4) ? 100 : 0;
		s->o.ports.still = roll(d, 2);
	} else if (s->o.kind != TCPWHY_KIND_NO_PORT) {
		roll_socket(d, &s->o.socket, s->o.kind);
	}
}

#endif /* TCPWHY_TEST_DICE_H */

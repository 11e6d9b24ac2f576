// SPDX-License-Identifier: GPL-2.0
#include "core/syns.h"

/* TCP_PAWS_MSL, include/net/tcp.h: so long tw_recycle minded a timestamp. */
#define MINDED_MS	60000

/* What belongs to one case comes within this. */
#define CASE_MS		120000

/*
 * Two SYNs that are closer together than this may have overtaken each other. In ticks,
 * which are taken for milliseconds.
 */
#define CLOSE_TICKS	100

static bool is_behind(u32 tsval, u32 other)
{
	return (s32)(other - tsval) >= CLOSE_TICKS;
}

/* It is not the timestamp: what was ahead got no answer, or what was behind got one. */
static void refute(struct tcpwhy_syns *s)
{
	u32 i;

	s->ignored = 0;
	s->connections = 0;
	s->answered = 0;
	for (i = 0; i < TCPWHY_TRIES; i++)
		s->tries[i].counted = false;
}

static struct tcpwhy_try *find(struct tcpwhy_syns *s, const struct tcpwhy_syn_sent *syn)
{
	struct tcpwhy_try *t;

	for (t = s->tries; t < s->tries + TCPWHY_TRIES; t++)
		if (t->isn == syn->isn && t->sport == syn->sport && t->dport == syn->dport &&
		    tcpwhy_addr_equal(&t->client, &syn->client))
			return t;
	return NULL;
}

static struct tcpwhy_try *begin(struct tcpwhy_syns *s, const struct tcpwhy_syn_sent *syn,
				u32 now_ms)
{
	struct tcpwhy_try *t, *oldest = s->tries;

	for (t = s->tries; t < s->tries + TCPWHY_TRIES; t++)
		if (now_ms - t->sent_ms > now_ms - oldest->sent_ms)
			oldest = t;
	*oldest = (struct tcpwhy_try){
		.client = syn->client, .isn = syn->isn, .sport = syn->sport, .dport = syn->dport,
	};
	return oldest;
}

/* Where is it as it is sent, beside what the server may mind then? */
static void place(const struct tcpwhy_syns *s, struct tcpwhy_try *t, u32 tsval, u32 now_ms)
{
	bool minds = s->has_answered && now_ms - s->answered_ms < MINDED_MS;

	t->tsval = tsval;
	t->sent_ms = now_ms;
	t->minded = s->tsval;
	t->behind = minds && is_behind(tsval, s->tsval);
	t->ahead = minds && !t->behind;
}

/* The SYN before this one got no answer, while the server was there. */
static bool count(struct tcpwhy_syns *s, struct tcpwhy_try *t)
{
	if (t->ahead)
		refute(s);
	if (!t->behind || !s->has_answered || tcpwhy_before(s->answered_ms, t->sent_ms))
		return false;
	if (!s->ignored || t->sent_ms - s->since_ms >= CASE_MS) {
		refute(s);
		s->since_ms = t->sent_ms;
		s->answered = 1;
	}
	s->ignored++;
	s->connections += !t->counted;
	t->counted = true;
	t->ignored = t->tsval;
	t->ignored_for = t->minded;
	return true;
}

/**
 * tcpwhy_syns_sent() - a SYN goes to the server, the first or again
 * @s: memory of the server
 * @syn: the SYN
 * @now_ms: CLOCK_BOOTTIME
 *
 * Return: its connect, if that is one more sign that the server ignores what is behind; NULL
 */
struct tcpwhy_try *tcpwhy_syns_sent(struct tcpwhy_syns *s, const struct tcpwhy_syn_sent *syn,
				    u32 now_ms)
{
	struct tcpwhy_try *t = find(s, syn);
	bool counted = t && count(s, t);

	if (!t)
		t = begin(s, syn, now_ms);
	place(s, t, syn->tsval, now_ms);
	return counted ? t : NULL;
}

/**
 * tcpwhy_syns_answered() - the server answers a SYN
 * @s: memory of the server
 * @syn: the SYN; @tsval is what the answer echoes
 * @now_ms: CLOCK_BOOTTIME
 */
void tcpwhy_syns_answered(struct tcpwhy_syns *s, const struct tcpwhy_syn_sent *syn, u32 now_ms)
{
	struct tcpwhy_try *t = find(s, syn);

	if (t)
		memset(t, 0, sizeof(*t));
	if (s->has_answered && now_ms - s->answered_ms < MINDED_MS &&
	    is_behind(syn->tsval, s->tsval)) {
		refute(s);
		return;
	}
	/* The later one, be it by a tick. */
	if (!s->has_answered || now_ms - s->answered_ms >= MINDED_MS ||
	    tcpwhy_after(syn->tsval, s->tsval))
		s->tsval = syn->tsval;
	s->has_answered = true;
	s->answered_ms = now_ms;
	s->answered += s->ignored && s->answered < U16_MAX;
}

// SPDX-License-Identifier: GPL-2.0
#include "core/syns.h"

/* TCP_PAWS_MSL, include/net/tcp.h: so long tw_recycle minded a timestamp. */
#define MINDED_MS	60000

/* What belongs to one case comes within this. */
#define CASE_MS		120000

/*
 * So long a connect is waited for. It repeats its SYN after 1, 2, 4 and 8 s (RFC 6298,
 * TCP_TIMEOUT_INIT): if that was not the last, four are told about.
 */
#define FOLLOWED_MS	10000

/*
 * Two SYNs that are closer together than this may have overtaken each other. In ticks,
 * which are taken for milliseconds.
 */
#define CLOSE_TICKS	100

static bool is_behind(u32 tsval, u32 other)
{
	return (s32)(other - tsval) >= CLOSE_TICKS;
}

static void start_anew(struct tcpwhy_syns *s)
{
	u32 i;

	s->ignored = 0;
	s->connections = 0;
	s->answered = 0;
	for (i = 0; i < TCPWHY_TRIES; i++)
		s->tries[i].counted = false;
}

/* It is not the timestamp: what was ahead got no answer, or what was behind got one. */
static void refute(struct tcpwhy_syns *s, u32 now_ms)
{
	start_anew(s);
	s->refuted = true;
	s->refuted_ms = now_ms;
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

static bool minds(const struct tcpwhy_syns *s, u32 now_ms)
{
	return s->has_answered && now_ms - s->answered_ms < MINDED_MS;
}

/* Is it what the server may mind? */
static bool lags(const struct tcpwhy_syns *s, u32 tsval, u32 now_ms)
{
	return minds(s, now_ms) && is_behind(tsval, s->tsval);
}

static u32 age(const struct tcpwhy_try *t, u32 now_ms)
{
	return t->sent_ms ? now_ms - t->sent_ms : U32_MAX;
}

/*
 * Those that are followed stay until they are answered, or each would have made room by the
 * time that it is repeated. Neither kind may take all places: each tells about the other.
 */
static struct tcpwhy_try *begin(struct tcpwhy_syns *s, const struct tcpwhy_syn_sent *syn,
				u32 now_ms)
{
	bool behind = lags(s, syn->tsval, now_ms);
	struct tcpwhy_try *t, *oldest = s->tries;
	u32 alike = 0;

	for (t = s->tries; t < s->tries + TCPWHY_TRIES; t++) {
		if (age(t, now_ms) > age(oldest, now_ms))
			oldest = t;
		if (age(t, now_ms) < FOLLOWED_MS)
			alike += t->behind == behind;
	}
	if (age(oldest, now_ms) < FOLLOWED_MS || alike >= TCPWHY_TRIES_ALIKE)
		return NULL;
	*oldest = (struct tcpwhy_try){
		.client = syn->client, .isn = syn->isn, .sport = syn->sport, .dport = syn->dport,
	};
	return oldest;
}

/* Where is it as it is sent, beside what the server may mind then? */
static void place(const struct tcpwhy_syns *s, struct tcpwhy_try *t, u32 tsval, u32 now_ms)
{
	t->tsval = tsval;
	t->sent_ms = now_ms;
	t->minded = s->tsval;
	t->behind = lags(s, tsval, now_ms);
	t->ahead = minds(s, now_ms) && !t->behind;
}

/* Of what was sent before that, nothing follows any more. */
static bool refuted_since(const struct tcpwhy_syns *s, const struct tcpwhy_try *t, u32 now_ms)
{
	return s->refuted && now_ms - s->refuted_ms < now_ms - t->sent_ms;
}

/* The SYN before this one got no answer, while the server was there. */
static bool count(struct tcpwhy_syns *s, struct tcpwhy_try *t, u32 now_ms)
{
	if (t->ahead)
		refute(s, now_ms);
	if (!t->behind || !s->has_answered || tcpwhy_before(s->answered_ms, t->sent_ms) ||
	    refuted_since(s, t, now_ms))
		return false;
	if (!s->ignored || t->sent_ms - s->since_ms >= CASE_MS) {
		start_anew(s);
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
	bool counted = t && count(s, t, now_ms);

	if (!t)
		t = begin(s, syn, now_ms);
	if (t)
		place(s, t, syn->tsval, now_ms);
	return counted ? t : NULL;
}

/*
 * What was under way beside @answered, and is behind it, may have met a server that had taken
 * that in already: it is ahead no more, and proves nothing if it gets no answer.
 */
static void overtake(struct tcpwhy_syns *s, const struct tcpwhy_try *answered)
{
	struct tcpwhy_try *t;

	for (t = s->tries; t < s->tries + TCPWHY_TRIES; t++)
		if (t->ahead && !tcpwhy_before(t->sent_ms, answered->sent_ms) &&
		    is_behind(t->tsval, s->tsval))
			t->ahead = false;
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

	if (t ? t->behind : lags(s, syn->tsval, now_ms)) {
		refute(s, now_ms);
	} else {
		/* The later one, be it by a tick. */
		if (!minds(s, now_ms) || tcpwhy_after(syn->tsval, s->tsval))
			s->tsval = syn->tsval;
		s->has_answered = true;
		s->answered_ms = now_ms;
		s->answered += s->ignored && s->answered < U16_MAX;
		if (t)
			overtake(s, t);
	}
	if (t)
		memset(t, 0, sizeof(*t));
}

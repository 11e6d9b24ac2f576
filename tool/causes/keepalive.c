// SPDX-License-Identifier: GPL-2.0
/*
 * What keeps an idle connection known to a box on the path.
 *
 * A silence that a connection did not survive is longer than the box's limit,
 * and nobody knows by how much; one that it survived is shorter. A probe goes
 * out after tcp_keepalive_time of silence, and another no sooner than
 * tcp_keepalive_intvl after the last one (tcp_keepalive_timer() of the
 * kernel): the longest silence is the longer of the two, and both together
 * where a probe is lost.
 */
#include <stdio.h>

#include "advice.h"

#define MS 1000u
/* As a guess: no box that is sold or rented is known to forget an open connection sooner */
#define MINUTE 60u
/* Where no longer silence than this was ever tried, it says little of the limit, s */
#define BRIEF 10u
/* Of the kernel: tcp_keepalive_intvl in s, and times how many probes a peer is given */
#define USUAL_INTERVAL 75u
#define USUAL_PATIENCE (9 * USUAL_INTERVAL)
/* MAX_TCP_KEEPCNT */
#define MOST_PROBES 127u

static unsigned int at_least_1(uint64_t seconds)
{
	return seconds ? seconds : 1;
}

/* The silence that is aimed at, s; *@proven: one that long was survived. */
static unsigned int bearable(uint64_t dead_ms, uint64_t survived_ms, bool *proven)
{
	unsigned int quarter = dead_ms / (4 * MS) < MINUTE ? dead_ms / (4 * MS) : MINUTE;
	unsigned int survived = survived_ms / MS < dead_ms / MS ? survived_ms / MS : 0;

	*proven = survived >= BRIEF || (survived && quarter < BRIEF);
	if (*proven)
		return survived;
	return at_least_1(survived && quarter > BRIEF ? BRIEF : quarter);
}

static void keepalive_words(unsigned int silence, bool proven, struct text *words)
{
	if (proven)
		text_add(words, "connections survived a silence of %u s, and with this no silence is longer, "
			 "even if a probe is lost. ", silence);
	else
		text_add(words, "a guess, as no connection is known to have survived a silence of that "
			 "length. If connections still die (the count above goes up), halve both times "
			 "and try again. ");
	text_add(words, "It holds for programs that set SO_KEEPALIVE and have no time of their own "
		 "(TCP_KEEPIDLE, TCP_KEEPINTVL; ssh: ServerAliveInterval; PostgreSQL: "
		 "tcp_keepalives_idle, tcp_keepalives_interval). Connections that are open already "
		 "keep to the old time until their next probe");
}

void advice_keepalive(struct story *story, const char *when, uint64_t dead_ms,
		      uint64_t survived_ms)
{
	struct text words = { 0 };
	char command[192];
	bool proven;
	unsigned int silence = bearable(dead_ms, survived_ms, &proven);
	unsigned int interval = at_least_1(silence / 3), time, probes;

	if (interval > USUAL_INTERVAL)
		interval = USUAL_INTERVAL;
	time = silence > interval ? silence - interval : 1;
	/* a path that is down for a while must not cost more connections than before */
	probes = USUAL_PATIENCE / interval < MOST_PROBES ? USUAL_PATIENCE / interval : MOST_PROBES;
	snprintf(command, sizeof(command), "sysctl -w net.ipv4.tcp_keepalive_time=%u "
		 "net.ipv4.tcp_keepalive_intvl=%u net.ipv4.tcp_keepalive_probes=%u", time, interval,
		 probes);
	keepalive_words(silence, proven, &words);
	story_remedy(story, WHERE_HERE, command, "%s%s", when, words.s);
	text_free(&words);
}

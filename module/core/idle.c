// SPDX-License-Identifier: GPL-2.0
#include "core/idle.h"
#include "core/packet.h"

/* A rule, not chance: so many, no further apart than this or a twentieth. */
#define SAMPLES_MIN	3
#define SPREAD_MS	2000

/* Connections that fell silent at the same moment lost their peer, not their time. */
#define APART_MS	500

static u32 spread_allowed(u32 max_ms)
{
	return max_t(u32, SPREAD_MS, max_ms / 20);
}

static bool is_learned(const struct tcpwhy_idle *idle)
{
	return idle->samples >= SAMPLES_MIN && idle->apart && idle->survived_ms < idle->max_ms;
}

/**
 * tcpwhy_idle_turn() - which kind of silences is to be learned about
 * @idle: what is known of the peer; of the other kind it is forgotten
 * @half_closed: those after the peer had closed its side
 */
void tcpwhy_idle_turn(struct tcpwhy_idle *idle, bool half_closed)
{
	if (idle->half_closed == half_closed)
		return;
	memset(idle, 0, sizeof(*idle));
	idle->half_closed = half_closed;
}

/**
 * tcpwhy_idle_lost() - a connection was found lost after a silence
 * @idle: what is known of its peer
 * @silence_ms: from the last sign of life to the segment that went unanswered
 * @ended_ms: when that segment was sent, CLOCK_BOOTTIME
 *
 * Return: whether silence is what connections of this peer die of
 */
bool tcpwhy_idle_lost(struct tcpwhy_idle *idle, u32 silence_ms, u32 ended_ms)
{
	u32 since = ended_ms - silence_ms;
	u32 min = min(idle->min_ms, silence_ms), max = max(idle->max_ms, silence_ms);
	u32 after = since - idle->silent_since_ms;

	if (silence_ms < TCPWHY_SILENCE_MS)
		return false;
	if (!idle->samples || max - min > spread_allowed(max)) {
		/* The path has not always been like that. */
		if (idle->survived_ms >= silence_ms)
			idle->survived_ms = 0;
		idle->samples = 1;
		idle->min_ms = silence_ms;
		idle->max_ms = silence_ms;
		idle->silent_since_ms = since;
		idle->first_end_ms = ended_ms;
		idle->apart = false;
		return false;
	}
	idle->min_ms = min;
	idle->max_ms = max;
	if (min(after, -after) < APART_MS)
		return is_learned(idle);
	if (idle->samples < U16_MAX)
		idle->samples++;
	if (tcpwhy_after(since, idle->first_end_ms) ||
	    tcpwhy_after(idle->silent_since_ms, ended_ms))
		idle->apart = true;
	if (tcpwhy_after(idle->first_end_ms, ended_ms))
		idle->first_end_ms = ended_ms;
	if (tcpwhy_after(since, idle->silent_since_ms))
		idle->silent_since_ms = since;
	return is_learned(idle);
}

/**
 * tcpwhy_idle_survived() - a connection went on after a silence
 * @idle: what is known of its peer
 * @silence_ms: how long it was
 */
void tcpwhy_idle_survived(struct tcpwhy_idle *idle, u32 silence_ms)
{
	/* That of open connections says nothing of these. */
	if (idle->half_closed)
		return;
	idle->survived_ms = max(idle->survived_ms, silence_ms);
}

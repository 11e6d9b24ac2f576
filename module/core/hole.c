// SPDX-License-Identifier: GPL-2.0
#include "core/hole.h"

/* TCP_MSS_DEFAULT: segments of this size pass everywhere (RFC 9293, 3.7.1). */
#define MEAN_MAX	536u

/* A size that came through so lately is no blackhole; see core/stall.c. */
#define PASSED_MS	600000

static u32 full(const struct tcpwhy_gap *gap)
{
	return min(gap->advmss, gap->peer_mss);
}

/* Full segments came on this connection before, by the mean of all that did. */
static bool is_fresh(const struct tcpwhy_gap *gap)
{
	return !gap->received ||
	       gap->received < (u64)gap->segments * min(MEAN_MAX, full(gap) / 2);
}

/* The sender's segments are smaller than they might be, and those missing no larger. */
static bool is_senders_size(const struct tcpwhy_gap *gap)
{
	return gap->several || (gap->most >= TCPWHY_HOLE_MESSAGE && gap->missing % gap->most == 0);
}

/* A message may be too large for the path, and yet no full segment. */
static bool is_large(const struct tcpwhy_gap *gap)
{
	return gap->missing && (gap->missing >= full(gap) ||
				gap->missing + gap->headers > TCPWHY_ANYWHERE);
}

/**
 * tcpwhy_gap_full_came() - did a segment of full size come through?
 * @gap: what has come
 */
bool tcpwhy_gap_full_came(const struct tcpwhy_gap *gap)
{
	return gap->rcv_mss >= full(gap) || gap->least >= full(gap);
}

/**
 * tcpwhy_gap_is_suspicious() - may what is missing have vanished for its size?
 * @gap: what has come
 *
 * It may as well have been lost by chance, and be repeated soon.
 */
bool tcpwhy_gap_is_suspicious(const struct tcpwhy_gap *gap)
{
	if (gap->quiet_ms < TCPWHY_HOLE_QUIET_MS || !is_large(gap))
		return false;
	if (gap->too_many || gap->cramped || gap->most >= full(gap))
		return false;
	return is_fresh(gap) && !tcpwhy_gap_full_came(gap) && !is_senders_size(gap);
}

/**
 * tcpwhy_hole_note() - a look at a connection
 * @h: its memory
 * @gap: what has come
 * @now_ms: CLOCK_BOOTTIME
 */
void tcpwhy_hole_note(struct tcpwhy_hole *h, const struct tcpwhy_gap *gap, u32 now_ms)
{
	if (!tcpwhy_gap_is_suspicious(gap)) {
		if (h->open && tcpwhy_gap_full_came(gap))
			tcpwhy_hole_pass(h, now_ms);
		h->open = false;
		return;
	}
	if (!h->open || h->nxt != gap->nxt)
		h->since_ms = now_ms;
	h->open = true;
	h->nxt = gap->nxt;
	h->missing = gap->missing;
	h->size = min(full(gap), gap->missing) + gap->headers;
	h->came = gap->least + gap->headers;
	h->mss = gap->advmss + gap->options;
	h->pmtu = gap->pmtu;
	h->hello = gap->speaks_first && !gap->received && gap->missing <= full(gap) && gap->most;
	h->fin = gap->fin;
	h->last_ms = now_ms;
}

/**
 * tcpwhy_hole_pass() - a segment of full size came through
 * @h: memory of a connection that hangs, or did
 * @now_ms: CLOCK_BOOTTIME
 */
void tcpwhy_hole_pass(struct tcpwhy_hole *h, u32 now_ms)
{
	h->passed = true;
	h->passed_ms = now_ms;
}

/**
 * tcpwhy_hole_passed() - did one come through lately?
 * @h: memory of a connection
 * @now_ms: CLOCK_BOOTTIME
 */
bool tcpwhy_hole_passed(const struct tcpwhy_hole *h, u32 now_ms)
{
	return h->passed && now_ms - h->passed_ms < PASSED_MS;
}

/**
 * tcpwhy_hole_counts() - does it bear out what another connection of the peer shows?
 * @h: memory of a connection
 * @now_ms: CLOCK_BOOTTIME
 *
 * Return: whether it has hung for as long as two must, or was named lately
 */
bool tcpwhy_hole_counts(const struct tcpwhy_hole *h, u32 now_ms)
{
	return (h->open && now_ms - h->since_ms >= TCPWHY_HOLE_MS) ||
	       (h->named && now_ms - h->last_ms < PASSED_MS);
}

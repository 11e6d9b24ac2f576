// SPDX-License-Identifier: GPL-2.0
#include "core/hosts.h"

/*
 * RFC 7323, 5.4 allows clocks of 1 ms to 1 s a tick; stacks in use tick at 100
 * to 1000 Hz. A timestamp continues a clock if it went on at such a pace,
 * give or take what queueing and the clocks' drift account for.
 */
#define CLOCK_SLACK_MS		2000
#define CLOCK_SLOWEST_DIVISOR	10

static bool continues(u32 tsval, u32 when_ms, u32 old_tsval, u32 old_ms)
{
	s32 passed = (s32)(when_ms - old_ms);
	s32 ticked = (s32)(tsval - old_tsval);
	s32 least = passed / CLOCK_SLOWEST_DIVISOR, most = passed;

	if (passed < 0) { /* an older reading: the same band, looked at from its end */
		least = passed;
		most = passed / CLOCK_SLOWEST_DIVISOR;
	}
	return ticked >= (s64)least - CLOCK_SLACK_MS && ticked <= (s64)most + CLOCK_SLACK_MS;
}

/**
 * tcpwhy_hosts_note_clock() - a timestamp of this peer was seen
 * @h: the peer's clocks
 * @tsval: timestamp
 * @when_ms: when it was sent or seen, milliseconds of CLOCK_BOOTTIME
 */
void tcpwhy_hosts_note_clock(struct tcpwhy_hosts *h, u32 tsval, u32 when_ms)
{
	u8 i;

	for (i = 0; i < h->clocks; i++)
		if (continues(tsval, when_ms, h->clock_tsval[i], h->clock_ms[i]))
			break;
	if (i == TCPWHY_HOSTS_MAX)
		return;
	if (i == h->clocks)
		h->clocks++;
	h->clock_tsval[i] = tsval;
	h->clock_ms[i] = when_ms;
}

static u32 fingerprint_of(const struct tcpwhy_packet *syn)
{
	u32 hash = syn->options;

	hash = (hash ^ syn->ttl) * 16777619u;
	hash = (hash ^ syn->mss) * 16777619u;
	hash = (hash ^ syn->window) * 16777619u;
	return (hash ^ (syn->has_wscale ? syn->wscale : 0xff)) * 16777619u;
}

/**
 * tcpwhy_hosts_note_syn() - a SYN of this peer was seen
 * @h: the peer's clocks and fingerprints
 * @syn: the segment
 * @now_ms: milliseconds of CLOCK_BOOTTIME
 */
void tcpwhy_hosts_note_syn(struct tcpwhy_hosts *h, const struct tcpwhy_packet *syn, u32 now_ms)
{
	u32 fingerprint = fingerprint_of(syn);
	u8 i;

	if (syn->has_ts)
		tcpwhy_hosts_note_clock(h, syn->tsval, now_ms);
	for (i = 0; i < h->fingerprints; i++)
		if (h->fingerprint[i] == fingerprint)
			return;
	if (i < TCPWHY_HOSTS_MAX)
		h->fingerprint[h->fingerprints++] = fingerprint;
}

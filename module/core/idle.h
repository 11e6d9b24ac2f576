/* SPDX-License-Identifier: GPL-2.0 */
/* After how long a silence a peer's connections are forgotten on the path. */
#ifndef TCPWHY_CORE_IDLE_H
#define TCPWHY_CORE_IDLE_H

#include "portable.h"

/*
 * Shorter ones are pauses. A connection that was just in use is not forgotten: what ends
 * it then is an abort.
 */
#define TCPWHY_SILENCE_MS	1000

/**
 * struct tcpwhy_idle - what was learned about a peer
 * @min_ms: the shortest of these silences
 * @max_ms: the longest
 * @survived_ms: longest silence that a connection survived, but none as long that was
 *	before the first sample; 0: none was seen
 * @silent_since_ms: when the last of these silences began
 * @first_end_ms: when the first of them to end did
 * @samples: connections lost after about the same silence; 65535: or more
 * @apart: no moment lies in all of them: it was not one event, such as the peer's restart,
 *	that connections used every few seconds found out one by one
 * @half_closed: these are silences after the peer had closed its side
 */
struct tcpwhy_idle {
	u32 min_ms;
	u32 max_ms;
	u32 survived_ms;
	u32 silent_since_ms;
	u32 first_end_ms;
	u16 samples;
	bool apart;
	bool half_closed;
};

void tcpwhy_idle_turn(struct tcpwhy_idle *idle, bool half_closed);
bool tcpwhy_idle_lost(struct tcpwhy_idle *idle, u32 silence_ms, u32 ended_ms);
void tcpwhy_idle_survived(struct tcpwhy_idle *idle, u32 silence_ms);

#endif /* TCPWHY_CORE_IDLE_H */

/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_ADVICE_PROBE_H
#define TCPWHY_ADVICE_PROBE_H

#include "advice.h"
#include "probe.h"
#include "route.h"

struct probe_report {
	const struct probe_peer *peer;
	const struct route *route;
	const struct probe_result *result;
};

/* advice_probe() - what a probe has found; free @story with story_free() */
void advice_probe(const struct probe_report *report, struct story *story);

/* advice_probe_mss() - the MSS that fits, or 0 */
unsigned int advice_probe_mss(const struct probe_report *report);

/* advice_probe_word() - the verdict in a word, as in JSON */
const char *advice_probe_word(enum probe_verdict verdict);

#endif

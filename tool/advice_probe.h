/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_ADVICE_PROBE_H
#define TCPWHY_ADVICE_PROBE_H

#include "causes/advice.h"
#include "probe.h"
#include "route.h"
#include "standing.h"

struct probe_report {
	const struct probe_peer *peer;
	const struct route *before, *route;	/* when the probe began, and when it ended */
	const struct probe_result *result;
	const struct standing *standing;
	struct address source;		/* it came from there; size 0: not known */
	uint16_t own_port;		/* of TCP */
	unsigned int ports_tried;	/* of TCP: so many other ports get all through */
	bool same_ports;		/* they are those of the finding's connection */
	bool tcp_in_vain;		/* TCP to the finding's port was tried first, and not answered */
};

/* advice_probe() - what a probe has found; free @story with story_free() */
void advice_probe(const struct probe_report *report, struct story *story);

/* advice_probe_mss() - the MSS that fits, or 0 */
unsigned int advice_probe_mss(const struct probe_report *report);

/* advice_probe_word() - the verdict in a word, as in JSON */
const char *advice_probe_word(enum probe_verdict verdict);

/* For the parts of it: */
static inline bool advice_probe_six(const struct probe_report *report)
{
	return report->peer->address.size == 16;
}

/* advice_probe_route() - the remedy that is a route to the peer alone */
void advice_probe_route(const struct probe_report *report, struct story *story);
/* advice_probe_stands() - that a finding stands, and why this is no proof against it */
void advice_probe_stands(const struct probe_report *report, struct story *story);

/* advice_probe_protocol() - likewise */
const char *advice_probe_protocol(enum probe_kind kind);

#endif

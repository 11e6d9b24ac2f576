/* SPDX-License-Identifier: GPL-2.0 */
/* The causes, a line each in core/engine.c, and what two families share. */
#ifndef TCPWHY_CAUSES_H
#define TCPWHY_CAUSES_H

#include "core/cause.h"

/* paws.c */
extern const struct tcpwhy_cause tcpwhy_paws_established;
extern const struct tcpwhy_cause tcpwhy_paws_handshake;
extern const struct tcpwhy_cause tcpwhy_paws_timewait;
extern const struct tcpwhy_cause tcpwhy_paws_stale;

bool tcpwhy_paws_reject(const struct tcpwhy_packet *p, const struct tcpwhy_socket *s,
			u32 window);

/* timewait.c */
extern const struct tcpwhy_cause tcpwhy_timewait_refused_syn;
extern const struct tcpwhy_cause tcpwhy_timewait_overflow;
extern const struct tcpwhy_cause tcpwhy_timewait_killed;

/* ports.c */
extern const struct tcpwhy_cause tcpwhy_port_exhaustion;

/**
 * enum tcpwhy_timewait_fate - what TIME_WAIT does to a segment
 * @TCPWHY_TIMEWAIT_OTHER: nothing that matters here
 * @TCPWHY_TIMEWAIT_PAWS: dropped by PAWS (and counted), not a SYN
 * @TCPWHY_TIMEWAIT_SYN_ACCEPTED: a SYN opens a new connection
 * @TCPWHY_TIMEWAIT_SYN_PAWS: a SYN is refused for its timestamp
 * @TCPWHY_TIMEWAIT_SYN_OLD: a SYN is refused for its sequence number
 * @TCPWHY_TIMEWAIT_RST_KILLS: a RST ends TIME_WAIT
 */
enum tcpwhy_timewait_fate {
	TCPWHY_TIMEWAIT_OTHER,
	TCPWHY_TIMEWAIT_PAWS,
	TCPWHY_TIMEWAIT_SYN_ACCEPTED,
	TCPWHY_TIMEWAIT_SYN_PAWS,
	TCPWHY_TIMEWAIT_SYN_OLD,
	TCPWHY_TIMEWAIT_RST_KILLS,
};

enum tcpwhy_timewait_fate tcpwhy_timewait_fate(const struct tcpwhy_packet *p,
					       const struct tcpwhy_socket *s);

/* refusal.c: what a refused SYN leaves behind, whoever refused it */
void tcpwhy_refusal_open(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v);
bool tcpwhy_refusal_is_late_copy(const struct tcpwhy_observation *o);
bool tcpwhy_refusal_sequel(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v);
void tcpwhy_refusal_merge(struct tcpwhy_evidence *sum, const struct tcpwhy_verdict *v);
void tcpwhy_refusal_describe(const struct tcpwhy_evidence *e, tcpwhy_emit_t emit, void *ctx);

#endif /* TCPWHY_CAUSES_H */

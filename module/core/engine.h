/* SPDX-License-Identifier: GPL-2.0 */
/* Runs the causes over an observation. */
#ifndef TCPWHY_CORE_ENGINE_H
#define TCPWHY_CORE_ENGINE_H

#include "core/cause.h"
#include "core/idle.h"

const struct tcpwhy_cause *tcpwhy_cause_by_id(u32 id);
u64 tcpwhy_engine_wants(const struct tcpwhy_set *enabled);
void tcpwhy_engine_concerned(enum tcpwhy_kind kind, struct tcpwhy_set *concerned);
bool tcpwhy_engine_judge(const struct tcpwhy_observation *o, const struct tcpwhy_set *enabled,
			 struct tcpwhy_verdict *v);
void tcpwhy_engine_learn(struct tcpwhy_idle *idle, struct tcpwhy_verdict *v, u32 now_ms);
bool tcpwhy_engine_take_over(struct tcpwhy_verdict *v, const struct tcpwhy_evidence *earlier);
bool tcpwhy_engine_withdraws(const struct tcpwhy_verdict *v, const struct tcpwhy_evidence *earlier);
void tcpwhy_engine_merge(struct tcpwhy_evidence *sum, const struct tcpwhy_verdict *v);

#endif /* TCPWHY_CORE_ENGINE_H */

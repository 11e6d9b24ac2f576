/* SPDX-License-Identifier: GPL-2.0 */
/* From a hook to the engine to the table. */
#ifndef TCPWHY_HOOKS_OBSERVE_H
#define TCPWHY_HOOKS_OBSERVE_H

#include "core/observation.h"
#include "netns.h"

/**
 * enum tcpwhy_remember - which memory of the connection an observation needs
 * @TCPWHY_REMEMBER_NOTHING: none
 * @TCPWHY_REMEMBER_OLD: what there is
 * @TCPWHY_REMEMBER_NEW: make one
 */
enum tcpwhy_remember {
	TCPWHY_REMEMBER_NOTHING,
	TCPWHY_REMEMBER_OLD,
	TCPWHY_REMEMBER_NEW,
};

u64 tcpwhy_enabled(void);
void tcpwhy_set_enabled(u64 causes);
bool tcpwhy_refusals_pending(void);
bool tcpwhy_observe(struct tcpwhy_net *tn, struct tcpwhy_observation *o,
		    enum tcpwhy_remember remember, const u8 *header);
bool tcpwhy_observe_judge(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v);
void tcpwhy_observe_other(struct tcpwhy_net *tn, const struct tcpwhy_observation *o,
			  const u8 *header, u32 header_len);

#endif /* TCPWHY_HOOKS_OBSERVE_H */

/* SPDX-License-Identifier: GPL-2.0 */
/* The lossy memory of connections. */
#ifndef TCPWHY_STORE_FLOWS_H
#define TCPWHY_STORE_FLOWS_H

#include <linux/spinlock.h>

#include "core/flow.h"

struct tcpwhy_net;

int tcpwhy_flows_init(u32 max);
u32 tcpwhy_flows_max(void);

/**
 * enum tcpwhy_flow_use - what to do about a flow that is not remembered
 * @TCPWHY_FLOW_FIND: nothing
 * @TCPWHY_FLOW_MAKE: take an entry for it
 */
enum tcpwhy_flow_use {
	TCPWHY_FLOW_FIND,
	TCPWHY_FLOW_MAKE,
};

/**
 * struct tcpwhy_flow_ref - a locked flow
 * @flow: NULL if there is none
 * @lock: private
 * @flags: private
 */
struct tcpwhy_flow_ref {
	struct tcpwhy_flow *flow;
	raw_spinlock_t *lock;
	unsigned long flags;
};

void tcpwhy_flow_get(struct tcpwhy_flow_ref *ref, const struct tcpwhy_net *tn,
		     const struct tcpwhy_addr *peer, u16 lport, u16 rport,
		     enum tcpwhy_flow_use use, u64 now_ns) __acquires(ref);
void tcpwhy_flow_put(struct tcpwhy_flow_ref *ref) __releases(ref);

#endif /* TCPWHY_STORE_FLOWS_H */

/* SPDX-License-Identifier: GPL-2.0 */
/* What routers said of packets that are too big, and what did not help. */
#ifndef TCPWHY_HOOKS_UNHEARD_H
#define TCPWHY_HOOKS_UNHEARD_H

#include <net/sock.h>

#include "core/observation.h"

/**
 * struct tcpwhy_quoted - the segment that a message is about
 * @netns: &struct tcpwhy_net.id; 0: the message does not tell it any more
 * @local: address it came from
 * @peer: address it went to
 * @lport: local port; 0: any, the message names none of this host's
 * @rport: remote port
 */
struct tcpwhy_quoted {
	u64 netns;
	struct tcpwhy_addr local;
	struct tcpwhy_addr peer;
	u16 lport;
	u16 rport;
};

void tcpwhy_unheard_note(const struct tcpwhy_quoted *quoted, const struct tcpwhy_addr *router,
			 u32 said, u8 reason);
void tcpwhy_unheard_find(const struct sock *sk, struct tcpwhy_unheard *unheard);

#endif /* TCPWHY_HOOKS_UNHEARD_H */

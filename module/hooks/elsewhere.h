/* SPDX-License-Identifier: GPL-2.0 */
/* Listeners that do not get what is meant for them. */
#ifndef TCPWHY_HOOKS_ELSEWHERE_H
#define TCPWHY_HOOKS_ELSEWHERE_H

#include <linux/skbuff.h>

#include "core/observation.h"

void tcpwhy_elsewhere_find(struct net *net, const struct sk_buff *skb,
			   struct tcpwhy_observation *o);

#endif /* TCPWHY_HOOKS_ELSEWHERE_H */

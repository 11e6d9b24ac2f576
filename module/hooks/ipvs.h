/* SPDX-License-Identifier: GPL-2.0 */
/* Where IPVS sends what comes for one of its services. */
#ifndef TCPWHY_HOOKS_IPVS_H
#define TCPWHY_HOOKS_IPVS_H

#include "core/packet.h"

struct net;
struct sk_buff;

/**
 * struct tcpwhy_real - the real server of a connection
 * @addr: its address
 * @port: its port
 * @relay: &enum tcpwhy_relay: how packets get there
 */
struct tcpwhy_real {
	struct tcpwhy_addr addr;
	u16 port;
	u8 relay;
};

bool tcpwhy_ipvs_real(struct net *net, const struct sk_buff *skb, int af, struct tcpwhy_real *real);

#endif /* TCPWHY_HOOKS_IPVS_H */

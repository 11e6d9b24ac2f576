/* SPDX-License-Identifier: GPL-2.0 */
/* What a request asks for. */
#ifndef TCPWHY_NETLINK_FILTER_H
#define TCPWHY_NETLINK_FILTER_H

#include <net/netlink.h>

#include "core/set.h"
#include "store/peers.h"

/**
 * struct tcpwhy_filter - %TCPWHY_A_FILTER
 * @causes: set of causes; all if none was named
 * @min_severity: &enum tcpwhy_severity
 * @min_confidence: &enum tcpwhy_confidence
 * @prefix: network
 * @prefix_len: its bits in the 128-bit form; 0: any address
 * @since_ns: the finding's latest event is not older
 * @netns: inode number; 0: any
 */
struct tcpwhy_filter {
	struct tcpwhy_set causes;
	u8 min_severity;
	u8 min_confidence;
	struct tcpwhy_addr prefix;
	u8 prefix_len;
	u64 since_ns;
	u32 netns;
};

extern const struct nla_policy tcpwhy_filter_policy[TCPWHY_A_FILTER_MAX + 1];

int tcpwhy_addr_parse(struct tcpwhy_addr *addr, u8 *bits, const struct nlattr *nla,
		      struct netlink_ext_ack *extack);
int tcpwhy_filter_parse(struct tcpwhy_filter *filter, const struct nlattr *nest,
			struct net *net, struct netlink_ext_ack *extack);
bool tcpwhy_filter_finding(const struct tcpwhy_filter *filter, const struct tcpwhy_finding *f);
bool tcpwhy_filter_peer(const struct tcpwhy_filter *filter, const struct tcpwhy_peer *peer);

#endif /* TCPWHY_NETLINK_FILTER_H */

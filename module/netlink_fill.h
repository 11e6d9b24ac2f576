/* SPDX-License-Identifier: GPL-2.0 */
/* Values to netlink attributes; one function for do, dump and notification. */
#ifndef TCPWHY_NETLINK_FILL_H
#define TCPWHY_NETLINK_FILL_H

#include "netlink_filter.h"
#include "store/peers.h"

struct sk_buff;
struct tcpwhy_reader;

int tcpwhy_fill_peer(struct sk_buff *skb, const struct tcpwhy_peer *peer,
		     const struct tcpwhy_filter *filter, const struct tcpwhy_reader *reader);
int tcpwhy_fill_event_peer(struct sk_buff *skb, const struct tcpwhy_peer_brief *peer,
			   const struct tcpwhy_finding *f, const struct tcpwhy_reader *reader);
int tcpwhy_fill_status(struct sk_buff *skb, struct tcpwhy_net *tn);

#endif /* TCPWHY_NETLINK_FILL_H */

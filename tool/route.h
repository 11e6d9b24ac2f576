/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_ROUTE_H
#define TCPWHY_ROUTE_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "fault.h"
#include "model.h"

/* How this host reaches an address, as `ip route get` would tell. */
struct route {
	char dev[IF_NAMESIZE];
	unsigned int dev_mtu;
	unsigned int mtu;		/* the route's own, or learned; 0: there is none */
	unsigned int expires;		/* seconds until what was learned is forgotten, or 0 */
	struct address gateway;		/* may be of the other family */
	struct address source;
	uint32_t table;
	bool local;			/* to this host itself */
	bool onlink;
	int no_pmtu_disc;		/* net.ipv4.ip_no_pmtu_disc: not 0 is deaf to routers */
};

/* route_find() - @scope: an interface, or 0. 0, or -1 with @fault filled in */
int route_find(const struct address *to, uint32_t scope, struct route *route,
	       struct fault *fault);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_ROUTE_H
#define TCPWHY_ROUTE_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include <linux/rtnetlink.h>

#include "fault.h"
#include "model.h"
#include "text.h"

/* A route as a table has it, so that it can be typed again. */
struct route_entry {
	bool there;			/* the kernel said which one it is */
	bool untypable;			/* with what route_words() has no words for */
	bool several;			/* more than one way, of which @gateway is none */
	unsigned int length;		/* of the prefix, bits */
	uint32_t table, priority, nexthop;	/* 0: has no nexthop object */
	uint8_t protocol, scope, tos, pref;
	bool onlink;
	char dev[IF_NAMESIZE];
	struct address gateway;		/* may be of the other family */
	struct address source;		/* only if the route itself has one */
	uint32_t locked;		/* bits 1 << RTAX_... of @metrics */
	uint32_t metrics[RTAX_MAX + 1];	/* 0: not set */
};

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
	struct route_entry entry;	/* the one that is taken */
	int no_pmtu_disc;		/* net.ipv4.ip_no_pmtu_disc: not 0 is deaf to routers */
};

/*
 * route_find() - @scope: an interface, or 0; @from: an address of this host,
 * or of size 0. 0, or -1 with @fault filled in
 */
int route_find(const struct address *to, uint32_t scope, const struct address *from,
	       struct route *route, struct fault *fault);

/* route_host() - is @entry a route to @to and nobody else? */
bool route_host(const struct route_entry *entry, const struct address *to);

/* route_alone() - @entry becomes the way that @route takes, for one address alone */
void route_alone(const struct route *route, struct route_entry *entry);

/*
 * route_words() - @entry as `ip route` takes it, from the address on. With an
 * @mtu that is not 0 it has that one, and asks for no more than fits.
 */
void route_words(const struct route_entry *entry, const struct address *to, unsigned int mtu,
		 struct text *words);

#endif

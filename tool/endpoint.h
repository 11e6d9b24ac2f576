/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_ENDPOINT_H
#define TCPWHY_ENDPOINT_H

#include <stdbool.h>

#include "model.h"

/* This host's end of the connections with a peer. */
struct endpoint {
	struct address address;		/* size 0: not known */
	bool live;			/* a socket has these very ports: leave it alone */
};

/*
 * endpoint_find() - by which address of this host the peer is spoken to from
 * that port, as far as sockets that are there still tell. Ports of 0 are not
 * known.
 */
void endpoint_find(const struct address *peer, uint16_t lport, uint16_t rport,
		   struct endpoint *endpoint);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_PROBE_SOCKET_H
#define TCPWHY_PROBE_SOCKET_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "fault.h"
#include "format.h"
#include "model.h"

enum probe_kind {
	PROBE_ICMP,			/* echo: as large on its way back */
	PROBE_UDP,			/* a closed port answers with an ICMP error */
	PROBE_TCP,			/* segments of no connection: see probe_tcp.h */
};

/* Whom to probe, and how. */
struct probe_peer {
	struct address address;
	uint32_t scope;			/* interface of a link-local address, or 0 */
	enum probe_kind kind;
	uint16_t port;			/* of UDP and TCP */
	uint16_t own_port;		/* of TCP; 0: any that is free */
	struct address source;		/* size 0: the one that the route has */
	char text[FORMAT_SIZE + 4 * IF_NAMESIZE];	/* safe to show */
};

enum probe_news {
	PROBE_ARRIVED,			/* the peer had it, and answered */
	PROBE_TOO_BIG,
	PROBE_UNREACHABLE,
};

struct probe_event {
	enum probe_news news;
	uint16_t seq;			/* of the probe in question */
	struct address from;		/* who refused; none: this host */
	unsigned int mtu;		/* of PROBE_TOO_BIG, as the router says; 0: unknown */
	int error;			/* of PROBE_UNREACHABLE: an errno */
};

struct probe_socket;

/* probe_socket_open() - 0, or -1 with @fault filled in */
int probe_socket_open(struct probe_socket **sock, const struct probe_peer *peer,
		      struct fault *fault);
void probe_socket_close(struct probe_socket *sock);

/*
 * probe_socket_send() - a packet of @size bytes, IP header included, which
 * nobody may fragment. 0, or a negative errno; -EMSGSIZE: this host itself
 * does not send packets of that size.
 */
int probe_socket_send(struct probe_socket *sock, uint16_t seq, unsigned int size);

/* probe_socket_wait() - the next event; false: none before @until */
bool probe_socket_wait(struct probe_socket *sock, uint64_t until, struct probe_event *event);

/* probe_socket_source() - the address and the port (0: the kernel's, or none) that it sends from */
void probe_socket_source(const struct probe_socket *sock, struct address *source, uint16_t *port);

/* probe_socket_now() - the clock of the above, in nanoseconds */
uint64_t probe_socket_now(void);

#endif

// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <string.h>

#include <linux/icmp.h>

#include "probe_error.h"

static void take_offender(const struct sock_extended_err *error, struct address *from)
{
	const struct sockaddr *who = SO_EE_OFFENDER(error);

	memset(from, 0, sizeof(*from));
	if (error->ee_origin == SO_EE_ORIGIN_LOCAL)
		return;
	if (who->sa_family == AF_INET) {
		from->size = 4;
		memcpy(from->bytes, &((const struct sockaddr_in *)who)->sin_addr, 4);
	} else if (who->sa_family == AF_INET6) {
		from->size = 16;
		memcpy(from->bytes, &((const struct sockaddr_in6 *)who)->sin6_addr, 16);
	}
}

static bool is_port_unreachable(const struct sock_extended_err *error)
{
	if (error->ee_origin == SO_EE_ORIGIN_ICMP)
		return error->ee_type == ICMP_DEST_UNREACH && error->ee_code == ICMP_PORT_UNREACH;
	return error->ee_origin == SO_EE_ORIGIN_ICMP6 &&
	       error->ee_type == ICMP6_DST_UNREACH && error->ee_code == ICMP6_DST_UNREACH_NOPORT;
}

void probe_error_judge(const struct probe_peer *peer, const struct sock_extended_err *error,
		       struct probe_event *event)
{
	take_offender(error, &event->from);
	event->error = error->ee_errno;
	event->mtu = 0;
	if (error->ee_errno == EMSGSIZE) {
		event->news = PROBE_TOO_BIG;
		event->mtu = error->ee_info;
	} else if (peer->kind == PROBE_UDP && is_port_unreachable(error) &&
		   address_equal(&event->from, &peer->address)) {
		event->news = PROBE_ARRIVED;
	} else {
		event->news = PROBE_UNREACHABLE;
	}
}

const struct sock_extended_err *probe_error_find(struct msghdr *msg)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c))
		if ((c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR) ||
		    (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR))
			return (const struct sock_extended_err *)CMSG_DATA(c);
	return NULL;
}

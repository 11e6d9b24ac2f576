// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

#include "cmd.h"
#include "route.h"

static void take_address(const struct nlattr *attr, size_t skip, struct address *address)
{
	int size = nla_len(attr) - (int)skip;

	if (size != 4 && size != 16)
		return;
	address->size = size;
	memcpy(address->bytes, (const char *)nla_data(attr) + skip, size);
}

static void take_attr(struct nlattr *attr, struct route *route)
{
	struct nlattr *mtu;

	switch (nla_type(attr)) {
	case RTA_OIF:
		if (!if_indextoname(nla_get_u32(attr), route->dev))
			*route->dev = '\0';
		break;
	case RTA_GATEWAY:
		take_address(attr, 0, &route->gateway);
		break;
	case RTA_VIA:
		take_address(attr, sizeof(struct rtvia), &route->gateway);
		break;
	case RTA_PREFSRC:
		take_address(attr, 0, &route->source);
		break;
	case RTA_TABLE:
		route->table = nla_get_u32(attr);
		break;
	case RTA_METRICS:
		mtu = nla_find(nla_data(attr), nla_len(attr), RTAX_MTU);
		route->mtu = mtu ? nla_get_u32(mtu) : 0;
		break;
	case RTA_CACHEINFO:
		if (nla_len(attr) >= (int)sizeof(struct rta_cacheinfo)) {
			struct rta_cacheinfo info;

			memcpy(&info, nla_data(attr), sizeof(info));
			if (info.rta_expires > 0)
				route->expires = info.rta_expires / sysconf(_SC_CLK_TCK);
		}
		break;
	}
}

static void take_metrics(struct nlattr *metrics, struct route_entry *entry)
{
	struct nlattr *attr;
	int rest;

	nla_for_each_nested(attr, metrics, rest) {
		switch (nla_type(attr)) {
		case RTAX_LOCK:
			entry->locked = nla_get_u32(attr);
			break;
		case RTAX_RTT:
		case RTAX_RTTVAR:
		case RTAX_FEATURES:
		case RTAX_FASTOPEN_NO_COOKIE:
			entry->untypable |= nla_get_u32(attr) != 0;
			break;
		case RTAX_CC_ALGO:
			entry->untypable = true;
			break;
		default:
			if (nla_type(attr) <= RTAX_MAX)
				entry->metrics[nla_type(attr)] = nla_get_u32(attr);
		}
	}
}

static void take_nexthop(struct nlattr *attr, struct route_entry *entry)
{
	switch (nla_type(attr)) {
	case RTA_OIF:
		if (!if_indextoname(nla_get_u32(attr), entry->dev))
			*entry->dev = '\0';
		break;
	case RTA_GATEWAY:
		take_address(attr, 0, &entry->gateway);
		break;
	case RTA_VIA:
		take_address(attr, sizeof(struct rtvia), &entry->gateway);
		break;
	case RTA_NH_ID:
		entry->nexthop = nla_get_u32(attr);
		break;
	case RTA_MULTIPATH:
		entry->several = true;
		break;
	}
}

static void take_entry_attr(struct nlattr *attr, struct route_entry *entry)
{
	switch (nla_type(attr)) {
	case RTA_TABLE:
		entry->table = nla_get_u32(attr);
		break;
	case RTA_PRIORITY:
		entry->priority = nla_get_u32(attr);
		break;
	case RTA_PREFSRC:
		take_address(attr, 0, &entry->source);
		break;
	case RTA_METRICS:
		take_metrics(attr, entry);
		break;
	case RTA_PREF:
		entry->pref = nla_get_u8(attr);
		break;
	case RTA_ENCAP:
	case RTA_FLOW:
	case RTA_SRC:
		entry->untypable = true;
		break;
	default:
		take_nexthop(attr, entry);
	}
}

/* What RTM_F_FIB_MATCH (Linux 4.13) is answered with. */
static int take_entry(struct nl_msg *msg, void *arg)
{
	struct nlmsghdr *header = nlmsg_hdr(msg);
	struct rtmsg *found = nlmsg_data(header);
	struct route_entry *entry = arg;
	struct nlattr *attr;
	int rest;

	if (header->nlmsg_type != RTM_NEWROUTE || !nlmsg_valid_hdr(header, sizeof(*found)))
		return NL_OK;
	entry->there = true;
	entry->length = found->rtm_dst_len;
	entry->protocol = found->rtm_protocol;
	entry->scope = found->rtm_scope;
	entry->tos = found->rtm_tos;
	entry->table = found->rtm_table;
	entry->onlink = found->rtm_flags & RTNH_F_ONLINK;
	nlmsg_for_each_attr(attr, header, sizeof(*found), rest)
		take_entry_attr(attr, entry);
	return NL_STOP;
}

static int take_route(struct nl_msg *msg, void *arg)
{
	struct nlmsghdr *header = nlmsg_hdr(msg);
	struct rtmsg *found = nlmsg_data(header);
	struct route *route = arg;
	struct nlattr *attr;
	int rest;

	if (header->nlmsg_type != RTM_NEWROUTE || !nlmsg_valid_hdr(header, sizeof(*found)))
		return NL_OK;
	route->local = found->rtm_type == RTN_LOCAL;
	route->onlink = found->rtm_flags & RTNH_F_ONLINK;
	nlmsg_for_each_attr(attr, header, sizeof(*found), rest)
		take_attr(attr, route);
	return NL_STOP;
}

struct question {
	const struct address *to, *from;
	uint32_t scope;
	unsigned int flags;
};

static int send_question(struct nl_sock *sock, const struct question *question)
{
	const struct address *to = question->to, *from = question->from;
	struct rtmsg request = {
		.rtm_family = to->size == 4 ? AF_INET : AF_INET6,
		.rtm_dst_len = to->size * 8,
		.rtm_src_len = from->size * 8,
		.rtm_flags = RTM_F_LOOKUP_TABLE | question->flags,
	};
	struct nl_msg *msg = nlmsg_alloc_simple(RTM_GETROUTE, NLM_F_REQUEST);
	int err;

	if (!msg || nlmsg_append(msg, &request, sizeof(request), NLMSG_ALIGNTO) ||
	    nla_put(msg, RTA_DST, to->size, to->bytes) ||
	    (from->size && nla_put(msg, RTA_SRC, from->size, from->bytes)) ||
	    (question->scope && nla_put_u32(msg, RTA_OIF, question->scope))) {
		nlmsg_free(msg);
		return -NLE_NOMEM;
	}
	err = nl_send_auto(sock, msg);
	nlmsg_free(msg);
	return err;
}

/* 0, or a negative error of libnl's */
static int ask(const struct question *question, int (*take)(struct nl_msg *msg, void *arg),
	       void *arg)
{
	struct nl_sock *sock = nl_socket_alloc();
	int err;

	if (!sock)
		return -NLE_NOMEM;
	nl_socket_disable_auto_ack(sock);
	nl_socket_modify_cb(sock, NL_CB_VALID, NL_CB_CUSTOM, take, arg);
	err = nl_connect(sock, NETLINK_ROUTE);
	if (err >= 0)
		err = send_question(sock, question);
	if (err >= 0)
		err = nl_recvmsgs_default(sock);
	nl_socket_free(sock);
	return err < 0 ? err : 0;
}

static unsigned int device_mtu(const char *dev)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = { 0 };
	int err;

	if (fd < 0)
		fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	memcpy(request.ifr_name, dev, IF_NAMESIZE);
	err = ioctl(fd, SIOCGIFMTU, &request);
	close(fd);
	return err ? 0 : request.ifr_mtu;
}

static int read_sysctl(const char *path)
{
	FILE *file = fopen(path, "re");
	int value = 0;

	if (!file)
		return 0;
	if (fscanf(file, "%d", &value) != 1)
		value = 0;
	fclose(file);
	return value;
}

int route_find(const struct address *to, uint32_t scope, const struct address *from,
	       struct route *route, struct fault *fault)
{
	struct question question = { to, from, scope, 0 };
	int err;

	memset(route, 0, sizeof(*route));
	route->table = RT_TABLE_MAIN;
	if (to->size == 4)
		route->no_pmtu_disc = read_sysctl("/proc/sys/net/ipv4/ip_no_pmtu_disc");
	err = ask(&question, take_route, route);
	question.flags = RTM_F_FIB_MATCH;
	/* what a route says of itself is asked for apart: without it the rest is as good */
	if (!err)
		ask(&question, take_entry, &route->entry);
	if (!err && *route->dev)
		route->dev_mtu = device_mtu(route->dev);
	if (route->dev_mtu)
		return 0;
	fault_set(fault, EXIT_OTHER, "cannot find out by which interface it leaves: %s",
		  err < 0 ? nl_geterror(err) : "the kernel does not say");
	return -1;
}

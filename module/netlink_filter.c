// SPDX-License-Identifier: GPL-2.0
#include <net/net_namespace.h>
#include <net/netlink.h>

#include "core/engine.h"
#include "netlink_filter.h"
#include "netns.h"

#define V4_BITS	96	/* of the prefix that maps IPv4 */

const struct nla_policy tcpwhy_filter_policy[TCPWHY_A_FILTER_MAX + 1] = {
	[TCPWHY_A_FILTER_CAUSE] = { .type = NLA_U32 },
	[TCPWHY_A_FILTER_MIN_SEVERITY] = NLA_POLICY_MAX(NLA_U8, TCPWHY_SEVERITY_MAX),
	[TCPWHY_A_FILTER_MIN_CONFIDENCE] = NLA_POLICY_MAX(NLA_U8, TCPWHY_CONFIDENCE_MAX),
	[TCPWHY_A_FILTER_PREFIX] = { .type = NLA_BINARY, .len = 16 },
	[TCPWHY_A_FILTER_PREFIX_LEN] = { .type = NLA_U8 },
	[TCPWHY_A_FILTER_SINCE] = { .type = NLA_U64 },
	[TCPWHY_A_FILTER_NETNS] = { .type = NLA_U32 },
	[TCPWHY_A_FILTER_ALL_NETNS] = { .type = NLA_FLAG },
};

/**
 * tcpwhy_addr_parse() - an address from an attribute
 * @addr: result
 * @bits: result, the bits of its family's part; may be NULL
 * @nla: attribute
 * @extack: says what is wrong
 *
 * Return: 0 or -EINVAL
 */
int tcpwhy_addr_parse(struct tcpwhy_addr *addr, u8 *bits, const struct nlattr *nla,
		      struct netlink_ext_ack *extack)
{
	if (nla_len(nla) == 4) {
		tcpwhy_addr_from_v4(addr, nla_data(nla));
	} else if (nla_len(nla) == 16) {
		tcpwhy_addr_from_v6(addr, nla_data(nla));
	} else {
		NL_SET_ERR_MSG_ATTR(extack, nla, "an address has 4 or 16 bytes");
		return -EINVAL;
	}
	if (bits)
		*bits = nla_len(nla) * 8;
	return 0;
}

static int parse_prefix(struct tcpwhy_filter *filter, const struct nlattr *prefix,
			const struct nlattr *len, struct netlink_ext_ack *extack)
{
	u8 bits;
	int err;

	if (!prefix) {
		if (!len)
			return 0;
		NL_SET_ERR_MSG_ATTR(extack, len, "a prefix length without a prefix");
		return -EINVAL;
	}
	err = tcpwhy_addr_parse(&filter->prefix, &bits, prefix, extack);
	if (err)
		return err;
	if (len && nla_get_u8(len) > bits) {
		NL_SET_ERR_MSG_ATTR(extack, len, "a prefix length beyond the address");
		return -EINVAL;
	}
	filter->prefix_len = len ? nla_get_u8(len) : bits;
	if (bits == 32)
		filter->prefix_len += V4_BITS;
	return 0;
}

static int parse_causes(struct tcpwhy_filter *filter, const struct nlattr *nest,
			struct netlink_ext_ack *extack)
{
	const struct nlattr *nla;
	int rest;

	nla_for_each_nested(nla, nest, rest) {
		if (nla_type(nla) != TCPWHY_A_FILTER_CAUSE)
			continue;
		if (!tcpwhy_cause_by_id(nla_get_u32(nla))) {
			NL_SET_ERR_MSG_ATTR(extack, nla, "no such cause");
			return -EINVAL;
		}
		tcpwhy_set_add(&filter->causes, nla_get_u32(nla));
	}
	if (tcpwhy_set_is_empty(&filter->causes))
		tcpwhy_set_fill(&filter->causes);
	return 0;
}

static int parse_netns(struct tcpwhy_filter *filter, struct nlattr **tb, struct net *net,
		       struct netlink_ext_ack *extack)
{
	const struct nlattr *nla = tb[TCPWHY_A_FILTER_ALL_NETNS];

	filter->netns = net->ns.inum;
	if (tb[TCPWHY_A_FILTER_NETNS]) {
		nla = tb[TCPWHY_A_FILTER_NETNS];
		if (tb[TCPWHY_A_FILTER_ALL_NETNS]) {
			NL_SET_ERR_MSG_ATTR(extack, nla, "one namespace, or all of them");
			return -EINVAL;
		}
		if (nla_get_u32(nla) == filter->netns)
			return 0;
		filter->netns = nla_get_u32(nla);
		/* which would be all of them below */
		if (!filter->netns) {
			NL_SET_ERR_MSG_ATTR(extack, nla, "no such network namespace");
			return -EINVAL;
		}
	} else if (nla) {
		filter->netns = 0;
	}
	if (nla && !net_eq(net, &init_net)) {
		NL_SET_ERR_MSG_ATTR(extack, nla,
				    "only the initial network namespace sees others");
		return -EPERM;
	}
	if (tb[TCPWHY_A_FILTER_NETNS] && !tcpwhy_netns_exists(filter->netns)) {
		NL_SET_ERR_MSG_ATTR(extack, nla, "no such network namespace");
		return -EINVAL;
	}
	return 0;
}

/**
 * tcpwhy_filter_parse() - a filter from a request
 * @filter: result
 * @nest: %TCPWHY_A_FILTER, or NULL: all of the caller's namespace
 * @net: the caller's namespace
 * @extack: says what is wrong
 *
 * Return: 0, -EINVAL or -EPERM
 */
int tcpwhy_filter_parse(struct tcpwhy_filter *filter, const struct nlattr *nest,
			struct net *net, struct netlink_ext_ack *extack)
{
	struct nlattr *tb[TCPWHY_A_FILTER_MAX + 1];
	int err;

	memset(filter, 0, sizeof(*filter));
	tcpwhy_set_fill(&filter->causes);
	filter->netns = net->ns.inum;
	if (!nest)
		return 0;
	err = nla_parse_nested(tb, TCPWHY_A_FILTER_MAX, nest, tcpwhy_filter_policy, extack);
	if (err)
		return err;
	memset(&filter->causes, 0, sizeof(filter->causes));
	err = parse_causes(filter, nest, extack);
	if (err)
		return err;
	err = parse_prefix(filter, tb[TCPWHY_A_FILTER_PREFIX], tb[TCPWHY_A_FILTER_PREFIX_LEN],
			   extack);
	if (err)
		return err;
	if (tb[TCPWHY_A_FILTER_MIN_SEVERITY])
		filter->min_severity = nla_get_u8(tb[TCPWHY_A_FILTER_MIN_SEVERITY]);
	if (tb[TCPWHY_A_FILTER_MIN_CONFIDENCE])
		filter->min_confidence = nla_get_u8(tb[TCPWHY_A_FILTER_MIN_CONFIDENCE]);
	if (tb[TCPWHY_A_FILTER_SINCE])
		filter->since_ns = nla_get_u64(tb[TCPWHY_A_FILTER_SINCE]);
	return parse_netns(filter, tb, net, extack);
}

/** tcpwhy_filter_finding() - does a finding pass? */
bool tcpwhy_filter_finding(const struct tcpwhy_filter *filter, const struct tcpwhy_finding *f)
{
	return tcpwhy_set_has(&filter->causes, f->cause) && f->last_ns >= filter->since_ns &&
	       f->confidence >= filter->min_confidence &&
	       tcpwhy_cause_by_id(f->cause)->severity >= filter->min_severity;
}

/** tcpwhy_filter_peer() - does a peer pass, by itself and by one of its findings? */
bool tcpwhy_filter_peer(const struct tcpwhy_filter *filter, const struct tcpwhy_peer *peer)
{
	const struct tcpwhy_finding *f;

	if (filter->netns && filter->netns != peer->inum)
		return false;
	if (!tcpwhy_addr_in_prefix(&peer->addr, &filter->prefix, filter->prefix_len))
		return false;
	hlist_for_each_entry(f, &peer->findings, node)
		if (tcpwhy_filter_finding(filter, f))
			return true;
	return false;
}

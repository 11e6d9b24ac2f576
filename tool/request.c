// SPDX-License-Identifier: GPL-2.0
#include <netlink/attr.h>
#include <netlink/errno.h>

#include "request.h"

static int put_netns(struct nl_msg *msg, const struct filter *filter)
{
	if (filter->all_netns)
		return nla_put_flag(msg, TCPWHY_A_FILTER_ALL_NETNS);
	if (filter->netns)
		return nla_put_u32(msg, TCPWHY_A_FILTER_NETNS, filter->netns);
	return 0;
}

static int put_finding(struct nl_msg *msg, const struct filter *filter)
{
	for (size_t i = 0; i < filter->causes_count; i++)
		if (nla_put_u32(msg, TCPWHY_A_FILTER_CAUSE, filter->causes[i]))
			return -NLE_MSGSIZE;
	if (filter->min_severity &&
	    nla_put_u8(msg, TCPWHY_A_FILTER_MIN_SEVERITY, filter->min_severity))
		return -NLE_MSGSIZE;
	if (filter->min_confidence &&
	    nla_put_u8(msg, TCPWHY_A_FILTER_MIN_CONFIDENCE, filter->min_confidence))
		return -NLE_MSGSIZE;
	if (filter->since && nla_put_u64(msg, TCPWHY_A_FILTER_SINCE, filter->since))
		return -NLE_MSGSIZE;
	if (filter->prefix.size &&
	    (nla_put(msg, TCPWHY_A_FILTER_PREFIX, filter->prefix.size, filter->prefix.bytes) ||
	     nla_put_u8(msg, TCPWHY_A_FILTER_PREFIX_LEN, filter->prefix_length)))
		return -NLE_MSGSIZE;
	return 0;
}

static int put_filter(struct nl_msg *msg, const struct filter *filter, bool netns_only)
{
	struct nlattr *nest = nla_nest_start(msg, TCPWHY_A_FILTER | NLA_F_NESTED);

	if (!nest || put_netns(msg, filter) || (!netns_only && put_finding(msg, filter)))
		return -NLE_MSGSIZE;
	/* ends the nest, or takes it away again if there is nothing in it */
	nla_nest_end(msg, nest);
	return 0;
}

int request_filter(struct nl_msg *msg, const struct filter *filter)
{
	return put_filter(msg, filter, false);
}

int request_netns(struct nl_msg *msg, const struct filter *filter)
{
	if (!filter->netns && !filter->all_netns)
		return 0;
	return put_filter(msg, filter, true);
}

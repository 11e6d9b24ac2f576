// SPDX-License-Identifier: GPL-2.0
/* What the types and codes of ICMP errors mean, for who asked for something. */
#include <linux/icmp.h>
#include <linux/icmpv6.h>

#include "compat/compat.h"
#include "core/observation.h"
#include "hooks/icmp.h"

/**
 * tcpwhy_icmp_kind_v4() - what an ICMP error says
 * @type: its type
 * @code: its code
 *
 * Return: &enum tcpwhy_icmp_kind
 */
u8 tcpwhy_icmp_kind_v4(u8 type, u8 code)
{
	if (type == ICMP_TIME_EXCEEDED && code == ICMP_EXC_TTL)
		return TCPWHY_ICMP_KIND_HOPS_EXCEEDED;
	if (type != ICMP_DEST_UNREACH)
		return TCPWHY_ICMP_KIND_OTHER;
	switch (code) {
	case ICMP_NET_UNREACH:
	case ICMP_NET_UNKNOWN:
	case ICMP_NET_UNR_TOS:
		return TCPWHY_ICMP_KIND_NET_UNREACHABLE;
	case ICMP_HOST_UNREACH:
	case ICMP_HOST_UNKNOWN:
	case ICMP_HOST_ISOLATED:
	case ICMP_HOST_UNR_TOS:
		return TCPWHY_ICMP_KIND_HOST_UNREACHABLE;
	case ICMP_PROT_UNREACH:
		return TCPWHY_ICMP_KIND_PROTOCOL_UNREACHABLE;
	case ICMP_PORT_UNREACH:
		return TCPWHY_ICMP_KIND_PORT_UNREACHABLE;
	case ICMP_NET_ANO:
	case ICMP_HOST_ANO:
	case ICMP_PKT_FILTERED:
	case ICMP_PREC_VIOLATION:
	case ICMP_PREC_CUTOFF:
		return TCPWHY_ICMP_KIND_PROHIBITED;
	default:
		return TCPWHY_ICMP_KIND_OTHER;
	}
}

/** tcpwhy_icmp_is_refusal_v4() - does it end a connect? See tcp_v4_err() */
bool tcpwhy_icmp_is_refusal_v4(u8 type, u8 code)
{
	return (type == ICMP_DEST_UNREACH && code != ICMP_FRAG_NEEDED && code <= NR_ICMP_UNREACH) ||
	       (type == ICMP_TIME_EXCEEDED && code == ICMP_EXC_TTL);
}

/**
 * tcpwhy_icmp_kind_v6() - likewise of ICMPv6
 * @type: its type
 * @code: its code
 *
 * Return: &enum tcpwhy_icmp_kind
 */
u8 tcpwhy_icmp_kind_v6(u8 type, u8 code)
{
	if (type == ICMPV6_TIME_EXCEED && code == ICMPV6_EXC_HOPLIMIT)
		return TCPWHY_ICMP_KIND_HOPS_EXCEEDED;
	if (type != ICMPV6_DEST_UNREACH)
		return TCPWHY_ICMP_KIND_OTHER;
	switch (code) {
	case ICMPV6_NOROUTE:
		return TCPWHY_ICMP_KIND_NET_UNREACHABLE;
	case ICMPV6_NOT_NEIGHBOUR:
	case ICMPV6_ADDR_UNREACH:
		return TCPWHY_ICMP_KIND_HOST_UNREACHABLE;
	case ICMPV6_PORT_UNREACH:
		return TCPWHY_ICMP_KIND_PORT_UNREACHABLE;
	case ICMPV6_ADM_PROHIBITED:
	case ICMPV6_POLICY_FAIL:
	case ICMPV6_REJECT_ROUTE:
		return TCPWHY_ICMP_KIND_PROHIBITED;
	default:
		return TCPWHY_ICMP_KIND_OTHER;
	}
}

/** tcpwhy_icmp_is_refusal_v6() - does it end a connect? See tcp_v6_err() */
bool tcpwhy_icmp_is_refusal_v6(u8 type, u8 code)
{
	return type == ICMPV6_DEST_UNREACH ||
	       (type == ICMPV6_TIME_EXCEED && code == ICMPV6_EXC_HOPLIMIT);
}

/**
 * tcpwhy_icmp_is_late_answer() - is a datagram of UDP an answer that nobody waits for any more?
 * @net: namespace
 * @from: port that it comes from
 * @to: port that it goes to
 *
 * Who answers a client sends to a port that was taken for the occasion: that the client has left
 * meanwhile is no refusal.
 */
bool tcpwhy_icmp_is_late_answer(struct net *net, u16 from, u16 to)
{
	int low, high;

	tcpwhy_local_port_range(net, &low, &high);
	return from < to && to >= low && to <= high;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * IPVS takes packets that are for an address of this host, in LOCAL_IN, and sends them on by
 * itself. Who says "too big" of such a packet only sees the service's address in it. The
 * connection knows the real server.
 *
 * The module is not to depend on ip_vs: its function is looked up each time, which holds ip_vs
 * for that long.
 */
#include <linux/kernel.h>
#include <linux/module.h>

#include "hooks/ipvs.h"

#if IS_ENABLED(CONFIG_IP_VS)
#include <net/ip_vs.h>

static u8 relay_of(const struct ip_vs_conn *cp)
{
	switch (IP_VS_FWD_METHOD(cp)) {
	case IP_VS_CONN_F_MASQ:
		return TCPWHY_RELAY_NAT;
	case IP_VS_CONN_F_TUNNEL:
		return TCPWHY_RELAY_TUNNEL;
	case IP_VS_CONN_F_DROUTE:
		return TCPWHY_RELAY_DIRECT;
	default:
		return TCPWHY_RELAY_UNSPEC;
	}
}

static void fill_real(const struct ip_vs_conn *cp, struct tcpwhy_real *real)
{
	/* A tunnel may be of another family than the connection. */
	if (cp->daf == AF_INET)
		tcpwhy_addr_from_v4(&real->addr, &cp->daddr.ip);
	else
		tcpwhy_addr_from_v6(&real->addr, &cp->daddr.in6);
	real->port = ntohs(cp->dport);
	real->relay = relay_of(cp);
}

/* The one of its kind that symbol_get() may hand out: it is exported to GPL modules only. */
typedef struct ip_vs_conn *(*conn_in_get)(struct netns_ipvs *ipvs, int af,
					  const struct sk_buff *skb,
					  const struct ip_vs_iphdr *iph);

static bool look_up(conn_in_get get, struct net *net, const struct sk_buff *skb, int af,
		    struct tcpwhy_real *real)
{
	struct ip_vs_iphdr iph;
	struct ip_vs_conn *cp;

	if (!ip_vs_fill_iph_skb(af, skb, false, &iph))
		return false;
	cp = get(net_ipvs(net), af, skb, &iph);
	if (!cp)
		return false;
	fill_real(cp, real);
	__ip_vs_conn_put(cp);
	return real->relay;
}

/**
 * tcpwhy_ipvs_real() - where does IPVS send this?
 * @net: namespace
 * @skb: a client's segment, for a service of this host
 * @af: %AF_INET or %AF_INET6
 * @real: result, if there is one
 *
 * Some thousand instructions: only for what is rare.
 *
 * Context: RCU; any but NMI.
 * Return: whether IPVS has that connection, and sends it to another host
 */
bool tcpwhy_ipvs_real(struct net *net, const struct sk_buff *skb, int af, struct tcpwhy_real *real)
{
	conn_in_get get;
	bool found;

	get = symbol_get(ip_vs_conn_in_get_proto);
	if (!get)
		return false;
	/* NULL in a namespace that began before ip_vs, and as long as that has not got to it. */
	found = net_ipvs(net) && look_up(get, net, skb, af, real);
	symbol_put(ip_vs_conn_in_get_proto);
	return found;
}

#else /* !CONFIG_IP_VS */

bool tcpwhy_ipvs_real(struct net *net, const struct sk_buff *skb, int af, struct tcpwhy_real *real)
{
	return false;
}

#endif /* CONFIG_IP_VS */

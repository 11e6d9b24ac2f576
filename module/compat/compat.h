/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What differs between the kernels from 5.10 to 7.x. The rest of the module
 * reads as if written for the newest. The tests are in probe.c.
 */
#ifndef TCPWHY_COMPAT_H
#define TCPWHY_COMPAT_H

#include <linux/skbuff.h>
#include <net/dst_metadata.h>
#include <net/genetlink.h>
#include <net/inet6_hashtables.h>
#include <net/inet_hashtables.h>
#include <net/tcp.h>

#include "features.h"

/**
 * tcpwhy_lookup_v4() - established, TIME_WAIT or request socket
 * @net: namespace
 * @raddr: remote address
 * @rport: remote port, network order
 * @laddr: local address
 * @lport: local port, host order
 * @dif: interface it came in by, or the socket is bound to
 * @sdif: its master
 *
 * Context: RCU.
 * Return: a reference, to be given back with tcpwhy_socket_put(), or NULL
 */
static inline struct sock *tcpwhy_lookup_v4(struct net *net, __be32 raddr, __be16 rport,
					    __be32 laddr, u16 lport, int dif, int sdif)
{
#ifdef TCPWHY_HAVE_LOOKUP_HASHINFO
	return __inet_lookup_established(net, net->ipv4.tcp_death_row.hashinfo, raddr, rport,
					 laddr, lport, dif, sdif);
#else
	return __inet_lookup_established(net, raddr, rport, laddr, lport, dif, sdif);
#endif
}

#if IS_ENABLED(CONFIG_IPV6)
/* Likewise. It reads TCP's table only, which is there with ipv6.disable=1, too. */
static inline struct sock *tcpwhy_lookup_v6(struct net *net, const struct in6_addr *raddr,
					    __be16 rport, const struct in6_addr *laddr, u16 lport,
					    int dif, int sdif)
{
#ifdef TCPWHY_HAVE_LOOKUP_HASHINFO
	return __inet6_lookup_established(net, net->ipv4.tcp_death_row.hashinfo, raddr, rport,
					  laddr, lport, dif, sdif);
#else
	return __inet6_lookup_established(net, raddr, rport, laddr, lport, dif, sdif);
#endif
}
#endif

/**
 * tcpwhy_listener_v4() - who listens
 * @net: namespace
 * @raddr: remote address
 * @rport: remote port, network order
 * @laddr: local address
 * @lport: local port, host order
 * @dif: interface, no port of a VRF; 0: of those that are bound to none
 *
 * Context: RCU, while the answer is used.
 * Return: no reference, or NULL
 */
static inline const struct sock *tcpwhy_listener_v4(struct net *net, __be32 raddr, __be16 rport,
						    __be32 laddr, u16 lport, int dif)
{
#ifdef TCPWHY_HAVE_LOOKUP_HASHINFO
	return __inet_lookup_listener(net, net->ipv4.tcp_death_row.hashinfo, NULL, 0, raddr, rport,
				      laddr, lport, dif, 0);
#else
	return __inet_lookup_listener(net, NULL, 0, raddr, rport, laddr, lport, dif, 0);
#endif
}

#if IS_ENABLED(CONFIG_IPV6)
/* Likewise. */
static inline const struct sock *tcpwhy_listener_v6(struct net *net, const struct in6_addr *raddr,
						    __be16 rport, const struct in6_addr *laddr,
						    u16 lport, int dif)
{
#ifdef TCPWHY_HAVE_LOOKUP_HASHINFO
	return inet6_lookup_listener(net, net->ipv4.tcp_death_row.hashinfo, NULL, 0, raddr, rport,
				     laddr, lport, dif, 0);
#else
	return inet6_lookup_listener(net, NULL, 0, raddr, rport, laddr, lport, dif, 0);
#endif
}
#endif

/* Does a device give it to packets for the device below it? All other kinds are for tunnels. */
static inline bool tcpwhy_metadata_is_for_lower(const struct metadata_dst *metadata)
{
#ifdef TCPWHY_HAVE_METADATA_MACSEC
	if (metadata->type == METADATA_MACSEC)
		return true;
#endif
	return metadata->type == METADATA_HW_PORT_MUX;
}

static inline u32 tcpwhy_tw_count(const struct net *net)
{
#ifdef TCPWHY_HAVE_TW_REFCOUNT
	return refcount_read(&net->ipv4.tcp_death_row.tw_refcount) - 1;
#else
	return atomic_read(&net->ipv4.tcp_death_row.tw_count);
#endif
}

static inline void tcpwhy_local_port_range(struct net *net, int *low, int *high)
{
#ifdef TCPWHY_HAVE_LOCAL_PORT_RANGE_WORD
	u32 range = READ_ONCE(net->ipv4.ip_local_ports.range);

	*low = range & 0xffff;
	*high = range >> 16;
#else
	inet_get_local_port_range(net, low, high);
#endif
}

static inline bool tcpwhy_ts_usec(const struct tcp_sock *tp)
{
#ifdef TCPWHY_HAVE_TCP_USEC_TS
	return tp->tcp_usec_ts;
#else
	return false;
#endif
}

/* The timestamp of a segment that TCP has just sent. */
static inline u32 tcpwhy_tsval(const struct tcp_sock *tp, const struct sk_buff *skb)
{
#ifdef TCPWHY_HAVE_TCP_USEC_TS
	return tcp_skb_timestamp_ts(tp->tcp_usec_ts, skb) + tp->tsoffset;
#else
	return tcp_skb_timestamp(skb) + tp->tsoffset;
#endif
}

#ifdef TCPWHY_HAVE_PAWS_WRAP
#define TCPWHY_PAWS_WRAP_S	TCP_PAWS_WRAP
#else
#define TCPWHY_PAWS_WRAP_S	TCP_PAWS_24DAYS
#endif

static inline struct nlattr **tcpwhy_dump_attrs(struct netlink_callback *cb)
{
#ifdef TCPWHY_HAVE_GENL_INFO_DUMP
	return genl_info_dump(cb)->attrs;
#else
	return genl_dumpit_info(cb)->attrs;
#endif
}

/*
 * Who may listen to events. 6.1 and newer test a flag of their own, stable 5.10
 * that of commands. A kernel that tests neither would let anybody listen: there
 * is no group then.
 */
#if defined(GENL_MCAST_CAP_NET_ADMIN)
#define TCPWHY_EVENT_GROUPS	1
#define TCPWHY_MCGRP_ADMIN	.flags = GENL_MCAST_CAP_NET_ADMIN
#elif defined(TCPWHY_HAVE_GENL_MCGRP_FLAGS)
#define TCPWHY_EVENT_GROUPS	1
#define TCPWHY_MCGRP_ADMIN	.flags = GENL_UNS_ADMIN_PERM
#else
#define TCPWHY_EVENT_GROUPS	0
#define TCPWHY_MCGRP_ADMIN
#endif

/* Does tcp_check_req() drop a segment for the timestamp that it echoes? */
static inline bool tcpwhy_request_rejects_echo(const struct request_sock *req, u32 tsecr)
{
#ifdef TCPWHY_HAVE_REQUEST_TSVAL
	return tsecr && inet_rsk(req)->tstamp_ok &&
	       !between(tsecr, tcp_rsk(req)->snt_tsval_first,
			READ_ONCE(tcp_rsk(req)->snt_tsval_last));
#else
	return false;
#endif
}

/*
 * Is the ACK of a RST to a request checked before its timestamp, and does it suffice
 * that it lies in the window?
 */
#ifdef TCPWHY_HAVE_REQSK_CHALLENGE_ACK
#define TCPWHY_REQUEST_RST_ACK_CHECKED	false
#define TCPWHY_REQUEST_RST_IN_WINDOW	false
#else
#define TCPWHY_REQUEST_RST_ACK_CHECKED	true
#define TCPWHY_REQUEST_RST_IN_WINDOW	true
#endif

#endif /* TCPWHY_COMPAT_H */

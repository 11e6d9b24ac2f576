// SPDX-License-Identifier: GPL-2.0
/*
 * Never linked: probe.sh compiles each section by itself, and TCPWHY_HAVE_x is
 * defined where it compiles.
 */
#include <linux/icmpv6.h>
#include <linux/module.h>
#include <linux/ptrace.h>
#include <linux/skbuff.h>
#include <net/dst_metadata.h>
#include <net/genetlink.h>
#include <net/icmp.h>
#include <net/inet_frag.h>
#include <net/inet_hashtables.h>
#include <net/tcp.h>
#include <net/udp.h>
#include <trace/events/skb.h>
#include <trace/events/tcp.h>

#ifdef PROBE_BASE
int probe(void);
int probe(void) { return 0; }
#endif

/* 7.x: each namespace finds its own table. */
#ifdef PROBE_LOOKUP_HASHINFO
struct sock *probe(struct net *net);
struct sock *probe(struct net *net)
{
	return __inet_lookup_established(net, net->ipv4.tcp_death_row.hashinfo, 0, 0, 0, 0, 0, 0);
}
#endif

/* Not 5.10: the kernel gives a reason for a drop. */
#ifdef PROBE_DROP_REASON
int probe = SKB_DROP_REASON_TCP_RFC7323_PAWS;
#endif

/* 6.12: and the socket. */
#ifdef PROBE_DROP_REASON_SOCK
void probe(void *data, struct sk_buff *skb, void *location, enum skb_drop_reason reason,
	   struct sock *sk);
void probe(void *data, struct sk_buff *skb, void *location, enum skb_drop_reason reason,
	   struct sock *sk)
{
	check_trace_callback_type_kfree_skb(probe);
}
#endif

/* 7.x: which is const. */
#ifdef PROBE_DROP_REASON_CONST_SOCK
void probe(void *data, struct sk_buff *skb, void *location, enum skb_drop_reason reason,
	   const struct sock *sk);
void probe(void *data, struct sk_buff *skb, void *location, enum skb_drop_reason reason,
	   const struct sock *sk)
{
	check_trace_callback_type_kfree_skb(probe);
}
#endif

/* 7.x: an old pure ACK has a reason, and a counter, of its own. */
#ifdef PROBE_DROP_REASON_PAWS_ACK
int probe = SKB_DROP_REASON_TCP_RFC7323_PAWS_ACK;
#endif

/* 6.12: a segment before the window has a reason of its own; 7.x: and one that ends beyond it. */
#ifdef PROBE_DROP_REASON_OLD_SEQUENCE
int probe = SKB_DROP_REASON_TCP_OLD_SEQUENCE;
#endif

#ifdef PROBE_DROP_REASON_INVALID_END_SEQUENCE
int probe = SKB_DROP_REASON_TCP_INVALID_END_SEQUENCE;
#endif

/* 6.12: a RST that TCP sends has a reason, and is shown without a socket too. */
#ifdef PROBE_RST_REASON
void probe(void *data, const struct sock *sk, const struct sk_buff *skb,
	   const enum sk_rst_reason reason);
void probe(void *data, const struct sock *sk, const struct sk_buff *skb,
	   const enum sk_rst_reason reason)
{
	check_trace_callback_type_tcp_send_reset(probe);
}
#endif

/* 7.x: a retransmission that failed is shown as well. */
#ifdef PROBE_RETRANSMIT_ERR
void probe(void *data, const struct sock *sk, const struct sk_buff *skb, int err);
void probe(void *data, const struct sock *sk, const struct sk_buff *skb, int err)
{
	check_trace_callback_type_tcp_retransmit_skb(probe);
}
#endif

/* Not 5.10: tcp_reset() is given the segment. */
#ifdef PROBE_RESET_SKB
void probe(struct sock *sk, struct sk_buff *skb);
void probe(struct sock *sk, struct sk_buff *skb) { tcp_reset(sk, skb); }
#endif

#ifdef PROBE_MIB_PAWS_OLD_ACK
int probe = LINUX_MIB_PAWS_OLD_ACK;
#endif

/* 7.x: TIME_WAIT counts apart. */
#ifdef PROBE_MIB_PAWS_TIMEWAIT
int probe = LINUX_MIB_PAWS_TW_REJECTED;
#endif

/* 6.1 counts TIME_WAITs in a refcount that begins at 1. */
#ifdef PROBE_TW_REFCOUNT
int probe(struct net *net);
int probe(struct net *net) { return refcount_read(&net->ipv4.tcp_death_row.tw_refcount); }
#endif

/* 6.8: timestamps in microseconds, by route. */
#ifdef PROBE_TCP_USEC_TS
int probe(struct tcp_sock *tp);
int probe(struct tcp_sock *tp) { return tp->tcp_usec_ts; }
#endif

/* 6.7: dumps have a genl_info of their own. */
#ifdef PROBE_GENL_INFO_DUMP
struct nlattr **probe(struct netlink_callback *cb);
struct nlattr **probe(struct netlink_callback *cb) { return genl_info_dump(cb)->attrs; }
#endif

/* Stable 5.10 and newer: a multicast group has flags. */
#ifdef PROBE_GENL_MCGRP_FLAGS
struct genl_multicast_group probe = { .flags = GENL_UNS_ADMIN_PERM };
#endif

/* 6.1 and newer: a RST to a request skips the test of its ACK (tcp_check_req()). */
#ifdef PROBE_REQSK_CHALLENGE_ACK
void *probe = tcp_reqsk_send_challenge_ack;
#endif

/* 6.14: a request knows which timestamps it sent, and drops what echoes another. */
#ifdef PROBE_REQUEST_TSVAL
u32 probe(struct tcp_request_sock *req);
u32 probe(struct tcp_request_sock *req) { return req->snt_tsval_first + req->snt_tsval_last; }
#endif

/* 6.9: PAWS forgets after what 2^31 of the fastest ticks take, not after 24 days. */
#ifdef PROBE_PAWS_WRAP
int probe = TCP_PAWS_WRAP;
#endif

/* 6.8: the range is one word; its reader is not exported, unlike before. */
#ifdef PROBE_LOCAL_PORT_RANGE_WORD
u32 probe(struct net *net);
u32 probe(struct net *net) { return net->ipv4.ip_local_ports.range >> 16; }
#endif

/* 6.0: MACsec that a device below does. */
#ifdef PROBE_METADATA_MACSEC
int probe = METADATA_MACSEC;
#endif

/* 6.12: fragments that a datagram has are thrown away by a function of its own. */
#ifdef PROBE_FRAG_QUEUE_FLUSH
void probe(struct inet_frag_queue *q);
void probe(struct inet_frag_queue *q) { inet_frag_queue_flush(q, 0); }
#endif

/* Not 32-bit ARM: a kprobe's handler can read a function's arguments. */
#ifdef PROBE_KERNEL_ARGUMENT
unsigned long probe(struct pt_regs *regs);
unsigned long probe(struct pt_regs *regs) { return regs_get_kernel_argument(regs, 0); }
#endif

/*
 * The functions whose arguments handlers of kprobes read, each in the forms that they were
 * written for. A kernel that declares another one, or none any more, does without that kprobe
 * (compat/args.c): better not to look than to read a wrong register. What follows the arguments
 * that are read is compared, too: the C language has no way to leave it out.
 */
#define IS(function, form)	__builtin_types_compatible_p(typeof(function), typeof(form))

#ifdef PROBE_ARGS_tcp_reset
static_assert(IS(tcp_reset, void (struct sock *, struct sk_buff *)) ||
	      /* 5.10 */
	      IS(tcp_reset, void (struct sock *)));
#endif

#ifdef PROBE_ARGS_inet_csk_get_port
static_assert(IS(inet_csk_get_port, int (struct sock *, unsigned short)));
#endif

#ifdef PROBE_ARGS_tcp_v4_err
static_assert(IS(tcp_v4_err, int (struct sk_buff *, u32)));
#endif

#ifdef PROBE_ARGS_tcp_simple_retransmit
static_assert(IS(tcp_simple_retransmit, void (struct sock *)));
#endif

#ifdef PROBE_ARGS_tcp_cwnd_restart
static_assert(IS(tcp_cwnd_restart, void (struct sock *, s32)));
#endif

#ifdef PROBE_ARGS_tcp_conn_request
static_assert(IS(tcp_conn_request,
		 int (struct request_sock_ops *, const struct tcp_request_sock_ops *,
		      struct sock *, struct sk_buff *)));
#endif

#ifdef PROBE_ARGS_tcp_check_req
static_assert(IS(tcp_check_req,
		 struct sock *(struct sock *, struct sk_buff *, struct request_sock *, bool,
			       bool *)) ||
	      /* 6.15 */
	      IS(tcp_check_req,
		 struct sock *(struct sock *, struct sk_buff *, struct request_sock *, bool,
			       bool *, enum skb_drop_reason *)));
#endif

#ifdef PROBE_ARGS_tcp_timewait_state_process
static_assert(IS(tcp_timewait_state_process,
		 enum tcp_tw_status (struct inet_timewait_sock *, struct sk_buff *,
				     const struct tcphdr *)) ||
	      /* 6.10 */
	      IS(tcp_timewait_state_process,
		 enum tcp_tw_status (struct inet_timewait_sock *, struct sk_buff *,
				     const struct tcphdr *, u32 *)) ||
	      /* 6.15 */
	      IS(tcp_timewait_state_process,
		 enum tcp_tw_status (struct inet_timewait_sock *, struct sk_buff *,
				     const struct tcphdr *, u32 *, enum skb_drop_reason *)));
#endif

#ifdef PROBE_ARGS___icmp_send
static_assert(IS(__icmp_send, void (struct sk_buff *, int, int, __be32,
				    const struct ip_options *)) ||
	      /* 7.x */
	      IS(__icmp_send, void (struct sk_buff *, int, int, __be32,
				    const struct inet_skb_parm *)));
#endif

#ifdef PROBE_ARGS_icmp6_send
#if IS_ENABLED(CONFIG_IPV6)
static_assert(IS(icmp6_send, void (struct sk_buff *, u8, u8, __u32, const struct in6_addr *,
				   const struct inet6_skb_parm *)) ||
	      /* 5.10, before its stable release 5.10.17 */
	      IS(icmp6_send, void (struct sk_buff *, u8, u8, __u32, const struct in6_addr *)));
#endif
#endif

#ifdef PROBE_ARGS_inet_frag_find
static_assert(IS(inet_frag_find, struct inet_frag_queue *(struct fqdir *, void *)));
#endif

#ifdef PROBE_ARGS_inet_frag_kill
static_assert(IS(inet_frag_kill, void (struct inet_frag_queue *)) ||
	      /* 6.12, by a stable release */
	      IS(inet_frag_kill, void (struct inet_frag_queue *, int *)));
#endif

/* One of these two, see FRAG_QUEUE_FLUSH. */
#ifdef PROBE_ARGS_inet_frag_queue_flush
#ifdef TCPWHY_HAVE_FRAG_QUEUE_FLUSH
static_assert(IS(inet_frag_queue_flush, void (struct inet_frag_queue *, enum skb_drop_reason)));
#endif
#endif

#ifdef PROBE_ARGS_inet_frag_rbtree_purge
#ifndef TCPWHY_HAVE_FRAG_QUEUE_FLUSH
static_assert(IS(inet_frag_rbtree_purge, unsigned int (struct rb_root *)) ||
	      /* 6.8 */
	      IS(inet_frag_rbtree_purge, unsigned int (struct rb_root *, enum skb_drop_reason)));
#endif
#endif

#ifdef PROBE_ARGS_udp_err
static_assert(IS(udp_err, int (struct sk_buff *, u32)));
#endif

/* No header declares these, as they are static: nothing can be compared. */
#ifdef PROBE_ARGS_udpv6_err
#endif

#ifdef PROBE_ARGS_tcp_v6_err
#endif

/* On 5.10 and 6.1 only (compat/reset_probe.h) */
#ifdef PROBE_ARGS_tcp_v4_send_reset
#endif

#ifdef PROBE_ARGS_tcp_v6_send_reset
#endif

/* On 5.10 only (compat/drop_probe.h) */
#ifdef PROBE_ARGS_tcp_validate_incoming
#endif

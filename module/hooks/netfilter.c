// SPDX-License-Identifier: GPL-2.0
/*
 * LOCAL_IN, after all others: what TCP is about to see. An ordinary segment
 * costs a look at its flags and at the state of the socket that early demux
 * found; only SYN, RST and what meets TIME_WAIT or a request is looked into.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/tcp.h>
#include <net/inet_sock.h>
#include <net/tcp.h>

#include "compat/compat.h"
#include "hooks/arrival.h"
#include "hooks/netfilter.h"
#include "hooks/reset_in.h"
#include "hooks/socket.h"
#include "stats.h"

#define NEWS	(TCPWHY_SYN | TCPWHY_RST)

static bool count_parse(enum tcpwhy_parse got)
{
	switch (got) {
	case TCPWHY_PARSE_OK:
		return true;
	case TCPWHY_PARSE_NOT_TCP:
		tcpwhy_count(NOT_TCP);
		break;
	case TCPWHY_PARSE_FRAGMENT:
		tcpwhy_count(FRAGMENT);
		break;
	case TCPWHY_PARSE_TRUNCATED:
		tcpwhy_count(TRUNCATED);
		break;
	case TCPWHY_PARSE_MALFORMED:
		tcpwhy_count(MALFORMED);
		break;
	}
	return false;
}

/*
 * TCP has not verified it yet. As conntrack does; this may leave the sum in
 * the skb for TCP to use.
 */
static bool checksum_ok(struct sk_buff *skb, const struct nf_hook_state *state,
			const struct tcpwhy_packet *p)
{
	return !nf_checksum(skb, NF_INET_LOCAL_IN, p->tcp_at, IPPROTO_TCP, state->pf);
}

/*
 * What the peer's first packets look like tells later whose a RST is: the SYN or SYN-ACK,
 * and these many segments.
 */
#define FIRST_SEGS	2

static bool is_first(const struct sock *sk)
{
	if (!sk)
		return false;
	return sk->sk_state == TCP_SYN_SENT ||
	       (sk->sk_state == TCP_ESTABLISHED &&
		tcp_sk((struct sock *)sk)->segs_in <= FIRST_SEGS);
}

/* A RST is what is to be compared, and no sample; older kernels forget it on the way. */
static void take_sample(struct net *net, const struct sk_buff *skb, const struct tcpwhy_packet *p,
			const struct sock *sk)
{
	if (p->flags & TCPWHY_RST)
		tcpwhy_reset_in_note(sk, skb);
	else
		tcpwhy_arrival_sample(net, p, tcp_sk((struct sock *)sk)->segs_in);
}

static void look_into(struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct sock *sk = skb->sk, *found = NULL;
	u8 buf[TCPWHY_HEADER_MAX];
	struct tcpwhy_packet p;
	const u8 *header;
	u32 captured;
	bool first;

	tcpwhy_count(RARE_PACKETS);
	if (skb->pkt_type != PACKET_HOST) {
		tcpwhy_count(NOT_FOR_US);
		return;
	}
	captured = min_t(u32, skb->len, sizeof(buf));
	header = skb_header_pointer(skb, 0, captured, buf);
	if (!header || !count_parse(tcpwhy_packet_parse(&p, header, captured, skb->len)))
		return;
	/* Let in since its flags could not be seen: it is not linear. */
	if (!sk && !(p.flags & NEWS))
		return;
	/* No early demux: a dst is there already (loopback), or the sysctl is off. */
	if (!sk) {
		found = state->pf == NFPROTO_IPV4 ?
			tcpwhy_socket_of_tuple(state->net, &p, inet_iif(skb), inet_sdif(skb)) :
			tcpwhy_socket_of_tuple(state->net, &p, inet6_iif(skb), inet6_sdif(skb));
		sk = found;
	}
	first = is_first(sk);
	if (first || tcpwhy_arrival_matters(&p, sk)) {
		if (!checksum_ok(skb, state, &p))
			tcpwhy_count(BAD_CHECKSUM);
		else if (first)
			take_sample(state->net, skb, &p, sk);
		else
			tcpwhy_arrival_judge(state->net, &p, sk, header);
	}
	if (found)
		sock_gen_put(found);
}

/* Out of line, and called last: ordinary packets pay for no stack frame. */
static noinline unsigned int inspect(struct sk_buff *skb, const struct nf_hook_state *state)
{
	look_into(skb, state);
	return NF_ACCEPT;
}

/*
 * Remembering SYNs, and looking at RSTs for no connection, is a courtesy that a flood
 * must not turn into work: beyond this many a tick and CPU (25 000 a second at HZ 250)
 * they pass unremembered. What meets
 * TIME_WAIT is seen all the same, by the socket that early demux found.
 */
#define SYNS_A_TICK	100

struct syn_budget {
	u32 tick;
	u32 left;
};

static DEFINE_PER_CPU(struct syn_budget, syn_budgets);

static bool shed(const struct sk_buff *skb, const struct net *net)
{
	struct syn_budget *b = this_cpu_ptr(&syn_budgets);

	if (skb->dev->flags & IFF_LOOPBACK ||
	    !READ_ONCE(net->ipv4.sysctl_ip_early_demux) ||
	    !READ_ONCE(net->ipv4.sysctl_tcp_early_demux))
		return false;
	if (b->tick != tcp_jiffies32) {
		b->tick = tcp_jiffies32;
		b->left = SYNS_A_TICK;
	}
	if (!b->left) {
		tcpwhy_count(SYNS_SHED);
		return true;
	}
	b->left--;
	return false;
}

static bool carries_news(const struct sk_buff *skb, const struct net *net, u32 tcp_header)
{
	const struct sock *sk = skb->sk;
	u8 flags;

	/* No cause wants what meets any other socket. */
	if (likely(sk))
		return (1 << sk->sk_state) & (TCPF_TIME_WAIT | TCPF_NEW_SYN_RECV) || is_first(sk);
	if (unlikely(skb_headlen(skb) < tcp_header + sizeof(struct tcphdr)))
		return true;
	flags = skb->data[tcp_header + 13];
	return flags & NEWS && !shed(skb, net);
}

static unsigned int local_in_v4(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	const struct iphdr *iph = ip_hdr(skb);

	if (iph->protocol == IPPROTO_TCP && carries_news(skb, state->net, iph->ihl * 4))
		return inspect(skb, state);
	return NF_ACCEPT;
}

/*
 * What comes behind extension headers may still be refused by one of them, or be
 * a fragment, and never reach TCP: it is not judged here.
 */
static unsigned int local_in_v6(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	if (ipv6_hdr(skb)->nexthdr == IPPROTO_TCP &&
	    carries_news(skb, state->net, sizeof(struct ipv6hdr)))
		return inspect(skb, state);
	return NF_ACCEPT;
}

static const struct nf_hook_ops hooks[] = {
	{
		.hook = local_in_v4,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_LOCAL_IN,
		.priority = NF_IP_PRI_LAST,
	},
	{
		.hook = local_in_v6,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_LOCAL_IN,
		.priority = NF_IP6_PRI_LAST,
	},
};

/**
 * tcpwhy_netfilter_register() - attach to a namespace
 * @net: namespace
 *
 * Return: 0 or an error
 */
int tcpwhy_netfilter_register(struct net *net)
{
	return nf_register_net_hooks(net, hooks, ARRAY_SIZE(hooks));
}

/**
 * tcpwhy_netfilter_unregister() - detach from it
 * @net: namespace
 *
 * The hooks may still run until a grace period has passed.
 */
void tcpwhy_netfilter_unregister(struct net *net)
{
	nf_unregister_net_hooks(net, hooks, ARRAY_SIZE(hooks));
}

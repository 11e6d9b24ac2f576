// SPDX-License-Identifier: GPL-2.0
/*
 * LOCAL_IN, after all others: what TCP is about to see. An ordinary segment
 * costs a look at its flags and at the state of the socket that early demux
 * found; only SYN, RST and a connection's first packets are looked into. What meets
 * TIME_WAIT or a request is hooks/minisocks.c's, and this one's where there are no kprobes.
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
#include "hooks/budget.h"
#include "hooks/handshake.h"
#include "hooks/minisocks.h"
#include "hooks/netfilter.h"
#include "hooks/reset_in.h"
#include "hooks/socket.h"
#include "netns.h"
#include "stats.h"

#define NEWS	(TCPWHY_SYN | TCPWHY_RST)
#define MINI	(TCPF_TIME_WAIT | TCPF_NEW_SYN_RECV)

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

/* A packet that is looked into. */
struct arrival {
	struct sk_buff *skb;
	const struct nf_hook_state *state;
	const u8 *header;
	u32 captured;
	u32 tcp_at;
};

static const struct tcphdr *tcp_of(const struct arrival *a)
{
	return (const struct tcphdr *)(a->header + a->tcp_at);
}

static struct sock *socket_of(const struct arrival *a)
{
	const struct tcphdr *th = tcp_of(a);
	struct net *net = a->state->net;

	if (a->state->pf == NFPROTO_IPV4) {
		const struct iphdr *iph = (const struct iphdr *)a->header;

		return tcpwhy_lookup_v4(net, iph->saddr, th->source, iph->daddr, ntohs(th->dest),
					inet_iif(a->skb), inet_sdif(a->skb));
	}
#if IS_ENABLED(CONFIG_IPV6)
	return tcpwhy_lookup_v6(net, &((const struct ipv6hdr *)a->header)->saddr, th->source,
				&((const struct ipv6hdr *)a->header)->daddr, ntohs(th->dest),
				inet6_iif(a->skb), inet6_sdif(a->skb));
#else
	return NULL;
#endif
}

/* @sk: what it met; NULL: it is a RST, or a SYN of a known peer's */
static void judge(const struct arrival *a, const struct sock *sk)
{
	struct tcpwhy_packet p;

	if (!tcpwhy_budget_take(TCPWHY_BUDGET_EVENTS))
		return;
	if (!count_parse(tcpwhy_packet_parse(&p, a->header, a->captured, a->skb->len)) ||
	    !tcpwhy_arrival_matters(&p, sk))
		return;
	if (checksum_ok(a->skb, a->state, &p))
		tcpwhy_arrival_judge(a->state->net, &p, sk, a->header);
	else
		tcpwhy_count(BAD_CHECKSUM);
}

static void syn_for_listener(const struct arrival *a)
{
	struct tcpwhy_net *tn = tcpwhy_net(a->state->net);

	tcpwhy_handshake_syn(tn, a->header, a->tcp_at, a->captured);
	if (tcpwhy_handshake_sender_known(tn, a->header))
		judge(a, NULL);
}

static void met_request(const struct arrival *a, const struct request_sock *req)
{
	const struct tcphdr *th = tcp_of(a);

	if (a->captured >= a->tcp_at + th->doff * 4 && tcpwhy_handshake_completes(req, th))
		tcpwhy_handshake_complete(tcpwhy_net(a->state->net), req, a->header, a->tcp_at);
	else
		judge(a, (const struct sock *)req);
}

/* A RST is what is to be compared, and no sample; older kernels forget it on the way. */
static void met_beginning(const struct arrival *a, const struct sock *sk)
{
	struct tcpwhy_packet p;

	if (!tcp_of(a)->rst)
		tcpwhy_handshake_sample(tcpwhy_net(a->state->net), sk, a->header, a->tcp_at);
	else if (count_parse(tcpwhy_packet_parse(&p, a->header, a->captured, a->skb->len)) &&
		 checksum_ok(a->skb, a->state, &p))
		tcpwhy_reset_in_note(sk, a->skb);
}

static bool is_mini(const struct sock *sk)
{
	return 1 << sk->sk_state & MINI;
}

static bool is_plain_syn(const struct tcphdr *th)
{
	return th->syn && !th->ack && !th->rst;
}

static void met_mini(const struct arrival *a, struct sock *sk)
{
	if (!READ_ONCE(tcpwhy_minisocks_missing))
		return;
	if (sk->sk_state == TCP_NEW_SYN_RECV)
		met_request(a, inet_reqsk(sk));
	else
		judge(a, sk);
}

static void dispatch(const struct arrival *a, struct sock *sk)
{
	if (!sk && is_plain_syn(tcp_of(a)))
		syn_for_listener(a);
	else if (!sk)
		judge(a, NULL);
	else if (is_mini(sk))
		met_mini(a, sk);
	else if (tcpwhy_handshake_is_first(sk))
		met_beginning(a, sk);
}

/*
 * No early demux: the sysctl is off, or a dst is there already (loopback; or that of the
 * packet before it, ip_list_rcv_finish()); or a listener was chosen before.
 */
static void look_up(const struct arrival *a)
{
	struct sock *found;

	/* Most are for a listener, and if one is not that does no harm: see store/syns.c. */
	if (is_plain_syn(tcp_of(a)) && !READ_ONCE(tcpwhy_minisocks_missing)) {
		syn_for_listener(a);
		return;
	}
	found = socket_of(a);
	dispatch(a, found);
	if (found)
		tcpwhy_socket_put(found);
}

/*
 * The socket that early demux, or a firewall, has found for it. nft's tproxy and eBPF's
 * bpf_sk_assign() choose a listener, which says as much as no socket does: the packet has met no
 * connection.
 */
static struct sock *met(const struct sk_buff *skb)
{
	struct sock *sk = skb->sk;

	return sk && sk->sk_state != TCP_LISTEN ? sk : NULL;
}

static void look_into(const struct arrival *a)
{
	struct sock *sk = met(a->skb);

	if (sk)
		dispatch(a, sk);
	/* Or let in since its flags could not be seen: it is not linear. */
	else if (a->header[a->tcp_at + 13] & NEWS)
		look_up(a);
}

static noinline void look_into_copy(struct arrival *a)
{
	u8 buf[TCPWHY_HEADER_MAX] __aligned(4);

	a->header = skb_header_pointer(a->skb, 0, a->captured, buf);
	if (a->header)
		look_into(a);
}

/*
 * Out of line, and called last: ordinary packets pay for no stack frame.
 *
 * Context: softirq; or process with softirqs on, where the packet comes from NFQUEUE
 * (nf_reinject()). Under RCU.
 */
static noinline unsigned int inspect(struct sk_buff *skb, const struct nf_hook_state *state,
				     u32 tcp_at)
{
	u32 captured = min_t(u32, skb->len, TCPWHY_HEADER_MAX);
	struct arrival a = { skb, state, skb->data, captured, tcp_at };

	tcpwhy_count(RARE_PACKETS);
	if (skb->pkt_type != PACKET_HOST)
		tcpwhy_count(NOT_FOR_US);
	else if (captured < tcp_at + sizeof(struct tcphdr))
		tcpwhy_count(TRUNCATED);
	else if (likely(captured <= skb_headlen(skb)))
		look_into(&a);
	else
		look_into_copy(&a);
	return NF_ACCEPT;
}

/*
 * Remembering SYNs, and looking at RSTs for no connection, is a courtesy that a flood pays
 * for first. What meets TIME_WAIT is seen all the same. A packet at LOCAL_IN has its device: IP
 * gave it to the hook as state->in.
 */
static bool shed(const struct sk_buff *skb, const struct net *net)
{
	if (READ_ONCE(tcpwhy_minisocks_missing) &&
	    (skb->dev->flags & IFF_LOOPBACK || !READ_ONCE(net->ipv4.sysctl_ip_early_demux) ||
	     !READ_ONCE(net->ipv4.sysctl_tcp_early_demux)))
		return false;
	return !tcpwhy_budget_take(TCPWHY_BUDGET_SYNS);
}

static bool carries_news(const struct sk_buff *skb, const struct net *net, u32 tcp_header)
{
	const struct sock *sk = met(skb);
	u8 flags;

	/* No cause wants what meets any other socket. */
	if (likely(sk))
		return tcpwhy_handshake_is_first(sk) ||
		       (is_mini(sk) && READ_ONCE(tcpwhy_minisocks_missing));
	if (unlikely(skb_headlen(skb) < tcp_header + sizeof(struct tcphdr)))
		return true;
	flags = skb->data[tcp_header + 13];
	return flags & NEWS && !shed(skb, net);
}

static unsigned int local_in_v4(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	const struct iphdr *iph = ip_hdr(skb);

	if (iph->protocol == IPPROTO_TCP && carries_news(skb, state->net, iph->ihl * 4))
		return inspect(skb, state, iph->ihl * 4);
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
		return inspect(skb, state, sizeof(struct ipv6hdr));
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

int tcpwhy_netfilter_attach(void)
{
	return tcpwhy_netns_hook_all(TCPWHY_HOOKS_LOCAL_IN);
}

void tcpwhy_netfilter_detach(void)
{
	tcpwhy_netns_unhook_all(TCPWHY_HOOKS_LOCAL_IN);
}

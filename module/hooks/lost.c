// SPDX-License-Identifier: GPL-2.0
/*
 * skb:kfree_skb: does this host drop a SYN of its own, the answer to one that waits, or a
 * router's message that the packets of a connection that stalls are too big?
 *
 * Little of a packet that is being freed may be believed. Its socket is its own only while it
 * has a destructor: fragments keep an offset in that place. In the trees of TCP, of fragments and
 * of qdiscs other things lie in the place of its device, which is asked for only where that is
 * safe.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <net/ip6_checksum.h>
#include <net/tcp.h>

#include "compat/free_probe.h"
#include "hooks/budget.h"
#include "hooks/lost.h"
#include "hooks/skb.h"
#include "hooks/unanswered.h"
#include "hooks/unheard.h"
#include "netns.h"
#include "stats.h"
#include "store/stalls.h"

/* Of IP and TCP, options and all. */
#define HEADERS_MAX	128

/* Functions that drop, or call what does; the compiler may have cut something off their names. */
static const struct {
	const char *function;
	u8 reason;
} places[] = {
	{ "nf_hook_slow", TCPWHY_DROP_REASON_FIREWALL },
	{ "nft_do_chain", TCPWHY_DROP_REASON_FIREWALL },
	{ "nf_queue", TCPWHY_DROP_REASON_FIREWALL },
	{ "nf_reinject", TCPWHY_DROP_REASON_FIREWALL },
	{ "nfqnl_reinject", TCPWHY_DROP_REASON_FIREWALL },
	{ "ip_rcv_finish_core", TCPWHY_DROP_REASON_SOURCE },
	{ "icmp_rcv", TCPWHY_DROP_REASON_CHECKSUM },
	{ "icmpv6_rcv", TCPWHY_DROP_REASON_CHECKSUM },
	{ "tcp_v4_rcv", TCPWHY_DROP_REASON_CHECKSUM },
	{ "tcp_v6_rcv", TCPWHY_DROP_REASON_CHECKSUM },
	{ "tcp_v4_do_rcv", TCPWHY_DROP_REASON_CHECKSUM },
	{ "tcp_v6_do_rcv", TCPWHY_DROP_REASON_CHECKSUM },
	{ "__netif_receive_skb_core", TCPWHY_DROP_REASON_QUEUE },
	{ "__dev_queue_xmit", TCPWHY_DROP_REASON_QUEUE },
	{ "__dev_xmit_skb", TCPWHY_DROP_REASON_QUEUE },
	{ "kfree_skb_list", TCPWHY_DROP_REASON_QUEUE },
	{ "kfree_skb_list_reason", TCPWHY_DROP_REASON_QUEUE },
	{ "__tcf_kfree_skb_list", TCPWHY_DROP_REASON_QUEUE },
	{ "enqueue_to_backlog", TCPWHY_DROP_REASON_QUEUE },
	{ "neigh_invalidate", TCPWHY_DROP_REASON_NEIGHBOUR },
	{ "__neigh_event_send", TCPWHY_DROP_REASON_NEIGHBOUR },
	{ "arp_error_report", TCPWHY_DROP_REASON_NEIGHBOUR },
	{ "ndisc_error_report", TCPWHY_DROP_REASON_NEIGHBOUR },
};

/* Some 4500 instructions: only for what has been found to matter. */
static u8 reason_of(const void *place)
{
	char symbol[KSYM_SYMBOL_LEN];
	size_t len;
	int i;

	/* The call is before the address: what follows it may be another function's. */
	snprintf(symbol, sizeof(symbol), "%ps", place - 1);
	for (i = 0; i < ARRAY_SIZE(places); i++) {
		len = strlen(places[i].function);
		if (!strncmp(symbol, places[i].function, len) && strchr(". ", symbol[len]))
			return places[i].reason;
	}
	return TCPWHY_DROP_REASON_UNSPEC;
}

/* It was made here for a connect that waits, and has not come in from anywhere since. */
static const struct sock *connecting(const struct sk_buff *skb)
{
	const struct sock *sk = skb->sk;

	if (!sk || !skb->destructor || skb->skb_iif || !sk_fullsock(sk))
		return NULL;
	if (sk->sk_protocol != IPPROTO_TCP || READ_ONCE(sk->sk_state) != TCP_SYN_SENT)
		return NULL;
	return sk;
}

/* The headers of a packet. If they are not where they should be, it is of another kind. */
struct headers {
	u8 buf[HEADERS_MAX] __aligned(4);
	const u8 *ip;
	u32 len;	/* of the packet */
	u32 take;	/* that may be read */
};

static bool take_headers(const struct sk_buff *skb, struct headers *h)
{
	int at = skb_network_offset(skb);

	if (!skb->network_header || at > (int)skb->len)
		return false;
	h->len = skb->len - at;
	h->take = min_t(u32, h->len, sizeof(h->buf));
	h->ip = h->take >= sizeof(struct iphdr) ? skb_header_pointer(skb, at, h->take, h->buf) :
						  NULL;
	return h->ip;
}

/* Of what a flood makes this host drop, nearly all is let go here, and takes from no budget. */
static bool matters(const struct headers *h)
{
	bool six = h->ip[0] >> 4 == 6;
	u32 at = six ? sizeof(struct ipv6hdr) : (h->ip[0] & 15) * 4;
	u8 protocol = six ? ((const struct ipv6hdr *)h->ip)->nexthdr :
			    ((const struct iphdr *)h->ip)->protocol;

	if (at + sizeof(struct tcphdr) > h->take)
		return false;
	if (protocol == IPPROTO_TCP)
		return (h->ip[at + 13] & (TCPWHY_SYN | TCPWHY_ACK | TCPWHY_RST)) ==
		       (TCPWHY_SYN | TCPWHY_ACK);
	return six ? protocol == IPPROTO_ICMPV6 && h->ip[at] == ICMPV6_PKT_TOOBIG :
		     protocol == IPPROTO_ICMP && h->ip[at] == ICMP_DEST_UNREACH;
}

static bool is_syn_ack(const struct headers *h, struct tcpwhy_packet *p)
{
	return tcpwhy_packet_parse(p, h->ip, h->take, h->len) == TCPWHY_PARSE_OK &&
	       (p->flags & (TCPWHY_SYN | TCPWHY_ACK | TCPWHY_RST)) == (TCPWHY_SYN | TCPWHY_ACK);
}

#define ICMP_LEN	8	/* of the header, before the quote */
#define PORTS_LEN	4
#define TCP_LEAST	8	/* of TCP that the kernel wants to see quoted */

/* A message that a packet is too big, and what it says. */
struct said {
	struct tcpwhy_quoted quoted;
	struct tcpwhy_addr router;
	u32 mtu;
	u32 icmp_at;
	u32 quoted_tcp;	/* bytes */
};

static bool parse_v4(const struct headers *h, struct said *s)
{
	const struct iphdr *iph = (const struct iphdr *)h->ip, *inner;
	u32 at = iph->ihl * 4, tcp;

	if (iph->protocol != IPPROTO_ICMP || iph->frag_off & htons(IP_MF | IP_OFFSET) ||
	    at + ICMP_LEN + sizeof(*inner) > h->take || h->ip[at] != ICMP_DEST_UNREACH ||
	    h->ip[at + 1] != ICMP_FRAG_NEEDED)
		return false;
	inner = (const struct iphdr *)(h->ip + at + ICMP_LEN);
	tcp = at + ICMP_LEN + inner->ihl * 4;
	if (inner->protocol != IPPROTO_TCP || tcp + PORTS_LEN > h->take)
		return false;
	s->icmp_at = at;
	s->mtu = tcpwhy_get16(h->ip + at + 6);
	s->quoted_tcp = h->len - tcp;
	s->quoted.lport = tcpwhy_get16(h->ip + tcp);
	s->quoted.rport = tcpwhy_get16(h->ip + tcp + 2);
	tcpwhy_addr_from_v4(&s->router, &iph->saddr);
	tcpwhy_addr_from_v4(&s->quoted.local, &inner->saddr);
	tcpwhy_addr_from_v4(&s->quoted.peer, &inner->daddr);
	return true;
}

static bool parse_v6(const struct headers *h, struct said *s)
{
	const struct ipv6hdr *hdr = (const struct ipv6hdr *)h->ip, *inner;
	u32 at = sizeof(*hdr), tcp = at + ICMP_LEN + sizeof(*inner);

	if (tcp + PORTS_LEN > h->take || hdr->nexthdr != IPPROTO_ICMPV6 ||
	    h->ip[at] != ICMPV6_PKT_TOOBIG)
		return false;
	inner = (const struct ipv6hdr *)(h->ip + at + ICMP_LEN);
	if (inner->nexthdr != IPPROTO_TCP)
		return false;
	s->icmp_at = at;
	s->mtu = tcpwhy_get32(h->ip + at + 4);
	s->quoted_tcp = h->len - tcp;
	s->quoted.lport = tcpwhy_get16(h->ip + tcp);
	s->quoted.rport = tcpwhy_get16(h->ip + tcp + 2);
	tcpwhy_addr_from_v6(&s->router, &hdr->saddr);
	tcpwhy_addr_from_v6(&s->quoted.local, &inner->saddr);
	tcpwhy_addr_from_v6(&s->quoted.peer, &inner->daddr);
	return true;
}

/* Older kernels free what they have taken in the same way (icmpv6_rcv()). */
static bool is_sound_v6(const struct sk_buff *skb, const struct headers *h, u32 at)
{
	const struct ipv6hdr *hdr = (const struct ipv6hdr *)h->ip;
	u32 len = h->len - at;
	__wsum sum = skb_checksum(skb, skb_network_offset(skb) + (int)at, len, 0);

	return !csum_ipv6_magic(&hdr->saddr, &hdr->daddr, len, IPPROTO_ICMPV6, sum);
}

/*
 * Where it was dropped. Its device may be asked for only where a place is known that drops what is
 * not, and was not, in a tree: a qdisc that is emptied leaves a pointer of its tree there.
 */
static u64 netns_of(const struct sk_buff *skb, u8 reason)
{
	struct net *net;

	switch (reason) {
	case TCPWHY_DROP_REASON_FIREWALL:
	case TCPWHY_DROP_REASON_SOURCE:
	case TCPWHY_DROP_REASON_CHECKSUM:
	case TCPWHY_DROP_REASON_QUOTE:
		net = tcpwhy_skb_net(skb);
		return net ? tcpwhy_net(net)->id : 0;
	default:
		return 0;
	}
}

static void too_big(const struct sk_buff *skb, const struct headers *h, const void *place)
{
	bool six = h->ip[0] >> 4 == 6;
	struct said s;
	u8 reason;

	if (six ? !parse_v6(h, &s) : !parse_v4(h, &s))
		return;
	reason = reason_of(place);
	if (reason == TCPWHY_DROP_REASON_CHECKSUM && s.quoted_tcp < TCP_LEAST)
		reason = TCPWHY_DROP_REASON_QUOTE;
	else if (reason == TCPWHY_DROP_REASON_CHECKSUM && six && is_sound_v6(skb, h, s.icmp_at))
		return;
	tcpwhy_count(TOO_BIGS_LOST);
	s.quoted.netns = netns_of(skb, reason);
	tcpwhy_unheard_note(&s.quoted, &s.router, s.mtu, reason);
}

static void unsent(const struct sock *sk, const void *place)
{
	if (!tcpwhy_budget_take(TCPWHY_BUDGET_EVENTS))
		return;
	tcpwhy_count(SYNS_UNSENT);
	tcpwhy_unanswered_unsent(sk, reason_of(place));
}

static void arrived(const struct sk_buff *skb, const void *place)
{
	struct tcpwhy_packet p;
	struct headers h;
	u8 reason;

	if (!take_headers(skb, &h) || !matters(&h) || !tcpwhy_budget_take(TCPWHY_BUDGET_EVENTS))
		return;
	if (is_syn_ack(&h, &p)) {
		tcpwhy_count(SYN_ACKS_LOST);
		reason = reason_of(place);
		tcpwhy_unanswered_dropped(&p, netns_of(skb, reason), reason);
	} else if (tcpwhy_stalls_any()) {
		too_big(skb, &h, place);
	}
}

static void on_free(const struct sk_buff *skb, const void *place)
{
	const struct sock *sk;

	if (skb->protocol != htons(ETH_P_IP) && skb->protocol != htons(ETH_P_IPV6))
		return;
	sk = connecting(skb);
	if (!sk && !tcpwhy_unanswered_any() && !tcpwhy_stalls_any())
		return;
	rcu_read_lock();
	if (sk)
		unsent(sk, place);
	else
		arrived(skb, place);
	rcu_read_unlock();
}

int tcpwhy_lost_attach(void)
{
	return free_probe_attach();
}

void tcpwhy_lost_detach(void)
{
	free_probe_detach();
}

// SPDX-License-Identifier: GPL-2.0
/*
 * __icmp_send(), icmp6_send(): this host is about to answer a SYN or a datagram with an ICMP error.
 * That the kernel limits their rate, or a firewall drops them, is not seen.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/udp.h>
#include <net/dst_metadata.h>
#include <net/icmp.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/route.h>

#include "hooks/budget.h"
#include "hooks/icmp.h"
#include "hooks/kprobes.h"
#include "hooks/observe.h"
#include "hooks/refused.h"
#include "hooks/skb.h"
#include "stats.h"

/* Return: bytes of its headers; 0 if it is none */
static u32 parse_udp(struct tcpwhy_observation *o, const u8 *header, u32 captured)
{
	bool six = header[0] >> 4 == 6;
	u32 at = six ? sizeof(struct ipv6hdr) : (header[0] & 15) * 4;

	if (captured < at + sizeof(struct udphdr))
		return 0;
	if (six) {
		const struct ipv6hdr *hdr = (const struct ipv6hdr *)header;

		if (hdr->nexthdr != IPPROTO_UDP)
			return 0;
		tcpwhy_addr_from_v6(&o->peer, &hdr->saddr);
	} else {
		const struct iphdr *iph = (const struct iphdr *)header;

		if (iph->protocol != IPPROTO_UDP || iph->frag_off & htons(IP_OFFSET))
			return 0;
		tcpwhy_addr_from_v4(&o->peer, &iph->saddr);
	}
	o->rport = tcpwhy_get16(header + at);
	o->lport = tcpwhy_get16(header + at + 2);
	o->refused.protocol = IPPROTO_UDP;
	return at + sizeof(struct udphdr);
}

/* Likewise */
static u32 parse_syn(struct tcpwhy_observation *o, const u8 *header, u32 captured, u32 len)
{
	struct tcpwhy_packet p;

	if (tcpwhy_packet_parse(&p, header, captured, len) != TCPWHY_PARSE_OK ||
	    !tcpwhy_packet_is_plain_syn(&p))
		return 0;
	o->peer = p.saddr;
	o->rport = p.sport;
	o->lport = p.dport;
	o->refused.protocol = IPPROTO_TCP;
	return p.header_len;
}

/* To a connect TCP answers with a RST: only a rule says by ICMP that a port is closed. */
static u8 origin_of(const struct tcpwhy_observation *o)
{
	const struct tcpwhy_refused *r = &o->refused;

	if (r->icmp == TCPWHY_ICMP_KIND_PROHIBITED)
		return TCPWHY_ORIGIN_NETFILTER;
	return r->icmp == TCPWHY_ICMP_KIND_PORT_UNREACHABLE && r->protocol == IPPROTO_TCP ?
	       TCPWHY_ORIGIN_NETFILTER : TCPWHY_ORIGIN_UNSPEC;
}

/*
 * Under RCU. What this host sent itself it hears of as well, and is told of then. Without a route
 * or to many, nothing is sent: icmp_send() tests that as well.
 */
static void sends(const struct sk_buff *skb, u8 kind)
{
	u8 buf[TCPWHY_HEADER_MAX] __aligned(4);
	struct tcpwhy_observation o = {
		.kind = TCPWHY_KIND_REFUSED,
		.now_ns = ktime_get_boottime_ns(),
		.refused = { .icmp = kind },
	};
	struct net *net = tcpwhy_skb_net(skb);
	int at = skb_network_offset(skb);
	u32 len = skb->len - at, captured = min_t(u32, len, sizeof(buf));
	const u8 *header;
	u32 headers;

	if (!net || !skb->skb_iif || skb->skb_iif == LOOPBACK_IFINDEX ||
	    skb->pkt_type != PACKET_HOST || at > (int)skb->len)
		return;
	if (!tcpwhy_budget_take(TCPWHY_BUDGET_EVENTS))
		return;
	header = skb_header_pointer(skb, at, captured, buf);
	if (!header || captured < sizeof(struct iphdr))
		return;
	headers = parse_udp(&o, header, captured) ?: parse_syn(&o, header, captured, len);
	if (!headers)
		return;
	tcpwhy_count(REFUSALS_SENT);
	if (o.refused.protocol == IPPROTO_UDP &&
	    tcpwhy_icmp_is_late_answer(net, o.rport, o.lport)) {
		tcpwhy_count(REFUSALS_LATE);
		return;
	}
	o.refused.origin = origin_of(&o);
	tcpwhy_observe_other(tcpwhy_net(net), &o, header, headers);
}

/* __icmp_send(skb, type, code, info, ...) */
static int on_icmp(struct kprobe *kp, struct pt_regs *regs)
{
	const struct sk_buff *skb = (const struct sk_buff *)tcpwhy_arg(regs, 0);
	int type = (int)tcpwhy_arg(regs, 1), code = (int)tcpwhy_arg(regs, 2);

	if (!tcpwhy_icmp_is_refusal_v4(type, code) || type != ICMP_DEST_UNREACH)
		return 0;
	rcu_read_lock();
	if (skb_valid_dst(skb) &&
	    !(skb_rtable(skb)->rt_flags & (RTCF_BROADCAST | RTCF_MULTICAST)))
		sends(skb, tcpwhy_icmp_kind_v4(type, code));
	rcu_read_unlock();
	return 0;
}

#if IS_ENABLED(CONFIG_IPV6)

/* icmp6_send(skb, type, code, info, ...) */
static int on_icmp6(struct kprobe *kp, struct pt_regs *regs)
{
	const struct sk_buff *skb = (const struct sk_buff *)tcpwhy_arg(regs, 0);
	u8 type = (u8)tcpwhy_arg(regs, 1);

	if (type != ICMPV6_DEST_UNREACH)
		return 0;
	rcu_read_lock();
	if (!ipv6_addr_is_multicast(&ipv6_hdr(skb)->daddr))
		sends(skb, tcpwhy_icmp_kind_v6(type, (u8)tcpwhy_arg(regs, 2)));
	rcu_read_unlock();
	return 0;
}

#endif

static struct tcpwhy_kprobe probes[] = {
	{ .symbol = "__icmp_send", .handler = on_icmp },
#if IS_ENABLED(CONFIG_IPV6)
	{ .symbol = "icmp6_send", .handler = on_icmp6 },
#endif
};

int tcpwhy_refused_sent_attach(void)
{
	return tcpwhy_kprobes_attach(probes, ARRAY_SIZE(probes));
}

void tcpwhy_refused_sent_detach(void)
{
	tcpwhy_kprobes_detach(probes, ARRAY_SIZE(probes));
}

/** tcpwhy_refused_sent_missed() - messages not seen since load, see tcpwhy_kprobes_missed() */
u64 tcpwhy_refused_sent_missed(void)
{
	return tcpwhy_kprobes_missed(probes, ARRAY_SIZE(probes));
}

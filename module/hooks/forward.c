// SPDX-License-Identifier: GPL-2.0
/*
 * FORWARD, after all others: what leaves for another host. An ordinary segment costs a look
 * at its flags and one at its ports: only SYNs are looked into, and the segments of those few
 * connections that are followed (store/forwarded.c).
 *
 * What is too big for the next link never gets there: icmp_send() tells.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <net/ip6_checksum.h>
#include <net/netns/hash.h>
#include <net/tcp.h>

#include "compat/compat.h"
#include "hooks/budget.h"
#include "hooks/forward.h"
#include "hooks/ipvs.h"
#include "hooks/kprobes.h"
#include "hooks/observe.h"
#include "hooks/skb.h"
#include "hooks/syns.h"
#include "stats.h"
#include "store/forwarded.h"
#include "store/peers.h"
#include "store/servers.h"

/*
 * As nf_checksum() does, but that leaves what it finds in the skb, which is for others to
 * send on. The IP header may lie beyond the linear part: only @header is sure to be there.
 */
static bool checksum_ok(const struct sk_buff *skb, const struct tcpwhy_packet *p,
			const u8 *header)
{
	const struct ipv6hdr *v6 = (const struct ipv6hdr *)header;
	const struct iphdr *v4 = (const struct iphdr *)header;
	u32 at = skb_network_offset(skb) + p->tcp_at, len = skb->len - at;
	__wsum sum;

	if (skb_csum_unnecessary(skb) || skb->ip_summed == CHECKSUM_PARTIAL)
		return true;
	sum = skb_checksum(skb, at, len, 0);
	if (v4->version == 4)
		return !csum_tcpudp_magic(v4->saddr, v4->daddr, len, IPPROTO_TCP, sum);
	return !csum_ipv6_magic(&v6->saddr, &v6->daddr, len, IPPROTO_TCP, sum);
}

/* Return: its headers, or NULL if it is no TCP segment that can be believed */
static const u8 *parse(const struct sk_buff *skb, struct tcpwhy_packet *p, u8 *buf)
{
	const u8 *header = tcpwhy_skb_parse(skb, p, buf);

	if (!header || checksum_ok(skb, p, header))
		return header;
	tcpwhy_count(BAD_CHECKSUM);
	return NULL;
}

/* Segments that were put together on their way in leave as they came. */
static void fill_sizes(const struct sk_buff *skb, struct tcpwhy_passing *seg)
{
	u32 payload = tcpwhy_packet_payload(seg->packet);

	seg->piece = skb_is_gso(skb) ? min_t(u32, skb_shinfo(skb)->gso_size, payload) : payload;
	seg->size = seg->packet->header_len + seg->piece;
	seg->hello = tcpwhy_skb_half_a_hello(skb, skb_network_offset(skb) +
					     seg->packet->header_len, seg->piece);
}

/*
 * What is being looked at, and what it means if it @is_case. @real is where IPVS sends it, if IPVS
 * does.
 */
struct look {
	struct tcpwhy_net *tn;
	const u8 *header;
	struct tcpwhy_packet packet;
	struct tcpwhy_passing seg;
	struct tcpwhy_real real;
	u64 now_ns;
	u32 now_ms;
	struct tcpwhy_observation o;
	struct tcpwhy_verdict v;
	bool is_case;
};

static void start(struct look *look, struct net *net)
{
	look->tn = tcpwhy_net(net);
	look->seg.packet = &look->packet;
	look->now_ns = ktime_get_boottime_ns();
	look->now_ms = tcpwhy_ms(look->now_ns);
	look->real.relay = TCPWHY_RELAY_UNSPEC;
	look->is_case = false;
}

/* Under the lock of what is followed: report() tells of it once that is released. */
static void observe(struct tcpwhy_forwarded *f, u32 way, struct look *look, enum tcpwhy_kind kind)
{
	const struct tcpwhy_packet *p = &look->packet;

	look->o = (struct tcpwhy_observation){
		.kind = kind,
		.now_ns = look->now_ns,
		.packet = p,
		.peer = p->daddr,
		.lport = p->sport,
		.rport = p->dport,
		.forward = {
			.way = &f->ways[way],
			.sender = p->saddr,
			.mss_back = f->ways[!way].mss,
			.open = f->open,
			.odd = f->odd,
		},
	};

	if (look->real.relay) {
		look->o.peer = look->real.addr;
		look->o.rport = look->real.port;
		look->o.forward.service = p->daddr;
		look->o.forward.relay = look->real.relay;
	}
	tcpwhy_forwarded_others(f, way, look->now_ms, &look->o.forward.others);
	look->is_case = tcpwhy_observe_judge(&look->o, &look->v);
	look->o.forward.way = NULL;
}

static void report(struct look *look)
{
	if (look->is_case)
		tcpwhy_peers_report(look->tn, &look->o, &look->v, look->header,
				    look->packet.header_len);
}

static enum tcpwhy_follow follow(struct tcpwhy_forwarded *f, u32 way, void *ctx)
{
	struct look *look = ctx;
	enum tcpwhy_follow next;

	next = tcpwhy_forwarded_segment(f, way, &look->seg, look->now_ms);
	if (next == TCPWHY_FOLLOW_STALLED)
		observe(f, way, look, TCPWHY_KIND_FORWARD_STALL);
	return next;
}

/*
 * All that call FORWARD give both devices: IP, multicast routing, and br_netfilter, which takes
 * the bridge for either.
 */
static int index_of(const struct net_device *dev)
{
	return dev ? dev->ifindex : 0;
}

static void look_into(struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct tcpwhy_hop hop = {
		.netns = tcpwhy_net(state->net)->id,
		.mix = net_hash_mix(state->net),
		.in = index_of(state->in),
		.out = index_of(state->out),
	};
	u8 buf[TCPWHY_HEADER_MAX] __aligned(4);
	struct look look;

	tcpwhy_count(FORWARDED);
	if (!tcpwhy_budget_take(TCPWHY_BUDGET_FORWARDED)) {
		tcpwhy_servers_blind();
		return;
	}
	look.header = parse(skb, &look.packet, buf);
	if (!look.header)
		return;
	start(&look, state->net);
	fill_sizes(skb, &look.seg);
	/* A bridge with vlan_tunnel calls FORWARD with a metadata dst, or none. */
	look.seg.mtu = tcpwhy_skb_mtu(skb, state->out);
	if (tcpwhy_packet_is_plain_syn(&look.packet)) {
		tcpwhy_forwarded_syn(&hop, &look.packet);
		tcpwhy_syns_forwarded(look.tn, skb, &look.packet, look.header);
	} else if (!(look.packet.flags & TCPWHY_SYN)) {
		tcpwhy_forwarded_update(hop.netns, &look.packet, false, look.now_ms, follow, &look);
		report(&look);
	} else if (tcpwhy_forwarded_syn_ack(&hop, &look.packet, look.now_ms)) {
		tcpwhy_syns_forwarded_answer(look.tn, skb, &look.packet);
	}
}

/* Out of line, and called last: ordinary packets pay for no stack frame. */
static noinline unsigned int inspect(struct sk_buff *skb, const struct nf_hook_state *state)
{
	look_into(skb, state);
	return NF_ACCEPT;
}

static bool matters(const u8 *tcp, const struct sk_buff *skb, const struct net *net)
{
	u32 ports = get_unaligned((const u32 *)tcp);

	return tcp[13] & TCPWHY_SYN ||
	       tcpwhy_forwarded_may_be(net_hash_mix(net), ports, skb->len);
}

/* Not linear: its flags cannot be seen at a glance. */
static noinline unsigned int glance(struct sk_buff *skb, const struct nf_hook_state *state, u32 at)
{
	u8 buf[sizeof(struct tcphdr)];
	const u8 *tcp = skb_header_pointer(skb, at, sizeof(buf), buf);

	if (tcp && matters(tcp, skb, state->net))
		look_into(skb, state);
	return NF_ACCEPT;
}

static unsigned int forward_v4(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	const struct iphdr *iph = ip_hdr(skb);
	u32 at = iph->ihl * 4;

	if (iph->protocol != IPPROTO_TCP || iph->frag_off & htons(IP_MF | IP_OFFSET))
		return NF_ACCEPT;
	if (unlikely(skb_headlen(skb) < at + sizeof(struct tcphdr)))
		return glance(skb, state, at);
	return matters(skb->data + at, skb, state->net) ? inspect(skb, state) : NF_ACCEPT;
}

static unsigned int forward_v6(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	u32 at = sizeof(struct ipv6hdr);

	if (ipv6_hdr(skb)->nexthdr != IPPROTO_TCP)
		return NF_ACCEPT;
	if (unlikely(skb_headlen(skb) < at + sizeof(struct tcphdr)))
		return glance(skb, state, at);
	return matters(skb->data + at, skb, state->net) ? inspect(skb, state) : NF_ACCEPT;
}

static const struct nf_hook_ops hooks[] = {
	{
		.hook = forward_v4,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_FORWARD,
		.priority = NF_IP_PRI_LAST,
	},
	{
		.hook = forward_v6,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_FORWARD,
		.priority = NF_IP6_PRI_LAST,
	},
};

/**
 * tcpwhy_forward_register() - attach to a namespace
 * @net: namespace
 *
 * Return: 0 or an error
 */
int tcpwhy_forward_register(struct net *net)
{
	return nf_register_net_hooks(net, hooks, ARRAY_SIZE(hooks));
}

/**
 * tcpwhy_forward_unregister() - detach from it
 * @net: namespace
 *
 * The hooks may still run until a grace period has passed.
 */
void tcpwhy_forward_unregister(struct net *net)
{
	nf_unregister_net_hooks(net, hooks, ARRAY_SIZE(hooks));
}

int tcpwhy_forward_attach(void)
{
	tcpwhy_forwarded_forget();
	return tcpwhy_netns_hook_all(TCPWHY_HOOKS_FORWARD);
}

void tcpwhy_forward_detach(void)
{
	tcpwhy_netns_unhook_all(TCPWHY_HOOKS_FORWARD);
}

static enum tcpwhy_follow told(struct tcpwhy_forwarded *f, u32 way, void *ctx)
{
	struct look *look = ctx;

	if (tcpwhy_forwarded_told(f, way, &look->seg, look->now_ms))
		observe(f, way, look, TCPWHY_KIND_FORWARD_TOLD);
	return TCPWHY_FOLLOW_AS_BEFORE;
}

/*
 * Under RCU. What this host sends itself, its own TCP hears of. A packet for a tunnel in external
 * mode has a metadata dst.
 */
static void too_big(const struct sk_buff *skb, u32 mtu)
{
	u8 buf[TCPWHY_HEADER_MAX] __aligned(4);
	struct net *net = tcpwhy_skb_net(skb);
	struct look look;

	if (skb->sk || !skb->skb_iif)
		return;
	tcpwhy_count(FORWARDED_TOO_BIG);
	if (!net) {
		tcpwhy_count(NO_NAMESPACE);
		return;
	}
	if (!tcpwhy_budget_take(TCPWHY_BUDGET_FORWARDED))
		return;
	look.header = parse(skb, &look.packet, buf);
	if (!look.header || !tcpwhy_packet_payload(&look.packet))
		return;
	start(&look, net);
	if (tcpwhy_is_local(net, &look.packet.daddr) &&
	    !tcpwhy_ipvs_real(net, skb, tcpwhy_addr_is_v4(&look.packet.daddr) ? AF_INET : AF_INET6,
			      &look.real)) {
		tcpwhy_count(FORWARDED_NOWHERE);
		return;
	}
	fill_sizes(skb, &look.seg);
	look.seg.mtu = mtu;
	tcpwhy_forwarded_update(look.tn->id, &look.packet, true, look.now_ms, told, &look);
	report(&look);
}

/* __icmp_send(skb, type, code, info, ...) */
static int on_icmp(struct kprobe *kp, struct pt_regs *regs)
{
	const struct sk_buff *skb = (void *)tcpwhy_arg(regs, 0);

	if ((int)tcpwhy_arg(regs, 1) != ICMP_DEST_UNREACH ||
	    (int)tcpwhy_arg(regs, 2) != ICMP_FRAG_NEEDED)
		return 0;
	rcu_read_lock();
	/* It says nothing of what has no route, unlike icmp6_send(). */
	if (skb_dst(skb))
		too_big(skb, ntohl((__force __be32)tcpwhy_arg(regs, 3)));
	rcu_read_unlock();
	return 0;
}

#if IS_ENABLED(CONFIG_IPV6)

/* icmp6_send(skb, type, code, info, ...) */
static int on_icmp6(struct kprobe *kp, struct pt_regs *regs)
{
	if ((u8)tcpwhy_arg(regs, 1) != ICMPV6_PKT_TOOBIG)
		return 0;
	rcu_read_lock();
	too_big((void *)tcpwhy_arg(regs, 0),
		(u32)tcpwhy_arg(regs, 3));
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

int tcpwhy_forward_told_attach(void)
{
	return tcpwhy_kprobes_attach(probes, ARRAY_SIZE(probes));
}

void tcpwhy_forward_told_detach(void)
{
	tcpwhy_kprobes_detach(probes, ARRAY_SIZE(probes));
}

/** tcpwhy_forward_told_missed() - answers not seen since load, see tcpwhy_kprobes_missed() */
u64 tcpwhy_forward_told_missed(void)
{
	return tcpwhy_kprobes_missed(probes, ARRAY_SIZE(probes));
}

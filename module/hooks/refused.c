// SPDX-License-Identifier: GPL-2.0
/*
 * tcp_v4_err(), tcp_v6_err(), udp_err(), udpv6_err(): an ICMP error came, its checksum right, with
 * 8 bytes at least of what it answers. Whether it ends a connect shows a moment later, as the
 * socket's state changes under the same call (hooks/state.c): while the program is at work on its
 * socket the kernel only notes it, and goes on.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/percpu.h>
#include <linux/udp.h>
#include <net/icmp.h>
#include <net/udp.h>

#include "compat/compat.h"
#include "hooks/budget.h"
#include "hooks/icmp.h"
#include "hooks/kprobes.h"
#include "hooks/observe.h"
#include "hooks/refused.h"
#include "hooks/socket.h"
#include "stats.h"

/*
 * The state changes within the call that brings the message. Or, while the program is at work on
 * its socket, IPv4 tells the program (ip_icmp_error(), with or without IP_RECVERR), which hears of
 * it by poll() and closes: that takes a moment on a busy machine.
 */
#define MOMENT_MS	1000

/* What a message answers, and what it says. */
struct note {
	struct tcpwhy_addr local;
	struct tcpwhy_addr peer;
	u16 lport;
	u16 rport;
	u32 at_ms;
	struct tcpwhy_refused refused;
};

/*
 * Messages that a CPU keeps: so many connects can be refused at once, each of whose programs hears
 * of it only later.
 */
#define NOTES	8

/**
 * struct latest - the latest messages that a CPU took in
 * @lock: of all below. Taken by the kprobes, in softirq on that CPU, and as a connect ends: by the
 *	tracepoint of a socket's state, under tcp_v4_err() or tcp_v6_err(), or in process context
 *	with softirqs on, on any CPU. Hence interrupts are off. Nothing is locked inside it. Raw:
 *	probes may not sleep on PREEMPT_RT either
 * @next: place of the oldest, which the next message takes
 * @notes: they
 */
struct latest {
	raw_spinlock_t lock;
	u32 next;
	struct note notes[NOTES];
};

static DEFINE_PER_CPU(struct latest, latest) = {
	.lock = __RAW_SPIN_LOCK_UNLOCKED(latest.lock),
};

/* Both headers begin with the ports. */
static void note_ports(struct note *n, const u8 *header)
{
	n->lport = tcpwhy_get16(header);
	n->rport = tcpwhy_get16(header + 2);
}

static void note_v4(struct note *n, const struct sk_buff *skb)
{
	const struct iphdr *iph = (const struct iphdr *)skb->data;

	*n = (struct note){
		.at_ms = tcpwhy_ms(ktime_get_boottime_ns()),
		.refused = {
			.icmp = tcpwhy_icmp_kind_v4(icmp_hdr(skb)->type, icmp_hdr(skb)->code),
			.protocol = iph->protocol, .received = true,
		},
	};
	tcpwhy_addr_from_v4(&n->local, &iph->saddr);
	tcpwhy_addr_from_v4(&n->peer, &iph->daddr);
	tcpwhy_addr_from_v4(&n->refused.router, &ip_hdr(skb)->saddr);
	note_ports(n, skb->data + iph->ihl * 4);
}

static void keep(const struct note *n)
{
	struct latest *l;
	unsigned long flags;

	tcpwhy_count(REFUSALS);
	local_irq_save(flags);
	l = this_cpu_ptr(&latest);
	raw_spin_lock(&l->lock);
	l->notes[l->next++ % NOTES] = *n;
	raw_spin_unlock(&l->lock);
	local_irq_restore(flags);
}

static bool is_about(const struct note *n, const struct tcpwhy_observation *o,
		     const struct tcpwhy_addr *local)
{
	return n->at_ms && tcpwhy_ms(o->now_ns) - n->at_ms < MOMENT_MS && n->lport == o->lport &&
	       n->rport == o->rport && tcpwhy_addr_equal(&n->peer, &o->peer) &&
	       tcpwhy_addr_equal(&n->local, local);
}

static bool take(struct latest *l, const struct tcpwhy_observation *o,
		 const struct tcpwhy_addr *local, struct tcpwhy_refused *refused)
{
	unsigned long flags;
	struct note *n;
	bool found = false;

	raw_spin_lock_irqsave(&l->lock, flags);
	for (n = l->notes; n < l->notes + NOTES && !found; n++) {
		found = is_about(n, o, local);
		if (!found)
			continue;
		*refused = n->refused;
		n->at_ms = 0;
	}
	raw_spin_unlock_irqrestore(&l->lock, flags);
	return found;
}

/**
 * tcpwhy_refused_connect() - did an ICMP error just end this connect?
 * @sk: its socket, which was in SYN_SENT
 * @refused: result
 *
 * Context: any but NMI, under RCU.
 */
bool tcpwhy_refused_connect(const struct sock *sk, struct tcpwhy_refused *refused)
{
	struct tcpwhy_observation o = { .now_ns = ktime_get_boottime_ns() };
	struct tcpwhy_addr local;
	int cpu;

	tcpwhy_socket_peer(sk, &o);
	/* IPv6 tells no program that does not ask for it: it has closed for another reason. */
	if (!READ_ONCE(sk->sk_err) && !tcpwhy_addr_is_v4(&o.peer))
		return false;
	tcpwhy_socket_local(sk, &local);
	for_each_possible_cpu(cpu) {
		if (take(per_cpu_ptr(&latest, cpu), &o, &local, refused)) {
			refused->heard = true;
			return true;
		}
	}
	return false;
}

/* tcp_v4_err(skb, info) */
static int on_tcp_v4(struct kprobe *kp, struct pt_regs *regs)
{
	const struct sk_buff *skb = (const struct sk_buff *)tcpwhy_arg(regs, 0);
	struct note n;

	if (!tcpwhy_icmp_is_refusal_v4(icmp_hdr(skb)->type, icmp_hdr(skb)->code))
		return 0;
	note_v4(&n, skb);
	keep(&n);
	return 0;
}

static void tell(struct net *net, const struct note *n, const u8 *header, u32 len)
{
	struct tcpwhy_observation o = {
		.kind = TCPWHY_KIND_REFUSED,
		.now_ns = ktime_get_boottime_ns(),
		.peer = n->peer,
		.lport = n->lport,
		.rport = n->rport,
		.refused = n->refused,
	};

	tcpwhy_observe_other(tcpwhy_net(net), &o, header, len);
}

/* __udp4_lib_err(): an error that is final is told to who has connected its socket. */
static bool hears(const struct sock *sk, u8 kind)
{
	return sk->sk_state == TCP_ESTABLISHED &&
	       (kind == TCPWHY_ICMP_KIND_PORT_UNREACHABLE || kind == TCPWHY_ICMP_KIND_PROHIBITED ||
		kind == TCPWHY_ICMP_KIND_PROTOCOL_UNREACHABLE);
}

/* Of a socket of this host, and no answer of it: then it is told. */
static void datagram(struct net *net, struct note *n, const struct sock *sk)
{
	tcpwhy_count(REFUSALS);
	if (!sk) {
		tcpwhy_count(REFUSALS_NO_SOCKET);
		return;
	}
	if (tcpwhy_icmp_is_late_answer(net, n->lport, n->rport)) {
		tcpwhy_count(REFUSALS_LATE);
		return;
	}
	n->refused.heard = hears(sk, n->refused.icmp);
	tell(net, n, NULL, 0);
}

/* udp_err(skb, info): the device is there, see __udp4_lib_err() */
static int on_udp_v4(struct kprobe *kp, struct pt_regs *regs)
{
#if IS_ENABLED(CONFIG_NF_TPROXY_IPV4) || IS_ENABLED(CONFIG_NF_SOCKET_IPV4)
	const struct sk_buff *skb = (const struct sk_buff *)tcpwhy_arg(regs, 0);
	const struct iphdr *iph = (const struct iphdr *)skb->data;
	struct net *net = dev_net(skb->dev);
	struct sock *sk;
	struct note n;

	if (!tcpwhy_icmp_is_refusal_v4(icmp_hdr(skb)->type, icmp_hdr(skb)->code) ||
	    !tcpwhy_budget_take(TCPWHY_BUDGET_EVENTS))
		return 0;
	note_v4(&n, skb);
	rcu_read_lock();
	sk = udp4_lib_lookup(net, iph->daddr, htons(n.rport), iph->saddr, htons(n.lport),
			     skb->dev->ifindex);
	datagram(net, &n, sk);
	if (sk)
		tcpwhy_socket_put(sk);
	rcu_read_unlock();
#endif
	return 0;
}

#if IS_ENABLED(CONFIG_IPV6)

static void note_v6(struct note *n, const struct sk_buff *skb, u8 type, u8 code, int offset,
		    u8 protocol)
{
	const struct ipv6hdr *hdr = (const struct ipv6hdr *)skb->data;

	*n = (struct note){
		.at_ms = tcpwhy_ms(ktime_get_boottime_ns()),
		.refused = {
			.icmp = tcpwhy_icmp_kind_v6(type, code),
			.protocol = protocol,
			.received = true,
		},
	};
	tcpwhy_addr_from_v6(&n->local, &hdr->saddr);
	tcpwhy_addr_from_v6(&n->peer, &hdr->daddr);
	tcpwhy_addr_from_v6(&n->refused.router, &ipv6_hdr(skb)->saddr);
	note_ports(n, skb->data + offset);
}

/* tcp_v6_err(skb, opt, type, code, offset, info) */
static int on_tcp_v6(struct kprobe *kp, struct pt_regs *regs)
{
	const struct sk_buff *skb = (const struct sk_buff *)tcpwhy_arg(regs, 0);
	u8 type = (u8)tcpwhy_arg(regs, 2), code = (u8)tcpwhy_arg(regs, 3);
	struct note n;

	if (!tcpwhy_icmp_is_refusal_v6(type, code))
		return 0;
	note_v6(&n, skb, type, code, (int)tcpwhy_arg(regs, 4), IPPROTO_TCP);
	keep(&n);
	return 0;
}

/* udpv6_err(skb, opt, type, code, offset, info): likewise */
static int on_udp_v6(struct kprobe *kp, struct pt_regs *regs)
{
#if IS_ENABLED(CONFIG_NF_TPROXY_IPV6) || IS_ENABLED(CONFIG_NF_SOCKET_IPV6)
	const struct sk_buff *skb = (const struct sk_buff *)tcpwhy_arg(regs, 0);
	const struct ipv6hdr *hdr = (const struct ipv6hdr *)skb->data;
	u8 type = (u8)tcpwhy_arg(regs, 2), code = (u8)tcpwhy_arg(regs, 3);
	struct net *net = dev_net(skb->dev);
	struct sock *sk;
	struct note n;

	if (!tcpwhy_icmp_is_refusal_v6(type, code) || !tcpwhy_budget_take(TCPWHY_BUDGET_EVENTS))
		return 0;
	note_v6(&n, skb, type, code, (int)tcpwhy_arg(regs, 4), IPPROTO_UDP);
	rcu_read_lock();
	sk = udp6_lib_lookup(net, &hdr->daddr, htons(n.rport), &hdr->saddr, htons(n.lport),
			     skb->dev->ifindex);
	/* As in core/packet.c: no IPv4 peer is meant. */
	datagram(net, &n, tcpwhy_addr_is_v4(&n.peer) ? NULL : sk);
	if (sk)
		tcpwhy_socket_put(sk);
	rcu_read_unlock();
#endif
	return 0;
}

#endif

static struct tcpwhy_kprobe probes[] = {
	{ .symbol = "tcp_v4_err", .handler = on_tcp_v4 },
	{ .symbol = "udp_err", .handler = on_udp_v4 },
#if IS_ENABLED(CONFIG_IPV6)
	{ .symbol = "tcp_v6_err", .handler = on_tcp_v6 },
	{ .symbol = "udpv6_err", .handler = on_udp_v6 },
#endif
};

int tcpwhy_refused_attach(void)
{
	return tcpwhy_kprobes_attach(probes, ARRAY_SIZE(probes));
}

void tcpwhy_refused_detach(void)
{
	tcpwhy_kprobes_detach(probes, ARRAY_SIZE(probes));
}

/** tcpwhy_refused_missed() - messages not seen since load, see tcpwhy_kprobes_missed() */
u64 tcpwhy_refused_missed(void)
{
	return tcpwhy_kprobes_missed(probes, ARRAY_SIZE(probes));
}

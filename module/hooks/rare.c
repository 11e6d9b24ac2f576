// SPDX-License-Identifier: GPL-2.0
/*
 * Lean mode: kprobes on functions that only rare segments reach, in place of the
 * netfilter hook that looks at every one. All three are called with a verified
 * checksum, are functions of their own in every kernel from 5.10 to 7.x, and
 * have kept the order of these arguments.
 */
#include <net/inet_timewait_sock.h>
#include <net/request_sock.h>
#include <net/tcp.h>

#include "hooks/arrival.h"
#include "hooks/budget.h"
#include "hooks/handshake.h"
#include "hooks/kprobes.h"
#include "hooks/rare.h"
#include "stats.h"

static void judge(struct net *net, const struct sk_buff *skb, const struct sock *sk)
{
	struct tcpwhy_packet p;
	const u8 *header;

	if (!tcpwhy_budget_take(TCPWHY_BUDGET_EVENTS))
		return;
	if (!tcpwhy_arrival_parse(&p, skb, &header))
		tcpwhy_count(MALFORMED);
	else if (tcpwhy_arrival_matters(&p, sk))
		tcpwhy_arrival_judge(net, &p, sk, header);
}

/* tcp_timewait_state_process(tw, skb, th, ...) */
static int on_timewait(struct kprobe *kp, struct pt_regs *regs)
{
	const struct inet_timewait_sock *tw = (void *)regs_get_kernel_argument(regs, 0);

	tcpwhy_count(RARE_PACKETS);
	rcu_read_lock();
	judge(twsk_net(tw), (void *)regs_get_kernel_argument(regs, 1), (const struct sock *)tw);
	rcu_read_unlock();
	return 0;
}

/* tcp_check_req(sk, skb, req, fastopen, ...); fast open has a socket of its own */
static int on_request(struct kprobe *kp, struct pt_regs *regs)
{
	struct net *net = sock_net((const struct sock *)regs_get_kernel_argument(regs, 0));
	const struct sk_buff *skb = (void *)regs_get_kernel_argument(regs, 1);
	struct request_sock *req = (void *)regs_get_kernel_argument(regs, 2);

	if ((u8)regs_get_kernel_argument(regs, 3))
		return 0;
	tcpwhy_count(RARE_PACKETS);
	rcu_read_lock();
	if (tcpwhy_handshake_completes(req, tcp_hdr(skb)))
		tcpwhy_handshake_complete(tcpwhy_net(net), req, skb_network_header(skb),
					  skb_network_header_len(skb));
	else
		judge(net, skb, req_to_sk(req));
	rcu_read_unlock();
	return 0;
}

/* tcp_conn_request(rsk_ops, af_ops, sk, skb) */
static int on_syn(struct kprobe *kp, struct pt_regs *regs)
{
	struct net *net = sock_net((const struct sock *)regs_get_kernel_argument(regs, 2));
	const struct sk_buff *skb = (void *)regs_get_kernel_argument(regs, 3);
	const u8 *header = skb_network_header(skb);

	tcpwhy_count(RARE_PACKETS);
	rcu_read_lock();
	/* TCP has it in hand: its header is linear, all of it. */
	tcpwhy_handshake_syn(tcpwhy_net(net), header, skb_network_header_len(skb),
			     skb_tail_pointer(skb) - header);
	if (tcpwhy_handshake_sender_known(tcpwhy_net(net), header))
		judge(net, skb, NULL);
	rcu_read_unlock();
	return 0;
}

static struct tcpwhy_kprobe probes[] = {
	{ .symbol = "tcp_timewait_state_process", .handler = on_timewait },
	{ .symbol = "tcp_check_req", .handler = on_request },
	{ .symbol = "tcp_conn_request", .handler = on_syn },
};

int tcpwhy_rare_attach(void)
{
	return tcpwhy_kprobes_attach(probes, ARRAY_SIZE(probes));
}

void tcpwhy_rare_detach(void)
{
	tcpwhy_kprobes_detach(probes, ARRAY_SIZE(probes));
}

/** tcpwhy_rare_missed() - segments not seen since load, see tcpwhy_kprobes_missed() */
u64 tcpwhy_rare_missed(void)
{
	return tcpwhy_kprobes_missed(probes, ARRAY_SIZE(probes));
}

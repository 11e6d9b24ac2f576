// SPDX-License-Identifier: GPL-2.0
/*
 * Lean mode: SYNs that a listener gets, by a kprobe, in place of the netfilter hook that looks
 * at every segment. tcp_conn_request() is a function of its own in every kernel from 5.10 to
 * 7.x, and has kept the order of these arguments.
 */
#include <net/tcp.h>

#include "hooks/arrival.h"
#include "hooks/budget.h"
#include "hooks/handshake.h"
#include "hooks/kprobes.h"
#include "hooks/lean.h"
#include "stats.h"

/* tcp_conn_request(rsk_ops, af_ops, sk, skb) */
static int on_syn(struct kprobe *kp, struct pt_regs *regs)
{
	struct net *net = sock_net((const struct sock *)tcpwhy_arg(regs, 2));
	const struct sk_buff *skb = (void *)tcpwhy_arg(regs, 3);
	const u8 *header = skb_network_header(skb);

	if (!tcpwhy_budget_take(TCPWHY_BUDGET_SYNS))
		return 0;
	tcpwhy_count(RARE_PACKETS);
	rcu_read_lock();
	/* TCP has it in hand: its header is linear, all of it. */
	tcpwhy_handshake_syn(tcpwhy_net(net), header, skb_network_header_len(skb),
			     skb_tail_pointer(skb) - header);
	if (tcpwhy_handshake_sender_known(tcpwhy_net(net), header))
		tcpwhy_arrival_in_hand(net, skb, NULL);
	rcu_read_unlock();
	return 0;
}

static struct tcpwhy_kprobe probes[] = {
	{ .symbol = "tcp_conn_request", .handler = on_syn },
};

int tcpwhy_lean_attach(void)
{
	return tcpwhy_kprobes_attach(probes, ARRAY_SIZE(probes));
}

void tcpwhy_lean_detach(void)
{
	tcpwhy_kprobes_detach(probes, ARRAY_SIZE(probes));
}

/** tcpwhy_lean_missed() - SYNs not seen since load, see tcpwhy_kprobes_missed() */
u64 tcpwhy_lean_missed(void)
{
	return tcpwhy_kprobes_missed(probes, ARRAY_SIZE(probes));
}

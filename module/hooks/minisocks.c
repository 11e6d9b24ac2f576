// SPDX-License-Identifier: GPL-2.0
/*
 * What meets TIME_WAIT or a request, at the entry of the functions that decide about it
 * (net/ipv4/tcp_minisocks.c): the checksum has been verified, and it does not matter in how many
 * pieces or behind which headers the segment came, or whether early demux had a look at it.
 * Both are functions of their own in every kernel from 5.10 to 7.x, and have kept the order
 * of these arguments.
 */
#include <net/inet_timewait_sock.h>
#include <net/request_sock.h>
#include <net/tcp.h>

#include "hooks/arrival.h"
#include "hooks/handshake.h"
#include "hooks/kprobes.h"
#include "hooks/minisocks.h"
#include "stats.h"

bool tcpwhy_minisocks_missing;

/* tcp_timewait_state_process(tw, skb, th, ...) */
static int on_timewait(struct kprobe *kp, struct pt_regs *regs)
{
	const struct inet_timewait_sock *tw = (void *)tcpwhy_arg(regs, 0);

	tcpwhy_count(RARE_PACKETS);
	rcu_read_lock();
	tcpwhy_arrival_in_hand(twsk_net(tw), (void *)tcpwhy_arg(regs, 1),
			       (const struct sock *)tw);
	rcu_read_unlock();
	return 0;
}

/* tcp_check_req(sk, skb, req, fastopen, ...); fast open has a socket of its own */
static int on_request(struct kprobe *kp, struct pt_regs *regs)
{
	struct net *net = sock_net((const struct sock *)tcpwhy_arg(regs, 0));
	const struct sk_buff *skb = (void *)tcpwhy_arg(regs, 1);
	struct request_sock *req = (void *)tcpwhy_arg(regs, 2);

	if ((u8)tcpwhy_arg(regs, 3))
		return 0;
	tcpwhy_count(RARE_PACKETS);
	rcu_read_lock();
	if (tcpwhy_handshake_completes(req, tcp_hdr(skb)))
		tcpwhy_handshake_complete(tcpwhy_net(net), req, skb_network_header(skb),
					  skb_network_header_len(skb));
	else
		tcpwhy_arrival_in_hand(net, skb, req_to_sk(req));
	rcu_read_unlock();
	return 0;
}

static struct tcpwhy_kprobe probes[] = {
	{ .symbol = "tcp_timewait_state_process", .handler = on_timewait },
	{ .symbol = "tcp_check_req", .handler = on_request },
};

int tcpwhy_minisocks_attach(void)
{
	int err = tcpwhy_kprobes_attach(probes, ARRAY_SIZE(probes));

	WRITE_ONCE(tcpwhy_minisocks_missing, err);
	return err;
}

void tcpwhy_minisocks_detach(void)
{
	tcpwhy_kprobes_detach(probes, ARRAY_SIZE(probes));
}

/** tcpwhy_minisocks_missed() - segments not seen since load, see tcpwhy_kprobes_missed() */
u64 tcpwhy_minisocks_missed(void)
{
	return tcpwhy_kprobes_missed(probes, ARRAY_SIZE(probes));
}

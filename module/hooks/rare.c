// SPDX-License-Identifier: GPL-2.0
/*
 * Lean mode: kprobes on functions that only rare segments reach, in place of the
 * netfilter hook that looks at every one. All three are called with a verified
 * checksum, are functions of their own in every kernel from 5.10 to 7.x, and
 * have kept the order of these arguments.
 */
#include <linux/kprobes.h>
#include <net/inet_timewait_sock.h>
#include <net/request_sock.h>
#include <net/tcp.h>

#include "hooks/arrival.h"
#include "hooks/rare.h"
#include "stats.h"

static void arrived(struct net *net, const struct sk_buff *skb, const struct sock *sk)
{
	struct tcpwhy_packet p;
	const u8 *header;

	tcpwhy_count(RARE_PACKETS);
	rcu_read_lock();
	if (!tcpwhy_arrival_parse(&p, skb, &header))
		tcpwhy_count(MALFORMED);
	else if (tcpwhy_arrival_matters(&p, sk))
		tcpwhy_arrival_judge(net, &p, sk, header);
	rcu_read_unlock();
}

/* tcp_timewait_state_process(tw, skb, th, ...) */
static int on_timewait(struct kprobe *kp, struct pt_regs *regs)
{
	const struct inet_timewait_sock *tw = (void *)regs_get_kernel_argument(regs, 0);

	arrived(twsk_net(tw), (void *)regs_get_kernel_argument(regs, 1), (const struct sock *)tw);
	return 0;
}

/* tcp_check_req(sk, skb, req, fastopen, ...); fast open has a socket of its own */
static int on_request(struct kprobe *kp, struct pt_regs *regs)
{
	const struct sock *listener = (void *)regs_get_kernel_argument(regs, 0);
	const struct request_sock *req = (void *)regs_get_kernel_argument(regs, 2);

	if (!(u8)regs_get_kernel_argument(regs, 3))
		arrived(sock_net(listener), (void *)regs_get_kernel_argument(regs, 1),
			req_to_sk((struct request_sock *)req));
	return 0;
}

/* tcp_conn_request(rsk_ops, af_ops, sk, skb) */
static int on_syn(struct kprobe *kp, struct pt_regs *regs)
{
	const struct sock *listener = (void *)regs_get_kernel_argument(regs, 2);

	arrived(sock_net(listener), (void *)regs_get_kernel_argument(regs, 3), NULL);
	return 0;
}

static const struct {
	const char *symbol;
	kprobe_pre_handler_t handler;
} wanted[] = {
	{ "tcp_timewait_state_process", on_timewait },
	{ "tcp_check_req", on_request },
	{ "tcp_conn_request", on_syn },
};

static struct kprobe probes[ARRAY_SIZE(wanted)];

/* Of probes that are gone. */
static u64 missed;

static void detach_first(int n)
{
	while (n--) {
		unregister_kprobe(&probes[n]);
		missed += probes[n].nmissed;
		probes[n].nmissed = 0;
	}
}

/**
 * tcpwhy_rare_missed() - segments not seen since load
 *
 * A kprobe that fires while another's handler runs on the same CPU is missed.
 */
u64 tcpwhy_rare_missed(void)
{
	u64 sum = missed;
	int i;

	for (i = 0; i < ARRAY_SIZE(probes); i++)
		sum += probes[i].nmissed;
	return sum;
}

int tcpwhy_rare_attach(void)
{
	int i, err;

	/* register_kprobe() fills it in, and wants it clean each time. */
	memset(probes, 0, sizeof(probes));
	for (i = 0; i < ARRAY_SIZE(wanted); i++) {
		probes[i].symbol_name = wanted[i].symbol;
		probes[i].pre_handler = wanted[i].handler;
		err = register_kprobe(&probes[i]);
		if (err) {
			detach_first(i);
			return err;
		}
	}
	return 0;
}

void tcpwhy_rare_detach(void)
{
	detach_first(ARRAY_SIZE(wanted));
}

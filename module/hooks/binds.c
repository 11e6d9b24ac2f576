// SPDX-License-Identifier: GPL-2.0
/*
 * bind() that finds no local port. Only the return value of inet_csk_get_port() tells that: a
 * kretprobe. The failed call knows no peer yet, so that the sweep looks at who holds the ports.
 */
#include <linux/in.h>
#include <net/sock.h>

#include "hooks/binds.h"
#include "hooks/kprobes.h"
#include "hooks/sweep.h"
#include "stats.h"

static int on_entry(struct kretprobe_instance *ri, struct pt_regs *regs);
static int on_return(struct kretprobe_instance *ri, struct pt_regs *regs);

static struct tcpwhy_kretprobe probe = {
	.symbol = "inet_csk_get_port",
	.entry = on_entry,
	.handler = on_return,
	.data_size = sizeof(const struct sock *),
};

/*
 * inet_csk_get_port(sk, snum): a program that asks for a certain port is told of that port alone,
 * whatever else is free. Up to 6.x DCCP calls this as well.
 */
static int on_entry(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	const struct sock *sk = (const struct sock *)tcpwhy_arg(regs, 0);

	if ((u16)tcpwhy_arg(regs, 1) || sk->sk_protocol != IPPROTO_TCP)
		return 1;
	*(const struct sock **)ri->data = sk;
	atomic_inc(&probe.under_way);
	return 0;
}

/*
 * 1 on 5.10, -EADDRINUSE since 6.1: no port is free, or, which does not happen as a rule, there
 * is no memory for the one that is. The caller has locked the socket.
 */
static int on_return(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	if ((int)regs_return_value(regs)) {
		tcpwhy_count(BINDS_FAILED);
		tcpwhy_sweep_bind_failed(*(const struct sock **)ri->data);
	}
	atomic_dec(&probe.under_way);
	return 0;
}

int tcpwhy_binds_attach(void)
{
	return tcpwhy_kretprobe_attach(&probe);
}

void tcpwhy_binds_detach(void)
{
	tcpwhy_kretprobe_detach(&probe);
}

/** tcpwhy_binds_missed() - calls not seen since load, see tcpwhy_kretprobe_missed() */
u64 tcpwhy_binds_missed(void)
{
	return tcpwhy_kretprobe_missed(&probe);
}

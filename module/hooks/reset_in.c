// SPDX-License-Identifier: GPL-2.0
/*
 * tcp_reset(sk, skb): TCP believed a RST. tcp:tcp_receive_reset shows the same without
 * the segment, and to look for RSTs at LOCAL_IN would cost each data segment a look at
 * its flags. tcp_reset() is also how TCP ends a connection for which data came after
 * close(): no RST was received then.
 */
#include <net/tcp.h>

#include "compat/compat.h"
#include "hooks/arrival.h"
#include "hooks/conn.h"
#include "hooks/kprobes.h"
#include "hooks/made.h"
#include "hooks/observe.h"
#include "hooks/reset_in.h"
#include "hooks/socket.h"
#include "stats.h"

static void received(const struct sock *sk, const struct tcpwhy_packet *p, const u8 *header,
		     int iif)
{
	struct tcpwhy_observation o = { .kind = TCPWHY_KIND_RESET_RECEIVED };

	tcpwhy_count(RESETS);
	o.mibs = BIT(TCPWHY_MIB_ESTAB_RESETS);
	o.now_ns = ktime_get_boottime_ns();
	o.packet = p;
	tcpwhy_socket_peer(sk, &o);
	tcpwhy_conn_full(sk, sk->sk_state, &o.conn);
	/* The RST itself is counted already. */
	o.conn.segs_in--;
	o.conn.alert = tcpwhy_conn_sent_alert(sk, o.conn.unacked);
	o.conn.alert_unread = o.conn.unread && tcpwhy_conn_got_alert(sk);
	tcpwhy_conn_owner(sk, &o.process);
	tcpwhy_made_find(tcpwhy_net(sock_net(sk)), iif, &o);
	tcpwhy_observe(tcpwhy_net(sock_net(sk)), &o, TCPWHY_REMEMBER_NEW, header);
}

#ifdef TCPWHY_HAVE_RESET_SKB

/* tcp_reset(sk, skb), sk locked; all callers have a segment in hand, a RST or data after close() */
static int on_reset(struct kprobe *kp, struct pt_regs *regs)
{
	const struct sock *sk = (const struct sock *)tcpwhy_arg(regs, 0);
	const struct sk_buff *skb = (const struct sk_buff *)tcpwhy_arg(regs, 1);
	struct tcpwhy_packet p;
	const u8 *header;

	if (!tcp_hdr(skb)->rst)
		return 0;
	rcu_read_lock();
	if (tcpwhy_arrival_parse(&p, skb, &header))
		received(sk, &p, header, skb->skb_iif);
	else
		tcpwhy_count(MALFORMED);
	rcu_read_unlock();
	return 0;
}

void tcpwhy_reset_in_note(const struct sock *sk, const struct sk_buff *skb)
{
}

#else /* !TCPWHY_HAVE_RESET_SKB */

/*
 * The RST that this CPU is about to give to tcp_reset(sk), by value: it may be freed since. Written
 * by LOCAL_IN, in softirq, or after NFQUEUE in process context; and by the kprobe on
 * tcp_validate_incoming(), which runs in process context, too, where a program works on its
 * socket's backlog. Softirqs are on there: one that comes in between leaves a note of its own. So
 * interrupts are off while a note is written, or read. One that another has replaced, or that was
 * left on another CPU, is not found, and the RST is told without its segment or not at all.
 */
struct note {
	const struct sock *sk;
	u32 tick;
	int iif;
	struct tcpwhy_packet packet;
	u8 header[TCPWHY_HEADER_MAX];
};

static DEFINE_PER_CPU(struct note, notes);

/**
 * tcpwhy_reset_in_note() - a RST is about to be believed
 * @sk: its socket
 * @skb: the RST, as TCP has it in hand
 *
 * Context: any but NMI.
 */
void tcpwhy_reset_in_note(const struct sock *sk, const struct sk_buff *skb)
{
	struct note note = { .sk = sk, .tick = tcp_jiffies32, .iif = skb->skb_iif };
	unsigned long flags;
	const u8 *header;

	if (!tcpwhy_arrival_parse(&note.packet, skb, &header))
		return;
	memcpy(note.header, header, min_t(u32, note.packet.header_len, sizeof(note.header)));
	local_irq_save(flags);
	*this_cpu_ptr(&notes) = note;
	local_irq_restore(flags);
}

/* What was noted, which is nobody else's any more. */
static void take(struct note *note)
{
	unsigned long flags;

	local_irq_save(flags);
	*note = *this_cpu_ptr(&notes);
	this_cpu_ptr(&notes)->sk = NULL;
	local_irq_restore(flags);
}

/* tcp_reset(sk), sk locked */
static int on_reset(struct kprobe *kp, struct pt_regs *regs)
{
	const struct sock *sk = (const struct sock *)tcpwhy_arg(regs, 0);
	struct note note;

	rcu_read_lock();
	take(&note);
	if (note.sk == sk && tcp_jiffies32 - note.tick < HZ / 2)
		received(sk, &note.packet, note.header, note.iif);
	else if (sk->sk_state == TCP_SYN_SENT)
		received(sk, NULL, NULL, 0);
	rcu_read_unlock();
	return 0;
}

#endif /* TCPWHY_HAVE_RESET_SKB */

static struct tcpwhy_kprobe probe = { .symbol = "tcp_reset", .handler = on_reset };

int tcpwhy_reset_in_attach(void)
{
	return tcpwhy_kprobes_attach(&probe, 1);
}

void tcpwhy_reset_in_detach(void)
{
	tcpwhy_kprobes_detach(&probe, 1);
}

/** tcpwhy_reset_in_missed() - RSTs not seen since load, see tcpwhy_kprobes_missed() */
u64 tcpwhy_reset_in_missed(void)
{
	return tcpwhy_kprobes_missed(&probe, 1);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Silences that connections of known peers survive. A write after one is seen by what
 * TCP does just then, tcp_slow_start_after_idle_check(): not with
 * net.ipv4.tcp_slow_start_after_idle=0, nor with a congestion control that paces itself
 * (BBR). That something was written proves nothing yet. That it was acknowledged shows
 * at the next write of that kind, or when the connection closes in order.
 */
#include <net/tcp.h>

#include "core/idle.h"
#include "hooks/conn.h"
#include "hooks/kprobes.h"
#include "hooks/silence.h"
#include "hooks/socket.h"
#include "netns.h"
#include "store/flows.h"
#include "store/peers.h"

/* Either side's data, and the peer's keepalive probes, which lie before the window. */
static u32 last_used(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk((struct sock *)sk);
	u32 used = tcpwhy_later(tp->lsndtime, inet_csk((struct sock *)sk)->icsk_ack.lrcvtime);
	u32 probed = READ_ONCE(tp->last_oow_ack_time);

	return probed ? tcpwhy_later(used, probed) : used;
}

static u32 silence_since(u32 used)
{
	return jiffies_to_msecs(tcp_jiffies32 - used);
}

/**
 * tcpwhy_silence_before_fin() - the path still knew a connection that the peer closes
 * @sk: its socket; the FIN has been read
 *
 * Context: under RCU.
 */
void tcpwhy_silence_before_fin(const struct sock *sk)
{
	u32 silence_ms = silence_since(last_used(sk));
	struct tcpwhy_observation o;

	/* The FIN hides when our own probes were answered. */
	if (silence_ms < TCPWHY_SILENCE_MS || sock_flag(sk, SOCK_KEEPOPEN))
		return;
	tcpwhy_socket_peer(sk, &o);
	tcpwhy_peers_note_silence(tcpwhy_net(sock_net(sk)), &o.peer, silence_ms);
}

/* Once for each buffer of the same write, too: the silence is the same. */
static void writes(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk((struct sock *)sk);
	u32 silence_ms = silence_since(tcpwhy_later(last_used(sk), tp->rcv_tstamp)), survived_ms;
	struct tcpwhy_net *tn = tcpwhy_net(sock_net(sk));
	u64 now_ns = ktime_get_boottime_ns();
	bool is_silence = silence_ms >= TCPWHY_SILENCE_MS;
	struct tcpwhy_observation o;
	struct tcpwhy_flow_ref ref;

	tcpwhy_socket_peer(sk, &o);
	if (!tcpwhy_peers_know(tn, &o.peer))
		return;
	tcpwhy_flow_get(&ref, tn, &o.peer, o.lport, o.rport,
			is_silence ? TCPWHY_FLOW_MAKE : TCPWHY_FLOW_FIND, now_ns);
	survived_ms = ref.flow ? tcpwhy_flow_survived(ref.flow, tp->snd_una) : 0;
	if (is_silence)
		tcpwhy_flow_note_silence(ref.flow, silence_ms, tp->snd_una, now_ns);
	tcpwhy_flow_put(&ref);
	if (survived_ms)
		tcpwhy_peers_note_silence(tn, &o.peer, survived_ms);
}

/* tcp_cwnd_restart(sk, delta): nothing is under way, and nothing was sent for more than the RTO */
static int on_restart(struct kprobe *kp, struct pt_regs *regs)
{
	rcu_read_lock();
	writes((const struct sock *)tcpwhy_arg(regs, 0));
	rcu_read_unlock();
	return 0;
}

static struct tcpwhy_kprobe probe = { .symbol = "tcp_cwnd_restart", .handler = on_restart };

int tcpwhy_silence_attach(void)
{
	return tcpwhy_kprobes_attach(&probe, 1);
}

void tcpwhy_silence_detach(void)
{
	tcpwhy_kprobes_detach(&probe, 1);
}

/** tcpwhy_silence_missed() - writes not seen since load, see tcpwhy_kprobes_missed() */
u64 tcpwhy_silence_missed(void)
{
	return tcpwhy_kprobes_missed(&probe, 1);
}

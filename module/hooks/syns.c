// SPDX-License-Identifier: GPL-2.0
/*
 * A server is known by its own address and by the one that it sees: behind a NAT that is
 * neither the client's nor in the packet, as this host translates it after FORWARD.
 */
#include <linux/skbuff.h>
#include <net/tcp.h>
#if IS_ENABLED(CONFIG_NF_CONNTRACK)
#include <net/netfilter/nf_conntrack.h>
#endif

#include "compat/compat.h"
#include "hooks/conn.h"
#include "hooks/observe.h"
#include "hooks/socket.h"
#include "hooks/syns.h"
#include "store/servers.h"

/* What is done about a SYN, or its answer. */
struct turn {
	struct tcpwhy_net *tn;
	struct tcpwhy_server_key key;
	struct tcpwhy_syn_sent syn;
	struct tcpwhy_observation o;
	struct tcpwhy_verdict v;
	const u8 *header;
	u32 now_ms;
	bool is_case;
};

static void start(struct turn *turn, struct tcpwhy_net *tn, enum tcpwhy_kind kind)
{
	memset(turn, 0, sizeof(*turn));
	turn->tn = tn;
	turn->key.netns = tn->id;
	turn->o.kind = kind;
	turn->o.now_ns = ktime_get_boottime_ns();
	turn->now_ms = tcpwhy_ms(turn->o.now_ns);
}

/* Under the servers' lock: judged here, while their memory stands still, and told later. */
static void sent(struct tcpwhy_syns *s, void *ctx)
{
	struct turn *turn = ctx;

	turn->o.syns.memory = s;
	turn->o.syns.again = tcpwhy_syns_sent(s, &turn->syn, turn->now_ms);
	if (turn->o.syns.again)
		turn->is_case = tcpwhy_observe_judge(&turn->o, &turn->v);
	turn->o.syns.memory = NULL;
}

static void tell(struct turn *turn)
{
	if (turn->is_case)
		tcpwhy_peers_report(turn->tn, &turn->o, &turn->v, turn->header,
				    turn->o.packet ? turn->o.packet->header_len : 0);
}

static void answered(struct tcpwhy_syns *s, void *ctx)
{
	struct turn *turn = ctx;

	tcpwhy_syns_answered(s, &turn->syn, turn->now_ms);
}

/*
 * Whom does the server see? The first SYN of a connection is not translated yet, and is
 * taken for the client's own; its repetitions are.
 */
static void find_via(const struct sk_buff *skb, const struct tcpwhy_addr *client,
		     struct tcpwhy_addr *via)
{
#if IS_ENABLED(CONFIG_NF_CONNTRACK)
	enum ip_conntrack_info info;
	const struct nf_conn *ct = nf_ct_get(skb, &info);
	const struct nf_conntrack_tuple *reply;

	if (ct) {
		reply = &ct->tuplehash[IP_CT_DIR_REPLY].tuple;
		if (reply->src.l3num == NFPROTO_IPV4)
			tcpwhy_addr_from_v4(via, &reply->dst.u3.ip);
		else
			tcpwhy_addr_from_v6(via, &reply->dst.u3.in6);
		return;
	}
#endif
	*via = *client;
}

/**
 * tcpwhy_syns_forwarded() - a SYN passes through this host
 * @tn: namespace
 * @skb: it
 * @syn: it, its checksum verified
 * @header: its IP header
 *
 * Context: any but NMI, under RCU.
 */
void tcpwhy_syns_forwarded(struct tcpwhy_net *tn, const struct sk_buff *skb,
			   const struct tcpwhy_packet *syn, const u8 *header)
{
	struct turn turn;

	if (!syn->has_ts)
		return;
	start(&turn, tn, TCPWHY_KIND_FORWARD_SYN_AGAIN);
	turn.syn.client = syn->saddr;
	turn.syn.isn = syn->seq;
	turn.syn.sport = syn->sport;
	turn.syn.dport = syn->dport;
	turn.syn.tsval = syn->tsval;
	turn.key.server = syn->daddr;
	find_via(skb, &syn->saddr, &turn.key.via);
	turn.header = header;
	turn.o.packet = syn;
	turn.o.peer = syn->daddr;
	turn.o.lport = syn->sport;
	turn.o.rport = syn->dport;
	tcpwhy_servers_update(&turn.key, turn.now_ms, false, sent, &turn);
	tell(&turn);
}

/**
 * tcpwhy_syns_forwarded_answer() - the answer to a SYN that passed through this host
 * @tn: namespace
 * @skb: it
 * @syn_ack: it, its checksum verified
 *
 * Context: any but NMI, under RCU.
 */
void tcpwhy_syns_forwarded_answer(struct tcpwhy_net *tn, const struct sk_buff *skb,
				  const struct tcpwhy_packet *syn_ack)
{
	struct turn turn;

	if (!syn_ack->has_ts)
		return;
	start(&turn, tn, TCPWHY_KIND_FORWARD_SYN_AGAIN);
	turn.syn.client = syn_ack->daddr;
	turn.syn.isn = syn_ack->ack - 1;
	turn.syn.sport = syn_ack->dport;
	turn.syn.dport = syn_ack->sport;
	turn.syn.tsval = syn_ack->tsecr;
	turn.key.server = syn_ack->saddr;
	find_via(skb, &syn_ack->daddr, &turn.key.via);
	tcpwhy_servers_update(&turn.key, turn.now_ms, true, answered, &turn);
}

/* @tsval: of the SYN */
static void of_socket(struct turn *turn, const struct sock *sk, u32 tsval)
{
	start(turn, tcpwhy_net(sock_net(sk)), TCPWHY_KIND_SYN_AGAIN);
	tcpwhy_socket_peer(sk, &turn->o);
	tcpwhy_socket_local(sk, &turn->key.via);
	turn->key.server = turn->o.peer;
	turn->syn.client = turn->key.via;
	turn->syn.sport = turn->o.lport;
	turn->syn.dport = turn->o.rport;
	turn->syn.tsval = tsval;
}

/**
 * tcpwhy_syns_repeated() - a SYN of this host was sent again
 * @sk: its socket, in SYN_SENT
 * @skb: the SYN
 *
 * Context: any but NMI, under RCU.
 */
void tcpwhy_syns_repeated(const struct sock *sk, const struct sk_buff *skb)
{
	const struct tcp_sock *tp = tcp_sk((struct sock *)sk);
	struct turn turn;

	if (!READ_ONCE(sock_net(sk)->ipv4.sysctl_tcp_timestamps))
		return;
	of_socket(&turn, sk, tcpwhy_tsval(tp, skb));
	tcpwhy_conn_owner(sk, &turn.o.process);
	tcpwhy_servers_update(&turn.key, turn.now_ms, true, sent, &turn);
	tell(&turn);
}

/**
 * tcpwhy_syns_connected() - a connect of this host was answered
 * @sk: its socket, about to leave SYN_SENT; the echo has been freed of its offset
 *
 * Context: any but NMI, under RCU.
 */
void tcpwhy_syns_connected(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk((struct sock *)sk);
	struct turn turn;

	if (!tp->rx_opt.saw_tstamp || !tp->rx_opt.rcv_tsecr ||
	    !tcpwhy_servers_any(tcpwhy_ms(ktime_get_boottime_ns())))
		return;
	of_socket(&turn, sk, tp->rx_opt.rcv_tsecr + tp->tsoffset);
	tcpwhy_servers_update(&turn.key, turn.now_ms, false, answered, &turn);
}

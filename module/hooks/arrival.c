// SPDX-License-Identifier: GPL-2.0
#include <linux/ktime.h>
#include <linux/skbuff.h>
#include <net/tcp.h>

#include "hooks/arrival.h"
#include "hooks/observe.h"
#include "hooks/socket.h"

/**
 * tcpwhy_arrival_parse() - a segment that TCP has in hand
 * @p: result
 * @skb: its IP header is pulled off, its TCP header linear
 * @header: result, its IP header
 *
 * Return: whether it is a TCP segment
 */
bool tcpwhy_arrival_parse(struct tcpwhy_packet *p, const struct sk_buff *skb, const u8 **header)
{
	const u8 *ip = skb_network_header(skb);
	u32 captured = min_t(long, skb_tail_pointer(skb) - ip, TCPWHY_HEADER_MAX);

	*header = ip;
	return tcpwhy_packet_parse(p, ip, captured, skb->data - ip + skb->len) == TCPWHY_PARSE_OK;
}

static bool observation_of(struct tcpwhy_observation *o, const struct sock *sk, bool plain_syn)
{
	if (!sk) {
		o->kind = TCPWHY_KIND_SYN;
		return plain_syn;
	}
	if (sk->sk_state == TCP_TIME_WAIT) {
		o->kind = TCPWHY_KIND_TIMEWAIT;
		o->mib = TCPWHY_MIB_PAWS_TIMEWAIT;
		tcpwhy_socket_timewait(sk, &o->socket);
		return true;
	}
	if (sk->sk_state == TCP_NEW_SYN_RECV) {
		o->kind = TCPWHY_KIND_REQUEST;
		o->mib = TCPWHY_MIB_PAWS_ESTAB;
		tcpwhy_socket_request(sk, &o->socket);
		return true;
	}
	return false;
}

/**
 * tcpwhy_arrival_judge() - judge a segment before TCP does
 * @net: namespace
 * @p: the segment, its checksum verified
 * @sk: TIME_WAIT or request socket that it met, NULL if none but a listener's;
 *	for any other socket nothing is done
 * @header: its IP header
 *
 * Context: any but NMI, under RCU.
 */
void tcpwhy_arrival_judge(struct net *net, const struct tcpwhy_packet *p, const struct sock *sk,
			  const u8 *header)
{
	bool plain_syn = (p->flags & (TCPWHY_SYN | TCPWHY_ACK | TCPWHY_RST)) == TCPWHY_SYN;
	enum tcpwhy_remember remember = TCPWHY_REMEMBER_NOTHING;
	struct tcpwhy_net *tn = tcpwhy_net(net);
	struct tcpwhy_observation o = {
		.now_ns = ktime_get_boottime_ns(),
		.packet = p,
		.peer = p->saddr,
		.lport = p->dport,
		.rport = p->sport,
	};

	if (!observation_of(&o, sk, plain_syn))
		return;
	/* A request's SYN has been remembered; TIME_WAIT minds SYNs and RSTs. */
	if (o.kind != TCPWHY_KIND_REQUEST && plain_syn)
		remember = TCPWHY_REMEMBER_NEW;
	else if (o.kind == TCPWHY_KIND_TIMEWAIT && (p->flags & TCPWHY_RST))
		remember = TCPWHY_REMEMBER_OLD;
	if (!tcpwhy_observe(tn, &o, remember, header) && plain_syn)
		tcpwhy_peers_note_syn(tn, p, o.now_ns);
}

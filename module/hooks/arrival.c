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

static bool is_plain_syn(const struct tcpwhy_packet *p)
{
	return (p->flags & (TCPWHY_SYN | TCPWHY_ACK | TCPWHY_RST)) == TCPWHY_SYN;
}

/**
 * tcpwhy_arrival_matters() - could a cause mind this segment?
 * @p: the segment, its checksum not verified yet
 * @sk: socket that it met, NULL if none but a listener's
 *
 * Spares every completed handshake a checksum and a judgement.
 */
bool tcpwhy_arrival_matters(const struct tcpwhy_packet *p, const struct sock *sk)
{
	if (!sk)
		return is_plain_syn(p);
	if (sk->sk_state == TCP_NEW_SYN_RECV)
		return p->has_ts && tcpwhy_before(p->tsval,
						  inet_reqsk((struct sock *)sk)->ts_recent);
	return sk->sk_state == TCP_TIME_WAIT;
}

static void fill_kind(struct tcpwhy_observation *o, const struct sock *sk)
{
	if (!sk) {
		o->kind = TCPWHY_KIND_SYN;
	} else if (sk->sk_state == TCP_TIME_WAIT) {
		o->kind = TCPWHY_KIND_TIMEWAIT;
		o->mib = TCPWHY_MIB_PAWS_TIMEWAIT;
		tcpwhy_socket_timewait(sk, &o->socket);
	} else {
		o->kind = TCPWHY_KIND_REQUEST;
		o->mib = TCPWHY_MIB_PAWS_ESTAB;
		tcpwhy_socket_request(sk, &o->socket);
	}
}

/**
 * tcpwhy_arrival_judge() - judge a segment that matters before TCP does
 * @net: namespace
 * @p: the segment, its checksum verified
 * @sk: TIME_WAIT or request socket that it met, NULL if none but a listener's
 * @header: its IP header
 *
 * Context: any but NMI, under RCU.
 */
void tcpwhy_arrival_judge(struct net *net, const struct tcpwhy_packet *p, const struct sock *sk,
			  const u8 *header)
{
	enum tcpwhy_remember remember = TCPWHY_REMEMBER_NOTHING;
	struct tcpwhy_net *tn = tcpwhy_net(net);
	struct tcpwhy_observation o = {
		.now_ns = ktime_get_boottime_ns(),
		.packet = p,
		.peer = p->saddr,
		.lport = p->dport,
		.rport = p->sport,
	};

	fill_kind(&o, sk);
	/* A request's SYN has been remembered; TIME_WAIT minds SYNs and RSTs. */
	if (o.kind != TCPWHY_KIND_REQUEST && is_plain_syn(p))
		remember = TCPWHY_REMEMBER_NEW;
	else if (o.kind == TCPWHY_KIND_TIMEWAIT && (p->flags & TCPWHY_RST))
		remember = TCPWHY_REMEMBER_OLD;
	if (!tcpwhy_observe(tn, &o, remember, header) && is_plain_syn(p))
		tcpwhy_peers_note_syn(tn, p, o.now_ns);
}

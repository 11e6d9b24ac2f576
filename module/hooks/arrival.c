// SPDX-License-Identifier: GPL-2.0
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/ktime.h>
#include <linux/skbuff.h>
#include <net/tcp.h>

#include "causes/causes.h"
#include "compat/compat.h"
#include "hooks/arrival.h"
#include "hooks/budget.h"
#include "hooks/handshake.h"
#include "hooks/observe.h"
#include "hooks/socket.h"
#include "stats.h"
#include "store/flows.h"

static bool parse_addresses(struct tcpwhy_packet *p, const struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);

	if (iph->version == 4) {
		tcpwhy_addr_from_v4(&p->saddr, &iph->saddr);
		tcpwhy_addr_from_v4(&p->daddr, &iph->daddr);
		p->ttl = iph->ttl;
		tcpwhy_packet_parse_id(p, (const u8 *)iph);
		return true;
	}
	tcpwhy_addr_from_v6(&p->saddr, &ipv6_hdr(skb)->saddr);
	tcpwhy_addr_from_v6(&p->daddr, &ipv6_hdr(skb)->daddr);
	p->ttl = ipv6_hdr(skb)->hop_limit;
	/* As in core/packet.c: no IPv4 peer sent it. */
	return !tcpwhy_addr_is_v4(&p->saddr) && !tcpwhy_addr_is_v4(&p->daddr);
}

/**
 * tcpwhy_arrival_parse() - a segment that TCP has in hand
 * @p: result
 * @skb: its IP header is pulled off, its TCP header linear; what lies between the
 *	two has been dealt with
 * @header: result, its IP header
 *
 * Return: whether it is a TCP segment
 */
bool tcpwhy_arrival_parse(struct tcpwhy_packet *p, const struct sk_buff *skb, const u8 **header)
{
	const u8 *tcp = skb_transport_header(skb);

	memset(p, 0, sizeof(*p));
	*header = skb_network_header(skb);
	p->tcp_at = tcp - *header;
	return parse_addresses(p, skb) &&
	       tcpwhy_packet_parse_tcp(p, tcp, skb_tail_pointer(skb) - tcp,
				       skb->data - tcp + skb->len) == TCPWHY_PARSE_OK;
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
		return tcpwhy_packet_is_plain_syn(p) || p->flags & TCPWHY_RST;
	if (sk->sk_state == TCP_NEW_SYN_RECV && p->flags & TCPWHY_RST)
		return true;
	if (sk->sk_state == TCP_NEW_SYN_RECV)
		return p->has_ts && tcpwhy_before(p->tsval,
						  inet_reqsk((struct sock *)sk)->ts_recent);
	return sk->sk_state == TCP_TIME_WAIT;
}

/* tcp_in_window(), net/ipv4/tcp_minisocks.c */
static bool in_window(const struct tcpwhy_packet *p, u32 start, u32 end)
{
	if (p->seq == start)
		return true;
	if (tcpwhy_after(p->end_seq, start) && tcpwhy_before(p->seq, end))
		return true;
	return p->seq == end && p->seq == p->end_seq;
}

/*
 * tcp_check_req(): a RST in the window, with the right ACK if any, ends the request. Newer
 * kernels want it at the edge of the window, and challenge others.
 */
static bool ends_request(const struct tcpwhy_packet *p, const struct request_sock *req)
{
	u32 start = tcp_rsk(req)->rcv_nxt;

	if (p->has_ts && tcpwhy_request_rejects_echo(req, p->tsecr))
		return false;
	if (!TCPWHY_REQUEST_RST_IN_WINDOW)
		return p->seq == start;
	if (p->flags & TCPWHY_ACK && p->ack != tcp_rsk(req)->snt_isn + 1)
		return false;
	return in_window(p, start, start + req->rsk_rcv_wnd);
}

static void fill_request_reset(struct tcpwhy_observation *o, const struct sock *sk)
{
	const struct request_sock *req = inet_reqsk((struct sock *)sk);
	const struct tcpwhy_packet *p = o->packet;
	struct tcpwhy_conn c = { .state = TCP_NEW_SYN_RECV };

	c.rcv_nxt = tcp_rsk(req)->rcv_nxt;
	c.window = req->rsk_rcv_wnd;
	c.retries = req->num_timeout;
	if (ends_request(p, req)) {
		o->kind = TCPWHY_KIND_RESET_RECEIVED;
		o->mibs = BIT(TCPWHY_MIB_EMBRYONIC_RSTS);
	} else {
		o->kind = TCPWHY_KIND_RESET_IGNORED;
		o->mibs = 0;
	}
	o->conn = c;
}

static void fill_kind(struct tcpwhy_observation *o, const struct sock *sk)
{
	if (!sk) {
		o->kind = TCPWHY_KIND_AFTER_RESET;
	} else if (sk->sk_state == TCP_TIME_WAIT) {
		o->kind = TCPWHY_KIND_TIMEWAIT;
		o->mibs = BIT(TCPWHY_MIB_PAWS_TIMEWAIT);
		tcpwhy_socket_timewait(sk, &o->socket);
	} else {
		o->kind = TCPWHY_KIND_REQUEST;
		o->mibs = BIT(TCPWHY_MIB_PAWS_ESTAB);
		tcpwhy_socket_request(sk, &o->socket);
		if (o->packet->flags & TCPWHY_RST && !tcpwhy_paws_reject(o->packet, &o->socket, 0))
			fill_request_reset(o, sk);
	}
}

/**
 * tcpwhy_arrival_judge() - judge a segment that matters before TCP does
 * @net: namespace
 * @p: the segment, its checksum verified
 * @sk: TIME_WAIT or request socket that it met, NULL if none but a listener's; a SYN for
 *	that is only counted among its sender's, if that is known
 * @header: its IP header
 *
 * Context: any but NMI, under RCU.
 */
void tcpwhy_arrival_judge(struct net *net, const struct tcpwhy_packet *p, const struct sock *sk,
			  const u8 *header)
{
	enum tcpwhy_remember remember = TCPWHY_REMEMBER_NOTHING;
	struct tcpwhy_net *tn = tcpwhy_net(net);
	bool syn = tcpwhy_packet_is_plain_syn(p);
	struct tcpwhy_observation o = {
		.now_ns = ktime_get_boottime_ns(),
		.packet = p,
		.peer = p->saddr,
		.lport = p->dport,
		.rport = p->sport,
	};

	if (!sk && syn) {
		tcpwhy_peers_note_syn(tn, p, o.now_ns);
		return;
	}
	if (sk && sk->sk_state == TCP_NEW_SYN_RECV && p->flags & TCPWHY_RST)
		tcpwhy_handshake_begun(tn, inet_reqsk((struct sock *)sk), header, p->tcp_at);
	fill_kind(&o, sk);
	/* A request's SYN has been remembered; TIME_WAIT minds SYNs and RSTs. */
	if (o.kind != TCPWHY_KIND_REQUEST && syn)
		remember = TCPWHY_REMEMBER_NEW;
	else if (o.kind != TCPWHY_KIND_REQUEST && (p->flags & TCPWHY_RST))
		remember = TCPWHY_REMEMBER_OLD;
	if (tcpwhy_observe(tn, &o, remember, header) || !syn)
		return;
	if (o.kind == TCPWHY_KIND_TIMEWAIT &&
	    tcpwhy_timewait_fate(p, &o.socket) == TCPWHY_TIMEWAIT_SYN_ACCEPTED)
		tcpwhy_handshake_syn(tn, header, p->tcp_at, p->header_len);
	tcpwhy_peers_note_syn(tn, p, o.now_ns);
}

/**
 * tcpwhy_arrival_in_hand() - the same for a segment that TCP has verified already
 * @net: namespace
 * @skb: it, see tcpwhy_arrival_parse()
 * @sk: what it met, see tcpwhy_arrival_judge()
 *
 * Context: any but NMI, under RCU.
 */
void tcpwhy_arrival_in_hand(struct net *net, const struct sk_buff *skb, const struct sock *sk)
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

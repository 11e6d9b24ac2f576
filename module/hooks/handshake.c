// SPDX-License-Identifier: GPL-2.0
/*
 * What the first packets of a connection look like tells later whose a RST is, and whether
 * another host's SYN comes for its addresses and ports. Most connections never need it:
 * this is what each of them pays, and it is kept small. No checksum is computed: of a SYN
 * nothing is believed until TCP has accepted it, and of later packets the IP header, if they
 * acknowledge our sequence numbers.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/ktime.h>
#include <net/tcp.h>

#include "hooks/handshake.h"
#include "stats.h"
#include "store/flows.h"
#include "store/syns.h"

/* NOP, NOP, timestamp: as all but a few send it, where there is no other option. */
#define ALIGNED_TS	\
	(TCPOPT_NOP << 24 | TCPOPT_NOP << 16 | TCPOPT_TIMESTAMP << 8 | TCPOLEN_TIMESTAMP)

/* To the tick: it only tells what was seen longer ago. */
static u64 now_ns(void)
{
	return ktime_get_coarse_boottime_ns();
}

/**
 * tcpwhy_handshake_syn() - a SYN arrived for which no socket waits but a listener's
 * @tn: namespace
 * @header: its IP header
 * @tcp_at: where the TCP header begins
 * @captured: bytes that may be read, the fixed part of the TCP header at least
 *
 * Context: any but NMI, under RCU.
 */
void tcpwhy_handshake_syn(struct tcpwhy_net *tn, const u8 *header, u32 tcp_at, u32 captured)
{
	u32 len = tcp_at + ((const struct tcphdr *)(header + tcp_at))->doff * 4;

	if (len >= tcp_at + sizeof(struct tcphdr) && len <= captured)
		tcpwhy_syns_put(tn, header, tcp_at, len);
}

/* Mapped addresses have no business on the wire: as in core/packet.c. */
static bool sender_of(const u8 *header, struct tcpwhy_addr *peer)
{
	if (((const struct iphdr *)header)->version == 4) {
		tcpwhy_addr_from_v4(peer, &((const struct iphdr *)header)->saddr);
		return true;
	}
	tcpwhy_addr_from_v6(peer, &((const struct ipv6hdr *)header)->saddr);
	return !tcpwhy_addr_is_v4(peer);
}

/**
 * tcpwhy_handshake_sender_known() - is there a peer of this address?
 * @tn: namespace
 * @header: IP header of what it sent
 *
 * Context: any, under RCU.
 */
bool tcpwhy_handshake_sender_known(const struct tcpwhy_net *tn, const u8 *header)
{
	struct tcpwhy_addr peer;

	return sender_of(header, &peer) && tcpwhy_peers_know(tn, &peer);
}

/* Could it be dropped for its timestamp? */
static bool may_be_old(const struct request_sock *req, const struct tcphdr *th)
{
	const u8 *options = (const u8 *)(th + 1);

	if (th->doff == sizeof(*th) / 4)
		return false;
	if (th->doff != (sizeof(*th) + TCPOLEN_TSTAMP_ALIGNED) / 4 ||
	    tcpwhy_get32(options) != ALIGNED_TS)
		return true;
	return before(tcpwhy_get32(options + 4), READ_ONCE(req->ts_recent));
}

/**
 * tcpwhy_handshake_completes() - is this the ordinary end of a handshake?
 * @req: request that the segment met
 * @th: its TCP header, all of it
 */
bool tcpwhy_handshake_completes(const struct request_sock *req, const struct tcphdr *th)
{
	return th->ack && !th->syn && !th->rst &&
	       ntohl(th->seq) == tcp_rsk(req)->rcv_nxt &&
	       ntohl(th->ack_seq) == tcp_rsk(req)->snt_isn + 1 && !may_be_old(req, th);
}

static void look_at(struct tcpwhy_sample *sample, const u8 *header)
{
	const struct iphdr *iph = (const struct iphdr *)header;

	if (iph->version == 4) {
		sample->id = ntohs(iph->id);
		sample->ttl = iph->ttl;
		sample->df = !!(iph->frag_off & htons(IP_DF));
	} else {
		sample->id = 0;
		sample->ttl = ((const struct ipv6hdr *)header)->hop_limit;
		sample->df = false;
	}
}

static bool parse_syn(struct tcpwhy_packet *p, const struct tcpwhy_net *tn, const u8 *header,
		      u32 tcp_at, u32 isn)
{
	u8 syn[TCPWHY_SYN_MAX];
	u32 len = tcpwhy_syns_take(tn, header, tcp_at, isn, syn);

	return len && tcpwhy_packet_parse(p, syn, len, len) == TCPWHY_PARSE_OK;
}

static void note(struct tcpwhy_net *tn, const struct request_sock *req, const u8 *header,
		 u32 tcp_at, const struct tcpwhy_sample *sample)
{
	const struct tcphdr *th = (const struct tcphdr *)(header + tcp_at);
	struct tcpwhy_flow_ref ref;
	struct tcpwhy_packet syn;
	struct tcpwhy_addr peer;
	u64 now = now_ns();
	bool seen;

	if (!sender_of(header, &peer))
		return;
	seen = parse_syn(&syn, tn, header, tcp_at, tcp_rsk(req)->rcv_isn);
	if (!seen)
		tcpwhy_count(SYN_FORGOTTEN);
	tcpwhy_flow_get(&ref, tn, &peer, ntohs(th->dest), ntohs(th->source), TCPWHY_FLOW_MAKE,
			now);
	if (seen)
		tcpwhy_flow_note_syn(ref.flow, &syn, now);
	else
		ref.flow->has_syn = false; /* what is remembered is an earlier connection's */
	if (sample)
		tcpwhy_flow_note_sample(ref.flow, sample, now);
	tcpwhy_flow_put(&ref);
}

/**
 * tcpwhy_handshake_begun() - something is going to be said about a request
 * @tn: namespace
 * @req: it
 * @header: IP header of a segment from its peer
 * @tcp_at: where the TCP header begins
 *
 * Context: any but NMI, under RCU.
 */
void tcpwhy_handshake_begun(struct tcpwhy_net *tn, const struct request_sock *req,
			    const u8 *header, u32 tcp_at)
{
	note(tn, req, header, tcp_at, NULL);
}

/**
 * tcpwhy_handshake_complete() - a connection that the peer opened begins
 * @tn: namespace
 * @req: its request
 * @header: IP header of the segment that completes the handshake
 * @tcp_at: where the TCP header begins
 *
 * Context: any but NMI, under RCU.
 */
void tcpwhy_handshake_complete(struct tcpwhy_net *tn, const struct request_sock *req,
			       const u8 *header, u32 tcp_at)
{
	struct tcpwhy_sample sample = { .segs_in = 1 };

	look_at(&sample, header);
	note(tn, req, header, tcp_at, &sample);
}

/*
 * It answers what we sent, and is what comes next. Unlocked: at worst one is missed. On
 * veth it is here before snd_nxt has moved.
 */
static bool is_next(const struct sock *sk, const struct tcphdr *th)
{
	const struct tcp_sock *tp = tcp_sk((struct sock *)sk);

	if (!th->ack || !between(ntohl(th->ack_seq), tp->snd_una, READ_ONCE(tp->write_seq)))
		return false;
	if (sk->sk_state == TCP_SYN_SENT)
		return th->syn && ntohl(th->ack_seq) != tp->snd_una;
	return !th->syn && ntohl(th->seq) == tp->rcv_nxt;
}

/**
 * tcpwhy_handshake_sample() - one of a connection's first packets
 * @tn: namespace
 * @sk: its socket, for which tcpwhy_handshake_is_first()
 * @header: the packet's IP header
 * @tcp_at: where the TCP header begins
 *
 * Context: any but NMI, under RCU.
 */
void tcpwhy_handshake_sample(struct tcpwhy_net *tn, const struct sock *sk, const u8 *header,
			     u32 tcp_at)
{
	const struct tcphdr *th = (const struct tcphdr *)(header + tcp_at);
	struct tcpwhy_sample sample = { };
	struct tcpwhy_flow_ref ref;
	struct tcpwhy_addr peer;
	u64 now = now_ns();

	if (!is_next(sk, th) || !sender_of(header, &peer))
		return;
	look_at(&sample, header);
	sample.segs_in = tcp_sk((struct sock *)sk)->segs_in;
	sample.syn = th->syn;
	tcpwhy_flow_get(&ref, tn, &peer, ntohs(th->dest), ntohs(th->source), TCPWHY_FLOW_MAKE,
			now);
	tcpwhy_flow_note_sample(ref.flow, &sample, now);
	tcpwhy_flow_put(&ref);
}

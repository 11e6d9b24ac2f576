// SPDX-License-Identifier: GPL-2.0
/*
 * What a RST that came looks like, and how far the connection was that it ended: that tells
 * a goodbye, a loss, and an answer that came too late from one another. Who knows a
 * connection and aborts it sends an ACK as well, and a timestamp if it has them (Linux:
 * tcp_send_active_reset(); BSD: tcp_drop(); Windows: an ACK, mostly without timestamps). Who
 * does not has neither to send (tcp_v4_send_reset()).
 */
#include "causes/causes.h"

/**
 * tcpwhy_rst_is_bare() - is it as of a host that does not know the connection?
 * @rst: the RST; NULL: it was not seen
 */
bool tcpwhy_rst_is_bare(const struct tcpwhy_packet *rst)
{
	return rst && !(rst->flags & TCPWHY_ACK) && !rst->has_ts;
}

/**
 * tcpwhy_rst_for_request() - was the handshake not complete?
 * @state: &enum tcpwhy_state
 */
bool tcpwhy_rst_for_request(u8 state)
{
	return state == TCPWHY_NEW_SYN_RECV || state == TCPWHY_SYN_RECV;
}

/**
 * tcpwhy_rst_peer_closed_first() - had the peer closed, and we not yet, or after that?
 * @state: &enum tcpwhy_state
 */
bool tcpwhy_rst_peer_closed_first(u8 state)
{
	return state == TCPWHY_CLOSE_WAIT || state == TCPWHY_LAST_ACK;
}

/**
 * tcpwhy_rst_written_after_fin() - of what is not acknowledged, what came when the peer had
 * closed: TCP's repetitions of what was written before are no writes
 * @o: the RST, after the peer's FIN
 *
 * Return: bytes
 */
u32 tcpwhy_rst_written_after_fin(const struct tcpwhy_observation *o)
{
	u32 before = tcpwhy_flow_before_fin(o->flow, o->conn.snd_una);

	return before < o->conn.unacked ? o->conn.unacked - before : 0;
}

/**
 * tcpwhy_rst_unanswered() - has the peer asked, and had no answer yet?
 * @c: the connection; what we write on it may be that, however short
 */
bool tcpwhy_rst_unanswered(const struct tcpwhy_conn *c)
{
	return c->bytes_in && !c->bytes_out;
}

/**
 * tcpwhy_rst_lost_bytes() - what was written and has not arrived, by the RST's own ACK as well
 * @o: the RST
 */
u32 tcpwhy_rst_lost_bytes(const struct tcpwhy_observation *o)
{
	u32 unacked = o->conn.unacked, acked;

	if (!o->packet || !(o->packet->flags & TCPWHY_ACK))
		return unacked;
	acked = o->packet->ack - o->conn.snd_una;
	/* With the FIN; any other number is not believed. */
	if (acked > unacked + 1)
		return unacked;
	return unacked > acked ? unacked - acked : 0;
}

/*
 * Ours is the last that we wrote, and no more than that is lost; or all has arrived, and the
 * peer's is the last that lies here unread. Its program has closed with the other's unread.
 */
static bool either_alert(const struct tcpwhy_conn *c, u32 lost)
{
	if (!c->bytes_out)
		return false;
	return c->unacked ? c->alert && lost <= c->alert : c->alert_unread;
}

/* All that was written had arrived, and all that the peer wrote before its FIN can be read. */
static bool all_is_said(const struct tcpwhy_conn *c)
{
	return !c->unacked && c->bytes_in && c->bytes_out;
}

/**
 * tcpwhy_rst_is_goodbye() - did so little come too late that nobody misses it?
 * @o: the RST. The program that wrote it cannot notice either, where it is gone
 */
bool tcpwhy_rst_is_goodbye(const struct tcpwhy_observation *o)
{
	const struct tcpwhy_conn *c = &o->conn;
	u32 lost = tcpwhy_rst_lost_bytes(o);

	if (lost > TCPWHY_GOODBYE_MAX || (lost && tcpwhy_rst_unanswered(c)))
		return false;
	switch (c->state) {
	case TCPWHY_ESTABLISHED:
		return either_alert(c, lost);
	case TCPWHY_CLOSE_WAIT:
		return all_is_said(c) ||
		       (c->unacked && tcpwhy_rst_written_after_fin(o) == c->unacked);
	case TCPWHY_LAST_ACK:
		return tcpwhy_rst_written_after_fin(o) == c->unacked;
	case TCPWHY_FIN_WAIT1:
	case TCPWHY_FIN_WAIT2:
	case TCPWHY_CLOSING:
		/* A program that has said goodbye, and not yet let go, waits for nothing. */
		if (!c->dead)
			return either_alert(c, lost);
		/* Who does not know the connection has not got what is under way. */
		return !c->unacked || c->fin_received || !tcpwhy_rst_is_bare(o->packet);
	default:
		return false;
	}
}

/**
 * tcpwhy_rst_is_lost() - does the other end not know this connection?
 * @o: the RST: it answers something, or its shape alone says so
 * @signs: &enum tcpwhy_injection_sign that it has
 */
bool tcpwhy_rst_is_lost(const struct tcpwhy_observation *o, u8 signs)
{
	const struct tcpwhy_conn *c = &o->conn;

	if (!tcpwhy_rst_is_bare(o->packet) || c->fin_received)
		return false;
	/* It answers our challenge: the peer has aborted, and forgotten the connection since. */
	if (tcpwhy_reset_ignored_before(o) && o->flow->ignored_knows)
		return false;
	/* Right after the peer was heard, it has closed at about the same time. */
	if (c->state == TCPWHY_FIN_WAIT1)
		return c->quiet_ms >= TCPWHY_SILENCE_MS && (c->unacked || !c->dead);
	if (c->state != TCPWHY_ESTABLISHED)
		return false;
	if (c->unacked || c->quiet_ms >= TCPWHY_SILENCE_MS)
		return true;
	/* It may answer an ACK, or a copy that came late; a scanner has not said anything. */
	return c->ts_ok && !signs && (c->bytes_in || c->bytes_out);
}

/**
 * tcpwhy_rst_from_elsewhere() - does it come from nearer by, or further off, than the peer's
 * own packets?
 * @o: the RST; if so, a box answers for the peer
 */
bool tcpwhy_rst_from_elsewhere(const struct tcpwhy_observation *o)
{
	return o->flow && o->flow->samples && o->packet && o->packet->ttl != o->flow->sample_ttl;
}

/**
 * tcpwhy_rst_half_closed() - may the peer have closed its side only, and waited?
 * @o: the RST, after the peer's FIN
 *
 * A NAT forgets that sooner than an open connection (nf_conntrack_tcp_timeout_close_wait:
 * 60 s), and then the answer meets nobody. Within a second no box forgets.
 */
bool tcpwhy_rst_half_closed(const struct tcpwhy_observation *o)
{
	return tcpwhy_rst_is_bare(o->packet) && tcpwhy_rst_unanswered(&o->conn) &&
	       o->conn.quiet_ms >= TCPWHY_SILENCE_MS;
}

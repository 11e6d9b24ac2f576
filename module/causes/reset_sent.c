// SPDX-License-Identifier: GPL-2.0
/*
 * RSTs that left this host. TCP gives no reason before 6.12, and an ambiguous one
 * after (SO_LINGER 0, ss -K, a closed listener and FIN_WAIT2's end share one): the
 * state of the socket tells them apart on every kernel alike.
 */
#include "causes/causes.h"
#include "core/tls.h"

/* The state that close() or a timer found; tcp_close() sets CLOSE before it sends. */
static u8 state_before(const struct tcpwhy_observation *o)
{
	if (o->conn.state != TCPWHY_CLOSE)
		return o->conn.state;
	return o->flow && o->flow->died_in ? o->flow->died_in : TCPWHY_CLOSE;
}

static bool we_closed_first(u8 state)
{
	return state == TCPWHY_FIN_WAIT1 || state == TCPWHY_FIN_WAIT2 || state == TCPWHY_CLOSING;
}

/* An encrypted one. It has been let go of when the RST is sent: only its length is left. */
static bool is_as_long_as_an_alert(u32 bytes)
{
	u32 len = bytes - TCPWHY_TLS_HEADER;

	return len == TCPWHY_TLS12_CHACHA_ALERT_LEN || len == TCPWHY_TLS13_ALERT_LEN ||
	       len == TCPWHY_TLS12_GCM_ALERT_LEN;
}

/*
 * A program that has read nothing at all turns its peer away: what lies there is a request.
 * And a request may come while our answer to another is under way.
 */
static bool unread_is_goodbye(const struct tcpwhy_observation *o)
{
	const struct tcpwhy_conn *c = &o->conn;

	if (c->unread > TCPWHY_GOODBYE_MAX || c->bytes_in <= c->unread)
		return false;
	if (we_closed_first(state_before(o)))
		return true;
	if (!c->bytes_out)
		return false;
	/* The peer's last words; ours may be a goodbye that has just left. */
	if (c->fin_received)
		return c->unacked <= TCPWHY_GOODBYE_MAX;
	/* Ours has just left; what lies here crossed it, or came before. */
	if (c->unacked)
		return c->alert;
	/* What came before our last words is a request, or the goodbye that ours answers. */
	return c->unread_last || is_as_long_as_an_alert(c->unread);
}

/* After our FIN: whether it acknowledges that or crosses it is a matter of microseconds. */
static bool arrives_as_goodbye(const struct tcpwhy_observation *o)
{
	const struct tcpwhy_packet *p = o->packet;

	return (p->flags & (TCPWHY_SYN | TCPWHY_ACK)) == TCPWHY_ACK &&
	       tcpwhy_packet_payload(p) <= TCPWHY_GOODBYE_MAX;
}

static u32 data_after_close(const struct tcpwhy_observation *o)
{
	return arrives_as_goodbye(o) ? TCPWHY_CAUSE_RST_GOODBYE :
				       TCPWHY_CAUSE_RST_DATA_AFTER_CLOSE;
}

/*
 * MPTCP resets a path before it changes its state: mptcp_do_fastclose(), net/mptcp/protocol.c. Of
 * a program that closes it does so for SO_LINGER 0, and for what lies unread, which is in MPTCP's
 * own queue by then.
 */
static bool is_path(const struct tcpwhy_conn *c)
{
	return c->mptcp && c->state != TCPWHY_CLOSE && !(c->timer && (c->retries || c->dead));
}

static u32 of_path(const struct tcpwhy_conn *c)
{
	if (c->by_admin)
		return TCPWHY_CAUSE_RST_ADMIN;
	if (c->disconnecting)
		return TCPWHY_CAUSE_RST_DISCONNECT;
	if (c->closing)
		return c->linger0 ? TCPWHY_CAUSE_RST_LINGER0 : TCPWHY_CAUSE_RST_UNREAD_DATA;
	return TCPWHY_CAUSE_RST_ADMIN;
}

/* Of its own accord: net/ipv4/tcp.c __tcp_close(), tcp_disconnect(), tcp_abort(); tcp_timer.c. */
static u32 own_accord(const struct tcpwhy_observation *o)
{
	const struct tcpwhy_conn *c = &o->conn;

	if (is_path(c))
		return of_path(c);
	if (c->timer) {
		if (c->dead)
			return TCPWHY_CAUSE_RST_ORPHAN_LIMIT;
		return c->user_timeout ? TCPWHY_CAUSE_RST_USER_TIMEOUT :
					 TCPWHY_CAUSE_RST_KEEPALIVE_TIMEOUT;
	}
	if (c->state != TCPWHY_CLOSE || c->by_admin)
		return TCPWHY_CAUSE_RST_ADMIN;
	if (c->dead)
		return c->linger2_negative ? TCPWHY_CAUSE_RST_LINGER0 :
					     TCPWHY_CAUSE_RST_ORPHAN_LIMIT;
	if (c->unaccepted)
		return TCPWHY_CAUSE_RST_LISTENER_CLOSED;
	/* connect(AF_UNSPEC) leaves the file open; close() has let it go. */
	if (c->held)
		return TCPWHY_CAUSE_RST_DISCONNECT;
	if (tcpwhy_rest_we_leave(c, state_before(o)))
		return TCPWHY_CAUSE_RST_GOODBYE;
	/* A proxy that has said goodbye may not wait for the peer's. */
	if (!c->unread)
		return c->alert && c->alert == c->unacked && c->bytes_in ?
		       TCPWHY_CAUSE_RST_GOODBYE : TCPWHY_CAUSE_RST_LINGER0;
	return unread_is_goodbye(o) ? TCPWHY_CAUSE_RST_GOODBYE : TCPWHY_CAUSE_RST_UNREAD_DATA;
}

static u32 stray(const struct tcpwhy_observation *o)
{
	const u8 flags = o->packet->flags & (TCPWHY_SYN | TCPWHY_ACK);

	if (!tcpwhy_reset_remembers(o))
		return TCPWHY_CAUSE_RST_UNKNOWN_CONNECTION;
	if (flags == (TCPWHY_SYN | TCPWHY_ACK) && o->flow->died_in == TCPWHY_SYN_SENT &&
	    (!o->flow->died_of || o->flow->died_of == TCPWHY_CAUSE_TIMEOUT_CONNECT))
		return o->conn.rival ? TCPWHY_CAUSE_RST_HAPPY_EYEBALLS :
				       TCPWHY_CAUSE_RST_LATE_SYNACK;
	return TCPWHY_CAUSE_RST_FOLLOWUP;
}

/* In answer to a segment: tcp_v4_send_reset() and tcp_v6_send_reset(). */
static u32 reply(const struct tcpwhy_observation *o)
{
	bool syn = tcpwhy_packet_is_plain_syn(o->packet);
	const struct tcpwhy_conn *c = &o->conn;

	switch (c->state) {
	case 0:
		return syn ? TCPWHY_CAUSE_RST_PORT_CLOSED : stray(o);
	case TCPWHY_TIME_WAIT:
		/* TIME_WAIT proper answers with ACKs; FIN_WAIT2 lives on in its socket. */
		return syn ? TCPWHY_CAUSE_RST_TIMEWAIT : data_after_close(o);
	case TCPWHY_LISTEN:
		if (c->overflow)
			return TCPWHY_CAUSE_RST_ACCEPT_OVERFLOW;
		if (c->request || syn)
			return TCPWHY_CAUSE_RST_BAD_HANDSHAKE;
		return stray(o);
	case TCPWHY_SYN_SENT:
	case TCPWHY_SYN_RECV:
	case TCPWHY_NEW_SYN_RECV:
		return TCPWHY_CAUSE_RST_BAD_HANDSHAKE;
	default:
		return c->linger2_negative && !tcpwhy_packet_payload(o->packet) ?
			TCPWHY_CAUSE_RST_LINGER0 : data_after_close(o);
	}
}

static u32 foreign(const struct tcpwhy_conn *c)
{
	switch (c->origin) {
	case TCPWHY_ORIGIN_RAW:
	case TCPWHY_ORIGIN_PACKET:
		return TCPWHY_CAUSE_RST_FORGED_LOCAL;
	case TCPWHY_ORIGIN_FORWARDED:
		return TCPWHY_CAUSE_RST_FORWARDED;
	default:
		return TCPWHY_CAUSE_RST_FIREWALL;
	}
}

/**
 * tcpwhy_reset_sent_cause() - why a RST left
 * @o: an observation of one of the kinds that this family judges
 *
 * Return: &enum tcpwhy_cause_id
 */
u32 tcpwhy_reset_sent_cause(const struct tcpwhy_observation *o)
{
	switch (o->kind) {
	case TCPWHY_KIND_RESET_SENT:
		return own_accord(o);
	case TCPWHY_KIND_RESET_REPLY:
		return reply(o);
	case TCPWHY_KIND_RESET_LEFT:
		return foreign(&o->conn);
	case TCPWHY_KIND_RESET_RECEIVED:
		return tcpwhy_reset_made_here(o) ? TCPWHY_CAUSE_RST_FIREWALL : TCPWHY_CAUSE_NONE;
	default:
		return TCPWHY_CAUSE_NONE;
	}
}

/* What MPTCP does by itself shows as little as what a program left unread in its queue. */
static u8 confidence_of_path(u32 cause, const struct tcpwhy_conn *c)
{
	switch (cause) {
	case TCPWHY_CAUSE_RST_UNREAD_DATA:
		return TCPWHY_CONFIDENCE_LIKELY;
	case TCPWHY_CAUSE_RST_ADMIN:
		return c->by_admin ? TCPWHY_CONFIDENCE_CERTAIN : TCPWHY_CONFIDENCE_POSSIBLE;
	default:
		return TCPWHY_CONFIDENCE_CERTAIN;
	}
}

static void fill_sent(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v)
{
	struct tcpwhy_evidence_reset *e = &v->evidence.reset;

	tcpwhy_reset_fill_conn(o, state_before(o), v);
	if (v->cause == TCPWHY_CAUSE_RST_GOODBYE)
		v->confidence = TCPWHY_CONFIDENCE_LIKELY;
	if (o->conn.mptcp)
		e->traits |= TCPWHY_TRAIT_MPTCP;
	if (is_path(&o->conn)) {
		v->confidence = confidence_of_path(v->cause, &o->conn);
	} else if (o->conn.timer && !o->conn.dead) {
		e->has |= TCPWHY_HAS(RETRIES);
		e->retries = o->conn.retries;
	}
}

/* The other causes, and TIME_WAIT, have no connection that could tell of itself. */
static bool knows_conn(u32 cause, u8 state)
{
	return cause == TCPWHY_CAUSE_RST_LINGER0 ||
	       ((cause == TCPWHY_CAUSE_RST_DATA_AFTER_CLOSE || cause == TCPWHY_CAUSE_RST_GOODBYE) &&
		state != TCPWHY_TIME_WAIT);
}

/**
 * tcpwhy_reset_sent_ends() - does this RST end something, that later segments may ask for?
 * @o: an observation of %TCPWHY_KIND_RESET_REPLY
 *
 * tcp_check_req() drops the request for a SYN, or for want of room; a wrong ACK leaves it.
 */
bool tcpwhy_reset_sent_ends(const struct tcpwhy_observation *o)
{
	const struct tcpwhy_conn *c = &o->conn;

	if (c->state == TCPWHY_LISTEN)
		return c->overflow || (c->request && tcpwhy_packet_is_plain_syn(o->packet));
	return c->state && c->state != TCPWHY_SYN_SENT;
}

/*
 * Any sender may write any address: what TCP answers without a number that only the
 * peer can know says who was answered, and no more.
 */
static u8 confidence_of_reply(const struct tcpwhy_observation *o, u32 cause)
{
	switch (cause) {
	case TCPWHY_CAUSE_RST_LINGER0:
	case TCPWHY_CAUSE_RST_ACCEPT_OVERFLOW:
	case TCPWHY_CAUSE_RST_DATA_AFTER_CLOSE:
		return TCPWHY_CONFIDENCE_CERTAIN;
	case TCPWHY_CAUSE_RST_GOODBYE:
		/* That so few bytes are a goodbye is what they mostly are. */
		return TCPWHY_CONFIDENCE_LIKELY;
	case TCPWHY_CAUSE_RST_LATE_SYNACK:
	case TCPWHY_CAUSE_RST_HAPPY_EYEBALLS:
		/* It acknowledges our SYN: tcpwhy_reset_remember() kept its number. */
		return o->packet->ack == o->flow->rst_seq ? TCPWHY_CONFIDENCE_CERTAIN :
							    TCPWHY_CONFIDENCE_POSSIBLE;
	case TCPWHY_CAUSE_RST_UNKNOWN_CONNECTION:
		/* Likewise: nobody else knows the number. */
		return o->conn.answers ? TCPWHY_CONFIDENCE_CERTAIN : TCPWHY_CONFIDENCE_POSSIBLE;
	default:
		return TCPWHY_CONFIDENCE_POSSIBLE;
	}
}

/* What happened besides; of one and the same place in the evidence each cause has one use. */
static void fill_beside(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v)
{
	struct tcpwhy_evidence_reset *e = &v->evidence.reset;
	const struct tcpwhy_conn *c = &o->conn;

	if (v->cause == TCPWHY_CAUSE_RST_UNKNOWN_CONNECTION && c->answers)
		tcpwhy_reset_fill_via(c, TCPWHY_TRAIT_ANSWERS_CONNECT, e);
	if (v->cause == TCPWHY_CAUSE_RST_PORT_CLOSED && c->elsewhere) {
		e->traits |= TCPWHY_TRAIT_LISTENER_ELSEWHERE;
		e->listener_dev = c->listener_dev;
	}
}

static bool tells_when(u32 cause)
{
	return cause == TCPWHY_CAUSE_RST_FOLLOWUP || cause == TCPWHY_CAUSE_RST_LATE_SYNACK ||
	       cause == TCPWHY_CAUSE_RST_HAPPY_EYEBALLS;
}

static void fill_reply(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v)
{
	struct tcpwhy_evidence_reset *e = &v->evidence.reset;
	const struct tcpwhy_conn *c = &o->conn;

	v->confidence = confidence_of_reply(o, v->cause);
	tcpwhy_reset_fill_packet(o, e);
	fill_beside(o, v);
	if (knows_conn(v->cause, c->state)) {
		tcpwhy_reset_fill_conn(o, state_before(o), v);
	} else if (c->state) {
		e->has |= TCPWHY_HAS(STATE);
		e->state = c->state;
	}
	if (v->cause == TCPWHY_CAUSE_RST_ACCEPT_OVERFLOW) {
		e->has |= TCPWHY_HAS(BACKLOG) | TCPWHY_HAS(BACKLOG_LIMIT);
		e->backlog = c->backlog;
		e->backlog_limit = c->backlog_limit;
	}
	if (v->cause == TCPWHY_CAUSE_RST_BAD_HANDSHAKE &&
	    !(c->request && tcpwhy_reset_sent_ends(o)))
		v->mibs &= ~BIT(TCPWHY_MIB_EMBRYONIC_RSTS);
	if (tells_when(v->cause)) {
		e->has |= TCPWHY_HAS(AFTER);
		e->after_ms = tcpwhy_ms(o->now_ns) - o->flow->died_ms;
	}
	if (v->cause == TCPWHY_CAUSE_RST_FOLLOWUP && o->flow->died_of) {
		e->has |= TCPWHY_HAS(DIED_OF);
		e->died_of = o->flow->died_of;
	}
}

static void fill_foreign(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v)
{
	struct tcpwhy_evidence_reset *e = &v->evidence.reset;

	tcpwhy_reset_fill_packet(o, e);
	/* A firewall answers, and a gateway passes on, what anybody may have sent. */
	if (v->cause != TCPWHY_CAUSE_RST_FORGED_LOCAL)
		v->confidence = TCPWHY_CONFIDENCE_POSSIBLE;
	e->has |= TCPWHY_HAS(ORIGIN) | TCPWHY_HAS(TTL);
	e->origin = o->conn.origin;
	e->ttl = o->packet->ttl;
}

/* It has reached the program of this host that was rejected: nobody else had asked for it. */
static void fill_rejected(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v)
{
	struct tcpwhy_evidence_reset *e = &v->evidence.reset;

	tcpwhy_reset_fill_packet(o, e);
	tcpwhy_reset_fill_received(o, v);
	e->has |= TCPWHY_HAS(ORIGIN) | TCPWHY_HAS(TTL);
	e->origin = TCPWHY_ORIGIN_NETFILTER;
	e->ttl = o->packet->ttl;
	v->weight = TCPWHY_WEIGHT_SEQUEL;
	v->instead_of = TCPWHY_CAUSE_RST_FIREWALL;
}

static bool judge(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v)
{
	if (o->kind == TCPWHY_KIND_RESET_SENT)
		fill_sent(o, v);
	else if (o->kind == TCPWHY_KIND_RESET_REPLY)
		fill_reply(o, v);
	else if (o->kind == TCPWHY_KIND_RESET_LEFT)
		fill_foreign(o, v);
	else
		fill_rejected(o, v);
	return true;
}

#define SENT	BIT_ULL(TCPWHY_KIND_RESET_SENT)
#define REPLY	BIT_ULL(TCPWHY_KIND_RESET_REPLY)

#define CAUSE(cause_id, cause_name, how_bad, kinds, counters)	\
	CAUSE_AND(cause_id, cause_name, how_bad, kinds, counters, BIT_ULL(TCPWHY_KIND_DIED))
#define FOREIGN(cause_id, cause_name, how_bad, counters, later)	\
	CAUSE_AND(cause_id, cause_name, how_bad, BIT_ULL(TCPWHY_KIND_RESET_LEFT), counters, later)
#define CAUSE_AND(cause_id, cause_name, how_bad, kinds, counters, memory)	\
	[TCPWHY_CAUSE_##cause_id - TCPWHY_CAUSE_RST_PORT_CLOSED] =	\
		ONE(cause_id, cause_name, how_bad, kinds, counters, memory)
#define ONE(cause_id, cause_name, how_bad, kinds, counters, memory) {	\
		.id = TCPWHY_CAUSE_##cause_id,				\
		.name = cause_name,					\
		.severity = TCPWHY_SEVERITY_##how_bad,			\
		.wants = kinds,						\
		.remembers = memory,					\
		.mibs = counters,					\
		.which = tcpwhy_reset_sent_cause,			\
		.judge = judge,						\
		.describe = tcpwhy_reset_describe,			\
		.describe_addrs = tcpwhy_reset_describe_addrs,		\
	}

#define OUT	BIT(TCPWHY_MIB_OUT_RSTS)
#define EMBRYO	(BIT(TCPWHY_MIB_OUT_RSTS) | BIT(TCPWHY_MIB_EMBRYONIC_RSTS))
#define ABORT	(BIT(TCPWHY_MIB_OUT_RSTS) | BIT(TCPWHY_MIB_ESTAB_RESETS))

const struct tcpwhy_cause tcpwhy_reset_sent[] = {
	CAUSE(RST_PORT_CLOSED, "rst-port-closed", NOTICE, REPLY, OUT),
	CAUSE(RST_UNREAD_DATA, "rst-unread-data", TROUBLE, SENT, ABORT),
	CAUSE(RST_LINGER0, "rst-linger0", NOTICE, SENT | REPLY, ABORT),
	CAUSE(RST_KEEPALIVE_TIMEOUT, "rst-keepalive-timeout", NOTICE, SENT, ABORT),
	CAUSE(RST_USER_TIMEOUT, "rst-user-timeout", NOTICE, SENT, ABORT),
	CAUSE(RST_ACCEPT_OVERFLOW, "rst-accept-overflow", TROUBLE, REPLY, EMBRYO),
	CAUSE(RST_LATE_SYNACK, "rst-late-synack", TROUBLE, REPLY, OUT),
	CAUSE(RST_DATA_AFTER_CLOSE, "rst-data-after-close", NOTICE, REPLY, OUT),
	CAUSE(RST_UNKNOWN_CONNECTION, "rst-unknown-connection", NOTICE, REPLY, OUT),
	CAUSE(RST_TIMEWAIT, "rst-timewait", NOTICE, REPLY, OUT),
	CAUSE(RST_BAD_HANDSHAKE, "rst-bad-handshake", NOTICE, REPLY, EMBRYO),
	CAUSE(RST_ORPHAN_LIMIT, "rst-orphan-limit", TROUBLE, SENT, ABORT),
	CAUSE(RST_LISTENER_CLOSED, "rst-listener-closed", TROUBLE, SENT, ABORT),
	CAUSE(RST_DISCONNECT, "rst-disconnect", NOTICE, SENT, ABORT),
	CAUSE(RST_ADMIN, "rst-admin", NOTICE, SENT, ABORT),
	CAUSE(RST_FOLLOWUP, "rst-followup", INFO, REPLY, OUT),
	/* One for a program of this host is received here, too. */
	FOREIGN(RST_FIREWALL, "rst-firewall", NOTICE,
		BIT(TCPWHY_MIB_ESTAB_RESETS) | BIT(TCPWHY_MIB_EMBRYONIC_RSTS),
		BIT_ULL(TCPWHY_KIND_RESET_RECEIVED)),
	FOREIGN(RST_FORGED_LOCAL, "rst-forged-local", TROUBLE, 0, 0),
	FOREIGN(RST_FORWARDED, "rst-forwarded", INFO, 0, 0),
};

const struct tcpwhy_cause tcpwhy_rst_goodbye =
	ONE(RST_GOODBYE, "rst-goodbye", INFO, SENT | REPLY, ABORT, BIT_ULL(TCPWHY_KIND_DIED));

/* Who began the connects shows as their SYNs leave. */
const struct tcpwhy_cause tcpwhy_rst_happy_eyeballs =
	ONE(RST_HAPPY_EYEBALLS, "rst-happy-eyeballs", INFO, REPLY, OUT,
	    BIT_ULL(TCPWHY_KIND_DIED) | BIT_ULL(TCPWHY_KIND_RESET_LEFT));

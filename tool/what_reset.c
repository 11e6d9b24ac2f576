// SPDX-License-Identifier: GPL-2.0
/* Resets and aborts in a line: what it was, then what is known of it. */
#include <inttypes.h>
#include <stdio.h>

#include "format.h"
#include "names.h"
#include "what.h"

/* TCP states, as in /proc/net/tcp */
#define ESTABLISHED 1
#define NEW_SYN_RECV 12

static void process(const struct row *row, struct line *line)
{
	char buf[PROCESS_SIZE];

	if (*format_process(row, buf))
		what_part(line, "%s", buf);
}

static void phase(const struct row *row, struct line *line)
{
	char buf[NAME_SIZE];
	uint64_t value;

	if (EVIDENCE(row, PHASE, &value))
		what_part(line, "%s", name_phase(value, buf));
}

static void state(const struct row *row, struct line *line)
{
	char buf[NAME_SIZE];
	uint64_t value;

	if (EVIDENCE(row, STATE, &value))
		what_part(line, "in %s", name_tcp_state(value, buf));
}

static void bytes(const struct row *row, struct line *line)
{
	char in[FORMAT_SIZE], out[FORMAT_SIZE];
	uint64_t received, sent;

	if (EVIDENCE(row, BYTES_IN, &received) && EVIDENCE(row, BYTES_OUT, &sent) &&
	    (received || sent))
		what_part(line, "%s in, %s out", format_bytes(received, in),
			  format_bytes(sent, out));
}

static void unread(const struct row *row, struct line *line)
{
	char buf[FORMAT_SIZE];
	uint64_t value;

	if (EVIDENCE(row, BYTES_UNREAD, &value))
		what_part(line, "%s not read", format_bytes(value, buf));
}

static void unacked(const struct row *row, struct line *line)
{
	char buf[FORMAT_SIZE];
	uint64_t value;

	if (EVIDENCE(row, BYTES_UNACKED, &value))
		what_part(line, "%s not acknowledged", format_bytes(value, buf));
}

static void idle(const struct row *row, struct line *line)
{
	/* a connect has no peer that was heard: the time is that from the first SYN */
	const char *since = row->cause == TCPWHY_CAUSE_TIMEOUT_CONNECT ? "in" : "idle";
	char buf[FORMAT_SIZE];
	uint64_t value;

	if (EVIDENCE(row, IDLE, &value))
		what_part(line, "%s %s", since, format_idle(value, buf));
}

static void probes(const struct row *row, struct line *line)
{
	uint64_t value;

	if (EVIDENCE(row, RETRIES, &value))
		what_part(line, "%" PRIu64 " probe%s unanswered", value, value == 1 ? "" : "s");
}

static void repetitions(const struct row *row, struct line *line)
{
	uint64_t value;

	if (EVIDENCE(row, RETRIES, &value))
		what_part(line, "repeated %" PRIu64 " time%s", value, value == 1 ? "" : "s");
}

static void backlog(const struct row *row, struct line *line)
{
	uint64_t queued, limit;

	if (EVIDENCE(row, BACKLOG, &queued) && EVIDENCE(row, BACKLOG_LIMIT, &limit))
		what_part(line, "%" PRIu64 " queued, room for %" PRIu64, queued, limit);
}

static void after(const struct row *row, struct line *line)
{
	char buf[FORMAT_SIZE];
	uint64_t value;

	if (EVIDENCE(row, AFTER, &value))
		what_part(line, "%s late", format_ms(value, buf));
}

static void new_data(const struct row *row, struct line *line)
{
	uint64_t seq, end;
	char buf[FORMAT_SIZE];

	if (EVIDENCE(row, SEQ, &seq) && EVIDENCE(row, END_SEQ, &end) && end != seq)
		what_part(line, "%s lost", format_bytes((uint32_t)(end - seq), buf));
}

bool what_left(const struct row *row)
{
	uint64_t state = EVIDENCE_OR_0(row, STATE), value;

	if (EVIDENCE(row, BYTES_UNREAD, &value) || EVIDENCE(row, BYTES_UNACKED, &value))
		return false;
	if (row->cause == TCPWHY_CAUSE_RST_GOODBYE)
		return state && !EVIDENCE(row, SEQ, &value);
	return state == ESTABLISHED || state == NEW_SYN_RECV;
}

static void sent_goodbye(const struct row *row, struct line *line)
{
	what_part(line, what_left(row) ? "left by a RST, and nothing is lost" :
					 "closed before the peer's goodbye was read");
}

static void received_goodbye(const struct row *row, struct line *line)
{
	what_part(line, what_left(row) ? "the peer left by a RST, and nothing is lost" :
					 "our goodbye came after the peer's close");
}

/* what came after close(): a FIN alone has no bytes */
static void goodbye(const struct row *row, struct line *line)
{
	uint64_t seq, end;
	char buf[FORMAT_SIZE];

	if (EVIDENCE(row, SEQ, &seq) && EVIDENCE(row, END_SEQ, &end) && end != seq)
		what_part(line, "%s", format_bytes((uint32_t)(end - seq), buf));
}

static void sequence(const struct row *row, struct line *line)
{
	uint64_t seq, expected;

	if (EVIDENCE(row, SEQ, &seq) && EVIDENCE(row, RCV_NXT, &expected))
		what_part(line, "seq %" PRIu64 ", expected %" PRIu64, seq, expected);
	else if (EVIDENCE(row, SEQ, &seq))
		what_part(line, "seq %" PRIu64, seq);
}

static void port(const struct row *row, struct line *line)
{
	if (row->has & ROW_HAS_LPORT && row->lport)
		what_part(line, "port %u", row->lport);
}

static void remote_port(const struct row *row, struct line *line)
{
	if (row->has & ROW_HAS_RPORT && row->rport)
		what_part(line, "port %u", row->rport);
}

static void origin(const struct row *row, struct line *line)
{
	char buf[NAME_SIZE];
	uint64_t value;

	if (EVIDENCE(row, ORIGIN, &value))
		what_part(line, "%s", name_origin(value, buf));
}

static void died_of(const struct row *row, struct line *line)
{
	char cause[NAME_SIZE], ago[FORMAT_SIZE];
	uint64_t value, ms;

	if (!EVIDENCE(row, DIED_OF, &value))
		return;
	if (EVIDENCE(row, AFTER, &ms))
		what_part(line, "%s, %s before", name_cause(value, cause), format_ms(ms, ago));
	else
		what_part(line, "%s", name_cause(value, cause));
}

static void ttl(const struct row *row, struct line *line)
{
	uint64_t value, usual;

	if (!EVIDENCE(row, TTL, &value))
		return;
	if (EVIDENCE(row, TTL_USUAL, &usual) && usual != value)
		what_part(line, "TTL %" PRIu64 ", usually %" PRIu64, value, usual);
	else
		what_part(line, "TTL %" PRIu64, value);
}

static void signs(const struct row *row, struct line *line)
{
	uint64_t bits = EVIDENCE_OR_0(row, SIGNS), id, expected;
	char name[NAME_SIZE];

	if (bits & TCPWHY_SIGN_TTL)
		ttl(row, line);
	if (bits & TCPWHY_SIGN_IP_ID && EVIDENCE(row, IP_ID, &id) &&
	    EVIDENCE(row, IP_ID_EXPECTED, &expected))
		what_part(line, "IP ID %" PRIu64 ", expected %" PRIu64, id, expected);
	else if (bits & TCPWHY_SIGN_IP_ID)
		what_part(line, "IP ID out of step");
	if (bits & TCPWHY_SIGN_SECOND_RST)
		what_part(line, "a second RST elsewhere");
	if (bits & TCPWHY_SIGN_LATE_DATA)
		what_part(line, "data after it");
	for (unsigned int bit = 4; bit < 64; bit++)
		if (bits & 1ULL << bit)
			what_part(line, "sign %s", name_sign(bit, name));
}

static void expiry(const struct row *row, struct line *line)
{
	char range[FORMAT_SIZE], lived[FORMAT_SIZE], survived[96] = "";
	uint64_t least, value;

	const char *when = EVIDENCE_OR_0(row, TRAITS) & TCPWHY_TRAIT_HALF_CLOSED ? "half-closed" :
										  "idle";

	if (!EVIDENCE(row, EXPIRY, &least)) {
		what_part(line, "forgotten when %s", when);
		return;
	}
	if (EVIDENCE(row, SURVIVED, &value))
		snprintf(survived, sizeof(survived), " (%s survived)", format_idle(value, lived));
	format_idle_range(least, row_evidence_or(row, TCPWHY_A_EVIDENCE_EXPIRY_MAX, least), range);
	what_part(line, "forgotten after %s %s%s", range, when, survived);
	if (EVIDENCE(row, SAMPLES, &value))
		what_part(line, "%" PRIu64 " connections", value);
}

static void listener(const struct row *row, struct line *line)
{
	if (!(EVIDENCE_OR_0(row, TRAITS) & TCPWHY_TRAIT_LISTENER_ELSEWHERE))
		what_part(line, "nobody listens");
	else if (EVIDENCE_OR_0(row, LISTENER_DEV))
		what_part(line, "the listener is bound to another device");
	else
		what_part(line, "the listener is outside the VRF");
}

static void via(const struct row *row, struct line *line)
{
	uint64_t traits = EVIDENCE_OR_0(row, TRAITS);
	struct address address;
	char buf[FORMAT_SIZE];

	if (row_address(row, TCPWHY_A_EVIDENCE_VIA, &address))
		what_part(line, "%s %s port %" PRIu64,
			  traits & TCPWHY_TRAIT_LOCAL_PROXY ? "by this host's" :
							      "answers our connect to",
			  format_address(&address, buf), EVIDENCE_OR_0(row, VIA_PORT));
}

static void mptcp(const struct row *row, struct line *line)
{
	if (EVIDENCE_OR_0(row, TRAITS) & TCPWHY_TRAIT_MPTCP)
		what_part(line, "MPTCP");
}

static void fast_open(const struct row *row, struct line *line)
{
	char buf[FORMAT_SIZE];
	uint64_t value;

	if (EVIDENCE(row, BYTES_UNACKED, &value))
		what_part(line, "%s in the SYN", format_bytes(value, buf));
}

static void unaccepted(const struct row *row, struct line *line)
{
	if (EVIDENCE_OR_0(row, TRAITS) & TCPWHY_TRAIT_UNACCEPTED)
		what_part(line, "not yet accepted");
}

static void own_doing(const struct row *row, struct line *line)
{
	char reason[NAME_SIZE];
	uint64_t value;

	if (EVIDENCE(row, UNSENT, &value))
		what_part(line, "%" PRIu64 " dropped here (%s)", value,
			  name_drop_reason(EVIDENCE_OR_0(row, DROP_REASON), reason));
	if (EVIDENCE(row, DROPPED_HERE, &value))
		what_part(line, "%" PRIu64 " answer%s dropped here (%s)", value, value == 1 ? "" : "s",
			  name_drop_reason(EVIDENCE_OR_0(row, DROP_REASON), reason));
	if (EVIDENCE_OR_0(row, TRAITS) & TCPWHY_TRAIT_ABANDONED)
		what_part(line, "the program gave up");
}

#define PARTS 8

typedef void (*part_fn)(const struct row *row, struct line *line);

static const struct reset {
	uint32_t cause;
	const char *what;
	part_fn parts[PARTS];
} resets[] = {
	{ TCPWHY_CAUSE_RST_PORT_CLOSED, NULL, { listener, port } },
	{ TCPWHY_CAUSE_RST_UNREAD_DATA, "closed with data unread",
	  { unread, process, bytes, unacked } },
	{ TCPWHY_CAUSE_RST_LINGER0, "closed with SO_LINGER 0", { process, unacked, bytes } },
	{ TCPWHY_CAUSE_RST_KEEPALIVE_TIMEOUT, "peer silent", { probes, idle, bytes } },
	{ TCPWHY_CAUSE_RST_USER_TIMEOUT, "peer silent for TCP_USER_TIMEOUT",
	  { probes, idle, bytes } },
	{ TCPWHY_CAUSE_RST_ACCEPT_OVERFLOW, "accept queue full", { backlog, port } },
	{ TCPWHY_CAUSE_RST_LATE_SYNACK, "answer to a connect given up", { after } },
	{ TCPWHY_CAUSE_RST_DATA_AFTER_CLOSE, "data after close", { new_data, state, bytes } },
	{ TCPWHY_CAUSE_RST_UNKNOWN_CONNECTION, "no such connection", { via, sequence } },
	{ TCPWHY_CAUSE_RST_TIMEWAIT, "SYN met an old connection", { state, sequence } },
	{ TCPWHY_CAUSE_RST_BAD_HANDSHAKE, "does not fit the handshake", { state, sequence } },
	{ TCPWHY_CAUSE_RST_ORPHAN_LIMIT, "orphan thrown away", { state, unacked, process, bytes } },
	{ TCPWHY_CAUSE_RST_LISTENER_CLOSED, "listener closed before accept()",
	  { process, unread, bytes } },
	{ TCPWHY_CAUSE_RST_DISCONNECT, "connect(AF_UNSPEC)", { process, unacked, unread, bytes } },
	{ TCPWHY_CAUSE_RST_ADMIN, "ended from outside", { process, phase, bytes } },
	{ TCPWHY_CAUSE_RST_FOLLOWUP, "sequel", { died_of } },
	{ TCPWHY_CAUSE_RST_FIREWALL, "rejected", { origin, state, sequence } },
	{ TCPWHY_CAUSE_RST_FORGED_LOCAL, "forged here", { process, origin, sequence } },
	{ TCPWHY_CAUSE_RST_FORWARDED, "passed through", { ttl, sequence } },
	{ TCPWHY_CAUSE_TIMEOUT_RETRANSMIT, "no acknowledgment",
	  { repetitions, unacked, idle, bytes } },
	{ TCPWHY_CAUSE_TIMEOUT_CONNECT, "no answer to SYN",
	  { remote_port, repetitions, idle, own_doing, mptcp, fast_open, process } },
	{ TCPWHY_CAUSE_PEER_REFUSED, "refused", { remote_port, via, mptcp, fast_open, ttl } },
	{ TCPWHY_CAUSE_PEER_ABORTED, "peer reset", { via, unaccepted, phase, unacked, bytes, idle, signs } },
	{ TCPWHY_CAUSE_PEER_CLOSED_EARLY, "wrote after the peer's FIN", { unacked, bytes } },
	{ TCPWHY_CAUSE_PEER_LOST_CONNECTION, "unknown to the peer", { idle, unacked, bytes } },
	{ TCPWHY_CAUSE_IDLE_EXPIRED, NULL, { expiry } },
	{ TCPWHY_CAUSE_RST_INJECTED, "not the peer's", { signs, phase, unacked, bytes } },
	{ TCPWHY_CAUSE_RST_IGNORED, "RST not believed", { sequence, state } },
	{ TCPWHY_CAUSE_RST_GOODBYE, NULL, { sent_goodbye, unread, goodbye, process } },
	{ TCPWHY_CAUSE_RST_HAPPY_EYEBALLS, "answer to a connect dropped for another", { after } },
	{ TCPWHY_CAUSE_PEER_GOODBYE, NULL, { received_goodbye, unaccepted, unacked } },
};

static const struct reset *find(uint32_t cause)
{
	for (size_t i = 0; i < sizeof(resets) / sizeof(resets[0]); i++)
		if (resets[i].cause == cause)
			return &resets[i];
	return NULL;
}

bool what_reset(const struct row *row, struct line *line)
{
	const struct reset *reset = find(row->cause);

	if (!reset)
		return false;
	if (reset->what)
		what_part(line, "%s", reset->what);
	for (unsigned int i = 0; i < PARTS && reset->parts[i]; i++)
		reset->parts[i](row, line);
	return true;
}

static bool has_part(const struct reset *reset, part_fn part)
{
	for (unsigned int i = 0; i < PARTS; i++)
		if (reset->parts[i] == part)
			return true;
	return false;
}

void what_reset_rest(const struct row *row, struct line *line)
{
	static const part_fn wanted[] = { process, phase, bytes, idle, mptcp };
	const struct reset *reset = find(row->cause);

	for (size_t i = 0; reset && i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (!has_part(reset, wanted[i]))
			wanted[i](row, line);
}

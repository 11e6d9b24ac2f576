// SPDX-License-Identifier: GPL-2.0
/* What several lines about resets and aborts say of a connection. */
#include <inttypes.h>

#include "causes.h"
#include "format.h"
#include "names.h"
#include "parts.h"

void part_process(const struct row *row, struct line *line)
{
	char buf[PROCESS_SIZE];

	if (*format_process(row, buf))
		line_add(line, "%s", buf);
}

void part_phase(const struct row *row, struct line *line)
{
	char buf[NAME_SIZE];
	uint64_t value;

	if (EVIDENCE(row, PHASE, &value))
		line_add(line, "%s", name_phase(value, buf));
}

void part_state(const struct row *row, struct line *line)
{
	char buf[NAME_SIZE];
	uint64_t value;

	if (EVIDENCE(row, STATE, &value))
		line_add(line, "in %s", name_tcp_state(value, buf));
}

void part_bytes(const struct row *row, struct line *line)
{
	char in[FORMAT_SIZE], out[FORMAT_SIZE];
	uint64_t received, sent;

	if (EVIDENCE(row, BYTES_IN, &received) && EVIDENCE(row, BYTES_OUT, &sent) &&
	    (received || sent))
		line_add(line, "%s in, %s out", format_bytes(received, in),
			 format_bytes(sent, out));
}

void part_unread(const struct row *row, struct line *line)
{
	char buf[FORMAT_SIZE];
	uint64_t value;

	if (EVIDENCE(row, BYTES_UNREAD, &value))
		line_add(line, "%s not read", format_bytes(value, buf));
}

void part_unacked(const struct row *row, struct line *line)
{
	char buf[FORMAT_SIZE];
	uint64_t value;

	if (EVIDENCE(row, BYTES_UNACKED, &value))
		line_add(line, "%s not acknowledged", format_bytes(value, buf));
}

void part_idle(const struct row *row, struct line *line)
{
	const struct cause *cause = cause_find(row->cause);
	char buf[FORMAT_SIZE];
	uint64_t value;

	if (EVIDENCE(row, IDLE, &value))
		line_add(line, "%s %s", cause && cause->idle_word ? cause->idle_word : "idle",
			 format_idle(value, buf));
}

void part_sequence(const struct row *row, struct line *line)
{
	uint64_t seq, expected;

	if (EVIDENCE(row, SEQ, &seq) && EVIDENCE(row, RCV_NXT, &expected))
		line_add(line, "seq %" PRIu64 ", expected %" PRIu64, seq, expected);
	else if (EVIDENCE(row, SEQ, &seq))
		line_add(line, "seq %" PRIu64, seq);
}

void part_remote_port(const struct row *row, struct line *line)
{
	if (row->has & ROW_HAS_RPORT && row->rport)
		line_add(line, "port %u", row->rport);
}

void part_ttl(const struct row *row, struct line *line)
{
	uint64_t value, usual;

	if (!EVIDENCE(row, TTL, &value))
		return;
	if (EVIDENCE(row, TTL_USUAL, &usual) && usual != value)
		line_add(line, "TTL %" PRIu64 ", usually %" PRIu64, value, usual);
	else
		line_add(line, "TTL %" PRIu64, value);
}

void part_via(const struct row *row, struct line *line)
{
	uint64_t traits = EVIDENCE_OR_0(row, TRAITS);
	struct address address;
	char buf[FORMAT_SIZE];

	if (row_address(row, TCPWHY_A_EVIDENCE_VIA, &address))
		line_add(line, "%s %s port %" PRIu64,
			 traits & TCPWHY_TRAIT_LOCAL_PROXY ? "by this host's" :
							     "answers our connect to",
			 format_address(&address, buf), EVIDENCE_OR_0(row, VIA_PORT));
}

void part_mptcp(const struct row *row, struct line *line)
{
	if (EVIDENCE_OR_0(row, TRAITS) & TCPWHY_TRAIT_MPTCP)
		line_add(line, "MPTCP");
}

void part_fast_open(const struct row *row, struct line *line)
{
	char buf[FORMAT_SIZE];
	uint64_t value;

	if (EVIDENCE(row, BYTES_UNACKED, &value))
		line_add(line, "%s in the SYN", format_bytes(value, buf));
}

void part_unaccepted(const struct row *row, struct line *line)
{
	if (EVIDENCE_OR_0(row, TRAITS) & TCPWHY_TRAIT_UNACCEPTED)
		line_add(line, "not yet accepted");
}

// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "format.h"
#include "names.h"
#include "what.h"

void what_part(struct line *line, const char *fmt, ...)
{
	va_list args;

	if (line->len && line->len + 2 < line->size) {
		strcpy(line->buf + line->len, "; ");
		line->len += 2;
	}
	va_start(args, fmt);
	line->len += vsnprintf(line->buf + line->len, line->size - line->len, fmt, args);
	va_end(args);
	if (line->len >= line->size)
		line->len = line->size - 1;
}

static void stamps(const struct row *row, struct line *line, const char *segment)
{
	uint64_t tsval, recent;

	if (EVIDENCE(row, TSVAL, &tsval) && EVIDENCE(row, TS_RECENT, &recent))
		what_part(line, "%s tsval %" PRIu64 " behind %" PRIu64, segment, tsval, recent);
	else
		what_part(line, "%s with a timestamp that went backwards", segment);
}

/* How the refused ones fared, for both causes that refuse a SYN. */
static void sequel(const struct row *row, struct line *line)
{
	uint64_t attempts = EVIDENCE_OR_0(row, ATTEMPTS), got_in = EVIDENCE_OR_0(row, GOT_IN);
	uint64_t mean;
	char buf[FORMAT_SIZE];

	if (!attempts)
		return;
	if (got_in < attempts)
		what_part(line, "%" PRIu64 " of %" PRIu64 " not in", attempts - got_in, attempts);
	else if (EVIDENCE(row, LATE_MEAN, &mean))
		what_part(line, "all %" PRIu64 " got in %s late", attempts, format_ms(mean, buf));
}

static void paws_timewait(const struct row *row, struct line *line)
{
	uint64_t changed = EVIDENCE_OR_0(row, SYN_CHANGED);
	char buf[FORMAT_SIZE];

	stamps(row, line, "SYN");
	if (row->has & ROW_HAS_CLOCKS && row->clocks > 1)
		what_part(line, "%s%u clocks", row->clocks >= 8 ? ">=" : "", row->clocks);
	sequel(row, line);
	if (changed)
		what_part(line, "SYN differs in %s", format_syn_changed(changed, buf));
}

static void paws_segment(const struct row *row, struct line *line)
{
	uint64_t seq, end, expected, state;
	char buf[NAME_SIZE];

	stamps(row, line, "segment");
	if (EVIDENCE(row, SEQ, &seq) && EVIDENCE(row, END_SEQ, &end) &&
	    EVIDENCE(row, RCV_NXT, &expected) && (int32_t)(end - expected) > 0)
		what_part(line, "%u new bytes lost", (uint32_t)(end - expected));
	if (EVIDENCE(row, STATE, &state))
		what_part(line, "in %s", name_tcp_state(state, buf));
}

static void refused_syn(const struct row *row, struct line *line)
{
	uint64_t seq, expected, age;
	char buf[FORMAT_SIZE];

	if (EVIDENCE(row, SEQ, &seq) && EVIDENCE(row, RCV_NXT, &expected))
		what_part(line, "SYN seq %" PRIu64 " not beyond %" PRIu64, seq, expected);
	else
		what_part(line, "SYN not beyond the old connection");
	if (EVIDENCE(row, TW_AGE, &age))
		what_part(line, "TIME_WAIT %s old", format_ms(age, buf));
	sequel(row, line);
}

static void overflow(const struct row *row, struct line *line)
{
	uint64_t count, limit;

	if (EVIDENCE(row, TW_COUNT, &count) && EVIDENCE(row, TW_LIMIT, &limit))
		what_part(line, "TIME_WAIT table full: %" PRIu64 " of %" PRIu64, count, limit);
	else
		what_part(line, "TIME_WAIT table full");
}

static void killed(const struct row *row, struct line *line)
{
	uint64_t age;
	char buf[FORMAT_SIZE];

	if (EVIDENCE(row, TW_AGE, &age))
		what_part(line, "RST ended TIME_WAIT after %s", format_ms(age, buf));
	else
		what_part(line, "RST ended TIME_WAIT early");
}

static void exhaustion(const struct row *row, struct line *line)
{
	uint64_t waiting = EVIDENCE_OR_0(row, PORTS_TIMEWAIT), usable;
	uint64_t in_use = EVIDENCE_OR_0(row, PORTS_IN_USE);
	uint64_t failed = EVIDENCE_OR_0(row, CONNECTS_FAILED);
	uint64_t binds = EVIDENCE_OR_0(row, BINDS_FAILED);
	char to[16] = "";

	if (row->has & ROW_HAS_RPORT && row->rport)
		snprintf(to, sizeof(to), " towards :%u", row->rport);
	if (binds && !(row->has & ROW_HAS_RPORT && row->rport)) {
		what_part(line, "no free port, for others than connections");
	} else if (EVIDENCE(row, PORTS_USABLE, &usable)) {
		what_part(line, "%" PRIu64 " of %" PRIu64 " ports%s in TIME_WAIT", waiting, usable,
			  to);
		if (in_use)
			what_part(line, "%" PRIu64 " in use", in_use);
	} else {
		what_part(line, "no free port%s", to);
	}
	if (failed)
		what_part(line, "%" PRIu64 " connect%s failed", failed, failed == 1 ? "" : "s");
	if (binds)
		what_part(line, "bind() failed %" PRIu64 " time%s", binds, binds == 1 ? "" : "s");
}

/* The other end, as far as it is known. */
static void sent_by(const struct row *row, struct line *line)
{
	struct address sender;
	char buf[FORMAT_SIZE];

	if (row_address(row, TCPWHY_A_EVIDENCE_SENDER, &sender))
		what_part(line, "from %s", format_address(&sender, buf));
}

static void blackhole(const struct row *row, struct line *line)
{
	uint64_t fails, passes, count;
	char reason[NAME_SIZE];

	if (EVIDENCE(row, SIZE_FAILS, &fails) && EVIDENCE_OR_0(row, PATH_SIGNS) & TCPWHY_PATH_LARGER)
		what_part(line, "%" PRIu64 " bytes vanish, larger and smaller ones pass", fails);
	else if (EVIDENCE(row, SIZE_FAILS, &fails) && EVIDENCE(row, SIZE_PASSES, &passes))
		what_part(line, "%" PRIu64 " bytes vanish, %" PRIu64 " pass", fails, passes);
	else if (EVIDENCE(row, SIZE_FAILS, &fails))
		what_part(line, "%" PRIu64 " bytes vanish, small ones pass", fails);
	else
		what_part(line, "large packets vanish, small ones pass");
	if (EVIDENCE(row, TOO_BIG_SENT, &count))
		what_part(line, "said too big %" PRIu64 " times", count);
	else if (EVIDENCE(row, DROPPED_HERE, &count))
		what_part(line, "a router said too big, in vain (%s)",
			  name_drop_reason(EVIDENCE_OR_0(row, DROP_REASON), reason));
	else if (row->cause == TCPWHY_CAUSE_BLACKHOLE_SEND)
		what_part(line, "no router said too big");
	if (EVIDENCE(row, RETRIES, &count))
		what_part(line, "%" PRIu64 " time-outs", count);
	sent_by(row, line);
}

static void device_mtu_drop(const struct row *row, struct line *line)
{
	uint64_t size, beyond, times;

	if (EVIDENCE(row, SIZE_FAILS, &size) && EVIDENCE(row, MTU_BEYOND, &beyond))
		what_part(line, "%" PRIu64 " bytes dropped here, a device takes %" PRIu64, size, beyond);
	else
		what_part(line, "large packets dropped here, by a device");
	if (EVIDENCE(row, RETRIES, &times))
		what_part(line, "%" PRIu64 " times", times);
}

/* What vanishes, and not for its size. */
static void whatever_size(const struct row *row, struct line *line)
{
	uint64_t large, small, count;

	what_part(line, row->cause == TCPWHY_CAUSE_DROPPED_BY_CONTENT ?
		  "the same bytes vanish at any size" : "nothing arrives after the handshake");
	if (EVIDENCE(row, SIZE_FAILS, &large) && EVIDENCE(row, SMALL_FAILS, &small) && small < large)
		what_part(line, "%" PRIu64 " bytes vanish, and so do %" PRIu64, large, small);
	else if (EVIDENCE(row, SIZE_FAILS, &large))
		what_part(line, "%" PRIu64 " bytes vanish", large);
	if (EVIDENCE(row, RETRIES, &count))
		what_part(line, "%" PRIu64 " time-outs", count);
}

static void ignores(const struct row *row, struct line *line)
{
	uint64_t behind, ignored, answered;

	if (EVIDENCE(row, TS_BEHIND, &behind))
		what_part(line, "no answer to a timestamp %" PRIu64 " behind", behind);
	else
		what_part(line, "no answer to timestamps that are behind");
	if (EVIDENCE(row, SYNS_IGNORED, &ignored) && EVIDENCE(row, SYNS_ANSWERED, &answered))
		what_part(line, "%" PRIu64 " SYNs ignored, %" PRIu64 " answered", ignored, answered);
	sent_by(row, line);
}

static void refused(const struct row *row, struct line *line)
{
	char kind[NAME_SIZE], protocol[NAME_SIZE], buf[FORMAT_SIZE];
	uint64_t value = EVIDENCE_OR_0(row, ICMP);
	struct address router;

	if (row_address(row, TCPWHY_A_EVIDENCE_ROUTER, &router))
		what_part(line, "%s from %s", name_icmp(value, kind), format_address(&router, buf));
	else
		what_part(line, "this host answered %s", name_icmp(value, kind));
	if (EVIDENCE(row, PROTOCOL, &value))
		what_part(line, "%s", name_protocol(value, protocol));
	if (row->has & ROW_HAS_RPORT && row->rport)
		what_part(line, "port %u", row_address(row, TCPWHY_A_EVIDENCE_ROUTER, &router) ?
			  row->rport : row->lport);
}

static void said(const struct row *row, struct line *line)
{
	struct address router;
	char buf[FORMAT_SIZE];
	uint64_t mtu;

	if (!row_address(row, TCPWHY_A_EVIDENCE_ROUTER, &router))
		strcpy(buf, "a router");
	else
		format_address(&router, buf);
	if (EVIDENCE(row, MTU_SAID, &mtu))
		what_part(line, "%s said %" PRIu64, buf, mtu);
	else
		what_part(line, "%s said too big", buf);
}

static void pmtu_lowered(const struct row *row, struct line *line)
{
	uint64_t before, now;

	if (EVIDENCE(row, MTU_BEFORE, &before) && EVIDENCE(row, MTU, &now))
		what_part(line, "path MTU from %" PRIu64 " to %" PRIu64, before, now);
	else
		what_part(line, "path MTU fell");
	said(row, line);
}

static void too_big_ignored(const struct row *row, struct line *line)
{
	uint64_t size;

	said(row, line);
	if (EVIDENCE(row, SIZE_FAILS, &size))
		what_part(line, "packets stay at %" PRIu64 " bytes", size);
	else
		what_part(line, "packets stay as they are");
}

static void blackhole_receive(const struct row *row, struct line *line)
{
	uint64_t hole, passes, ms;
	char buf[FORMAT_SIZE];

	if (EVIDENCE(row, HOLE, &hole))
		what_part(line, "%" PRIu64 " bytes missing", hole);
	else
		what_part(line, "large packets missing");
	if (EVIDENCE(row, STALL, &ms))
		what_part(line, "for %s", format_ms(ms, buf));
	if (EVIDENCE(row, SIZE_PASSES, &passes))
		what_part(line, "%" PRIu64 " bytes pass", passes);
	else
		what_part(line, "small ones pass");
}

void format_what(const struct row *row, char *buf, size_t size)
{
	struct line line = { .buf = buf, .size = size };

	buf[0] = '\0';
	switch (row->cause) {
	case TCPWHY_CAUSE_PAWS_TIMEWAIT:
		paws_timewait(row, &line);
		break;
	case TCPWHY_CAUSE_PAWS_ESTABLISHED:
	case TCPWHY_CAUSE_PAWS_HANDSHAKE:
		paws_segment(row, &line);
		break;
	case TCPWHY_CAUSE_PAWS_STALE:
		stamps(row, &line, "late segment");
		break;
	case TCPWHY_CAUSE_TIMEWAIT_REFUSED_SYN:
		refused_syn(row, &line);
		break;
	case TCPWHY_CAUSE_TIMEWAIT_OVERFLOW:
		overflow(row, &line);
		break;
	case TCPWHY_CAUSE_TIMEWAIT_KILLED:
		killed(row, &line);
		break;
	case TCPWHY_CAUSE_PORT_EXHAUSTION:
		exhaustion(row, &line);
		break;
	case TCPWHY_CAUSE_BLACKHOLE_SEND:
	case TCPWHY_CAUSE_BLACKHOLE_FORWARD:
		blackhole(row, &line);
		break;
	case TCPWHY_CAUSE_DEAF_AFTER_HANDSHAKE:
	case TCPWHY_CAUSE_DROPPED_BY_CONTENT:
		whatever_size(row, &line);
		break;
	case TCPWHY_CAUSE_PMTU_LOWERED:
		pmtu_lowered(row, &line);
		break;
	case TCPWHY_CAUSE_TOO_BIG_IGNORED:
		too_big_ignored(row, &line);
		break;
	case TCPWHY_CAUSE_BLACKHOLE_RECEIVE:
		blackhole_receive(row, &line);
		break;
	case TCPWHY_CAUSE_PEER_IGNORES_SYN:
		ignores(row, &line);
		break;
	case TCPWHY_CAUSE_DEVICE_MTU_DROP:
		device_mtu_drop(row, &line);
		break;
	case TCPWHY_CAUSE_REFUSED_ICMP:
		refused(row, &line);
		break;
	default:
		/* of a newer module: the numbers themselves */
		if (!what_reset(row, &line) && !what_fragment(row, &line))
			format_evidence(row, buf, size);
	}
}

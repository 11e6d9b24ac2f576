// SPDX-License-Identifier: GPL-2.0
/* Datagrams in pieces, in a line. */
#include <inttypes.h>
#include <stdio.h>

#include "format.h"
#include "names.h"
#include "what.h"

static void came(const struct row *row, struct line *line)
{
	uint64_t bytes, whole;

	if (!EVIDENCE(row, FRAGMENT_BYTES, &bytes))
		return;
	if (EVIDENCE(row, DATAGRAM_BYTES, &whole))
		what_part(line, "%" PRIu64 " of %" PRIu64 " B came", bytes, whole);
	else
		what_part(line, "%" PRIu64 " B came", bytes);
}

static void carried(const struct row *row, struct line *line)
{
	char name[NAME_SIZE];
	uint64_t protocol;

	if (EVIDENCE(row, PROTOCOL, &protocol))
		what_part(line, "%s", name_protocol(protocol, name));
}

static void lost(const struct row *row, struct line *line)
{
	uint64_t no_first = EVIDENCE_OR_0(row, NO_FIRST), no_last = EVIDENCE_OR_0(row, NO_LAST);

	what_part(line, "datagram not complete");
	carried(row, line);
	came(row, line);
	if (no_first)
		what_part(line, "%" PRIu64 " of %" PRIu64 " without the first piece", no_first,
			  row->count);
	if (no_last)
		what_part(line, "%" PRIu64 " of %" PRIu64 " without the last", no_last,
			  row->count);
}

static void dropped(const struct row *row, struct line *line)
{
	char held[FORMAT_SIZE], most[FORMAT_SIZE], name[NAME_SIZE];
	uint64_t reason = EVIDENCE_OR_0(row, FRAGMENT_REASON), memory, limit;

	switch (reason) {
	case TCPWHY_FRAGMENT_REASON_UNSPEC:
		what_part(line, "datagram in pieces refused");
		break;
	case TCPWHY_FRAGMENT_REASON_OVERLAP:
		what_part(line, "pieces overlap or contradict each other");
		break;
	case TCPWHY_FRAGMENT_REASON_TOO_FAR:
		what_part(line, "too many pieces of others between");
		break;
	case TCPWHY_FRAGMENT_REASON_MEMORY:
		what_part(line, "no memory for more pieces");
		break;
	case TCPWHY_FRAGMENT_REASON_UNUSABLE:
		what_part(line, "all pieces came and make no datagram");
		break;
	default:
		what_part(line, "refused: %s", name_fragment_reason(reason, name));
	}
	if (EVIDENCE(row, FRAGMENT_MEMORY, &memory) && EVIDENCE(row, FRAGMENT_LIMIT, &limit))
		what_part(line, "%s held, limit %s", format_bytes(memory, held),
			  format_bytes(limit, most));
	carried(row, line);
	came(row, line);
}

bool what_fragment(const struct row *row, struct line *line)
{
	switch (row->cause) {
	case TCPWHY_CAUSE_FRAGMENT_LOST:
		lost(row, line);
		return true;
	case TCPWHY_CAUSE_FRAGMENT_DROPPED:
		dropped(row, line);
		return true;
	default:
		return false;
	}
}

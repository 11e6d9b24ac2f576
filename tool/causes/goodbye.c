// SPDX-License-Identifier: GPL-2.0
/* RSTs at the end of a finished conversation: nobody was left to read a goodbye, or there was none. */
#include <inttypes.h>

#include "advice.h"
#include "causes.h"
#include "line.h"
#include "parts.h"

/* TCP states, as in /proc/net/tcp */
#define ESTABLISHED 1
#define NEW_SYN_RECV 12

/* A connection at rest, that whoever had opened it left by a RST. */
static bool at_rest(const struct row *row)
{
	uint64_t state = EVIDENCE_OR_0(row, STATE), value;

	if (EVIDENCE(row, BYTES_UNREAD, &value) || EVIDENCE(row, BYTES_UNACKED, &value))
		return false;
	if (row->cause == TCPWHY_CAUSE_RST_GOODBYE)
		return state && !EVIDENCE(row, SEQ, &value);
	return state == ESTABLISHED || state == NEW_SYN_RECV;
}

#define LEFT_SILENT "before anything was said: a health check, a scan, or a connect that was not " \
	"needed any more. Nothing is lost."

static void goodbye_late(const struct row *row, struct story *story)
{
	uint64_t seq, end;
	char buf[FORMAT_SIZE];

	if (EVIDENCE(row, SEQ, &seq) && EVIDENCE(row, END_SEQ, &end) && seq != end)
		story_evidence(story, "%s came after the close",
			       format_bytes((uint32_t)(end - seq), buf));
}

static void rst_goodbye_what(const struct row *row, struct story *story)
{
	if (EVIDENCE_OR_0(row, PHASE) == TCPWHY_PHASE_SILENT)
		story_what(story, "A program here had opened the connection, and ended it with a RST "
			   LEFT_SILENT);
	else if (at_rest(row))
		story_what(story, "A program here had opened the connection, and ended it with a RST "
			   "when it was at rest: the peer had all that was sent, and had answered. "
			   "A pool or a proxy lets go of an idle connection so, without a "
			   "TIME_WAIT. Nothing is lost.");
	else
		story_what(story, "A program here had closed the connection without reading the "
			   "peer's goodbye, which lay unread or came later. TCP answered with a "
			   "RST. A goodbye is 64 bytes at most after the last answer: the "
			   "close_notify of TLS (24 or 31 bytes), QUIT, or the peer's FIN alone. "
			   "Nothing that matters is lost.");
}

static void rst_goodbye(const struct row *row, struct story *story)
{
	rst_goodbye_what(row, story);
	advice_connection(row, story);
	goodbye_late(row, story);
	story_remedy(story, WHERE_HERE, NULL, "nothing to do");
	story_see_connection(row, story);
}

static void peer_left(const struct row *row, struct story *story)
{
	uint64_t phase = EVIDENCE_OR_0(row, PHASE);

	if (phase == TCPWHY_PHASE_HANDSHAKE)
		story_what(story, "The peer called, and answered our SYN-ACK with a RST within a "
			   "second: a health check, a scan, or a client that calls several "
			   "addresses and was answered by another one (happy eyeballs). The "
			   "handshake was not complete: no program here ever sees it.");
	else if (phase == TCPWHY_PHASE_SILENT)
		story_what(story, "The peer had opened the connection, and ended it with a RST "
			   LEFT_SILENT);
	else
		story_what(story, "The peer had opened the connection, and ended it with a RST when it "
			   "was at rest: it had all that was sent, and the program here had spoken "
			   "last. A pool or a proxy lets go of an idle connection so, without a "
			   "TIME_WAIT. Nothing is lost.");
}

static void peer_goodbye_what(const struct row *row, struct story *story)
{
	if (at_rest(row))
		peer_left(row, story);
	else if (EVIDENCE_OR_0(row, BYTES_UNACKED))
		story_what(story, "The peer had closed the connection when our goodbye came, and "
			   "answered it with a RST. A goodbye is 64 bytes at most, such as the "
			   "close_notify of TLS (24 or 31 bytes) or QUIT. Nothing that matters "
			   "is lost.");
	else
		story_what(story, "The program here had closed the connection, and all that it had "
			   "written was acknowledged. A RST came in place of the last "
			   "acknowledgment: the peer had closed, or does not know the "
			   "connection any more. Nothing is lost.");
}

static void peer_goodbye(const struct row *row, struct story *story)
{
	peer_goodbye_what(row, story);
	advice_connection(row, story);
	advice_ttl(row, story);
	story_remedy(story, WHERE_HERE, NULL, "nothing to do");
	story_see_connection(row, story);
}

static void part_sent_goodbye(const struct row *row, struct line *line)
{
	line_add(line, at_rest(row) ? "left by a RST, and nothing is lost" :
					"closed before the peer's goodbye was read");
}

static void part_received_goodbye(const struct row *row, struct line *line)
{
	line_add(line, at_rest(row) ? "the peer left by a RST, and nothing is lost" :
					"our goodbye came after the peer's close");
}

/* what came after close(): a FIN alone has no bytes */
static void part_goodbye(const struct row *row, struct line *line)
{
	uint64_t seq, end;
	char buf[FORMAT_SIZE];

	if (EVIDENCE(row, SEQ, &seq) && EVIDENCE(row, END_SEQ, &end) && end != seq)
		line_add(line, "%s", format_bytes((uint32_t)(end - seq), buf));
}

static const struct cause causes[] = {
	{
		.id = TCPWHY_CAUSE_RST_GOODBYE,
		.severity = TCPWHY_SEVERITY_INFO,
		.name = "rst-goodbye",
		.brief = "we reset at the end of a conversation, and nothing that matters is lost",
		.what = "A program here had closed the connection. The peer's goodbye lay unread or "
			"came later, and was answered with a RST. A goodbye is 64 bytes at most: "
			"TLS' close_notify (24 or 31 bytes), QUIT, an error of one line. Or the "
			"program had opened the connection, and left it by a RST (SO_LINGER 0) when "
			"it was at rest: nothing was lost.",
		.proof = "At most 64 bytes. They lay unread after the program here had read what "
			 "came before and its own data was acknowledged, or came after its FIN. At "
			 "rest: all that was sent is acknowledged, data of the peer came with that "
			 "or after it, and nothing is unread; or nothing was said at all, for less "
			 "than two seconds.",
		.mistaken = "rst-unread-data and rst-data-after-close: more than 64 bytes, or all that "
			    "the peer ever sent, or bytes that came while our own were under way. "
			    "rst-linger0: a request that is not answered, or a program that had "
			    "accepted the connection: its client may wait for more.",
		.evidence = SHOWS_PROCESS ", " SHOWS_CONNECTION,
		.remedy = "None needed.",
		.counter = "TcpOutRsts",
		.opener = WAY_EITHER,
		.direction = "sent",
		.parts = { part_sent_goodbye, part_unread, part_goodbye, part_process },
		.tell = rst_goodbye,
	},
	{
		.id = TCPWHY_CAUSE_PEER_GOODBYE,
		.severity = TCPWHY_SEVERITY_INFO,
		.name = "peer-goodbye",
		.brief = "the peer reset at the end of a conversation, and nothing that matters is lost",
		.what = "The peer had closed the connection, and answered our goodbye with a RST: 64 "
			"bytes at most, such as TLS' close_notify, or our FIN alone. Or it had opened "
			"the connection, and left it by a RST when it was at rest, as health checks, "
			"scans and pools do: nothing was lost.",
		.proof = "At most 64 bytes are not acknowledged. They were written after the peer's "
			 "FIN, or the program here had closed before the RST came. At rest: the peer "
			 "has all that was sent, after its own last words, and nothing is unread; or "
			 "nothing was said at all, for less than two seconds.",
		.mistaken = "peer-closed-early: more than 64 bytes written after the peer's FIN. "
			    "peer-aborted: the peer has asked and was not answered, or it had accepted "
			    "the connection: its answer may be cut short.",
		.evidence = SHOWS_CONNECTION ", " SHOWS_RST,
		.remedy = "None needed.",
		.counter = "TcpEstabResets, TcpExtEmbryonicRsts",
		.opener = WAY_EITHER,
		.direction = "received",
		.parts = { part_received_goodbye, part_unaccepted, part_unacked },
		.tell = peer_goodbye,
	},
};

FAMILY(goodbye);

// SPDX-License-Identifier: GPL-2.0
/* RSTs at the end of a finished conversation: nobody was left to read a goodbye, or there was none. */
#include <inttypes.h>

#include "advice.h"
#include "what.h"

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
	else if (what_left(row))
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
	if (what_left(row))
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

const struct teller advice_goodbye[] = {
	{ TCPWHY_CAUSE_RST_GOODBYE, rst_goodbye },
	{ TCPWHY_CAUSE_PEER_GOODBYE, peer_goodbye },
	{ 0 }
};

// SPDX-License-Identifier: GPL-2.0
/* RSTs at the end of a finished conversation: a goodbye that nobody was left to read. */
#include <inttypes.h>

#include "advice.h"

static void goodbye_late(const struct row *row, struct story *story)
{
	uint64_t seq, end;
	char buf[FORMAT_SIZE];

	if (EVIDENCE(row, SEQ, &seq) && EVIDENCE(row, END_SEQ, &end) && seq != end)
		story_evidence(story, "%s came after the close",
			       format_bytes((uint32_t)(end - seq), buf));
}

static void rst_goodbye(const struct row *row, struct story *story)
{
	story_what(story, "A program here had closed the connection without reading the peer's "
		   "goodbye, which lay unread or came later. TCP answered with a RST. A goodbye is "
		   "64 bytes at most after the last answer: the close_notify of TLS (24 or 31 "
		   "bytes), QUIT, or the peer's FIN alone. Nothing that matters is lost.");
	advice_connection(row, story);
	goodbye_late(row, story);
	story_remedy(story, WHERE_HERE, NULL, "nothing to do");
	story_see_connection(row, story);
}

static void peer_goodbye(const struct row *row, struct story *story)
{
	if (EVIDENCE_OR_0(row, BYTES_UNACKED))
		story_what(story, "The peer had closed the connection when our goodbye came, and "
			   "answered it with a RST. A goodbye is 64 bytes at most, such as the "
			   "close_notify of TLS (24 or 31 bytes) or QUIT. Nothing that matters "
			   "is lost.");
	else
		story_what(story, "The program here had closed the connection, and all that it had "
			   "written was acknowledged. A RST came in place of the last "
			   "acknowledgment: the peer had closed, or does not know the "
			   "connection any more. Nothing is lost.");
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

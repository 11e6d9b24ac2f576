// SPDX-License-Identifier: GPL-2.0
/* What the causes have in common that are about the size of packets. */
#include <inttypes.h>
#include <stdio.h>

#include "advice.h"
#include "causes.h"
#include "line.h"
#include "names.h"
#include "size.h"

void advice_life(const struct row *row, struct story *story)
{
	static const struct {
		uint64_t bit;
		const char *text;
	} lives[] = {
		{ TCPWHY_LIFE_SACK, "smaller segments, sent later, were acknowledged" },
		{ TCPWHY_LIFE_DATA, "the peer went on to send, and repeated nothing: it has our "
		  "acknowledgments" },
		{ TCPWHY_LIFE_FIN, "the peer closed while it was stuck" },
		{ TCPWHY_LIFE_OTHER, "another connection of this peer was in use meanwhile, and is "
		  "stuck alike" },
		{ TCPWHY_LIFE_SHRUNK, "it went on once the segments had become smaller" },
	};
	uint64_t bits = EVIDENCE_OR_0(row, LIFE);

	for (size_t i = 0; i < sizeof(lives) / sizeof(lives[0]); i++)
		if (bits & lives[i].bit)
			story_evidence(story, "%s", lives[i].text);
}

void advice_probe_size(const struct row *row, struct story *story, const char *words)
{
	char address[FORMAT_SIZE], command[FORMAT_SIZE + 16];

	format_address(&row->peer, address);
	snprintf(command, sizeof(command), "tcpwhy probe %s", address);
	story_remedy(story, WHERE_HERE, command, "%s", words);
}

void advice_find_size(const struct row *row, struct story *story)
{
	advice_probe_size(row, story, "finds the size that passes, and says what to type for it");
	story_remedy(story, WHERE_HERE, "sysctl -w net.ipv4.tcp_mtu_probing=1",
		     "for IPv4 and IPv6: after some time-outs in a row, which take seconds, a "
		     "connection tries smaller segments (RFC 4821). It helps what this host sends, "
		     "not what the peer sends, and only if the size is what is wrong");
}

/* What each link carries makes a number where nothing larger is known to pass. */
void advice_clamp_size(const struct row *row, struct story *story, const char *where)
{
	bool six = row->peer.size != 4;
	unsigned int mss = advice_mss(six, EVIDENCE_OR_0(row, SIZE_PASSES));

	if (mss)
		advice_clamp(story, where, six, mss, "a packet of that size got through; the probe "
			     "may find a larger one that does as well");
	else
		advice_clamp(story, where, six, advice_mss_of_any_link(six), "a size that every link "
			     "carries; the probe finds the largest that passes, which costs less");
}

void advice_path_signs(const struct row *row, struct story *story)
{
	const struct cause *cause = cause_find(row->cause);
	bool sender = cause && cause->size_way == SIZE_TO_PEER;
	uint64_t signs = EVIDENCE_OR_0(row, PATH_SIGNS);

	if (signs & TCPWHY_PATH_LARGER)
		story_evidence(story, "larger ones pass: some tunnel cuts these in two, and loses what is "
			       "a little too large for it");
	if (signs & TCPWHY_PATH_HELLO)
		story_evidence(story, "it is the first half of a ClientHello of TLS: a box that wants "
			       "all of it in one segment loses it, too. Once net.ipv4.tcp_mtu_probing=1 "
			       "is on%s, a new connection tells the two apart: dropped-by-content",
			       sender ? "" : " on its sender, and tcpwhy there");
}

/* What is known of small packets. */
const char *advice_of_small_ones(const struct row *row)
{
	bool proven = EVIDENCE_OR_0(row, LIFE) & (TCPWHY_LIFE_SACK | TCPWHY_LIFE_DATA |
						  TCPWHY_LIFE_SHRUNK);

	return proven || row->confidence != TCPWHY_CONFIDENCE_POSSIBLE ? "small ones arrive" :
									 "the peer is there";
}

void line_size(const struct row *row, struct line *line)
{
	const struct cause *cause = cause_find(row->cause);
	uint64_t fails, passes, count;
	char reason[NAME_SIZE];

	if (EVIDENCE(row, SIZE_FAILS, &fails) && EVIDENCE_OR_0(row, PATH_SIGNS) & TCPWHY_PATH_LARGER)
		line_add(line, "%" PRIu64 " bytes vanish, larger and smaller ones pass", fails);
	else if (EVIDENCE(row, SIZE_FAILS, &fails) && EVIDENCE(row, SIZE_PASSES, &passes))
		line_add(line, "%" PRIu64 " bytes vanish, %" PRIu64 " pass", fails, passes);
	else if (EVIDENCE(row, SIZE_FAILS, &fails))
		line_add(line, "%" PRIu64 " bytes vanish, small ones pass", fails);
	else
		line_add(line, "large packets vanish, small ones pass");
	if (EVIDENCE(row, TOO_BIG_SENT, &count))
		line_add(line, "said too big %" PRIu64 " times", count);
	else if (EVIDENCE(row, DROPPED_HERE, &count))
		line_add(line, "a router said too big, in vain (%s)",
			 name_drop_reason(EVIDENCE_OR_0(row, DROP_REASON), reason));
	else if (cause && cause->size_way == SIZE_TO_PEER)
		line_add(line, "no router said too big");
	if (EVIDENCE(row, RETRIES, &count))
		line_add(line, "%" PRIu64 " time-outs", count);
	line_sender(row, line);
}

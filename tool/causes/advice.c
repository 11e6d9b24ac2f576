// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "advice.h"
#include "causes.h"
#include "names.h"

static char *vprint(const char *fmt, va_list args)
{
	char *s;

	return vasprintf(&s, fmt, args) < 0 ? xstrdup("") : s;
}

void story_what(struct story *story, const char *fmt, ...)
{
	va_list args;
	char *s;

	va_start(args, fmt);
	s = vprint(fmt, args);
	va_end(args);
	text_add(&story->what, "%s%s", story->what.len ? " " : "", s);
	free(s);
}

void story_evidence(struct story *story, const char *fmt, ...)
{
	va_list args;

	if (story->evidence_count == STORY_LINES)
		return;
	va_start(args, fmt);
	story->evidence[story->evidence_count++] = vprint(fmt, args);
	va_end(args);
}

void story_remedy(struct story *story, const char *where, const char *command,
		  const char *fmt, ...)
{
	struct remedy *remedy;
	va_list args;

	if (story->remedies_count == STORY_LINES)
		return;
	remedy = &story->remedies[story->remedies_count++];
	remedy->where = where;
	remedy->command = command ? xstrdup(command) : NULL;
	va_start(args, fmt);
	remedy->text = vprint(fmt, args);
	va_end(args);
}

void story_see(struct story *story, const char *fmt, ...)
{
	va_list args;

	if (story->see_count == STORY_LINES)
		return;
	va_start(args, fmt);
	story->see[story->see_count++] = vprint(fmt, args);
	va_end(args);
}

/*
 * libpcap's tcp[] looks into IPv4 only; in IPv6 the flags are byte 13 after
 * the fixed header of 40 bytes, if there is no extension header between.
 */
void story_see_flags(struct story *story, const struct row *row, const char *flag, bool both)
{
	static const struct {
		const char *name;
		unsigned int bit;
	} flags[] = { { "syn", 2 }, { "rst", 4 }, { "syn|tcp-rst", 6 }, { "fin", 1 } };
	uint16_t number = both ? advice_service_port(row) : row->lport;
	char address[FORMAT_SIZE], port[32] = "";
	unsigned int bit = 2;

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (!strcmp(flags[i].name, flag))
			bit = flags[i].bit;
	format_address(&row->peer, address);
	if (number)
		snprintf(port, sizeof(port), " and %sport %u", both ? "" : "dst ", number);
	if (row->peer.size == 4)
		story_see(story, "tcpdump -nnvi any '%s %s%s and tcp[tcpflags] & (tcp-%s) != 0'",
			  both ? "host" : "src host", address, port, flag);
	else
		story_see(story, "tcpdump -nnvi any '%s %s%s and ip6[6] == 6 and "
			  "ip6[53] & %u != 0'", both ? "host" : "src host", address, port, bit);
}

void story_see_connection(const struct row *row, struct story *story)
{
	uint16_t port = advice_service_port(row);
	char address[FORMAT_SIZE];

	format_address(&row->peer, address);
	if (port)
		story_see(story, "tcpdump -nnvi any 'host %s and tcp port %u'", address, port);
	else
		story_see(story, "tcpdump -nnvi any 'tcp and host %s'", address);
}

static void advice_unknown(const struct row *row, struct story *story)
{
	struct evidence_item item;
	char name[NAME_SIZE];

	story_what(story, "The loaded module found something that this tool is too old to know "
		   "(cause %u): install the tool of the module's release.", row->cause);
	for (size_t at = 0; evidence_next(row, &at, &item); ) {
		if (item.number)
			story_evidence(story, "%s %llu", name_evidence(item.type, name),
				       (unsigned long long)item.value);
		else
			story_evidence(story, "%s (no number)", name_evidence(item.type, name));
	}
}

/* What a newer module adds to a cause that is known is still shown. */
static void unknown_evidence(const struct row *row, struct story *story)
{
	struct evidence_item item;
	char name[NAME_SIZE];

	for (size_t at = 0; evidence_next(row, &at, &item); ) {
		if (item.type > TCPWHY_A_EVIDENCE_MAX && item.number)
			story_evidence(story, "%s %llu", name_evidence(item.type, name),
				       (unsigned long long)item.value);
	}
}

void advice_tell(const struct row *row, struct story *story)
{
	const struct cause *cause = cause_find(row->cause);

	memset(story, 0, sizeof(*story));
	if (!cause) {
		advice_unknown(row, story);
		return;
	}
	cause->tell(row, story);
	unknown_evidence(row, story);
}

void story_free(struct story *story)
{
	for (unsigned int i = 0; i < story->evidence_count; i++)
		free(story->evidence[i]);
	for (unsigned int i = 0; i < story->see_count; i++)
		free(story->see[i]);
	for (unsigned int i = 0; i < story->remedies_count; i++) {
		free(story->remedies[i].text);
		free(story->remedies[i].command);
	}
	text_free(&story->what);
	memset(story, 0, sizeof(*story));
}

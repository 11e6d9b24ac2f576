// SPDX-License-Identifier: GPL-2.0
/* A finding in one line. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "causes.h"
#include "format.h"
#include "line.h"
#include "parts.h"

void line_add(struct line *line, const char *fmt, ...)
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

/* How the refused ones fared, for both causes that refuse a SYN. */
void line_sequel(const struct row *row, struct line *line)
{
	uint64_t attempts = EVIDENCE_OR_0(row, ATTEMPTS), got_in = EVIDENCE_OR_0(row, GOT_IN);
	uint64_t mean;
	char buf[FORMAT_SIZE];

	if (!attempts)
		return;
	if (got_in < attempts)
		line_add(line, "%" PRIu64 " of %" PRIu64 " not in", attempts - got_in, attempts);
	else if (EVIDENCE(row, LATE_MEAN, &mean))
		line_add(line, "all %" PRIu64 " got in %s late", attempts, format_ms(mean, buf));
}

/* The other end, as far as it is known. */
void line_sender(const struct row *row, struct line *line)
{
	struct address sender;
	char buf[FORMAT_SIZE];

	if (row_address(row, TCPWHY_A_EVIDENCE_SENDER, &sender))
		line_add(line, "from %s", format_address(&sender, buf));
}

void format_what(const struct row *row, char *buf, size_t size)
{
	const struct cause *cause = cause_find(row->cause);
	struct line line = { .buf = buf, .size = size };

	buf[0] = '\0';
	if (!cause) {
		/* of a newer module: the numbers themselves */
		format_evidence(row, buf, size);
		return;
	}
	if (cause->line)
		cause->line(row, &line);
	if (cause->gist)
		line_add(&line, "%s", cause->gist);
	for (unsigned int i = 0; i < CAUSE_PARTS && cause->parts[i]; i++)
		cause->parts[i](row, &line);
}

static bool has_part(const struct cause *cause, part_fn part)
{
	for (unsigned int i = 0; i < CAUSE_PARTS; i++)
		if (cause->parts[i] == part)
			return true;
	return false;
}

void line_rest(const struct row *row, struct line *line)
{
	static const part_fn wanted[] = { part_process, part_phase, part_bytes, part_idle,
					  part_mptcp };
	const struct cause *cause = cause_find(row->cause);

	if (!cause || !cause->parts[0])
		return;
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (!has_part(cause, wanted[i]))
			wanted[i](row, line);
}

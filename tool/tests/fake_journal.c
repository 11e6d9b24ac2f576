// SPDX-License-Identifier: GPL-2.0
/*
 * In the place of journal.c: a file of entries, which TCPWHY_JOURNAL names. Each begins with
 * "=MICROSECONDS", has a line a field, and ends with an empty line. TCPWHY_SWALLOW: as many
 * entries are kept, and what comes after them is lost, as on a full disk. TCPWHY_BOOT names the boot.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "cmd.h"
#include "history/entry.h"
#include "text.h"

struct journal {
	FILE *reader;
	uint64_t since_us;
	char match[128];
	long kept;
};

const char *journal_boot(char buf[BOOT_SIZE])
{
	const char *boot = getenv("TCPWHY_BOOT");

	snprintf(buf, BOOT_SIZE, "%s", boot ? boot : "boot");
	return buf;
}

int journal_open(struct journal **journal, struct fault *fault)
{
	const char *swallow = getenv("TCPWHY_SWALLOW");

	if (!getenv("TCPWHY_JOURNAL")) {
		fault_set(fault, EXIT_OTHER, "no journal: there is none here");
		return -1;
	}
	*journal = xcalloc(1, sizeof(**journal));
	(*journal)->kept = swallow ? atol(swallow) : -1;
	return 0;
}

void journal_close(struct journal *journal)
{
	if (journal && journal->reader)
		fclose(journal->reader);
	free(journal);
}

int journal_write(struct journal *journal, const struct fields *fields, struct fault *fault)
{
	FILE *file;
	int failed;

	if (!journal->kept)
		return 0;
	journal->kept--;
	file = fopen(getenv("TCPWHY_JOURNAL"), "ae");
	if (file) {
		fprintf(file, "=%llu\n", (unsigned long long)entry_us(clock_now()));
		for (size_t i = 0; i < fields->count; i++)
			fprintf(file, "%s\n", fields->v[i]);
		fputs("\n", file);
	}
	failed = !file;
	if (file && fclose(file))
		failed = 1;
	if (failed)
		fault_set(fault, EXIT_OTHER, "cannot write to the journal: %s", strerror(errno));
	return -failed;
}

int journal_find(struct journal *journal, uint64_t since_us, const char *match,
		 struct fault *fault)
{
	if (journal->reader)
		fclose(journal->reader);
	journal->reader = fopen(getenv("TCPWHY_JOURNAL"), "re");
	journal->since_us = since_us;
	snprintf(journal->match, sizeof(journal->match), "%s", match ? match : "");
	if (journal->reader)
		return 0;
	fault_set(fault, EXIT_OTHER, "cannot open the journal: %s", strerror(errno));
	return -1;
}

static bool has(const struct fields *fields, const char *match)
{
	for (size_t i = 0; i < fields->count; i++)
		if (!strcmp(fields->v[i], match))
			return true;
	return !*match;
}

int journal_next(struct journal *journal, struct fields *fields, uint64_t *when_us,
		 struct fault *fault)
{
	char line[8192];

	(void)fault;
	fields_free(fields);
	while (fgets(line, sizeof(line), journal->reader)) {
		line[strcspn(line, "\n")] = '\0';
		if (*line == '=')
			*when_us = strtoull(line + 1, NULL, 10);
		else if (*line && fields->count < FIELDS_MOST)
			fields->v[fields->count++] = xstrdup(line);
		else if (has(fields, journal->match) && *when_us >= journal->since_us)
			return 1;
		else
			fields_free(fields);
	}
	clearerr(journal->reader);
	return 0;
}

void journal_wait(struct journal *journal, unsigned int ms)
{
	const struct timespec pause = { .tv_nsec = ms * 1000000L };

	(void)journal;
	nanosleep(&pause, NULL);
}

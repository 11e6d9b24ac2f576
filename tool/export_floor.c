// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "export.h"
#include "export_floor.h"

#define MARK "# tcpwhy export of netns %" PRIu32 ", watched since %" PRIu64 " ns after boot\n"

void floor_mark(const struct status *status, struct text *page)
{
	text_add(page, MARK, status->netns, status->loaded);
}

static void take(struct tally *tally, const struct status *status, const char *line)
{
	char cause[64], name[64];
	uint64_t shown;

	if (sscanf(line, "tcpwhy_events_total{cause=\"%63[^\"]\",severity=\"%*[^\"]\"} %" SCNu64,
		   cause, &shown) != 2)
		return;
	for (size_t i = 0; i < status->causes_count; i++)
		if (!strcmp(export_name(status, status->causes[i].id, name), cause))
			tally_cell(&tally->causes, status->causes[i].id)->shown = shown;
}

void floor_read(struct tally *tally, const struct status *status, const char *path)
{
	FILE *file = fopen(path, "re");
	struct text mark = { 0 };
	char line[512];

	if (!file)
		return;
	floor_mark(status, &mark);
	if (fgets(line, sizeof(line), file) && !strcmp(line, mark.s))
		while (fgets(line, sizeof(line), file))
			take(tally, status, line);
	text_free(&mark);
	fclose(file);
}

// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "causes/causes.h"
#include "netlink.h"
#include "standing.h"

/* A size that does not fit into an IP packet is none. */
#define LONGEST 65575

/* 1 is best: what tells most of the size that passes. 0: it is about something else. */
static unsigned int rank(const struct row *row)
{
	const struct cause *cause = cause_find(row->cause);

	return cause ? cause->size_rank : 0;
}

static void take(const struct rows *rows, struct standing *standing)
{
	const struct row *best = NULL;
	uint64_t fails;

	/* the worst comes first */
	for (size_t i = 0; i < rows->count; i++)
		if (rows->v[i].severity == TCPWHY_SEVERITY_TROUBLE && rank(&rows->v[i]) &&
		    (!best || rank(&rows->v[i]) < rank(best)))
			best = &rows->v[i];
	if (!best)
		return;
	standing->there = true;
	standing->row = *best;
	standing->row.evidence = NULL;
	standing->row.evidence_size = 0;
	if (EVIDENCE(best, SIZE_FAILS, &fails) && fails <= LONGEST)
		standing->size_fails = fails;
}

void standing_find(const struct address *peer, struct standing *standing)
{
	const struct filter filter = { 0 };
	struct rows rows = { 0 };
	struct client *client;
	struct fault fault;

	memset(standing, 0, sizeof(*standing));
	/* nor is the module loaded for it */
	if (!client_loaded() || client_open(&client, &fault))
		return;
	if (!client_peer(client, peer, &filter, &rows, &fault)) {
		rows_sort(&rows);
		take(&rows, standing);
	}
	rows_free(&rows);
	client_close(client);
}

enum size_way standing_way(const struct standing *standing)
{
	const struct cause *cause = standing->there ? cause_find(standing->row.cause) : NULL;

	return cause ? cause->size_way : SIZE_OF_NONE;
}

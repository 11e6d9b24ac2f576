// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "history/past.h"

/* Entries are put together when there are so many, or twice as many as the last time. */
#define JOIN_AT 8192
/* How long after its last event an entry may have been written, where there was a flood. */
#define LATEST_US (600 * 1000000ULL)

static int compare(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int order = memcmp(x->peer.bytes, y->peer.bytes, sizeof(x->peer.bytes));

	if (x->netns != y->netns)
		return x->netns < y->netns ? -1 : 1;
	if (x->peer.size != y->peer.size)
		return x->peer.size < y->peer.size ? -1 : 1;
	if (order)
		return order;
	if (x->cause != y->cause)
		return x->cause < y->cause ? -1 : 1;
	return x->last < y->last ? -1 : x->last > y->last;
}

static bool same(const struct row *a, const struct row *b)
{
	return a->netns == b->netns && a->cause == b->cause && address_equal(&a->peer, &b->peer);
}

void past_join(struct rows *rows)
{
	size_t kept = 0;

	if (rows->count)
		qsort(rows->v, rows->count, sizeof(*rows->v), compare);
	for (size_t i = 0; i < rows->count; i++) {
		struct row *row = &rows->v[i], *before = &rows->v[kept ? kept - 1 : 0];

		if (!kept || !same(before, row)) {
			rows->v[kept++] = *row;
			continue;
		}
		row->count += before->count;
		if (before->first < row->first)
			row->first = before->first;
		/* the module alone knows one */
		if (before->rate > row->rate)
			row->rate = before->rate;
		free(before->evidence);
		*before = *row;
	}
	rows->count = kept;
}

/*
 * Numbers of namespaces change from boot to boot, but for the initial one's, which is known by
 * what the service runs in, and for those that have a name.
 */
static bool of_netns(const struct past *past, const struct entry *entry, const char *boot)
{
	const struct filter *filter = past->filter;
	uint32_t wanted = filter->netns ? filter->netns : past->netns;
	bool ours = wanted == past->netns;
	char name[NETNS_NAME_SIZE];

	if (filter->all_netns)
		return true;
	if (!strncmp(entry->load, boot, strlen(boot)))
		return entry->row.netns == wanted;
	if (entry->own)
		return ours && (past->initial || entry->row.netns == wanted);
	return *entry->netns_name && !strcmp(entry->netns_name, netns_name(wanted, name));
}

static bool wanted(const struct past *past, const struct entry *entry, const char *boot)
{
	return entry->to_us >= past->since_us &&
	       (!past->until_us || entry->from_us <= past->until_us) &&
	       !(past->but && !strcmp(past->but, entry->load)) && of_netns(past, entry, boot);
}

/* The number that the namespace has now, if that is known. */
static uint32_t netns_now(const struct past *past, const struct entry *entry)
{
	uint32_t inode;

	if (entry->own && past->initial)
		return past->netns;
	inode = *entry->netns_name ? netns_inode(entry->netns_name) : 0;
	return inode ? inode : entry->row.netns;
}

/* Takes the evidence. What was judged otherwise lowers the count, which may wrap meanwhile. */
static int add(const struct past *past, struct entry *entry, struct rows *rows)
{
	struct row *row = rows_add(rows);

	if (!row)
		return -1;
	*row = entry->row;
	row->netns = netns_now(past, entry);
	row->count = entry->fresh;
	row->first = entry->from_us * 1000;
	row->last = entry->to_us * 1000;
	row->rate = 0;
	entry->row.evidence = NULL;
	return 0;
}

static void sift(const struct filter *filter, struct rows *rows)
{
	struct filter rest = *filter;
	size_t kept = 0;

	/* these were looked at before */
	rest.since = rest.until = rest.netns = 0;
	for (size_t i = 0; i < rows->count; i++) {
		if ((int64_t)rows->v[i].count > 0 && filter_match(&rest, &rows->v[i]))
			rows->v[kept++] = rows->v[i];
		else
			free(rows->v[i].evidence);
	}
	rows->count = kept;
}

static int read_all(struct journal *journal, const struct past *past, struct rows *rows,
		    struct fault *fault)
{
	struct fields fields = { 0 };
	size_t join_at = JOIN_AT;
	struct entry entry;
	char boot[BOOT_SIZE];
	uint64_t when;
	int got;

	journal_boot(boot);
	while ((got = journal_next(journal, &fields, &when, fault)) > 0) {
		if (past->until_us && when > past->until_us + LATEST_US)
			break;
		if (!entry_read(&fields, &entry))
			continue;
		if (wanted(past, &entry, boot) && add(past, &entry, rows)) {
			fault_set(fault, EXIT_OTHER, "out of memory");
			got = -1;
		}
		entry_free(&entry);
		if (got < 0)
			break;
		if (rows->count < join_at)
			continue;
		past_join(rows);
		join_at = rows->count * 2 > JOIN_AT ? rows->count * 2 : JOIN_AT;
	}
	fields_free(&fields);
	return got < 0 ? -1 : 0;
}

int past_read(struct journal *journal, const struct past *past, struct rows *rows,
	      uint64_t *begins_us, struct fault *fault)
{
	struct fields fields = { 0 };
	int got;

	*begins_us = 0;
	if (journal_find(journal, 0, NULL, fault))
		return -1;
	got = journal_next(journal, &fields, begins_us, fault);
	fields_free(&fields);
	if (got <= 0)
		return got;
	if (journal_find(journal, past->since_us, NULL, fault) ||
	    read_all(journal, past, rows, fault)) {
		rows_free(rows);
		return -1;
	}
	past_join(rows);
	sift(past->filter, rows);
	return 0;
}

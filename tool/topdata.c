// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "format.h"
#include "names.h"
#include "netns.h"
#include "text.h"
#include "topview.h"

static void disconnect(struct top *top)
{
	session_end(&top->session);
	top->connected = false;
}

/* What is not to be shown is not kept, but counted. */
static bool keep(const struct row *row, void *arg)
{
	struct top *top = arg;

	if (top->info || row->severity != TCPWHY_SEVERITY_INFO)
		return true;
	top->info_hidden++;
	return false;
}

static int look(struct top *top)
{
	struct filter filter = top->args->filter;
	struct session *session = &top->session;
	struct status status;

	if (session_look(session->client, &status, &top->fault))
		return -1;
	status_free(&session->status);
	session->status = status;
	filter_moments(&filter);
	/* the key wins over the option */
	filter.all_netns = top->all_netns;
	/* old and new would not fit into the memory this tool allows itself */
	rows_free(&top->rows);
	top->info_hidden = 0;
	return client_peers(session->client, &filter, keep, top, &top->rows, &top->fault);
}

int top_begin(struct top *top)
{
	if (session_begin(&top->session, top->args, &top->fault))
		return -1;
	top->connected = true;
	if (look(top)) {
		disconnect(top);
		return -1;
	}
	top_arrange(top);
	return 0;
}

void top_look(struct top *top)
{
	netns_refresh();
	if (!top->connected) {
		if (!client_loaded() || session_begin(&top->session, top->args, &top->fault))
			return;
		top->connected = true;
	}
	if (look(top))
		disconnect(top);
	top_arrange(top);
}

static bool contains(const char *text, const char *word)
{
	return strcasestr(text, word);
}

/* A prefix if it looks like one, else a part of any of the words of a row. */
static bool matches(const struct top *top, const struct row *row)
{
	struct filter prefix = { 0 };
	struct fault fault;
	char buf[512];

	if (!*top->filter)
		return true;
	if (strchr(top->filter, '/') && !filter_peer(&prefix, top->filter, &fault))
		return filter_match(&prefix, row);
	if (contains(format_address(&row->peer, buf), top->filter) ||
	    contains(name_cause(row->cause, buf), top->filter) ||
	    contains(name_severity(row->severity, buf), top->filter) ||
	    contains(netns_name(row->netns, buf), top->filter))
		return true;
	format_what(row, buf, sizeof(buf));
	return contains(buf, top->filter);
}

static int by_number(uint64_t a, uint64_t b, const void *left, const void *right)
{
	if (a != b)
		return a < b ? 1 : -1;
	return row_compare(left, right);
}

static int by_severity(const void *a, const void *b)
{
	return row_compare(*(struct row *const *)a, *(struct row *const *)b);
}

static int by_rate(const void *left, const void *right)
{
	const struct row *a = *(struct row *const *)left, *b = *(struct row *const *)right;

	return by_number(a->rate, b->rate, a, b);
}

static int by_count(const void *left, const void *right)
{
	const struct row *a = *(struct row *const *)left, *b = *(struct row *const *)right;

	return by_number(a->count, b->count, a, b);
}

static int by_last(const void *left, const void *right)
{
	const struct row *a = *(struct row *const *)left, *b = *(struct row *const *)right;

	return by_number(a->last, b->last, a, b);
}

static int by_peer(const void *left, const void *right)
{
	const struct row *a = *(struct row *const *)left, *b = *(struct row *const *)right;
	int order = (int)a->peer.size - b->peer.size;

	if (!order)
		order = memcmp(a->peer.bytes, b->peer.bytes, sizeof(a->peer.bytes));
	return order ? order : row_compare(a, b);
}

static void select_again(struct top *top, const struct row *row)
{
	for (size_t i = 0; i < top->shown_count; i++) {
		const struct row *other = top->shown[i];

		if (other->cause == row->cause && other->netns == row->netns &&
		    address_equal(&other->peer, &row->peer)) {
			top->selected = i;
			return;
		}
	}
}

void top_arrange(struct top *top)
{
	static int (*const orders[SORTS])(const void *, const void *) = {
		[SORT_SEVERITY] = by_severity, [SORT_RATE] = by_rate, [SORT_COUNT] = by_count,
		[SORT_LAST] = by_last, [SORT_PEER] = by_peer,
	};

	free(top->shown);
	top->shown = xcalloc(top->rows.count, sizeof(*top->shown));
	top->shown_count = 0;
	for (size_t i = 0; i < top->rows.count; i++) {
		struct row *row = &top->rows.v[i];

		if (matches(top, row))
			top->shown[top->shown_count++] = row;
	}
	if (top->shown_count)
		qsort(top->shown, top->shown_count, sizeof(*top->shown), orders[top->sort]);
	select_again(top, &top->at);
	if (top->selected >= top->shown_count)
		top->selected = top->shown_count ? top->shown_count - 1 : 0;
}

void top_end(struct top *top)
{
	disconnect(top);
	rows_free(&top->rows);
	free(top->shown);
}

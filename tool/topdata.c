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

static int compare(const void *left, const void *right, void *order)
{
	return order_compare(order, *(struct row *const *)left, *(struct row *const *)right);
}

static bool same_finding(const struct row *a, const struct row *b)
{
	return a->cause == b->cause && a->netns == b->netns && address_equal(&a->peer, &b->peer);
}

/* Of a row that lies in a folded group, the group is selected. */
static void select_again(struct top *top)
{
	const struct group_sum *folded = NULL;
	char name[GROUP_NAME];

	for (size_t i = 0; i < top->lines_count; i++) {
		const struct top_line *line = &top->lines[i];

		if (line->row ? !*top->at_group && same_finding(line->row, &top->at) :
				*top->at_group &&
				!strcmp(groups_name(line->group, top->by, name), top->at_group)) {
			top->selected = i;
			return;
		}
		if (!line->row && !*top->at_group && top->at.peer.size &&
		    groups_same(line->group->of, &top->at, top->by)) {
			folded = line->group;
			top->selected = i;
		}
	}
	if (folded)
		top_remember(top);
}

const struct row *top_selected(const struct top *top)
{
	return top->selected < top->lines_count ? top->lines[top->selected].row : NULL;
}

void top_remember(struct top *top)
{
	const struct row *row = top_selected(top);

	*top->at_group = '\0';
	if (row) {
		top->at = *row;
		top->at.evidence = NULL;
	} else if (top->selected < top->lines_count) {
		groups_name(top->lines[top->selected].group, top->by, top->at_group);
	}
}

void top_arrange(struct top *top)
{
	free(top->shown);
	top->shown = xcalloc(top->rows.count, sizeof(*top->shown));
	top->shown_count = 0;
	for (size_t i = 0; i < top->rows.count; i++) {
		struct row *row = &top->rows.v[i];

		if (matches(top, row))
			top->shown[top->shown_count++] = row;
	}
	if (top->shown_count)
		qsort_r(top->shown, top->shown_count, sizeof(*top->shown), compare, &top->order);
	top_lines(top);
	select_again(top);
	if (top->selected >= top->lines_count)
		top->selected = top->lines_count ? top->lines_count - 1 : 0;
}

/* What the filter of the command line and the keys let through, as far as the module knows it. */
static void asked(const struct top *top, struct filter *filter)
{
	*filter = top->args->filter;
	filter_moments(filter);
	filter->all_netns = top->all_netns;
	if (!top->info && filter->min_severity < TCPWHY_SEVERITY_NOTICE)
		filter->min_severity = TCPWHY_SEVERITY_NOTICE;
}

static int reset_row(struct top *top, const struct row *row)
{
	uint32_t cause = row->cause, removed;
	struct filter one = { .causes = &cause, .causes_count = 1, .netns = row->netns,
			      .prefix = row->peer, .prefix_length = row->peer.size * 8 };

	/* who may not look into others is in this one */
	if (!top->all_netns && !top->args->filter.netns)
		one.netns = 0;
	return client_reset(top->session.client, &one, &removed, &top->fault);
}

int top_reset(struct top *top)
{
	struct filter filter;
	uint32_t removed;
	int err = 0;

	asked(top, &filter);
	if (!top->connected)
		return -1;
	/* the module knows nothing of what is typed: then it is told of each finding */
	if (!*top->filter)
		err = client_reset(top->session.client, &filter, &removed, &top->fault);
	for (size_t i = 0; *top->filter && !err && i < top->shown_count; i++)
		err = reset_row(top, top->shown[i]);
	if (!err)
		top_look(top);
	return err;
}

void top_end(struct top *top)
{
	disconnect(top);
	top_groups_free(top);
	rows_free(&top->rows);
	free(top->shown);
}

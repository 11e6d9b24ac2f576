// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <unistd.h>

#include "../clock.h"
#include "../cmd.h"
#include "../envelope.h"
#include "../firstscreen.h"
#include "../format.h"
#include "../history/origin.h"
#include "../layout.h"
#include "../sight.h"
#include "../table.h"
#include "../text.h"
#include "../unnamed.h"

/* On the first screen: with the notices they fill one of 24 lines, or little more. */
#define FIRST_TROUBLES 15

struct hiding {
	bool info;		/* leave findings of severity info out ... */
	size_t hidden;		/* ... and say how many */
	const struct filter *filter;
};

static bool keep(const struct row *row, void *arg)
{
	struct hiding *hiding = arg;

	/* the module knows of no end */
	if (hiding->filter->until && row->first > hiding->filter->until)
		return false;
	if (!hiding->info || row->severity != TCPWHY_SEVERITY_INFO)
		return true;
	hiding->hidden++;
	return false;
}

static void print_json(const struct args *args, const struct status *status,
		       const struct origin *origin, const struct rows *rows,
		       const struct columns *columns)
{
	struct json json = { .out = stdout };

	json_object(&json, NULL);
	envelope(&json, "list", status, clock_now());
	json_string(&json, "source", origin_name(origin));
	unnamed_json(status, false, &json);
	if (args->by) {
		groups_print(rows, args->by, args->limit, true, &json);
	} else {
		json_array(&json, "findings");
		for (size_t i = 0; i < rows->count; i++) {
			json_break(&json);
			json_object(&json, NULL);
			table_json(&rows->v[i], columns, &json);
			json_object_end(&json);
		}
		json_array_end(&json);
	}
	json_object_end(&json);
	json_finish(&json);
}

/* Nothing found: what is watched, for how long. Of what cannot be seen, nothing is promised. */
static void explain_nothing(const struct status *status, bool filtered)
{
	uint64_t watched = status->now > status->loaded ? status->now - status->loaded : 0;
	char buf[FORMAT_SIZE];

	if (!coverage_watched(status) && coverage_off(status)) {
		fputs("Nothing is watched: all causes are switched off ('tcpwhy set --enable all' "
		      "switches them on).\n", stderr);
		return;
	}
	fprintf(stderr, "%s in %s of watching (%zu of %zu causes",
		filtered ? "Nothing matches" : coverage_missing(status) || coverage_off(status) ?
		"No trouble among what can be seen" : "No trouble seen",
		format_duration(watched, buf),
		coverage_watched(status), status->causes_count);
	if (filtered)
		fprintf(stderr, "; %u peer%s known here", status->peers_here,
			status->peers_here == 1 ? "" : "s");
	fprintf(stderr, "; 'tcpwhy causes' lists them).\n");
	if (!filtered)
		unnamed_explain(stderr, status);
}

static bool filtered(const struct filter *filter)
{
	return filter->words_count || filter->prefix.size || filter->since || filter->until ||
	       filter->min_confidence || filter->min_severity;
}

/* Who asks for certain rows, columns or an order, or hands them on, gets a table of them. */
static bool wants_table(const struct args *args)
{
	return !isatty(STDOUT_FILENO) || args->json || args->raw || args->noheadings || args->all ||
	       args->columns || args->order.given || args->by || args->filter.words_count ||
	       args->filter.prefix.size || args->filter.min_severity ||
	       args->filter.min_confidence;
}

static void footer(const struct args *args, const struct session *session, bool any,
		   const struct hiding *hiding)
{
	if (!any)
		explain_nothing(&session->status, filtered(&args->filter));
	if (!any || sight_blind(&session->status))
		sight_explain(stderr, &session->status, args->filter.all_netns);
	else if (wants_table(args))
		sight_note(stderr, &session->status, args->filter.all_netns);
	if (hiding->hidden && (isatty(STDOUT_FILENO) || !any))
		fprintf(stderr, "%zu finding%s of severity info hidden; -a shows %s.\n",
			hiding->hidden, hiding->hidden == 1 ? "" : "s",
			hiding->hidden == 1 ? "it" : "them");
}

static int choose_columns(const struct args *args, struct columns *columns, struct fault *fault)
{
	if (args->json)
		columns_all(columns);
	else if (isatty(STDOUT_FILENO) && !args->raw)
		columns_screen(columns, args->filter.all_netns, true);
	else
		columns_default(columns, args->filter.all_netns);
	return args->columns ? columns_parse(columns, args->columns, fault) : 0;
}

static void sort(const struct args *args, struct rows *rows)
{
	if (args->order.given)
		order_rows(rows, &args->order);
	else if (isatty(STDOUT_FILENO))
		order_screen(rows);
	else
		rows_sort(rows);
}

/* Those that come first; how many are left out. */
static size_t limit(const struct args *args, struct rows *rows)
{
	size_t left = 0;

	while (args->limit && rows->count > args->limit) {
		rows_drop_last(rows);
		left++;
	}
	return left;
}

static void print_table(const struct args *args, struct rows *rows, const struct columns *columns)
{
	struct layout layout = {
		.noheadings = args->noheadings,
		.colours = options_color(args),
		.idle_blank = isatty(STDOUT_FILENO),
		.width = layout_width(),
	};
	size_t left = args->by ? 0 : limit(args, rows);

	if (args->by)
		groups_print(rows, args->by, args->limit, args->noheadings, NULL);
	else if (args->raw)
		table_raw(rows, columns, args->noheadings);
	else
		layout_print(rows, columns, &layout);
	if (left && layout.width)
		printf("... and %zu more\n", left);
}

static void print_screen(const struct args *args, const struct session *session,
			 const struct rows *rows, const struct summary *summary)
{
	const struct layout layout = {
		.colours = options_color(args), .idle_blank = true, .width = layout_width(),
	};

	firstscreen_print(rows, summary, &session->status, &layout, args->filter.all_netns,
			  args->limit ? args->limit : FIRST_TROUBLES);
}

static void show(const struct args *args, const struct session *session,
		 const struct origin *origin, struct rows *rows, const struct columns *columns,
		 const struct hiding *hiding)
{
	struct summary summary;

	/* a header on a screen; beside the rows, for who hands them on */
	origin_tell(origin, isatty(STDOUT_FILENO) && !args->json && !args->raw ? stdout : stderr);

	/* while the findings of a peer are together */
	summary_take(rows, &summary);
	sort(args, rows);
	if (args->json) {
		if (!args->by)
			limit(args, rows);
		print_json(args, &session->status, origin, rows, columns);
	} else {
		bool any = rows->count;

		if (any && !wants_table(args) && origin->kind != SOURCE_JOURNAL)
			print_screen(args, session, rows, &summary);
		else
			print_table(args, rows, columns);
		fflush(stdout);
		if (!args->raw && origin->kind != SOURCE_JOURNAL)
			footer(args, session, any, hiding);
		else if (!args->raw && !any)
			fputs("Nothing that matches is in the journal.\n", stderr);
	}
	summary_free(&summary);
}

int cmd_list(struct args *args)
{
	/* who names a cause or a severity wants to see it */
	struct hiding hiding = { .info = !args->all && !args->filter.words_count &&
					 !args->filter.min_severity,
				 .filter = &args->filter };
	struct rows rows = { 0 };
	struct session session = { 0 };
	struct origin origin = { 0 };
	struct columns columns;
	struct fault fault;
	int err = 0;

	if (choose_columns(args, &columns, &fault) ||
	    origin_begin(&origin, &session, args, &fault)) {
		origin_end(&origin);
		return complain(&fault);
	}
	table_times(args->time);
	if (origin_rows(&origin, &session, args, keep, &hiding, &rows, &fault))
		err = complain(&fault);
	else
		show(args, &session, &origin, &rows, &columns, &hiding);
	origin_end(&origin);
	rows_free(&rows);
	session_end(&session);
	return err;
}

// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <unistd.h>

#include "../clock.h"
#include "../cmd.h"
#include "../format.h"
#include "../sight.h"
#include "../table.h"
#include "../text.h"

struct hiding {
	bool info;		/* leave findings of severity info out ... */
	size_t hidden;		/* ... and say how many */
};

static bool keep(const struct row *row, void *arg)
{
	struct hiding *hiding = arg;

	if (!hiding->info || row->severity != TCPWHY_SEVERITY_INFO)
		return true;
	hiding->hidden++;
	return false;
}

static void print_json(const struct rows *rows, const struct columns *columns)
{
	struct json json = { .out = stdout };

	json_object(&json, NULL);
	json_array(&json, "findings");
	for (size_t i = 0; i < rows->count; i++) {
		json_break(&json);
		json_object(&json, NULL);
		table_json(&rows->v[i], columns, &json);
		json_object_end(&json);
	}
	json_array_end(&json);
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
}

static bool filtered(const struct filter *filter)
{
	return filter->words_count || filter->prefix.size || filter->since ||
	       filter->min_confidence || filter->min_severity;
}

static void footer(const struct args *args, const struct session *session,
		   const struct rows *rows, const struct hiding *hiding)
{
	if (!rows->count)
		explain_nothing(&session->status, filtered(&args->filter));
	if (!rows->count || sight_blind(&session->status))
		sight_explain(stderr, &session->status, args->filter.all_netns);
	else
		sight_note(stderr, &session->status);
	if (hiding->hidden && (isatty(STDOUT_FILENO) || !rows->count))
		fprintf(stderr, "%zu finding%s of severity info hidden; -a shows %s.\n",
			hiding->hidden, hiding->hidden == 1 ? "" : "s",
			hiding->hidden == 1 ? "it" : "them");
}

static int choose_columns(const struct args *args, struct columns *columns, struct fault *fault)
{
	if (args->json)
		columns_all(columns);
	else
		columns_default(columns, args->filter.all_netns);
	return args->columns ? columns_parse(columns, args->columns, fault) : 0;
}

static int show(const struct args *args, const struct session *session, struct rows *rows,
		const struct columns *columns, const struct hiding *hiding)
{
	struct table_style style = { .raw = args->raw, .noheadings = args->noheadings,
				    .colours = options_color(args) };

	rows_sort(rows);
	if (args->json) {
		print_json(rows, columns);
		return 0;
	}
	if (table_print(rows, columns, &style)) {
		fputs("tcpwhy: out of memory\n", stderr);
		return EXIT_OTHER;
	}
	fflush(stdout);
	if (!args->raw)
		footer(args, session, rows, hiding);
	return 0;
}

int cmd_list(struct args *args)
{
	/* who names a cause or a severity wants to see it */
	struct hiding hiding = { .info = !args->all && !args->filter.words_count &&
					 !args->filter.min_severity };
	struct rows rows = { 0 };
	struct session session;
	struct columns columns;
	struct fault fault;
	int err;

	if (choose_columns(args, &columns, &fault) || session_begin(&session, args, &fault))
		return complain(&fault);
	if (client_peers(session.client, &args->filter, keep, &hiding, &rows, &fault))
		err = complain(&fault);
	else
		err = show(args, &session, &rows, &columns, &hiding);
	rows_free(&rows);
	session_end(&session);
	return err;
}

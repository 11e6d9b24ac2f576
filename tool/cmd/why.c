// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>

#include "../clock.h"
#include "../cmd.h"
#include "../format.h"
#include "../sight.h"
#include "../story.h"
#include "../text.h"

static bool only_netns(const struct filter *filter)
{
	return !filter->all_netns && !filter->words_count && !filter->since &&
	       !filter->min_confidence && !filter->min_severity;
}

/* One question where the kernel can look the peer up, else all and a prefix. */
static int ask(struct session *session, struct args *args, const struct address *address,
	       struct rows *rows, struct fault *fault)
{
	if (only_netns(&args->filter))
		return client_peer(session->client, address, &args->filter, rows, fault);
	args->filter.prefix = *address;
	args->filter.prefix_length = address->size * 8;
	return client_peers(session->client, &args->filter, NULL, NULL, rows, fault);
}

static int nothing_known(const struct args *args, const struct session *session,
			 const struct address *address)
{
	char buf[FORMAT_SIZE];

	format_address(address, buf);
	if (!only_netns(&args->filter))
		fprintf(stderr, "tcpwhy: nothing is known of %s that passes the filter\n", buf);
	else if (args->filter.netns)
		fprintf(stderr, "tcpwhy: nothing is known of %s in that network namespace\n", buf);
	else if (session->status.peers_here)
		fprintf(stderr, "tcpwhy: nothing is known of %s; something is of %u peer%s "
			"('tcpwhy list -a' shows them)\n", buf, session->status.peers_here,
			session->status.peers_here == 1 ? "" : "s");
	else
		fprintf(stderr, "tcpwhy: nothing is known of %s, nor of any other peer "
				"here\n", buf);
	sight_explain(stderr, &session->status, args->filter.all_netns);
	return EXIT_NOTHING;
}

/* What happened before that is not known. */
static void print_watched(const struct status *status)
{
	char since[FORMAT_SIZE], age[FORMAT_SIZE];

	printf("\ntcpwhy has watched for %s, since %s.\n",
	       format_duration(clock_ago(status->loaded), age),
	       format_clock(status->loaded, since));
}

static void print(const struct rows *rows, bool netns)
{
	for (size_t i = 0; i < rows->count; i++) {
		struct text page = { 0 };

		story_write(&rows->v[i], story_width(), netns, &page);
		printf("%s%s", i ? "\n" : "", text_or_empty(&page));
		text_free(&page);
	}
}

int cmd_why(struct args *args)
{
	struct json json = { .out = stdout };
	struct rows rows = { 0 };
	struct session session;
	struct address address;
	struct fault fault;
	char shown[80];
	int err = 0;

	if (args->filter.prefix.size)
		return usage_error("why takes the peer's address itself, without --peer");
	if (parse_address(args->operands[0], &address))
		return usage_error("'%s' is not an IPv4 or IPv6 address",
				   text_escape(shown, sizeof(shown), args->operands[0]));
	address_unmap(&address);
	if (session_begin(&session, args, &fault))
		return complain(&fault);
	if (ask(&session, args, &address, &rows, &fault)) {
		err = complain(&fault);
	} else if (!rows.count) {
		err = nothing_known(args, &session, &address);
	} else {
		rows_sort(&rows);
		if (args->json)
			story_json(&rows, &session.status, &json);
		else
			print(&rows, args->filter.all_netns);
		if (!args->json)
			print_watched(&session.status);
		fflush(stdout);
		sight_warn(stderr, &session.status);
	}
	rows_free(&rows);
	session_end(&session);
	return err;
}

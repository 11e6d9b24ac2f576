// SPDX-License-Identifier: GPL-2.0
/* Findings put together by what they have in common. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "cmd.h"
#include "format.h"
#include "groups.h"
#include "names.h"
#include "text.h"

/* networks as they are handed out to one customer */
#define PREFIX_IPV4 24
#define PREFIX_IPV6 64

static const char *const words[] = {
	[BY_CAUSE] = "cause", [BY_PROGRAM] = "program", [BY_PORT] = "port", [BY_PREFIX] = "prefix",
};

const char *groups_word(enum by by)
{
	return words[by] ? words[by] : "";
}

int groups_parse(enum by *by, const char *word, struct fault *fault)
{
	char shown[80];

	for (size_t i = BY_CAUSE; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(word, words[i]))
			continue;
		*by = i;
		return 0;
	}
	fault_set(fault, EXIT_USAGE, "--by: '%s' is not one of cause, program, port, prefix",
		  text_escape(shown, sizeof(shown), word));
	return -1;
}

static void network_of(const struct row *row, struct address *network)
{
	unsigned int kept = (row->peer.size == 4 ? PREFIX_IPV4 : PREFIX_IPV6) / 8;

	*network = row->peer;
	memset(network->bytes + kept, 0, sizeof(network->bytes) - kept);
}

static int compare_address(const struct address *a, const struct address *b)
{
	int order = (int)a->size - b->size;

	return order ? order : memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

static int compare_key(const struct row *a, const struct row *b, enum by by)
{
	struct address left, right;
	bool here, there;

	switch (by) {
	case BY_CAUSE:
		return (a->cause > b->cause) - (a->cause < b->cause);
	case BY_PROGRAM:
		return strcmp(a->comm, b->comm);
	case BY_PORT:
		return ((int)format_service(a, &here) - format_service(b, &there)) * 2 + here - there;
	default:
		network_of(a, &left);
		network_of(b, &right);
		return compare_address(&left, &right);
	}
}

bool groups_same(const struct row *a, const struct row *b, enum by by)
{
	return !compare_key(a, b, by);
}

/* The findings of a group are together then, and in it those of a peer. */
static int compare_rows(const void *left, const void *right, void *arg)
{
	const struct row *a = *(struct row *const *)left, *b = *(struct row *const *)right;
	int order = compare_key(a, b, *(enum by *)arg);

	if (!order)
		order = compare_address(&a->peer, &b->peer);
	return order ? order : (a->netns > b->netns) - (a->netns < b->netns);
}

int groups_compare(const struct group_sum *a, const struct group_sum *b)
{
	if (a->severity != b->severity)
		return a->severity < b->severity ? 1 : -1;
	if (a->peers != b->peers)
		return a->peers < b->peers ? 1 : -1;
	return a->count < b->count ? 1 : a->count > b->count ? -1 : 0;
}

static int compare_sums(const void *left, const void *right)
{
	return groups_compare(left, right);
}

size_t groups_add_up(const struct row **rows, size_t count, enum by by, struct group_sum *sums)
{
	struct group_sum *sum = sums;
	size_t groups = 0;

	if (count)
		qsort_r(rows, count, sizeof(*rows), compare_rows, &by);
	for (size_t i = 0; i < count; i++) {
		const struct row *row = rows[i];
		bool new_group = !i || compare_key(rows[i - 1], row, by);

		if (new_group) {
			sum = &sums[groups++];
			memset(sum, 0, sizeof(*sum));
			sum->of = row;
		}
		sum->peers += new_group || rows[i - 1]->netns != row->netns ||
			      !address_equal(&rows[i - 1]->peer, &row->peer);
		sum->findings++;
		sum->count += row->count;
		sum->rate += row->rate;
		sum->last = row->last > sum->last ? row->last : sum->last;
		sum->severity = row->severity > sum->severity ? row->severity : sum->severity;
	}
	return groups;
}

const char *groups_name(const struct group_sum *sum, enum by by, char buf[GROUP_NAME])
{
	struct address network;
	char address[FORMAT_SIZE];
	bool here;
	uint16_t port;

	switch (by) {
	case BY_CAUSE:
		return name_cause(sum->of->cause, buf);
	case BY_PROGRAM:
		return text_escape(buf, GROUP_NAME, *sum->of->comm ? sum->of->comm : "-");
	case BY_PORT:
		port = format_service(sum->of, &here);
		snprintf(buf, GROUP_NAME, port ? "%s:%u" : "-", here ? "" : "->", port);
		return buf;
	default:
		network_of(sum->of, &network);
		snprintf(buf, GROUP_NAME, "%s/%u", format_address(&network, address),
			 network.size == 4 ? PREFIX_IPV4 : PREFIX_IPV6);
		return buf;
	}
}

static void print_json(const struct group_sum *sums, size_t count, enum by by, struct json *json)
{
	char buf[GROUP_NAME];

	json_string(json, "by", words[by]);
	json_array(json, "groups");
	for (size_t i = 0; i < count; i++) {
		json_break(json);
		json_object(json, NULL);
		json_string(json, "group", groups_name(&sums[i], by, buf));
		json_string(json, "severity", name_severity(sums[i].severity, buf));
		json_uint(json, "peers", sums[i].peers);
		json_uint(json, "findings", sums[i].findings);
		json_uint(json, "count", sums[i].count);
		json_milli(json, "rate", sums[i].rate);
		json_string(json, "last", format_iso(sums[i].last, buf));
		json_object_end(json);
	}
	json_array_end(json);
}

static void print_lines(const struct group_sum *sums, size_t count, enum by by, bool noheadings)
{
	static const char *const headings[] = {
		[BY_CAUSE] = "CAUSE", [BY_PROGRAM] = "PROGRAM", [BY_PORT] = "PORT",
		[BY_PREFIX] = "PREFIX",
	};
	char buf[GROUP_NAME], severity[NAME_SIZE], rate[FORMAT_SIZE], last[FORMAT_SIZE];
	size_t widest = strlen(headings[by]);

	for (size_t i = 0; i < count; i++) {
		size_t size = strlen(groups_name(&sums[i], by, buf));

		widest = size > widest ? size : widest;
	}
	if (count && !noheadings)
		printf("%-8s %-*s %7s %8s %10s %6s %5s\n", "SEVERITY", (int)widest, headings[by],
		       "PEERS", "FINDINGS", "COUNT", "RATE", "LAST");
	for (size_t i = 0; i < count; i++)
		printf("%-8s %-*s %7zu %8zu %10" PRIu64 " %6s %5s\n",
		       name_severity(sums[i].severity, severity), (int)widest,
		       groups_name(&sums[i], by, buf), sums[i].peers, sums[i].findings, sums[i].count,
		       format_rate(sums[i].rate, rate), format_age(clock_ago(sums[i].last), last));
}

void groups_print(const struct rows *rows, enum by by, size_t limit, bool noheadings,
		  struct json *json)
{
	const struct row **sorted = xcalloc(rows->count, sizeof(*sorted));
	struct group_sum *sums = xcalloc(rows->count, sizeof(*sums));
	size_t count;

	for (size_t i = 0; i < rows->count; i++)
		sorted[i] = &rows->v[i];
	count = groups_add_up(sorted, rows->count, by, sums);
	if (count)
		qsort(sums, count, sizeof(*sums), compare_sums);
	if (limit && count > limit)
		count = limit;
	if (json)
		print_json(sums, count, by, json);
	else
		print_lines(sums, count, by, noheadings);
	free(sorted);
	free(sums);
}

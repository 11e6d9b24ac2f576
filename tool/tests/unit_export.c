// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "metrics.h"
#include "names.h"
#include "tally_state.h"
#include "unit.h"

#define SECOND 1000000000ULL
#define CAUSE 3
#define OTHER_CAUSE 5

/* A module of two causes; what it says is set by each test. */
static struct cause_status causes[] = { { .id = CAUSE }, { .id = OTHER_CAUSE } };
static struct status module = { .netns = 7, .loaded = 10, .now = 100 * SECOND, .causes = causes,
				.causes_count = 2 };

static struct address address(const char *word)
{
	struct address address;

	if (parse_address(word, &address))
		snprintf(unit_reason, sizeof(unit_reason), "%s is no address", word);
	return address;
}

static void has(struct sightings *table, const char *peer, uint64_t first, uint64_t count)
{
	struct sighting sighting = {
		.peer = address(peer), .cause = CAUSE, .first = first, .count = count,
		.last = first + count, .severity = TCPWHY_SEVERITY_TROUBLE, .rate = count,
	};

	sightings_add(table, &sighting);
}

static void look(struct tally *tally, const struct networks *networks, struct sightings *table,
		 uint64_t counted)
{
	causes[0].count = counted;
	tally_begin(tally, &module);
	sightings_order(table);
	tally_look(tally, &module, networks, table);
	sightings_free(table);
}

static uint64_t shown(struct tally *tally, const char *name)
{
	const struct tally_cell *cell = tally_find(&tally_network(tally, name)->cells, CAUSE);

	return cell ? cell->shown : 0;
}

/* Two networks, one in the other, and one of IPv6. */
static void read_text(struct networks *networks, const char *text, struct fault *fault)
{
	char path[] = "/tmp/tcpwhy-unit-XXXXXX";
	int fd = mkstemp(path);
	FILE *file = fdopen(fd, "w");

	fputs(text, file);
	fclose(file);
	*fault->text = '\0';
	networks_read(networks, path, fault);
	unlink(path);
}

static void three(struct networks *networks)
{
	struct fault fault;

	read_text(networks, "# ours\n\n10.0.0.0/8 office # all of it\n10.1.0.0/16 lab\n"
		  "2001:db8::/32 lab\n", &fault);
	EXPECT_TEXT(fault.text, "");
}

static void longest_prefix_names_a_network(void)
{
	struct networks networks;
	struct address peer;
	static const char *const want[][2] = {
		{ "10.9.9.9", "office" }, { "10.1.2.3", "lab" }, { "10.2.0.0", "office" },
		{ "2001:db8::1", "lab" }, { "2001:db9::1", "other" }, { "11.0.0.0", "other" },
	};

	three(&networks);
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		peer = address(want[i][0]);
		EXPECT_TEXT(networks_find(&networks, &peer), want[i][1]);
	}
	networks_free(&networks);
}

static void nonsense_in_networks_is_told_by_its_line(void)
{
	static const char *const want[][2] = {
		{ "10.0.0.0/8 a\n10.0.0.0/33 b\n", "line 2: '10.0.0.0/33' is not an address or a "
		  "prefix like 192.0.2.0/24 or 2001:db8::/32" },
		{ "10.0.0.0/8\n", "line 1: '10.0.0.0/8' has no name behind it: a line is CIDR NAME" },
		{ "10.0.0.0/8 a b\n", "line 1: 'b' is one word too many: a line is CIDR NAME" },
		{ "10.0.0.0/8 a\"b\n", "line 1: 'a\"b' is no name: use up to 63 letters, digits, and "
		  ". _ : / -" },
		{ "10.0.0.0/8 other\n", "line 1: 'other' is a name that tcpwhy itself uses" },
		{ "10.0.0.1/8 a\n\n10.0.0.0/8 b\n", "line 3: '10.0.0.0/8' has another name further up" },
	};
	struct networks networks;
	struct fault fault;
	char many[4096] = "", *line;

	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		read_text(&networks, want[i][0], &fault);
		line = strstr(fault.text, "line");
		EXPECT_TEXT(line ? line : fault.text, want[i][1]);
		EXPECT(!networks.names && !networks.prefixes);
	}
	for (int i = 0; i <= NETWORKS_MOST; i++)
		snprintf(many + strlen(many), sizeof(many) - strlen(many), "10.0.%d.0/24 n%d\n", i, i);
	read_text(&networks, many, &fault);
	line = strstr(fault.text, "line");
	EXPECT_TEXT(line ? line : "", "line 51: 'n50' is one name too many: 50 is the most");
}

static void evicted_peers_take_nothing_along(void)
{
	struct sightings table = { 0 };
	struct networks networks;
	struct tally tally = { 0 };

	three(&networks);
	has(&table, "10.0.0.1", 1, 5);
	has(&table, "10.1.0.1", 1, 2);
	look(&tally, &networks, &table, 7);
	EXPECT(shown(&tally, "office") == 5 && shown(&tally, "lab") == 2);
	/* one is evicted and comes back, with as many events; one came and went unseen */
	has(&table, "10.0.0.1", 50, 5);
	look(&tally, &networks, &table, 13);
	EXPECT(shown(&tally, "office") == 10 && shown(&tally, "lab") == 2);
	EXPECT(shown(&tally, "unknown") == 1);
	/* the table runs ahead of what was counted: what is unknown must not fall */
	has(&table, "10.0.0.1", 50, 9);
	look(&tally, &networks, &table, 14);
	EXPECT(shown(&tally, "office") == 14 && shown(&tally, "unknown") == 1);
	has(&table, "10.0.0.1", 50, 9);
	look(&tally, &networks, &table, 17);
	EXPECT(shown(&tally, "office") + shown(&tally, "lab") + shown(&tally, "unknown") == 17);
	networks_free(&networks);
	tally_free(&tally);
}

static void what_is_taken_back_makes_nothing_fall(void)
{
	struct sightings table = { 0 };
	struct networks networks;
	struct tally tally = { 0 };

	three(&networks);
	has(&table, "10.0.0.1", 1, 5);
	look(&tally, &networks, &table, 5);
	has(&table, "10.0.0.1", 1, 4);
	look(&tally, &networks, &table, 4);
	EXPECT(shown(&tally, "office") == 5 && tally_find(&tally.causes, CAUSE)->shown == 5);
	has(&table, "10.0.0.1", 1, 6);
	look(&tally, &networks, &table, 6);
	EXPECT(shown(&tally, "office") == 6 && tally_find(&tally.causes, CAUSE)->shown == 6);
	EXPECT(shown(&tally, "unknown") == 0);
	networks_free(&networks);
	tally_free(&tally);
}

static void events_between_two_looks_count_once(void)
{
	struct sightings table = { 0 }, events = { 0 };
	struct networks networks;
	struct tally tally = { 0 };

	three(&networks);
	has(&table, "10.0.0.1", 1, 5);
	look(&tally, &networks, &table, 5);
	has(&events, "10.0.0.1", 1, 6);
	has(&events, "10.0.0.1", 1, 5);		/* it came late */
	has(&events, "10.1.0.9", 60, 1);	/* and is evicted before the next look */
	for (size_t i = 0; i < events.count; i++)
		tally_event(&tally, &networks, &events.v[i]);
	has(&table, "10.0.0.1", 1, 8);
	look(&tally, &networks, &table, 9);
	EXPECT(shown(&tally, "office") == 8 && shown(&tally, "lab") == 1);
	EXPECT(shown(&tally, "unknown") == 0);
	sightings_free(&events);
	networks_free(&networks);
	tally_free(&tally);
}

static void another_load_begins_at_0(void)
{
	struct sightings table = { 0 };
	struct networks networks;
	struct tally tally = { 0 };

	three(&networks);
	has(&table, "10.0.0.1", 1, 5);
	look(&tally, &networks, &table, 5);
	module.loaded++;
	has(&table, "10.0.0.1", 1, 2);
	look(&tally, &networks, &table, 2);
	EXPECT(shown(&tally, "office") == 2 && tally_find(&tally.causes, CAUSE)->shown == 2);
	networks_free(&networks);
	tally_free(&tally);
}

static void names_that_left_the_file_keep_their_counters(void)
{
	struct sightings table = { 0 };
	struct networks networks;
	struct tally tally = { 0 };
	struct fault fault;
	char line[64], peer[32];

	for (int i = 0; i < TALLY_NAMES_MOST + 5; i++) {
		snprintf(line, sizeof(line), "10.0.%d.0/24 n%d\n", i, i);
		snprintf(peer, sizeof(peer), "10.0.%d.1", i);
		read_text(&networks, line, &fault);
		has(&table, peer, i + 1, 1);
		look(&tally, &networks, &table, i + 1);
		EXPECT(i < 3 || shown(&tally, "n3") == 1 || i > TALLY_NAMES_MOST);
		networks_free(&networks);
	}
	EXPECT(tally.networks_count <= TALLY_NAMES_MOST + 1);
	EXPECT(shown(&tally, "other") > 0 && shown(&tally, "unknown") == 0);
	EXPECT(shown(&tally, "n104") == 1);
	tally_free(&tally);
}

static void the_worst_peers_keep_their_places(void)
{
	struct sightings table = { 0 };
	struct networks networks = { 0 };
	struct tally tally = { 0 };
	struct address first = address("192.0.2.1"), third = address("192.0.2.3");

	module.now = 100 * SECOND;
	has(&table, "192.0.2.1", SECOND, 9);
	has(&table, "192.0.2.2", SECOND, 8);
	has(&table, "192.0.2.3", SECOND, 7);
	look(&tally, &networks, &table, 24);
	tally_top(&tally, &module, 2);
	EXPECT(tally.top_count == 2 && tally_peer(&tally, &first)->cells.v[0].shown == 9);
	/* the third is the worst now, and waits for a place */
	has(&table, "192.0.2.2", SECOND, 8);
	has(&table, "192.0.2.3", SECOND, 70);
	look(&tally, &networks, &table, 87);
	tally_top(&tally, &module, 2);
	EXPECT(tally.top_count == 2 && tally_peer(&tally, &first)->cells.v[0].shown == 9);
	module.now += TALLY_TOP_STAYS + SECOND;
	has(&table, "192.0.2.3", 3700 * SECOND, 71);
	look(&tally, &networks, &table, 88);
	tally_top(&tally, &module, 2);
	EXPECT(tally.top_count == 1 && tally_peer(&tally, &third)->cells.v[0].shown == 71);
	tally_free(&tally);
	module.now = 100 * SECOND;
}

static void a_state_comes_back_as_it_was(void)
{
	char path[] = "/tmp/tcpwhy-unit-XXXXXX", *whole, *again;
	struct sightings table = { 0 };
	struct networks networks;
	struct tally tally = { 0 }, read;
	struct fault fault = { 0 };
	size_t size = 0;
	FILE *file;

	close(mkstemp(path));
	three(&networks);
	has(&table, "10.0.0.1", SECOND, 5);
	has(&table, "2001:db8::1", SECOND, 2);
	look(&tally, &networks, &table, 9);
	tally_top(&tally, &module, 1);
	EXPECT(!tally_save(&tally, path, &fault));
	file = fopen(path, "r");
	whole = calloc(1, 4096);
	size = fread(whole, 1, 4095, file);
	fclose(file);
	EXPECT(!tally_load(&read, path, &fault));
	EXPECT(!tally_save(&read, path, &fault));
	tally_free(&read);
	file = fopen(path, "r");
	again = calloc(1, 4096);
	EXPECT(fread(again, 1, 4095, file) == size);
	fclose(file);
	EXPECT_TEXT(again, whole);
	/* a file that was cut anywhere is no state, and neither is one with a line too many */
	for (size_t cut = 0; cut < size; cut++) {
		file = fopen(path, "w");
		fwrite(whole, 1, cut, file);
		fclose(file);
		/* but for the newline at its very end, which says nothing */
		EXPECT(tally_load(&read, path, &fault) == (cut < size - 1 ? -1 : 0));
		tally_free(&read);
	}
	file = fopen(path, "w");
	fprintf(file, "%scause 3 7\n", whole);
	fclose(file);
	EXPECT(tally_load(&read, path, &fault) == -1);
	unlink(path);
	free(whole);
	free(again);
	networks_free(&networks);
	tally_free(&tally);
}

static void openmetrics_differ_where_they_must(void)
{
	struct metrics metrics = { .openmetrics = true };

	metrics_family(&metrics, METRICS_COUNTER, "tcpwhy_events", "Events.");
	metrics_label(&metrics, "cause", "a\"b\\c\nd");
	metrics_exemplar(&metrics, "peer", "192.0.2.1", 1700000000007);
	metrics_uint(&metrics, 3);
	metrics_family(&metrics, METRICS_INFO, "tcpwhy_build", "Tool.");
	metrics_uint(&metrics, 1);
	metrics_end(&metrics);
	EXPECT_TEXT(metrics.page.s, "# HELP tcpwhy_events Events.\n# TYPE tcpwhy_events counter\n"
		    "tcpwhy_events_total{cause=\"a\\\"b\\\\c\\nd\"} 3 # {peer=\"192.0.2.1\"} 1 "
		    "1700000000.007\n# HELP tcpwhy_build Tool.\n# TYPE tcpwhy_build info\n"
		    "tcpwhy_build_info 1\n# EOF\n");
	metrics_free(&metrics);
	metrics = (struct metrics) { 0 };
	metrics_family(&metrics, METRICS_COUNTER, "tcpwhy_events", "Events.");
	metrics_exemplar(&metrics, "peer", "192.0.2.1", 7);
	metrics_half(&metrics, 1);
	metrics_end(&metrics);
	EXPECT_TEXT(metrics.page.s, "# HELP tcpwhy_events_total Events.\n"
		    "# TYPE tcpwhy_events_total counter\ntcpwhy_events_total 0.5\n");
	metrics_free(&metrics);
}

const struct unit_test export_tests[] = {
	TEST(longest_prefix_names_a_network),
	TEST(nonsense_in_networks_is_told_by_its_line),
	TEST(evicted_peers_take_nothing_along),
	TEST(what_is_taken_back_makes_nothing_fall),
	TEST(events_between_two_looks_count_once),
	TEST(another_load_begins_at_0),
	TEST(names_that_left_the_file_keep_their_counters),
	TEST(the_worst_peers_keep_their_places),
	TEST(a_state_comes_back_as_it_was),
	TEST(openmetrics_differ_where_they_must),
	{ 0 }
};

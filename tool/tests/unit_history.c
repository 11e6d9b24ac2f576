// SPDX-License-Identifier: GPL-2.0
/* What is written of the findings, and when: the ledger, on a clock of the test's own. */
#include <stdlib.h>

#include "history/ledger.h"
#include "unit.h"

#define MOST 4096

static struct ledger *ledger;
static int64_t now;

/* What was written: how many entries, and of how many events. */
static struct {
	size_t entries;
	int64_t events;
	enum entry_kind last;
	struct entry entry;
} written;

static void begin(void)
{
	ledger = ledger_new();
	now = 1000000;
	memset(&written, 0, sizeof(written));
}

static struct row finding(uint8_t host, uint64_t count, uint64_t last)
{
	static uint8_t evidence[1];

	return (struct row) {
		.peer = { .size = 4, .bytes = { 192, 0, 2, host } },
		.cause = TCPWHY_CAUSE_RST_LINGER0, .netns = 1, .count = count, .first = 5,
		.last = last, .severity = TCPWHY_SEVERITY_TROUBLE,
		.confidence = TCPWHY_CONFIDENCE_LIKELY, .evidence = evidence,
	};
}

static void event(uint8_t host, uint64_t count, uint64_t last)
{
	struct row row = finding(host, count, last);

	ledger_event(ledger, &row);
}

static void look_rows(struct row *v, size_t count, bool all)
{
	struct rows rows = { .v = v, .count = count };

	ledger_look(ledger, &rows, all);
}

static void look(uint8_t host, uint64_t count, uint64_t last)
{
	struct row row = finding(host, count, last);

	look_rows(&row, 1, true);
}

static void write_due(bool hurry)
{
	struct entry entry;

	while (ledger_next(ledger, now, hurry, &entry)) {
		written.entries++;
		written.events += entry.fresh;
		written.last = entry.kind;
		written.entry = entry;
		ledger_wrote(ledger, now);
	}
}

static void end(void)
{
	ledger_free(ledger);
}

static void events_have_entries_of_their_own(void)
{
	begin();
	for (unsigned int i = 1; i <= 3; i++) {
		event(1, i, 10 * i);
		write_due(false);
	}
	EXPECT(written.entries == 3);
	EXPECT(written.events == 3);
	EXPECT(written.last == ENTRY_EVENT);
	end();
}

static void a_flood_is_summed_up(void)
{
	unsigned int i;

	begin();
	/* a thousand a second for a minute and a half */
	for (i = 1; i <= 90000; i++, now++) {
		event(1, i, 10 * i);
		write_due(false);
	}
	EXPECT(written.entries <= 2 * LEDGER_ALONE + 90000 / LEDGER_SUM_MS);
	EXPECT(written.entries > LEDGER_ALONE);
	now += LEDGER_SUM_MS;
	write_due(false);
	EXPECT(written.events == 90000);
	EXPECT(written.last == ENTRY_MORE);
	EXPECT(ledger_pending(ledger) == 0);
	end();
}

static void many_peers_share_the_rate(void)
{
	size_t before;

	begin();
	for (unsigned int i = 0; i < MOST; i++) {
		struct row row = finding(0, 1, 10);

		row.peer.bytes[2] = i >> 8;
		row.peer.bytes[3] = i;
		ledger_event(ledger, &row);
	}
	write_due(false);
	EXPECT(written.entries == LEDGER_BURST);
	now += 1000;
	before = written.entries;
	write_due(false);
	EXPECT(written.entries - before == LEDGER_PER_S);
	now += 60000;
	while (ledger_pending(ledger)) {
		write_due(false);
		now += 1000;
	}
	EXPECT(written.entries == MOST);
	EXPECT(written.events == MOST);
	end();
}

static void trouble_is_written_first(void)
{
	struct row notice = finding(1, 1, 10);

	begin();
	notice.severity = TCPWHY_SEVERITY_NOTICE;
	ledger_event(ledger, &notice);
	event(2, 1, 20);
	write_due(false);
	EXPECT(written.entries == 2);
	EXPECT(written.entry.row.severity == TCPWHY_SEVERITY_NOTICE);
	end();
}

static void what_was_missed_is_made_up_for(void)
{
	begin();
	event(1, 1, 10);
	write_due(false);
	/* 2 to 4 were lost on the way */
	event(1, 5, 50);
	write_due(false);
	EXPECT(written.events == 5);
	/* and 6 and 7, after which nothing came */
	look(1, 7, 70);
	write_due(false);
	EXPECT(written.events == 7);
	/* they come after all */
	event(1, 6, 60);
	event(1, 7, 70);
	write_due(true);
	EXPECT(written.events == 7);
	end();
}

static void what_is_judged_otherwise_is_taken_back(void)
{
	begin();
	event(1, 1, 10);
	event(1, 2, 20);
	write_due(false);
	/* the second was taken back, and another came: it is its second now */
	event(1, 2, 30);
	write_due(false);
	EXPECT(written.events == 3);
	look(1, 2, 30);
	write_due(true);
	EXPECT(written.events == 2);
	EXPECT(written.last == ENTRY_CHANGE);
	EXPECT(written.entry.fresh == -1);
	end();
}

static void a_finding_that_is_taken_back_whole(void)
{
	struct row other = finding(1, 1, 11);

	begin();
	event(1, 1, 10);
	event(2, 1, 10);
	write_due(false);
	other.cause = TCPWHY_CAUSE_RST_GOODBYE;
	ledger_event(ledger, &other);
	look_rows(&other, 1, false);
	write_due(true);
	/* of the first peer; what is no more of the second one was evicted */
	EXPECT(written.events == 2);
	EXPECT(written.entries == 4);
	end();
}

static void what_was_never_written_needs_no_taking_back(void)
{
	struct row row = finding(1, 1, 10), other = finding(1, 1, 11);

	begin();
	other.cause = TCPWHY_CAUSE_RST_GOODBYE;
	ledger_event(ledger, &row);
	ledger_event(ledger, &other);
	look_rows(&other, 1, false);
	write_due(true);
	EXPECT(written.entries == 1);
	EXPECT(written.entry.row.cause == TCPWHY_CAUSE_RST_GOODBYE);
	end();
}

static void a_change_is_told(void)
{
	struct row row = finding(1, 1, 10);

	begin();
	ledger_event(ledger, &row);
	write_due(false);
	row.confidence = TCPWHY_CONFIDENCE_CERTAIN;
	look_rows(&row, 1, true);
	write_due(true);
	EXPECT(written.entries == 2);
	EXPECT(written.events == 1);
	EXPECT(written.last == ENTRY_CHANGE);
	EXPECT(written.entry.was_confidence == TCPWHY_CONFIDENCE_LIKELY);
	look_rows(&row, 1, true);
	write_due(true);
	EXPECT(written.entries == 2);
	end();
}

static void what_is_restored_is_not_written_again(void)
{
	struct entry entry = { .kind = ENTRY_MORE, .row = finding(1, 3, 30), .fresh = 3 };

	begin();
	ledger_restore(ledger, &entry);
	look(1, 3, 30);
	write_due(true);
	EXPECT(written.entries == 0);
	look(1, 5, 50);
	write_due(true);
	EXPECT(written.events == 2);
	end();
}

static void a_new_load_counts_anew(void)
{
	begin();
	event(1, 8, 80);
	write_due(false);
	EXPECT(written.events == 8);
	ledger_begin(ledger);
	look_rows(NULL, 0, true);
	event(1, 1, 10);
	write_due(true);
	EXPECT(written.events == 9);
	end();
}

static void a_finding_that_was_reset_counts_anew(void)
{
	struct row row = finding(1, 1, 90);

	begin();
	event(1, 8, 80);
	write_due(false);
	row.first = 90;
	ledger_event(ledger, &row);
	write_due(true);
	EXPECT(written.events == 9);
	EXPECT(written.last == ENTRY_EVENT);
	look_rows(&row, 1, true);
	write_due(true);
	EXPECT(written.events == 9);
	end();
}

static void what_is_gone_is_forgotten_at_last(void)
{
	begin();
	for (unsigned int round = 0; round < 3; round++) {
		for (unsigned int i = 0; i < MOST; i++) {
			struct row row = finding(i, 1, 10);

			row.netns = round;
			row.peer.bytes[2] = i >> 8;
			ledger_event(ledger, &row);
		}
		write_due(true);
	}
	EXPECT(ledger_stale(ledger));
	look_rows(NULL, 0, true);
	EXPECT(!ledger_stale(ledger));
	end();
}

const struct unit_test history_tests[] = {
	TEST(events_have_entries_of_their_own),
	TEST(a_flood_is_summed_up),
	TEST(many_peers_share_the_rate),
	TEST(trouble_is_written_first),
	TEST(what_was_missed_is_made_up_for),
	TEST(what_is_judged_otherwise_is_taken_back),
	TEST(a_finding_that_is_taken_back_whole),
	TEST(what_was_never_written_needs_no_taking_back),
	TEST(a_change_is_told),
	TEST(what_is_restored_is_not_written_again),
	TEST(a_new_load_counts_anew),
	TEST(a_finding_that_was_reset_counts_anew),
	TEST(what_is_gone_is_forgotten_at_last),
	{ NULL, NULL },
};

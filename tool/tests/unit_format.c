// SPDX-License-Identifier: GPL-2.0
/* From values to words, and from words to values. */
#include <stdlib.h>

#include "clock.h"
#include "cmd.h"
#include "format.h"
#include "sure.h"
#include "text.h"
#include "unit.h"

static void hostile_text_is_escaped(void)
{
	char buf[64], small[8];

	EXPECT_TEXT(text_escape(buf, sizeof(buf), "a\033[31m\n\xc3\xa4\\"),
		    "a\\x1b[31m\\x0a\\xc3\\xa4\\x5c");
	EXPECT_TEXT(text_escape(small, sizeof(small), "abcde\n"), "abcde");
	EXPECT_TEXT(text_escape(buf, sizeof(buf), NULL), "?");
}

static void text_is_cut_between_characters(void)
{
	EXPECT(text_fit("abc", 3, 5) == 3);
	EXPECT(text_fit("abc", 3, 2) == 2);
	EXPECT(text_fit("a\xc2\xb7" "c", 4, 2) == 3);
	EXPECT(text_fit("a\xc2\xb7" "c", 4, 1) == 1);
	EXPECT(text_fit("", 0, 0) == 0);
}

static void what_is_to_be_pasted_is_one_word(void)
{
	char buf[64], small[16];

	EXPECT_TEXT(text_shell(buf, sizeof(buf), "fe80::1%eth0.7"), "fe80::1%eth0.7");
	EXPECT_TEXT(text_shell(buf, sizeof(buf), "a;reboot"), "$'a;reboot'");
	EXPECT_TEXT(text_shell(buf, sizeof(buf), "$(id)'\\"), "$'$(id)\\'\\\\'");
	EXPECT_TEXT(text_shell(buf, sizeof(buf), "a\033\xc3\xa4"), "$'a\\033\\303\\244'");
	EXPECT_TEXT(text_shell(buf, sizeof(buf), ""), "$''");
	/* what is cut is still closed */
	text_shell(small, sizeof(small), "&&&&&&&&&&&&&&&&&&&&");
	EXPECT(small[strlen(small) - 1] == '\'');
}

static void longer_ago_than_the_machine_runs_is_all_of_it(void)
{
	struct filter filter = { .since_ago = 3600 * NSEC_PER_SEC };

	filter_moments(&filter);
	EXPECT(filter.since == 0);
	filter.since_ago = 100 * NSEC_PER_SEC;
	filter_moments(&filter);
	EXPECT(filter.since == 900 * NSEC_PER_SEC);
}

/* clock.c itself, beside the fake that the rest goes by */
void real_clock_sync(uint64_t asked, uint64_t module_now, uint64_t answered);
uint64_t real_clock_now(void);
uint64_t real_clock_boot(void);

static void a_slow_answer_shifts_no_time(void)
{
	uint64_t now = real_clock_boot(), second = NSEC_PER_SEC;

	real_clock_sync(now - 9 * second, now - 8 * second, now);
	EXPECT(real_clock_now() - now < 60 * second);
	/* another time namespace's clock, which is 1000 s behind */
	real_clock_sync(now - 4 * second, now - 1002 * second, now);
	EXPECT(real_clock_now() + 1000 * second - now < 60 * second);
}

static void json_strings_are_always_valid(void)
{
	char *out = NULL;
	size_t size;
	struct json json = { .out = open_memstream(&out, &size) };

	json_array(&json, NULL);
	json_string(&json, NULL, "a\"b\\c\n\x7f");
	json_string(&json, NULL, "gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80");
	json_string(&json, NULL, "\xff\xc0\x80\xed\xa0\x80\xe2\x82");
	json_string(&json, NULL, NULL);
	json_milli(&json, NULL, 3100);
	json_array_end(&json);
	fclose(json.out);
	EXPECT_TEXT(out, "[\"a\\\"b\\\\c\\u000a\\u007f\",\"gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80\","
		    "\"\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd\",null,3.100]");
	free(out);
}

static void durations_read_well(void)
{
	char buf[FORMAT_SIZE];

	EXPECT_TEXT(format_duration(0, buf), "0ms");
	EXPECT_TEXT(format_duration(999 * NSEC_PER_MSEC, buf), "999ms");
	EXPECT_TEXT(format_duration(1400 * NSEC_PER_MSEC, buf), "1.4s");
	EXPECT_TEXT(format_duration(41 * NSEC_PER_SEC, buf), "41s");
	EXPECT_TEXT(format_duration(119 * NSEC_PER_SEC, buf), "119s");
	EXPECT_TEXT(format_duration(120 * NSEC_PER_SEC, buf), "2m");
	EXPECT_TEXT(format_duration(UINT64_MAX, buf), "213503d");
	EXPECT_TEXT(format_ms(12034, buf), "12 s");
}

static void rates_read_well(void)
{
	char buf[FORMAT_SIZE];

	EXPECT_TEXT(format_rate(0, buf), "0.0");
	EXPECT_TEXT(format_rate(1, buf), "<0.1");
	EXPECT_TEXT(format_rate(50, buf), "0.1");
	EXPECT_TEXT(format_rate(3100, buf), "3.1");
	EXPECT_TEXT(format_rate(99999, buf), "100.0");
	EXPECT_TEXT(format_rate(512345, buf), "512");
	EXPECT_TEXT(format_bytes(412, buf), "412 B");
	EXPECT_TEXT(format_bytes(64 * 1024 * 1024, buf), "64.0 MiB");
	EXPECT_TEXT(format_syn_changed(0x93, buf), "TTL, MSS, options, bit 7");
}

static void moments_are_told_in_wall_clock(void)
{
	char buf[FORMAT_SIZE];

	EXPECT_TEXT(format_clock(999 * NSEC_PER_SEC, buf), "14:16:59");
	EXPECT_TEXT(format_clock_ms(999 * NSEC_PER_SEC + 1500000, buf), "14:16:59.001");
	EXPECT_TEXT(format_iso(999 * NSEC_PER_SEC, buf), "2026-01-03T14:16:59.000+00:00");
}

static void prefixes_are_read_and_host_bits_cleared(void)
{
	struct filter filter = { 0 };
	struct fault fault;
	char buf[FORMAT_SIZE];

	EXPECT(!filter_peer(&filter, "192.0.2.77/24", &fault));
	EXPECT_TEXT(format_address(&filter.prefix, buf), "192.0.2.0");
	EXPECT(filter.prefix_length == 24);
	EXPECT(!filter_peer(&filter, "2001:db8::1", &fault) && filter.prefix_length == 128);
	EXPECT(!filter_peer(&filter, "::ffff:192.0.2.1/120", &fault));
	EXPECT(filter.prefix.size == 4 && filter.prefix_length == 24);
	EXPECT(!filter_peer(&filter, "0.0.0.0/0", &fault) && filter.prefix_length == 0);
	EXPECT(filter_peer(&filter, "192.0.2.0/33", &fault) && fault.exit == EXIT_USAGE);
	EXPECT(filter_peer(&filter, "192.0.2.0/", &fault));
	EXPECT(filter_peer(&filter, "192.0.2.0/-1", &fault));
	EXPECT(filter_peer(&filter, "/24", &fault));
	EXPECT(filter_peer(&filter, "", &fault));
	EXPECT(filter_peer(&filter, "fe80::1%eth0", &fault));
}

static void ages_are_read(void)
{
	struct filter filter = { 0 };
	struct fault fault;

	EXPECT(!filter_since(&filter, "90s", &fault) && filter.since_ago == 90 * NSEC_PER_SEC);
	EXPECT(!filter_since(&filter, "90", &fault) && filter.since_ago == 90 * NSEC_PER_SEC);
	EXPECT(!filter_since(&filter, "10m", &fault) && filter.since_ago == 600 * NSEC_PER_SEC);
	EXPECT(!filter_since(&filter, "1.5h", &fault) && filter.since_ago == 5400 * NSEC_PER_SEC);
	EXPECT(filter_since(&filter, "0s", &fault));
	EXPECT(!filter_since(&filter, "1h30m", &fault) && filter.since_ago == 5400 * NSEC_PER_SEC);
	EXPECT(!filter_since(&filter, "-2w", &fault) && filter.since_ago == 14 * 86400 * NSEC_PER_SEC);
	EXPECT(!filter_since(&filter, "1 hour 1min", &fault) &&
	       filter.since_ago == 3660 * NSEC_PER_SEC);
	/* it is 14:17:00 on 2026-01-03 here */
	EXPECT(!filter_since(&filter, "02:00", &fault) && filter.since_ago == 44220 * NSEC_PER_SEC);
	EXPECT(!filter_since(&filter, "today", &fault) && filter.since_ago == 51420 * NSEC_PER_SEC);
	EXPECT(!filter_since(&filter, "yesterday", &fault) &&
	       filter.since_ago == (51420 + 86400) * NSEC_PER_SEC);
	EXPECT(!filter_since(&filter, "2026-01-03 14:16:30", &fault) &&
	       filter.since_ago == 30 * NSEC_PER_SEC);
	EXPECT(!filter_since(&filter, "@1767449800", &fault) &&
	       filter.since_ago == 20 * NSEC_PER_SEC);
	EXPECT(!filter_since(&filter, "now", &fault) && filter.since_ago == 1);
	EXPECT(filter_since(&filter, "15:00", &fault));
	EXPECT(filter_since(&filter, "tomorrow", &fault));
	EXPECT(filter_since(&filter, "2026-02-30", &fault));
	EXPECT(filter_since(&filter, "1h30x", &fault));
	EXPECT(filter_since(&filter, "@", &fault));
	EXPECT(filter_since(&filter, "5 parsecs", &fault));
	EXPECT(filter_since(&filter, "1e30d", &fault));
	EXPECT(filter_since(&filter, "nan", &fault));
	EXPECT(filter_since(&filter, "", &fault));
}

static void causes_are_named_by_pattern_and_number(void)
{
	char *words[] = { "paws-*", "cause-999", "port-exhaustion" };
	uint32_t *causes = NULL;
	size_t count = 0;
	struct fault fault;

	EXPECT(!causes_resolve(words, 3, NULL, &causes, &count, &fault));
	EXPECT(count == 6 && causes[4] == 999 && causes[5] == TCPWHY_CAUSE_PORT_EXHAUSTION);
	words[0] = "paws-timewiat";
	EXPECT(causes_resolve(words, 1, NULL, &causes, &count, &fault));
	EXPECT(strstr(fault.text, "did you mean paws-timewait"));
	words[0] = "\033[2J";
	EXPECT(causes_resolve(words, 1, NULL, &causes, &count, &fault));
	EXPECT(!strchr(fault.text, 033));
	free(causes);
}

static void the_worst_comes_first(void)
{
	struct rows rows = { 0 };
	struct row *row;

	for (unsigned int i = 0; i < 5; i++)
		rows_add(&rows);
	row = rows.v;
	row[0] = (struct row) { .severity = 1, .rate = 9, .cause = 1 };
	row[1] = (struct row) { .severity = 3, .rate = 1, .count = 5, .cause = 2 };
	row[2] = (struct row) { .severity = 3, .rate = 2, .count = 1, .cause = 3 };
	row[3] = (struct row) { .severity = 3, .rate = 1, .count = 5, .last = 7, .cause = 4 };
	row[4] = (struct row) { .severity = 3, .rate = 1, .count = 6, .cause = 5 };
	rows_sort(&rows);
	EXPECT(row[0].cause == 3 && row[1].cause == 5 && row[2].cause == 4 &&
	       row[3].cause == 2 && row[4].cause == 1);
	rows_free(&rows);
}

static void lines_are_wrapped_at_words(void)
{
	EXPECT(text_wrap("one two three", 8) == 7);
	EXPECT(text_wrap("one two", 7) == 7);
	EXPECT(text_wrap("onetwothree", 5) == 5);
	EXPECT(text_wrap("", 5) == 0);
}

static void columns_are_counted_in_characters(void)
{
	EXPECT(text_columns("abc", 3) == 3);
	EXPECT(text_columns("\xc3\xa4" "b", 3) == 2);
	EXPECT(text_columns("", 0) == 0);
}

static void settings_are_kept_by_their_names(void)
{
	static const struct {
		const char *command, *lasting;
	} pairs[] = {
		{ "sysctl -w net.ipv4.tcp_rfc1337=1",
		  "sysctl net.ipv4.tcp_rfc1337 >> /etc/sysctl.d/90-tcpwhy.conf" },
		{ "sysctl -w net.ipv4.ip_local_port_range='1024 65535'",
		  "sysctl net.ipv4.ip_local_port_range >> /etc/sysctl.d/90-tcpwhy.conf" },
		{ "sysctl -w a.b=1 c.d=2; ip route flush cache",
		  "sysctl a.b c.d >> /etc/sysctl.d/90-tcpwhy.conf" },
		{ "sysctl -w net.ipv4.tcp_max_orphans=$((2 * $(sysctl -n net.ipv4.tcp_max_orphans)))",
		  "sysctl net.ipv4.tcp_max_orphans >> /etc/sysctl.d/90-tcpwhy.conf" },
	};
	struct text lasting = { 0 };

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		EXPECT(sure_lasting(pairs[i].command, &lasting));
		EXPECT_TEXT(text_or_empty(&lasting), pairs[i].lasting);
		text_free(&lasting);
	}
	EXPECT(!sure_lasting("sysctl net.ipv4.tcp_fin_timeout", &lasting));
	EXPECT(!sure_lasting("conntrack -S", &lasting));
	EXPECT(!sure_lasting(NULL, &lasting));
	text_free(&lasting);
}

static void mistyped_words_find_their_like(void)
{
	static const char *const names[] = { "list", "status", "watch" };

	EXPECT_TEXT(text_nearest("stauts", names, 3), "status");
	EXPECT(!text_nearest("xylophone", names, 3));
}

const struct unit_test format_tests[] = {
	TEST(hostile_text_is_escaped),
	TEST(text_is_cut_between_characters),
	TEST(what_is_to_be_pasted_is_one_word),
	TEST(longer_ago_than_the_machine_runs_is_all_of_it),
	TEST(a_slow_answer_shifts_no_time),
	TEST(json_strings_are_always_valid),
	TEST(durations_read_well),
	TEST(rates_read_well),
	TEST(moments_are_told_in_wall_clock),
	TEST(prefixes_are_read_and_host_bits_cleared),
	TEST(ages_are_read),
	TEST(causes_are_named_by_pattern_and_number),
	TEST(the_worst_comes_first),
	TEST(lines_are_wrapped_at_words),
	TEST(columns_are_counted_in_characters),
	TEST(settings_are_kept_by_their_names),
	TEST(mistyped_words_find_their_like),
	{ 0 }
};

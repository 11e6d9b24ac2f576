// SPDX-License-Identifier: GPL-2.0
/* From messages to values, and from a filter to a message. */
#include <errno.h>
#include <stdlib.h>

#include "cmd.h"
#include "format.h"
#include "names.h"
#include "parse.h"
#include "request.h"
#include "scene.h"
#include "unit.h"

static struct nlattr *attrs(struct nl_msg *msg)
{
	return nlmsg_data(nlmsg_hdr(msg));
}

static int length(struct nl_msg *msg)
{
	return nlmsg_datalen(nlmsg_hdr(msg));
}

static void a_peer_with_two_findings_becomes_two_rows(void)
{
	const struct party *party = scene_parties("all");
	struct nl_msg *msg = nlmsg_alloc();
	struct rows rows = { 0 };
	uint64_t value;

	scene_put_peer(msg, party, NULL);
	EXPECT(parse_peer(attrs(msg), length(msg), &rows) == 2);
	EXPECT(rows.count == 2);
	EXPECT(rows.v[0].cause == TCPWHY_CAUSE_PAWS_TIMEWAIT && rows.v[0].count == 412);
	EXPECT(rows.v[0].clocks == 4 && rows.v[0].fingerprints == 2);
	EXPECT(rows.v[0].lport == 8080 && rows.v[0].rport == 45000);
	EXPECT(row_evidence(&rows.v[0], TCPWHY_A_EVIDENCE_TS_BEHIND, &value) && value == 80982);
	EXPECT(!row_evidence(&rows.v[0], TCPWHY_A_EVIDENCE_TW_COUNT, &value));
	EXPECT(rows.v[1].cause == TCPWHY_CAUSE_PAWS_STALE);
	rows_free(&rows);
	nlmsg_free(msg);
}

static void what_is_newer_is_kept_by_number(void)
{
	const struct party *party = scene_parties("future");
	struct nl_msg *msg = nlmsg_alloc();
	struct rows rows = { 0 };
	char buf[512];

	scene_put_peer(msg, party, NULL);
	EXPECT(parse_peer(attrs(msg), length(msg), &rows) == 2);
	format_evidence(&rows.v[0], buf, sizeof(buf));
	EXPECT_TEXT(buf, "attr-99=7,attr-100=?,state=77");
	EXPECT_TEXT(name_cause(rows.v[0].cause, buf), "cause-999");
	EXPECT_TEXT(name_severity(rows.v[0].severity, buf), "severity-9");
	EXPECT_TEXT(name_confidence(rows.v[0].confidence, buf), "confidence-8");
	rows_free(&rows);
	nlmsg_free(msg);
}

static void a_message_without_a_peer_is_refused(void)
{
	struct nl_msg *msg = nlmsg_alloc();
	struct rows rows = { 0 };
	struct event event = { 0 };
	struct status status = { 0 };
	uint32_t removed;

	EXPECT(parse_peer(attrs(msg), 0, &rows) == -EBADMSG);
	nla_put_u32(msg, TCPWHY_A_LOST, 1);
	EXPECT(parse_peer(attrs(msg), length(msg), &rows) == -EBADMSG);
	EXPECT(parse_event(attrs(msg), length(msg), &event) == -EBADMSG);
	EXPECT(parse_status(attrs(msg), length(msg), &status) == -EBADMSG);
	EXPECT(parse_removed(attrs(msg), length(msg), &removed) == -EBADMSG);
	EXPECT(!rows.count);
	rows_free(&rows);
	nlmsg_free(msg);
}

static void an_address_of_five_bytes_is_refused(void)
{
	struct nl_msg *msg = nlmsg_alloc();
	struct nlattr *nest = nla_nest_start(msg, TCPWHY_A_PEER);
	struct rows rows = { 0 };

	nla_put(msg, TCPWHY_A_PEER_ADDRESS, 5, "12345");
	nla_nest_end(msg, nest);
	EXPECT(parse_peer(attrs(msg), length(msg), &rows) == -EBADMSG);
	rows_free(&rows);
	nlmsg_free(msg);
}

static void numbers_of_a_wrong_size_count_as_absent(void)
{
	struct nl_msg *msg = nlmsg_alloc();
	struct nlattr *peer = nla_nest_start(msg, TCPWHY_A_PEER), *finding, *evidence;
	struct rows rows = { 0 };
	uint64_t value;

	nla_put(msg, TCPWHY_A_PEER_ADDRESS, 4, "\x0a\0\0\1");
	nla_put(msg, TCPWHY_A_PEER_CLOCKS, 3, "abc");
	finding = nla_nest_start(msg, TCPWHY_A_PEER_FINDING);
	nla_put_u32(msg, TCPWHY_A_FINDING_CAUSE, 3);
	nla_put(msg, TCPWHY_A_FINDING_LPORT, 0, NULL);
	nla_put(msg, TCPWHY_A_FINDING_COUNT, 7, "1234567");
	evidence = nla_nest_start(msg, TCPWHY_A_FINDING_EVIDENCE);
	nla_put(msg, TCPWHY_A_EVIDENCE_TSVAL, 3, "abc");
	nla_put_u64(msg, TCPWHY_A_EVIDENCE_TS_RECENT, 1ULL << 40);
	nla_nest_end(msg, evidence);
	nla_nest_end(msg, finding);
	nla_nest_end(msg, peer);
	EXPECT(parse_peer(attrs(msg), length(msg), &rows) == 1);
	EXPECT(!(rows.v[0].has & (ROW_HAS_LPORT | ROW_HAS_CLOCKS)));
	EXPECT(rows.v[0].count == 0);
	EXPECT(!row_evidence(&rows.v[0], TCPWHY_A_EVIDENCE_TSVAL, &value));
	EXPECT(row_evidence(&rows.v[0], TCPWHY_A_EVIDENCE_TS_RECENT, &value) &&
	       value == 1ULL << 40);
	rows_free(&rows);
	nlmsg_free(msg);
}

/* In memory of just its size, so that one byte read beyond is seen. */
static void parse_exactly(const void *data, int size)
{
	struct nlattr *copy = malloc(size ? size : 1);
	struct status status = { 0 };
	struct event event = { 0 };
	struct rows rows = { 0 };
	char buf[512];

	memcpy(copy, data, size);
	parse_peer(copy, size, &rows);
	for (size_t i = 0; i < rows.count; i++) {
		format_what(&rows.v[i], buf, sizeof(buf));
		format_evidence(&rows.v[i], buf, 40);
	}
	rows_free(&rows);
	parse_event(copy, size, &event);
	event_free(&event);
	parse_status(copy, size, &status);
	status_free(&status);
	free(copy);
}

static void every_truncation_is_survived(void)
{
	struct nl_msg *msg = nlmsg_alloc();

	scene_put_peer(msg, scene_parties("all"), NULL);
	scene_put_status(msg, "future");
	for (int size = 0; size <= length(msg); size++)
		parse_exactly(attrs(msg), size);
	nlmsg_free(msg);
}

static void garbage_is_survived(void)
{
	struct nl_msg *msg = nlmsg_alloc();
	unsigned int seed = 1;

	scene_put_peer(msg, scene_parties("all"), NULL);
	scene_put_status(msg, "future");
	for (int round = 0; round < 20000; round++) {
		uint8_t bytes[4096];
		int size = length(msg) < 4096 ? length(msg) : 4096;

		memcpy(bytes, attrs(msg), size);
		for (int flips = rand_r(&seed) % 8; flips >= 0; flips--)
			bytes[rand_r(&seed) % size] = rand_r(&seed);
		parse_exactly(bytes, size);
	}
	nlmsg_free(msg);
}

static void a_filter_goes_to_the_kernel_whole(void)
{
	struct filter filter = { .min_severity = 2, .min_confidence = 3, .since = 5, .netns = 9 };
	uint32_t causes[] = { 3, 4 };
	struct nl_msg *msg = nlmsg_alloc();
	struct nlattr *tb[TCPWHY_A_FILTER_MAX + 1], *nest, *attr;
	struct fault fault;
	int rest, repeated = 0;

	filter_peer(&filter, "192.0.2.0/24", &fault);
	filter.causes = causes;
	filter.causes_count = 2;
	EXPECT(!request_filter(msg, &filter));
	nest = attrs(msg);
	EXPECT(nla_type(nest) == TCPWHY_A_FILTER && nest->nla_type & NLA_F_NESTED);
	nla_parse_nested(tb, TCPWHY_A_FILTER_MAX, nest, NULL);
	EXPECT(nla_get_u8(tb[TCPWHY_A_FILTER_MIN_SEVERITY]) == 2);
	EXPECT(nla_get_u8(tb[TCPWHY_A_FILTER_MIN_CONFIDENCE]) == 3);
	EXPECT(nla_get_u64(tb[TCPWHY_A_FILTER_SINCE]) == 5);
	EXPECT(nla_get_u32(tb[TCPWHY_A_FILTER_NETNS]) == 9);
	EXPECT(nla_len(tb[TCPWHY_A_FILTER_PREFIX]) == 4);
	EXPECT(nla_get_u8(tb[TCPWHY_A_FILTER_PREFIX_LEN]) == 24);
	EXPECT(!tb[TCPWHY_A_FILTER_ALL_NETNS]);
	nla_for_each_nested(attr, nest, rest)
		repeated += nla_type(attr) == TCPWHY_A_FILTER_CAUSE;
	EXPECT(repeated == 2);
	nlmsg_free(msg);
}

static void no_filter_sends_nothing(void)
{
	struct filter filter = { 0 };
	struct nl_msg *msg = nlmsg_alloc();

	EXPECT(!request_netns(msg, &filter) && !length(msg));
	EXPECT(!request_filter(msg, &filter));
	EXPECT(length(msg) == 0 || nla_len(attrs(msg)) == 0);
	nlmsg_free(msg);
}

const struct unit_test parse_tests[] = {
	TEST(a_peer_with_two_findings_becomes_two_rows),
	TEST(what_is_newer_is_kept_by_number),
	TEST(a_message_without_a_peer_is_refused),
	TEST(an_address_of_five_bytes_is_refused),
	TEST(numbers_of_a_wrong_size_count_as_absent),
	TEST(every_truncation_is_survived),
	TEST(garbage_is_survived),
	TEST(a_filter_goes_to_the_kernel_whole),
	TEST(no_filter_sends_nothing),
	{ 0 }
};

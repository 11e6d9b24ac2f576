// SPDX-License-Identifier: GPL-2.0
/* Evidence on its way from a message to a sentence; resets have every kind of it. */
#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "causes/advice.h"
#include "causes/causes.h"
#include "cgroup.h"
#include "parse.h"
#include "scene.h"
#include "story.h"
#include "unit.h"

/* the real cgroup.c, under another name beside the fake one */
bool real_cgroup_path(uint64_t id, char buf[CGROUP_SIZE]);

static void parse_party(const struct party *party, struct rows *rows)
{
	struct nl_msg *msg = nlmsg_alloc();

	scene_put_peer(msg, party, NULL);
	parse_peer(nlmsg_data(nlmsg_hdr(msg)), nlmsg_datalen(nlmsg_hdr(msg)), rows);
	nlmsg_free(msg);
}

static void parse_facts(const struct fact *facts, struct rows *rows)
{
	const struct found found[] = {
		{ TCPWHY_CAUSE_RST_LINGER0, NOTICE, 1, 1, 1, 0, 80, 40000, facts }, { 0 }
	};
	const struct party party = { "192.0.2.1", HERE, -1, -1, found };

	parse_party(&party, rows);
}

static void every_number_survives_packing(void)
{
	static const uint64_t values[] = { 0, 1, 255, 256, 65536, 1ULL << 32, UINT64_MAX };
	const size_t count = sizeof(values) / sizeof(values[0]);
	uint8_t packed[(sizeof(values) / sizeof(values[0]) + 1) * EVIDENCE_PACKED];
	struct row row = { .evidence = packed };
	struct evidence_item item;
	size_t at = 0;

	for (size_t i = 0; i < count; i++) {
		item = (struct evidence_item) { 700 + i, true, values[i], { 0 } };
		row.evidence_size += evidence_pack(&item, packed + row.evidence_size);
	}
	item = (struct evidence_item) { 65535, false, 0, { 0 } };
	row.evidence_size += evidence_pack(&item, packed + row.evidence_size);
	for (size_t i = 0; i < count; i++)
		EXPECT(evidence_next(&row, &at, &item) && item.type == 700 + i && item.number &&
		       item.value == values[i]);
	EXPECT(evidence_next(&row, &at, &item) && item.type == 65535 && !item.number);
	EXPECT(!evidence_next(&row, &at, &item));
}

static void addresses_survive_packing(void)
{
	static const struct fact facts[] = {
		U32(PID, 7), BYTES(ROUTER, "\300\000\002\377"), U32(MTU, 1400), END
	};
	static const struct fact six[] = {
		BYTES(ROUTER, "\377\376\0\0\0\0\0\0\0\0\0\0\0\0\0\001"), END
	};
	static const struct fact bad[] = { BYTES(ROUTER, "\300\000\002"), U32(MTU, 1400), END };
	struct rows rows = { 0 };
	struct address router;
	char buf[PROCESS_SIZE];
	uint64_t number;

	parse_facts(facts, &rows);
	parse_facts(six, &rows);
	parse_facts(bad, &rows);
	format_evidence(rows.v, buf, sizeof(buf));
	EXPECT_TEXT(buf, "pid=7,router=192.0.2.255,mtu=1400");
	format_evidence(rows.v + 1, buf, sizeof(buf));
	EXPECT_TEXT(buf, "router=fffe::1");
	format_evidence(rows.v + 2, buf, sizeof(buf));
	EXPECT_TEXT(buf, "mtu=1400");
	EXPECT(row_address(rows.v, TCPWHY_A_EVIDENCE_ROUTER, &router) && router.size == 4);
	EXPECT(row_address(rows.v + 1, TCPWHY_A_EVIDENCE_ROUTER, &router) && router.size == 16);
	EXPECT(!row_address(rows.v + 2, TCPWHY_A_EVIDENCE_ROUTER, &router));
	EXPECT(!row_address(rows.v, TCPWHY_A_EVIDENCE_MTU, &router));
	EXPECT(!row_evidence(rows.v, TCPWHY_A_EVIDENCE_ROUTER, &number));
	rows_free(&rows);
}

/* With its NUL it is as long as an integer. */
static void a_name_of_three_letters_is_no_number(void)
{
	static const struct fact facts[] = { TEXT(COMM, "abc"), U32(PID, 7), END };
	struct rows rows = { 0 };
	char buf[PROCESS_SIZE];

	parse_facts(facts, &rows);
	format_evidence(rows.v, buf, sizeof(buf));
	EXPECT_TEXT(buf, "comm=abc,pid=7");
	EXPECT_TEXT(format_process(rows.v, buf), "abc[7]");
	rows_free(&rows);
}

static void a_name_without_an_end_is_cut(void)
{
	static const struct fact facts[] = {
		{ TCPWHY_A_EVIDENCE_COMM, 20, 0, "twenty letters of it" }, END
	};
	struct rows rows = { 0 };
	char buf[PROCESS_SIZE];

	parse_facts(facts, &rows);
	EXPECT_TEXT(format_process(rows.v, buf), "twenty letters ");
	rows_free(&rows);
}

static void a_name_cannot_pass_for_another_value(void)
{
	static const struct fact facts[] = { TEXT(COMM, "x,pid=1\033[m"), END };
	struct rows rows = { 0 };
	char buf[64];

	parse_facts(facts, &rows);
	format_evidence(rows.v, buf, sizeof(buf));
	EXPECT_TEXT(buf, "comm=x\\x2cpid=1\\x1b[m");
	rows_free(&rows);
}

static void signs_of_a_newer_module_are_kept_by_number(void)
{
	static const struct fact facts[] = { U8(SIGNS, 0x23), U8(PHASE, 200), END };
	struct rows rows = { 0 };
	char buf[64];

	parse_facts(facts, &rows);
	format_evidence(rows.v, buf, sizeof(buf));
	EXPECT_TEXT(buf, "signs=ttl+ip-id+bit-5,phase=phase-200");
	rows_free(&rows);
}

static void every_cause_has_its_own_words(void)
{
	for (uint32_t id = 1; id <= CAUSES_MAX; id++) {
		const struct cause *cause = cause_find(id);
		struct row row = { .cause = id };
		struct story story;
		char buf[512];

		EXPECT(cause && cause->name && cause->brief && cause->what && cause->proof);
		EXPECT(cause && cause->mistaken && cause->evidence && cause->remedy);

		advice_tell(&row, &story);
		EXPECT(!strstr(text_or_empty(&story.what), "too old to know"));
		EXPECT(story.what.len && story.evidence_count <= STORY_LINES);
		format_what(&row, buf, sizeof(buf));
		EXPECT(*buf);
		story_free(&story);
	}
}

/* Whatever came: printable ASCII, line ends, and the dot of the heading. */
static bool harmless(const char *s)
{
	for (const unsigned char *c = (const unsigned char *)s; *c; c++)
		if (*c != '\n' && *c != 0xc2 && *c != 0xb7 && (*c < 0x20 || *c > 0x7e))
			return false;
	return true;
}

static void tell(const struct rows *rows)
{
	for (size_t i = 0; i < rows->count; i++) {
		struct text page = { 0 };
		char buf[512];

		story_write(&rows->v[i], 100, true, &page);
		EXPECT(harmless(text_or_empty(&page)));
		text_free(&page);
		format_what(&rows->v[i], buf, sizeof(buf));
		EXPECT(harmless(buf));
		format_what(&rows->v[i], buf, 24);
		format_evidence(&rows->v[i], buf, sizeof(buf));
		EXPECT(harmless(buf));
	}
}

static void no_story_repeats_what_a_terminal_would_obey(void)
{
	struct rows rows = { 0 };

	parse_party(scene_odd, &rows);
	EXPECT(rows.count == 6);
	tell(&rows);
	rows_free(&rows);
}

static void garbage_in_a_reset_is_survived(void)
{
	unsigned int seed = 2;

	for (int round = 0; round < 2000; round++) {
		struct nl_msg *msg = nlmsg_alloc();
		struct rows rows = { 0 };
		uint8_t *bytes;
		int size;

		scene_put_peer(msg, &scene_resets[round % 6], NULL);
		bytes = nlmsg_data(nlmsg_hdr(msg));
		size = nlmsg_datalen(nlmsg_hdr(msg));
		for (int flips = rand_r(&seed) % 16; flips >= 0; flips--)
			bytes[rand_r(&seed) % size] = rand_r(&seed);
		parse_peer((struct nlattr *)bytes, size, &rows);
		tell(&rows);
		rows_free(&rows);
		nlmsg_free(msg);
	}
}

/* Where there is a v2 tree and the right to ask; elsewhere there must be nothing. */
static void cgroups_are_found_by_their_number(void)
{
	static const char *const trees[] = { "/sys/fs/cgroup/unified", "/sys/fs/cgroup" };
	char path[512], found[CGROUP_SIZE], want[CGROUP_SIZE];
	struct dirent *entry;
	struct stat st;

	EXPECT(!real_cgroup_path(UINT64_MAX, found) && !*found);
	for (size_t i = 0; i < sizeof(trees) / sizeof(trees[0]); i++) {
		DIR *dir = opendir(trees[i]);

		while (dir && (entry = readdir(dir))) {
			snprintf(path, sizeof(path), "%s/%s", trees[i], entry->d_name);
			if (entry->d_type != DT_DIR || entry->d_name[0] == '.' ||
			    stat(path, &st) || !real_cgroup_path(st.st_ino, found))
				continue;
			snprintf(want, sizeof(want), "/%s", entry->d_name);
			if (strcmp(found, "/"))
				EXPECT_TEXT(found, want);
		}
		if (dir)
			closedir(dir);
	}
}

const struct unit_test evidence_tests[] = {
	TEST(every_number_survives_packing),
	TEST(addresses_survive_packing),
	TEST(a_name_of_three_letters_is_no_number),
	TEST(a_name_without_an_end_is_cut),
	TEST(a_name_cannot_pass_for_another_value),
	TEST(signs_of_a_newer_module_are_kept_by_number),
	TEST(every_cause_has_its_own_words),
	TEST(no_story_repeats_what_a_terminal_would_obey),
	TEST(garbage_in_a_reset_is_survived),
	TEST(cgroups_are_found_by_their_number),
	{ 0 }
};

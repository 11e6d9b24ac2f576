// SPDX-License-Identifier: GPL-2.0
/* The search for the largest size, on numbers alone and on paths that are made up. */
#include <errno.h>

#include "clock.h"
#include "fake_path.h"
#include "pathmtu.h"
#include "probe.h"
#include "probe_tcp.h"

#include "unit.h"

#define LEAST_IPV4 68
#define LEAST_IPV6 1280

/* The number of sizes asked for until the end, on a path without loss. */
static unsigned int search(struct pathmtu *path, unsigned int carries, unsigned int says)
{
	unsigned int size, steps = 0;

	while ((size = pathmtu_next(path)) && steps++ < 100) {
		if (size <= carries) {
			pathmtu_passed(path, size);
			continue;
		}
		if (says)
			pathmtu_hint(path, size, says);
		pathmtu_failed(path, size);
	}
	return steps;
}

static void a_search_ends_at_each_size(void)
{
	static const unsigned int tops[] = { LEAST_IPV4, LEAST_IPV4 + 1, 1280, 1500, 9000, 65535 };
	struct pathmtu path;

	for (size_t i = 0; i < sizeof(tops) / sizeof(tops[0]); i++) {
		for (unsigned int carries = LEAST_IPV4; carries <= tops[i];
		     carries += tops[i] > 9000 ? 97 : 1) {
			pathmtu_begin(&path, LEAST_IPV4, tops[i]);
			EXPECT(search(&path, carries, 0) <= 19);
			EXPECT(path.passes == carries);
			EXPECT(pathmtu_fails(&path) == (carries == tops[i] ? 0 : carries + 1));
		}
	}
}

static void a_search_may_find_that_nothing_passes(void)
{
	struct pathmtu path;

	pathmtu_begin(&path, LEAST_IPV6 - 1, 1500);
	search(&path, 1279, 0);
	EXPECT(path.passes == LEAST_IPV6 - 1 && pathmtu_fails(&path) == LEAST_IPV6);
	pathmtu_begin(&path, LEAST_IPV6 - 1, LEAST_IPV6);
	EXPECT(pathmtu_next(&path) == LEAST_IPV6);
	EXPECT(search(&path, LEAST_IPV6, 0) == 1 && path.passes == LEAST_IPV6);
}

static void a_router_that_is_right_saves_the_search(void)
{
	struct pathmtu path;

	for (unsigned int carries = LEAST_IPV4 + 1; carries < 1500; carries++) {
		pathmtu_begin(&path, LEAST_IPV4, 1500);
		/* all, what it says, one more, and that again */
		EXPECT(search(&path, carries, carries) <= 4);
		EXPECT(path.passes == carries && pathmtu_fails(&path) == carries + 1);
	}
}

static void a_router_that_is_wrong_costs_little(void)
{
	struct pathmtu path;

	for (unsigned int says = 1; says < 2000; says++) {
		pathmtu_begin(&path, LEAST_IPV4, 1500);
		EXPECT(search(&path, 1400, says) <= 19);
		EXPECT(path.passes == 1400 && pathmtu_fails(&path) == 1401);
	}
}

static void a_router_that_says_one_less_each_time_is_not_followed(void)
{
	unsigned int size, steps = 0;
	struct pathmtu path;

	pathmtu_begin(&path, LEAST_IPV4, 65535);
	while ((size = pathmtu_next(&path)) && steps++ < 100) {
		if (size <= 1300) {
			pathmtu_passed(&path, size);
		} else {
			pathmtu_hint(&path, size, size - 1);
			pathmtu_failed(&path, size);
		}
	}
	EXPECT(path.passes == 1300 && pathmtu_fails(&path) == 1301);
	EXPECT(steps <= 28);
}

static void what_a_router_says_must_be_possible(void)
{
	struct pathmtu path;
	unsigned int middle;

	pathmtu_begin(&path, 1000, 1500);
	pathmtu_failed(&path, 1500);
	middle = pathmtu_next(&path);
	pathmtu_hint(&path, 1500, 0);
	pathmtu_hint(&path, 1500, 999);
	pathmtu_hint(&path, 1500, 1000);
	pathmtu_hint(&path, 1500, 1500);
	pathmtu_hint(&path, 1500, 4000000000U);
	EXPECT(pathmtu_next(&path) == middle);
	pathmtu_hint(&path, 1500, 1499);
	EXPECT(pathmtu_next(&path) == 1499);
	pathmtu_hint(&path, 1499, 1001);
	EXPECT(pathmtu_next(&path) == 1001);
}

static void a_size_that_fails_once_and_passes_later_ends_nothing(void)
{
	struct pathmtu path;

	pathmtu_begin(&path, 1000, 1500);
	pathmtu_failed(&path, 1500);
	pathmtu_failed(&path, 1250);	/* by bad luck */
	for (int i = 0; i < 20 && pathmtu_next(&path) < 1250; i++)
		pathmtu_passed(&path, pathmtu_next(&path));
	EXPECT(pathmtu_next(&path) == 1250);
	search(&path, 1333, 0);
	EXPECT(path.passes == 1333 && pathmtu_fails(&path) == 1334);
}

static void a_late_answer_takes_back_what_was_concluded(void)
{
	struct pathmtu path;

	pathmtu_begin(&path, 1000, 1500);
	pathmtu_failed(&path, 1500);
	pathmtu_failed(&path, 1250);
	pathmtu_failed(&path, 1100);
	pathmtu_passed(&path, 1250);
	EXPECT(pathmtu_fails(&path) == 1500 && path.passes == 1250);
	/* and what comes for smaller ones still is no news */
	pathmtu_passed(&path, 1100);
	pathmtu_failed(&path, 1100);
	pathmtu_failed(&path, 1600);
	EXPECT(pathmtu_fails(&path) == 1500 && path.passes == 1250);
	pathmtu_passed(&path, 1500);
	EXPECT(!pathmtu_next(&path) && !pathmtu_fails(&path));
}

static void more_failures_than_there_is_room_for_are_no_overflow(void)
{
	struct pathmtu path;

	pathmtu_begin(&path, 1000, 9000);
	for (unsigned int size = 9000; size > 1001; size--)
		pathmtu_failed(&path, size);
	EXPECT(path.failed_count == PATHMTU_FAILED && pathmtu_fails(&path) == 1002);
	search(&path, 1200, 0);
	EXPECT(path.passes == 1200);
}

/* --- with packets --- */

static struct probe_result result;
static struct fault fault;

static struct probe_settings settings = {
	.interval = 200 * NSEC_PER_MSEC, .timeout = NSEC_PER_SEC, .top = 1500,
};

static int play(const struct fake_path *fake, unsigned int seed, uint8_t address_size)
{
	struct probe_peer peer = { .address.size = address_size, .text = "peer" };
	struct probe_socket *sock;

	probe_socket_open(&sock, &peer, &fault);
	fake_path_play(fake, seed);
	return probe_run(sock, &peer, &settings, &result, &fault);
}

static bool is(enum probe_verdict verdict, unsigned int mtu)
{
	return result.verdict == verdict && result.mtu == mtu &&
	       result.fails == (verdict == PROBE_FULL ? 0 : mtu + 1);
}

static void a_path_is_measured_to_the_byte(void)
{
	static const unsigned int sizes[] = { 68, 69, 576, 1280, 1281, 1300, 1400, 1492, 1499 };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct fake_path fake = { .carries = sizes[i], .delay = 20 * NSEC_PER_MSEC };

		EXPECT(!play(&fake, 1, 4) && is(PROBE_BLACKHOLE, sizes[i]));
		EXPECT(result.sent == fake_seen.sent && fake_seen.largest == 1500);
		if (sizes[i] >= LEAST_IPV6)
			EXPECT(!play(&fake, 1, 16) && is(PROBE_BLACKHOLE, sizes[i]));
		fake.told = true;
		EXPECT(!play(&fake, 1, 4) && is(PROBE_TOLD, sizes[i]));
		EXPECT(result.router_mtu == sizes[i] && result.router_address.size == 4);
	}
}

static void a_path_that_carries_all_takes_few_packets(void)
{
	struct fake_path fake = { .carries = 9000 };

	EXPECT(!play(&fake, 1, 16) && is(PROBE_FULL, 1500) && result.swept);
	EXPECT(result.sent == 2 + (1500 - 1280) / 8);
	settings.top = LEAST_IPV6;
	EXPECT(!play(&fake, 1, 16) && is(PROBE_FULL, LEAST_IPV6) && result.sent == 2);
	settings.top = LEAST_IPV4;
	EXPECT(!play(&fake, 1, 4) && is(PROBE_FULL, LEAST_IPV4) && result.sent == 1);
	settings.top = 1500;
}

static void random_loss_is_no_small_path(void)
{
	struct fake_path full = { .carries = 1500, .loss = 10, .delay = NSEC_PER_MSEC };
	struct fake_path silent = { .carries = 1400, .loss = 10, .delay = NSEC_PER_MSEC };
	struct fake_path told = { .carries = 1400, .loss = 10, .told = true };
	unsigned int wrong = 0, undecided = 0;

	for (unsigned int seed = 0; seed < 500; seed++) {
		play(&full, seed, 4);
		wrong += result.verdict != PROBE_UNSTEADY && !is(PROBE_FULL, 1500);
		undecided += result.verdict == PROBE_UNSTEADY;
		play(&silent, seed, 4);
		wrong += result.verdict != PROBE_UNSTEADY && !is(PROBE_BLACKHOLE, 1400);
		undecided += result.verdict == PROBE_UNSTEADY;
		play(&told, seed, 16);
		wrong += result.verdict != PROBE_UNSTEADY && !is(PROBE_TOLD, 1400);
		undecided += result.verdict == PROBE_UNSTEADY;
	}
	/* a fifth of all round trips is lost there */
	EXPECT(wrong == 0);
	EXPECT(undecided == 0);
}

static void a_router_that_is_wrong_is_found_out(void)
{
	struct fake_path high = { .carries = 1400, .told = true, .says = 1450 };
	struct fake_path low = { .carries = 1400, .told = true, .says = 1000 };
	struct fake_path mute = { .carries = 1400, .told = true, .mute = true };
	struct fake_path creeps = { .carries = 1400, .told = true, .creeps = true };

	EXPECT(!play(&high, 1, 4) && is(PROBE_MISLED, 1400) && result.router_mtu == 1450);
	EXPECT(!play(&low, 1, 4) && is(PROBE_MISLED, 1400) && result.router_mtu == 1000);
	EXPECT(!play(&mute, 1, 4) && is(PROBE_MISLED, 1400) && !result.router_mtu);
	EXPECT(!play(&creeps, 1, 4) && result.mtu == 1400 && result.sent < 60);
}

static void a_router_that_is_right_excuses_no_silent_one(void)
{
	struct fake_path fake = { .carries = 1350, .first = 1420 };

	EXPECT(!play(&fake, 1, 4) && is(PROBE_BLACKHOLE, 1350));
	EXPECT(!result.router && !result.router_mtu && !result.router_address.size);
	fake.told = true;
	EXPECT(!play(&fake, 1, 4) && is(PROBE_TOLD, 1350) && result.sent < 12);
}

static void what_arrives_was_not_too_big(void)
{
	struct fake_path fake = { .carries = 1500, .forged = true, .says = 1000,
				  .delay = 20 * NSEC_PER_MSEC };

	EXPECT(!play(&fake, 1, 4) && is(PROBE_FULL, 1500));
	fake.carries = 1400;
	EXPECT(!play(&fake, 1, 4) && is(PROBE_MISLED, 1400));
}

static bool is_hole(unsigned int from, unsigned int to)
{
	return result.verdict == PROBE_HOLE && result.mtu == from - 1 && result.fails == from &&
	       result.fails_to == to;
}

static void sizes_that_vanish_in_between_are_told_to_the_byte(void)
{
	static const unsigned int holes[][2] = {
		{ 1441, 1480 }, { 1441, 1448 }, { 1373, 1472 }, { 1280, 1287 }, { 1300, 1499 },
		{ 1000, 1300 }, { 1492, 1499 },
	};

	for (size_t i = 0; i < sizeof(holes) / sizeof(holes[0]); i++) {
		struct fake_path fake = { .carries = 1500, .hole_from = holes[i][0],
					  .hole_to = holes[i][1], .delay = 5 * NSEC_PER_MSEC };

		EXPECT(!play(&fake, 1, 4) && is_hole(holes[i][0], holes[i][1]));
		for (unsigned int seed = 0; seed < 50; seed++) {
			fake.loss = 5;
			play(&fake, seed, 4);
			EXPECT(is_hole(holes[i][0], holes[i][1]));
		}
	}
}

static void a_size_that_is_suspected_is_tried_first(void)
{
	struct fake_path fake = { .carries = 9000, .hole_from = 1461, .hole_to = 1461 };

	EXPECT(!play(&fake, 1, 4) && is(PROBE_FULL, 1500));
	settings.suspect = 1461;
	EXPECT(!play(&fake, 1, 4) && is_hole(1461, 1461));
	fake.hole_from = 5000;
	fake.hole_to = 5100;
	settings.suspect = 5050;
	settings.top = 9000;
	EXPECT(!play(&fake, 1, 4) && is_hole(5000, 5100));
	settings.top = 1500;
	settings.suspect = 1500;
	fake.hole_from = fake.hole_to = 0;
	EXPECT(!play(&fake, 1, 4) && is(PROBE_FULL, 1500));
	settings.suspect = 0;
}

static void a_hole_below_a_small_path_does_not_hide_that(void)
{
	struct fake_path fake = { .carries = 1400, .hole_from = 700, .hole_to = 800 };

	EXPECT(!play(&fake, 1, 4) && (is(PROBE_BLACKHOLE, 1400) || is(PROBE_BLACKHOLE, 699)));
}

static void a_peer_that_goes_away_in_the_middle_leaves_what_was_proven(void)
{
	struct fake_path fake = { .carries = 1500, .dies_after = 10, .delay = NSEC_PER_MSEC };

	EXPECT(!play(&fake, 1, 4) && is(PROBE_FULL, 1500) && !result.swept);
}

/* --- segments of TCP --- */

static const struct probe_tcp segments = {
	.from = { 4, { 192, 0, 2, 9 } }, .to = { 4, { 203, 0, 113, 7 } }, .lport = 40000,
	.rport = 443, .seq = 0xfffffff0, .ack = 0xffffff00,
};

/* RFC 1071 over the pseudo header and the segment is 0 where the checksum is right. */
static unsigned int sum_of(const struct probe_tcp *tcp, const uint8_t *packet, size_t length)
{
	uint32_t sum = 6 + length;

	for (size_t i = 0; i < tcp->from.size; i += 2)
		sum += (tcp->from.bytes[i] << 8 | tcp->from.bytes[i + 1]) +
		       (tcp->to.bytes[i] << 8 | tcp->to.bytes[i + 1]);
	for (size_t i = 0; i < length; i++)
		sum += packet[i] << (i % 2 ? 0 : 8);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum & 0xffff;
}

static void a_segment_says_its_number_twice(void)
{
	uint8_t packet[1480];
	uint16_t number = 0;

	for (size_t length = 20; length <= sizeof(packet); length += 73) {
		probe_tcp_build(&segments, 77, packet, length);
		EXPECT(!sum_of(&segments, packet, length));
		EXPECT(probe_tcp_quoted(&segments, packet, 8, &number) && number == 77);
		EXPECT(packet[12] == 5 << 4 && packet[13] == 0x10);
	}
	EXPECT(!probe_tcp_quoted(&segments, packet, 7, &number));
	packet[4] ^= 1;
	EXPECT(!probe_tcp_quoted(&segments, packet, 8, &number));
}

static void an_answer_is_a_reset_or_an_ack_of_these_ports(void)
{
	/* sequence number segments.ack + 300, from port 443 to 40000, RST */
	uint8_t reset[20] = { 1, 187, 156, 64, 0, 0, 0, 44, [12] = 5 << 4, 4 };
	uint16_t number = 5;

	EXPECT(probe_tcp_answered(&segments, reset, 20, &number) && number == 300);
	number = 5;
	reset[13] = 0x10;	/* an ACK says no number: it is about the latest */
	EXPECT(probe_tcp_answered(&segments, reset, 20, &number) && number == 5);
	reset[13] = 4;
	reset[4] = 1;		/* somebody guesses */
	EXPECT(!probe_tcp_answered(&segments, reset, 20, &number));
	reset[4] = 0;
	EXPECT(!probe_tcp_answered(&segments, reset, 19, &number));
	reset[1] = 188;
	EXPECT(!probe_tcp_answered(&segments, reset, 20, &number));
}

static void without_an_answer_nothing_is_concluded(void)
{
	struct fake_path deaf = { .deaf = true }, refused = { .error = EHOSTUNREACH };

	EXPECT(!play(&deaf, 1, 4) && result.verdict == PROBE_NO_ANSWER);
	EXPECT(result.sent == 6 && !result.answered && !result.mtu && !result.fails);
	EXPECT(!play(&refused, 1, 4) && result.verdict == PROBE_NO_ANSWER);
	EXPECT(result.error == EHOSTUNREACH && result.error_from.size == 4);
}

static void a_peer_that_goes_away_is_no_small_path(void)
{
	struct fake_path fake = { .carries = 1500, .delay = NSEC_PER_MSEC };

	for (fake.dies_after = 1; fake.dies_after < 2; fake.dies_after++)
		EXPECT(!play(&fake, 1, 4) && result.verdict == PROBE_UNSTEADY);
	fake.carries = 1400;
	for (fake.dies_after = 1; fake.dies_after < 20; fake.dies_after++)
		EXPECT(!play(&fake, 1, 4) && result.verdict == PROBE_UNSTEADY && !result.mtu);
}

static void answers_may_be_slow(void)
{
	struct fake_path fake = { .carries = 1400 };

	for (fake.delay = 0; fake.delay < 2900 * NSEC_PER_MSEC; fake.delay += 100 * NSEC_PER_MSEC)
		EXPECT(!play(&fake, 1, 4) && is(PROBE_BLACKHOLE, 1400));
}

static void answers_may_be_limited_to_one_a_second(void)
{
	struct fake_path fake = { .carries = 1400, .limited = true, .delay = NSEC_PER_MSEC };

	settings.interval = NSEC_PER_SEC;
	EXPECT(!play(&fake, 1, 4) && is(PROBE_BLACKHOLE, 1400));
	fake.told = true;
	EXPECT(!play(&fake, 1, 16) && is(PROBE_TOLD, 1400));
	settings.interval = 200 * NSEC_PER_MSEC;
}

static void packets_keep_their_distance(void)
{
	struct fake_path fakes[] = {
		{ .carries = 1500 }, { .carries = 1400 }, { .carries = 1400, .told = true },
		{ .carries = 1400, .loss = 30 }, { .deaf = true },
		{ .carries = 1400, .delay = 500 * NSEC_PER_MSEC },
	};

	for (size_t i = 0; i < sizeof(fakes) / sizeof(fakes[0]); i++) {
		play(&fakes[i], 7, 4);
		EXPECT(fake_seen.closest >= settings.interval);
	}
}

static void less_than_ipv6_must_carry_has_no_size(void)
{
	struct fake_path fake = { .carries = 1279 };

	EXPECT(!play(&fake, 1, 16) && result.verdict == PROBE_BELOW_MINIMUM);
	EXPECT(!result.mtu && result.fails == LEAST_IPV6);
	fake.told = true;
	EXPECT(!play(&fake, 1, 16) && result.verdict == PROBE_BELOW_MINIMUM);
	EXPECT(!play(&fake, 1, 4) && is(PROBE_TOLD, 1279));
}

static void what_this_host_refuses_is_its_own_limit(void)
{
	struct fake_path fake = { .carries = 1500, .own = 1438 };

	EXPECT(!play(&fake, 1, 4) && is(PROBE_TOLD, 1438));
	EXPECT(result.router && !result.router_address.size && fake_seen.largest == 1438);
}

static void a_packet_that_cannot_leave_is_a_fault(void)
{
	struct fake_path fake = { .send_error = EPERM };

	EXPECT(play(&fake, 1, 4) && strstr(fault.text, "firewall"));
	fake.send_error = ENETDOWN;
	EXPECT(play(&fake, 1, 4) && strstr(fault.text, "cannot send to peer"));
}

const struct unit_test probe_tests[] = {
	TEST(a_search_ends_at_each_size),
	TEST(a_search_may_find_that_nothing_passes),
	TEST(a_router_that_is_right_saves_the_search),
	TEST(a_router_that_is_wrong_costs_little),
	TEST(a_router_that_says_one_less_each_time_is_not_followed),
	TEST(what_a_router_says_must_be_possible),
	TEST(a_size_that_fails_once_and_passes_later_ends_nothing),
	TEST(a_late_answer_takes_back_what_was_concluded),
	TEST(more_failures_than_there_is_room_for_are_no_overflow),
	TEST(a_path_is_measured_to_the_byte),
	TEST(a_path_that_carries_all_takes_few_packets),
	TEST(random_loss_is_no_small_path),
	TEST(a_router_that_is_wrong_is_found_out),
	TEST(a_router_that_is_right_excuses_no_silent_one),
	TEST(what_arrives_was_not_too_big),
	TEST(sizes_that_vanish_in_between_are_told_to_the_byte),
	TEST(a_size_that_is_suspected_is_tried_first),
	TEST(a_hole_below_a_small_path_does_not_hide_that),
	TEST(a_peer_that_goes_away_in_the_middle_leaves_what_was_proven),
	TEST(a_segment_says_its_number_twice),
	TEST(an_answer_is_a_reset_or_an_ack_of_these_ports),
	TEST(without_an_answer_nothing_is_concluded),
	TEST(a_peer_that_goes_away_is_no_small_path),
	TEST(answers_may_be_slow),
	TEST(answers_may_be_limited_to_one_a_second),
	TEST(packets_keep_their_distance),
	TEST(less_than_ipv6_must_carry_has_no_size),
	TEST(what_this_host_refuses_is_its_own_limit),
	TEST(a_packet_that_cannot_leave_is_a_fault),
	{ 0 }
};

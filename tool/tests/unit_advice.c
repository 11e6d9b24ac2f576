// SPDX-License-Identifier: GPL-2.0
/* What is printed to be typed: routes, and how often to probe an idle connection. */
#include <stdlib.h>
#include <unistd.h>

#include "causes/advice.h"
#include "route.h"

#include "unit.h"

static const struct address four = { 4, { 203, 0, 113, 7 } };
static const struct address six = { 16, { 0x20, 1, 0xd, 0xb8, [15] = 7 } };
static const struct address near = { 4, { 192, 0, 2, 1 } };

static const char *words_of(const struct route_entry *entry, const struct address *to,
			    unsigned int mtu)
{
	static char line[512];
	struct text words = { 0 };

	route_words(entry, to, mtu, &words);
	snprintf(line, sizeof(line), "%s", text_or_empty(&words));
	text_free(&words);
	return line;
}

static uint16_t service_of(uint32_t cause, uint16_t local, uint16_t remote)
{
	struct row row = { .cause = cause, .lport = local, .rport = remote,
			   .has = ROW_HAS_LPORT | ROW_HAS_RPORT };

	return advice_service_port(&row);
}

static void the_service_is_not_simply_the_lower_port(void)
{
	/* the cause says who connected */
	EXPECT(service_of(TCPWHY_CAUSE_RST_PORT_CLOSED, 50051, 1024) == 50051);
	EXPECT(service_of(TCPWHY_CAUSE_PEER_REFUSED, 1024, 50051) == 50051);
	/* a port that the kernel gives out is no service's */
	EXPECT(service_of(TCPWHY_CAUSE_RST_LINGER0, 61000, 40000) == 61000);
	EXPECT(service_of(TCPWHY_CAUSE_RST_LINGER0, 40000, 443) == 443);
	/* unless something listens there */
	setenv("TCPWHY_LISTENS", "40000", 1);
	EXPECT(service_of(TCPWHY_CAUSE_RST_LINGER0, 40000, 443) == 40000);
	unsetenv("TCPWHY_LISTENS");
	EXPECT(service_of(TCPWHY_CAUSE_RST_LINGER0, 8080, 443) == 443);
	EXPECT(service_of(TCPWHY_CAUSE_RST_LINGER0, 0, 443) == 443);
}

static void a_route_is_typed_as_it_is(void)
{
	struct route_entry pod = { .there = true, .length = 32, .table = RT_TABLE_MAIN, .scope = 253,
				   .protocol = 80, .dev = "cali1" };
	struct route_entry vpn = { .there = true, .length = 32, .table = 51820, .dev = "eth0",
				   .protocol = RTPROT_STATIC, .gateway = near, .source = near,
				   .priority = 50, .onlink = true };

	vpn.metrics[RTAX_MTU] = 1420;
	vpn.metrics[RTAX_ADVMSS] = 1380;
	vpn.metrics[RTAX_RTO_MIN] = 20;
	vpn.locked = 1 << RTAX_MTU | 1 << RTAX_RTO_MIN;
	EXPECT_TEXT(words_of(&pod, &four, 0), "203.0.113.7 dev cali1 proto 80");
	strcpy(pod.dev, "e;id");
	EXPECT_TEXT(words_of(&pod, &four, 0), "203.0.113.7 dev $'e;id' proto 80");
	strcpy(pod.dev, "cali1");
	EXPECT_TEXT(words_of(&pod, &four, 1400), "203.0.113.7 dev cali1 proto 80 mtu 1400");
	EXPECT_TEXT(words_of(&vpn, &four, 0), "203.0.113.7 via 192.0.2.1 dev eth0 onlink proto static "
		    "src 192.0.2.1 table 51820 metric 50 mtu lock 1420 advmss 1380 rto_min 20ms");
	/* no more is asked of the peer than fits, and what is asked for already stays if it does */
	EXPECT_TEXT(words_of(&vpn, &four, 1400), "203.0.113.7 via 192.0.2.1 dev eth0 onlink proto "
		    "static src 192.0.2.1 table 51820 metric 50 advmss 1360 rto_min 20ms mtu 1400");
	vpn.metrics[RTAX_ADVMSS] = 1000;
	EXPECT(strstr(words_of(&vpn, &four, 1400), "advmss 1000"));
}

static void what_is_usual_is_not_said(void)
{
	struct route_entry entry = { .there = true, .length = 128, .table = RT_TABLE_MAIN,
				     .protocol = RTPROT_BOOT, .priority = 1024, .dev = "eth0" };

	EXPECT_TEXT(words_of(&entry, &six, 0), "2001:db8::7 dev eth0");
	entry.priority = 1;
	entry.pref = 1;
	EXPECT_TEXT(words_of(&entry, &six, 0), "2001:db8::7 dev eth0 metric 1 pref high");
	entry = (struct route_entry) { .table = RT_TABLE_MAIN, .dev = "eth0", .gateway = six,
				       .scope = RT_SCOPE_LINK, .tos = 16 };
	EXPECT_TEXT(words_of(&entry, &four, 0), "203.0.113.7 tos 0x10 via inet6 2001:db8::7 dev eth0 "
		    "scope link");
	entry = (struct route_entry) { .table = RT_TABLE_MAIN, .nexthop = 5, .gateway = near };
	EXPECT_TEXT(words_of(&entry, &four, 1400), "203.0.113.7 nhid 5 mtu 1400");
	EXPECT(!route_host(&entry, &four));
}

static void a_route_for_one_alone_keeps_how_it_is_sent(void)
{
	struct route route = { .dev = "eth0", .gateway = near, .table = 100, .onlink = true,
			       .entry = { .there = true, .length = 0, .several = true, .priority = 9,
					  .protocol = RTPROT_DHCP, .table = 100, .nexthop = 3 } };
	struct route_entry entry;

	route.entry.metrics[RTAX_INITCWND] = 20;
	route_alone(&route, &entry);
	EXPECT_TEXT(words_of(&entry, &four, 1400), "203.0.113.7 via 192.0.2.1 dev eth0 onlink table 100 "
		    "initcwnd 20 mtu 1400");
	route.gateway.size = 0;
	route.onlink = false;
	route_alone(&route, &entry);
	EXPECT_TEXT(words_of(&entry, &four, 1400), "203.0.113.7 dev eth0 table 100 initcwnd 20 "
		    "mtu 1400");
}

/* The two times and the number that are printed; the longest silence, s, is the first or the second. */
static void keep(uint64_t dead_ms, uint64_t survived_ms, unsigned int *time, unsigned int *interval,
		 unsigned int *probes)
{
	struct story story = { 0 };

	advice_keepalive(&story, "", dead_ms, survived_ms);
	EXPECT(story.remedies_count == 1);
	if (sscanf(story.remedies[0].command, "sysctl -w net.ipv4.tcp_keepalive_time=%u "
		   "net.ipv4.tcp_keepalive_intvl=%u net.ipv4.tcp_keepalive_probes=%u", time, interval,
		   probes) != 3)
		*time = *interval = *probes = 0;
	story_free(&story);
}

static void a_silence_that_was_survived_is_not_exceeded(void)
{
	static const unsigned int survived[] = { 10, 30, 100, 349, 900, 7199 };
	unsigned int time, interval, probes;

	for (size_t i = 0; i < sizeof(survived) / sizeof(survived[0]); i++) {
		keep(survived[i] * 1000u + 5000, survived[i] * 1000u, &time, &interval, &probes);
		EXPECT(time && interval && time + interval == survived[i]);
		EXPECT(interval <= 75 && interval <= time);
		/* no less patience than the kernel has by itself, as far as it lets us */
		EXPECT(probes * interval + interval > 675 || probes == 127);
	}
	keep(9000, 1500, &time, &interval, &probes);
	EXPECT(time == 1 && interval == 1 && probes == 127);
}

static void without_one_it_is_a_guess_with_room_below_it(void)
{
	unsigned int time, interval, probes;

	keep(9000, 0, &time, &interval, &probes);
	EXPECT(time == 1 && interval == 1);
	keep(22000, 0, &time, &interval, &probes);
	EXPECT(time + interval == 5 && interval == 1);
	keep(4294967295u, 0, &time, &interval, &probes);
	EXPECT(time == 40 && interval == 20 && probes == 33);
	/* what was survived is so short that it says nothing of the limit */
	keep(360000, 2000, &time, &interval, &probes);
	EXPECT(time + interval == 10);
	/* nonsense */
	keep(0, 0, &time, &interval, &probes);
	EXPECT(time == 1 && interval == 1);
	keep(5000, 4294967295u, &time, &interval, &probes);
	EXPECT(time == 1 && interval == 1);
}

static void a_number_is_what_fits_a_link(void)
{
	EXPECT(advice_mss(false, 1400) == 1360 && advice_mss(true, 1400) == 1340);
	EXPECT(advice_mss(false, 576) == 536 && !advice_mss(false, 575));
	EXPECT(advice_mss(true, 1280) == 1220 && !advice_mss(true, 1279));
	EXPECT(!advice_mss(false, 65536) && !advice_mss(true, UINT64_MAX) && !advice_mss(true, 0));
	EXPECT(advice_mss_of_any_link(false) == 536 && advice_mss_of_any_link(true) == 1220);
}

/* Whether a remedy of a finding without evidence has this command. */
static bool advised(uint32_t cause, const char *command)
{
	struct row row = { .cause = cause, .peer = four };
	struct story story;
	bool found = false;

	advice_tell(&row, &story);
	for (unsigned int i = 0; i < story.remedies_count; i++)
		found |= story.remedies[i].command && strstr(story.remedies[i].command, command);
	story_free(&story);
	return found;
}

static void what_the_kernel_does_not_act_on_is_not_advised(void)
{
	EXPECT(advised(TCPWHY_CAUSE_RST_LISTENER_CLOSED, "tcp_migrate_req=1"));
	setenv("TCPWHY_KERNEL", "5.10", 1);
	EXPECT(!advised(TCPWHY_CAUSE_RST_LISTENER_CLOSED, "tcp_migrate_req=1"));
	setenv("TCPWHY_KERNEL", "5.14", 1);
	EXPECT(advised(TCPWHY_CAUSE_RST_LISTENER_CLOSED, "tcp_migrate_req=1"));
	unsetenv("TCPWHY_KERNEL");
}

static void a_director_is_told_of_its_real_servers(void)
{
	struct row row = { .cause = TCPWHY_CAUSE_BLACKHOLE_FORWARD, .peer = four };
	struct story story;

	setenv("TCPWHY_KERNEL", "6.1-ipvs", 1);
	advice_tell(&row, &story);
	EXPECT_TEXT(story.remedies[story.remedies_count - 1].where, "on real servers");
	story_free(&story);
	unsetenv("TCPWHY_KERNEL");
}

/* kernel.c itself, beside the fake one that the rest uses */
bool real_kernel_process(uint64_t pid, uint64_t boot_ns);

static void a_process_is_the_one_that_was_there_then(void)
{
	EXPECT(real_kernel_process(getpid(), UINT64_MAX));
	/* who has the number now has started since */
	EXPECT(!real_kernel_process(getpid(), 0));
	/* above what a kernel gives out */
	EXPECT(!real_kernel_process(UINT32_MAX, UINT64_MAX));
}

static unsigned int offers(const struct row *row)
{
	struct story story;
	unsigned int count;

	advice_tell(row, &story);
	count = story.remedies_count;
	story_free(&story);
	return count;
}

static void nothing_is_offered_about_who_is_gone(void)
{
	const struct evidence_item item = { .type = TCPWHY_A_EVIDENCE_PID, .number = true,
					    .value = 4242 };
	uint8_t packed[EVIDENCE_PACKED];
	struct row row = { .cause = TCPWHY_CAUSE_RST_LINGER0, .peer = four, .evidence = packed };
	unsigned int alive;

	row.evidence_size = evidence_pack(&item, packed);
	alive = offers(&row);
	setenv("TCPWHY_GONE", "4242", 1);
	/* strace, and ps */
	EXPECT(offers(&row) + 2 == alive);
	unsetenv("TCPWHY_GONE");
}

const struct unit_test advice_tests[] = {
	TEST(a_process_is_the_one_that_was_there_then),
	TEST(nothing_is_offered_about_who_is_gone),
	TEST(the_service_is_not_simply_the_lower_port),
	TEST(a_route_is_typed_as_it_is),
	TEST(what_is_usual_is_not_said),
	TEST(a_route_for_one_alone_keeps_how_it_is_sent),
	TEST(a_silence_that_was_survived_is_not_exceeded),
	TEST(without_one_it_is_a_guess_with_room_below_it),
	TEST(a_number_is_what_fits_a_link),
	TEST(what_the_kernel_does_not_act_on_is_not_advised),
	TEST(a_director_is_told_of_its_real_servers),
	{ 0 }
};

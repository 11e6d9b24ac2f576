// SPDX-License-Identifier: GPL-2.0
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../advice_probe.h"
#include "../clock.h"
#include "../cmd.h"
#include "../envelope.h"
#include "../endpoint.h"
#include "../names.h"
#include "../probe.h"
#include "../route.h"
#include "../standing.h"
#include "../story.h"
#include "../text.h"

/* Seconds from one packet to the next. */
#define INTERVAL 0.2
/* Linux answers to a closed port once a second at most (icmp_ratelimit) */
#define INTERVAL_UDP 1.0
/* as ping has it: faster is for root */
#define INTERVAL_USER 0.2

/* Of two ways, the smaller one is missed by so many ports once in 256 times */
#define OTHER_PORTS 8

/* The longest packet of IP; an IPv6 one may be longer, and a socket's may not */
#define LONGEST 65535

/* By name or by number; 0 is none. */
static uint32_t interface(const char *word)
{
	uint32_t index = if_nametoindex(word);
	char *end;

	if (index)
		return index;
	index = strtoul(word, &end, 10);
	return *end ? 0 : index;
}

static int take_peer(struct probe_peer *peer, char *word, struct fault *fault)
{
	char shown[80], *percent = strchr(word, '%'), address[FORMAT_SIZE], scope[IF_NAMESIZE];
	char name[4 * IF_NAMESIZE];
	int err;

	text_escape(shown, sizeof(shown), word);
	if (percent)
		*percent = '\0';
	err = parse_address(word, &peer->address);
	if (percent)
		*percent = '%';
	if (err || (percent && peer->address.size == 4)) {
		fault_set(fault, EXIT_USAGE, "'%s' is not an IPv4 or IPv6 address", shown);
		return -1;
	}
	if (percent) {
		peer->scope = interface(percent + 1);
		if (!if_indextoname(peer->scope, scope)) {
			fault_set(fault, EXIT_USAGE, "'%s': there is no such interface", shown);
			return -1;
		}
	}
	address_unmap(&peer->address);
	snprintf(peer->text, sizeof(peer->text), "%s%s%s", format_address(&peer->address, address),
		 percent ? "%" : "", percent ? text_escape(name, sizeof(name), scope) : "");
	return 0;
}

static bool is_zero(const struct address *address)
{
	static const uint8_t zero[16];

	return !memcmp(address->bytes, zero, address->size);
}

/* Addresses that are not one host's. */
static int check_peer(const struct probe_peer *peer, struct fault *fault)
{
	const uint8_t *b = peer->address.bytes;
	bool six = peer->address.size == 16;

	if (six && b[0] == 0xfe && (b[1] & 0xc0) == 0x80 && !peer->scope) {
		fault_set(fault, EXIT_USAGE, "%s is the same on every link: say which, as in "
			  "%s%%eth0", peer->text, peer->text);
		return -1;
	}
	if (is_zero(&peer->address) || (six ? b[0] == 0xff : (b[0] & 0xf0) == 0xe0)) {
		fault_set(fault, EXIT_USAGE, "%s is not the address of a single host", peer->text);
		return -1;
	}
	return 0;
}

static int take_settings(const struct args *args, const struct probe_peer *peer,
			 struct probe_settings *settings, struct fault *fault)
{
	double interval = args->interval ? args->interval :
		peer->kind == PROBE_UDP ? INTERVAL_UDP : INTERVAL;

	if (interval < INTERVAL_USER && geteuid()) {
		fault_set(fault, EXIT_RIGHT, "an interval below %.1f s is for root only",
			  INTERVAL_USER);
		return -1;
	}
	settings->interval = interval * NSEC_PER_SEC;
	settings->timeout = args->timeout * NSEC_PER_SEC;
	return 0;
}

/* On a terminal only, and gone at the end. */
static void show_step(const struct probe_peer *peer, unsigned int size, unsigned int passes,
		      unsigned int fails)
{
	fprintf(stderr, "\r%s: trying %u bytes; %u pass", peer->text, size, passes);
	if (fails)
		fprintf(stderr, ", %u do not", fails);
	fputs("\033[K", stderr);
}

static void hide_steps(void)
{
	fputs("\r\033[K", stderr);
}

static void print(const struct probe_report *report)
{
	const struct probe_result *result = report->result;
	struct text page = { 0 };
	struct story story;

	text_add(&page, "%s%s%s", report->peer->text, text_dot(),
		 advice_probe_word(result->verdict));
	if (result->mtu)
		text_add(&page, "%spath MTU %u%s", text_dot(), result->mtu,
			 result->fails ? "" : " or more");
	if (result->mtu)
		text_add(&page, "%sMSS %u", text_dot(), advice_probe_mss(report));
	text_add(&page, "\n");
	advice_probe(report, &story);
	story_body(&story, story_width(), &page);
	story_free(&story);
	fputs(text_or_empty(&page), stdout);
	text_free(&page);
}

/* 0 is what is not known. */
static void number_or_null(struct json *json, const char *key, unsigned int value)
{
	if (value)
		json_uint(json, key, value);
	else
		json_null(json, key);
}

static void address_or_null(struct json *json, const char *key, const struct address *address)
{
	char buf[FORMAT_SIZE];

	json_string(json, key, address->size ? format_address(address, buf) : NULL);
}

static void print_json(const struct probe_report *report)
{
	const struct probe_result *result = report->result;
	const struct route *route = report->route;
	struct json json = { .out = stdout };
	char cause[NAME_SIZE];
	struct story story;

	advice_probe(report, &story);
	json_object(&json, NULL);
	envelope(&json, "probe", NULL, clock_now());
	json_string(&json, "peer", report->peer->text);
	json_string(&json, "protocol", advice_probe_protocol(report->peer->kind));
	number_or_null(&json, "udp_port", report->peer->kind == PROBE_UDP ? report->peer->port : 0);
	number_or_null(&json, "tcp_port", report->peer->kind == PROBE_TCP ? report->peer->port : 0);
	address_or_null(&json, "source", &report->source);
	number_or_null(&json, "source_port", report->own_port);
	json_string(&json, "finding", report->standing->there ?
		    name_cause(report->standing->row.cause, cause) : NULL);
	json_string(&json, "verdict", advice_probe_word(result->verdict));
	number_or_null(&json, "mtu", result->mtu);
	number_or_null(&json, "fails_at", result->fails);
	number_or_null(&json, "fails_to", result->fails_to);
	number_or_null(&json, "mss", advice_probe_mss(report));
	address_or_null(&json, "router", &result->router_address);
	number_or_null(&json, "router_mtu", result->router_mtu);
	json_string(&json, "dev", route->dev);
	json_uint(&json, "dev_mtu", route->dev_mtu);
	address_or_null(&json, "gateway", &route->gateway);
	number_or_null(&json, "route_mtu", route->mtu);
	json_uint(&json, "sent", result->sent);
	json_uint(&json, "answered", result->answered);
	if (result->rtt)
		json_milli(&json, "rtt_ms", result->rtt / 1000);
	else
		json_null(&json, "rtt_ms");
	address_or_null(&json, "error_from", &result->error_from);
	json_string(&json, "error", result->error ? strerror(result->error) : NULL);
	story_body_json(&story, &json);
	json_object_end(&json);
	json_finish(&json);
	story_free(&story);
}

/* One line that says what the page explains, for those who throw the page away. */
static int exit_status(const struct probe_report *report)
{
	static const char *const no_answer[] = {
		[PROBE_ICMP] = "tcpwhy: %s does not answer ICMP echo: try --udp PORT\n",
		[PROBE_UDP] = "tcpwhy: %s does not answer UDP: try another port, or without --udp\n",
		[PROBE_TCP] = "tcpwhy: %s does not answer TCP segments of no connection: try --icmp\n",
	};

	switch (report->result->verdict) {
	case PROBE_NO_ANSWER:
		fprintf(stderr, no_answer[report->peer->kind], report->peer->text);
		return EXIT_NOTHING;
	case PROBE_UNSTEADY:
		fprintf(stderr, "tcpwhy: %s answered, and then no more: try a longer --interval\n",
			report->peer->text);
		return EXIT_NOTHING;
	default:
		return 0;
	}
}

static void show(const struct args *args, const struct probe_report *report)
{
	if (args->json)
		print_json(report);
	else
		print(report);
}

/* 0, or -1 with @fault filled in */
static int measure(struct probe_report *report, struct probe_settings *settings, struct route *before,
		   struct route *after, struct probe_result *result, struct fault *fault)
{
	const struct probe_peer *peer = report->peer;
	struct probe_socket *sock;
	int err;

	if (probe_socket_open(&sock, peer, fault))
		return -1;
	probe_socket_source(sock, &report->source, &report->own_port);
	err = route_find(&peer->address, peer->scope, &peer->source, before, fault);
	settings->top = before->dev_mtu < LONGEST ? before->dev_mtu : LONGEST;
	settings->step = isatty(STDERR_FILENO) ? show_step : NULL;
	if (!err)
		err = probe_run(sock, peer, settings, result, fault);
	if (settings->step)
		hide_steps();
	probe_socket_close(sock);
	/* the probe itself may have taught this host something */
	return err ? err : route_find(&peer->address, peer->scope, &peer->source, after,
				      fault);
}

/*
 * What the finding's connection is like: its port, its own port if no socket
 * has that any more, and this host's address. A finding about what comes from
 * the peer is left to ICMP echo, which goes both ways.
 */
static void as_found(struct probe_peer *peer, struct probe_report *report)
{
	const struct row *row = &report->standing->row;
	uint16_t lport = row->has & ROW_HAS_LPORT ? row->lport : 0;
	uint16_t rport = row->has & ROW_HAS_RPORT ? row->rport : 0;
	struct endpoint endpoint;

	endpoint_find(&peer->address, lport, rport, &endpoint);
	if (!peer->source.size)
		peer->source = endpoint.address;
	if (standing_way(report->standing) != SIZE_TO_PEER || !rport)
		return;
	peer->kind = PROBE_TCP;
	peer->port = rport;
	peer->own_port = endpoint.live ? 0 : lport;
	report->same_ports = peer->own_port;
}

/*
 * Routers that know several ways choose by addresses and ports (RFC 2992), so
 * that another port may take another one. The first that does not get all
 * through is measured.
 */
static int other_ports(struct probe_peer *peer, struct probe_report *report,
		       struct probe_settings *settings, struct route routes[2],
		       struct probe_result *result, struct fault *fault)
{
	struct probe_result brief, whole = *result;
	struct probe_report found = *report;

	peer->own_port = 0;
	for (unsigned int i = 0; i < OTHER_PORTS; i++) {
		settings->brief = true;
		if (measure(&found, settings, &routes[0], &routes[1], &brief, fault))
			return -1;
		settings->brief = false;
		whole.sent += brief.sent;
		whole.answered += brief.answered;
		if (brief.verdict == PROBE_FULL)
			report->ports_tried++;
		if (brief.verdict != PROBE_BLACKHOLE)
			continue;
		peer->own_port = found.own_port;
		if (measure(&found, settings, &routes[0], &routes[1], &brief, fault))
			return -1;
		if (brief.verdict == PROBE_FULL)
			continue;
		*result = brief;
		report->own_port = found.own_port;
		report->same_ports = false;
		return 0;
	}
	*result = whole;
	return 0;
}

/* Without an answer, or the right to ask: as if nothing had been found. */
static int measure_as_found(const struct args *args, struct probe_peer *peer, struct probe_report *report,
			    struct probe_settings *settings, struct route routes[2],
			    struct probe_result *result, struct fault *fault)
{
	bool chosen = args->udp || args->tcp || args->icmp;
	int err;

	if (report->standing->there && !chosen)
		as_found(peer, report);
	err = measure(report, settings, &routes[0], &routes[1], result, fault);
	if (!err && peer->kind == PROBE_TCP && result->verdict == PROBE_FULL)
		return other_ports(peer, report, settings, routes, result, fault);
	if (chosen || !report->standing->there)
		return err;
	if (!err && (peer->kind != PROBE_TCP || result->verdict != PROBE_NO_ANSWER))
		return 0;
	/* a transparent proxy's sockets have addresses that others cannot send from */
	if (err)
		peer->source = args->source;
	peer->kind = PROBE_ICMP;
	peer->port = peer->own_port = 0;
	report->same_ports = false;
	report->tcp_in_vain = !err;
	return measure(report, settings, &routes[0], &routes[1], result, fault);
}

static int run(const struct args *args, struct probe_peer *peer, struct probe_settings *settings,
	       struct fault *fault)
{
	struct probe_result result;
	struct standing standing;
	struct route routes[2];
	struct probe_report report = { .peer = peer, .before = &routes[0], .route = &routes[1],
				       .result = &result, .standing = &standing };

	standing_find(&peer->address, &standing);
	settings->suspect = standing.size_fails;
	if (measure_as_found(args, peer, &report, settings, routes, &result, fault))
		return complain(fault);
	show(args, &report);
	return exit_status(&report);
}

static int take_means(const struct args *args, struct probe_peer *peer, struct fault *fault)
{
	if (!!args->udp + !!args->tcp + args->icmp > 1) {
		fault_set(fault, EXIT_USAGE, "--udp, --tcp and --icmp exclude each other: choose one");
		return -1;
	}
	if (args->source.size && args->source.size != peer->address.size) {
		fault_set(fault, EXIT_USAGE, "--source must be of the same address family as %s",
			  peer->text);
		return -1;
	}
	peer->kind = args->udp ? PROBE_UDP : args->tcp ? PROBE_TCP : PROBE_ICMP;
	peer->port = args->udp ? args->udp : args->tcp;
	peer->source = args->source;
	return 0;
}

int cmd_probe(struct args *args)
{
	struct probe_settings settings = { 0 };
	struct probe_peer peer = { 0 };
	struct fault fault;

	if (take_peer(&peer, args->operands[0], &fault) || check_peer(&peer, &fault) ||
	    take_means(args, &peer, &fault) || take_settings(args, &peer, &settings, &fault))
		return complain(&fault);
	return run(args, &peer, &settings, &fault);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * In the place of netlink.c and exchange.c: a module out of scene.c. What it
 * says goes through the real parser; filters are applied as the kernel would.
 * TCPWHY_SCENE names the scene; one that does not exist is a module that is
 * not there. TCPWHY_TELL tells of what is to be forgotten.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <netlink/genl/genl.h>

#include "cmd.h"
#include "parse.h"
#include "scene.h"

struct client {
	const struct party *parties;
	int events[2];
};

/* The peak of memory, by request; unlike ru_maxrss it is this program's alone. */
__attribute__((destructor)) static void tell_peak(void)
{
	FILE *file = getenv("TCPWHY_PEAK") ? fopen("/proc/self/status", "r") : NULL;
	char line[128];

	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, "VmHWM:", 6))
			fputs(line, stderr);
	if (file)
		fclose(file);
}

static const char *scene(void)
{
	const char *name = getenv("TCPWHY_SCENE");

	return name ? name : "";
}

/* the scene of 16384 peers, each with the most evidence there is */
static unsigned int big(void)
{
	return strcmp(scene(), "big") ? 0 : 16384;
}

int client_open(struct client **client, struct fault *fault)
{
	const struct party *parties = scene_parties(scene());

	if (!parties) {
		fault_set(fault, EXIT_MODULE, "no such scene");
		return -1;
	}
	*client = calloc(1, sizeof(**client));
	(*client)->parties = parties;
	return 0;
}

int client_attach(struct client **client, struct fault *fault)
{
	return client_open(client, fault);
}

/* TCPWHY_LOADS: the module was not there, and this program has loaded it */
bool client_loads(const struct client *client)
{
	(void)client;
	return getenv("TCPWHY_LOADS");
}

void client_close(struct client *client)
{
	free(client);
}

bool client_loaded(void)
{
	return scene_parties(scene());
}

int client_status(struct client *client, struct status *status, struct fault *fault)
{
	struct nl_msg *msg = nlmsg_alloc();

	(void)client;
	(void)fault;
	memset(status, 0, sizeof(*status));
	scene_put_status(msg, scene());
	parse_status(nlmsg_data(nlmsg_hdr(msg)), nlmsg_datalen(nlmsg_hdr(msg)), status);
	nlmsg_free(msg);
	return 0;
}

static void add_party(const struct party *party, const struct filter *filter,
		      bool (*keep)(const struct row *row, void *arg), void *arg,
		      struct rows *rows)
{
	struct nl_msg *msg = nlmsg_alloc();
	size_t kept = rows->count, before = kept;

	scene_put_peer(msg, party, NULL);
	parse_peer(nlmsg_data(nlmsg_hdr(msg)), nlmsg_datalen(nlmsg_hdr(msg)), rows);
	nlmsg_free(msg);
	for (size_t i = before; i < rows->count; i++) {
		struct row row = rows->v[i];
		struct filter own = *filter;

		if (!own.netns && !own.all_netns)
			own.netns = 4026531840U;
		if (filter_match(&own, &row) && (!keep || keep(&row, arg)))
			rows->v[kept++] = row;
		else
			free(row.evidence);
	}
	rows->count = kept;
}

int client_peers(struct client *client, const struct filter *filter,
		 bool (*keep)(const struct row *row, void *arg), void *arg,
		 struct rows *rows, struct fault *fault)
{
	/* as seen from a namespace that is not the initial one */
	if (filter->all_netns && !strcmp(scene(), "young")) {
		fault_set(fault, EXIT_RIGHT, "only the initial network namespace sees others");
		return -1;
	}
	if (big()) {
		struct party party = client->parties[0];
		char address[64];

		for (unsigned int i = 0; i < big(); i++) {
			snprintf(address, sizeof(address), "2001:db8::%x", i);
			party.address = address;
			add_party(&party, filter, keep, arg, rows);
		}
		return 0;
	}
	for (const struct party *party = client->parties; party->address; party++)
		add_party(party, filter, keep, arg, rows);
	return 0;
}

int client_peer(struct client *client, const struct address *address,
		const struct filter *filter, struct rows *rows, struct fault *fault)
{
	struct filter one = *filter;

	one.prefix = *address;
	one.prefix_length = address->size * 8;
	return client_peers(client, &one, NULL, NULL, rows, fault);
}

/* what would be sent, so that a test can read it */
int client_config(struct client *client, const struct config *config, struct fault *fault)
{
	(void)client;
	(void)fault;
	for (size_t i = 0; i < config->enable_count; i++)
		printf("enable %u\n", config->enable[i]);
	for (size_t i = 0; i < config->disable_count; i++)
		printf("disable %u\n", config->disable[i]);
	if (config->lean >= 0)
		printf("lean %d\n", config->lean);
	return 0;
}

int client_reset(struct client *client, const struct filter *filter, uint32_t *removed,
		 struct fault *fault)
{
	struct rows rows = { 0 };

	client_peers(client, filter, NULL, NULL, &rows, fault);
	if (getenv("TCPWHY_TELL"))
		fprintf(stderr, "reset: %zu findings of %zu causes, prefix /%u, severity %u and above\n",
			rows.count, filter->causes_count, filter->prefix_length, filter->min_severity);
	*removed = 0;
	for (size_t i = 0; i < rows.count; i++)
		*removed += !i || !address_equal(&rows.v[i].peer, &rows.v[i - 1].peer);
	rows_free(&rows);
	return 0;
}

int client_listen(struct client *client, struct fault *fault)
{
	(void)fault;
	if (pipe(client->events) || write(client->events[1], "", 1) != 1)
		return -1;
	return 0;
}

int client_events_fd(const struct client *client)
{
	return client->events[0];
}

/*
 * The headers of a packet with 60 bytes of payload: from the peer, or to it
 * where that is what the cause is about. Its size; 0: there was no packet.
 */
static size_t make_header(const struct party *party, const struct found *found, uint8_t *header)
{
	static const uint8_t ipv4[] = { 0x45, 0, 0, 100, 0, 0, 0x40, 0, 63, 6 };
	static const uint8_t ipv6[] = { 0x60, 0, 0, 0, 0, 80, 6, 63 };
	static const uint8_t tcp[] = { 0xaf, 0xc8, 0x1f, 0x90, 0, 0, 0, 7, 0, 0, 0, 0, 0x50, 2 };
	int v6 = !!strchr(party->address, ':'), size = v6 ? 16 : 4, at = v6 ? 8 : 12;

	if (found->cause == TCPWHY_CAUSE_PORT_EXHAUSTION)
		return 0;
	memset(header, 0, TCPWHY_HEADER_MAX);
	memcpy(header, v6 ? ipv6 : ipv4, v6 ? sizeof(ipv6) : sizeof(ipv4));
	inet_pton(v6 ? AF_INET6 : AF_INET, party->address,
		  header + at + (found->cause == TCPWHY_CAUSE_TIMEWAIT_OVERFLOW ? size : 0));
	memcpy(header + at + 2 * size, tcp, sizeof(tcp));
	return at + 2 * size + 20;
}

int client_events(struct client *client, void (*take)(const struct event *event, void *arg),
		  void *arg, struct fault *fault)
{
	uint8_t header[TCPWHY_HEADER_MAX];

	(void)fault;
	for (const struct party *party = client->parties; party->address; party++) {
		for (const struct found *found = party->found; found->cause; found++) {
			struct nl_msg *msg = nlmsg_alloc();
			struct event event = { 0 };
			size_t header_size;

			scene_put_peer(msg, party, found);
			nla_put_u64(msg, TCPWHY_A_WHEN, found->last_s * 1000000000ULL + 5000000);
			header_size = make_header(party, found, header);
			if (header_size)
				nla_put(msg, TCPWHY_A_HEADER, header_size, header);
			if (party == &client->parties[1])
				nla_put_u32(msg, TCPWHY_A_LOST, 4);
			parse_event(nlmsg_data(nlmsg_hdr(msg)), nlmsg_datalen(nlmsg_hdr(msg)),
				    &event);
			take(&event, arg);
			event_free(&event);
			nlmsg_free(msg);
		}
	}
	/* as if the socket's buffer had overflowed at the end */
	return 1;
}

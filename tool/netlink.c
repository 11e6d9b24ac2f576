// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/genetlink.h>
#include <netlink/errno.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

#include "cmd.h"
#include "exchange.h"
#include "load.h"
#include "netlink.h"
#include "parse.h"
#include "request.h"
#include "text.h"

/* a dump that changes happened under is asked for again, but not for ever */
#define DUMP_TRIES 5

#define RECEIVE_MESSAGE (64 * 1024)
#define RECEIVE_EVENTS (8 * 1024 * 1024)

struct client {
	struct nl_sock *requests;
	struct nl_sock *events;
	uint16_t family;
	uint32_t version;
	uint32_t group;
	bool may_load, loaded;
};

static struct nl_msg *request(const struct client *client, int flags, uint8_t cmd)
{
	struct nl_msg *msg = nlmsg_alloc();

	if (!msg || !genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, client->family, 0, flags, cmd,
				 TCPWHY_GENL_VERSION)) {
		fputs("tcpwhy: out of memory\n", stderr);
		exit(EXIT_OTHER);
	}
	return msg;
}

static int too_long(struct nl_msg *msg, struct fault *fault)
{
	nlmsg_free(msg);
	fault_set(fault, EXIT_USAGE, "the filter is too long");
	return -1;
}

static void parse_groups(const struct nlattr *groups, struct client *client)
{
	struct nlattr *group, *attr;
	int rest, inner;

	nla_for_each_nested(group, groups, rest) {
		const char *name = NULL;
		uint32_t id = 0;

		nla_for_each_nested(attr, group, inner) {
			if (nla_type(attr) == CTRL_ATTR_MCAST_GRP_NAME)
				name = nla_get_string(attr);
			else if (nla_type(attr) == CTRL_ATTR_MCAST_GRP_ID)
				id = nla_get_u32(attr);
		}
		if (name && !strcmp(name, TCPWHY_MCGRP_EVENTS))
			client->group = id;
	}
}

static int parse_family(struct nlattr *attrs, int len, void *arg)
{
	struct client *client = arg;
	struct nlattr *attr;
	int rest;

	nla_for_each_attr(attr, attrs, len, rest) {
		switch (nla_type(attr)) {
		case CTRL_ATTR_FAMILY_ID:
			client->family = nla_get_u16(attr);
			break;
		case CTRL_ATTR_VERSION:
			client->version = nla_get_u32(attr);
			break;
		case CTRL_ATTR_MCAST_GROUPS:
			parse_groups(attr, client);
			break;
		}
	}
	return 0;
}

/*
 * By hand rather than by genl_ctrl_resolve(), since one question answers
 * three: the family's number, its version and its multicast group. 1: there
 * is no such family.
 */
static int ask_family(struct client *client, struct fault *fault)
{
	struct exchange exchange = { .parse = parse_family, .arg = client };
	struct nl_msg *msg = nlmsg_alloc();

	if (!msg || !genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, GENL_ID_CTRL, 0, 0,
				 CTRL_CMD_GETFAMILY, 1))
		return too_long(msg, fault);
	nla_put_string(msg, CTRL_ATTR_FAMILY_NAME, TCPWHY_GENL_NAME);
	if (exchange_run(client->requests, msg, &exchange, fault))
		return exchange.error == -ENOENT ? 1 : -1;
	return 0;
}

static int resolve(struct client *client, struct fault *fault)
{
	int err = ask_family(client, fault);

	if (err > 0 && client->may_load) {
		if (load_module(fault))
			return -1;
		client->loaded = true;
		err = ask_family(client, fault);
	}
	if (err > 0)
		fault_set(fault, EXIT_MODULE, "the kernel module is loaded and does not answer: "
			  "see 'dmesg'");
	if (err)
		return -1;
	if (client->version != TCPWHY_GENL_VERSION) {
		fault_set(fault, EXIT_MODULE, "the loaded module speaks version %u of the "
			  "interface, this tool version %u: install both from one release",
			  client->version, TCPWHY_GENL_VERSION);
		fault->reason = "version";
		return -1;
	}
	return 0;
}

static struct nl_sock *connected(struct fault *fault)
{
	struct nl_sock *sock = nl_socket_alloc();
	int err = sock ? nl_connect(sock, NETLINK_GENERIC) : -NLE_NOMEM, on = 1;

	if (err) {
		fault_set(fault, EXIT_OTHER, "no generic netlink here: %s", nl_geterror(err));
		nl_socket_free(sock);
		return NULL;
	}
	/* both are comforts: the text of an error, and that without the request */
	setsockopt(nl_socket_get_fd(sock), SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	setsockopt(nl_socket_get_fd(sock), SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	nl_socket_set_msg_buf_size(sock, RECEIVE_MESSAGE);
	nl_socket_disable_msg_peek(sock);
	return sock;
}

static int open_client(struct client **client, bool may_load, struct fault *fault)
{
	struct client *new = xcalloc(1, sizeof(*new));

	new->may_load = may_load;
	new->requests = connected(fault);
	if (!new->requests || resolve(new, fault)) {
		client_close(new);
		return -1;
	}
	*client = new;
	return 0;
}

int client_open(struct client **client, struct fault *fault)
{
	return open_client(client, true, fault);
}

int client_attach(struct client **client, struct fault *fault)
{
	return open_client(client, false, fault);
}

bool client_loads(const struct client *client)
{
	return client->loaded;
}

void client_close(struct client *client)
{
	if (!client)
		return;
	nl_socket_free(client->requests);
	nl_socket_free(client->events);
	free(client);
}

bool client_loaded(void)
{
	return !access("/sys/module/tcpwhy", F_OK);
}

static int take_status(struct nlattr *attrs, int len, void *arg)
{
	return parse_status(attrs, len, arg);
}

int client_status(struct client *client, struct status *status, struct fault *fault)
{
	struct exchange exchange = { .parse = take_status, .arg = status };

	memset(status, 0, sizeof(*status));
	if (!exchange_run(client->requests, request(client, 0, TCPWHY_CMD_GET_STATUS), &exchange,
			  fault))
		return 0;
	status_free(status);
	return -1;
}

struct sieve {
	bool (*keep)(const struct row *row, void *arg);
	void *arg;
	struct rows *rows;
};

static int take_peer(struct nlattr *attrs, int len, void *arg)
{
	struct sieve *sieve = arg;
	size_t before = sieve->rows->count, kept = before;
	int err = parse_peer(attrs, len, sieve->rows);

	if (err < 0 || !sieve->keep)
		return err;
	for (size_t i = before; i < sieve->rows->count; i++) {
		struct row row = sieve->rows->v[i];

		if (sieve->keep(&row, sieve->arg))
			sieve->rows->v[kept++] = row;
		else
			free(row.evidence);
	}
	sieve->rows->count = kept;
	return 0;
}

/* Before 6.9 or so the kernel loses what the module said when a dump begins. */
static void explain_dump(struct fault *fault, const struct exchange *exchange,
			 const struct filter *filter)
{
	if (*exchange->extack)
		return;
	if (exchange->error == -EPERM && (filter->netns || filter->all_netns))
		fault_set(fault, EXIT_RIGHT, "other network namespaces are seen from the initial "
			  "one only, and with CAP_NET_ADMIN there");
	else if (exchange->error == -EINVAL && filter->netns)
		fault_set(fault, EXIT_USAGE, "the module refused this: no such network namespace");
}

int client_peers(struct client *client, const struct filter *filter,
		 bool (*keep)(const struct row *row, void *arg), void *arg,
		 struct rows *rows, struct fault *fault)
{
	struct sieve sieve = { .keep = keep, .arg = arg, .rows = rows };

	for (int tries = 0; tries < DUMP_TRIES; tries++) {
		struct exchange exchange = { .parse = take_peer, .arg = &sieve };
		struct nl_msg *msg = request(client, NLM_F_DUMP, TCPWHY_CMD_GET_PEERS);

		if (request_filter(msg, filter))
			return too_long(msg, fault);
		rows_free(rows);
		if (exchange_run(client->requests, msg, &exchange, fault)) {
			explain_dump(fault, &exchange, filter);
			rows_free(rows);
			return -1;
		}
		if (!exchange.interrupted)
			break;
	}
	return 0;
}

int client_peer(struct client *client, const struct address *address,
		const struct filter *filter, struct rows *rows, struct fault *fault)
{
	struct nl_msg *msg = request(client, 0, TCPWHY_CMD_GET_PEER);
	struct sieve sieve = { .rows = rows };
	struct exchange exchange = { .parse = take_peer, .arg = &sieve };

	if (nla_put(msg, TCPWHY_A_ADDRESS, address->size, address->bytes) ||
	    request_netns(msg, filter))
		return too_long(msg, fault);
	if (exchange_run(client->requests, msg, &exchange, fault) && exchange.error != -ENOENT)
		return -1;
	return 0;
}

int client_config(struct client *client, const struct config *config, struct fault *fault)
{
	struct nl_msg *msg = request(client, 0, TCPWHY_CMD_SET_CONFIG);
	struct exchange exchange = { 0 };

	for (size_t i = 0; i < config->enable_count; i++)
		if (nla_put_u32(msg, TCPWHY_A_ENABLE, config->enable[i]))
			return too_long(msg, fault);
	for (size_t i = 0; i < config->disable_count; i++)
		if (nla_put_u32(msg, TCPWHY_A_DISABLE, config->disable[i]))
			return too_long(msg, fault);
	if (config->lean >= 0 && nla_put_u8(msg, TCPWHY_A_LEAN, config->lean))
		return too_long(msg, fault);
	return exchange_run(client->requests, msg, &exchange, fault);
}

static int take_removed(struct nlattr *attrs, int len, void *arg)
{
	return parse_removed(attrs, len, arg);
}

int client_reset(struct client *client, const struct filter *filter, uint32_t *removed,
		 struct fault *fault)
{
	struct nl_msg *msg = request(client, 0, TCPWHY_CMD_RESET);
	struct exchange exchange = { .parse = take_removed, .arg = removed };

	if (request_filter(msg, filter))
		return too_long(msg, fault);
	return exchange_run(client->requests, msg, &exchange, fault);
}

/* Beyond net.core.rmem_max where the right is there, up to it where not. */
static void make_room(struct nl_sock *sock)
{
	int size = RECEIVE_EVENTS, fd = nl_socket_get_fd(sock);

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
}

int client_listen(struct client *client, struct fault *fault)
{
	struct exchange refused = { .error = -EPERM };
	int err;

	if (!client->group) {
		fault_set(fault, EXIT_MODULE, "the loaded module sends no events: "
			  "tool and module do not match");
		return -1;
	}
	client->events = connected(fault);
	if (!client->events)
		return -1;
	make_room(client->events);
	nl_socket_disable_seq_check(client->events);
	nl_socket_set_nonblocking(client->events);
	err = nl_socket_add_membership(client->events, client->group);
	if (!err)
		return 0;
	if (err == -NLE_PERM)
		exchange_fault(fault, &refused);
	else
		fault_set(fault, EXIT_OTHER, "cannot listen to events: %s", nl_geterror(err));
	return -1;
}

int client_events_fd(const struct client *client)
{
	return nl_socket_get_fd(client->events);
}

struct listener {
	void (*take)(const struct event *event, void *arg);
	void *arg;
};

static int on_event(struct nl_msg *msg, void *arg)
{
	struct genlmsghdr *header = nlmsg_data(nlmsg_hdr(msg));
	struct listener *listener = arg;
	struct event event = { 0 };

	if (!genlmsg_valid_hdr(nlmsg_hdr(msg), 0) || header->cmd != TCPWHY_CMD_EVENT)
		return NL_OK;
	if (!parse_event(genlmsg_attrdata(header, 0), genlmsg_attrlen(header, 0), &event))
		listener->take(&event, listener->arg);
	event_free(&event);
	return NL_OK;
}

int client_events(struct client *client, void (*take)(const struct event *event, void *arg),
		  void *arg, struct fault *fault)
{
	struct listener listener = { .take = take, .arg = arg };
	int err;

	nl_socket_modify_cb(client->events, NL_CB_VALID, NL_CB_CUSTOM, on_event, &listener);
	err = nl_recvmsgs_default(client->events);
	if (err >= 0 || err == -NLE_AGAIN || err == -NLE_INTR)
		return 0;
	/* how libnl names ENOBUFS */
	if (err == -NLE_NOMEM)
		return 1;
	fault_set(fault, EXIT_OTHER, "netlink: %s", nl_geterror(err));
	return -1;
}

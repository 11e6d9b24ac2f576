/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_NETLINK_H
#define TCPWHY_NETLINK_H

#include "fault.h"
#include "filter.h"
#include "model.h"

/* What to switch on and off, all of it or nothing. */
struct config {
	uint32_t *enable, *disable;
	size_t enable_count, disable_count;
	int lean;			/* -1: as it is */
};

/*
 * The module, spoken to over generic netlink. All of these give 0, or -1 with
 * @fault filled in. Tests put another implementation in its place.
 */
struct client;

/* client_open() - asks the kernel for the family; where there is none, load_module() */
int client_open(struct client **client, struct fault *fault);
/* client_attach() - the same, but the module is not loaded */
int client_attach(struct client **client, struct fault *fault);
/* client_loads() - did client_open() have to load it? */
bool client_loads(const struct client *client);
void client_close(struct client *client);
/* client_loaded() - is the module there? Never loads it. */
bool client_loaded(void);

int client_status(struct client *client, struct status *status, struct fault *fault);
/* rows that @keep (if given) refuses are not stored */
int client_peers(struct client *client, const struct filter *filter,
		 bool (*keep)(const struct row *row, void *arg), void *arg,
		 struct rows *rows, struct fault *fault);
/* a peer that is not known is no fault: then @rows stays empty */
int client_peer(struct client *client, const struct address *address,
		const struct filter *filter, struct rows *rows, struct fault *fault);
int client_config(struct client *client, const struct config *config, struct fault *fault);
int client_reset(struct client *client, const struct filter *filter, uint32_t *removed,
		 struct fault *fault);

/* client_listen() - join the events; the file to poll is client_events_fd() */
int client_listen(struct client *client, struct fault *fault);
int client_events_fd(const struct client *client);
/*
 * client_events() - hand over what has come. 1: the receive buffer overflowed
 * and events were lost before these.
 */
int client_events(struct client *client, void (*take)(const struct event *event, void *arg),
		  void *arg, struct fault *fault);

#endif

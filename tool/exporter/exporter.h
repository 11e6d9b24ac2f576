/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_EXPORTER_H
#define TCPWHY_EXPORTER_H

#include <stdbool.h>

#include "fault.h"
#include "metrics.h"

/* What the command line says. */
struct exporter_options {
	const char *listen;
	const char *networks;
	const char *state;
	unsigned long top;
	bool help, version;
};

/* exporter_options() - 0, or -1 with @fault filled in */
int exporter_options(struct exporter_options *options, int argc, char **argv,
		     struct fault *fault);
void exporter_help(void);

/*
 * exporter_socket() - the one that systemd hands over, or a new one that listens on @address:
 * ADDRESS:PORT, with an IPv6 address in brackets. -1 with @fault filled in.
 */
int exporter_socket(const char *address, struct fault *fault);

/*
 * The module's side: a tally that goes on from scrape to scrape.
 * watch_fd() - events wait there; -1: there is no module at present
 * watch_events() - take them in
 * watch_page() - what is so now, to @metrics
 * watch_save() - the state, if one is wanted
 */
void watch_begin(const struct exporter_options *options);
int watch_fd(void);
void watch_events(void);
void watch_page(struct metrics *metrics);
void watch_save(void);
void watch_end(void);

/*
 * The readers' side, over HTTP.
 * web_begin() - serve on a socket; 0, or -1 with @fault filled in
 * web_fd() - to be polled; web_timeout() - for so many ms at most, -1: for ever
 * web_run() - serve what has come
 */
int web_begin(int socket, struct fault *fault);
int web_fd(void);
int web_timeout(void);
void web_run(void);
void web_end(void);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_CMD_H
#define TCPWHY_CMD_H

#include "filter.h"
#include "netlink.h"
#include "options.h"

/* Exit codes beside 0; documented in tcpwhy.8. */
enum {
	EXIT_NOTHING = 1,	/* nothing is known of what was asked for, or it does not answer */
	EXIT_MODULE = 2,	/* no module, or one that does not match */
	EXIT_RIGHT = 3,		/* a capability is missing */
	EXIT_USAGE = 4,		/* the command line is wrong */
	EXIT_OTHER = 5,		/* the kernel refused, no memory, no terminal, ... */
};

struct command {
	const char *name;
	int (*run)(struct args *args);
	const char *operands;
	const char *description;
	unsigned int options;
	int min_operands;
	int max_operands;
};

extern const struct command commands[];
extern const size_t commands_count;

int cmd_list(struct args *args);
int cmd_top(struct args *args);
int cmd_why(struct args *args);
int cmd_watch(struct args *args);
int cmd_record(struct args *args);
int cmd_probe(struct args *args);
int cmd_causes(struct args *args);
int cmd_status(struct args *args);
int cmd_check(struct args *args);
int cmd_report(struct args *args);
int cmd_set(struct args *args);
int cmd_reset(struct args *args);
int cmd_export(struct args *args);

/* check_unknown() - what went wrong, as a monitoring system reads it; the exit code for that */
int check_unknown(const struct fault *fault);

/* What a command works with: an open module, its status, a resolved filter. */
struct session {
	struct client *client;
	struct status status;
};

/*
 * session_begin() - reach the module and make the filter ready; 0, or an exit
 * code with @fault filled in
 */
int session_begin(struct session *session, struct args *args, struct fault *fault);
/* session_look() - the status as it is now; the clock goes by it. 0, or -1 with @fault filled in */
int session_look(struct client *client, struct status *status, struct fault *fault);
void session_end(struct session *session);

/* complain() - one line on stderr; returns the exit code of the fault */
int complain(const struct fault *fault);
/* usage_error() - the same for a wrong command line; returns EXIT_USAGE */
int usage_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* coverage_missing() - causes switched on that cannot be seen, or not fully */
size_t coverage_missing(const struct status *status);
/* coverage_off() - causes that are switched off */
size_t coverage_off(const struct status *status);
/* coverage_watched() - causes that are switched on and can be seen */
size_t coverage_watched(const struct status *status);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_OPTIONS_H
#define TCPWHY_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>

#include "filter.h"

/* Which options a command takes. */
enum {
	TAKES_HELP = 1,
	TAKES_TABLE = 2,
	TAKES_JSON = 4,
	TAKES_ALL = 8,
	TAKES_SCREEN = 16,
	TAKES_EVENTS = 32,
	TAKES_CONFIG = 64,
	TAKES_FILTER = 128,
	TAKES_PROBE = 256,
	TAKES_EXPORT = 4096,
};

struct args {
	const struct command *command;
	struct filter filter;
	const char *columns;		/* -o */
	const char *write;		/* -w */
	const char *networks, *state;	/* files */
	unsigned long top;		/* 0: none */
	char **operands;
	int operands_count;
	char **enable, **disable;
	size_t enable_count, disable_count;
	int lean;			/* -1: as it is */
	unsigned long count;		/* -c and -n; 0: no end */
	double delay;
	double interval;		/* 0: the usual one */
	double timeout;
	uint16_t udp, tcp;		/* ports of probes; 0: not by that */
	struct address source;		/* size 0: not given */
	bool icmp;
	bool raw, noheadings, json, all, batch;
	bool help, version;
};

/* options_parse() - 0, or -1 with @fault filled in */
int options_parse(struct args *args, int argc, char **argv, struct fault *fault);
/* options_help() - the options of a command, or of all if it is NULL */
void options_help(FILE *out, const struct command *command);
void options_free(struct args *args);

#endif

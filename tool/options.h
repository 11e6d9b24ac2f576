/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_OPTIONS_H
#define TCPWHY_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>

#include "filter.h"
#include "groups.h"
#include "order.h"

/* Where a list comes from; SOURCE_BOTH is not for users to choose. */
enum source_kind { SOURCE_AUTO, SOURCE_MODULE, SOURCE_JOURNAL, SOURCE_BOTH };

/* When there are colours. */
enum color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

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
	TAKES_TIMES = 512,
	TAKES_COLOR = 1024,
	TAKES_REPORT = 2048,
	TAKES_CHECK = 4096,
	TAKES_CLOCK = 8192,
	TAKES_EXPORT = 16384,
	TAKES_RECORD = 32768,
	TAKES_VIEW = 65536,
};

struct args {
	const struct command *command;
	struct filter filter;
	const char *columns;		/* -o */
	struct order order;		/* --sort */
	enum by by;
	unsigned long limit;		/* 0: none */
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
	unsigned long warning, critical;	/* more peers than that with notices, in trouble */
	enum source_kind from;
	const char *file;		/* --file, of watch */
	uint64_t size;			/* of it; 0: the usual one */
	unsigned long keep;		/* how many older ones; 0: the usual number */
	bool temporary;
	bool anonymize;
	bool icmp;
	enum color color;
	enum time_style time;
	bool raw, noheadings, json, all, batch;
	bool help, version;
};

/* options_parse() - 0, or -1 with @fault filled in */
int options_parse(struct args *args, int argc, char **argv, struct fault *fault);
/* options_help() - the options of a command, or of all if it is NULL */
void options_help(FILE *out, const struct command *command);
/* options_color() - whether what goes to standard output is to have colours */
bool options_color(const struct args *args);
void options_free(struct args *args);

#endif

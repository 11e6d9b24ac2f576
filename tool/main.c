// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "text.h"

const struct command commands[] = {
	{ "list", cmd_list, "", "peers and causes, worst first (the default)",
	  TAKES_TABLE | TAKES_JSON | TAKES_ALL | TAKES_FILTER | TAKES_TIMES | TAKES_COLOR |
	  TAKES_CLOCK, 0, 0 },
	{ "top", cmd_top, "", "the same, live",
	  TAKES_JSON | TAKES_ALL | TAKES_SCREEN | TAKES_VIEW | TAKES_FILTER | TAKES_TIMES | TAKES_COLOR |
	  TAKES_CLOCK, 0, 0 },
	{ "why", cmd_why, "PEER", "the story of one peer, and what to do about it",
	  TAKES_JSON | TAKES_FILTER | TAKES_TIMES, 1, 1 },
	{ "watch", cmd_watch, "", "each event as it happens",
	  TAKES_JSON | TAKES_EVENTS | TAKES_FILTER | TAKES_CLOCK, 0, 0 },
	{ "record", cmd_record, "", "write what is found to the journal, as tcpwhy-watch.service",
	  TAKES_RECORD | TAKES_FILTER, 0, 0 },
	{ "probe", cmd_probe, "PEER", "how large packets may be on the path to a peer",
	  TAKES_JSON | TAKES_PROBE, 1, 1 },
	{ "causes", cmd_causes, "[CAUSE...]", "what can be found, or all about one cause",
	  TAKES_JSON, 0, 64 },
	{ "status", cmd_status, "", "what is watched, what is not, and what it cost",
	  TAKES_JSON, 0, 0 },
	{ "report", cmd_report, "", "all of it in one text, for a ticket",
	  TAKES_FILTER | TAKES_TIMES | TAKES_REPORT, 0, 0 },
	{ "check", cmd_check, "", "one line for a monitoring system",
	  TAKES_FILTER | TAKES_TIMES | TAKES_CHECK, 0, 0 },
	{ "set", cmd_set, "", "switch causes, and lean mode, on and off", TAKES_CONFIG, 0, 0 },
	{ "reset", cmd_reset, "", "forget all findings, or those that pass the filter",
	  TAKES_JSON | TAKES_FILTER | TAKES_TIMES, 0, 0 },
	{ "export", cmd_export, "", "counters for Prometheus, by node_exporter", TAKES_EXPORT, 0, 0 },
};

const size_t commands_count = sizeof(commands) / sizeof(commands[0]);

static const struct command *find(const char *name)
{
	for (size_t i = 0; i < commands_count; i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

static void help_all(void)
{
	puts("Usage: tcpwhy [COMMAND] [OPTION...]\n\n"
	     "Which peers this host's TCP turns away, why, and what to do about it.\n\n"
	     "Commands:");
	for (size_t i = 0; i < commands_count; i++)
		printf("  %-8s%-12s %s\n", commands[i].name, commands[i].operands,
		       commands[i].description);
	puts("\nOptions (each command says with --help which of them it takes):");
	options_help(stdout, NULL);
	puts("\nSee tcpwhy(8) for the columns, the exit status and examples.");
}

static void help_one(const struct command *command)
{
	printf("Usage: tcpwhy %s [OPTION...]%s%s\n\n%c%s.\n\nOptions:\n", command->name,
	       *command->operands ? " " : "", command->operands,
	       toupper((unsigned char)command->description[0]), command->description + 1);
	options_help(stdout, command);
}

static int unknown_command(const char *word)
{
	const char *names[sizeof(commands) / sizeof(commands[0])], *nearest;
	struct address address;
	struct text all = { 0 };
	char shown[80];
	int err;

	for (size_t i = 0; i < commands_count; i++) {
		names[i] = commands[i].name;
		text_add(&all, "%s%s", i ? ", " : "", commands[i].name);
	}
	text_escape(shown, sizeof(shown), word);
	nearest = text_nearest(word, names, commands_count);
	if (!parse_address(word, &address))
		err = usage_error("Unknown command '%s': did you mean 'tcpwhy why %s'?", shown, shown);
	else if (nearest)
		err = usage_error("Unknown command '%s': did you mean '%s'?", shown, nearest);
	else
		err = usage_error("Unknown command '%s'; there are: %s", shown, all.s);
	text_free(&all);
	return err;
}

static int run(struct args *args)
{
	const struct command *command = args->command;
	char shown[80];

	if (args->help) {
		help_one(command);
		return 0;
	}
	if (args->version) {
		puts("tcpwhy " TCPWHY_TOOL_VERSION);
		return 0;
	}
	if (args->operands_count < command->min_operands)
		return usage_error("%s needs %s; see 'tcpwhy %s --help'", command->name,
				   command->operands, command->name);
	if (args->operands_count > command->max_operands)
		return usage_error("%s: unexpected argument '%s'", command->name,
				   text_escape(shown, sizeof(shown),
					       args->operands[command->max_operands]));
	return command->run(args);
}

/* A full disk must not look like success. */
static int close_stdout(int err)
{
	bool failed = ferror(stdout);

	/* a reader that has seen enough (head) is no failure */
	if ((fflush(stdout) || failed) && errno != EPIPE && !err) {
		fprintf(stderr, "tcpwhy: cannot write: %s\n", strerror(errno));
		return EXIT_OTHER;
	}
	return err;
}

/*
 * Who is started with one of the standard descriptors closed would have the next file that it
 * opens in its place: a capture would take what is meant for the user. What stands in for it
 * lets nobody write to what is to be written to, so that it is no success.
 */
static void open_standard(void)
{
	static const int flags[] = { O_WRONLY, O_RDONLY, O_RDONLY };

	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", flags[fd]) != fd)
			_exit(EXIT_OTHER);
}

int main(int argc, char **argv)
{
	struct args args = { .delay = 2, .timeout = 1, .lean = -1 };
	struct fault fault;
	int err;

	open_standard();
	setlocale(LC_ALL, "");
	/* numbers are written and read the same everywhere: scripts do both */
	setlocale(LC_NUMERIC, "C");
	if (argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") ||
			 (!strcmp(argv[1], "help") && argc == 2))) {
		help_all();
		return close_stdout(0);
	}
	if (argc > 2 && !strcmp(argv[1], "help")) {
		argv++;
		argc--;
		args.help = true;
	}
	/* without a command, it is the first one's options that follow */
	args.command = &commands[0];
	if (argc > 1 && argv[1][0] != '-') {
		args.command = find(argv[1]);
		if (!args.command)
			return unknown_command(argv[1]);
		argv++;
		argc--;
	}
	if (options_parse(&args, argc, argv, &fault))
		err = args.command->run == cmd_check ? check_unknown(&fault) : complain(&fault);
	else
		err = run(&args);
	options_free(&args);
	return close_stdout(err);
}

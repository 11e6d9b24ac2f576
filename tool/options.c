// SPDX-License-Identifier: GPL-2.0
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "tally.h"
#include "text.h"

/* Options without a letter of their own count from here. */
enum {
	OPT_CAUSE = 256,
	OPT_PEER,
	OPT_NETNS,
	OPT_ALL_NETNS,
	OPT_MIN_CONFIDENCE,
	OPT_MIN_SEVERITY,
	OPT_SINCE,
	OPT_NOHEADINGS,
	OPT_RAW,
	OPT_ENABLE,
	OPT_DISABLE,
	OPT_LEAN,
	OPT_UDP,
	OPT_TCP,
	OPT_ICMP,
	OPT_SOURCE,
	OPT_COLOR,
	OPT_SORT,
	OPT_LIMIT,
	OPT_BY,
	OPT_WARNING,
	OPT_CRITICAL,
	OPT_ANONYMIZE,
	OPT_UNTIL,
	OPT_TIME,
	OPT_NETWORKS,
	OPT_STATE,
	OPT_TOP,
	OPT_SOURCE_OF,
	OPT_FILE,
	OPT_SIZE,
	OPT_KEEP,
	OPT_TEMPORARY,
};

static const struct option_entry {
	const char *name;
	const char *argument;
	const char *description;
	int value;
	unsigned int group;
} entries[] = {
	{ "output", "COLUMNS", "columns to show; +COLUMN adds to the usual ones", 'o',
	  TAKES_TABLE | TAKES_EVENTS | TAKES_VIEW },
	{ "raw", NULL, "values as they are, for scripts", OPT_RAW, TAKES_TABLE },
	{ "noheadings", NULL, "no heading", OPT_NOHEADINGS, TAKES_TABLE },
	{ "sort", "COLUMN", "order; -COLUMN is the other way round", OPT_SORT,
	  TAKES_TABLE | TAKES_VIEW },
	{ "limit", "NUMBER", "no more than so many", OPT_LIMIT, TAKES_TABLE },
	{ "by", "WHAT", "put together by cause, program, port or prefix", OPT_BY,
	  TAKES_TABLE | TAKES_VIEW },
	{ "json", NULL, "JSON", 'J', TAKES_JSON },
	{ "all", NULL, "findings of severity info as well", 'a', TAKES_ALL },
	{ "delay", "SECONDS", "time between two looks (2)", 'd', TAKES_SCREEN },
	{ "batch", NULL, "plain text on standard output", 'b', TAKES_SCREEN },
	{ "iterations", "NUMBER", "end after so many looks", 'n', TAKES_SCREEN },
	{ "count", "NUMBER", "end after so many events", 'c',
	  TAKES_EVENTS | TAKES_RECORD },
	{ "write", "FILE", "pcapng with the verdicts as comments; - is standard output", 'w',
	  TAKES_EVENTS },
	{ "file", "FILE", "append to this file; FILE.1, FILE.2, ... are older", OPT_FILE,
	  TAKES_EVENTS },
	{ "size", "BYTES", "of the file at most, like 500K, 64M, 2G (16M)", OPT_SIZE, TAKES_EVENTS },
	{ "keep", "NUMBER", "of older files (4)", OPT_KEEP, TAKES_EVENTS },
	{ "udp", "PORT", "UDP to this port, which is best closed there, in place of ICMP echo",
	  OPT_UDP, TAKES_PROBE },
	{ "tcp", "PORT", "TCP segments of no connection to this port, in place of ICMP echo",
	  OPT_TCP, TAKES_PROBE },
	{ "icmp", NULL, "ICMP echo, whatever was found of the peer", OPT_ICMP, TAKES_PROBE },
	{ "source", "ADDRESS", "from this address of this host", OPT_SOURCE, TAKES_PROBE },
	{ "interval", "SECONDS", "time from one packet to the next (0.2; with --udp 1)", 'i',
	  TAKES_PROBE },
	{ "timeout", "SECONDS", "how long to wait for an answer (1)", 'W', TAKES_PROBE },
	{ "anonymize", NULL, "other names for addresses and the host", OPT_ANONYMIZE, TAKES_REPORT },
	{ "warning", "NUMBER", "more peers with notices are a warning (0)", OPT_WARNING,
	  TAKES_CHECK },
	{ "critical", "NUMBER", "more peers in trouble are critical (0)", OPT_CRITICAL,
	  TAKES_CHECK },
	{ "enable", "CAUSE,...", "watch for these; patterns like paws-*, or all", OPT_ENABLE,
	  TAKES_CONFIG },
	{ "disable", "CAUSE,...", "do not watch for these", OPT_DISABLE, TAKES_CONFIG },
	{ "lean", "on|off", "nothing on the data path: probes on rare functions instead", OPT_LEAN,
	  TAKES_CONFIG },
	{ "temporary", NULL, "only until the module is loaded anew", OPT_TEMPORARY,
	  TAKES_CONFIG },
	{ "write", "FILE", "the page, in one step, for the textfile collector: NAME.prom", 'w',
	  TAKES_EXPORT },
	{ "state", "FILE", "where what was counted is kept, for --networks and --top", OPT_STATE,
	  TAKES_EXPORT },
	{ "networks", "FILE", "lines CIDR NAME: counters by network, too", OPT_NETWORKS,
	  TAKES_EXPORT },
	{ "top", "NUMBER", "counters of the peers that fare worst, 1 to 20 of them", OPT_TOP,
	  TAKES_EXPORT },
	{ "cause", "CAUSE,...", "only these causes; patterns like paws-*", OPT_CAUSE,
	  TAKES_FILTER },
	{ "peer", "PREFIX", "only peers of this address or network", OPT_PEER, TAKES_FILTER },
	{ "netns", "NETNS", "another network namespace: a name, a path, inode:N or pid:N",
	  OPT_NETNS, TAKES_FILTER },
	{ "all-netns", NULL, "all network namespaces", OPT_ALL_NETNS, TAKES_FILTER },
	{ "min-confidence", "LEVEL", "possible, likely or certain, and above",
	  OPT_MIN_CONFIDENCE, TAKES_FILTER },
	{ "min-severity", "LEVEL", "info, notice or trouble, and above", OPT_MIN_SEVERITY,
	  TAKES_FILTER },
	{ "since", "TIME", "only what happened within 90s, 1h30m, since 02:00, yesterday, ...",
	  OPT_SINCE, TAKES_TIMES },
	{ "until", "TIME", "only what had begun by then", OPT_UNTIL, TAKES_TABLE },
	{ "source", "SOURCE", "from the module or the journal; else from whichever knows",
	  OPT_SOURCE_OF, TAKES_TABLE },
	{ "time", "STYLE", "times as iso, local or relative", OPT_TIME, TAKES_CLOCK },
	{ "color", "WHEN", "colours: auto, always or never", OPT_COLOR, TAKES_COLOR },
	{ "help", NULL, "this help", 'h', TAKES_HELP },
	{ "version", NULL, "the version", 'V', TAKES_HELP },
};

#define ENTRIES (sizeof(entries) / sizeof(entries[0]))

static const struct option_entry *find(int value)
{
	for (size_t i = 0; i < ENTRIES; i++)
		if (entries[i].value == value)
			return &entries[i];
	return NULL;
}

static int parse_count(unsigned long *count, const char *word, struct fault *fault)
{
	char *end, shown[64];

	*count = strtoul(word, &end, 10);
	if (*word >= '0' && *word <= '9' && !*end && *count && *count < 1000000000)
		return 0;
	fault_set(fault, EXIT_USAGE, "'%s' is not a number of 1 or more",
		  text_escape(shown, sizeof(shown), word));
	return -1;
}

static int parse_threshold(unsigned long *count, const char *option, const char *word,
			   struct fault *fault)
{
	char *end, shown[64];

	*count = strtoul(word, &end, 10);
	if (*word >= '0' && *word <= '9' && !*end && *count < 1000000000)
		return 0;
	fault_set(fault, EXIT_USAGE, "--%s: '%s' is not a number of peers", option,
		  text_escape(shown, sizeof(shown), word));
	return -1;
}

static int parse_seconds(double *seconds, const char *option, double least, double most,
			 const char *word, struct fault *fault)
{
	char *end, shown[64];

	*seconds = strtod(word, &end);
	if (end != word && !*end && *seconds >= least && *seconds <= most)
		return 0;
	fault_set(fault, EXIT_USAGE, "--%s: '%s' is not a number of seconds from %g to %g", option,
		  text_escape(shown, sizeof(shown), word), least, most);
	return -1;
}

static int parse_port(uint16_t *port, const char *option, const char *word, struct fault *fault)
{
	char *end, shown[64];
	unsigned long value = strtoul(word, &end, 10);

	if (*word >= '0' && *word <= '9' && !*end && value && value <= UINT16_MAX) {
		*port = value;
		return 0;
	}
	fault_set(fault, EXIT_USAGE, "--%s: '%s' is not a port from 1 to 65535", option,
		  text_escape(shown, sizeof(shown), word));
	return -1;
}

static int parse_source(struct address *source, const char *word, struct fault *fault)
{
	char shown[64];

	if (!parse_address(word, source)) {
		address_unmap(source);
		return 0;
	}
	fault_set(fault, EXIT_USAGE, "--source: '%s' is not an IPv4 or IPv6 address",
		  text_escape(shown, sizeof(shown), word));
	return -1;
}

/* Which of the three @words it is, or -1 with @fault filled in. */
static int parse_word(const char *const words[3], const char *option, const char *word,
		      struct fault *fault)
{
	char shown[64];

	for (int i = 0; i < 3; i++)
		if (!strcmp(word, words[i]))
			return i;
	fault_set(fault, EXIT_USAGE, "--%s: '%s' is not one of %s, %s, %s", option,
		  text_escape(shown, sizeof(shown), word), words[0], words[1], words[2]);
	return -1;
}

static int parse_color(enum color *color, const char *word, struct fault *fault)
{
	static const char *const words[] = {
		[COLOR_AUTO] = "auto", [COLOR_ALWAYS] = "always", [COLOR_NEVER] = "never",
	};
	int found = parse_word(words, "color", word, fault);

	*color = found < 0 ? COLOR_AUTO : found;
	return found < 0 ? -1 : 0;
}

static int parse_time(enum time_style *style, const char *word, struct fault *fault)
{
	static const char *const words[] = { "iso", "local", "relative" };
	int found = parse_word(words, "time", word, fault);

	*style = found < 0 ? TIME_AUTO : TIME_ISO + found;
	return found < 0 ? -1 : 0;
}

bool options_color(const struct args *args)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if (args->color != COLOR_AUTO)
		return args->color == COLOR_ALWAYS;
	/* https://no-color.org: set, and not empty */
	return isatty(STDOUT_FILENO) && !(no && *no) && term && strcmp(term, "dumb");
}

static int parse_origin(enum source_kind *source, const char *word, struct fault *fault)
{
	char shown[64];

	*source = !strcmp(word, "module") ? SOURCE_MODULE :
		  !strcmp(word, "journal") ? SOURCE_JOURNAL : SOURCE_AUTO;
	if (*source != SOURCE_AUTO)
		return 0;
	fault_set(fault, EXIT_USAGE, "--source: '%s' is neither module nor journal",
		  text_escape(shown, sizeof(shown), word));
	return -1;
}

static int parse_size(uint64_t *size, const char *word, struct fault *fault)
{
	static const char units[] = "KMG";
	char *end, shown[64];
	unsigned long long value = strtoull(word, &end, 10);
	const char *unit = *end ? strchr(units, *end) : NULL;
	unsigned int shift = unit ? 10 * (unit - units + 1) : 0;

	if (*word >= '0' && *word <= '9' && (!*end || (unit && !end[1])) && value < 1ULL << 30 &&
	    value << shift >= 4096) {
		*size = value << shift;
		return 0;
	}
	fault_set(fault, EXIT_USAGE, "--size: '%s' is not a size of 4096 bytes or more, like 500K, "
		  "64M or 2G", text_escape(shown, sizeof(shown), word));
	return -1;
}

static int parse_top(unsigned long *top, const char *word, struct fault *fault)
{
	char *end, shown[64];

	*top = strtoul(word, &end, 10);
	if (*word >= '0' && *word <= '9' && !*end && *top && *top <= TALLY_TOP_MOST)
		return 0;
	fault_set(fault, EXIT_USAGE, "--top: '%s' is not a number from 1 to %d",
		  text_escape(shown, sizeof(shown), word), TALLY_TOP_MOST);
	return -1;
}

static int parse_switch(int *on, const char *word, struct fault *fault)
{
	char shown[64];

	*on = !strcmp(word, "on") ? 1 : !strcmp(word, "off") ? 0 : -1;
	if (*on >= 0)
		return 0;
	fault_set(fault, EXIT_USAGE, "--lean: '%s' is neither on nor off",
		  text_escape(shown, sizeof(shown), word));
	return -1;
}

static int take_filter(struct filter *filter, int value, const char *word, struct fault *fault)
{
	switch (value) {
	case OPT_CAUSE:
		return filter_cause(filter, word, fault);
	case OPT_PEER:
		return filter_peer(filter, word, fault);
	case OPT_NETNS:
		return filter_netns(filter, word, fault);
	case OPT_MIN_CONFIDENCE:
		return filter_confidence(filter, word, fault);
	case OPT_MIN_SEVERITY:
		return filter_severity(filter, word, fault);
	case OPT_SINCE:
		return filter_since(filter, word, fault);
	case OPT_UNTIL:
		return filter_until(filter, word, fault);
	}
	filter->all_netns = true;
	return 0;
}

static int take(struct args *args, int value, const char *word, struct fault *fault)
{
	switch (value) {
	case 'o':
		args->columns = word;
		return 0;
	case 'w':
		args->write = word;
		return 0;
	case OPT_RAW:
		args->raw = true;
		return 0;
	case OPT_NOHEADINGS:
		args->noheadings = true;
		return 0;
	case OPT_SORT:
		return order_parse(&args->order, word, fault);
	case OPT_LIMIT:
		return parse_count(&args->limit, word, fault);
	case OPT_BY:
		return groups_parse(&args->by, word, fault);
	case 'J':
		args->json = true;
		return 0;
	case 'a':
		args->all = true;
		return 0;
	case 'b':
		args->batch = true;
		return 0;
	case 'd':
		return parse_seconds(&args->delay, "delay", 0.1, 3600, word, fault);
	case 'i':
		return parse_seconds(&args->interval, "interval", 0.01, 60, word, fault);
	case 'W':
		return parse_seconds(&args->timeout, "timeout", 0.01, 60, word, fault);
	case OPT_UDP:
		return parse_port(&args->udp, "udp", word, fault);
	case OPT_TCP:
		return parse_port(&args->tcp, "tcp", word, fault);
	case OPT_SOURCE:
		return parse_source(&args->source, word, fault);
	case OPT_ICMP:
		args->icmp = true;
		return 0;
	case 'n':
	case 'c':
		return parse_count(&args->count, word, fault);
	case OPT_ENABLE:
		words_split(&args->enable, &args->enable_count, word);
		return 0;
	case OPT_DISABLE:
		words_split(&args->disable, &args->disable_count, word);
		return 0;
	case OPT_ANONYMIZE:
		args->anonymize = true;
		return 0;
	case OPT_WARNING:
		return parse_threshold(&args->warning, "warning", word, fault);
	case OPT_CRITICAL:
		return parse_threshold(&args->critical, "critical", word, fault);
	case OPT_TIME:
		return parse_time(&args->time, word, fault);
	case OPT_COLOR:
		return parse_color(&args->color, word, fault);
	case OPT_LEAN:
		return parse_switch(&args->lean, word, fault);
	case OPT_SOURCE_OF:
		return parse_origin(&args->from, word, fault);
	case OPT_FILE:
		args->file = word;
		return 0;
	case OPT_SIZE:
		return parse_size(&args->size, word, fault);
	case OPT_KEEP:
		return parse_count(&args->keep, word, fault);
	case OPT_TEMPORARY:
		args->temporary = true;
		return 0;
	case OPT_NETWORKS:
		args->networks = word;
		return 0;
	case OPT_STATE:
		args->state = word;
		return 0;
	case OPT_TOP:
		return parse_top(&args->top, word, fault);
	case 'h':
		args->help = true;
		return 0;
	case 'V':
		args->version = true;
		return 0;
	}
	return take_filter(&args->filter, value, word, fault);
}

static bool takes(const struct command *command, const struct option_entry *entry)
{
	return entry->group & (command->options | TAKES_HELP);
}

/*
 * The word that getopt_long() did not take. It moves operands behind the options, so that a
 * place in @argv from before the call says nothing: but a letter it names itself, and what
 * begins with -- is the word that it has just passed.
 */
static const char *refused(char **argv, char letter[3])
{
	if (!optopt || find(optopt))
		return argv[optind - 1];
	letter[0] = '-';
	letter[1] = optopt;
	letter[2] = '\0';
	return letter;
}

/* getopt_long() has one message for all; this one names what was meant. */
static int refuse(const struct args *args, int c, const char *word, struct fault *fault)
{
	const char *names[ENTRIES], *nearest;
	const struct option_entry *entry;
	char shown[80];
	size_t count = 0;

	text_escape(shown, sizeof(shown), word);
	entry = find(optopt);
	if (c == ':') {
		fault_set(fault, EXIT_USAGE, "option --%s needs %s", entry ? entry->name : shown,
			  entry ? entry->argument : "a value");
		return -1;
	}
	if (entry && takes(args->command, entry)) {
		fault_set(fault, EXIT_USAGE, "option --%s takes no value", entry->name);
		return -1;
	}
	for (size_t i = 0; i < ENTRIES; i++)
		if (takes(args->command, &entries[i]))
			names[count++] = entries[i].name;
	nearest = !strncmp(word, "--", 2) ? text_nearest(word + 2, names, count) : NULL;
	fault_set(fault, EXIT_USAGE, "Unknown option '%s' for '%s'%s%s; see 'tcpwhy %s --help'",
		  shown, args->command->name, nearest ? ": did you mean --" : "",
		  nearest ? nearest : "", args->command->name);
	return -1;
}

int options_parse(struct args *args, int argc, char **argv, struct fault *fault)
{
	struct option options[ENTRIES + 1] = { 0 };
	char letters[2 * ENTRIES + 2] = ":";
	size_t count = 0, at = 1;
	char letter[3];
	int c;

	for (size_t i = 0; i < ENTRIES; i++) {
		const struct option_entry *entry = &entries[i];

		if (!takes(args->command, entry))
			continue;
		options[count].name = entry->name;
		options[count].has_arg = entry->argument ? required_argument : no_argument;
		options[count++].val = entry->value;
		if (entry->value >= OPT_CAUSE)
			continue;
		letters[at++] = entry->value;
		if (entry->argument)
			letters[at++] = ':';
	}
	opterr = 0;
	/* 0 makes getopt start afresh, for those who call this more than once */
	optind = 0;
	for (;;) {
		c = getopt_long(argc, argv, letters, options, NULL);
		if (c == -1)
			break;
		if (c == '?' || c == ':')
			return refuse(args, c, refused(argv, letter), fault);
		if (take(args, c, optarg, fault))
			return -1;
	}
	args->operands = argv + optind;
	args->operands_count = argc - optind;
	return 0;
}

void options_help(FILE *out, const struct command *command)
{
	unsigned int groups = command ? command->options | TAKES_HELP : ~0U;

	for (size_t i = 0; i < ENTRIES; i++) {
		const struct option_entry *entry = &entries[i];
		char left[64];

		if (!(entry->group & groups))
			continue;
		snprintf(left, sizeof(left), "%c%c%c --%s %s",
			 entry->value < OPT_CAUSE ? '-' : ' ',
			 entry->value < OPT_CAUSE ? entry->value : ' ',
			 entry->value < OPT_CAUSE ? ',' : ' ', entry->name,
			 entry->argument ? entry->argument : "");
		fprintf(out, "  %-28s %s\n", left, entry->description);
	}
}

static void free_words(char **words, size_t count)
{
	while (count)
		free(words[--count]);
	free(words);
}

void options_free(struct args *args)
{
	filter_free(&args->filter);
	free_words(args->enable, args->enable_count);
	free_words(args->disable, args->disable_count);
}

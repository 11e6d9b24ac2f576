// SPDX-License-Identifier: GPL-2.0
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "exporter.h"
#include "tally.h"
#include "text.h"

/* next to those of other exporters, and not in the list of taken ones */
#define LISTEN "[::1]:9989"

static const struct option known[] = {
	{ "listen", required_argument, NULL, 'l' },
	{ "networks", required_argument, NULL, 'n' },
	{ "state", required_argument, NULL, 's' },
	{ "top", required_argument, NULL, 't' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ 0 }
};

void exporter_help(void)
{
	puts("Usage: tcpwhy-exporter [OPTION...]\n\n"
	     "Serves tcpwhy's counters to Prometheus, at /metrics.\n\n"
	     "Options:\n"
	     "  --listen ADDRESS:PORT  (" LISTEN ", unless systemd hands a socket over)\n"
	     "  --networks FILE        lines CIDR NAME: counters by network, too\n"
	     "  --state FILE           where what was counted is kept over a restart\n"
	     "  --top NUMBER           counters of the peers that fare worst, 1 to 20 of them\n"
	     "  --help, --version");
}

static int take_top(unsigned long *top, const char *word, struct fault *fault)
{
	char *end, shown[80];

	*top = strtoul(word, &end, 10);
	if (*word >= '0' && *word <= '9' && !*end && *top && *top <= TALLY_TOP_MOST)
		return 0;
	fault_set(fault, EXIT_USAGE, "--top: '%s' is not a number from 1 to %d",
		  text_escape(shown, sizeof(shown), word), TALLY_TOP_MOST);
	return -1;
}

static int refuse(const char *word, struct fault *fault)
{
	char shown[80];

	fault_set(fault, EXIT_USAGE, "'%s' is not understood; see tcpwhy-exporter --help",
		  text_escape(shown, sizeof(shown), word));
	return -1;
}

int exporter_options(struct exporter_options *options, int argc, char **argv, struct fault *fault)
{
	int c;

	*options = (struct exporter_options) { .listen = LISTEN };
	opterr = 0;
	for (;;) {
		int before = optind;

		c = getopt_long(argc, argv, ":h", known, NULL);
		switch (c) {
		case -1:
			return optind < argc ? refuse(argv[optind], fault) : 0;
		case 'l':
			options->listen = optarg;
			break;
		case 'n':
			options->networks = optarg;
			break;
		case 's':
			options->state = optarg;
			break;
		case 't':
			if (take_top(&options->top, optarg, fault))
				return -1;
			break;
		case 'h':
			options->help = true;
			break;
		case 'V':
			options->version = true;
			break;
		default:
			return refuse(argv[before], fault);
		}
	}
}

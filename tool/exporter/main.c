// SPDX-License-Identifier: GPL-2.0
/*
 * tcpwhy-exporter: the metrics of `tcpwhy export` over HTTP, with exemplars for who asks for
 * OpenMetrics. One thread: a scrape is a few milliseconds, and there are few who scrape.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "exporter.h"

static volatile sig_atomic_t stopped;

static void on_signal(int number)
{
	(void)number;
	stopped = 1;
}

/* Between two looks at whether to stop: a signal may come just before poll(). */
#define LOOK_MS 1000

static int serve(void)
{
	struct sigaction action = { .sa_handler = on_signal }, ignore = { .sa_handler = SIG_IGN };

	/* without SA_RESTART, so that poll() ends */
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	/* who cuts a scrape does not end the exporter */
	sigaction(SIGPIPE, &ignore, NULL);
	while (!stopped) {
		struct pollfd polled[] = {
			{ .fd = web_fd(), .events = POLLIN },
			{ .fd = watch_fd(), .events = POLLIN },
		};
		int timeout = web_timeout();

		if (timeout < 0 || timeout > LOOK_MS)
			timeout = LOOK_MS;
		if (poll(polled, 2, timeout) < 0 && errno != EINTR) {
			fprintf(stderr, "tcpwhy-exporter: poll: %s\n", strerror(errno));
			return EXIT_OTHER;
		}
		if (polled[1].revents)
			watch_events();
		web_run();
	}
	return 0;
}

static int complain_here(const struct fault *fault)
{
	fprintf(stderr, "tcpwhy-exporter: %s\n", fault->text);
	return fault->exit;
}

int main(int argc, char **argv)
{
	struct exporter_options options;
	struct fault fault;
	int socket, err;

	if (exporter_options(&options, argc, argv, &fault))
		return complain_here(&fault);
	if (options.help) {
		exporter_help();
		return 0;
	}
	if (options.version) {
		puts("tcpwhy-exporter " TCPWHY_TOOL_VERSION);
		return 0;
	}
	socket = exporter_socket(options.listen, &fault);
	if (socket < 0)
		return complain_here(&fault);
	if (web_begin(socket, &fault))
		return complain_here(&fault);
	watch_begin(&options);
	err = serve();
	web_end();
	watch_save();
	watch_end();
	return err;
}

// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "cmd.h"
#include "history/settings.h"

int complain(const struct fault *fault)
{
	fprintf(stderr, "tcpwhy: %s\n", fault->text);
	return fault->exit;
}

int usage_error(const char *fmt, ...)
{
	va_list args;

	fputs("tcpwhy: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	return EXIT_USAGE;
}

static int fail(struct session *session, const struct fault *fault)
{
	session_end(session);
	return fault->exit;
}

int session_look(struct client *client, struct status *status, struct fault *fault)
{
	uint64_t asked = clock_boot();

	if (client_status(client, status, fault))
		return -1;
	clock_sync(asked, status->now, clock_boot());
	return 0;
}

static int session_refresh(struct session *session, struct fault *fault)
{
	status_free(&session->status);
	return session_look(session->client, &session->status, fault);
}

int session_begin(struct session *session, struct args *args, struct fault *fault)
{
	struct fault wrong;

	memset(session, 0, sizeof(*session));
	if (client_open(&session->client, fault) ||
	    session_look(session->client, &session->status, fault)) {
		/* a word that is wrong in any case is the better news */
		if (fault->exit == EXIT_MODULE && filter_resolve(&args->filter, NULL, &wrong))
			*fault = wrong;
		return fail(session, fault);
	}
	/* who loads it gives it the settings that it had */
	if (client_loads(session->client) &&
	    settings_apply(session->client, &session->status) &&
	    session_refresh(session, fault))
		return fail(session, fault);
	if (filter_resolve(&args->filter, &session->status, fault))
		return fail(session, fault);
	return 0;
}

void session_end(struct session *session)
{
	client_close(session->client);
	status_free(&session->status);
	memset(session, 0, sizeof(*session));
}

size_t coverage_missing(const struct status *status)
{
	size_t missing = 0;

	for (size_t i = 0; i < status->causes_count; i++)
		missing += status->causes[i].coverage == TCPWHY_COVERAGE_NONE ||
			   status->causes[i].coverage == TCPWHY_COVERAGE_PARTIAL;
	return missing;
}

size_t coverage_off(const struct status *status)
{
	size_t off = 0;

	for (size_t i = 0; i < status->causes_count; i++)
		off += status->causes[i].coverage == TCPWHY_COVERAGE_OFF;
	return off;
}

size_t coverage_watched(const struct status *status)
{
	size_t watched = 0;

	for (size_t i = 0; i < status->causes_count; i++)
		watched += status->causes[i].coverage > TCPWHY_COVERAGE_NONE;
	return watched;
}

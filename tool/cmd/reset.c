// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "../clock.h"
#include "../cmd.h"
#include "../envelope.h"
#include "../json.h"

/* Does the filter tell the findings of a peer apart? */
static bool some_findings(const struct filter *filter)
{
	return filter->words_count || filter->since || filter->min_severity ||
	       filter->min_confidence;
}

static void print(const struct args *args, const struct status *status, uint32_t removed)
{
	struct json json = { .out = stdout };

	if (!args->json) {
		printf("%s%u peer%s forgotten\n", some_findings(&args->filter) ? "findings of " : "",
		       removed, removed == 1 ? "" : "s");
		return;
	}
	json_object(&json, NULL);
	envelope(&json, "reset", status, clock_now());
	json_uint(&json, "removed", removed);
	json_object_end(&json);
	json_finish(&json);
}

int cmd_reset(struct args *args)
{
	struct session session;
	struct fault fault;
	uint32_t removed = 0;
	int err = 0;

	if (session_begin(&session, args, &fault))
		return complain(&fault);
	if (client_reset(session.client, &args->filter, &removed, &fault))
		err = complain(&fault);
	else
		print(args, &session.status, removed);
	session_end(&session);
	return err;
}

// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "../cmd.h"
#include "../json.h"

static void print(const struct args *args, uint32_t removed)
{
	struct json json = { .out = stdout };

	if (!args->json) {
		printf("%u peer%s forgotten\n", removed, removed == 1 ? "" : "s");
		return;
	}
	json_object(&json, NULL);
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
		print(args, removed);
	session_end(&session);
	return err;
}

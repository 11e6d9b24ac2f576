// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>

#include "../cmd.h"
#include "../history/settings.h"

/* The causes that the words name; @status is NULL where there is no module. */
static int resolve(const struct args *args, const struct status *status, struct config *config,
		   struct fault *fault)
{
	if (causes_resolve(args->enable, args->enable_count, status, &config->enable,
			   &config->enable_count, fault))
		return -1;
	return causes_resolve(args->disable, args->disable_count, status, &config->disable,
			      &config->disable_count, fault);
}

/* It holds already, but not for the next load. */
static int remember(const struct config *config)
{
	struct fault fault;

	if (!settings_remember(config, &fault))
		return 0;
	fprintf(stderr, "tcpwhy: set, and not remembered for when the module is loaded anew: %s\n",
		fault.text);
	return fault.exit;
}

static int apply(struct args *args, struct config *config)
{
	struct session session;
	struct fault fault, wrong;
	int err = 0;

	if (session_begin(&session, args, &fault)) {
		/* a misspelt cause is wrong with or without a module */
		if (fault.exit == EXIT_MODULE && resolve(args, NULL, config, &wrong))
			fault = wrong;
		return complain(&fault);
	}
	if (resolve(args, &session.status, config, &fault) ||
	    client_config(session.client, config, &fault))
		err = complain(&fault);
	else if (!args->temporary)
		err = remember(config);
	session_end(&session);
	return err;
}

int cmd_set(struct args *args)
{
	struct config config = { .lean = args->lean };
	int err;

	if (!args->enable_count && !args->disable_count && args->lean < 0)
		return usage_error("set: nothing to set: use --enable CAUSE, --disable CAUSE or "
				   "--lean on|off");
	err = apply(args, &config);
	free(config.enable);
	free(config.disable);
	return err;
}

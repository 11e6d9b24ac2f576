// SPDX-License-Identifier: GPL-2.0
#include <unistd.h>

#include "cmd.h"
#include "envelope.h"
#include "format.h"
#include "sight.h"

static const char *state(const struct status *status)
{
	if (!coverage_watched(status))
		return "none";
	return coverage_off(status) || coverage_missing(status) || sight_blind(status) ?
	       "partial" : "full";
}

static void coverage(struct json *json, const struct status *status)
{
	json_object(json, "coverage");
	json_string(json, "state", state(status));
	json_uint(json, "causes", status->causes_count);
	json_uint(json, "off", coverage_off(status));
	json_uint(json, "missing", coverage_missing(status));
	json_bool(json, "blind", sight_blind(status));
	json_bool(json, "lean", status->lean);
	json_object_end(json);
}

void envelope(struct json *json, const char *command, const struct status *status, uint64_t at)
{
	char host[65] = "", buf[FORMAT_SIZE];

	gethostname(host, sizeof(host) - 1);
	json_uint(json, "schema", ENVELOPE_SCHEMA);
	json_string(json, "command", command);
	json_string(json, "tool", TCPWHY_TOOL_VERSION);
	json_string(json, "module", status ? status->version : NULL);
	json_string(json, "host", host);
	json_string(json, "time", format_iso(at, buf));
	if (status && status->version)
		coverage(json, status);
	else
		json_null(json, "coverage");
}

// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <string.h>

#include "unnamed.h"

#define SHOWN 96

/* What they count, and where more is to be seen. The module may know others. */
static const struct {
	const char *name;
	const char *what;
	const char *see;
} known[] = {
	{ "TcpExtListenOverflows", "connections that a listening socket had no room for, as its "
	  "accept queue was full", "ss -lnt" },
	{ "TcpExtListenDrops", "connections, or SYNs, that a listening socket dropped, those "
	  "for a full accept queue among them", "ss -lnt" },
	{ "TcpExtTCPReqQFullDrop", "SYNs dropped as the SYN queue was full, with SYN cookies off",
	  "ss -nt state syn-recv" },
	{ "TcpExtTCPReqQFullDoCookies", "SYNs answered with a cookie as the SYN queue was full",
	  "ss -nt state syn-recv" },
	{ "TcpExtSyncookiesFailed", "ACKs that looked like a SYN cookie's and were none", NULL },
	{ "TcpExtTCPFastOpenListenOverflow", "fast opens refused as too many were pending",
	  "ss -lnt" },
	{ "TcpExtTCPBacklogDrop", "segments dropped as a program was busy with its socket and the "
	  "socket's backlog was full", "ss -ntm" },
	{ "TcpExtTCPRcvQDrop", "segments dropped as the receive buffer was full", "ss -ntm" },
	{ "TcpExtTCPOFODrop", "segments dropped as they came out of order and the receive buffer "
	  "was full", "ss -ntm" },
	{ "TcpExtPruneCalled", "receive buffers that were full, in which room was made",
	  "ss -ntm" },
	{ "TcpExtRcvPruned", "segments dropped as no room could be made in a receive buffer",
	  "ss -ntm" },
	{ "TcpExtOfoPruned", "times that what had come out of order was thrown away for room",
	  "ss -ntm" },
	{ "TcpExtTCPMemoryPressures", "times that TCP came close to its limit of memory, "
	  "net.ipv4.tcp_mem", "cat /proc/net/sockstat" },
	{ "TcpExtTCPWqueueTooBig", "times that a send queue was cut in too many pieces to be sent "
	  "again", "ss -ntm" },
	{ "TcpExtTCPMinTTLDrop", "packets dropped as their TTL was below IP_MINTTL", NULL },
	{ "TcpExtIPReversePathFilter", "packets that rp_filter dropped",
	  "sysctl -a -r '\\.rp_filter'" },
	{ "TcpInCsumErrors", "segments dropped for a bad checksum", NULL },
};

bool unnamed_grown(const struct status *status)
{
	for (size_t i = 0; i < status->unnamed_count; i++)
		if (status->unnamed[i].value)
			return true;
	return false;
}

static uint64_t value_of(const struct status *status, const char *name)
{
	for (size_t i = 0; i < status->unnamed_count; i++)
		if (status->unnamed[i].name && !strcmp(status->unnamed[i].name, name))
			return status->unnamed[i].value;
	return 0;
}

/* ListenDrops has the overflows as well: where it has nothing else, it says nothing new. */
static bool says_more(const struct status *status, const struct counter *counter)
{
	if (!counter->value || !counter->name)
		return false;
	return strcmp(counter->name, "TcpExtListenDrops") ||
	       counter->value != value_of(status, "TcpExtListenOverflows");
}

static void explain(FILE *out, const struct counter *counter)
{
	char name[SHOWN];

	fprintf(out, "  %s %" PRIu64, text_escape(name, sizeof(name), counter->name),
		counter->value);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(known[i].name, counter->name))
			continue;
		fprintf(out, ": %s", known[i].what);
		if (known[i].see)
			fprintf(out, " (see '%s')", known[i].see);
	}
	fputc('\n', out);
}

void unnamed_explain(FILE *out, const struct status *status)
{
	if (!unnamed_grown(status))
		return;
	fputs("But the kernel counted since then what no cause names ('nstat -az' shows whether it "
	      "goes on):\n", out);
	for (size_t i = 0; i < status->unnamed_count; i++)
		if (says_more(status, &status->unnamed[i]))
			explain(out, &status->unnamed[i]);
}

void unnamed_note(const struct status *status, const char *lead, struct text *line)
{
	char name[SHOWN];

	for (size_t i = 0; i < status->unnamed_count; i++) {
		const struct counter *counter = &status->unnamed[i];

		if (!says_more(status, counter))
			continue;
		text_add(line, "%s %s %" PRIu64, lead,
			 text_escape(name, sizeof(name), counter->name), counter->value);
		lead = ",";
	}
}

void unnamed_json(const struct status *status, bool all, struct json *json)
{
	json_array(json, "unnamed");
	for (size_t i = 0; i < status->unnamed_count; i++) {
		if (!all && !status->unnamed[i].value)
			continue;
		json_object(json, NULL);
		json_string(json, "name", status->unnamed[i].name);
		json_uint(json, "value", status->unnamed[i].value);
		json_object_end(json);
	}
	json_array_end(json);
}

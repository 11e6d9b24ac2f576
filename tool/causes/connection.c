// SPDX-License-Identifier: GPL-2.0
/* What the stories of resets and aborts have in common. */
#include <inttypes.h>
#include <stdio.h>

#include "advice.h"
#include "cgroup.h"
#include "kernel.h"
#include "names.h"

#define LISTEN 10

uint16_t advice_service_port(const struct row *row)
{
	bool here;

	return format_service(row, &here);
}

const char *advice_host(const struct row *row, char buf[HOST_SIZE])
{
	char address[FORMAT_SIZE];

	format_address(&row->peer, address);
	snprintf(buf, HOST_SIZE, row->peer.size == 4 ? "%s" : "[%s]", address);
	return buf;
}

const char *advice_port(uint16_t port, char buf[PORT_SIZE])
{
	if (port)
		snprintf(buf, PORT_SIZE, "port %u", port);
	else
		snprintf(buf, PORT_SIZE, "a port");
	return buf;
}

const char *advice_listeners(uint16_t port, char buf[FORMAT_SIZE])
{
	if (port)
		snprintf(buf, FORMAT_SIZE, "ss -Hltnp 'sport = :%u'", port);
	else
		snprintf(buf, FORMAT_SIZE, "ss -Hltnp");
	return buf;
}

const char *advice_actor(const struct row *row, char buf[ACTOR_SIZE])
{
	char comm[4 * COMM_SIZE];
	uint64_t pid;

	text_escape(comm, sizeof(comm), *row->comm ? row->comm : "a process");
	if (EVIDENCE(row, PID, &pid))
		snprintf(buf, ACTOR_SIZE, "%s (pid %" PRIu64 ")", comm, pid);
	else
		snprintf(buf, ACTOR_SIZE, "%s", *row->comm ? comm : "a program here");
	return buf;
}

static void owner(const struct row *row, struct story *story)
{
	char actor[ACTOR_SIZE], path[CGROUP_SIZE];
	struct text line = { 0 };
	uint64_t value;

	if (*row->comm || EVIDENCE(row, PID, &value))
		text_add(&line, "done by %s", advice_actor(row, actor));
	if (EVIDENCE(row, CGROUP, &value)) {
		text_add(&line, "%sthe socket is of cgroup ", line.len ? "; " : "");
		/* one that is gone, or not of this namespace, has its number only */
		if (cgroup_path(value, path))
			text_add(&line, "%s", path);
		else
			text_add(&line, "%" PRIu64, value);
	}
	if (line.len)
		story_evidence(story, "%s", line.s);
	text_free(&line);
}

static const char *phase_words(uint64_t phase, char buf[NAME_SIZE])
{
	switch (phase) {
	case TCPWHY_PHASE_HANDSHAKE:
		return "in the handshake";
	case TCPWHY_PHASE_SILENT:
		return "established, no data in either direction";
	case TCPWHY_PHASE_OPEN:
		return "established, data had passed";
	case TCPWHY_PHASE_CLOSING:
		return "one side had closed, or both";
	default:
		return name_phase(phase, buf);
	}
}

static void passed(const struct row *row, struct text *line)
{
	char in[FORMAT_SIZE], out[FORMAT_SIZE], idle[FORMAT_SIZE];
	uint64_t received, sent, ms;

	if (EVIDENCE(row, BYTES_IN, &received) && EVIDENCE(row, BYTES_OUT, &sent))
		text_add(line, "; %s received, %s sent and acknowledged",
			 format_bytes(received, in), format_bytes(sent, out));
	if (EVIDENCE(row, IDLE, &ms))
		text_add(line, "; %s since the peer was heard", format_idle(ms, idle));
}

static void losses(const struct row *row, struct story *story)
{
	char unread[FORMAT_SIZE], unacked[FORMAT_SIZE];
	uint64_t value;

	if (EVIDENCE(row, BYTES_UNREAD, &value))
		story_evidence(story, "%s had been received and not been read",
			       format_bytes(value, unread));
	if (EVIDENCE(row, BYTES_UNACKED, &value))
		story_evidence(story, "%s had been written and not been acknowledged",
			       format_bytes(value, unacked));
}

void advice_connection(const struct row *row, struct story *story)
{
	char ports[FORMAT_SIZE], name[NAME_SIZE];
	struct text line = { 0 };
	uint64_t value;

	text_add(&line, "%s", format_ports(row, ports));
	if (EVIDENCE(row, PHASE, &value))
		text_add(&line, "  %s", phase_words(value, name));
	if (EVIDENCE(row, STATE, &value))
		text_add(&line, " (%s)", name_tcp_state(value, name));
	passed(row, &line);
	story_evidence(story, "%s", line.s);
	text_free(&line);
	losses(row, story);
	if (advice_has_trait(row, TCPWHY_TRAIT_MPTCP))
		story_evidence(story, "it is a path (subflow) of an MPTCP connection: what waits to be "
			       "read there is not seen");
	owner(row, story);
}

void advice_segment(const struct row *row, struct story *story)
{
	char ports[FORMAT_SIZE], name[NAME_SIZE];
	struct text line = { 0 };
	uint64_t value;

	text_add(&line, "%s", format_ports(row, ports));
	if (EVIDENCE(row, SEQ, &value))
		text_add(&line, "  sequence number %" PRIu64, value);
	if (EVIDENCE(row, ACK, &value))
		text_add(&line, ", acknowledges %" PRIu64, value);
	if (EVIDENCE(row, STATE, &value) && value == LISTEN)
		text_add(&line, "; a program listens on the port");
	else if (EVIDENCE(row, STATE, &value))
		text_add(&line, "; the socket was in %s", name_tcp_state(value, name));
	story_evidence(story, "%s", line.s);
	text_free(&line);
	owner(row, story);
}

void advice_lost(const struct row *row, struct story *story)
{
	uint64_t unread = EVIDENCE_OR_0(row, BYTES_UNREAD), phase;
	uint64_t unacked = EVIDENCE_OR_0(row, BYTES_UNACKED);
	char in[FORMAT_SIZE], out[FORMAT_SIZE];

	if (unacked)
		story_what(story, "%s that the program here had written were never acknowledged: "
			   "count them as lost.", format_bytes(unacked, out));
	else if (EVIDENCE(row, PHASE, &phase) && EVIDENCE_OR_0(row, BYTES_OUT))
		story_what(story, "All that the program here had written was acknowledged.");
	if (unread)
		story_what(story, "%s that the peer had sent were never read.",
			   format_bytes(unread, in));
}

void advice_find_process(const struct row *row, struct story *story)
{
	char command[96];
	uint64_t pid;

	if (!EVIDENCE(row, PID, &pid) || !kernel_process(pid, row->last))
		return;
	snprintf(command, sizeof(command), "ps -o pid,ppid,lstart,args -p %" PRIu64, pid);
	story_remedy(story, WHERE_HERE, command, "the process, if it still runs; its log: "
		     "journalctl _PID=%" PRIu64, pid);
}

void advice_nat_state(struct story *story)
{
	story_remedy(story, WHERE_NAT, "conntrack -S",
		     "on a Linux NAT: was its table flushed, or is it full (insert_failed, drop)?");
	story_remedy(story, WHERE_NAT, "sysctl -w net.netfilter.nf_conntrack_tcp_be_liberal=1",
		     "a Linux NAT forwards untranslated what its conntrack finds invalid, so that it "
		     "comes from an address that the other end never spoke to; this makes it "
		     "translate that as well (or drop it: nft 'ct state invalid drop')");
}

void advice_ttl(const struct row *row, struct story *story)
{
	const char *name = row->peer.size == 4 ? "TTL" : "hop limit";
	uint64_t ttl, usual;

	if (!EVIDENCE(row, TTL, &ttl))
		return;
	if (!EVIDENCE(row, TTL_USUAL, &usual))
		story_evidence(story, "%s of the RST %" PRIu64 "; what the peer's packets usually "
			       "have is not known", name, ttl);
	else if (ttl == usual)
		story_evidence(story, "%s of the RST %" PRIu64 ", as the peer's packets usually "
			       "have", name, ttl);
	else
		story_evidence(story, "%s of the RST %" PRIu64 ", the peer's packets usually have %"
			       PRIu64, name, ttl, usual);
}

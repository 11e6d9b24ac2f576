// SPDX-License-Identifier: GPL-2.0
/* ICMP errors in place of an answer: who sent them, and why. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "advice.h"
#include "causes.h"
#include "line.h"
#include "names.h"

#define TCP 6

static bool is_connect(const struct row *row)
{
	return row_evidence_or(row, TCPWHY_A_EVIDENCE_PROTOCOL, TCP) == TCP;
}

/* What it means, by its kind. */
static const char *meaning(const struct row *row)
{
	switch (EVIDENCE_OR_0(row, ICMP)) {
	case TCPWHY_ICMP_KIND_NET_UNREACHABLE:
		return "no route leads there";
	case TCPWHY_ICMP_KIND_HOST_UNREACHABLE:
		return "the host is not there (it does not answer on its link), or a firewall says so";
	case TCPWHY_ICMP_KIND_PROTOCOL_UNREACHABLE:
		return "the host does not speak that protocol, or a firewall says so";
	case TCPWHY_ICMP_KIND_PORT_UNREACHABLE:
		return is_connect(row) ? "a firewall rejects it: a host without one answers with a RST" :
					 "nobody listens there, or a firewall says so";
	case TCPWHY_ICMP_KIND_PROHIBITED:
		return "a firewall, or a policy of a router, forbids it";
	case TCPWHY_ICMP_KIND_HOPS_EXCEEDED:
		return "it took too many hops: routes that lead in a circle, as a rule";
	default:
		return "the kind is an odd one";
	}
}

static bool same(const struct address *one, const struct address *other)
{
	char a[FORMAT_SIZE], b[FORMAT_SIZE];

	return !strcmp(format_address(one, a), format_address(other, b));
}

static void received(const struct row *row, const struct address *router, struct story *story)
{
	char kind[NAME_SIZE], by[FORMAT_SIZE], address[FORMAT_SIZE], command[FORMAT_SIZE + 64];
	bool at_peer = same(router, &row->peer);

	story_what(story, "%s was refused by ICMP \"%s\", which %s sent: %s.",
		   is_connect(row) ? "A connect to this peer" : "A datagram to this peer",
		   name_icmp(EVIDENCE_OR_0(row, ICMP), kind),
		   at_peer ? "the peer itself" : format_address(router, by), meaning(row));
	story_evidence(story, "%s, port %u", is_connect(row) ? "TCP" : "UDP", row->rport);
	story_evidence(story, "sent by %s", format_address(router, by));
	format_address(&row->peer, address);
	if (at_peer) {
		story_remedy(story, WHERE_PEER, "nft list ruleset", "which rule rejects (`iptables -S` "
			     "for old iptables)?");
		story_remedy(story, WHERE_PEER, "ss -ltunp", "does the service listen?");
		return;
	}
	snprintf(command, sizeof(command), "ip route get %s", by);
	story_remedy(story, WHERE_HERE, command, "`local` says that it is this host's own address: then "
		     "a rule here rejects (nft list ruleset), or the next hop did not answer (ip neigh)");
	snprintf(command, sizeof(command), "ip route get %s", address);
	story_remedy(story, WHERE_HERE, command, "the way that it takes from here");
	story_remedy(story, "on that router", NULL, "its routes to the peer, its neighbours, and its "
		     "firewall");
}

static void sent(const struct row *row, struct story *story)
{
	char kind[NAME_SIZE];
	bool by_rule = EVIDENCE_OR_0(row, ORIGIN) == TCPWHY_ORIGIN_NETFILTER;

	story_what(story, "This host answered %s of this peer with ICMP \"%s\": %s.",
		   is_connect(row) ? "a connect" : "a datagram",
		   name_icmp(EVIDENCE_OR_0(row, ICMP), kind), meaning(row));
	story_evidence(story, "%s, to port %u", is_connect(row) ? "TCP" : "UDP", row->lport);
	if (by_rule)
		story_evidence(story, "a rule of netfilter: TCP/IP itself does not answer so");
	if (by_rule || EVIDENCE_OR_0(row, ICMP) != TCPWHY_ICMP_KIND_NET_UNREACHABLE)
		story_remedy(story, WHERE_HERE, "nft list ruleset", "which rule rejects (`iptables -S` "
			     "for old iptables)? It may be meant to");
	if (!by_rule && EVIDENCE_OR_0(row, ICMP) == TCPWHY_ICMP_KIND_PORT_UNREACHABLE)
		story_remedy(story, WHERE_HERE, "ss -lunp", "does the service listen, on that address?");
	if (!by_rule && EVIDENCE_OR_0(row, ICMP) != TCPWHY_ICMP_KIND_PORT_UNREACHABLE)
		story_remedy(story, WHERE_HERE, "ip route; ip neigh", "as a gateway: is there a route, "
			     "and does the next hop answer?");
}

static void refused_icmp(const struct row *row, struct story *story)
{
	struct address router;
	char address[FORMAT_SIZE];

	if (row_address(row, TCPWHY_A_EVIDENCE_ROUTER, &router))
		received(row, &router, story);
	else
		sent(row, story);
	format_address(&row->peer, address);
	story_see(story, "tcpdump -nnvi any 'host %s or %s'", address,
		  row->peer.size == 4 ? "icmp" : "icmp6");
}

static void line_refused(const struct row *row, struct line *line)
{
	char kind[NAME_SIZE], protocol[NAME_SIZE], buf[FORMAT_SIZE];
	uint64_t value = EVIDENCE_OR_0(row, ICMP);
	struct address router;

	if (row_address(row, TCPWHY_A_EVIDENCE_ROUTER, &router))
		line_add(line, "%s from %s", name_icmp(value, kind), format_address(&router, buf));
	else
		line_add(line, "this host answered %s", name_icmp(value, kind));
	if (EVIDENCE(row, PROTOCOL, &value))
		line_add(line, "%s", name_protocol(value, protocol));
	if (row->has & ROW_HAS_RPORT && row->rport)
		line_add(line, "port %u", row_address(row, TCPWHY_A_EVIDENCE_ROUTER, &router) ?
			 row->rport : row->lport);
}

static const struct cause causes[] = {
	{
		.id = TCPWHY_CAUSE_REFUSED_ICMP,
		.severity = TCPWHY_SEVERITY_NOTICE,
		.name = "refused-icmp",
		.brief = "a connect or a datagram was answered with an ICMP error",
		.what = "A connect, or a datagram of UDP, was refused by ICMP: port, host or network "
			"unreachable, or prohibited. With a router it came here, and the program "
			"gets \"No route to host\", \"Connection refused\" or \"Permission denied\". "
			"Without one, this host sent it to the peer.",
		.proof = "Received: the kernel ended a connect in SYN_SENT for a message that quotes "
			 "its SYN (certain), or took it for a socket of UDP (likely where the "
			 "program hears of it, else possible). Sent: the kernel was seen making it "
			 "for a SYN or a datagram (possible: anybody may have sent that).",
		.forgeable = "That the ICMP error came is a fact; that its sender is who it "
			     "says is not: anyone on the path can write that.",
		.mistaken = "peer-refused: a RST. A message that comes while the program works on "
			    "its socket is only noted by the kernel, and ends nothing.",
		.evidence = "icmp, protocol, router, origin, cgroup",
		.remedy = "Look at the firewall and the routes of whom it came from: the peer, a "
			  "router, or this host.",
		.counter = "IcmpInDestUnreachs, IcmpOutDestUnreachs, TcpAttemptFails",
		.opener = WAY_EITHER,
		.line = line_refused,
		.tell = refused_icmp,
	},
};

FAMILY(refused);

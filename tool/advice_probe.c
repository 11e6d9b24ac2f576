// SPDX-License-Identifier: GPL-2.0
/* What `tcpwhy probe` has found, and what to do about it. */
#include <inttypes.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "advice_probe.h"

#define COMMAND 384
#define DEV_SIZE (4 * IF_NAMESIZE)
#define TYPED (4 * (FORMAT_SIZE + IF_NAMESIZE) + 4)

const char *advice_probe_word(enum probe_verdict verdict)
{
	static const char *const words[] = {
		[PROBE_FULL] = "full", [PROBE_TOLD] = "told", [PROBE_MISLED] = "misled",
		[PROBE_BLACKHOLE] = "blackhole", [PROBE_HOLE] = "hole", [PROBE_BELOW_MINIMUM] = "below-minimum",
		[PROBE_NO_ANSWER] = "no-answer", [PROBE_UNSTEADY] = "unsteady",
	};

	return words[verdict];
}

const char *advice_probe_protocol(enum probe_kind kind)
{
	static const char *const words[] = {
		[PROBE_ICMP] = "icmp", [PROBE_UDP] = "udp", [PROBE_TCP] = "tcp",
	};

	return words[kind];
}

/* What the headers of IP and TCP leave (RFC 6691: options are not counted). */
unsigned int advice_probe_mss(const struct probe_report *report)
{
	unsigned int headers = advice_probe_six(report) ? 60 : 40;

	return report->result->mtu > headers ? report->result->mtu - headers : 0;
}

static const char *name(const struct address *address, char buf[FORMAT_SIZE])
{
	if (address->size)
		return format_address(address, buf);
	snprintf(buf, FORMAT_SIZE, "this host itself");
	return buf;
}

static const char *means(const struct probe_report *report, char buf[FORMAT_SIZE])
{
	const struct probe_peer *peer = report->peer;

	if (peer->kind == PROBE_UDP)
		snprintf(buf, FORMAT_SIZE, "UDP to port %u", peer->port);
	else if (peer->kind == PROBE_TCP)
		snprintf(buf, FORMAT_SIZE, "TCP from port %u to port %u", report->own_port, peer->port);
	else
		snprintf(buf, FORMAT_SIZE, "ICMP echo");
	return buf;
}

/* Has this host learned from the probe what it did not know, or for longer? */
static bool taught(const struct probe_report *report)
{
	const struct route *before = report->before, *now = report->route;

	return now->mtu && now->expires && (before->mtu != now->mtu || now->expires > before->expires);
}

static void route_line(const struct probe_report *report, struct story *story)
{
	const struct route *route = report->route;
	char gateway[FORMAT_SIZE], dev[DEV_SIZE];

	story_evidence(story, "leaves by %s, whose MTU is %u%s%s",
		       text_escape(dev, sizeof(dev), route->dev), route->dev_mtu,
		       route->gateway.size ? ", via " : "",
		       route->gateway.size ? format_address(&route->gateway, gateway) : "");
	if (route->no_pmtu_disc)
		story_evidence(story, "net.ipv4.ip_no_pmtu_disc is %d here: this host does not "
			       "listen to routers that say what would pass", route->no_pmtu_disc);
	if (taught(report))
		story_evidence(story, "this probe's own packets made a router say what would pass: this "
			       "host now keeps to %u for this peer, for %u s. TCP to it may work for "
			       "that long, and no longer ('ip %sroute flush cache' takes back all that "
			       "was learned so)",
			       route->mtu, route->expires, advice_probe_six(report) ? "-6 " : "");
	else if (route->mtu && route->expires)
		story_evidence(story, "this host has learned that %u is the most for this peer, "
			       "and keeps to it for %u s more", route->mtu, route->expires);
	else if (route->mtu)
		story_evidence(story, "this host's route says that %u is the most", route->mtu);
}

static void sizes_line(const struct probe_report *report, struct story *story)
{
	const struct probe_result *result = report->result;
	char router[FORMAT_SIZE];

	if (result->mtu)
		story_evidence(story, "%u bytes pass, IP header included%s", result->mtu,
			       result->fails ? "" : ": all that this host can send");
	if (result->verdict == PROBE_FULL && result->swept)
		story_evidence(story, "so do smaller ones, of all lengths that were tried");
	if (result->verdict == PROBE_HOLE)
		story_evidence(story, "%u to %u bytes do not, time and again; larger ones do", result->fails,
			       result->fails_to);
	else if (result->fails && result->router && result->router_mtu)
		story_evidence(story, "%u bytes do not: %s says that the next link takes %u",
			       result->fails, name(&result->router_address, router),
			       result->router_mtu);
	else if (result->fails && result->router)
		story_evidence(story, "%u bytes do not: %s says that they are too big, and not "
			       "what would pass", result->fails,
			       name(&result->router_address, router));
	else if (result->fails)
		story_evidence(story, "%u bytes do not, time and again, while small packets were "
			       "answered; no router said that they are too big", result->fails);
	if ((result->verdict == PROBE_BLACKHOLE || result->verdict == PROBE_HOLE) &&
	    report->peer->kind == PROBE_ICMP)
		story_evidence(story, "an echo is as large on its way back, and may have vanished "
			       "there: --udp PORT measures the way there alone");
	if (advice_probe_mss(report))
		story_evidence(story, "TCP segments of %u bytes fit (MSS: %u less %u of headers)",
			       advice_probe_mss(report), result->mtu, advice_probe_six(report) ? 60 : 40);
}

static void probes_line(const struct probe_report *report, struct story *story)
{
	const struct probe_result *result = report->result;
	char with[FORMAT_SIZE], from[FORMAT_SIZE], source[FORMAT_SIZE + 16] = "";

	if (report->source.size)
		snprintf(source, sizeof(source), ", sent from %s", format_address(&report->source, from));
	if (result->answered)
		story_evidence(story, "%u packets of %s%s, %u answered, the fastest after %.2f ms",
			       result->sent, means(report, with), source, result->answered,
			       result->rtt / 1e6);
	else
		story_evidence(story, "%u packets of %s%s, none answered", result->sent,
			       means(report, with), source);
	if (report->ports_tried)
		story_evidence(story, "the largest also passes from %u other port%s of this host",
			       report->ports_tried, report->ports_tried == 1 ? "" : "s");
	if (report->tcp_in_vain)
		story_evidence(story, "TCP segments to the finding's port, tried before, were not answered: "
			       "they belong to no connection, and a firewall may drop them");
	if (result->error)
		story_evidence(story, "%s says: %s", name(&result->error_from, from),
			       strerror(result->error));
}

static void probing_remedy(struct story *story)
{
	story_remedy(story, WHERE_HERE, "sysctl -w net.ipv4.tcp_mtu_probing=1",
		     "for all peers, IPv6 too: after some time-outs in a row a connection tries "
		     "smaller segments. Helps what this host sends, not what it receives");
}

/* nft's `rt mtu` asks the gateway's routes, which may not know: IPsec policies, a wrong tunnel. */
static void clamp_remedies(const struct probe_report *report, struct story *story)
{
	advice_clamp(story, WHERE_GATEWAY, advice_probe_six(report), advice_probe_mss(report),
		     "an MSS that is smaller already stays (`rt mtu` in place of the number works "
		     "only where the gateway's own routes have this MTU: not with IPsec policies, "
		     "and not with a tunnel whose own MTU is wrong)");
}

static void icmp_remedy(const struct probe_report *report, struct story *story)
{
	if (advice_probe_six(report))
		story_remedy(story, WHERE_PATH, NULL, "the cure: let ICMPv6 type 2 (packet too "
			     "big) through every firewall (RFC 4890)");
	else
		story_remedy(story, WHERE_PATH, NULL, "the cure: let ICMP type 3 code 4 "
			     "(fragmentation needed) through every firewall");
}

/*
 * What looks like a path's silence is this host's, then. A socket keeps what
 * the sysctl was when it was made, and an accepted one has that of its listener.
 */
static void listening_remedy(const struct probe_report *report, struct story *story)
{
	if (report->route->no_pmtu_disc)
		story_remedy(story, WHERE_HERE, "sysctl -w net.ipv4.ip_no_pmtu_disc=0; "
			     "ip route flush cache", "listen to routers that say what would pass, "
			     "as Linux does by default, and forget what was learned meanwhile. "
			     "Programs that run keep the old setting: restart those that listen, "
			     "then probe again");
}

/* The peer, for a command: of a link-local address the interface's name belongs to it. */
static const char *typed(const struct probe_report *report, char buf[TYPED])
{
	const struct probe_peer *peer = report->peer;
	char address[FORMAT_SIZE], dev[IF_NAMESIZE], word[FORMAT_SIZE + IF_NAMESIZE + 1];

	format_address(&peer->address, address);
	if (!peer->scope || !if_indextoname(peer->scope, dev))
		snprintf(word, sizeof(word), "%s", address);
	else
		snprintf(word, sizeof(word), "%s%%%s", address, dev);
	return text_shell(buf, TYPED, word);
}

/* The commands that show it without tcpwhy; of TCP no common program sends what the probe does. */
static void see(const struct probe_report *report, struct story *story)
{
	unsigned int payload = report->result->fails - (advice_probe_six(report) ? 48 : 28);
	char peer[TYPED], address[FORMAT_SIZE];

	typed(report, peer);
	if (report->peer->kind == PROBE_UDP)
		story_see(story, "tracepath -n -p %u %s", report->peer->port, peer);
	else if (report->peer->kind == PROBE_TCP)
		story_see(story, "tcpdump -nnvi any 'host %s and tcp port %u'",
			  format_address(&report->peer->address, address), report->peer->port);
	else
		story_see(story, "ping -c 3 -M do -s %u %s", payload, peer);
	if (advice_probe_six(report))
		story_see(story, "tcpdump -nnvi any 'icmp6 and ip6[40] == 2'");
	else
		story_see(story, "tcpdump -nnvi any 'icmp[0] == 3 and icmp[1] == 4'");
}

static void full(const struct probe_report *report, struct story *story)
{
	const struct route *route = report->route;
	char command[COMMAND], peer[FORMAT_SIZE], with[FORMAT_SIZE];

	story_what(story, "%s of up to %u bytes, all that this host can send at once, reaches this peer.",
		   means(report, with), report->result->mtu);
	if (report->standing->there)
		advice_probe_stands(report, story);
	else
		story_what(story, "No link on that path has a smaller MTU: large packets are not what "
			   "is wrong there.");
	if (!route->mtu || route->mtu >= report->result->mtu)
		return;
	format_address(&report->peer->address, peer);
	snprintf(command, sizeof(command), "ip route get %s", peer);
	if (route->expires)
		story_remedy(story, WHERE_HERE, advice_probe_six(report) ? "ip -6 route flush cache" :
			     "ip route flush cache", "what this host has learned is out of date: "
			     "let it learn anew");
	else
		story_remedy(story, WHERE_HERE, command, "its mtu is lower than need be");
}

static bool keeps_to_it(const struct probe_report *report)
{
	return report->route->mtu && report->route->mtu <= report->result->mtu;
}

static void told(const struct probe_report *report, struct story *story)
{
	char router[FORMAT_SIZE];

	story_what(story, "The path carries packets of up to %u bytes, and %s says so to who sends "
		   "larger ones.", report->result->mtu,
		   name(&report->result->router_address, router));
	if (keeps_to_it(report) || !report->result->router_address.size) {
		story_what(story, taught(report) ?
			   "TCP on this host keeps to it now, since this probe made the router say it." :
			   "TCP on this host hears that and keeps to it.");
		if (!report->standing->there)
			story_what(story, "Nothing is wrong as long as everybody concerned hears it.");
		else if (!keeps_to_it(report) || report->route->expires)
			advice_probe_route(report, story);
	} else {
		story_what(story, "This host does not keep to it, though.");
		advice_probe_route(report, story);
	}
	if (report->standing->there)
		advice_probe_stands(report, story);
	if (report->standing->there && taught(report))
		story_what(story, "The finding's connection may never hear it: the router's message goes "
			   "to the address that the packet came from, and where several hosts "
			   "share that address, to any of them.");
	story_remedy(story, WHERE_PATH, NULL, "do hosts behind this one hear it as well, and the "
		     "peer of its own first router? Probe from there, too");
	clamp_remedies(report, story);
}

static void misled(const struct probe_report *report, struct story *story)
{
	const struct probe_result *result = report->result;
	char router[FORMAT_SIZE], claim[FORMAT_SIZE] = "no size";

	if (result->router_mtu)
		snprintf(claim, sizeof(claim), "%u bytes", result->router_mtu);
	/* 1: icmp_unreach() of the kernel does not read the size */
	if (!result->router_mtu && report->route->no_pmtu_disc)
		story_what(story, "The path carries packets of up to %u bytes. %s refuses larger ones, "
			   "and this host does not read what it says would pass, as "
			   "net.ipv4.ip_no_pmtu_disc is %d.", result->mtu,
			   name(&result->router_address, router), report->route->no_pmtu_disc);
	else
		story_what(story, "The path carries packets of up to %u bytes. %s refuses larger ones, and "
		   "names %s as what would pass, which is wrong: who believes it goes on sending "
		   "what does not arrive, or less than it could.", result->mtu,
		   name(&result->router_address, router), claim);
	listening_remedy(report, story);
	advice_probe_route(report, story);
	probing_remedy(story);
	clamp_remedies(report, story);
}

static void blackhole(const struct probe_report *report, struct story *story)
{
	const struct route *route = report->route;

	story_what(story, "The path carries packets of up to %u bytes; larger ones vanish, and "
		   "nobody says so (a path MTU black hole). TCP connections come about and small "
		   "requests are answered, but full-size segments are repeated until the "
		   "connection is given up.", report->result->mtu);
	if (report->ports_tried)
		story_what(story, "From another port of this host the larger ones arrive as well: there are "
			   "several ways to this peer, and a connection's addresses and ports choose "
			   "one. Some connections are stuck for good, and others never are.");
	listening_remedy(report, story);
	if (keeps_to_it(report))
		story_what(story, "TCP on this host is not hurt, since its route keeps to %u "
			   "bytes; hosts behind it may be.", route->mtu);
	else
		advice_probe_route(report, story);
	probing_remedy(story);
	clamp_remedies(report, story);
	icmp_remedy(report, story);
}

static void in_between(const struct probe_report *report, struct story *story)
{
	const struct probe_result *result = report->result;

	story_what(story, "Packets of %u to %u bytes vanish, while smaller ones and larger ones pass: a "
		   "tunnel fragments what is far too large for it, and loses what is a little too "
		   "large, or the fragments of that. TCP repeats a segment of such a length until the "
		   "connection is given up.", result->fails, result->fails_to);
	advice_probe_route(report, story);
	clamp_remedies(report, story);
	story_remedy(story, WHERE_PATH, NULL, "the cure: lower the MTU of the tunnel's device, which does "
		     "not fit into the link below it; %u passes here", result->mtu);
}

static void below_minimum(const struct probe_report *report, struct story *story)
{
	char router[FORMAT_SIZE];

	story_what(story, "Small packets reach this peer, and those of %u bytes do not, which "
		   "every link of IPv6 has to carry (RFC 8200): the path is broken for IPv6. No "
		   "MSS of TCP's can be relied on.", report->result->fails);
	if (report->result->router)
		story_what(story, "%s refuses them.",
			   name(&report->result->router_address, router));
	story_remedy(story, WHERE_PATH, NULL, "a tunnel or a link whose MTU is below 1280: raise "
		     "it, or let it divide and join packets below IP");
}

static void no_answer(const struct probe_report *report, struct story *story)
{
	char command[COMMAND], peer[TYPED];

	typed(report, peer);
	story_what(story, "Not even small packets were answered, so that nothing is known of large "
		   "ones.");
	if (report->standing->there)
		advice_probe_stands(report, story);
	if (report->peer->kind == PROBE_TCP) {
		story_what(story, "A firewall may drop segments that belong to no connection.");
		snprintf(command, sizeof(command), "tcpwhy probe --icmp %s", peer);
		story_remedy(story, WHERE_HERE, command, "the same with ICMP echo");
		return;
	}
	if (report->peer->kind == PROBE_UDP) {
		story_what(story, "UDP port %u of the peer must be closed (its ICMP port unreachable "
			   "is the answer) or have a program that answers; a firewall may drop "
			   "either.", report->peer->port);
		story_remedy(story, WHERE_HERE, NULL, "another port, or ICMP echo (without --udp)");
		return;
	}
	story_what(story, "The peer is away, or it or a firewall does not answer ICMP echo.");
	snprintf(command, sizeof(command), "tcpwhy probe --udp 33434 %s", peer);
	story_remedy(story, WHERE_HERE, command, "UDP, to any port that is closed there");
}

static void unsteady(const struct probe_report *report, struct story *story)
{
	story_what(story, "Small packets were answered at first, and then no more: nothing can be "
		   "said of large ones. The peer or a router limits the rate of answers, or the "
		   "path is down.");
	story_remedy(story, WHERE_HERE, NULL, "again, and slower (--interval 2)%s",
		     report->peer->kind == PROBE_UDP ? ": most systems limit ICMP errors to about one a second" :
		     "");
}

void advice_probe(const struct probe_report *report, struct story *story)
{
	static void (*const tell[])(const struct probe_report *report, struct story *story) = {
		[PROBE_FULL] = full, [PROBE_TOLD] = told, [PROBE_MISLED] = misled,
		[PROBE_BLACKHOLE] = blackhole, [PROBE_HOLE] = in_between,
		[PROBE_BELOW_MINIMUM] = below_minimum,
		[PROBE_NO_ANSWER] = no_answer, [PROBE_UNSTEADY] = unsteady,
	};

	memset(story, 0, sizeof(*story));
	tell[report->result->verdict](report, story);
	sizes_line(report, story);
	route_line(report, story);
	probes_line(report, story);
	if (report->result->fails)
		see(report, story);
}

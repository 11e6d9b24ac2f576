// SPDX-License-Identifier: GPL-2.0
/* What else is known of a connect, a listener, or a RST: another address, another device, an option. */
#include <inttypes.h>
#include <net/if.h>
#include <stdio.h>

#include "advice.h"

bool advice_has_trait(const struct row *row, enum tcpwhy_reset_trait trait)
{
	return EVIDENCE_OR_0(row, TRAITS) & trait;
}

/* "127.0.0.1 port 15001" */
static const char *via(const struct row *row, char buf[2 * FORMAT_SIZE])
{
	struct address address;
	char text[FORMAT_SIZE];

	if (!row_address(row, TCPWHY_A_EVIDENCE_VIA, &address))
		return "another address";
	snprintf(buf, 2 * FORMAT_SIZE, "%s port %" PRIu64, format_address(&address, text),
		 EVIDENCE_OR_0(row, VIA_PORT));
	return buf;
}

static void mptcp(const struct row *row, struct story *story)
{
	char address[FORMAT_SIZE], command[FORMAT_SIZE + 32];

	story_what(story,
		   "The SYN asked for MPTCP (option 30, MP_CAPABLE), and some firewalls drop or "
		   "reject what they do not know.");
	format_address(&row->peer, address);
	snprintf(command, sizeof(command), "nc -vzw 5 %s %u", address, row->rport);
	story_remedy(
		story, WHERE_HERE, row->rport ? command : NULL,
		"a plain SYN, without MPTCP: if it connects, it is the option that does not pass");
	story_remedy(story, WHERE_HERE, "sysctl -w net.mptcp.enabled=0",
		     "then: programs that ask for MPTCP take plain TCP if they can do without (Go "
		     "does), and others fail at once; or let the firewall pass TCP option 30");
}

static void fast_open(const struct row *row, uint64_t bytes, struct story *story)
{
	char buf[FORMAT_SIZE], address[FORMAT_SIZE], command[FORMAT_SIZE + 32];

	story_what(story,
		   "The SYN carried %s of data (TCP fast open), and some firewalls drop or reject "
		   "such SYNs.",
		   format_bytes(bytes, buf));
	format_address(&row->peer, address);
	snprintf(command, sizeof(command), "nc -vzw 5 %s %u", address, row->rport);
	story_remedy(story, WHERE_HERE, row->rport ? command : NULL,
		     "a SYN without data: if it connects, it is fast open that does not pass");
	story_remedy(
		story, WHERE_HERE, "sysctl -w net.ipv4.tcp_fastopen=0",
		"then: programs that ask for fast open get EOPNOTSUPP, and those that can do without "
		"connect plainly");
}

void advice_syn(const struct row *row, struct story *story)
{
	uint64_t bytes = EVIDENCE_OR_0(row, BYTES_UNACKED);

	if (advice_has_trait(row, TCPWHY_TRAIT_MPTCP))
		mptcp(row, story);
	if (bytes)
		fast_open(row, bytes, story);
}

static void find_redirect(const struct row *row, struct story *story)
{
	char command[FORMAT_SIZE];

	story_remedy(story, WHERE_HERE, advice_listeners(EVIDENCE_OR_0(row, VIA_PORT), command),
		     "the proxy (a sidecar, a transparent proxy), if it runs");
	story_remedy(story, WHERE_HERE, "nft list ruleset | grep -nE 'redirect|tproxy|dnat'",
		     "the rule that leads to it (iptables: iptables-save | grep -nE "
		     "'REDIRECT|TPROXY|DNAT')");
}

void advice_proxy_refused(const struct row *row, struct story *story)
{
	char buf[2 * FORMAT_SIZE], port[PORT_SIZE];

	story_what(
		story,
		"Our SYN to %s of this peer was answered with a RST by this host itself, which "
		"redirects it to %s: connect() failed with ECONNREFUSED (\"Connection refused\"), as "
		"nobody listens there. The peer has not seen it.",
		advice_port(row->rport, port), via(row, buf));
	advice_segment(row, story);
	find_redirect(row, story);
	story_see_flags(story, row, "syn|tcp-rst", true);
}

void advice_proxy_aborted(const struct row *row, struct story *story)
{
	char buf[2 * FORMAT_SIZE], actor[ACTOR_SIZE];

	story_what(
		story,
		"The RST came by loopback from a socket of this host, %s, in the peer's name: "
		"%s ended the connection. The peer did not, and the program here gets ECONNRESET "
		"(\"Connection reset by peer\").",
		via(row, buf), *row->comm ? advice_actor(row, actor) : "a local proxy");
	advice_lost(row, story);
	advice_connection(row, story);
	story_remedy(story, WHERE_HERE, "tcpwhy list -a --cause 'rst-*' --since 10m",
		     "why that socket did it: its own finding is about an address of this host");
	find_redirect(row, story);
	advice_find_process(row, story);
	story_remedy(story, WHERE_HERE, NULL,
		     "the proxy's own log and configuration: its time limits, and "
		     "what it does when its connection to the service ends");
	story_see_flags(story, row, "rst", true);
}

static void bound_listener(const struct row *row, uint64_t dev, struct story *story)
{
	char name[IF_NAMESIZE], port[PORT_SIZE];
	bool known = dev <= UINT32_MAX && if_indextoname(dev, name);

	story_what(story,
		   "A SYN came for %s. A program listens there, and is bound to %s%s, so that it "
		   "does not get what comes by others (SO_BINDTODEVICE): the client sees "
		   "\"Connection refused\".",
		   advice_port(row->lport, port), known ? "the device " : "another device",
		   known ? name : "");
	if (!known)
		story_evidence(story, "the listener is bound to device %" PRIu64 " (ip link)", dev);
	story_remedy(story, WHERE_PROGRAM, NULL,
		     "if it should serve this client: bind it to the device that "
		     "the SYN came by (in a VRF: ip vrf exec NAME ...), or to none");
}

void advice_listener_elsewhere(const struct row *row, struct story *story)
{
	uint64_t dev = EVIDENCE_OR_0(row, LISTENER_DEV);
	char port[PORT_SIZE], command[FORMAT_SIZE];

	if (dev)
		bound_listener(row, dev, story);
	else
		story_what(
			story,
			"A SYN came for %s by a device of a VRF. A program listens there, and is "
			"bound to no device: with net.ipv4.tcp_l3mdev_accept=0 it gets nothing that "
			"comes by a VRF, and the client sees \"Connection refused\".",
			advice_port(row->lport, port));
	advice_segment(row, story);
	if (!dev)
		story_remedy(
			story, WHERE_HERE, "sysctl -w net.ipv4.tcp_l3mdev_accept=1",
			"such listeners then serve all VRFs (IPv6 as well); or start the program in "
			"its VRF (ip vrf exec NAME ...)");
	story_remedy(story, WHERE_HERE, advice_listeners(row->lport, command),
		     "the listener, with its device after '%%'");
	story_see_flags(story, row, "syn|tcp-rst", true);
}

/* The SYN-ACK of a server that a balancer chose, and that answers past it. */
void advice_answers_connect(const struct row *row, struct story *story)
{
	char address[FORMAT_SIZE], command[FORMAT_SIZE + 96], buf[2 * FORMAT_SIZE];

	story_what(
		story,
		"This host answered a SYN-ACK with a RST, as no program here had called this "
		"address. It acknowledges the SYN of a connect to %s, which waits: a balancer or NAT "
		"passed that SYN on to this peer and kept our address, so that the answer does not go "
		"back through it. The connect never succeeds.",
		via(row, buf));
	advice_segment(row, story);
	format_address(&row->peer, address);
	snprintf(command, sizeof(command),
		 "%s -t nat -A POSTROUTING -d %s -p tcp --dport %u -j MASQUERADE",
		 row->peer.size == 4 ? "iptables" : "ip6tables", address, row->rport);
	story_remedy(
		story, "on the balancer", row->rport ? command : NULL,
		"a Linux box that translates: the server then sees its address, and answers by it");
	story_remedy(
		story, WHERE_PEER, NULL,
		"or let the answers go back by the balancer, as the next hop "
		"to us (ip route get OUR-ADDRESS shows it); a client in the server's own network is "
		"reached past it");
	story_remedy(story, WHERE_PEER, NULL,
		     "or direct return: the server has the service's address itself "
		     "(on lo, and does not answer ARP for it), and answers from that");
	story_see_flags(story, row, "syn|tcp-rst", true);
}

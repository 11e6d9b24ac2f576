// SPDX-License-Identifier: GPL-2.0
/* The route that keeps packets to one peer small, and how to be rid of it again. */
#include <inttypes.h>

#include "advice_probe.h"

static void tables(const struct route_entry *entry, struct text *words)
{
	if (entry->table != RT_TABLE_MAIN)
		text_add(words, " table %" PRIu32, entry->table);
}

/* The peer has a route of its own, which somebody needs: it stays, with another MTU. */
static void change_remedy(const struct probe_report *report, struct story *story)
{
	const struct route_entry *entry = &report->route->entry;
	const struct address *peer = &report->peer->address;
	const char *ip = advice_probe_six(report) ? "ip -6" : "ip";
	struct text command = { 0 }, undo = { 0 };
	char address[FORMAT_SIZE];

	if (entry->untypable || entry->several) {
		text_add(&command, "%s route show exact %s", ip, format_address(peer, address));
		tables(entry, &command);
		story_remedy(story, WHERE_HERE, command.s, "the peer has a route of its own: type "
			     "it again after `%s route change`, with `mtu %u` before its first "
			     "`nexthop`, or at its end if it has none; the same without `mtu` "
			     "undoes it", ip, report->result->mtu);
	} else {
		text_add(&command, "%s route change ", ip);
		route_words(entry, peer, report->result->mtu, &command);
		route_words(entry, peer, 0, &undo);
		story_remedy(story, WHERE_HERE, command.s, "for this peer only, at once, and both "
			     "ways: new connections also tell the peer to send nothing larger. The "
			     "peer has a route of its own, which stays (`%s route change %s` makes it "
			     "as it was; so may the program that made it)", ip, undo.s);
	}
	text_free(&command);
	text_free(&undo);
}

/* No other traffic is touched, and it is easily undone. */
static void own_route_remedy(const struct probe_report *report, struct story *story)
{
	const struct address *peer = &report->peer->address;
	const char *ip = advice_probe_six(report) ? "ip -6" : "ip";
	struct text command = { 0 }, undo = { 0 };
	struct route_entry entry;
	char address[FORMAT_SIZE];

	route_alone(report->route, &entry);
	/* what is not known to be free must not be replaced */
	text_add(&command, "%s route %s ", ip, entry.there ? "replace" : "add");
	route_words(&entry, peer, report->result->mtu, &command);
	text_add(&undo, "%s route del %s", ip, format_address(peer, address));
	tables(&entry, &undo);
	story_remedy(story, WHERE_HERE, command.s, "for this peer only, at once, and both ways: new "
		     "connections also tell the peer to send nothing larger%s ('%s' undoes it)",
		     report->route->entry.several ? ". Of the several ways to the peer, packets take "
		     "this one alone from then on" : "", undo.s);
	text_free(&command);
	text_free(&undo);
}

/* A route that is marked, wrapped or labelled cannot be typed without knowing how. */
static void match_remedy(const struct probe_report *report, struct story *story)
{
	const char *ip = advice_probe_six(report) ? "ip -6" : "ip";
	struct text command = { 0 };
	char address[FORMAT_SIZE];

	text_add(&command, "%s route show match %s", ip,
		 format_address(&report->peer->address, address));
	tables(&report->route->entry, &command);
	story_remedy(story, WHERE_HERE, command.s, "the last of these is the route to the peer: type "
		     "it again after `%s route add`, for %s alone, with `mtu %u` at its end",
		     ip, address, report->result->mtu);
	text_free(&command);
}

void advice_probe_route(const struct probe_report *report, struct story *story)
{
	const struct route *route = report->route;

	if (route->local)
		return;
	if (route_host(&route->entry, &report->peer->address))
		change_remedy(report, story);
	else if (route->entry.untypable)
		match_remedy(report, story);
	else
		own_route_remedy(report, story);
}

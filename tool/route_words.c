// SPDX-License-Identifier: GPL-2.0
/* A route, in the words that `ip route` takes. */
#include <inttypes.h>
#include <string.h>

#include "format.h"
#include "route.h"

/* What `ip route` takes where no word is said */
#define USUAL_PROTOCOL RTPROT_BOOT
#define USUAL_PRIORITY_IPV6 1024

/* RFC 4191, 2.1 */
#define PREF_HIGH 1
#define PREF_LOW 3

/* The rest of them route_words() has no words for. */
static const char *const metric_words[RTAX_MAX + 1] = {
	[RTAX_MTU] = "mtu", [RTAX_WINDOW] = "window", [RTAX_SSTHRESH] = "ssthresh",
	[RTAX_CWND] = "cwnd", [RTAX_ADVMSS] = "advmss", [RTAX_REORDERING] = "reordering",
	[RTAX_HOPLIMIT] = "hoplimit", [RTAX_INITCWND] = "initcwnd", [RTAX_RTO_MIN] = "rto_min",
	[RTAX_INITRWND] = "initrwnd", [RTAX_QUICKACK] = "quickack",
};

bool route_host(const struct route_entry *entry, const struct address *to)
{
	return entry->there && entry->length == 8u * to->size;
}

void route_alone(const struct route *route, struct route_entry *entry)
{
	*entry = route->entry;
	entry->several = false;
	entry->nexthop = entry->priority = 0;
	entry->protocol = entry->tos = entry->pref = 0;
	entry->table = route->table;
	entry->scope = route->gateway.size ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK;
	entry->gateway = route->gateway;
	entry->onlink = route->onlink;
	memcpy(entry->dev, route->dev, sizeof(entry->dev));
}

static void nexthop_words(const struct route_entry *entry, const struct address *to,
			  struct text *words)
{
	char buf[FORMAT_SIZE], dev[4 * IF_NAMESIZE + 4];

	if (entry->nexthop) {
		text_add(words, " nhid %" PRIu32, entry->nexthop);
		return;
	}
	if (entry->gateway.size)
		text_add(words, " via %s%s", entry->gateway.size == to->size ? "" :
			 entry->gateway.size == 16 ? "inet6 " : "inet ",
			 format_address(&entry->gateway, buf));
	if (*entry->dev)
		text_add(words, " dev %s", text_shell(dev, sizeof(dev), entry->dev));
	if (entry->onlink)
		text_add(words, " onlink");
}

static void scope_words(const struct route_entry *entry, struct text *words)
{
	uint8_t usual = entry->gateway.size || entry->nexthop ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK;

	if (entry->scope == usual)
		return;
	if (entry->scope == RT_SCOPE_LINK)
		text_add(words, " scope link");
	else
		text_add(words, " scope %u", entry->scope);
}

static void protocol_words(const struct route_entry *entry, struct text *words)
{
	if (entry->protocol == RTPROT_KERNEL)
		text_add(words, " proto kernel");
	else if (entry->protocol == RTPROT_STATIC)
		text_add(words, " proto static");
	else if (entry->protocol && entry->protocol != USUAL_PROTOCOL)
		text_add(words, " proto %u", entry->protocol);
}

static void metrics_words(const struct route_entry *entry, unsigned int mtu, unsigned int mss,
			  struct text *words)
{
	for (unsigned int i = 0; i <= RTAX_MAX; i++) {
		uint32_t value = entry->metrics[i];

		if (!metric_words[i] || !value || (mtu && i == RTAX_MTU))
			continue;
		if (mtu && i == RTAX_ADVMSS && value > mss)
			value = mss;
		/* rto_min is locked by the very word */
		text_add(words, " %s %s%" PRIu32 "%s", metric_words[i],
			 entry->locked & 1u << i && i != RTAX_RTO_MIN ? "lock " : "", value,
			 i == RTAX_RTO_MIN ? "ms" : "");
	}
	if (mtu)
		text_add(words, " mtu %u", mtu);
}

void route_words(const struct route_entry *entry, const struct address *to, unsigned int mtu,
		 struct text *words)
{
	bool six = to->size == 16;
	unsigned int headers = six ? 60 : 40;
	char buf[FORMAT_SIZE];

	text_add(words, "%s", format_address(to, buf));
	if (entry->tos && !six)
		text_add(words, " tos 0x%02x", entry->tos);
	nexthop_words(entry, to, words);
	protocol_words(entry, words);
	if (!six)
		scope_words(entry, words);
	if (entry->source.size)
		text_add(words, " src %s", format_address(&entry->source, buf));
	if (entry->table != RT_TABLE_MAIN)
		text_add(words, " table %" PRIu32, entry->table);
	if (entry->priority && !(six && entry->priority == USUAL_PRIORITY_IPV6))
		text_add(words, " metric %" PRIu32, entry->priority);
	if (entry->pref == PREF_HIGH || entry->pref == PREF_LOW)
		text_add(words, " pref %s", entry->pref == PREF_HIGH ? "high" : "low");
	metrics_words(entry, mtu, mtu > headers ? mtu - headers : 0, words);
}

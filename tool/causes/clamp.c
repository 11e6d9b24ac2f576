// SPDX-License-Identifier: GPL-2.0
/* A gateway makes both ends send less, since it lowers the MSS that they tell each other. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "advice.h"

/* RFC 791 and RFC 8200: what each link carries */
#define LEAST_IPV4 576
#define LEAST_IPV6 1280
/* What the length field of IP leaves */
#define MOST_IPV4 65535
#define MOST_IPV6 65575

#define COMMAND 384

static unsigned int headers(bool six)
{
	return six ? 60 : 40;
}

unsigned int advice_mss(bool six, uint64_t size)
{
	if (size < (six ? LEAST_IPV6 : LEAST_IPV4) || size > (six ? MOST_IPV6 : MOST_IPV4))
		return 0;
	return size - headers(six);
}

unsigned int advice_mss_of_any_link(bool six)
{
	return (six ? LEAST_IPV6 : LEAST_IPV4) - headers(six);
}

/*
 * In postrouting, since that is passed by what this host sends itself, too. A
 * table of its own, so that the undoing takes nobody else's rules, emptied
 * first, so that a second number takes the place of the first.
 */
void advice_clamp(struct story *story, const char *where, bool six, unsigned int mss,
		  const char *fmt, ...)
{
	const char *family = six ? "ip6" : "ip";
	struct text words = { 0 };
	char command[COMMAND];
	va_list args;
	char *s;

	va_start(args, fmt);
	if (vasprintf(&s, fmt, args) < 0)
		s = xstrdup("");
	va_end(args);
	snprintf(command, sizeof(command), "nft 'add table %s tcpwhy_clamp; flush table %s "
		 "tcpwhy_clamp; add chain %s tcpwhy_clamp clamp { type filter hook postrouting "
		 "priority mangle; }; add rule %s tcpwhy_clamp clamp tcp flags syn tcp option maxseg "
		 "size set %u'", family, family, family, family, mss);
	text_add(&words, "%s. It lowers the MSS in each SYN and SYN-ACK over %s that leaves %s, and so "
		 "holds for new connections only ('nft delete table %s tcpwhy_clamp' undoes it)", s,
		 six ? "IPv6" : "IPv4", strcmp(where, WHERE_HERE) ? "the gateway" : "this host",
		 family);
	story_remedy(story, where, command, "%s", words.s);
	text_free(&words);
	free(s);
}

// SPDX-License-Identifier: GPL-2.0
/* What a story says of itself: how far it can be relied on, and its remedies. */
#include <string.h>

#include "catalogue.h"
#include "sure.h"

#define SYSCTL "sysctl -w "
#define KEPT "/etc/sysctl.d/90-tcpwhy.conf"

/* What anybody can write who sends one packet, and what of it is a fact all the same. */
static const struct {
	uint32_t cause;
	const char *words;
} forgeable[] = {
	{ TCPWHY_CAUSE_RST_PORT_CLOSED, "The RST is a fact; who asked for it is not: anyone can "
	  "write that source address into a SYN." },
	{ TCPWHY_CAUSE_RST_UNKNOWN_CONNECTION, "The RST is a fact; who asked for it is not: anyone "
	  "can write that source address into a segment." },
	{ TCPWHY_CAUSE_RST_TIMEWAIT, "The RST is a fact; who asked for it is not: anyone who "
	  "guesses the ports can write that source address." },
	{ TCPWHY_CAUSE_RST_FIREWALL, "The RST is a fact; who drew it is not: anyone can write that "
	  "source address." },
	{ TCPWHY_CAUSE_PAWS_TIMEWAIT, "That the SYN was refused is a fact; who sent it is not: "
	  "anyone can write that source address." },
	{ TCPWHY_CAUSE_TIMEWAIT_REFUSED_SYN, "That the SYN was refused is a fact; who sent it is "
	  "not: anyone can write that source address." },
	{ TCPWHY_CAUSE_PEER_REFUSED, "That a RST came is a fact; that the peer sent it is not: a "
	  "box on the path can write its address." },
	{ TCPWHY_CAUSE_PEER_ABORTED, "That a RST came is a fact; that the peer sent it is not: a "
	  "box on the path can write its address." },
	{ TCPWHY_CAUSE_PEER_CLOSED_EARLY, "That a RST came is a fact; that the peer sent it is "
	  "not: a box on the path can write its address." },
	{ TCPWHY_CAUSE_PEER_LOST_CONNECTION, "That a RST came is a fact; that the peer sent it is "
	  "not: a box on the path can write its address." },
	{ TCPWHY_CAUSE_REFUSED_ICMP, "That the ICMP error came is a fact; that its sender is who it "
	  "says is not: anyone on the path can write that." },
};

static const char *level(uint8_t confidence)
{
	switch (confidence) {
	case TCPWHY_CONFIDENCE_CERTAIN:
		return "Certain.";
	case TCPWHY_CONFIDENCE_LIKELY:
		return "Likely: two signs say so that do not depend on each other.";
	case TCPWHY_CONFIDENCE_POSSIBLE:
		return "Possible: one sign says so, and another explanation may fit it as well.";
	}
	return "";
}

void sure_tell(const struct row *row, struct text *words)
{
	const struct catalogue *known = catalogue_find(row->cause);

	if (!known)
		return;
	text_add(words, "%s", level(row->confidence));
	if (known->proof)
		text_add(words, "%s%s", words->len ? " " : "", known->proof);
	for (size_t i = 0; i < sizeof(forgeable) / sizeof(forgeable[0]); i++)
		if (forgeable[i].cause == row->cause)
			text_add(words, " %s", forgeable[i].words);
}

/* The length of the name before the '=' of a setting at @s; 0 if there is none. */
static size_t setting(const char *s)
{
	size_t length = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_.");

	return s[length] == '=' ? length : 0;
}

bool sure_lasting(const char *command, struct text *lasting)
{
	size_t named = 0;

	if (!command || strncmp(command, SYSCTL, strlen(SYSCTL)))
		return false;
	/* 'sysctl NAME' prints what is set just as the file wants it, also what was worked out */
	text_add(lasting, "sysctl");
	for (const char *s = command + strlen(SYSCTL); *s && *s != ';'; ) {
		size_t length = setting(s);

		if (length)
			text_add(lasting, " %.*s", (int)length, s);
		named += !!length;
		s += strcspn(s, " ;");
		s += strspn(s, " ");
	}
	text_add(lasting, " >> " KEPT);
	return named;
}

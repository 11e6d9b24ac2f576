// SPDX-License-Identifier: GPL-2.0
/* What a story says of itself: how far it can be relied on, and its remedies. */
#include <string.h>

#include "causes/causes.h"
#include "sure.h"

#define SYSCTL "sysctl -w "
#define KEPT "/etc/sysctl.d/90-tcpwhy.conf"

static const char *level(uint8_t confidence)
{
	switch (confidence) {
	case TCPWHY_CONFIDENCE_CERTAIN:
		return "Certain.";
	case TCPWHY_CONFIDENCE_LIKELY:
		return "Likely: little else would explain the signs.";
	case TCPWHY_CONFIDENCE_POSSIBLE:
		return "Possible: another explanation may fit the signs as well.";
	}
	return "";
}

void sure_tell(const struct row *row, struct text *words)
{
	const struct cause *cause = cause_find(row->cause);

	if (!cause)
		return;
	text_add(words, "%s", level(row->confidence));
	if (cause->proof)
		text_add(words, "%s%s", words->len ? " " : "", cause->proof);
	if (cause->forgeable)
		text_add(words, " %s", cause->forgeable);
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

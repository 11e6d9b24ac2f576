// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <langinfo.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "text.h"

static void out_of_memory(void)
{
	fputs("tcpwhy: out of memory\n", stderr);
	exit(EXIT_OTHER);
}

void *xcalloc(size_t count, size_t size)
{
	void *p = calloc(count ? count : 1, size);

	if (!p)
		out_of_memory();
	return p;
}

char *xstrdup(const char *s)
{
	char *copy = strdup(s);

	if (!copy)
		out_of_memory();
	return copy;
}

void text_add(struct text *text, const char *fmt, ...)
{
	va_list args, again;
	int need;

	va_start(args, fmt);
	va_copy(again, args);
	need = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (need >= 0 && text->len + need + 1 > text->room) {
		size_t room = (text->len + need + 1) * 2;
		char *s = realloc(text->s, room);

		if (!s)
			out_of_memory();
		text->s = s;
		text->room = room;
	}
	if (need >= 0) {
		vsnprintf(text->s + text->len, need + 1, fmt, again);
		text->len += need;
	}
	va_end(again);
}

void text_free(struct text *text)
{
	free(text->s);
	memset(text, 0, sizeof(*text));
}

const char *text_or_empty(const struct text *text)
{
	return text->s ? text->s : "";
}

char *text_escape(char *out, size_t size, const char *in)
{
	size_t at = 0;

	for (const unsigned char *c = (const unsigned char *)(in ? in : "?"); *c; c++) {
		bool plain = *c >= 0x20 && *c < 0x7f && *c != '\\';

		if (at + (plain ? 1 : 4) >= size)
			break;
		if (plain)
			out[at++] = *c;
		else
			at += snprintf(out + at, size - at, "\\x%02x", *c);
	}
	out[at] = '\0';
	return out;
}

/* A byte of a word in $'...', in at most four columns and a NUL. */
static int shell_byte(char out[5], unsigned char c)
{
	if (c == '\'' || c == '\\')
		return snprintf(out, 5, "\\%c", c);
	return snprintf(out, 5, c >= 0x20 && c < 0x7f ? "%c" : "\\%03o", c);
}

char *text_shell(char *out, size_t size, const char *in)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "@%+=:,./_-";
	size_t at = 0;

	if (*in && !in[strspn(in, plain)]) {
		snprintf(out, size, "%s", in);
		return out;
	}
	at += snprintf(out, size, "$'");
	for (const char *c = in; *c && at + 6 < size; c++)
		at += shell_byte(out + at, *c);
	snprintf(out + at, size - at, "'");
	return out;
}

/* Bytes that continue a UTF-8 character take no column of their own. */
static bool continues(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

size_t text_wrap(const char *s, size_t width)
{
	size_t columns = 0, space = 0, i;

	for (i = 0; s[i] && s[i] != '\n'; i++) {
		if (continues(s[i]))
			continue;
		if (s[i] == ' ')
			space = i;
		if (columns++ >= width)
			return space ? space : i;
	}
	return i;
}

size_t text_fit(const char *s, size_t size, size_t width)
{
	size_t columns = 0, i;

	for (i = 0; i < size; i++)
		if (!continues(s[i]) && columns++ == width)
			break;
	return i;
}

size_t text_columns(const char *s, size_t size)
{
	size_t columns = 0;

	for (size_t i = 0; i < size; i++)
		columns += !continues(s[i]);
	return columns;
}

bool text_utf8(void)
{
	return !strcmp(nl_langinfo(CODESET), "UTF-8");
}

const char *text_dot(void)
{
	return text_utf8() ? " \xc2\xb7 " : " - ";
}

/* Edits (insert, delete, replace, each costs 1) from @a to @b, at most @max. */
static unsigned int distance(const char *a, const char *b, unsigned int max)
{
	unsigned int row[64], diagonal, up;
	size_t la = strlen(a), lb = strlen(b);

	if (lb >= 64 || la >= 64)
		return max;
	for (size_t j = 0; j <= lb; j++)
		row[j] = j;
	for (size_t i = 1; i <= la; i++) {
		diagonal = row[0];
		row[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			unsigned int cost = tolower((unsigned char)a[i - 1]) !=
					    tolower((unsigned char)b[j - 1]);

			up = row[j];
			row[j] = diagonal + cost;
			if (up + 1 < row[j])
				row[j] = up + 1;
			if (row[j - 1] + 1 < row[j])
				row[j] = row[j - 1] + 1;
			diagonal = up;
		}
	}
	return row[lb] < max ? row[lb] : max;
}

const char *text_nearest(const char *word, const char *const *names, size_t count)
{
	/* a third of the word mistyped is still the word */
	unsigned int best = strlen(word) / 3 + 2;
	const char *nearest = NULL;

	for (size_t i = 0; i < count; i++) {
		unsigned int d = distance(word, names[i], best);

		if (d < best) {
			best = d;
			nearest = names[i];
		}
	}
	return nearest;
}

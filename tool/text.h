/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_TEXT_H
#define TCPWHY_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* A string that grows. s is NULL until something was added. */
struct text {
	char *s;
	size_t len;
	size_t room;
};

void text_add(struct text *text, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void text_free(struct text *text);
/* text_or_empty() - never NULL */
const char *text_or_empty(const struct text *text);

/*
 * text_escape() - a copy of what came from outside that is safe to show: all
 * but printable ASCII becomes \xNN, and so does the backslash, so that no two
 * names look the same. Cut at @size. Returns @out.
 */
char *text_escape(char *out, size_t size, const char *in);

/*
 * text_shell() - a word that comes from outside, for a command that is there to
 * be pasted: quoted where a shell would take it for more than a word. What
 * cannot be shown comes as $'\NNN', which bash, zsh and ksh read.
 */
char *text_shell(char *out, size_t size, const char *in);

/* text_wrap() - the length of the first line of @s in @width columns */
size_t text_wrap(const char *s, size_t width);

/* text_fit() - how many of the @size bytes of @s fit into @width columns, in whole characters */
size_t text_fit(const char *s, size_t size, size_t width);

/* text_columns() - how many columns the first @size bytes of @s take */
size_t text_columns(const char *s, size_t size);

/* text_utf8() - whether the locale can show more than ASCII */
bool text_utf8(void);
/* text_dot() - what stands between the parts of a heading: " · " or " - " */
const char *text_dot(void);

/* text_nearest() - which of @names is meant by a mistyped @word, or NULL */
const char *text_nearest(const char *word, const char *const *names, size_t count);

/* xmalloc family: a small tool has nothing better to do than to end */
void *xcalloc(size_t count, size_t size);
char *xstrdup(const char *s);

#endif

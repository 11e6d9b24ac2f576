// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "history/journal.h"
#include "text.h"

void fields_add(struct fields *fields, const char *name, const char *fmt, ...)
{
	char value[4096];
	struct text text = { 0 };
	va_list args;

	if (fields->count == FIELDS_MOST)
		return;
	va_start(args, fmt);
	vsnprintf(value, sizeof(value), fmt, args);
	va_end(args);
	text_add(&text, "%s=%s", name, value);
	fields->v[fields->count++] = text.s;
}

const char *fields_get(const struct fields *fields, const char *name)
{
	size_t size = strlen(name);

	for (size_t i = 0; i < fields->count; i++)
		if (!strncmp(fields->v[i], name, size) && fields->v[i][size] == '=')
			return fields->v[i] + size + 1;
	return NULL;
}

bool fields_number(const struct fields *fields, const char *name, int64_t *value)
{
	const char *word = fields_get(fields, name);
	char *end;

	if (!word || !((*word >= '0' && *word <= '9') || *word == '-'))
		return false;
	*value = strtoll(word, &end, 10);
	return end != word && !*end;
}

void fields_free(struct fields *fields)
{
	while (fields->count)
		free(fields->v[--fields->count]);
}

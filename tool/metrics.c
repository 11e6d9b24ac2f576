// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "metrics.h"

static const char *suffix(enum metrics_type type)
{
	return type == METRICS_COUNTER ? "_total" : type == METRICS_INFO ? "_info" : "";
}

/* 0.0.4 knows no info, and names a family as its samples are named; OpenMetrics without suffix. */
void metrics_family(struct metrics *metrics, enum metrics_type type, const char *name,
		    const char *help)
{
	const char *end = metrics->openmetrics ? "" : suffix(type);
	const char *word = type == METRICS_COUNTER ? "counter" :
			   type == METRICS_INFO && metrics->openmetrics ? "info" : "gauge";

	metrics->family = name;
	metrics->type = type;
	text_add(&metrics->page, "# HELP %s%s %s\n# TYPE %s%s %s\n", name, end, help, name, end,
		 word);
}

static void put_label(struct text *text, const char *name, const char *value)
{
	text_add(text, "%s%s=\"", text->len ? "," : "", name);
	for (const char *c = value; *c; c++) {
		if (*c == '\\' || *c == '"')
			text_add(text, "\\%c", *c);
		else if (*c == '\n')
			text_add(text, "\\n");
		else
			text_add(text, "%c", *c);
	}
	text_add(text, "\"");
}

void metrics_label(struct metrics *metrics, const char *name, const char *value)
{
	put_label(&metrics->labels, name, value);
}

void metrics_exemplar(struct metrics *metrics, const char *label, const char *value, int64_t ms)
{
	if (!metrics->openmetrics)
		return;
	put_label(&metrics->exemplar, label, value);
	text_add(&metrics->exemplar, "} 1 %" PRId64 ".%03d", ms / 1000, (int)(ms % 1000));
}

static void sample(struct metrics *metrics, const char *value)
{
	text_add(&metrics->page, "%s%s", metrics->family, suffix(metrics->type));
	if (metrics->labels.len)
		text_add(&metrics->page, "{%s}", metrics->labels.s);
	text_add(&metrics->page, " %s", value);
	if (metrics->exemplar.len)
		text_add(&metrics->page, " # {%s", metrics->exemplar.s);
	text_add(&metrics->page, "\n");
	text_free(&metrics->labels);
	text_free(&metrics->exemplar);
}

void metrics_uint(struct metrics *metrics, uint64_t value)
{
	char word[24];

	snprintf(word, sizeof(word), "%" PRIu64, value);
	sample(metrics, word);
}

void metrics_int(struct metrics *metrics, int64_t value)
{
	char word[24];

	snprintf(word, sizeof(word), "%" PRId64, value);
	sample(metrics, word);
}

void metrics_half(struct metrics *metrics, unsigned int halves)
{
	char word[24];

	snprintf(word, sizeof(word), "%u%s", halves / 2, halves % 2 ? ".5" : "");
	sample(metrics, word);
}

void metrics_end(struct metrics *metrics)
{
	if (metrics->openmetrics)
		text_add(&metrics->page, "# EOF\n");
}

void metrics_free(struct metrics *metrics)
{
	text_free(&metrics->page);
	text_free(&metrics->labels);
	text_free(&metrics->exemplar);
}

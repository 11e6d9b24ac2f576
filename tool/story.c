// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "causes/advice.h"
#include "clock.h"
#include "envelope.h"
#include "names.h"
#include "netns.h"
#include "story.h"
#include "sure.h"
#include "table.h"

#define LABEL 15

/*
 * @s in lines of @width, the first after what is on the line already, all
 * @indent columns in.
 */
static void wrapped(struct text *page, const char *s, size_t width, size_t indent)
{
	size_t room = width > indent + 20 ? width - indent : 20;

	for (bool first = true; *s; first = false) {
		size_t length = text_wrap(s, room);

		text_add(page, "%*s%.*s\n", first ? 0 : (int)indent, "", (int)length, s);
		s += length;
		while (*s == ' ' || *s == '\n')
			s++;
	}
}

static void heading(const struct row *row, bool netns, struct text *page)
{
	char peer[FORMAT_SIZE], cause[NAME_SIZE], severity[NAME_SIZE], sure[NAME_SIZE];
	char first[FORMAT_SIZE], last[FORMAT_SIZE], name[NETNS_NAME_SIZE];
	const char *dot = text_dot();

	text_add(page, "%s%s%s%s%s, %s%s%" PRIu64 " time%s since %s, last %s ago",
		 format_address(&row->peer, peer), dot, name_cause(row->cause, cause), dot,
		 name_severity(row->severity, severity), name_confidence(row->confidence, sure),
		 dot, row->count, row->count == 1 ? "" : "s", format_clock(row->first, first),
		 format_age(clock_ago(row->last), last));
	if (netns)
		text_add(page, "%snetns %s", dot, netns_name(row->netns, name));
	text_add(page, "\n");
}

static void label(struct text *page, const char *name, bool first)
{
	text_add(page, "  %-*s", LABEL, first ? name : "");
}

/* Commands are never wrapped: they are there to be pasted. */
static void remedies(const struct story *story, size_t width, struct text *page)
{
	size_t widest = 0, indent;

	for (unsigned int i = 0; i < story->remedies_count; i++)
		if (strlen(story->remedies[i].where) > widest)
			widest = strlen(story->remedies[i].where);
	indent = 2 + LABEL + widest + 2;
	for (unsigned int i = 0; i < story->remedies_count; i++) {
		const struct remedy *remedy = &story->remedies[i];
		struct text lasting = { 0 };

		label(page, "What to do", !i);
		text_add(page, "%-*s  ", (int)widest, remedy->where);
		if (remedy->command)
			text_add(page, "%s\n%*s", remedy->command, (int)indent, "");
		wrapped(page, remedy->text, width, indent);
		if (sure_lasting(remedy->command, &lasting))
			text_add(page, "%*sto keep it over a reboot:\n%*s%s\n", (int)indent, "",
				 (int)indent, "", lasting.s);
		text_free(&lasting);
	}
}

size_t story_width(void)
{
	struct winsize size;

	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col >= 40)
		return size.ws_col;
	return 100;
}

static void body(const struct story *story, const char *sure, size_t width, struct text *page)
{
	/* lines longer than this tire the eye, however wide the screen is */
	if (width > 132)
		width = 132;
	text_add(page, "  ");
	wrapped(page, text_or_empty(&story->what), width, 2);
	for (unsigned int i = 0; i < story->evidence_count; i++) {
		label(page, "Evidence", !i);
		wrapped(page, story->evidence[i], width, 2 + LABEL);
	}
	if (*sure) {
		label(page, "How sure", true);
		wrapped(page, sure, width, 2 + LABEL);
	}
	remedies(story, width, page);
	for (unsigned int i = 0; i < story->see_count; i++) {
		label(page, "See it", !i);
		text_add(page, "%s\n", story->see[i]);
	}
}

void story_body(const struct story *story, size_t width, struct text *page)
{
	body(story, "", width, page);
}

void story_write(const struct row *row, size_t width, bool netns, struct text *page)
{
	struct text sure = { 0 };
	struct story story;

	advice_tell(row, &story);
	sure_tell(row, &sure);
	heading(row, netns, page);
	body(&story, text_or_empty(&sure), width, page);
	text_free(&sure);
	story_free(&story);
}

static void lines_json(struct json *json, const char *key, char *const *lines, unsigned int count)
{
	json_array(json, key);
	for (unsigned int i = 0; i < count; i++)
		json_string(json, NULL, lines[i]);
	json_array_end(json);
}

void story_body_json(const struct story *story, struct json *json)
{
	json_string(json, "what", text_or_empty(&story->what));
	lines_json(json, "evidence_text", story->evidence, story->evidence_count);
	json_array(json, "remedies");
	for (unsigned int i = 0; i < story->remedies_count; i++) {
		struct text lasting = { 0 };
		bool lasts = sure_lasting(story->remedies[i].command, &lasting);

		json_object(json, NULL);
		json_string(json, "where", story->remedies[i].where);
		json_string(json, "text", story->remedies[i].text);
		json_string(json, "command", story->remedies[i].command);
		json_string(json, "lasting", lasts ? lasting.s : NULL);
		json_object_end(json);
		text_free(&lasting);
	}
	json_array_end(json);
	lines_json(json, "see", story->see, story->see_count);
}

static void finding_json(const struct row *row, struct json *json)
{
	struct columns columns;
	struct text sure = { 0 };
	struct story story;

	columns_all(&columns);
	advice_tell(row, &story);
	json_break(json);
	json_object(json, NULL);
	table_json(row, &columns, json);
	story_body_json(&story, json);
	sure_tell(row, &sure);
	json_string(json, "how_sure", sure.s);
	json_object_end(json);
	text_free(&sure);
	story_free(&story);
}

void story_json(const struct rows *rows, const struct status *status, struct json *json)
{
	const struct row *peer = &rows->v[0];
	char buf[FORMAT_SIZE];

	json_object(json, NULL);
	envelope(json, "why", status, clock_now());
	json_string(json, "watching_since", format_iso(status->loaded, buf));
	json_string(json, "peer", format_address(&peer->peer, buf));
	json_uint(json, "netns", peer->netns);
	if (peer->has & ROW_HAS_CLOCKS)
		json_uint(json, "clocks", peer->clocks);
	if (peer->has & ROW_HAS_FINGERPRINTS)
		json_uint(json, "fingerprints", peer->fingerprints);
	json_array(json, "findings");
	for (size_t i = 0; i < rows->count; i++)
		finding_json(&rows->v[i], json);
	json_array_end(json);
	json_object_end(json);
	json_finish(json);
}

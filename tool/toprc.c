// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "replace.h"
#include "text.h"
#include "toprc.h"

#define LINE 512

/* Where the view is kept; false if there is no home to keep it in. */
static bool place(char path[PATH_MAX])
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	int len = 0;

	/* the specification: what is no absolute path counts as not set */
	if (config && *config == '/')
		len = snprintf(path, PATH_MAX, "%s/tcpwhy/toprc", config);
	else if (home && *home == '/')
		len = snprintf(path, PATH_MAX, "%s/.config/tcpwhy/toprc", home);
	return len > 0 && len < PATH_MAX;
}

/* The folders of a path, as far as they are missing. */
static void make_folders(const char *path)
{
	char folder[PATH_MAX];

	for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path), path);
		/* what cannot be made is told when the file is written */
		if (mkdir(folder, 0700) && errno != EEXIST)
			return;
	}
}

int toprc_save(const struct top *top, char path[PATH_MAX], struct fault *fault)
{
	struct text text = { 0 };
	struct columns columns;
	int err;

	if (!place(path)) {
		fault_set(fault, EXIT_OTHER, "cannot save: neither XDG_CONFIG_HOME nor HOME says where");
		return -1;
	}
	text_add(&text, "# The view of 'tcpwhy top', as its key W saved it.\n");
	text_add(&text, "sort %s%s\n", top->order.reverse ? "-" : "",
		 column_name(top->order.column));
	if (top->chosen) {
		top_columns(top, &columns);
		text_add(&text, "columns ");
		for (unsigned int i = 0; i < columns.count; i++)
			text_add(&text, "%s%s", i ? "," : "", column_name(columns.v[i]));
		text_add(&text, "\n");
	}
	if (*top->filter)
		text_add(&text, "filter %s\n", top->filter);
	if (top->by)
		text_add(&text, "by %s\n", groups_word(top->by));
	text_add(&text, "info %s\nall-netns %s\n", top->info ? "yes" : "no",
		 top->all_netns ? "yes" : "no");
	make_folders(path);
	err = replace_file(path, &text, 0600, fault);
	text_free(&text);
	return err;
}

static void take_columns(struct top *top, const char *value)
{
	struct columns columns = { 0 };
	struct fault fault;

	if (*value == '+' || columns_parse(&columns, value, &fault))
		return;
	top->columns = columns;
	top->chosen = true;
}

/* A filter is typed in ASCII: nothing else gets to the screen. */
static void take_filter(struct top *top, const char *value)
{
	for (const char *c = value; *c; c++)
		if (*c < 0x20 || *c >= 0x7f)
			return;
	if (strlen(value) < sizeof(top->filter))
		strcpy(top->filter, value);
}

static void take(struct top *top, const char *key, const char *value)
{
	const struct args *args = top->args;
	struct order order = { 0 };
	struct fault fault;

	if (!strcmp(key, "sort") && !args->order.given && !order_parse(&order, value, &fault))
		top->order = order;
	else if (!strcmp(key, "columns") && !args->columns)
		take_columns(top, value);
	else if (!strcmp(key, "filter"))
		take_filter(top, value);
	else if (!strcmp(key, "by") && !args->by)
		groups_parse(&top->by, value, &fault);
	else if (!strcmp(key, "info") && !strcmp(value, "yes"))
		top->info = true;
	else if (!strcmp(key, "all-netns") && !strcmp(value, "yes") && !args->filter.netns)
		top->all_netns = true;
}

void toprc_load(struct top *top)
{
	char path[PATH_MAX], line[LINE];
	FILE *file = place(path) ? fopen(path, "re") : NULL;

	while (file && fgets(line, sizeof(line), file)) {
		char *value = line + strcspn(line, " ");

		line[strcspn(line, "\n")] = '\0';
		if (*line == '#' || !*value)
			continue;
		*value++ = '\0';
		take(top, line, value);
	}
	if (file)
		fclose(file);
}

// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "history/settings.h"
#include "names.h"
#include "replace.h"
#include "text.h"

#ifndef SETTINGS_PATH
#define SETTINGS_PATH "/etc/tcpwhy.conf"
#endif

static const char heading[] =
	"# What 'tcpwhy set' was told. A module that is loaded anew gets it from tcpwhy, when that\n"
	"# loads it, or from tcpwhy-watch.service. See tcpwhy(8).\n";

/* Names of causes, as the file has them. @lean: -1 if it says nothing of it. */
struct settings {
	char **enable, **disable;
	size_t enable_count, disable_count;
	int lean;
};

static void free_words(char **words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(words[i]);
	free(words);
}

static void settings_free(struct settings *settings)
{
	free_words(settings->enable, settings->enable_count);
	free_words(settings->disable, settings->disable_count);
}

/* Cuts blanks at both ends. */
static char *trim(char *s)
{
	size_t len;

	s += strspn(s, " \t");
	len = strlen(s);
	while (len && isspace((unsigned char)s[len - 1]))
		s[--len] = '\0';
	return s;
}

static void add_words(char ***words, size_t *count, char *list)
{
	/* blanks divide as well as commas */
	for (char *c = list; *c; c++)
		if (isspace((unsigned char)*c))
			*c = ',';
	words_split(words, count, list);
}

/* "KEY = VALUE"; false if it is none of ours. */
static bool read_line(struct settings *settings, char *line)
{
	char *equals = strchr(line, '='), *key, *value;

	if (!equals)
		return false;
	*equals = '\0';
	key = trim(line);
	value = trim(equals + 1);
	if (!strcmp(key, "enable")) {
		add_words(&settings->enable, &settings->enable_count, value);
	} else if (!strcmp(key, "disable")) {
		add_words(&settings->disable, &settings->disable_count, value);
	} else if (!strcmp(key, "lean") && (!strcmp(value, "on") || !strcmp(value, "off"))) {
		settings->lean = !strcmp(value, "on");
	} else {
		return false;
	}
	return true;
}

/* A file that is not there says nothing. */
static int settings_read(struct settings *settings, struct fault *fault)
{
	FILE *file = fopen(SETTINGS_PATH, "re");
	char *line = NULL, *text;
	unsigned int number = 0;
	size_t size = 0;
	int err = 0;

	memset(settings, 0, sizeof(*settings));
	settings->lean = -1;
	if (!file && errno == ENOENT)
		return 0;
	while (file && !err && getline(&line, &size, file) > 0) {
		number++;
		text = trim(line);
		if (!*text || *text == '#' || read_line(settings, text))
			continue;
		fault_set(fault, EXIT_OTHER, "%s, line %u: neither 'enable = CAUSE,...' nor "
			  "'disable = CAUSE,...' nor 'lean = on' or 'off'", SETTINGS_PATH, number);
		err = -1;
	}
	if (!err && (!file || ferror(file))) {
		fault_set(fault, EXIT_OTHER, "cannot read %s: %s", SETTINGS_PATH, strerror(errno));
		err = -1;
	}
	free(line);
	if (file)
		fclose(file);
	if (err)
		settings_free(settings);
	return err;
}

/* What this module does not know stays as it is: another one may know it. */
static void resolve(char **words, size_t count, const struct status *status, uint32_t **causes,
		    size_t *causes_count)
{
	struct fault fault;

	for (size_t i = 0; i < count; i++)
		if (causes_resolve(&words[i], 1, status, causes, causes_count, &fault))
			fprintf(stderr, "tcpwhy: %s: %s\n", SETTINGS_PATH, fault.text);
}

bool settings_apply(struct client *client, const struct status *status)
{
	struct settings settings;
	struct config config = { 0 };
	struct fault fault;
	bool any = false;

	if (settings_read(&settings, &fault)) {
		complain(&fault);
		return false;
	}
	config.lean = settings.lean;
	resolve(settings.enable, settings.enable_count, status, &config.enable,
		&config.enable_count);
	resolve(settings.disable, settings.disable_count, status, &config.disable,
		&config.disable_count);
	if (config.enable_count || config.disable_count || config.lean >= 0) {
		any = !client_config(client, &config, &fault);
		if (!any)
			fprintf(stderr, "tcpwhy: %s cannot be applied: %s\n", SETTINGS_PATH,
				fault.text);
	}
	free(config.enable);
	free(config.disable);
	settings_free(&settings);
	return any;
}

static void take_out(char **words, size_t *count, const char *word)
{
	size_t kept = 0;

	for (size_t i = 0; i < *count; i++) {
		if (strcmp(words[i], word))
			words[kept++] = words[i];
		else
			free(words[i]);
	}
	*count = kept;
}

static void put_in(char ***words, size_t *count, const char *word)
{
	take_out(*words, count, word);
	words_split(words, count, word);
}

static void write_list(struct text *text, const char *key, char **words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		text_add(text, "%s%s", i ? "," : key, words[i]);
	if (count)
		text_add(text, "\n");
}

static int settings_write(const struct settings *settings, struct fault *fault)
{
	struct text text = { 0 };
	int err;

	text_add(&text, "%s", heading);
	write_list(&text, "enable = ", settings->enable, settings->enable_count);
	write_list(&text, "disable = ", settings->disable, settings->disable_count);
	if (settings->lean >= 0)
		text_add(&text, "lean = %s\n", settings->lean ? "on" : "off");
	err = replace_file(SETTINGS_PATH, &text, 0644, fault);
	text_free(&text);
	return err;
}

int settings_remember(const struct config *config, struct fault *fault)
{
	struct settings settings;
	char name[NAME_SIZE];
	int err;

	if (settings_read(&settings, fault))
		return -1;
	for (size_t i = 0; i < config->enable_count; i++) {
		const char *word = name_cause(config->enable[i], name);

		take_out(settings.disable, &settings.disable_count, word);
		put_in(&settings.enable, &settings.enable_count, word);
	}
	for (size_t i = 0; i < config->disable_count; i++) {
		const char *word = name_cause(config->disable[i], name);

		take_out(settings.enable, &settings.enable_count, word);
		put_in(&settings.disable, &settings.disable_count, word);
	}
	if (config->lean >= 0)
		settings.lean = config->lean;
	err = settings_write(&settings, fault);
	settings_free(&settings);
	return err;
}

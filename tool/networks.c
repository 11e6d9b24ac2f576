// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "filter.h"
#include "networks.h"
#include "text.h"

const char network_other[] = "other", network_unknown[] = "unknown";

bool network_name_valid(const char *name)
{
	size_t length = strlen(name);

	for (const char *c = name; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr("._:/-", *c))
			return false;
	return length && length < NETWORK_NAME_SIZE;
}

void networks_free(struct networks *networks)
{
	free(networks->names);
	free(networks->prefixes);
	memset(networks, 0, sizeof(*networks));
}

/* Where a line of the file went wrong. */
struct place {
	const char *path;
	unsigned int line;
	struct fault *fault;
};

static int refuse(const struct place *place, const char *why, const char *word)
{
	char path[160], shown[80];

	fault_set(place->fault, EXIT_USAGE, "%s, line %u: '%s' %s",
		  text_escape(path, sizeof(path), place->path), place->line,
		  text_escape(shown, sizeof(shown), word), why);
	return -1;
}

static size_t find_name(const struct networks *networks, const char *name)
{
	size_t i;

	for (i = 0; i < networks->names_count; i++)
		if (!strcmp(networks->names[i], name))
			break;
	return i;
}

static int take_name(struct networks *networks, const char *name, size_t *index,
		     const struct place *place)
{
	if (!network_name_valid(name))
		return refuse(place, "is no name: use up to 63 letters, digits, and . _ : / -",
			      name);
	if (!strcmp(name, network_other) || !strcmp(name, network_unknown))
		return refuse(place, "is a name that tcpwhy itself uses", name);
	*index = find_name(networks, name);
	if (*index < networks->names_count)
		return 0;
	if (networks->names_count == NETWORKS_MOST)
		return refuse(place, "is one name too many: 50 is the most", name);
	strcpy(networks->names[networks->names_count++], name);
	return 0;
}

static int take_prefix(struct networks *networks, const char *word, size_t name,
		       const struct place *place)
{
	struct filter filter = { 0 };
	struct network_prefix *prefix;
	struct fault why;

	if (filter_peer(&filter, word, &why))
		return refuse(place, "is not an address or a prefix like 192.0.2.0/24 or "
			      "2001:db8::/32", word);
	if (networks->prefixes_count == NETWORKS_PREFIXES)
		return refuse(place, "is one prefix too many: 1000 is the most", word);
	for (size_t i = 0; i < networks->prefixes_count; i++) {
		prefix = &networks->prefixes[i];
		if (prefix->length == filter.prefix_length && prefix->name != name &&
		    address_equal(&prefix->address, &filter.prefix))
			return refuse(place, "has another name further up", word);
	}
	networks->prefixes[networks->prefixes_count++] = (struct network_prefix) {
		.address = filter.prefix, .length = filter.prefix_length, .name = name,
	};
	return 0;
}

static int take_line(struct networks *networks, char *line, const struct place *place)
{
	static const char blank[] = " \t\r\n";
	char *save = NULL, *cidr, *name, *more;
	size_t index = 0;

	line[strcspn(line, "#")] = '\0';
	cidr = strtok_r(line, blank, &save);
	if (!cidr)
		return 0;
	name = strtok_r(NULL, blank, &save);
	if (!name)
		return refuse(place, "has no name behind it: a line is CIDR NAME", cidr);
	more = strtok_r(NULL, blank, &save);
	if (more)
		return refuse(place, "is one word too many: a line is CIDR NAME", more);
	if (take_name(networks, name, &index, place))
		return -1;
	return take_prefix(networks, cidr, index, place);
}

static int read_lines(struct networks *networks, FILE *file, struct place *place)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t length;
	int err = 0;

	while (!err && (length = getline(&line, &size, file)) > 0) {
		place->line++;
		/* a NUL would hide the rest of its line */
		if (strlen(line) != (size_t)length)
			err = refuse(place, "has a NUL byte behind it", line);
		else
			err = take_line(networks, line, place);
	}
	free(line);
	if (!err && ferror(file)) {
		fault_set(place->fault, EXIT_OTHER, "cannot read %s: %s", place->path,
			  strerror(errno));
		err = -1;
	}
	return err;
}

int networks_read(struct networks *networks, const char *path, struct fault *fault)
{
	struct place place = { .path = path, .fault = fault };
	FILE *file = fopen(path, "re");
	char shown[160];
	int err;

	memset(networks, 0, sizeof(*networks));
	if (!file) {
		fault_set(fault, EXIT_USAGE, "cannot read %s: %s",
			  text_escape(shown, sizeof(shown), path), strerror(errno));
		return -1;
	}
	networks->names = xcalloc(NETWORKS_MOST, sizeof(*networks->names));
	networks->prefixes = xcalloc(NETWORKS_PREFIXES, sizeof(*networks->prefixes));
	err = read_lines(networks, file, &place);
	fclose(file);
	if (err)
		networks_free(networks);
	return err;
}

static bool inside(const struct network_prefix *prefix, const struct address *address)
{
	unsigned int bytes = prefix->length / 8, bits = prefix->length % 8;

	if (prefix->address.size != address->size ||
	    memcmp(prefix->address.bytes, address->bytes, bytes))
		return false;
	return !bits || !((prefix->address.bytes[bytes] ^ address->bytes[bytes]) >> (8 - bits));
}

const char *networks_find(const struct networks *networks, const struct address *address)
{
	const struct network_prefix *best = NULL;

	for (size_t i = 0; i < networks->prefixes_count; i++) {
		const struct network_prefix *prefix = &networks->prefixes[i];

		if ((!best || best->length < prefix->length) && inside(prefix, address))
			best = prefix;
	}
	return best ? networks->names[best->name] : network_other;
}

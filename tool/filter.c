// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "causes/causes.h"
#include "clock.h"
#include "cmd.h"
#include "names.h"
#include "netns.h"
#include "text.h"
#include "when.h"

void words_split(char ***words, size_t *count, const char *list)
{
	char *copy = xstrdup(list), *save = NULL;

	for (char *word = strtok_r(copy, ",", &save); word; word = strtok_r(NULL, ",", &save)) {
		char **more = realloc(*words, (*count + 1) * sizeof(**words));

		if (!more)
			break;
		*words = more;
		more[(*count)++] = xstrdup(word);
	}
	free(copy);
}

int filter_cause(struct filter *filter, const char *list, struct fault *fault)
{
	size_t before = filter->words_count;

	words_split(&filter->words, &filter->words_count, list);
	if (filter->words_count > before)
		return 0;
	fault_set(fault, EXIT_USAGE, "--cause needs a name ('tcpwhy causes' lists them)");
	return -1;
}

int parse_address(const char *word, struct address *address)
{
	memset(address, 0, sizeof(*address));
	if (inet_pton(AF_INET, word, address->bytes) == 1) {
		address->size = 4;
		return 0;
	}
	if (inet_pton(AF_INET6, word, address->bytes) == 1) {
		address->size = 16;
		return 0;
	}
	return -1;
}

/* Host bits are let through and cleared, as `ip route get` users expect. */
static void clear_host_bits(struct address *address, unsigned int length)
{
	for (unsigned int bit = length; bit < address->size * 8U; bit++)
		address->bytes[bit / 8] &= ~(0x80 >> bit % 8);
}

int filter_peer(struct filter *filter, const char *word, struct fault *fault)
{
	const char *slash = strchr(word, '/');
	char address[INET6_ADDRSTRLEN] = "", shown[80], *end;
	unsigned long length = 0;
	size_t size = slash ? (size_t)(slash - word) : strlen(word);

	text_escape(shown, sizeof(shown), word);
	if (size < sizeof(address))
		memcpy(address, word, size);
	if (!*address || parse_address(address, &filter->prefix)) {
		fault_set(fault, EXIT_USAGE, "--peer: '%s' is not an address or a prefix like "
			  "192.0.2.0/24 or 2001:db8::/32", shown);
		return -1;
	}
	length = filter->prefix.size * 8U;
	if (slash) {
		length = strtoul(slash + 1, &end, 10);
		if (slash[1] < '0' || slash[1] > '9' || *end || length > filter->prefix.size * 8U) {
			fault_set(fault, EXIT_USAGE, "--peer: '%s': the length of the prefix must "
				  "be 0 to %u", shown, filter->prefix.size * 8U);
			return -1;
		}
	}
	/* ::ffff:192.0.2.0/120 is 192.0.2.0/24 to the kernel's table */
	if (filter->prefix.size == 16 && length >= 96) {
		address_unmap(&filter->prefix);
		if (filter->prefix.size == 4)
			length -= 96;
	}
	clear_host_bits(&filter->prefix, length);
	filter->prefix_length = length;
	return 0;
}

int filter_netns(struct filter *filter, const char *word, struct fault *fault)
{
	char shown[80];

	filter->netns = netns_inode(word);
	if (filter->netns)
		return 0;
	fault_set(fault, EXIT_USAGE, "--netns: there is no network namespace '%s' (give a name "
		  "of 'ip netns', a path, inode:N or pid:N)",
		  text_escape(shown, sizeof(shown), word));
	return -1;
}

int filter_severity(struct filter *filter, const char *word, struct fault *fault)
{
	int severity = parse_severity(word);
	char shown[80];

	if (severity <= 0) {
		fault_set(fault, EXIT_USAGE, "--min-severity: '%s' is not one of info, notice, "
					     "trouble",
			  text_escape(shown, sizeof(shown), word));
		return -1;
	}
	filter->min_severity = severity;
	return 0;
}

int filter_confidence(struct filter *filter, const char *word, struct fault *fault)
{
	int confidence = parse_confidence(word);
	char shown[80];

	if (confidence <= 0) {
		fault_set(fault, EXIT_USAGE,
			  "--min-confidence: '%s' is not one of possible, likely, certain",
			  text_escape(shown, sizeof(shown), word));
		return -1;
	}
	filter->min_confidence = confidence;
	return 0;
}

static int take_moment(uint64_t *ago, const char *option, const char *word, struct fault *fault)
{
	char shown[80];

	if (!when_parse(word, ago))
		return 0;
	fault_set(fault, EXIT_USAGE, "--%s: '%s' is not a time until now, like 90s, 1h30m, 2w, 02:00, "
		  "yesterday or '2026-03-01 02:00'", option,
		  text_escape(shown, sizeof(shown), word));
	return -1;
}

int filter_since(struct filter *filter, const char *word, struct fault *fault)
{
	return take_moment(&filter->since_ago, "since", word, fault);
}

int filter_until(struct filter *filter, const char *word, struct fault *fault)
{
	return take_moment(&filter->until_ago, "until", word, fault);
}

void filter_free(struct filter *filter)
{
	for (size_t i = 0; i < filter->words_count; i++)
		free(filter->words[i]);
	free(filter->words);
	free(filter->causes);
	memset(filter, 0, sizeof(*filter));
}

static void add_cause(uint32_t **causes, size_t *count, uint32_t cause)
{
	uint32_t *more;

	for (size_t i = 0; i < *count; i++)
		if ((*causes)[i] == cause)
			return;
	more = realloc(*causes, (*count + 1) * sizeof(*more));
	if (!more)
		return;
	*causes = more;
	more[(*count)++] = cause;
}

static bool matches(const char *word, const char *name)
{
	return !strcmp(word, "all") || !fnmatch(word, name, 0);
}

/* "cause-999", as an unknown one is shown, names it as well. */
static bool numbered(const char *word, uint32_t *cause)
{
	unsigned long number;
	char *end;

	if (strncmp(word, "cause-", 6) || word[6] < '1' || word[6] > '9')
		return false;
	number = strtoul(word + 6, &end, 10);
	*cause = number;
	return !*end && number <= UINT32_MAX;
}

static int unknown_cause(const char *word, struct fault *fault)
{
	const char *names[CAUSES_MAX], *nearest;
	char shown[80], meant[64] = "";
	size_t count = 0;

	for (const struct cause *cause = cause_next(NULL); cause; cause = cause_next(cause))
		names[count++] = cause->name;
	nearest = text_nearest(word, names, count);
	text_escape(shown, sizeof(shown), word);
	if (nearest)
		snprintf(meant, sizeof(meant), ": did you mean %s?", nearest);
	fault_set(fault, EXIT_USAGE, "unknown cause '%s'%s ('tcpwhy causes' lists them)", shown,
		  meant);
	return -1;
}

/* The module would refuse it, too, but older kernels lose the reason on the way. */
static int module_knows(const uint32_t *causes, size_t count, const struct status *status,
			struct fault *fault)
{
	char name[NAME_SIZE];

	for (size_t i = 0; i < count; i++) {
		if (status_cause(status, causes[i]))
			continue;
		fault_set(fault, EXIT_USAGE, "the loaded module does not know the cause %s",
			  name_cause(causes[i], name));
		return -1;
	}
	return 0;
}

int causes_resolve(char **words, size_t words_count, const struct status *status,
		   uint32_t **causes, size_t *causes_count, struct fault *fault)
{
	for (size_t i = 0; i < words_count; i++) {
		bool found = false;
		uint32_t cause;

		for (const struct cause *own = cause_next(NULL); own; own = cause_next(own)) {
			/* a pattern must not name what an older module would refuse */
			if (!matches(words[i], own->name) ||
			    (strcmp(words[i], own->name) && status && !status_cause(status, own->id)))
				continue;
			add_cause(causes, causes_count, own->id);
			found = true;
		}
		for (size_t j = 0; status && j < status->causes_count; j++) {
			const struct cause_status *known = &status->causes[j];

			if (!known->name || !matches(words[i], known->name))
				continue;
			add_cause(causes, causes_count, known->id);
			found = true;
		}
		if (!found && numbered(words[i], &cause)) {
			add_cause(causes, causes_count, cause);
			found = true;
		}
		if (!found)
			return unknown_cause(words[i], fault);
	}
	return status ? module_knows(*causes, *causes_count, status, fault) : 0;
}

void filter_moments(struct filter *filter)
{
	uint64_t now = clock_now();

	/* longer ago than the machine runs: all of it */
	if (filter->since_ago)
		filter->since = now > filter->since_ago ? now - filter->since_ago : 0;
	if (filter->until_ago)
		filter->until = now > filter->until_ago ? now - filter->until_ago : 1;
}

int filter_resolve(struct filter *filter, const struct status *status, struct fault *fault)
{
	filter_moments(filter);
	free(filter->causes);
	filter->causes = NULL;
	filter->causes_count = 0;
	return causes_resolve(filter->words, filter->words_count, status, &filter->causes,
			      &filter->causes_count, fault);
}

static bool in_prefix(const struct filter *filter, const struct address *address)
{
	struct address network = *address;

	if (address->size != filter->prefix.size)
		return false;
	clear_host_bits(&network, filter->prefix_length);
	return address_equal(&network, &filter->prefix);
}

bool filter_match(const struct filter *filter, const struct row *row)
{
	bool cause = !filter->causes_count;

	for (size_t i = 0; i < filter->causes_count; i++)
		cause |= filter->causes[i] == row->cause;
	return cause &&
	       row->severity >= filter->min_severity &&
	       row->confidence >= filter->min_confidence &&
	       row->last >= filter->since &&
	       (!filter->until || row->first <= filter->until) &&
	       (!filter->prefix.size || in_prefix(filter, &row->peer)) &&
	       (filter->all_netns || !filter->netns || filter->netns == row->netns);
}

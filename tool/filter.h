/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_FILTER_H
#define TCPWHY_FILTER_H

#include <stdbool.h>

#include "model.h"

struct client;
struct fault;

/* The common filters of the command line; what is zero was not given. */
struct filter {
	char **words;		/* of --cause, as written */
	size_t words_count;
	uint32_t *causes;	/* what they mean; by filter_resolve() */
	size_t causes_count;
	struct address prefix;
	uint8_t prefix_length;
	uint8_t min_severity;
	uint8_t min_confidence;
	uint64_t since_ago;	/* ns */
	uint64_t since;		/* the moment that was, by filter_resolve() */
	uint64_t until_ago;	/* the same; the module does not know it */
	uint64_t until;		/* 0: none */
	uint32_t netns;
	bool all_netns;
};

/* filter_*() - take a word of the command line; 0, or -1 with @fault filled in */
int filter_cause(struct filter *filter, const char *list, struct fault *fault);
int filter_peer(struct filter *filter, const char *word, struct fault *fault);
int filter_netns(struct filter *filter, const char *word, struct fault *fault);
int filter_severity(struct filter *filter, const char *word, struct fault *fault);
int filter_confidence(struct filter *filter, const char *word, struct fault *fault);
int filter_since(struct filter *filter, const char *word, struct fault *fault);
int filter_until(struct filter *filter, const char *word, struct fault *fault);
void filter_free(struct filter *filter);

/*
 * filter_resolve() - turn names and ages into what the kernel understands.
 * @status may be NULL where there is no module: then only the causes this
 * tool knows can be named.
 */
int filter_resolve(struct filter *filter, const struct status *status, struct fault *fault);

/* filter_moments() - "so long ago" is another moment each time: work it out for now */
void filter_moments(struct filter *filter);

/*
 * causes_resolve() - the numbers of all causes whose name matches a word: a
 * name, a pattern as in a shell (paws-*), "all", or "cause-999"
 */
int causes_resolve(char **words, size_t words_count, const struct status *status,
		   uint32_t **causes, size_t *causes_count, struct fault *fault);
/* words_split() - append the parts of a list that commas divide */
void words_split(char ***words, size_t *count, const char *list);

/* filter_match() - what the kernel does for a dump, for an event or a key press */
bool filter_match(const struct filter *filter, const struct row *row);

int parse_address(const char *word, struct address *address);

#endif

// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "format.h"
#include "replace.h"
#include "tally_state.h"
#include "text.h"

static const char heading[] = "tcpwhy-export-state 1\n";

/*
 * load NETNS LOADED
 * cause CAUSE SHOWN
 * network NAME CAUSE RAW SHOWN LAST PEER
 * top PEER UNTIL
 * peer PEER CAUSE RAW SHOWN LAST
 * known PEER CAUSE COUNT FIRST LAST RATE SEVERITY
 * end LINES
 *
 * PEER is - where it is not known.
 */
struct reader {
	struct tally *tally;
	unsigned int line;
	bool ended;
};

static bool read_address(const char *word, struct address *address)
{
	memset(address, 0, sizeof(*address));
	return !strcmp(word, "-") || !parse_address(word, address);
}

static bool read_network(struct tally *tally, const char *line)
{
	char name[NETWORK_NAME_SIZE], peer[FORMAT_SIZE];
	struct tally_cell cell, *made;

	if (sscanf(line, "network %63s %" SCNu32 " %" SCNd64 " %" SCNu64 " %" SCNu64 " %63s", name,
		   &cell.cause, &cell.raw, &cell.shown, &cell.last, peer) != 6 ||
	    !network_name_valid(name) || !read_address(peer, &cell.peer))
		return false;
	made = tally_cell(&tally_network(tally, name)->cells, cell.cause);
	*made = cell;
	/* and network_unknown, which comes after the oldest have made room */
	return tally->networks_count <= TALLY_NAMES_MOST + 1;
}

static bool read_top(struct tally *tally, const char *line)
{
	char word[FORMAT_SIZE];
	struct address peer;
	uint64_t until;

	if (sscanf(line, "top %63s %" SCNu64, word, &until) != 2 || !read_address(word, &peer))
		return false;
	tally_peer(tally, &peer)->until = until;
	return tally->top_count <= TALLY_TOP_MOST;
}

static bool read_peer(struct tally *tally, const char *line)
{
	char word[FORMAT_SIZE];
	struct tally_cell cell, *made;

	if (sscanf(line, "peer %63s %" SCNu32 " %" SCNd64 " %" SCNu64 " %" SCNu64, word,
		   &cell.cause, &cell.raw, &cell.shown, &cell.last) != 5 ||
	    !read_address(word, &cell.peer))
		return false;
	made = tally_cell(&tally_peer(tally, &cell.peer)->cells, cell.cause);
	*made = cell;
	return tally->top_count <= TALLY_TOP_MOST;
}

static bool read_known(struct tally *tally, const char *line)
{
	struct sighting known = { 0 };
	char word[FORMAT_SIZE];

	if (sscanf(line, "known %63s %" SCNu32 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu32
		   " %" SCNu8, word, &known.cause, &known.count, &known.first, &known.last,
		   &known.rate, &known.severity) != 7 || !read_address(word, &known.peer))
		return false;
	sightings_add(&tally->known, &known);
	return true;
}

static bool read_line(struct reader *reader, const char *line)
{
	struct tally *tally = reader->tally;
	unsigned int lines;
	uint32_t cause;
	uint64_t shown;

	if (reader->ended)
		return false;
	if (reader->line == 1)
		return !strcmp(line, heading);
	if (!strncmp(line, "load ", 5))
		return sscanf(line, "load %" SCNu32 " %" SCNu64, &tally->netns,
			      &tally->loaded) == 2;
	if (!strncmp(line, "network ", 8))
		return read_network(tally, line);
	if (!strncmp(line, "top ", 4))
		return read_top(tally, line);
	if (!strncmp(line, "peer ", 5))
		return read_peer(tally, line);
	if (!strncmp(line, "known ", 6))
		return read_known(tally, line);
	if (sscanf(line, "cause %" SCNu32 " %" SCNu64, &cause, &shown) == 2) {
		tally_cell(&tally->causes, cause)->shown = shown;
		return true;
	}
	reader->ended = sscanf(line, "end %u\n", &lines) == 1 && lines == reader->line;
	return reader->ended;
}

static int no_state(const char *path, unsigned int line, struct tally *tally, struct fault *fault)
{
	char shown[160];

	tally_free(tally);
	fault_set(fault, EXIT_OTHER, "%s, line %u: this is no state of 'tcpwhy export', or not all "
		  "of it. Remove the file to begin anew",
		  text_escape(shown, sizeof(shown), path), line);
	return -1;
}

int tally_load(struct tally *tally, const char *path, struct fault *fault)
{
	struct reader reader = { .tally = tally };
	FILE *file = fopen(path, "re");
	char line[512], shown[160];

	memset(tally, 0, sizeof(*tally));
	if (!file && errno == ENOENT)
		return 0;
	if (!file) {
		fault_set(fault, EXIT_OTHER, "cannot read %s: %s",
			  text_escape(shown, sizeof(shown), path), strerror(errno));
		return -1;
	}
	while (fgets(line, sizeof(line), file)) {
		reader.line++;
		if (read_line(&reader, line))
			continue;
		fclose(file);
		return no_state(path, reader.line, tally, fault);
	}
	fclose(file);
	if (!reader.ended)
		return no_state(path, reader.line + 1, tally, fault);
	sightings_order(&tally->known);
	return 0;
}

static unsigned int put_cells(struct text *text, const struct tally *tally)
{
	unsigned int lines = 0;
	char peer[FORMAT_SIZE];

	for (size_t i = 0; i < tally->causes.count; i++, lines++)
		text_add(text, "cause %" PRIu32 " %" PRIu64 "\n", tally->causes.v[i].cause,
			 tally->causes.v[i].shown);
	for (size_t n = 0; n < tally->networks_count; n++) {
		const struct tally_network *network = &tally->networks[n];

		for (size_t i = 0; i < network->cells.count; i++, lines++) {
			const struct tally_cell *cell = &network->cells.v[i];

			text_add(text, "network %s %" PRIu32 " %" PRId64 " %" PRIu64 " %" PRIu64
				 " %s\n", network->name, cell->cause, cell->raw, cell->shown,
				 cell->last, format_address(&cell->peer, peer));
		}
	}
	return lines;
}

static unsigned int put_top(struct text *text, const struct tally *tally)
{
	unsigned int lines = 0;
	char peer[FORMAT_SIZE];

	for (size_t n = 0; n < tally->top_count; n++, lines++) {
		const struct tally_peer *top = &tally->top[n];

		format_address(&top->peer, peer);
		text_add(text, "top %s %" PRIu64 "\n", peer, top->until);
		for (size_t i = 0; i < top->cells.count; i++, lines++)
			text_add(text, "peer %s %" PRIu32 " %" PRId64 " %" PRIu64 " %" PRIu64 "\n",
				 peer, top->cells.v[i].cause, top->cells.v[i].raw,
				 top->cells.v[i].shown, top->cells.v[i].last);
	}
	return lines;
}

int tally_save(const struct tally *tally, const char *path, struct fault *fault)
{
	struct text text = { 0 };
	unsigned int lines = 3;
	char peer[FORMAT_SIZE];
	int err;

	text_add(&text, "%sload %" PRIu32 " %" PRIu64 "\n", heading, tally->netns, tally->loaded);
	lines += put_cells(&text, tally) + put_top(&text, tally);
	for (size_t i = 0; i < tally->known.count; i++, lines++) {
		const struct sighting *known = &tally->known.v[i];

		text_add(&text, "known %s %" PRIu32 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu32
			 " %u\n", format_address(&known->peer, peer), known->cause, known->count,
			 known->first, known->last, known->rate, known->severity);
	}
	text_add(&text, "end %u\n", lines);
	err = replace_file(path, &text, 0600, fault);
	text_free(&text);
	return err;
}

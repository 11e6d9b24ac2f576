/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_CAUSES_H
#define TCPWHY_CAUSES_H

#include <stddef.h>
#include <stdint.h>

#include <linux/tcpwhy.h>

#include "model.h"

struct line;
struct story;

/* Who opened the connection. An abort may hit either kind. */
enum way { WAY_IN, WAY_OUT, WAY_EITHER };

/* Which way the packets go whose size is the matter. */
enum size_way { SIZE_OF_NONE, SIZE_TO_PEER, SIZE_FROM_PEER, SIZE_THROUGH };

typedef void (*part_fn)(const struct row *row, struct line *line);

#define CAUSE_PARTS 8

/* Evidence that goes together. */
#define SHOWS_PROCESS "pid, comm, cgroup"
#define SHOWS_CONNECTION "state, phase, bytes_in, bytes_out, bytes_unread, bytes_unacked, idle_ms"
#define SHOWS_RST "seq, rcv_nxt, ttl, ttl_usual, ip_id, ip_id_expected, signs, cgroup"

/**
 * struct cause - all that this tool knows of a cause
 * @id: &enum tcpwhy_cause_id
 * @severity: &enum tcpwhy_severity, where the module does not say
 * @name: what is typed and shown
 * @brief: a line of `tcpwhy causes`
 * @what: what happened
 * @proof: what shows that it did
 * @forgeable: what of it is a fact, and what anybody can write who sends a packet; NULL:
 *	all of it is a fact
 * @mistaken: what it must not be mistaken for
 * @evidence: which evidence there is
 * @remedy: what helps
 * @counter: what nstat counts for the same, or NULL
 * @opener: who opened the connection
 * @direction: which way the RST went: "sent", "received", "forwarded"; NULL: there is none
 * @size_rank: of those about the size of packets, 1 tells most of what passes; 0: it is none
 * @size_way: which way those packets go
 * @line: a finding in one line, if @gist and @parts do not say it
 * @gist: of a reset or an abort, the first words of that line, or NULL
 * @parts: what is said after them
 * @idle_word: before the idle time, or NULL: "idle"
 * @tell: the story of a finding, and the advice
 */
struct cause {
	uint32_t id;
	uint8_t severity;
	const char *name;
	const char *brief;
	const char *what;
	const char *proof;
	const char *forgeable;
	const char *mistaken;
	const char *evidence;
	const char *remedy;
	const char *counter;
	enum way opener;
	const char *direction;
	unsigned int size_rank;
	enum size_way size_way;
	part_fn line;
	const char *gist;
	part_fn parts[CAUSE_PARTS];
	const char *idle_word;
	void (*tell)(const struct row *row, struct story *story);
};

/* The causes of one file of this folder. */
struct family {
	const struct cause *causes;
	size_t count;
};

/* FAMILY() - at the end of a family's file: causes[] are its causes; causes.c lists it */
#define FAMILY(name) \
	const struct family family_##name = { causes, sizeof(causes) / sizeof(causes[0]) }

/* No more causes than these. */
#define CAUSES_MAX TCPWHY_CAUSE_MAX

/* cause_find() - by number; NULL for what a newer module knows */
const struct cause *cause_find(uint32_t id);
/* cause_next() - the one with the next higher number, the first after NULL; NULL at the end */
const struct cause *cause_next(const struct cause *cause);

#endif

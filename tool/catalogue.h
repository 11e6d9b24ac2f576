/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_CATALOGUE_H
#define TCPWHY_CATALOGUE_H

#include <stddef.h>
#include <stdint.h>

#include <linux/tcpwhy.h>

/* What this tool knows of a cause without asking anybody. */
struct catalogue {
	uint32_t id;
	uint8_t severity;
	const char *name;
	const char *brief;
	const char *what;
	const char *proof;
	const char *mistaken;	/* what it must not be mistaken for */
	const char *evidence;
	const char *remedy;
	const char *counter;	/* what nstat counts for the same, or NULL */
};

#define CATALOGUE_MAX TCPWHY_CAUSE_MAX

extern const struct catalogue catalogue[];
extern const size_t catalogue_count;

/* catalogue_find() - by number; NULL for what a newer module knows */
const struct catalogue *catalogue_find(uint32_t cause);
const struct catalogue *catalogue_by_name(const char *name);

#endif

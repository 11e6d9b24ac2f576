/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_PATHMTU_H
#define TCPWHY_PATHMTU_H

#include <stdbool.h>
#include <stddef.h>

/* more than a search of 65536 sizes can leave behind */
#define PATHMTU_FAILED 64

/*
 * The search for the largest packet that a path carries. It knows sizes and
 * what became of them, and nothing of sockets and time.
 *
 * That a size passed is a fact. That it failed is an impression: random loss
 * looks the same. So the size that ends the search is asked for twice, and a
 * size that failed once and passes later takes back what was concluded.
 */
struct pathmtu {
	unsigned int top;		/* no larger one can leave this host */
	unsigned int passes;		/* the largest that did, or just below the least of all */
	unsigned int failed[PATHMTU_FAILED];	/* larger ones, each smaller than the one before */
	size_t failed_count;
	unsigned int hint;		/* what a router says would pass, until it was tried */
	unsigned int hints_left;	/* a router that says one less each time is not believed */
	bool hint_passed;
	bool confirmed;			/* the smallest of @failed has failed twice */
};

/* pathmtu_begin() - @passes needs no try, nothing beyond @top is tried */
void pathmtu_begin(struct pathmtu *path, unsigned int passes, unsigned int top);
/* pathmtu_next() - the size to try next; 0: the search is over */
unsigned int pathmtu_next(const struct pathmtu *path);
/* pathmtu_fails() - the smallest that does not pass, or 0 */
unsigned int pathmtu_fails(const struct pathmtu *path);

/* What became of a size; it need not be the one that was asked for. */
void pathmtu_passed(struct pathmtu *path, unsigned int size);
void pathmtu_failed(struct pathmtu *path, unsigned int size);
/* pathmtu_hint() - a router refused @size and says that @mtu would pass */
void pathmtu_hint(struct pathmtu *path, unsigned int size, unsigned int mtu);

#endif

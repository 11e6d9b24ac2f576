/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_JOURNAL_H
#define TCPWHY_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fault.h"

/*
 * systemd's journal, through libsystemd. Tests put another implementation in its place. What
 * returns an int gives 0, or -1 with @fault filled in, unless it says otherwise.
 */
struct journal;

/* More than an entry of ours has. */
#define FIELDS_MOST 40

/* An entry: strings "NAME=value". */
struct fields {
	char *v[FIELDS_MOST];
	size_t count;
};

void fields_add(struct fields *fields, const char *name, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* fields_get() - the value, or NULL */
const char *fields_get(const struct fields *fields, const char *name);
/* fields_number() - a value as a number; false if it is none, or not there */
bool fields_number(const struct fields *fields, const char *name, int64_t *value);
void fields_free(struct fields *fields);

int journal_open(struct journal **journal, struct fault *fault);
void journal_close(struct journal *journal);

/* journal_write() - it is in the journal's hands, which is not yet to say that it is on the disk */
int journal_write(struct journal *journal, const struct fields *fields, struct fault *fault);

/*
 * journal_find() - what tcpwhy wrote from a moment on (microseconds of the wall clock), that also
 * has @match, "NAME=value", if it is not NULL. Only what root or the service wrote: everybody may
 * write to the journal, in anybody's name.
 */
int journal_find(struct journal *journal, uint64_t since_us, const char *match,
		 struct fault *fault);
/* journal_next() - 1: the fields of ours, and when it came; 0: there is no more now */
int journal_next(struct journal *journal, struct fields *fields, uint64_t *when_us,
		 struct fault *fault);
/* journal_wait() - until there may be more, or the time is over */
void journal_wait(struct journal *journal, unsigned int ms);

/* journal_boot() - the kernel's name for the time since it was started */
#define BOOT_SIZE 40
const char *journal_boot(char buf[BOOT_SIZE]);

#endif

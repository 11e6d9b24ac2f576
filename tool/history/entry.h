/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_ENTRY_H
#define TCPWHY_ENTRY_H

#include "history/journal.h"
#include "model.h"
#include "netns.h"

/* What an entry of the journal tells; MESSAGE_ID of each is in tcpwhy.catalog. */
enum entry_kind {
	ENTRY_EVENT,		/* one event */
	ENTRY_MORE,		/* several of one finding, summed up */
	ENTRY_CHANGE,		/* a finding is judged otherwise than was written */
	ENTRY_BEGIN,		/* from here on the module's findings are written */
	ENTRY_END,		/* the module is gone */
};

/* Boot and the module's moment of loading: counts of a finding go on within it. */
#define LOAD_SIZE (BOOT_SIZE + 24)

/*
 * Beside the finding as it was then: which events the entry stands for. @fresh of a change may be
 * negative. The finding's own times are of the module's clock; @from_us and @to_us are of the wall.
 */
struct entry {
	enum entry_kind kind;
	struct row row;		/* owns its evidence after entry_read() */
	int64_t fresh;
	uint64_t from_us, to_us;
	bool own;		/* of the network namespace of who wrote it */
	char netns_name[NETNS_NAME_SIZE];	/* "" if it has none */
	char load[LOAD_SIZE];
	uint8_t was_severity, was_confidence;	/* as was written before; 0: nothing was */
};

/* entry_load() - "BOOT-NS" */
void entry_load(const struct status *status, char load[LOAD_SIZE]);

/* entry_write() - all the fields; those of a finding only if it is about one */
void entry_write(const struct entry *entry, struct fields *fields);
/* entry_read() - the reverse; false if they are not of a finding, or make no sense */
bool entry_read(const struct fields *fields, struct entry *entry);
void entry_free(struct entry *entry);

/* entry_about() - does this kind tell of a finding? */
bool entry_about(enum entry_kind kind);
/* entry_us() - a moment of the module's clock on the wall */
uint64_t entry_us(uint64_t boot_ns);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_LEDGER_H
#define TCPWHY_LEDGER_H

#include "history/entry.h"

/*
 * What is known of each finding, and how much of it is written: so that each event is written
 * once, alone or summed up with others, whatever was missed meanwhile. The counts of the module
 * are the truth; what was written before, the journal itself tells. Moments are milliseconds of
 * the caller's clock.
 */
struct ledger;

/* Of one finding so many events stand alone in so long; what comes beyond is summed up. */
#define LEDGER_ALONE 10
#define LEDGER_ALONE_MS 60000
/* From one sum to the next */
#define LEDGER_SUM_MS 10000
/*
 * Entries of all findings together: so many at once, and so many a second after that. journald
 * lets 10000 of a service through in 30 s; these are fewer than half of them.
 */
#define LEDGER_BURST 1000
#define LEDGER_PER_S 100

struct ledger *ledger_new(void);
void ledger_free(struct ledger *ledger);

/* ledger_begin() - another load of the module: its counts begin anew */
void ledger_begin(struct ledger *ledger);
/* ledger_restore() - an entry that is written already, oldest first */
void ledger_restore(struct ledger *ledger, const struct entry *entry);

/* ledger_event() - a finding after an event */
void ledger_event(struct ledger *ledger, const struct row *row);

/*
 * ledger_look() - all findings, or those that had events since the last look. What differs from
 * what the events told is made good: events that were missed, and what was judged otherwise.
 */
void ledger_look(struct ledger *ledger, const struct rows *rows, bool all);

/* ledger_stale() - so much is kept of findings that are gone that a look at all is due */
bool ledger_stale(const struct ledger *ledger);
/* ledger_touched() - were there events since the last look? */
bool ledger_touched(const struct ledger *ledger);
size_t ledger_pending(const struct ledger *ledger);

/*
 * ledger_next() - what to write now: kind, finding and events, trouble first. False: nothing yet.
 * @hurry: no matter when and how much was written. The row's evidence is the ledger's.
 */
bool ledger_next(struct ledger *ledger, int64_t now_ms, bool hurry, struct entry *entry);
/* ledger_wrote() - it was written; otherwise ledger_next() will tell of it again */
void ledger_wrote(struct ledger *ledger, int64_t now_ms);

#endif

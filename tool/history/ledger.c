// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "history/ledger.h"
#include "text.h"

#define BUCKETS_AT_FIRST 1024

/*
 * @row is the finding as it was last heard of. @sum of its events were told of or are @fresh; @from
 * is the first of these, on the module's clock. @severity and @confidence are as written.
 */
struct known {
	TAILQ_ENTRY(known) pending;
	struct known *next;		/* in its bucket */
	struct row row;
	uint64_t sum;
	int64_t fresh;
	uint64_t from;
	int64_t written_ms, alone_ms;	/* the latest entry; since when @alone counts */
	unsigned int alone;
	uint8_t severity, confidence;	/* 0: nothing was written yet */
	bool waits, touched, seen;
};

TAILQ_HEAD(queue, known);

struct ledger {
	struct known **buckets;
	size_t buckets_count, count, waiting, last_look;
	struct queue queues[TCPWHY_SEVERITY_MAX + 1];
	struct known *offered;
	bool touched;
	double tokens;
	int64_t tokens_ms;
};

struct ledger *ledger_new(void)
{
	struct ledger *ledger = xcalloc(1, sizeof(*ledger));

	for (size_t i = 0; i <= TCPWHY_SEVERITY_MAX; i++)
		TAILQ_INIT(&ledger->queues[i]);
	ledger->buckets_count = BUCKETS_AT_FIRST;
	ledger->buckets = xcalloc(ledger->buckets_count, sizeof(*ledger->buckets));
	ledger->tokens = LEDGER_BURST;
	return ledger;
}

static struct queue *queue_of(struct ledger *ledger, const struct known *known)
{
	uint8_t severity = known->row.severity;

	return &ledger->queues[severity <= TCPWHY_SEVERITY_MAX ? severity : TCPWHY_SEVERITY_MAX];
}

static void leave_queue(struct ledger *ledger, struct known *known)
{
	if (!known->waits)
		return;
	TAILQ_REMOVE(queue_of(ledger, known), known, pending);
	known->waits = false;
	ledger->waiting--;
}

static void join_queue(struct ledger *ledger, struct known *known)
{
	if (known->waits)
		return;
	TAILQ_INSERT_TAIL(queue_of(ledger, known), known, pending);
	known->waits = true;
	ledger->waiting++;
}

void ledger_begin(struct ledger *ledger)
{
	for (size_t i = 0; i < ledger->buckets_count; i++) {
		for (struct known *known = ledger->buckets[i], *next; known; known = next) {
			next = known->next;
			leave_queue(ledger, known);
			free(known->row.evidence);
			free(known);
		}
		ledger->buckets[i] = NULL;
	}
	ledger->count = ledger->last_look = 0;
	ledger->touched = false;
	ledger->offered = NULL;
}

void ledger_free(struct ledger *ledger)
{
	if (!ledger)
		return;
	ledger_begin(ledger);
	free(ledger->buckets);
	free(ledger);
}

/* FNV-1a */
static size_t hash_bytes(size_t hash, const void *data, size_t size)
{
	const uint8_t *bytes = data;

	while (size--)
		hash = (hash ^ *bytes++) * 0x100000001b3ULL;
	return hash;
}

static size_t hash(const struct row *row)
{
	size_t hash = hash_bytes(0xcbf29ce484222325ULL, row->peer.bytes, row->peer.size);

	hash = hash_bytes(hash, &row->cause, sizeof(row->cause));
	return hash_bytes(hash, &row->netns, sizeof(row->netns));
}

static bool same(const struct row *a, const struct row *b)
{
	return a->cause == b->cause && a->netns == b->netns && address_equal(&a->peer, &b->peer);
}

static void grow(struct ledger *ledger)
{
	size_t count = ledger->buckets_count * 2;
	struct known **buckets = xcalloc(count, sizeof(*buckets));

	for (size_t i = 0; i < ledger->buckets_count; i++) {
		for (struct known *known = ledger->buckets[i], *next; known; known = next) {
			size_t at = hash(&known->row) % count;

			next = known->next;
			known->next = buckets[at];
			buckets[at] = known;
		}
	}
	free(ledger->buckets);
	ledger->buckets = buckets;
	ledger->buckets_count = count;
}

static struct known *find(struct ledger *ledger, const struct row *row)
{
	struct known *known = ledger->buckets[hash(row) % ledger->buckets_count];

	while (known && !same(&known->row, row))
		known = known->next;
	return known;
}

static struct known *find_or_make(struct ledger *ledger, const struct row *row)
{
	struct known *known = find(ledger, row);
	size_t at;

	if (known)
		return known;
	if (ledger->count >= ledger->buckets_count)
		grow(ledger);
	at = hash(row) % ledger->buckets_count;
	known = xcalloc(1, sizeof(*known));
	known->row.peer = row->peer;
	known->row.cause = row->cause;
	known->row.netns = row->netns;
	known->next = ledger->buckets[at];
	ledger->buckets[at] = known;
	ledger->count++;
	return known;
}

/* The finding as it is now; its evidence is kept while it is to be written. */
static void remember(struct ledger *ledger, struct known *known, const struct row *row)
{
	bool waits = known->waits;

	/* a queue goes by the severity */
	leave_queue(ledger, known);
	free(known->row.evidence);
	known->row = *row;
	known->row.evidence = xcalloc(1, row->evidence_size);
	if (row->evidence_size)
		memcpy(known->row.evidence, row->evidence, row->evidence_size);
	if (waits)
		join_queue(ledger, known);
}

static void forget_evidence(struct known *known)
{
	free(known->row.evidence);
	known->row.evidence = NULL;
	known->row.evidence_size = 0;
}

void ledger_restore(struct ledger *ledger, const struct entry *entry)
{
	struct known *known = find_or_make(ledger, &entry->row);

	/* the module forgot it, and found it anew: what went before is no part of its count */
	if (known->row.first != entry->row.first)
		known->sum = entry->fresh < (int64_t)entry->row.count ? entry->fresh :
			     (int64_t)entry->row.count;
	else
		known->sum += entry->fresh;
	remember(ledger, known, &entry->row);
	forget_evidence(known);
	known->severity = entry->row.severity;
	known->confidence = entry->row.confidence;
}

static bool changed(const struct known *known)
{
	return known->severity && (known->severity != known->row.severity ||
				   known->confidence != known->row.confidence);
}

/* @more events, the first of them at @from; or none, and it is judged otherwise than was written. */
static void owe(struct ledger *ledger, struct known *known, int64_t more, uint64_t from)
{
	if (!known->fresh)
		known->from = from;
	known->fresh += more;
	known->sum += more;
	if (known->fresh || changed(known)) {
		join_queue(ledger, known);
		return;
	}
	/* it came, and was taken back before anything was written */
	leave_queue(ledger, known);
	forget_evidence(known);
}

/* The module found it anew: its count starts again. */
static bool is_new(const struct known *known, const struct row *row)
{
	return known->row.first != row->first;
}

void ledger_event(struct ledger *ledger, const struct row *row)
{
	struct known *known = find_or_make(ledger, row);
	uint64_t before = known->row.count, more;

	if (is_new(known, row)) {
		known->sum = 0;
		more = row->count;
	} else if (row->last < known->row.last ||
		   (row->last == known->row.last && row->count <= before)) {
		/* a look has told of it */
		return;
	} else {
		/* it may have fallen meanwhile, where an event was judged otherwise */
		more = row->count > before ? row->count - before : 1;
	}
	remember(ledger, known, row);
	known->touched = ledger->touched = true;
	owe(ledger, known, more, more > 1 ? row->first : row->last);
}

static void look_at(struct ledger *ledger, const struct row *row)
{
	struct known *known = find_or_make(ledger, row);
	uint64_t last = known->row.last;
	int64_t more;

	known->seen = true;
	if (is_new(known, row)) {
		known->sum = 0;
		last = row->first;
	}
	more = row->count - known->sum;
	/* events that are on their way are told of by this */
	remember(ledger, known, row);
	owe(ledger, known, more, more == 1 ? row->last : last);
}

static bool peer_seen(const struct rows *rows, const struct row *row)
{
	for (size_t i = 0; i < rows->count; i++)
		if (rows->v[i].netns == row->netns && address_equal(&rows->v[i].peer, &row->peer))
			return true;
	return false;
}

/*
 * A finding whose only event was judged otherwise is gone, while its peer is there. What was
 * evicted, or reset, is not to be taken back.
 */
static bool taken_back(const struct rows *rows, const struct known *known)
{
	return known->touched && !known->seen && known->sum &&
	       (known->sum == 1 || known->row.cause == TCPWHY_CAUSE_RST_IGNORED) &&
	       peer_seen(rows, &known->row);
}

void ledger_look(struct ledger *ledger, const struct rows *rows, bool all)
{
	for (size_t i = 0; i < rows->count; i++)
		look_at(ledger, &rows->v[i]);
	for (size_t i = 0; i < ledger->buckets_count; i++) {
		struct known **link = &ledger->buckets[i];

		while (*link) {
			struct known *known = *link;
			bool gone = all && !known->seen;

			if (taken_back(rows, known)) {
				owe(ledger, known, -(int64_t)known->sum, known->row.last);
				known->row.count = 0;
			}
			known->touched = known->seen = false;
			if (!gone || known->waits) {
				link = &known->next;
				continue;
			}
			*link = known->next;
			free(known->row.evidence);
			free(known);
			ledger->count--;
		}
	}
	if (all)
		ledger->last_look = ledger->count;
	ledger->touched = false;
}

bool ledger_stale(const struct ledger *ledger)
{
	return ledger->count > 2 * ledger->last_look + 4096;
}

bool ledger_touched(const struct ledger *ledger)
{
	return ledger->touched;
}

size_t ledger_pending(const struct ledger *ledger)
{
	return ledger->waiting;
}

static bool due(const struct known *known, int64_t now_ms)
{
	return known->alone < LEDGER_ALONE || now_ms - known->alone_ms >= LEDGER_ALONE_MS ||
	       now_ms - known->written_ms >= LEDGER_SUM_MS;
}

static void refill(struct ledger *ledger, int64_t now_ms)
{
	if (ledger->tokens_ms)
		ledger->tokens += (now_ms - ledger->tokens_ms) * LEDGER_PER_S / 1000.0;
	if (ledger->tokens > LEDGER_BURST)
		ledger->tokens = LEDGER_BURST;
	ledger->tokens_ms = now_ms;
}

static void fill(const struct known *known, struct entry *entry)
{
	memset(entry, 0, sizeof(*entry));
	entry->kind = known->fresh <= 0 ? ENTRY_CHANGE :
		      known->fresh == 1 ? ENTRY_EVENT : ENTRY_MORE;
	entry->row = known->row;
	entry->fresh = known->fresh;
	entry->from_us = entry_us(known->from);
	entry->to_us = entry_us(known->row.last);
	entry->was_severity = known->severity;
	entry->was_confidence = known->confidence;
}

bool ledger_next(struct ledger *ledger, int64_t now_ms, bool hurry, struct entry *entry)
{
	struct known *known;

	refill(ledger, now_ms);
	for (int i = TCPWHY_SEVERITY_MAX; i >= 0 && (hurry || ledger->tokens >= 1); i--) {
		TAILQ_FOREACH(known, &ledger->queues[i], pending) {
			if (!hurry && !due(known, now_ms))
				continue;
			ledger->offered = known;
			fill(known, entry);
			return true;
		}
	}
	return false;
}

void ledger_wrote(struct ledger *ledger, int64_t now_ms)
{
	struct known *known = ledger->offered;

	leave_queue(ledger, known);
	if (now_ms - known->alone_ms >= LEDGER_ALONE_MS) {
		known->alone_ms = now_ms;
		known->alone = 0;
	}
	known->alone++;
	known->written_ms = now_ms;
	known->fresh = 0;
	known->severity = known->row.severity;
	known->confidence = known->row.confidence;
	forget_evidence(known);
	ledger->tokens -= ledger->tokens >= 1;
	ledger->offered = NULL;
}

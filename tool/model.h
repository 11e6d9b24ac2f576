/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_MODEL_H
#define TCPWHY_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/tcpwhy.h>

/* size is 4 or 16; 0 is no address at all */
struct address {
	uint8_t size;
	uint8_t bytes[16];
};

/*
 * One value of evidence. What came as no integer of 1, 2, 4 or 8 bytes has no
 * number, and what is an address has that; the text of TCPWHY_A_EVIDENCE_COMM
 * is in the row.
 */
struct evidence_item {
	uint16_t type;
	bool number;
	uint64_t value;
	struct address address;
};

/* Room for one of them, packed */
#define EVIDENCE_PACKED 19

/* Of a process name, with its NUL: TASK_COMM_LEN of the kernel. */
#define COMM_SIZE 16

/* What a message may leave out; absent means "not known", never zero. */
enum row_has {
	ROW_HAS_LPORT = 1,
	ROW_HAS_RPORT = 2,
	ROW_HAS_CLOCKS = 4,
	ROW_HAS_FINGERPRINTS = 8,
};

/* One finding with the peer it belongs to. Times are CLOCK_BOOTTIME ns. */
struct row {
	uint64_t count;
	uint64_t first;
	uint64_t last;
	uint8_t *evidence;		/* packed: see evidence_next() */
	uint32_t netns;
	uint32_t cause;
	uint32_t rate;			/* events per 1000 s */
	uint16_t lport;
	uint16_t rport;
	struct address peer;
	uint8_t severity;
	uint8_t confidence;
	uint8_t clocks;
	uint8_t fingerprints;
	uint8_t has;
	uint16_t evidence_size;
	char comm[COMM_SIZE];		/* as it came: escape it; empty if not known */
};

struct rows {
	struct row *v;
	size_t count;
	size_t room;
};

struct event {
	struct rows rows;		/* the one finding */
	uint64_t when;
	uint32_t lost;
	uint8_t header_size;
	uint8_t header[TCPWHY_HEADER_MAX];
};

struct source {
	char *name;
	char *shows;
	int32_t error;
	uint8_t state;
};

struct cause_status {
	char *name;
	uint64_t count;
	uint32_t id;
	uint8_t severity;
	uint8_t coverage;
};

struct reconcile {
	char *name;
	uint64_t kernel;
	uint64_t attributed;
};

struct counter {
	char *name;
	uint64_t value;
};

struct status {
	char *version;
	uint64_t loaded, now, evicted, memory;
	uint32_t netns, peers, peers_max, peers_here, flows_max;
	bool lean;
	struct source *sources;
	struct cause_status *causes;
	struct reconcile *reconciles;
	struct counter *counters;
	struct counter *unnamed;	/* of the kernel, that no cause names */
	size_t sources_count, causes_count, reconciles_count, counters_count, unnamed_count;
};

/* rows_add() - room for one more, zeroed; NULL when memory is out */
struct row *rows_add(struct rows *rows);
void rows_drop_last(struct rows *rows);
void rows_free(struct rows *rows);
/* rows_sort() - worst first: severity, rate, count, latest, address */
void rows_sort(struct rows *rows);
int row_compare(const void *a, const void *b);

/*
 * Evidence is kept packed, since a full table has 16384 peers with some 20
 * values each, and the whole tool is to stay within 8 MiB.
 * evidence_pack() - at most EVIDENCE_PACKED bytes to @out; how many
 * evidence_next() - the value at @at, which moves on; false after the last
 */
size_t evidence_pack(const struct evidence_item *item, uint8_t *out);
bool evidence_next(const struct row *row, size_t *at, struct evidence_item *item);
/* row_evidence() - false if absent or not an integer */
bool row_evidence(const struct row *row, uint16_t type, uint64_t *value);
uint64_t row_evidence_or(const struct row *row, uint16_t type, uint64_t absent);

/* row_address() - false if absent or not an address */
bool row_address(const struct row *row, uint16_t type, struct address *address);

#define EVIDENCE(row, name, value) row_evidence(row, TCPWHY_A_EVIDENCE_##name, value)
#define EVIDENCE_OR_0(row, name) row_evidence_or(row, TCPWHY_A_EVIDENCE_##name, 0)

void event_free(struct event *event);
void status_free(struct status *status);
const struct cause_status *status_cause(const struct status *status, uint32_t id);

bool address_equal(const struct address *a, const struct address *b);
/* address_unmap() - an IPv4-mapped IPv6 address becomes the IPv4 one it is */
void address_unmap(struct address *address);

#endif

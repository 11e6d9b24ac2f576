// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "clock.h"
#include "filter.h"
#include "format.h"
#include "history/entry.h"
#include "names.h"
#include "text.h"
#include "verdict.h"

static const char *const message_ids[] = {
	[ENTRY_EVENT] = "f9df203f0535471bab22806f5ba56b4a",
	[ENTRY_MORE] = "c0203e360f90481e91235bb268d938e8",
	[ENTRY_CHANGE] = "edc47a4f91494e9f8147c1404b078ca7",
	[ENTRY_BEGIN] = "c614ed0f060e40fa863a83ed4d7f75ef",
	[ENTRY_END] = "f31bb5c309b74798ac3253f9c8e4508c",
};

static const char *const kinds[] = {
	[ENTRY_EVENT] = "event",
	[ENTRY_MORE] = "more",
	[ENTRY_CHANGE] = "change",
	[ENTRY_BEGIN] = "begin",
	[ENTRY_END] = "end",
};

bool entry_about(enum entry_kind kind)
{
	return kind == ENTRY_EVENT || kind == ENTRY_MORE || kind == ENTRY_CHANGE;
}

uint64_t entry_us(uint64_t boot_ns)
{
	struct timespec wall = clock_wall(boot_ns);

	return wall.tv_sec * 1000000ULL + wall.tv_nsec / 1000;
}

void entry_load(const struct status *status, char load[LOAD_SIZE])
{
	char boot[BOOT_SIZE];

	snprintf(load, LOAD_SIZE, "%s-%" PRIu64, journal_boot(boot), status->loaded);
}

static int priority(const struct entry *entry)
{
	if (!entry_about(entry->kind) || entry->row.severity <= TCPWHY_SEVERITY_INFO)
		return LOG_INFO;
	return entry->row.severity == TCPWHY_SEVERITY_NOTICE ? LOG_NOTICE : LOG_WARNING;
}

/* In front of the finding: what the entry adds to what was written of it before. */
static void preface(const struct entry *entry, struct text *text)
{
	char was[NAME_SIZE], is[NAME_SIZE], span[FORMAT_SIZE];

	if (entry->kind == ENTRY_MORE)
		text_add(text, "%" PRId64 " %s in %s: ", entry->fresh,
			 entry->was_severity ? "more of the same" : "events",
			 format_duration((entry->to_us - entry->from_us) * 1000, span));
	if (entry->fresh < 0)
		text_add(text, "%" PRId64 " of them judged otherwise: ", -entry->fresh);
	if (entry->was_confidence && entry->was_confidence != entry->row.confidence)
		text_add(text, "%s, was %s: ", name_confidence(entry->row.confidence, is),
			 name_confidence(entry->was_confidence, was));
	if (entry->was_severity && entry->was_severity != entry->row.severity)
		text_add(text, "%s, was %s: ", name_severity(entry->row.severity, is),
			 name_severity(entry->was_severity, was));
}

static void add_message(const struct entry *entry, struct fields *fields)
{
	char verdict[VERDICT_SIZE];
	struct text text = { 0 };

	preface(entry, &text);
	text_add(&text, "%s", verdict_comment(&entry->row, true, verdict));
	fields_add(fields, "MESSAGE", "%s", text.s);
	text_free(&text);
}

/* "TYPE=NUMBER", "TYPE=@ADDRESS" in hexadecimal, or "TYPE" alone: the ABI's numbers stay as they are. */
static void add_evidence(const struct row *row, struct fields *fields)
{
	struct text text = { 0 };
	struct evidence_item item;
	char named[4096];

	for (size_t at = 0; evidence_next(row, &at, &item); ) {
		text_add(&text, "%s%u", text.len ? " " : "", item.type);
		if (item.number)
			text_add(&text, "=%" PRIu64, item.value);
		if (item.address.size)
			text_add(&text, "=@");
		for (unsigned int i = 0; i < item.address.size; i++)
			text_add(&text, "%02x", item.address.bytes[i]);
	}
	if (!text.len)
		return;
	fields_add(fields, "TCPWHY_FACTS", "%s", text.s);
	text_free(&text);
	format_evidence(row, named, sizeof(named));
	fields_add(fields, "TCPWHY_EVIDENCE", "%s", named);
}

static void add_finding(const struct entry *entry, struct fields *fields)
{
	const struct row *row = &entry->row;
	char buf[FORMAT_SIZE], name[NAME_SIZE], comm[4 * COMM_SIZE];

	fields_add(fields, "TCPWHY_PEER", "%s", format_address(&row->peer, buf));
	fields_add(fields, "TCPWHY_CAUSE", "%s", name_cause(row->cause, name));
	fields_add(fields, "TCPWHY_CAUSE_ID", "%" PRIu32, row->cause);
	fields_add(fields, "TCPWHY_SEVERITY", "%s", name_severity(row->severity, name));
	fields_add(fields, "TCPWHY_CONFIDENCE", "%s", name_confidence(row->confidence, name));
	fields_add(fields, "TCPWHY_COUNT", "%" PRIu64, row->count);
	fields_add(fields, "TCPWHY_EVENTS", "%" PRId64, entry->fresh);
	fields_add(fields, "TCPWHY_FROM_USEC", "%" PRIu64, entry->from_us);
	fields_add(fields, "TCPWHY_TO_USEC", "%" PRIu64, entry->to_us);
	fields_add(fields, "TCPWHY_FIRST_NS", "%" PRIu64, row->first);
	fields_add(fields, "TCPWHY_LAST_NS", "%" PRIu64, row->last);
	if (row->has & ROW_HAS_LPORT)
		fields_add(fields, "TCPWHY_LPORT", "%u", row->lport);
	if (row->has & ROW_HAS_RPORT)
		fields_add(fields, "TCPWHY_RPORT", "%u", row->rport);
	if (row->has & ROW_HAS_CLOCKS)
		fields_add(fields, "TCPWHY_CLOCKS", "%u", row->clocks);
	if (row->has & ROW_HAS_FINGERPRINTS)
		fields_add(fields, "TCPWHY_FINGERPRINTS", "%u", row->fingerprints);
	if (*row->comm)
		fields_add(fields, "TCPWHY_PROCESS", "%s",
			   text_escape(comm, sizeof(comm), row->comm));
	fields_add(fields, "TCPWHY_NETNS", "%" PRIu32, row->netns);
	if (*entry->netns_name)
		fields_add(fields, "TCPWHY_NETNS_NAME", "%s", entry->netns_name);
	if (entry->own)
		fields_add(fields, "TCPWHY_NETNS_OWN", "1");
	add_evidence(row, fields);
}

void entry_write(const struct entry *entry, struct fields *fields)
{
	if (entry_about(entry->kind))
		add_message(entry, fields);
	else if (entry->kind == ENTRY_BEGIN)
		fields_add(fields, "MESSAGE", "What tcpwhy finds is written from here on");
	else
		fields_add(fields, "MESSAGE", "tcpwhy's module is gone, and nothing is found until "
			   "it is loaded again");
	fields_add(fields, "PRIORITY", "%d", priority(entry));
	fields_add(fields, "SYSLOG_IDENTIFIER", "tcpwhy");
	fields_add(fields, "MESSAGE_ID", "%s", message_ids[entry->kind]);
	fields_add(fields, "TCPWHY_KIND", "%s", kinds[entry->kind]);
	fields_add(fields, "TCPWHY_LOAD", "%s", entry->load);
	if (entry_about(entry->kind))
		add_finding(entry, fields);
}

static bool read_kind(const struct fields *fields, enum entry_kind *kind)
{
	const char *word = fields_get(fields, "TCPWHY_KIND");

	for (size_t i = 0; word && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(word, kinds[i]))
			continue;
		*kind = i;
		return entry_about(*kind);
	}
	return false;
}

/* A word of the ABI, or "severity-9" for one that who wrote it did not know. */
static bool read_word(const struct fields *fields, const char *name, int (*parse)(const char *word),
		      uint8_t *value)
{
	const char *word = fields_get(fields, name), *number;
	int found = word ? parse(word) : -1;

	number = word && found < 0 ? strrchr(word, '-') : NULL;
	if (number && number[1] >= '0' && number[1] <= '9')
		found = atoi(number + 1);
	*value = found < 0 || found > UINT8_MAX ? 0 : found;
	return *value;
}

static bool read_unsigned(const struct fields *fields, const char *name, uint64_t most,
			  uint64_t *value)
{
	int64_t number;

	if (!fields_number(fields, name, &number) || number < 0 || (uint64_t)number > most)
		return false;
	*value = number;
	return true;
}

static bool read_port(const struct fields *fields, const char *name, uint16_t *port)
{
	uint64_t value;

	if (!read_unsigned(fields, name, UINT16_MAX, &value))
		return false;
	*port = value;
	return true;
}

/* What the row may lack. */
static void read_rest(const struct fields *fields, struct row *row)
{
	uint64_t value;

	if (read_port(fields, "TCPWHY_LPORT", &row->lport))
		row->has |= ROW_HAS_LPORT;
	if (read_port(fields, "TCPWHY_RPORT", &row->rport))
		row->has |= ROW_HAS_RPORT;
	if (read_unsigned(fields, "TCPWHY_CLOCKS", UINT8_MAX, &value)) {
		row->clocks = value;
		row->has |= ROW_HAS_CLOCKS;
	}
	if (read_unsigned(fields, "TCPWHY_FINGERPRINTS", UINT8_MAX, &value)) {
		row->fingerprints = value;
		row->has |= ROW_HAS_FINGERPRINTS;
	}
}

static bool read_hex(const char **word, struct address *address)
{
	unsigned int byte;
	int used;

	for (address->size = 0; address->size < 16; address->size++) {
		if (sscanf(*word, "%2x%n", &byte, &used) != 1 || used != 2)
			break;
		address->bytes[address->size] = byte;
		*word += used;
	}
	return address->size == 4 || address->size == 16;
}

/* One of TCPWHY_FACTS; false where it is not as add_evidence() writes it. */
static bool read_fact(const char **word, struct evidence_item *item)
{
	unsigned long type;
	char *end;

	memset(item, 0, sizeof(*item));
	type = strtoul(*word, &end, 10);
	if (end == *word || type > UINT16_MAX)
		return false;
	item->type = type;
	*word = end;
	if (**word == '=' && (*word)[1] == '@') {
		*word += 2;
		if (!read_hex(word, &item->address))
			return false;
	} else if (**word == '=') {
		item->number = true;
		item->value = strtoull(*word + 1, &end, 10);
		if (end == *word + 1)
			return false;
		*word = end;
	}
	*word += strspn(*word, " ");
	return true;
}

static void read_evidence(const struct fields *fields, struct row *row)
{
	const char *word = fields_get(fields, "TCPWHY_FACTS");
	uint8_t packed[EVIDENCE_PACKED * 255];
	struct evidence_item item;
	size_t size = 0;

	while (word && *word && size + EVIDENCE_PACKED <= sizeof(packed) && read_fact(&word, &item))
		size += evidence_pack(&item, packed + size);
	row->evidence = xcalloc(1, size);
	memcpy(row->evidence, packed, size);
	row->evidence_size = size;
}

/* The reverse of text_escape(). */
static void read_process(const struct fields *fields, struct row *row)
{
	const char *word = fields_get(fields, "TCPWHY_PROCESS");
	unsigned int byte;
	size_t at = 0;

	while (word && *word && at < sizeof(row->comm) - 1) {
		bool escaped = word[0] == '\\' && sscanf(word, "\\x%2x", &byte) == 1;

		row->comm[at++] = escaped ? (char)byte : *word;
		word += escaped ? strnlen(word, 4) : 1;
	}
	row->comm[at] = '\0';
}

static bool read_finding(const struct fields *fields, struct entry *entry)
{
	const char *peer = fields_get(fields, "TCPWHY_PEER");
	struct row *row = &entry->row;
	uint64_t cause, netns;

	if (!peer || parse_address(peer, &row->peer) ||
	    !read_word(fields, "TCPWHY_SEVERITY", parse_severity, &row->severity) ||
	    !read_word(fields, "TCPWHY_CONFIDENCE", parse_confidence, &row->confidence) ||
	    !read_unsigned(fields, "TCPWHY_CAUSE_ID", UINT32_MAX, &cause) ||
	    !read_unsigned(fields, "TCPWHY_NETNS", UINT32_MAX, &netns) ||
	    !read_unsigned(fields, "TCPWHY_COUNT", INT64_MAX, &row->count) ||
	    !read_unsigned(fields, "TCPWHY_FROM_USEC", INT64_MAX / 1000, &entry->from_us) ||
	    !read_unsigned(fields, "TCPWHY_TO_USEC", INT64_MAX / 1000, &entry->to_us) ||
	    !read_unsigned(fields, "TCPWHY_FIRST_NS", INT64_MAX, &row->first) ||
	    !read_unsigned(fields, "TCPWHY_LAST_NS", INT64_MAX, &row->last) ||
	    !fields_number(fields, "TCPWHY_EVENTS", &entry->fresh))
		return false;
	row->cause = cause;
	row->netns = netns;
	read_rest(fields, row);
	return true;
}

bool entry_read(const struct fields *fields, struct entry *entry)
{
	const char *load = fields_get(fields, "TCPWHY_LOAD");
	const char *name = fields_get(fields, "TCPWHY_NETNS_NAME");

	memset(entry, 0, sizeof(*entry));
	if (!load || !read_kind(fields, &entry->kind) || !read_finding(fields, entry))
		return false;
	snprintf(entry->load, sizeof(entry->load), "%s", load);
	snprintf(entry->netns_name, sizeof(entry->netns_name), "%s", name ? name : "");
	entry->own = fields_get(fields, "TCPWHY_NETNS_OWN");
	read_process(fields, &entry->row);
	read_evidence(fields, &entry->row);
	return true;
}

void entry_free(struct entry *entry)
{
	free(entry->row.evidence);
	memset(entry, 0, sizeof(*entry));
}

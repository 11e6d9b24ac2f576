// SPDX-License-Identifier: GPL-2.0
/* All the evidence of a finding, for scripts: name and value. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cgroup.h"
#include "format.h"
#include "names.h"
#include "text.h"

const char *format_process(const struct row *row, char buf[PROCESS_SIZE])
{
	char comm[4 * COMM_SIZE];
	uint64_t pid;
	bool known = row_evidence(row, TCPWHY_A_EVIDENCE_PID, &pid);

	text_escape(comm, sizeof(comm), row->comm);
	if (known && *comm)
		snprintf(buf, PROCESS_SIZE, "%s[%" PRIu64 "]", comm, pid);
	else if (known)
		snprintf(buf, PROCESS_SIZE, "pid %" PRIu64, pid);
	else
		snprintf(buf, PROCESS_SIZE, "%s", comm);
	return buf;
}

/* The ABI's word for a value; NULL where the number says it all. */
static const char *word(const struct evidence_item *item, char buf[NAME_SIZE])
{
	if (!item->number)
		return NULL;
	switch (item->type) {
	case TCPWHY_A_EVIDENCE_DROP_REASON:
		return name_drop_reason(item->value, buf);
	case TCPWHY_A_EVIDENCE_ICMP:
		return name_icmp(item->value, buf);
	case TCPWHY_A_EVIDENCE_PHASE:
		return name_phase(item->value, buf);
	case TCPWHY_A_EVIDENCE_ORIGIN:
		return name_origin(item->value, buf);
	case TCPWHY_A_EVIDENCE_RELAY:
		return name_relay(item->value, buf);
	case TCPWHY_A_EVIDENCE_FRAGMENT_REASON:
		return name_fragment_reason(item->value, buf);
	case TCPWHY_A_EVIDENCE_DIED_OF:
		return name_cause(item->value, buf);
	default:
		return NULL;
	}
}

/* A name must not look like one more value: commas divide them. */
static void put_comm(const struct row *row, struct text *line)
{
	char comm[4 * COMM_SIZE];

	text_escape(comm, sizeof(comm), row->comm);
	for (const char *c = comm; *c; c++)
		text_add(line, *c == ',' ? "\\x2c" : "%c", *c);
}

static bool is_set_of_bits(const struct evidence_item *item)
{
	return item->type == TCPWHY_A_EVIDENCE_SIGNS || item->type == TCPWHY_A_EVIDENCE_LIFE ||
	       item->type == TCPWHY_A_EVIDENCE_TRAITS ||
	       item->type == TCPWHY_A_EVIDENCE_PATH_SIGNS;
}

static const char *name_bit(uint16_t type, unsigned int bit, char buf[NAME_SIZE])
{
	switch (type) {
	case TCPWHY_A_EVIDENCE_LIFE:
		return name_life(bit, buf);
	case TCPWHY_A_EVIDENCE_TRAITS:
		return name_trait(bit, buf);
	case TCPWHY_A_EVIDENCE_PATH_SIGNS:
		return name_path_sign(bit, buf);
	default:
		return name_sign(bit, buf);
	}
}

static void put_bits(const struct evidence_item *item, struct text *line)
{
	char name[NAME_SIZE];
	const char *plus = "";

	for (unsigned int bit = 0; bit < 64; bit++) {
		if (!(item->value & 1ULL << bit))
			continue;
		text_add(line, "%s%s", plus, name_bit(item->type, bit, name));
		plus = "+";
	}
}

static void put_value(const struct row *row, const struct evidence_item *item, struct text *line)
{
	char name[NAME_SIZE], address[FORMAT_SIZE];
	const char *known = word(item, name);

	if (item->type == TCPWHY_A_EVIDENCE_COMM)
		put_comm(row, line);
	else if (item->address.size)
		text_add(line, "%s", format_address(&item->address, address));
	else if (!item->number)
		text_add(line, "?");
	else if (is_set_of_bits(item))
		put_bits(item, line);
	else if (known)
		text_add(line, "%s", known);
	else
		text_add(line, "%" PRIu64, item->value);
}

void format_evidence(const struct row *row, char *buf, size_t size)
{
	struct evidence_item item;
	struct text line = { 0 };
	char name[NAME_SIZE];

	for (size_t at = 0; evidence_next(row, &at, &item); ) {
		text_add(&line, "%s%s=", line.len ? "," : "", name_evidence(item.type, name));
		put_value(row, &item, &line);
	}
	snprintf(buf, size, "%s", text_or_empty(&line));
	text_free(&line);
}

static void bits_json(const struct evidence_item *item, struct json *json, const char *key)
{
	char name[NAME_SIZE];

	json_array(json, key);
	for (unsigned int bit = 0; bit < 64; bit++)
		if (item->value & 1ULL << bit)
			json_string(json, NULL, name_bit(item->type, bit, name));
	json_array_end(json);
}

static void cgroup_json(uint64_t id, struct json *json, const char *key)
{
	char path[CGROUP_SIZE];

	json_uint(json, key, id);
	if (cgroup_path(id, path))
		json_string(json, "cgroup_path", path);
}

void format_evidence_json(const struct row *row, struct json *json, const char *key)
{
	char name[NAME_SIZE], buf[NAME_SIZE], address[FORMAT_SIZE];
	struct evidence_item item;

	json_object(json, key);
	for (size_t at = 0; evidence_next(row, &at, &item); ) {
		const char *member = name_evidence(item.type, name), *known = word(&item, buf);

		if (item.type == TCPWHY_A_EVIDENCE_COMM)
			json_string(json, member, row->comm);
		else if (item.address.size)
			json_string(json, member, format_address(&item.address, address));
		else if (!item.number)
			json_null(json, member);
		else if (is_set_of_bits(&item))
			bits_json(&item, json, member);
		else if (item.type == TCPWHY_A_EVIDENCE_CGROUP)
			cgroup_json(item.value, json, member);
		else if (known)
			json_string(json, member, known);
		else
			json_uint(json, member, item.value);
	}
	json_object_end(json);
}

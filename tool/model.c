// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "model.h"

/* in place of the number of bytes; that of an address is added to ADDRESS */
#define NO_NUMBER 0xff
#define ADDRESS 0x80

struct row *rows_add(struct rows *rows)
{
	if (rows->count == rows->room) {
		/* by half, not double: the last step decides the peak memory */
		size_t room = rows->room + rows->room / 2 + 16;
		struct row *v = realloc(rows->v, room * sizeof(*v));

		if (!v)
			return NULL;
		rows->v = v;
		rows->room = room;
	}
	memset(&rows->v[rows->count], 0, sizeof(*rows->v));
	return &rows->v[rows->count++];
}

void rows_drop_last(struct rows *rows)
{
	free(rows->v[--rows->count].evidence);
}

void rows_free(struct rows *rows)
{
	while (rows->count)
		rows_drop_last(rows);
	free(rows->v);
	memset(rows, 0, sizeof(*rows));
}

static int descending(uint64_t a, uint64_t b)
{
	return (a < b) - (a > b);
}

int row_compare(const void *left, const void *right)
{
	const struct row *a = left, *b = right;
	int order;

	if ((order = descending(a->severity, b->severity)) ||
	    (order = descending(a->rate, b->rate)) ||
	    (order = descending(a->count, b->count)) ||
	    (order = descending(a->last, b->last)) ||
	    (order = (int)a->peer.size - b->peer.size) ||
	    (order = memcmp(a->peer.bytes, b->peer.bytes, sizeof(a->peer.bytes))))
		return order;
	return descending(b->cause, a->cause);
}

void rows_sort(struct rows *rows)
{
	if (rows->count)
		qsort(rows->v, rows->count, sizeof(*rows->v), row_compare);
}

/*
 * Type, number of bytes, and the bytes of the value: of a number lowest first, without
 * leading zeros.
 */
size_t evidence_pack(const struct evidence_item *item, uint8_t *out)
{
	uint8_t *size = out + sizeof(item->type);
	uint8_t *byte = size + 1;

	memcpy(out, &item->type, sizeof(item->type));
	*size = NO_NUMBER;
	if (item->number) {
		for (uint64_t rest = item->value; rest; rest >>= 8)
			*byte++ = rest;
		*size = byte - size - 1;
	} else if (item->address.size) {
		*size = ADDRESS + item->address.size;
		memcpy(byte, item->address.bytes, item->address.size);
		byte += item->address.size;
	}
	return byte - out;
}

bool evidence_next(const struct row *row, size_t *at, struct evidence_item *item)
{
	const uint8_t *byte;
	uint8_t size;

	if (*at >= row->evidence_size)
		return false;
	byte = row->evidence + *at;
	memcpy(&item->type, byte, sizeof(item->type));
	byte += sizeof(item->type);
	size = *byte++;
	item->number = size < ADDRESS;
	item->value = 0;
	memset(&item->address, 0, sizeof(item->address));
	if (!item->number && size != NO_NUMBER) {
		item->address.size = size - ADDRESS;
		memcpy(item->address.bytes, byte, item->address.size);
		byte += item->address.size;
	}
	for (unsigned int i = 0; item->number && i < size; i++)
		item->value |= (uint64_t)*byte++ << 8 * i;
	*at = byte - row->evidence;
	return true;
}

bool row_evidence(const struct row *row, uint16_t type, uint64_t *value)
{
	struct evidence_item item;

	for (size_t at = 0; evidence_next(row, &at, &item); ) {
		if (item.type != type)
			continue;
		*value = item.value;
		return item.number;
	}
	return false;
}

bool row_address(const struct row *row, uint16_t type, struct address *address)
{
	struct evidence_item item;

	for (size_t at = 0; evidence_next(row, &at, &item); ) {
		if (item.type != type)
			continue;
		*address = item.address;
		return item.address.size;
	}
	return false;
}

uint64_t row_evidence_or(const struct row *row, uint16_t type, uint64_t absent)
{
	uint64_t value;

	return row_evidence(row, type, &value) ? value : absent;
}

void event_free(struct event *event)
{
	rows_free(&event->rows);
	memset(event, 0, sizeof(*event));
}

void status_free(struct status *status)
{
	for (size_t i = 0; i < status->sources_count; i++) {
		free(status->sources[i].name);
		free(status->sources[i].shows);
	}
	for (size_t i = 0; i < status->causes_count; i++)
		free(status->causes[i].name);
	for (size_t i = 0; i < status->reconciles_count; i++)
		free(status->reconciles[i].name);
	for (size_t i = 0; i < status->counters_count; i++)
		free(status->counters[i].name);
	for (size_t i = 0; i < status->unnamed_count; i++)
		free(status->unnamed[i].name);
	free(status->sources);
	free(status->causes);
	free(status->reconciles);
	free(status->counters);
	free(status->unnamed);
	free(status->version);
	memset(status, 0, sizeof(*status));
}

const struct cause_status *status_cause(const struct status *status, uint32_t id)
{
	for (size_t i = 0; i < status->causes_count; i++)
		if (status->causes[i].id == id)
			return &status->causes[i];
	return NULL;
}

bool address_equal(const struct address *a, const struct address *b)
{
	return a->size == b->size && !memcmp(a->bytes, b->bytes, a->size);
}

void address_unmap(struct address *address)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (address->size != 16 || memcmp(address->bytes, mapped, sizeof(mapped)))
		return;
	memmove(address->bytes, address->bytes + 12, 4);
	memset(address->bytes + 4, 0, 12);
	address->size = 4;
}

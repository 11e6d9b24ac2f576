// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "causes/causes.h"
#include "parse.h"
#include "parse_attr.h"

/* Values of evidence that one finding may have: more is nonsense, and left out. */
#define EVIDENCE_MOST 255

static bool get_address(const struct nlattr *attr, struct address *address)
{
	int size = nla_len(attr);

	if (size != 4 && size != 16)
		return false;
	address->size = size;
	memcpy(address->bytes, nla_data(attr), size);
	return true;
}

static struct nlattr *find(struct nlattr *attrs, int len, int type)
{
	struct nlattr *attr;
	int rest;

	nla_for_each_attr(attr, attrs, len, rest)
		if (nla_type(attr) == type)
			return attr;
	return NULL;
}

/* A name that is too long for the kernel is cut, and one of no length is none. */
static bool get_comm(const struct nlattr *attr, struct row *row)
{
	size_t size = strnlen(nla_data(attr), nla_len(attr));

	if (size >= sizeof(row->comm))
		size = sizeof(row->comm) - 1;
	memcpy(row->comm, nla_data(attr), size);
	row->comm[size] = '\0';
	return size;
}

/* False for what nobody can use: padding, and known ones without their number or the like. */
static bool get_evidence(const struct nlattr *attr, struct row *row, struct evidence_item *item)
{
	memset(item, 0, sizeof(*item));
	item->type = nla_type(attr);
	if (item->type == TCPWHY_A_EVIDENCE_ROUTER || item->type == TCPWHY_A_EVIDENCE_SENDER ||
	    item->type == TCPWHY_A_EVIDENCE_SERVICE || item->type == TCPWHY_A_EVIDENCE_VIA)
		return get_address(attr, &item->address);
	if (item->type == TCPWHY_A_EVIDENCE_COMM) {
		return get_comm(attr, row);
	}
	item->number = get_uint(attr, &item->value);
	return item->type != TCPWHY_A_EVIDENCE_PAD &&
	       (item->number || item->type > TCPWHY_A_EVIDENCE_MAX);
}

static int parse_evidence(const struct nlattr *nest, struct row *row)
{
	uint8_t packed[EVIDENCE_MOST * EVIDENCE_PACKED];
	struct evidence_item item;
	struct nlattr *attr;
	size_t size = 0;
	int rest;

	nla_for_each_nested(attr, nest, rest)
		if (size + EVIDENCE_PACKED <= sizeof(packed) && get_evidence(attr, row, &item))
			size += evidence_pack(&item, packed + size);
	free(row->evidence);
	row->evidence_size = 0;
	row->evidence = malloc(size ? size : 1);
	if (!row->evidence)
		return -ENOMEM;
	memcpy(row->evidence, packed, size);
	row->evidence_size = size;
	return 0;
}

static void finding_number(const struct nlattr *attr, struct row *row)
{
	switch (nla_type(attr)) {
	case TCPWHY_A_FINDING_CAUSE:
		row->cause = uint_of(attr);
		break;
	case TCPWHY_A_FINDING_SEVERITY:
		row->severity = uint_of(attr);
		break;
	case TCPWHY_A_FINDING_CONFIDENCE:
		row->confidence = uint_of(attr);
		break;
	case TCPWHY_A_FINDING_COUNT:
		row->count = uint_of(attr);
		break;
	case TCPWHY_A_FINDING_FIRST:
		row->first = uint_of(attr);
		break;
	case TCPWHY_A_FINDING_LAST:
		row->last = uint_of(attr);
		break;
	case TCPWHY_A_FINDING_RATE:
		row->rate = uint_of(attr);
		break;
	case TCPWHY_A_FINDING_LPORT:
		row->lport = uint_of(attr);
		row->has |= ROW_HAS_LPORT;
		break;
	case TCPWHY_A_FINDING_RPORT:
		row->rport = uint_of(attr);
		row->has |= ROW_HAS_RPORT;
		break;
	}
}

static int parse_finding(const struct nlattr *nest, struct row *row)
{
	const struct cause *known;
	struct nlattr *attr;
	uint64_t value;
	int rest, err;

	nla_for_each_nested(attr, nest, rest) {
		if (nla_type(attr) != TCPWHY_A_FINDING_EVIDENCE) {
			if (get_uint(attr, &value))
				finding_number(attr, row);
			continue;
		}
		err = parse_evidence(attr, row);
		if (err)
			return err;
	}
	known = cause_find(row->cause);
	if (!row->severity && known)
		row->severity = known->severity;
	return row->cause ? 0 : -EBADMSG;
}

static bool parse_peer_attr(const struct nlattr *attr, struct row *peer)
{
	uint64_t value;

	if (nla_type(attr) == TCPWHY_A_PEER_ADDRESS)
		return get_address(attr, &peer->peer);
	if (!get_uint(attr, &value))
		return true;
	switch (nla_type(attr)) {
	case TCPWHY_A_PEER_NETNS:
		peer->netns = value;
		break;
	case TCPWHY_A_PEER_CLOCKS:
		peer->clocks = value;
		peer->has |= ROW_HAS_CLOCKS;
		break;
	case TCPWHY_A_PEER_FINGERPRINTS:
		peer->fingerprints = value;
		peer->has |= ROW_HAS_FINGERPRINTS;
		break;
	}
	return true;
}

int parse_peer(struct nlattr *attrs, int len, struct rows *rows)
{
	struct nlattr *nest = find(attrs, len, TCPWHY_A_PEER), *attr;
	struct row peer = { 0 }, *row;
	int rest, err, added = 0;

	if (!nest)
		return -EBADMSG;
	nla_for_each_nested(attr, nest, rest)
		if (!parse_peer_attr(attr, &peer))
			return -EBADMSG;
	if (!peer.peer.size)
		return -EBADMSG;
	nla_for_each_nested(attr, nest, rest) {
		if (nla_type(attr) != TCPWHY_A_PEER_FINDING)
			continue;
		row = rows_add(rows);
		if (!row)
			return -ENOMEM;
		*row = peer;
		err = parse_finding(attr, row);
		if (err == -ENOMEM)
			return err;
		if (err)
			rows_drop_last(rows);
		else
			added++;
	}
	return added;
}

int parse_event(struct nlattr *attrs, int len, struct event *event)
{
	int err = parse_peer(attrs, len, &event->rows), rest;
	struct nlattr *attr;

	if (err < 0)
		return err;
	if (!event->rows.count)
		return -EBADMSG;
	event->when = event->rows.v[0].last;
	nla_for_each_attr(attr, attrs, len, rest) {
		switch (nla_type(attr)) {
		case TCPWHY_A_WHEN:
			get_uint(attr, &event->when);
			break;
		case TCPWHY_A_LOST:
			event->lost = uint_of(attr);
			break;
		case TCPWHY_A_HEADER:
			event->header_size = nla_len(attr) < TCPWHY_HEADER_MAX ?
					     nla_len(attr) : TCPWHY_HEADER_MAX;
			memcpy(event->header, nla_data(attr), event->header_size);
			break;
		}
	}
	return 0;
}

int parse_removed(struct nlattr *attrs, int len, uint32_t *removed)
{
	struct nlattr *attr = find(attrs, len, TCPWHY_A_REMOVED);
	uint64_t value;

	if (!attr || !get_uint(attr, &value))
		return -EBADMSG;
	*removed = value;
	return 0;
}

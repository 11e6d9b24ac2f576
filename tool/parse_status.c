// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "parse.h"
#include "parse_attr.h"

/* One more of @size at the end of @array, zeroed, or NULL. */
static void *append(void *array, size_t *count, size_t size)
{
	void **v = array;
	char *grown = realloc(*v, (*count + 1) * size);

	if (!grown)
		return NULL;
	*v = grown;
	grown += *count * size;
	memset(grown, 0, size);
	(*count)++;
	return grown;
}

static int parse_source(const struct nlattr *nest, struct status *status)
{
	struct source *source = append(&status->sources, &status->sources_count, sizeof(*source));
	struct nlattr *attr;
	int rest;

	if (!source)
		return -ENOMEM;
	nla_for_each_nested(attr, nest, rest) {
		switch (nla_type(attr)) {
		case TCPWHY_A_SOURCE_NAME:
			get_string(attr, &source->name);
			break;
		case TCPWHY_A_SOURCE_STATE:
			source->state = uint_of(attr);
			break;
		case TCPWHY_A_SOURCE_ERROR:
			source->error = (int32_t)uint_of(attr);
			break;
		case TCPWHY_A_SOURCE_SHOWS:
			get_string(attr, &source->shows);
			break;
		}
	}
	return 0;
}

static int parse_cause(const struct nlattr *nest, struct status *status)
{
	struct cause_status *cause = append(&status->causes, &status->causes_count,
					    sizeof(*cause));
	struct nlattr *attr;
	int rest;

	if (!cause)
		return -ENOMEM;
	nla_for_each_nested(attr, nest, rest) {
		switch (nla_type(attr)) {
		case TCPWHY_A_CAUSE_ID:
			cause->id = uint_of(attr);
			break;
		case TCPWHY_A_CAUSE_NAME:
			get_string(attr, &cause->name);
			break;
		case TCPWHY_A_CAUSE_SEVERITY:
			cause->severity = uint_of(attr);
			break;
		case TCPWHY_A_CAUSE_COVERAGE:
			cause->coverage = uint_of(attr);
			break;
		case TCPWHY_A_CAUSE_COUNT:
			cause->count = uint_of(attr);
			break;
		}
	}
	return 0;
}

static int parse_reconcile(const struct nlattr *nest, struct status *status)
{
	struct reconcile *sums = append(&status->reconciles, &status->reconciles_count,
					sizeof(*sums));
	struct nlattr *attr;
	int rest;

	if (!sums)
		return -ENOMEM;
	nla_for_each_nested(attr, nest, rest) {
		switch (nla_type(attr)) {
		case TCPWHY_A_RECONCILE_NAME:
			get_string(attr, &sums->name);
			break;
		case TCPWHY_A_RECONCILE_KERNEL:
			sums->kernel = uint_of(attr);
			break;
		case TCPWHY_A_RECONCILE_ATTRIBUTED:
			sums->attributed = uint_of(attr);
			break;
		}
	}
	return 0;
}

static int parse_counter(const struct nlattr *nest, struct counter **counters, size_t *count)
{
	struct counter *counter = append(counters, count, sizeof(*counter));
	struct nlattr *attr;
	int rest;

	if (!counter)
		return -ENOMEM;
	nla_for_each_nested(attr, nest, rest) {
		if (nla_type(attr) == TCPWHY_A_COUNTER_NAME)
			get_string(attr, &counter->name);
		else if (nla_type(attr) == TCPWHY_A_COUNTER_VALUE)
			counter->value = uint_of(attr);
	}
	return 0;
}

static void status_number(const struct nlattr *attr, struct status *status)
{
	uint64_t value = uint_of(attr);

	switch (nla_type(attr)) {
	case TCPWHY_A_STATUS_NETNS:
		status->netns = value;
		break;
	case TCPWHY_A_STATUS_LOADED:
		status->loaded = value;
		break;
	case TCPWHY_A_STATUS_NOW:
		status->now = value;
		break;
	case TCPWHY_A_STATUS_PEERS:
		status->peers = value;
		break;
	case TCPWHY_A_STATUS_PEERS_MAX:
		status->peers_max = value;
		break;
	case TCPWHY_A_STATUS_PEERS_HERE:
		status->peers_here = value;
		break;
	case TCPWHY_A_STATUS_EVICTED:
		status->evicted = value;
		break;
	case TCPWHY_A_STATUS_FLOWS_MAX:
		status->flows_max = value;
		break;
	case TCPWHY_A_STATUS_MEMORY:
		status->memory = value;
		break;
	case TCPWHY_A_STATUS_LEAN:
		status->lean = value;
		break;
	}
}

static int status_attr(const struct nlattr *attr, struct status *status)
{
	switch (nla_type(attr)) {
	case TCPWHY_A_STATUS_VERSION:
		get_string(attr, &status->version);
		return 0;
	case TCPWHY_A_STATUS_SOURCE:
		return parse_source(attr, status);
	case TCPWHY_A_STATUS_CAUSE:
		return parse_cause(attr, status);
	case TCPWHY_A_STATUS_RECONCILE:
		return parse_reconcile(attr, status);
	case TCPWHY_A_STATUS_COUNTER:
		return parse_counter(attr, &status->counters, &status->counters_count);
	case TCPWHY_A_STATUS_UNNAMED:
		return parse_counter(attr, &status->unnamed, &status->unnamed_count);
	}
	status_number(attr, status);
	return 0;
}

int parse_status(struct nlattr *attrs, int len, struct status *status)
{
	struct nlattr *attr, *nest = NULL;
	int rest, err;

	nla_for_each_attr(attr, attrs, len, rest)
		if (nla_type(attr) == TCPWHY_A_STATUS)
			nest = attr;
	if (!nest)
		return -EBADMSG;
	nla_for_each_nested(attr, nest, rest) {
		err = status_attr(attr, status);
		if (err)
			return err;
	}
	return 0;
}

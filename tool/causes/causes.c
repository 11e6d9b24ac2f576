// SPDX-License-Identifier: GPL-2.0
/* Finds a cause in the families. */
#include "causes.h"

extern const struct family family_blackhole;
extern const struct family family_blackhole_forward;
extern const struct family family_deaf;
extern const struct family family_device_mtu;
extern const struct family family_fragment;
extern const struct family family_goodbye;
extern const struct family family_ignores;
extern const struct family family_paws;
extern const struct family family_ports;
extern const struct family family_refused;
extern const struct family family_reset_beside;
extern const struct family family_reset_forgotten;
extern const struct family family_reset_ignored;
extern const struct family family_reset_program;
extern const struct family family_reset_received;
extern const struct family family_reset_sent;
extern const struct family family_timeout;
extern const struct family family_timewait;
extern const struct family family_too_big;

static const struct family *const families[] = {
	&family_blackhole,
	&family_blackhole_forward,
	&family_deaf,
	&family_device_mtu,
	&family_fragment,
	&family_goodbye,
	&family_ignores,
	&family_paws,
	&family_ports,
	&family_refused,
	&family_reset_beside,
	&family_reset_forgotten,
	&family_reset_ignored,
	&family_reset_program,
	&family_reset_received,
	&family_reset_sent,
	&family_timeout,
	&family_timewait,
	&family_too_big,
};

const struct cause *cause_find(uint32_t id)
{
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		for (size_t j = 0; j < families[i]->count; j++)
			if (families[i]->causes[j].id == id)
				return &families[i]->causes[j];
	return NULL;
}

const struct cause *cause_next(const struct cause *cause)
{
	for (uint32_t id = cause ? cause->id + 1 : 1; id <= CAUSES_MAX; id++) {
		const struct cause *next = cause_find(id);

		if (next)
			return next;
	}
	return NULL;
}

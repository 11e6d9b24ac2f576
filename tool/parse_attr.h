/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_PARSE_ATTR_H
#define TCPWHY_PARSE_ATTR_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <netlink/attr.h>

/* An integer of any width: a newer module may only widen, never reinterpret. */
static inline bool get_uint(const struct nlattr *attr, uint64_t *value)
{
	uint16_t u16;
	uint32_t u32;

	switch (nla_len(attr)) {
	case 1:
		*value = *(uint8_t *)nla_data(attr);
		return true;
	case 2:
		memcpy(&u16, nla_data(attr), sizeof(u16));
		*value = u16;
		return true;
	case 4:
		memcpy(&u32, nla_data(attr), sizeof(u32));
		*value = u32;
		return true;
	case 8:
		memcpy(value, nla_data(attr), sizeof(*value));
		return true;
	}
	return false;
}

static inline uint64_t uint_of(const struct nlattr *attr)
{
	uint64_t value;

	return get_uint(attr, &value) ? value : 0;
}

/* A string may or may not end with a NUL of its own. */
static inline void get_string(const struct nlattr *attr, char **string)
{
	free(*string);
	*string = strndup(nla_data(attr), nla_len(attr));
}

#endif

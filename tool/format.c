// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "anonymous.h"
#include "clock.h"
#include "format.h"
#include "names.h"

const char *format_address(const struct address *address, char buf[FORMAT_SIZE])
{
	int family = address->size == 4 ? AF_INET : AF_INET6;

	if (address->size && anonymous())
		anonymous_name("peer", address->bytes, address->size, buf);
	else if (!address->size || !inet_ntop(family, address->bytes, buf, FORMAT_SIZE))
		snprintf(buf, FORMAT_SIZE, "-");
	return buf;
}

static const char *duration(uint64_t ms, const char *space, char buf[FORMAT_SIZE])
{
	uint64_t s = ms / 1000;

	if (ms < 1000)
		snprintf(buf, FORMAT_SIZE, "%" PRIu64 "%sms", ms, space);
	else if (s < 10)
		snprintf(buf, FORMAT_SIZE, "%" PRIu64 ".%u%ss", s,
			 (unsigned int)(ms % 1000 / 100), space);
	else if (s < 120)
		snprintf(buf, FORMAT_SIZE, "%" PRIu64 "%ss", s, space);
	else if (s < 2 * 3600)
		snprintf(buf, FORMAT_SIZE, "%" PRIu64 "%sm", s / 60, space);
	else if (s < 2 * 86400)
		snprintf(buf, FORMAT_SIZE, "%" PRIu64 "%sh", s / 3600, space);
	else
		snprintf(buf, FORMAT_SIZE, "%" PRIu64 "%sd", s / 86400, space);
	return buf;
}

const char *format_duration(uint64_t ns, char buf[FORMAT_SIZE])
{
	return duration(ns / NSEC_PER_MSEC, "", buf);
}

const char *format_age(uint64_t ns, char buf[FORMAT_SIZE])
{
	if (ns >= 10 * NSEC_PER_SEC)
		return format_duration(ns, buf);
	snprintf(buf, FORMAT_SIZE, "%us", (unsigned int)(ns / NSEC_PER_SEC));
	return buf;
}

const char *format_ms(uint64_t ms, char buf[FORMAT_SIZE])
{
	return duration(ms, " ", buf);
}

const char *format_idle(uint64_t ms, char buf[FORMAT_SIZE])
{
	if (ms < 10000 || ms >= 86400000)
		return format_ms(ms, buf);
	snprintf(buf, FORMAT_SIZE, "%" PRIu64 " s", (ms + 500) / 1000);
	return buf;
}

const char *format_idle_range(uint64_t least, uint64_t most, char buf[FORMAT_SIZE])
{
	char to[FORMAT_SIZE];
	size_t len;

	format_idle(least, buf);
	format_idle(most, to);
	len = strlen(buf);
	if (strcmp(buf, to))
		snprintf(buf + len, FORMAT_SIZE - len, " to %s", to);
	return buf;
}

const char *format_clock(uint64_t boot_ns, char buf[FORMAT_SIZE])
{
	struct timespec then = clock_wall(boot_ns), now = clock_wall(clock_now());
	struct tm tm_then, tm_now;

	localtime_r(&then.tv_sec, &tm_then);
	localtime_r(&now.tv_sec, &tm_now);
	if (tm_then.tm_yday == tm_now.tm_yday && tm_then.tm_year == tm_now.tm_year)
		strftime(buf, FORMAT_SIZE, "%H:%M:%S", &tm_then);
	else
		strftime(buf, FORMAT_SIZE, "%Y-%m-%d %H:%M:%S", &tm_then);
	return buf;
}

const char *format_clock_ms(uint64_t boot_ns, char buf[FORMAT_SIZE])
{
	struct timespec wall = clock_wall(boot_ns);
	struct tm tm;
	size_t len;

	localtime_r(&wall.tv_sec, &tm);
	len = strftime(buf, FORMAT_SIZE, "%H:%M:%S", &tm);
	snprintf(buf + len, FORMAT_SIZE - len, ".%03ld", wall.tv_nsec / 1000000);
	return buf;
}

const char *format_iso(uint64_t boot_ns, char buf[FORMAT_SIZE])
{
	struct timespec wall = clock_wall(boot_ns);
	char offset[8] = "+0000";
	struct tm tm;
	size_t len;

	localtime_r(&wall.tv_sec, &tm);
	strftime(offset, sizeof(offset), "%z", &tm);
	len = strftime(buf, FORMAT_SIZE, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(buf + len, FORMAT_SIZE - len, ".%03ld%.3s:%.2s", wall.tv_nsec / 1000000,
		 offset, offset + 3);
	return buf;
}

const char *format_rate(uint32_t per_1000s, char buf[FORMAT_SIZE])
{
	/* below one in 20 s the average says only that it has ended, or nearly so */
	if (per_1000s >= 100000)
		snprintf(buf, FORMAT_SIZE, "%u", (per_1000s + 500) / 1000);
	else if (per_1000s && per_1000s < 50)
		snprintf(buf, FORMAT_SIZE, "<0.1");
	else
		snprintf(buf, FORMAT_SIZE, "%u.%u", (per_1000s + 50) / 1000,
			 (per_1000s + 50) % 1000 / 100);
	return buf;
}

const char *format_bytes(uint64_t bytes, char buf[FORMAT_SIZE])
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
	unsigned int unit = 0;
	uint64_t tenths = bytes * 10;

	if (bytes > UINT64_MAX / 10) {
		tenths = bytes / 1024 * 10;
		unit = 1;
	}
	while (unit < 4 && tenths >= 10240) {
		tenths /= 1024;
		unit++;
	}
	if (unit)
		snprintf(buf, FORMAT_SIZE, "%" PRIu64 ".%u %s", tenths / 10,
			 (unsigned int)(tenths % 10), units[unit]);
	else
		snprintf(buf, FORMAT_SIZE, "%" PRIu64 " B", bytes);
	return buf;
}

enum way format_way(uint32_t id)
{
	const struct cause *cause = cause_find(id);

	return cause ? cause->opener : WAY_IN;
}

const char *format_ports(const struct row *row, char buf[FORMAT_SIZE])
{
	bool local = row->has & ROW_HAS_LPORT && row->lport;
	bool remote = row->has & ROW_HAS_RPORT && row->rport;
	static const char *const arrows[] = {
		[WAY_IN] = "<-", [WAY_OUT] = "->", [WAY_EITHER] = "<->",
	};
	const char *way = arrows[format_way(row->cause)];

	if (local && remote)
		snprintf(buf, FORMAT_SIZE, ":%u %s :%u", row->lport, way, row->rport);
	else if (local)
		snprintf(buf, FORMAT_SIZE, ":%u", row->lport);
	else if (remote)
		snprintf(buf, FORMAT_SIZE, "%s :%u", way, row->rport);
	else
		snprintf(buf, FORMAT_SIZE, "-");
	return buf;
}

const char *format_syn_changed(uint64_t bits, char buf[FORMAT_SIZE])
{
	static const char *const what[8] = {
		"TTL", "MSS", "window", "window scale", "options", "bit 5", "bit 6", "bit 7",
	};
	size_t len = 0;

	buf[0] = '\0';
	for (unsigned int i = 0; i < 8 && len < FORMAT_SIZE; i++)
		if (bits & (1U << i))
			len += snprintf(buf + len, FORMAT_SIZE - len, "%s%s",
					len ? ", " : "", what[i]);
	return buf;
}

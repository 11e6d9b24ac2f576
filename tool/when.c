// SPDX-License-Identifier: GPL-2.0
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "when.h"

/* a hundred years is as good as for ever, and does not overflow */
#define LONGEST 3.2e18

static const struct {
	const char *unit;
	double ns;
} units[] = {
	{ "ms", 1e6 }, { "msec", 1e6 },
	{ "", 1e9 }, { "s", 1e9 }, { "sec", 1e9 }, { "second", 1e9 }, { "seconds", 1e9 },
	{ "m", 6e10 }, { "min", 6e10 }, { "minute", 6e10 }, { "minutes", 6e10 },
	{ "h", 3.6e12 }, { "hr", 3.6e12 }, { "hour", 3.6e12 }, { "hours", 3.6e12 },
	{ "d", 8.64e13 }, { "day", 8.64e13 }, { "days", 8.64e13 },
	{ "w", 6.048e14 }, { "week", 6.048e14 }, { "weeks", 6.048e14 },
};

static double unit_of(const char *word, size_t size)
{
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strlen(units[i].unit) == size && !strncmp(units[i].unit, word, size))
			return units[i].ns;
	return 0;
}

/* "1h30m", "1h 30min": numbers, each with its unit; the last may be bare seconds. */
static int parse_span(const char *word, uint64_t *ago)
{
	double sum = 0;

	do {
		char *end;
		double value = *word >= '0' && *word <= '9' ? strtod(word, &end) : -1;
		size_t size;

		if (value < 0)
			return -1;
		end += strspn(end, " ");
		size = strcspn(end, " 0123456789.");
		/* a number without a unit ends it */
		if ((!size && *end) || !unit_of(end, size))
			return -1;
		sum += value * unit_of(end, size);
		word = end + size;
		word += strspn(word, " ");
	} while (*word);
	if (!(sum > 0 && sum < LONGEST))
		return -1;
	*ago = sum;
	return 0;
}

static int ago_of(struct timespec then, uint64_t *ago)
{
	struct timespec now = clock_wall(clock_now());
	int64_t seconds = now.tv_sec - then.tv_sec;

	/* of the fraction of the second that runs, nothing lies ahead */
	if (seconds < 0 || seconds > LONGEST / 1e9)
		return -1;
	*ago = seconds * (int64_t)NSEC_PER_SEC + now.tv_nsec - then.tv_nsec;
	/* 0 would mean that nothing was said */
	*ago += !*ago;
	return 0;
}

/* What @format reads of the whole word goes over @tm. */
static bool reads(const char *word, const char *format, struct tm *tm)
{
	struct tm copy = *tm;
	const char *end = strptime(word, format, &copy);

	if (!end || *end)
		return false;
	*tm = copy;
	return true;
}

static int parse_moment(const char *word, uint64_t *ago)
{
	static const char *const dates[] = {
		"%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S",
		"%H:%M", "%H:%M:%S",
	};
	struct timespec now = clock_wall(clock_now());
	struct tm tm;

	localtime_r(&now.tv_sec, &tm);
	tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
	/* so that summer time is found out for that day */
	tm.tm_isdst = -1;
	if (!strcmp(word, "yesterday")) {
		tm.tm_mday--;
		return ago_of((struct timespec) { .tv_sec = mktime(&tm) }, ago);
	}
	if (!strcmp(word, "today"))
		return ago_of((struct timespec) { .tv_sec = mktime(&tm) }, ago);
	for (size_t i = 0; i < sizeof(dates) / sizeof(dates[0]); i++)
		if (reads(word, dates[i], &tm))
			return ago_of((struct timespec) { .tv_sec = mktime(&tm) }, ago);
	return -1;
}

int when_parse(const char *word, uint64_t *ago)
{
	long long epoch;
	char end;

	if (!strcmp(word, "now"))
		return ago_of(clock_wall(clock_now()), ago);
	if (*word == '@')
		return sscanf(word, "@%lld%c", &epoch, &end) == 1 && epoch >= 0 ?
		       ago_of((struct timespec) { .tv_sec = epoch }, ago) : -1;
	if (!parse_span(word + (*word == '-'), ago))
		return 0;
	return parse_moment(word, ago);
}

/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_TESTS_UNIT_H
#define TCPWHY_TESTS_UNIT_H

#include <stdio.h>
#include <string.h>

/* What is wrong with the test that runs; empty while nothing is. */
extern char unit_reason[512];

/* the first of a test that does not hold is the one that is told */
#define EXPECT(condition)								\
	do {										\
		if (!(condition) && !*unit_reason)					\
			snprintf(unit_reason, sizeof(unit_reason), "%s:%d: expected %s",	\
				 __FILE__, __LINE__, #condition);			\
	} while (0)

#define EXPECT_TEXT(got, want)								\
	do {										\
		const char *got_ = (got), *want_ = (want);				\
		if (strcmp(got_, want_) && !*unit_reason)				\
			snprintf(unit_reason, sizeof(unit_reason),			\
				 "%s:%d: expected \"%s\", came \"%s\"", __FILE__, __LINE__,	\
				 want_, got_);						\
	} while (0)

struct unit_test {
	const char *name;
	void (*run)(void);
};

#define TEST(name) { #name, name }

/* ends with a name of NULL */
extern const struct unit_test format_tests[], parse_tests[], exchange_tests[],
	evidence_tests[], probe_tests[], load_tests[], advice_tests[], export_tests[],
	history_tests[];

#endif

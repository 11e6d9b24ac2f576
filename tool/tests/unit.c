// SPDX-License-Identifier: GPL-2.0
/* What needs neither a kernel nor a terminal. Prints "ok NAME" or "not ok NAME: why". */
#include <stdlib.h>

#include "unit.h"

char unit_reason[512];

int main(void)
{
	static const struct unit_test *const all[] = {
		parse_tests, format_tests, exchange_tests, evidence_tests, probe_tests,
		load_tests, advice_tests, export_tests, history_tests,
	};
	int failed = 0;

	setenv("TZ", "UTC", 1);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		for (const struct unit_test *test = all[i]; test->name; test++) {
			*unit_reason = '\0';
			test->run();
			if (*unit_reason)
				printf("not ok %s: %s\n", test->name, unit_reason);
			else
				printf("ok %s\n", test->name);
			failed |= *unit_reason;
		}
	}
	return !!failed;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Runs every suite that is linked in and prints KTAP as the kernel does.
 * `unit [SUITE...]` runs those only. The last line is the sum.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <kunit/test.h>

static struct kunit_suite *suites;

/* In the order of their names, whatever the order of linking was. */
void kunit_shim_add(struct kunit_suite *suite)
{
	struct kunit_suite **at = &suites;

	while (*at && strcmp((*at)->name, suite->name) < 0)
		at = &(*at)->next;
	suite->next = *at;
	*at = suite;
}

void kunit_shim_failed(struct kunit *test, const char *file, int line, const char *what,
		       long long left, long long right)
{
	test->failed = true;
	printf("    # %s: EXPECTATION FAILED at %s:%d\n", test->name, file, line);
	printf("    # expected %s, but left is %lld (0x%llx) and right is %lld (0x%llx)\n", what,
	       left, left, right, right);
}

void kunit_shim_say(struct kunit *test, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (*text)
		printf("    # %s: %s\n", test->name, text);
}

void kunit_shim_give_up(struct kunit *test)
{
	longjmp(test->given_up, 1);
}

static bool run_case(const struct kunit_case *c)
{
	struct kunit test = { .name = c->name };

	if (!setjmp(test.given_up))
		c->run_case(&test);
	return !test.failed;
}

/* Returns how many cases failed; adds those that did not to @passed. */
static int run_suite(const struct kunit_suite *suite, int number, int *passed)
{
	const struct kunit_case *c;
	int failed = 0, cases = 0;

	for (c = suite->test_cases; c->run_case; c++)
		cases++;
	printf("    KTAP version 1\n    # Subtest: %s\n    1..%d\n", suite->name, cases);
	for (c = suite->test_cases; c->run_case; c++) {
		bool ok = run_case(c);

		printf("    %s %d %s\n", ok ? "ok" : "not ok", (int)(c - suite->test_cases) + 1,
		       c->name);
		failed += !ok;
	}
	printf("%s %d %s\n", failed ? "not ok" : "ok", number, suite->name);
	*passed += cases - failed;
	return failed;
}

static bool wanted(const struct kunit_suite *suite, int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		if (!strcmp(argv[i], suite->name))
			return true;
	return argc == 1;
}

int main(int argc, char **argv)
{
	int passed = 0, failed = 0, number = 0;
	const struct kunit_suite *suite;

	setvbuf(stdout, NULL, _IOLBF, 0);
	puts("KTAP version 1");
	for (suite = suites; suite; suite = suite->next)
		if (wanted(suite, argc, argv))
			failed += run_suite(suite, ++number, &passed);
	printf("1..%d\n", number);
	printf("%d passed, %d failed\n", passed, failed);
	return failed || !passed;
}

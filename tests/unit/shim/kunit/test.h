/* SPDX-License-Identifier: GPL-2.0 */
/*
 * As much of the kernel's <kunit/test.h> as the suites use, for user space.
 * Like KUnit's: EXPECT goes on after a failure, ASSERT ends the case.
 */
#ifndef TCPWHY_SHIM_KUNIT_TEST_H
#define TCPWHY_SHIM_KUNIT_TEST_H

#include <setjmp.h>
#include <stdbool.h>
#include <stdlib.h>

struct kunit {
	const char *name;
	bool failed;
	jmp_buf given_up;
};

struct kunit_case {
	void (*run_case)(struct kunit *test);
	const char *name;
};

struct kunit_suite {
	const char name[256];
	struct kunit_case *test_cases;
	struct kunit_suite *next;
};

#define KUNIT_CASE(function)	{ .run_case = function, .name = #function }

void kunit_shim_add(struct kunit_suite *suite);
void kunit_shim_failed(struct kunit *test, const char *file, int line, const char *what,
		       long long left, long long right);
__attribute__((format(printf, 2, 3)))
void kunit_shim_say(struct kunit *test, const char *format, ...);
_Noreturn void kunit_shim_give_up(struct kunit *test);

#define kunit_test_suite(suite)						\
	__attribute__((constructor)) static void add_##suite(void)	\
	{								\
		kunit_shim_add(&suite);					\
	}								\
	struct kunit_suite

#define kunit_shim_check(test, left, op, right, end, ...) do {			\
	__auto_type left_ = (left);						\
	__auto_type right_ = (right);						\
										\
	if (left_ op right_)							\
		break;								\
	kunit_shim_failed(test, __FILE__, __LINE__,				\
			  #left " " #op " " #right, (long long)left_, (long long)right_); \
	kunit_shim_say(test, __VA_ARGS__);					\
	end;									\
} while (0)

#define kunit_shim_expect(test, left, op, right, ...) \
	kunit_shim_check(test, left, op, right, (void)0, __VA_ARGS__)
#define kunit_shim_assert(test, left, op, right, ...) \
	kunit_shim_check(test, left, op, right, kunit_shim_give_up(test), __VA_ARGS__)

#define NO_MESSAGE "%s", ""

#define KUNIT_EXPECT_EQ(test, l, r)		kunit_shim_expect(test, l, ==, r, NO_MESSAGE)
#define KUNIT_EXPECT_EQ_MSG(test, l, r, ...)	kunit_shim_expect(test, l, ==, r, __VA_ARGS__)
#define KUNIT_EXPECT_NE(test, l, r)		kunit_shim_expect(test, l, !=, r, NO_MESSAGE)
#define KUNIT_EXPECT_NE_MSG(test, l, r, ...)	kunit_shim_expect(test, l, !=, r, __VA_ARGS__)
#define KUNIT_EXPECT_LE(test, l, r)		kunit_shim_expect(test, l, <=, r, NO_MESSAGE)
#define KUNIT_EXPECT_LE_MSG(test, l, r, ...)	kunit_shim_expect(test, l, <=, r, __VA_ARGS__)
#define KUNIT_EXPECT_GE(test, l, r)		kunit_shim_expect(test, l, >=, r, NO_MESSAGE)
#define KUNIT_EXPECT_GE_MSG(test, l, r, ...)	kunit_shim_expect(test, l, >=, r, __VA_ARGS__)
#define KUNIT_EXPECT_TRUE(test, c) \
	kunit_shim_expect(test, !!(c), ==, true, NO_MESSAGE)
#define KUNIT_EXPECT_TRUE_MSG(test, c, ...) \
	kunit_shim_expect(test, !!(c), ==, true, __VA_ARGS__)
#define KUNIT_EXPECT_FALSE(test, c) \
	kunit_shim_expect(test, !!(c), ==, false, NO_MESSAGE)
#define KUNIT_EXPECT_FALSE_MSG(test, c, ...) \
	kunit_shim_expect(test, !!(c), ==, false, __VA_ARGS__)
#define KUNIT_ASSERT_EQ(test, l, r)		kunit_shim_assert(test, l, ==, r, NO_MESSAGE)
#define KUNIT_ASSERT_EQ_MSG(test, l, r, ...)	kunit_shim_assert(test, l, ==, r, __VA_ARGS__)
#define KUNIT_ASSERT_LE_MSG(test, l, r, ...)	kunit_shim_assert(test, l, <=, r, __VA_ARGS__)
#define KUNIT_ASSERT_TRUE(test, c) \
	kunit_shim_assert(test, !!(c), ==, true, NO_MESSAGE)
#define KUNIT_ASSERT_TRUE_MSG(test, c, ...) \
	kunit_shim_assert(test, !!(c), ==, true, __VA_ARGS__)
#define KUNIT_ASSERT_FALSE(test, c) \
	kunit_shim_assert(test, !!(c), ==, false, NO_MESSAGE)
#define KUNIT_ASSERT_NOT_NULL(test, p) \
	kunit_shim_assert(test, !!(p), ==, true, NO_MESSAGE)

/* <linux/slab.h>: whatever is read beyond the size asked for is ASan's to find. */
#define GFP_KERNEL		0
#define kmalloc(size, gfp)	malloc(size)
#define kfree(p)		free(p)

#endif /* TCPWHY_SHIM_KUNIT_TEST_H */

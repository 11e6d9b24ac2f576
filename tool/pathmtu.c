// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "pathmtu.h"

/* as many routers with ever smaller links as a path may have, and some more */
#define HINTS 8

void pathmtu_begin(struct pathmtu *path, unsigned int passes, unsigned int top)
{
	memset(path, 0, sizeof(*path));
	path->passes = passes;
	path->top = top;
	path->hints_left = HINTS;
}

unsigned int pathmtu_fails(const struct pathmtu *path)
{
	return path->failed_count ? path->failed[path->failed_count - 1] : 0;
}

unsigned int pathmtu_next(const struct pathmtu *path)
{
	unsigned int low = path->passes, high = pathmtu_fails(path);

	if (low >= path->top)
		return 0;
	if (!high)
		return path->top;
	if (high - low == 1)
		return path->confirmed ? 0 : high;
	if (path->hint > low && path->hint < high)
		return path->hint;
	/* a router that was right is so to the byte */
	if (path->hint_passed)
		return low + 1;
	return low + (high - low) / 2;
}

void pathmtu_passed(struct pathmtu *path, unsigned int size)
{
	if (size <= path->passes)
		return;
	path->passes = size;
	path->hint_passed = size == path->hint;
	while (path->failed_count && pathmtu_fails(path) <= size) {
		path->failed_count--;
		path->confirmed = false;
	}
}

void pathmtu_failed(struct pathmtu *path, unsigned int size)
{
	unsigned int high = pathmtu_fails(path);

	if (size <= path->passes || (high && size > high))
		return;
	if (size == high) {
		path->confirmed = true;
		return;
	}
	path->confirmed = false;
	if (size == path->hint)
		path->hint = 0;
	/* what lies above the last two is missed only if both turn out to pass */
	if (path->failed_count == PATHMTU_FAILED)
		path->failed_count--;
	path->failed[path->failed_count++] = size;
}

void pathmtu_hint(struct pathmtu *path, unsigned int size, unsigned int mtu)
{
	unsigned int high = pathmtu_fails(path);

	if (mtu <= path->passes || mtu >= size || (high && mtu >= high) || mtu == path->hint ||
	    !path->hints_left)
		return;
	path->hint = mtu;
	path->hints_left--;
}

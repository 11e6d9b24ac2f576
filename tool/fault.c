// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdio.h>

#include "fault.h"

void fault_set(struct fault *fault, int exit, const char *fmt, ...)
{
	va_list args;

	fault->exit = exit;
	fault->reason = NULL;
	va_start(args, fmt);
	vsnprintf(fault->text, sizeof(fault->text), fmt, args);
	va_end(args);
}

// SPDX-License-Identifier: GPL-2.0
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "compat/args.h"

/* Made by probe.sh: the functions whose form on this kernel is one that handlers know. */
static const char *const known[] = { TCPWHY_KNOWN_FUNCTIONS };

/**
 * tcpwhy_args_check() - may a handler read the arguments of this function?
 * @function: its name
 *
 * Context: any.
 * Return: 0; -EOPNOTSUPP if this architecture shows no arguments; -EPROTOTYPE if the kernel
 * declares the function in another form than the handlers know, or probe.c lacks it
 */
int tcpwhy_args_check(const char *function)
{
	int i;

	if (!TCPWHY_ARGS)
		return -EOPNOTSUPP;
	for (i = 0; i < ARRAY_SIZE(known); i++)
		if (!strcmp(known[i], function))
			return 0;
	return -EPROTOTYPE;
}

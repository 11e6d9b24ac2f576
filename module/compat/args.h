/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The arguments of a function that a kprobe catches at its entry. A handler reads them
 * by position, so that it must know the function's form: probe.c compares it with what
 * the kernel's headers declare.
 */
#ifndef TCPWHY_COMPAT_ARGS_H
#define TCPWHY_COMPAT_ARGS_H

#include <linux/compiler.h>
#include <linux/ptrace.h>

#include "features.h"

/*
 * s390 has regs_get_kernel_argument(), but the function that it calls is not exported;
 * 32-bit ARM has none. tcpwhy_args_check() refuses all handlers there.
 */
#if defined(TCPWHY_HAVE_KERNEL_ARGUMENT) && !defined(CONFIG_S390)
#define TCPWHY_ARGS	1
#else
#define TCPWHY_ARGS	0
#endif

/**
 * tcpwhy_arg() - an argument of the function that a kprobe has caught
 * @regs: as the handler got them
 * @n: which, from 0
 *
 * Context: a kprobe's handler, at the first instruction of a function that
 * tcpwhy_args_check() knows.
 */
static inline unsigned long tcpwhy_arg(struct pt_regs *regs, unsigned int n)
{
#if TCPWHY_ARGS
	return regs_get_kernel_argument(regs, n);
#else
	unsigned long none = 0;

	/* Never reached. The compiler must not see a NULL that handlers look behind. */
	OPTIMIZER_HIDE_VAR(none);
	return none;
#endif
}

int tcpwhy_args_check(const char *function);

#endif /* TCPWHY_COMPAT_ARGS_H */

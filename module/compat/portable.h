/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What core/ and causes/ may use, here from the kernel. The unit tests and
 * the fuzzers put a header of the same name, made of the C library, in its
 * place: that is why those folders include nothing else from outside.
 */
#ifndef TCPWHY_PORTABLE_H
#define TCPWHY_PORTABLE_H

#include <linux/bitops.h>
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/string.h>
#include <linux/tcpwhy.h>
#include <linux/types.h>

#endif /* TCPWHY_PORTABLE_H */

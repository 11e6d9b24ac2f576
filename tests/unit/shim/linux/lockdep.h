/* SPDX-License-Identifier: GPL-2.0 */
/* As much of the kernel's as store/cache.[ch] use, for user space: that a lock is taken, not by whom. */
#ifndef TCPWHY_SHIM_LINUX_LOCKDEP_H
#define TCPWHY_SHIM_LINUX_LOCKDEP_H

#include <stdlib.h>

struct lock_class_key { };

#define lockdep_set_class_and_name(lock, class, name)	((void)(class), (void)(name))
#define lockdep_assert_held(lock)	((lock)->taken ? (void)0 : abort())

#endif /* TCPWHY_SHIM_LINUX_LOCKDEP_H */

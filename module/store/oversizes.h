/* SPDX-License-Identifier: GPL-2.0 */
/* Connections of which a device of this host drops what is too large. */
#ifndef TCPWHY_STORE_OVERSIZES_H
#define TCPWHY_STORE_OVERSIZES_H

#include "core/oversize.h"
#include "store/stalls.h"

/**
 * typedef tcpwhy_oversize_fn - works on the memory of a connection, under the lock of all with
 * interrupts off: must not sleep
 * @m: memory
 * @ctx: the caller's
 */
typedef void (*tcpwhy_oversize_fn)(struct tcpwhy_oversize *m, void *ctx);

void tcpwhy_oversizes_update(const struct tcpwhy_stall_key *key, u32 now_ms,
			     tcpwhy_oversize_fn fn, void *ctx);
bool tcpwhy_oversizes_named(const struct tcpwhy_stall_key *key, u32 now_ms);
bool tcpwhy_oversizes_any(void);
void tcpwhy_oversizes_forget(void);
int tcpwhy_oversizes_init(void);

#endif /* TCPWHY_STORE_OVERSIZES_H */

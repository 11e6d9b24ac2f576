/* SPDX-License-Identifier: GPL-2.0 */
/* Which process acted, and who may be told. */
#ifndef TCPWHY_PROCESS_H
#define TCPWHY_PROCESS_H

#include "core/observation.h"

/**
 * struct tcpwhy_reader - who asks
 * @initial: he is of the initial pid namespace, which sees all processes
 * @pidns: else which one he is of, see tcpwhy_process_current(); 0: he is told of no process
 */
struct tcpwhy_reader {
	bool initial;
	u64 pidns;
};

void tcpwhy_process_current(struct tcpwhy_process *process);
void tcpwhy_process_reader(struct tcpwhy_reader *reader);
u32 tcpwhy_process_pid(const struct tcpwhy_process *process, const struct tcpwhy_reader *reader);

#endif /* TCPWHY_PROCESS_H */

/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_LOAD_H
#define TCPWHY_LOAD_H

#include "fault.h"

/*
 * load_module() - load the kernel module, as modprobe(8) would. Who may not is told what to do.
 * 0 if it is there now, or -1 with @fault filled in.
 */
int load_module(struct fault *fault);

#endif

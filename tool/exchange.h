/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_EXCHANGE_H
#define TCPWHY_EXCHANGE_H

#include <stdbool.h>

#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/socket.h>

#include "fault.h"

/* One request on its way: who reads the answers, and how it ended. */
struct exchange {
	int (*parse)(struct nlattr *attrs, int len, void *arg);
	void *arg;
	int error;		/* negative errno, of the kernel or of parse() */
	bool done;
	bool interrupted;
	char extack[256];
};

/*
 * exchange_run() - send @msg, which is freed, and read to the end of the
 * answer. 0, or -1 with @fault filled in; then @exchange has the errno, too.
 */
int exchange_run(struct nl_sock *sock, struct nl_msg *msg, struct exchange *exchange,
		 struct fault *fault);

/* exchange_fault() - what a refusal of the kernel means, for the user */
void exchange_fault(struct fault *fault, const struct exchange *exchange);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_PROBE_ERROR_H
#define TCPWHY_PROBE_ERROR_H

#include <sys/socket.h>
#include <time.h>

#include <linux/errqueue.h>

#include "probe_socket.h"

/* What the kernel hands over of an ICMP error, and of its own refusals. */

/* probe_error_find() - the error of a message from the error queue, or NULL */
const struct sock_extended_err *probe_error_find(struct msghdr *msg);

/* probe_error_judge() - what it says of the probe, whose number is not touched */
void probe_error_judge(const struct probe_peer *peer, const struct sock_extended_err *error,
		       struct probe_event *event);

#endif

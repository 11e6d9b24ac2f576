/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_VERDICT_H
#define TCPWHY_VERDICT_H

#include "model.h"

#define VERDICT_SIZE 768

/* verdict_direction() - "sent", "received" or "forwarded"; NULL if the cause is about no RST */
const char *verdict_direction(uint32_t cause);

/*
 * verdict_line() - one event, in printable ASCII: of a reset which way it
 * went, whose it was and how far the connection had come; and what happened.
 */
const char *verdict_line(const struct row *row, char buf[VERDICT_SIZE]);
/*
 * verdict_comment() - the same behind "CAUSE (SEVERITY, CONFIDENCE): ", and
 * @with_peer its address and the ports, where no packet shows them
 */
const char *verdict_comment(const struct row *row, bool with_peer, char buf[VERDICT_SIZE]);

#endif

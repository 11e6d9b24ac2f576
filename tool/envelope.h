/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_ENVELOPE_H
#define TCPWHY_ENVELOPE_H

#include "json.h"
#include "model.h"

/* Of tcpwhy.schema.json. Raised by what breaks a reader; new keys do not. */
#define ENVELOPE_SCHEMA 1

/*
 * envelope() - the members that every JSON object of this tool begins with:
 * what wrote it, where, when, and how much of what there is to see it saw.
 * @status is NULL where the module was not asked. @at is the moment that it is
 * about, in the module's clock.
 */
void envelope(struct json *json, const char *command, const struct status *status, uint64_t at);

#endif

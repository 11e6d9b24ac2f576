/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_SURE_H
#define TCPWHY_SURE_H

#include "model.h"
#include "text.h"

/* sure_tell() - how sure a finding is, and of what; nothing of a cause that is not known */
void sure_tell(const struct row *row, struct text *words);
/*
 * sure_lasting() - what makes the settings of a 'sysctl -w' command outlive a reboot, once it was
 * run; false for any other command
 */
bool sure_lasting(const char *command, struct text *lasting);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_REPLACE_H
#define TCPWHY_REPLACE_H

#include <sys/types.h>

#include "fault.h"
#include "text.h"

/*
 * replace_file() - put @text in the place of a file in one step: who reads it finds the old text
 * or the new one, whole. What goes wrong (a full disk) leaves the old one. 0, or -1 with @fault
 * filled in.
 */
int replace_file(const char *path, const struct text *text, mode_t mode, struct fault *fault);

#endif

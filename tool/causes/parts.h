/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_PARTS_H
#define TCPWHY_PARTS_H

#include "line.h"

/* Of a reset or an abort, each one thing, where it is known. */
void part_process(const struct row *row, struct line *line);
void part_phase(const struct row *row, struct line *line);
void part_state(const struct row *row, struct line *line);
void part_bytes(const struct row *row, struct line *line);
void part_unread(const struct row *row, struct line *line);
void part_unacked(const struct row *row, struct line *line);
void part_idle(const struct row *row, struct line *line);
void part_sequence(const struct row *row, struct line *line);
void part_remote_port(const struct row *row, struct line *line);
void part_ttl(const struct row *row, struct line *line);
void part_via(const struct row *row, struct line *line);
void part_mptcp(const struct row *row, struct line *line);
void part_fast_open(const struct row *row, struct line *line);
void part_unaccepted(const struct row *row, struct line *line);

#endif

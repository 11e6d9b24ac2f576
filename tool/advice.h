/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_ADVICE_H
#define TCPWHY_ADVICE_H

#include "format.h"
#include "model.h"
#include "text.h"

#define STORY_LINES 10

/* What to do, where; the command may be missing. */
struct remedy {
	const char *where;
	char *text;
	char *command;
};

/* A finding told to a person. Nothing here comes from outside as text. */
struct story {
	struct text what;
	char *evidence[STORY_LINES];
	struct remedy remedies[STORY_LINES];
	char *see[STORY_LINES];
	unsigned int evidence_count, remedies_count, see_count;
};

#define WHERE_NAT "on the NAT"
#define WHERE_CLIENTS "on the clients"
#define WHERE_HERE "here"
#define WHERE_SERVER "on the server"
#define WHERE_PATH "on the path"

/* advice_tell() - fill @story for a finding; free it with story_free() */
void advice_tell(const struct row *row, struct story *story);
void story_free(struct story *story);

/* For the parts of advice: */
void story_what(struct story *story, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void story_evidence(struct story *story, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* @command may be NULL */
void story_remedy(struct story *story, const char *where, const char *command,
		  const char *fmt, ...) __attribute__((format(printf, 4, 5)));
void story_see(struct story *story, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/*
 * story_see_flags() - a capture of the peer's segments with one of these TCP
 * flags, either family; both ways if @both
 */
void story_see_flags(struct story *story, const struct row *row, const char *flag, bool both);

/* advice_*.c: one function a cause */
void advice_paws_established(const struct row *row, struct story *story);
void advice_paws_handshake(const struct row *row, struct story *story);
void advice_paws_timewait(const struct row *row, struct story *story);
void advice_paws_stale(const struct row *row, struct story *story);
void advice_timewait_refused_syn(const struct row *row, struct story *story);
void advice_timewait_overflow(const struct row *row, struct story *story);
void advice_timewait_killed(const struct row *row, struct story *story);
void advice_port_exhaustion(const struct row *row, struct story *story);

/* advice_sequel.c: shared by the causes that refuse a SYN and by all of PAWS */
void advice_sequel(const struct row *row, struct story *story);
void advice_hanging(const struct row *row, struct story *story);
void advice_hosts(const struct row *row, struct story *story);

#define EVIDENCE(row, name, value) row_evidence(row, TCPWHY_A_EVIDENCE_##name, value)
#define EVIDENCE_OR_0(row, name) row_evidence_or(row, TCPWHY_A_EVIDENCE_##name, 0)

#endif

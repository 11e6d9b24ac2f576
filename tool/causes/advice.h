/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_ADVICE_H
#define TCPWHY_ADVICE_H

#include "format.h"
#include "model.h"
#include "text.h"

#define STORY_LINES 16

/* What to do, where; the command may be missing. */
struct remedy {
	const char *where;
	char *text;
	char *command;
};

/* A finding told to a person. Names that come from outside are escaped. */
struct story {
	struct text what;
	char *evidence[STORY_LINES];
	struct remedy remedies[STORY_LINES];
	char *see[STORY_LINES];
	unsigned int evidence_count, remedies_count, see_count;
};

#define WHERE_NAT "on the NAT"
#define WHERE_GATEWAY "on a gateway"
#define WHERE_CLIENTS "on the clients"
#define WHERE_HERE "here"
#define WHERE_SERVER "on the server"
#define WHERE_PATH "on the path"
#define WHERE_PEER "on the peer"
#define WHERE_PROGRAM "in the program"

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

/* story_see_connection() - a capture of all segments of the service in question */
void story_see_connection(const struct row *row, struct story *story);

/* sequel.c: shared by the causes that refuse a SYN and by all of PAWS */
void advice_sequel(const struct row *row, struct story *story);
void advice_hanging(const struct row *row, struct story *story);
void advice_hosts(const struct row *row, struct story *story);

/* size.c: what finds the size that passes, for whom packets are too big */
void advice_find_size(const struct row *row, struct story *story);

/* The same: what says that other packets get through. */
void advice_life(const struct row *row, struct story *story);

/*
 * keepalive.c: the command that keeps connections known which are dead
 * after @dead_ms of silence, and not after @survived_ms (0: not known); @when
 * begins its words
 */
void advice_keepalive(struct story *story, const char *when, uint64_t dead_ms,
		      uint64_t survived_ms);

/* clamp.c: the MSS of packets of @size bytes; 0: no link has such */
unsigned int advice_mss(bool six, uint64_t size);
/* the MSS that fits whatever carries IP at all */
unsigned int advice_mss_of_any_link(bool six);
/* advice_clamp() - the command for a gateway; the words say why that number */
void advice_clamp(struct story *story, const char *where, bool six, unsigned int mss,
		  const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/*
 * connection.c: shared by resets and aborts. Who acted, for a sentence:
 * "nginx (pid 1234)", or "a program here".
 */
#define ACTOR_SIZE 96
const char *advice_actor(const struct row *row, char buf[ACTOR_SIZE]);
/* What the connection was, what of it is lost, and whose it was, as evidence */
void advice_connection(const struct row *row, struct story *story);
/* The same for a segment that belongs to no connection here */
void advice_segment(const struct row *row, struct story *story);
/* advice_lost() - a sentence on the bytes that did not arrive */
void advice_lost(const struct row *row, struct story *story);
/* advice_find_process() - how to find out more about the one that acted */
void advice_find_process(const struct row *row, struct story *story);
/* advice_nat_state() - what to do at a NAT or balancer that lost or refused its state */
void advice_nat_state(struct story *story);
/* advice_ttl() - where the RST came from, as far as its TTL says */
void advice_ttl(const struct row *row, struct story *story);
/*
 * connect.c: what may have kept a SYN from passing that a plain one does
 * not have; a RST of a local proxy; a listener that a SYN does not reach; a
 * SYN-ACK from an address that was not called
 */
bool advice_has_trait(const struct row *row, enum tcpwhy_reset_trait trait);
void advice_syn(const struct row *row, struct story *story);
void advice_proxy_refused(const struct row *row, struct story *story);
void advice_proxy_aborted(const struct row *row, struct story *story);
void advice_listener_elsewhere(const struct row *row, struct story *story);
void advice_answers_connect(const struct row *row, struct story *story);
/* advice_port() - "port 80", or "a port" where it is not known */
#define PORT_SIZE 16
const char *advice_port(uint16_t port, char buf[PORT_SIZE]);
/* advice_listeners() - the command that shows who listens on @port, or all if 0 */
const char *advice_listeners(uint16_t port, char buf[FORMAT_SIZE]);
/* advice_host() - the peer as ss takes it: IPv6 in brackets */
#define HOST_SIZE (FORMAT_SIZE + 2)
const char *advice_host(const struct row *row, char buf[HOST_SIZE]);
/* advice_service_port() - of the two the one that does not change, or 0 */
uint16_t advice_service_port(const struct row *row);

/*
 * reset_received.c: what came, as evidence: the connection, its losses, and the
 * RST that ended it; and what ends the wait of one whose peer has closed
 */
void advice_received(const struct row *row, struct story *story);
void advice_close_wait(struct story *story);

#endif

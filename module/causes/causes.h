/* SPDX-License-Identifier: GPL-2.0 */
/* The causes, a line each in core/engine.c, and what two families share. */
#ifndef TCPWHY_CAUSES_H
#define TCPWHY_CAUSES_H

#include "core/cause.h"
#include "core/idle.h"

/* paws.c */
extern const struct tcpwhy_cause tcpwhy_paws_established;
extern const struct tcpwhy_cause tcpwhy_paws_handshake;
extern const struct tcpwhy_cause tcpwhy_paws_timewait;
extern const struct tcpwhy_cause tcpwhy_paws_stale;

bool tcpwhy_paws_reject(const struct tcpwhy_packet *p, const struct tcpwhy_socket *s,
			u32 window);

/* timewait.c */
extern const struct tcpwhy_cause tcpwhy_timewait_refused_syn;
extern const struct tcpwhy_cause tcpwhy_timewait_overflow;
extern const struct tcpwhy_cause tcpwhy_timewait_killed;

/* ports.c */

/* Nearly used up: connect() then searches long, and fails soon. */
#define TCPWHY_PORTS_NEARLY_PERCENT	90

extern const struct tcpwhy_cause tcpwhy_port_exhaustion;

bool tcpwhy_ports_taken_by_connections(u32 taken, u32 usable);

/* reset_sent.c, reset_received.c: by id, from the first of the family */
extern const struct tcpwhy_cause tcpwhy_reset_sent[];
extern const struct tcpwhy_cause tcpwhy_reset_received[];
extern const struct tcpwhy_cause tcpwhy_rst_goodbye;
extern const struct tcpwhy_cause tcpwhy_peer_goodbye;
extern const struct tcpwhy_cause tcpwhy_rst_happy_eyeballs;
extern const struct tcpwhy_cause tcpwhy_deaf_after_handshake;
extern const struct tcpwhy_cause tcpwhy_dropped_by_content;

/*
 * A goodbye, such as TLS' close_notify (24 or 31 bytes), QUIT, or an error of one line: nobody
 * misses so few bytes at the end of a conversation.
 */
#define TCPWHY_GOODBYE_MAX	64

u32 tcpwhy_reset_sent_cause(const struct tcpwhy_observation *o);
bool tcpwhy_reset_received_take_over(struct tcpwhy_verdict *v,
				     const struct tcpwhy_evidence *earlier);
bool tcpwhy_reset_sent_ends(const struct tcpwhy_observation *o);
u32 tcpwhy_reset_received_cause(const struct tcpwhy_observation *o);
void tcpwhy_reset_received_remember(const struct tcpwhy_observation *o);
void tcpwhy_reset_received_doubt(const struct tcpwhy_observation *o);

/* reset_shape.c: of a RST that came, and the connection that it ended */
bool tcpwhy_rst_is_bare(const struct tcpwhy_packet *rst);
bool tcpwhy_rst_for_request(u8 state);
bool tcpwhy_rst_peer_closed_first(u8 state);
u32 tcpwhy_rst_written_after_fin(const struct tcpwhy_observation *o);
bool tcpwhy_rst_unanswered(const struct tcpwhy_conn *c);
u32 tcpwhy_rst_lost_bytes(const struct tcpwhy_observation *o);
bool tcpwhy_rst_is_goodbye(const struct tcpwhy_observation *o);
bool tcpwhy_rst_is_lost(const struct tcpwhy_observation *o, u8 signs);
bool tcpwhy_rst_from_elsewhere(const struct tcpwhy_observation *o);
bool tcpwhy_rst_half_closed(const struct tcpwhy_observation *o);

/* reset_rest.c: whoever opened a connection leaves it by a RST, and misses nothing */
bool tcpwhy_rest_we_leave(const struct tcpwhy_conn *c, u8 state);
bool tcpwhy_rest_peer_leaves(const struct tcpwhy_observation *o);

/* reset_ignored.c */

/* Another RST, or data, that comes later than this may be a new connection's. */
#define TCPWHY_AFTERWARDS_MS	2000

bool tcpwhy_reset_ignored_is_late(const struct tcpwhy_observation *o);
bool tcpwhy_reset_ignored_before(const struct tcpwhy_observation *o);
void tcpwhy_reset_ignored_note(const struct tcpwhy_observation *o);
bool tcpwhy_reset_ignored_withdraws(const struct tcpwhy_verdict *v,
				    const struct tcpwhy_evidence *earlier);

/* timeout.c */
extern const struct tcpwhy_cause tcpwhy_timeout_retransmit;
extern const struct tcpwhy_cause tcpwhy_timeout_connect;

u32 tcpwhy_timeout_cause(const struct tcpwhy_observation *o);

/* fragment.c */

/* A copy that the network made comes this soon after the datagram, if it comes. */
#define TCPWHY_COPY_WITHIN_MS	2000

extern const struct tcpwhy_cause tcpwhy_fragment_lost;
extern const struct tcpwhy_cause tcpwhy_fragment_dropped;

/* blackhole.c */
extern const struct tcpwhy_cause tcpwhy_blackhole_send;
extern const struct tcpwhy_cause tcpwhy_blackhole_receive;

/* too_big.c */
extern const struct tcpwhy_cause tcpwhy_pmtu_lowered;
extern const struct tcpwhy_cause tcpwhy_too_big_ignored;

u8 tcpwhy_blackhole_life(const struct tcpwhy_stall *s, const struct tcpwhy_stalls *others);
void tcpwhy_blackhole_merge(struct tcpwhy_evidence_blackhole *sum,
			    const struct tcpwhy_evidence_blackhole *now);
void tcpwhy_blackhole_describe(const struct tcpwhy_evidence_blackhole *b, tcpwhy_emit_t emit,
			       void *ctx);
u8 tcpwhy_blackhole_confidence(const struct tcpwhy_stall *s, const struct tcpwhy_stalls *others);
u8 tcpwhy_blackhole_signs(const struct tcpwhy_stall *s, const struct tcpwhy_stalls *others);

/* blackhole_forward.c */
extern const struct tcpwhy_cause tcpwhy_blackhole_forward;

/* device_mtu.c */
extern const struct tcpwhy_cause tcpwhy_device_mtu_drop;

/* ignores.c */
extern const struct tcpwhy_cause tcpwhy_peer_ignores_syn;

/* refused.c */
extern const struct tcpwhy_cause tcpwhy_refused_icmp;

/* reset.c: what they share */

/** TCPWHY_HAS() - bit of &struct tcpwhy_evidence_reset.has */
#define TCPWHY_HAS(piece)	BIT(TCPWHY_RESET_##piece)

bool tcpwhy_reset_remembers(const struct tcpwhy_observation *o);
bool tcpwhy_reset_just_died(const struct tcpwhy_observation *o);
void tcpwhy_reset_remember(const struct tcpwhy_observation *o, u32 cause);
void tcpwhy_reset_announce(const struct tcpwhy_observation *o);
bool tcpwhy_reset_made_here(const struct tcpwhy_observation *o);
void tcpwhy_reset_fill_conn(const struct tcpwhy_observation *o, u8 state,
			    struct tcpwhy_verdict *v);
void tcpwhy_reset_fill_received(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v);
void tcpwhy_reset_fill_packet(const struct tcpwhy_observation *o,
			      struct tcpwhy_evidence_reset *e);
void tcpwhy_reset_fill_idle(const struct tcpwhy_idle *idle, u32 silence_ms,
			    struct tcpwhy_evidence_reset *e);
void tcpwhy_reset_fill_via(const struct tcpwhy_conn *c, u16 trait, struct tcpwhy_evidence_reset *e);
void tcpwhy_reset_describe(const struct tcpwhy_evidence *evidence, tcpwhy_emit_t emit, void *ctx);
void tcpwhy_reset_describe_addrs(const struct tcpwhy_evidence *evidence, tcpwhy_emit_addr_t emit,
				 void *ctx);

/**
 * enum tcpwhy_timewait_fate - what TIME_WAIT does to a segment
 * @TCPWHY_TIMEWAIT_OTHER: nothing that matters here
 * @TCPWHY_TIMEWAIT_PAWS: dropped by PAWS (and counted), not a SYN
 * @TCPWHY_TIMEWAIT_SYN_ACCEPTED: a SYN opens a new connection
 * @TCPWHY_TIMEWAIT_SYN_PAWS: a SYN is refused for its timestamp
 * @TCPWHY_TIMEWAIT_SYN_OLD: a SYN is refused for its sequence number
 * @TCPWHY_TIMEWAIT_RST_KILLS: a RST ends TIME_WAIT
 */
enum tcpwhy_timewait_fate {
	TCPWHY_TIMEWAIT_OTHER,
	TCPWHY_TIMEWAIT_PAWS,
	TCPWHY_TIMEWAIT_SYN_ACCEPTED,
	TCPWHY_TIMEWAIT_SYN_PAWS,
	TCPWHY_TIMEWAIT_SYN_OLD,
	TCPWHY_TIMEWAIT_RST_KILLS,
};

enum tcpwhy_timewait_fate tcpwhy_timewait_fate(const struct tcpwhy_packet *p,
					       const struct tcpwhy_socket *s);

/* refusal.c: what a refused SYN leaves behind, whoever refused it */
void tcpwhy_refusal_open(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v);
bool tcpwhy_refusal_is_late_copy(const struct tcpwhy_observation *o);
bool tcpwhy_refusal_sequel(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v);
void tcpwhy_refusal_merge(struct tcpwhy_evidence *sum, const struct tcpwhy_verdict *v);
void tcpwhy_refusal_describe(const struct tcpwhy_evidence *e, tcpwhy_emit_t emit, void *ctx);

#endif /* TCPWHY_CAUSES_H */

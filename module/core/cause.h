/* SPDX-License-Identifier: GPL-2.0 */
/* What a cause is: a judgement on observations, and evidence that adds up. */
#ifndef TCPWHY_CORE_CAUSE_H
#define TCPWHY_CORE_CAUSE_H

#include "core/observation.h"
#include "core/set.h"

/** struct tcpwhy_evidence_paws - a segment dropped for its timestamp */
struct tcpwhy_evidence_paws {
	u32 tsval;
	u32 ts_recent;
	u32 seq;
	u32 end_seq;
	u32 rcv_nxt;
	u8 state;
};

/**
 * struct tcpwhy_evidence_refusal - SYNs refused by TIME_WAIT
 * @has_ts: @tsval and @ts_recent were compared
 * @knows_syn: the earlier connection's SYN was seen: @changed and @ttl_before
 *	mean something
 * @late_sum_ms: sum over @got_in
 */
struct tcpwhy_evidence_refusal {
	u32 tsval;
	u32 ts_recent;
	u32 seq;
	u32 rcv_nxt;
	u32 age_ms;
	u32 attempts;
	u32 got_in;
	u32 cleared_by_rst;
	u32 late_max_ms;
	u64 late_sum_ms;
	bool has_ts;
	bool knows_syn;
	u8 changed;
	u8 ttl;
	u8 ttl_before;
};

/** struct tcpwhy_evidence_overflow - the TIME_WAIT table is full */
struct tcpwhy_evidence_overflow {
	u32 count;
	u32 limit;
};

/** struct tcpwhy_evidence_killed - a RST ended TIME_WAIT */
struct tcpwhy_evidence_killed {
	u32 seq;
	u32 age_ms;
};

/** struct tcpwhy_evidence_ports - local ports towards one remote port */
struct tcpwhy_evidence_ports {
	u32 timewait;
	u32 in_use;
	u32 usable;
	u32 failed;
	u32 binds;
	u32 taken;
};

/**
 * enum tcpwhy_reset_piece - a piece of evidence of a connection that was reset or given up, named
 * as its &enum tcpwhy_evidence_attr is
 */
enum tcpwhy_reset_piece {
	TCPWHY_RESET_STATE,
	TCPWHY_RESET_SEQ,
	TCPWHY_RESET_END_SEQ,
	TCPWHY_RESET_RCV_NXT,
	TCPWHY_RESET_TTL,
	TCPWHY_RESET_PHASE,
	TCPWHY_RESET_BYTES_IN,
	TCPWHY_RESET_BYTES_OUT,
	TCPWHY_RESET_BYTES_UNREAD,
	TCPWHY_RESET_BYTES_UNACKED,
	TCPWHY_RESET_IDLE,
	TCPWHY_RESET_AFTER,
	TCPWHY_RESET_RETRIES,
	TCPWHY_RESET_ACK,
	TCPWHY_RESET_WINDOW,
	TCPWHY_RESET_TTL_USUAL,
	TCPWHY_RESET_IP_ID,
	TCPWHY_RESET_IP_ID_EXPECTED,
	TCPWHY_RESET_SIGNS,
	TCPWHY_RESET_BACKLOG,
	TCPWHY_RESET_BACKLOG_LIMIT,
	TCPWHY_RESET_DIED_OF,
	TCPWHY_RESET_ORIGIN,
	TCPWHY_RESET_EXPIRY,
	TCPWHY_RESET_EXPIRY_MAX,
	TCPWHY_RESET_SURVIVED,
	TCPWHY_RESET_SAMPLES,
	TCPWHY_RESET_PIECES,
};

static_assert(TCPWHY_RESET_PIECES <= 32, "what is known of a reset is a u32");

/**
 * struct tcpwhy_evidence_reset - a connection that was reset or given up
 * @has: BIT(piece) of &enum tcpwhy_reset_piece, of what is known
 * @traits: bits of &enum tcpwhy_reset_trait
 *
 * What only one cause has shares its place, as this is the largest evidence there is.
 */
struct tcpwhy_evidence_reset {
	u64 bytes_in;
	u64 bytes_out;
	u32 has;
	u32 unread;
	u32 unacked;
	u32 idle_ms;
	u32 seq;
	u32 end_seq;
	u32 ack;
	u32 rcv_nxt;
	union {
		u32 after_ms;
		u32 window;
		struct {
			u32 backlog;
			u32 backlog_limit;
		};
		struct {
			u32 expiry_ms;
			u32 expiry_max_ms;
			u32 survived_ms;
			u32 samples;
		};
		struct tcpwhy_addr via;
		u32 listener_dev;
		struct {
			u32 dropped;
			u32 unsent;
			u8 drop_reason;
		};
	};
	u16 via_port;
	u16 retries;
	u16 id;
	u16 id_expected;
	u16 traits;
	u8 state;
	u8 phase;
	u8 origin;
	u8 ttl;
	u8 ttl_usual;
	u8 signs;
	u8 died_of;
};

/**
 * struct tcpwhy_evidence_fragments - datagrams that did not become whole
 * @latest: of the latest one
 * @no_first: how many whose first fragment did not come
 * @no_last: how many whose last one did not
 */
struct tcpwhy_evidence_fragments {
	struct tcpwhy_fragments latest;
	u32 no_first;
	u32 no_last;
};

/**
 * struct tcpwhy_evidence_blackhole - packets that vanish for their size
 * @size: bytes of the IP packets that vanish
 * @passes: bytes of the largest that is known to get through; 0: not known
 * @mtu: of the path, as the connection knew it
 * @stall_ms: from the first time-out, or the first look, to the verdict
 * @hole: bytes that are missing (receive)
 * @mss: that we advertised (receive)
 * @small_fails: bytes of a small packet that vanished as well; 0: not known (send)
 * @retries: time-outs of the same segment (send)
 * @life: bits of &enum tcpwhy_life
 * @unheard: what a router said in vain (send)
 * @signs: bits of &enum tcpwhy_path_sign (send)
 */
struct tcpwhy_evidence_blackhole {
	u32 size;
	u32 passes;
	u32 mtu;
	u32 stall_ms;
	u32 hole;
	u32 mss;
	u32 small_fails;
	u16 retries;
	u8 life;
	struct tcpwhy_unheard unheard;
	u8 signs;
};

/** struct tcpwhy_evidence_too_big - see &struct tcpwhy_too_big */
struct tcpwhy_evidence_too_big {
	struct tcpwhy_addr router;
	u32 said;
	u32 before;
	u32 now;
	u32 size;
};

/**
 * struct tcpwhy_evidence_forward - the same, between two other hosts
 * @hole: what vanishes; @mtu is of this host's route
 * @sender: who sends it
 * @service: address that the sender calls, where @relay is not 0
 * @mss: largest payload that the peer asks for; 0: not known
 * @mss_back: largest that the sender itself asks for; 0: not known
 * @told: how often this host answered the same segment that it is too big
 * @relay: &enum tcpwhy_relay
 */
struct tcpwhy_evidence_forward {
	struct tcpwhy_evidence_blackhole hole;
	struct tcpwhy_addr sender;
	struct tcpwhy_addr service;
	u16 mss;
	u16 mss_back;
	u16 told;
	u8 relay;
};

/**
 * struct tcpwhy_evidence_oversize - what a device of this host drops as it is sent
 * @size: bytes of the IP packet
 * @mtu: of the device that the route leads to
 * @mtu_beyond: of the one that dropped it
 * @device: interface that the route leads to
 * @stall_ms: from the first drop of the segment to the verdict
 * @times: how often it was dropped
 */
struct tcpwhy_evidence_oversize {
	u32 size;
	u32 mtu;
	u32 mtu_beyond;
	u32 device;
	u32 stall_ms;
	u16 times;
};

/**
 * struct tcpwhy_evidence_ignores - SYNs that a server does not answer
 * @tsval: of the latest one
 * @answered_tsval: what it answered
 * @ignored: such SYNs
 * @answered: SYNs that it answered since the first of them
 * @connections: of so many connects
 * @client: whose the latest is
 */
struct tcpwhy_evidence_ignores {
	u32 tsval;
	u32 answered_tsval;
	u16 ignored;
	u16 answered;
	u16 connections;
	struct tcpwhy_addr client;
};

/** struct tcpwhy_evidence_refused - see &struct tcpwhy_refused */
struct tcpwhy_evidence_refused {
	struct tcpwhy_refused latest;
};

/**
 * struct tcpwhy_evidence - what a sceptic can check
 * @process: who acted in the latest event, or owns the socket
 */
struct tcpwhy_evidence {
	struct tcpwhy_process process;
	union {
		struct tcpwhy_evidence_paws paws;
		struct tcpwhy_evidence_refusal refusal;
		struct tcpwhy_evidence_overflow overflow;
		struct tcpwhy_evidence_killed killed;
		struct tcpwhy_evidence_ports ports;
		struct tcpwhy_evidence_reset reset;
		struct tcpwhy_evidence_fragments fragments;
		struct tcpwhy_evidence_blackhole blackhole;
		struct tcpwhy_evidence_too_big too_big;
		struct tcpwhy_evidence_forward forward;
		struct tcpwhy_evidence_oversize oversize;
		struct tcpwhy_evidence_ignores ignores;
		struct tcpwhy_evidence_refused refused;
	};
};

/* A finding has it, and so has an event on its way to whoever listens. */
static_assert(sizeof(struct tcpwhy_evidence) - offsetof(struct tcpwhy_evidence, paws) <= 128,
	      "evidence of one event");

/**
 * enum tcpwhy_weight - what a verdict does to its finding
 * @TCPWHY_WEIGHT_EVENT: one more event
 * @TCPWHY_WEIGHT_SEQUEL: what followed an earlier event: adds to the evidence
 *	of a finding that exists, and is nothing without it
 * @TCPWHY_WEIGHT_STATE: a state that goes on: an event only if there is no
 *	finding (any more)
 */
enum tcpwhy_weight {
	TCPWHY_WEIGHT_EVENT,
	TCPWHY_WEIGHT_SEQUEL,
	TCPWHY_WEIGHT_STATE,
};

/**
 * struct tcpwhy_verdict - what an observation means
 * @cause: &enum tcpwhy_cause_id
 * @confidence: &enum tcpwhy_confidence
 * @weight: what it does to the finding
 * @mibs: BIT(mib) of the kernel's counters it is to be reconciled with; a sequel's are those
 *	that count the event only now
 * @instead_of: &enum tcpwhy_cause_id of an earlier event that turns out to have been
 *	this one, or that this sequel is about; 0: it is one of its own
 * @withdraws: so many RSTs of the same connection that were not believed a moment before
 *	are part of this
 * @quiet_ms: the silence after which a connection was found lost; 0: that is not
 *	what happened
 * @waited_ms: how long ago that silence ended
 * @half_closed: the peer had closed its side before it: boxes have another time limit then
 * @evidence: of this event alone; the cause's merge() adds it up
 */
struct tcpwhy_verdict {
	u32 cause;
	u8 confidence;
	enum tcpwhy_weight weight;
	u32 mibs;
	u32 instead_of;
	u32 withdraws;
	u32 quiet_ms;
	u32 waited_ms;
	bool half_closed;
	struct tcpwhy_evidence evidence;
};

/**
 * typedef tcpwhy_emit_t - takes one piece of evidence
 * @ctx: the taker's
 * @attr: &enum tcpwhy_evidence_attr
 * @value: its value
 */
typedef void (*tcpwhy_emit_t)(void *ctx, u32 attr, u64 value);

/**
 * typedef tcpwhy_emit_addr_t - takes one piece of evidence that is an address
 * @ctx: the taker's
 * @attr: &enum tcpwhy_evidence_attr
 * @addr: its value
 */
typedef void (*tcpwhy_emit_addr_t)(void *ctx, u32 attr, const struct tcpwhy_addr *addr);

/**
 * struct tcpwhy_cause - one cause
 * @id: &enum tcpwhy_cause_id
 * @name: what the tool prints and accepts
 * @severity: &enum tcpwhy_severity
 * @wants: BIT_ULL(kind) of each observation it judges
 * @remembers: BIT_ULL(kind) of each observation that later ones are compared with, or that
 *	adds to what earlier ones told, and is nothing without them
 * @wants_all_segments: not only SYNs and RSTs that meet TIME_WAIT or a request: a substitute
 *	does not show all
 * @mibs: BIT(mib) of the kernel's counters that count its cases
 * @which: of a family of which each observation has at most one cause: its id. NULL: it is of
 *	no such family; else @judge is asked only if it is this one
 * @judge: decides whether the observation is a case of it, and if so fills in
 *	the verdict's evidence (and confidence or weight, if other than certain
 *	and an event). No two causes may claim the same observation.
 * @merge: adds a verdict's evidence to a finding's; NULL: the latest replaces
 * @describe: hands out the evidence piece by piece
 * @describe_addrs: the addresses among it; NULL: there are none
 */
struct tcpwhy_cause {
	u32 id;
	const char *name;
	u8 severity;
	u64 wants;
	u64 remembers;
	bool wants_all_segments;
	u32 mibs;
	u32 (*which)(const struct tcpwhy_observation *o);
	bool (*judge)(const struct tcpwhy_observation *o, struct tcpwhy_verdict *v);
	void (*merge)(struct tcpwhy_evidence *sum, const struct tcpwhy_verdict *v);
	void (*describe)(const struct tcpwhy_evidence *e, tcpwhy_emit_t emit, void *ctx);
	void (*describe_addrs)(const struct tcpwhy_evidence *e, tcpwhy_emit_addr_t emit,
			       void *ctx);
};

#endif /* TCPWHY_CORE_CAUSE_H */

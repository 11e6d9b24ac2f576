// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include <netlink/attr.h>

#include <linux/tcpwhy.h>

#include "scene.h"

#define SECOND 1000000000ULL
#define OTHER 4026532288U

static const struct fact nat[] = {
	U32(TSVAL, 18231), U32(TS_RECENT, 99213), U32(TS_BEHIND, 80982), U32(TW_AGE, 12034),
	U32(SEQ, 4000000000), U32(RCV_NXT, 3000000000),
	U8(SYN_CHANGED, 1), U8(TTL, 63), U8(TTL_BEFORE, 127), U32(ATTEMPTS, 412),
	U32(GOT_IN, 375), U32(LATE_MEAN, 1012), U32(LATE_MAX, 3104), U32(CLEARED_BY_RST, 375), END
};
static const struct fact hanging[] = {
	U32(TSVAL, 4294967000), U32(TS_RECENT, 210), U32(TS_BEHIND, 506), U32(TW_AGE, 950),
	U32(SEQ, 3000000000), U32(RCV_NXT, 3000000000),
	U8(SYN_CHANGED, 0), U8(TTL, 64), U8(TTL_BEFORE, 64), U32(ATTEMPTS, 3), U32(GOT_IN, 0),
	U32(CLEARED_BY_RST, 0), END
};
static const struct fact fresh[] = {
	U32(TSVAL, 1), U32(TS_RECENT, 2), U32(TS_BEHIND, 1), END
};
static const struct fact established[] = {
	U32(TSVAL, 5000), U32(TS_RECENT, 905000), U32(TS_BEHIND, 900000), U8(STATE, 1),
	U32(SEQ, 4294967290), U32(END_SEQ, 94), U32(RCV_NXT, 4294967290), END
};
static const struct fact handshake[] = {
	U32(TSVAL, 100), U32(TS_RECENT, 300), U32(TS_BEHIND, 200), U8(STATE, 12), END
};
static const struct fact stale[] = {
	U32(TSVAL, 700000), U32(TS_RECENT, 700012), U32(TS_BEHIND, 12), U8(STATE, 1),
	U32(SEQ, 1000), U32(END_SEQ, 1000), U32(RCV_NXT, 2448), END
};
static const struct fact refused[] = {
	U32(SEQ, 1000), U32(RCV_NXT, 71000), U32(TW_AGE, 2100), U32(ATTEMPTS, 2), U32(GOT_IN, 2),
	U32(LATE_MEAN, 1000), U32(LATE_MAX, 1004), U32(CLEARED_BY_RST, 2), END
};
static const struct fact overflow[] = { U32(TW_COUNT, 262144), U32(TW_LIMIT, 262144), END };
static const struct fact killed[] = { U32(TW_AGE, 31500), END };
static const struct fact exhaustion[] = {
	U32(PORTS_TIMEWAIT, 27900), U32(PORTS_IN_USE, 120), U32(PORTS_USABLE, 28232),
	U32(CONNECTS_FAILED, 12), END
};
static const struct fact leak[] = {
	U32(PORTS_TIMEWAIT, 12), U32(PORTS_IN_USE, 28000), U32(PORTS_USABLE, 28232),
	U32(CONNECTS_FAILED, 0), END
};
static const struct fact bound[] = {
	U32(PORTS_TIMEWAIT, 4), U32(PORTS_IN_USE, 20), U32(PORTS_USABLE, 40),
	U32(CONNECTS_FAILED, 0), U32(BINDS_FAILED, 17), U32(PORTS_TAKEN, 40), U32(PID, 812),
	TEXT(COMM, "squid"), END
};
static const struct fact bound_by_others[] = {
	U32(PORTS_TIMEWAIT, 0), U32(PORTS_IN_USE, 0), U32(PORTS_USABLE, 40),
	U32(CONNECTS_FAILED, 0), U32(BINDS_FAILED, 1), U32(PORTS_TAKEN, 3), END
};
static const struct fact bound_too[] = {
	U32(PORTS_TIMEWAIT, 30), U32(PORTS_IN_USE, 2), U32(PORTS_USABLE, 40),
	U32(CONNECTS_FAILED, 3), U32(BINDS_FAILED, 2), U32(PORTS_TAKEN, 36), END
};
static const struct fact newer[] = {
	{ 99, 4, 7, NULL }, { 100, 6, 0, "\033[2J!\n" }, U8(STATE, 77), END
};

static const struct party all[] = {
	{ "203.0.113.7", HERE, 4, 2, (const struct found []) {
		{ TCPWHY_CAUSE_PAWS_TIMEWAIT, TROUBLE, 412, 100, 999, 3100, 8080, 45000, nat },
		{ TCPWHY_CAUSE_PAWS_STALE, INFO, 90, 90, 990, 400, 8080, 45001, stale }, { 0 } } },
	{ "198.51.100.9", HERE, 8, 1, (const struct found []) {
		{ TCPWHY_CAUSE_PAWS_TIMEWAIT, TROUBLE, 9, 900, 980, 40, 443, 50000, hanging }, { 0 } } },
	{ "2001:db8::7", HERE, 0, 1, (const struct found []) {
		{ TCPWHY_CAUSE_TIMEWAIT_REFUSED_SYN, TROUBLE, 2, 800, 959, 0, 443, 1024, refused },
		{ TCPWHY_CAUSE_PAWS_HANDSHAKE, TROUBLE, 1, 700, 700, 0, 443, 1025, handshake }, { 0 } } },
	{ "192.0.2.1", HERE, -1, -1, (const struct found []) {
		{ TCPWHY_CAUSE_PAWS_ESTABLISHED, TCPWHY_SEVERITY_TROUBLE, TCPWHY_CONFIDENCE_LIKELY,
		  3, 600, 601, 0, 22, 33000, established }, { 0 } } },
	{ "192.0.2.44", HERE, 1, 1, (const struct found []) {
		{ TCPWHY_CAUSE_TIMEWAIT_OVERFLOW, NOTICE, 5000, 500, 1000, 512345, 80, 2000, overflow },
		{ TCPWHY_CAUSE_TIMEWAIT_KILLED, NOTICE, 1, 400, 400, 0, 80, 2001, killed }, { 0 } } },
	{ "10.0.0.2", HERE, -1, -1, (const struct found []) {
		{ TCPWHY_CAUSE_PORT_EXHAUSTION, TROUBLE, 12, 300, 996, 1200, 0, 443, exhaustion },
		{ 0 } } },
	{ "2001:db8::2", OTHER, -1, -1, (const struct found []) {
		{ TCPWHY_CAUSE_PORT_EXHAUSTION, TROUBLE, 1, 300, 300, 0, 0, 5432, leak }, { 0 } } },
	{ 0 }
};

/* the first refusal, two seconds ago: too early to say that it hangs */
static const struct party young[] = {
	{ "203.0.113.7", HERE, 1, 1, (const struct found []) {
		{ TCPWHY_CAUSE_PAWS_TIMEWAIT, TROUBLE, 1, 998, 998, 100, 80, 45000, fresh }, { 0 } } },
	{ 0 }
};

static const struct party quiet[] = {
	{ "203.0.113.7", HERE, 1, 1, (const struct found []) {
		{ TCPWHY_CAUSE_PAWS_STALE, INFO, 90, 90, 990, 400, 8080, 45001, stale }, { 0 } } },
	{ 0 }
};

static const struct party ports[] = {
	{ "10.9.0.2", HERE, 0, 0, (const struct found []) {
		{ TCPWHY_CAUSE_PORT_EXHAUSTION, TROUBLE, 2, 990, 995, 100, 0, 8080, bound }, { 0 } } },
	{ "10.9.0.1", HERE, 0, 0, (const struct found []) {
		{ TCPWHY_CAUSE_PORT_EXHAUSTION, TROUBLE, 1, 990, 990, 100, 0, 0, bound_by_others },
		{ 0 } } },
	{ "2001:db8::2", HERE, 0, 0, (const struct found []) {
		{ TCPWHY_CAUSE_PORT_EXHAUSTION, TROUBLE, 5, 980, 991, 100, 0, 443, bound_too },
		{ 0 } } },
	{ 0 }
};

static const struct party future[] = {
	{ "203.0.113.7", HERE, 1, 1, (const struct found []) {
		{ 999, 9, 8, 3, 900, 950, 0, 80, 45000, newer },
		{ TCPWHY_CAUSE_TIMEWAIT_KILLED, NOTICE, 1, 400, 400, 0, 80, 2001, newer }, { 0 } } },
	{ 0 }
};

static const struct party empty[] = { { 0 } };

const struct party *scene_parties(const char *name)
{
	static const struct {
		const char *name;
		const struct party *parties;
	} scenes[] = {
		{ "all", all }, { "young", young }, { "quiet", quiet }, { "future", future },
		{ "empty", empty }, { "hostile", empty }, { "off", all }, { "off-empty", empty }, { "blind", all },
		{ "ports", ports }, { "unnamed", all }, { "unnamed-empty", empty },
		{ "blind-empty", empty }, { "resets", scene_resets },
		{ "noisy", scene_noisy }, { "odd", scene_odd }, { "bare", scene_bare }, { "big", scene_most },
		{ "fragments", scene_fragments },
		{ "blackhole", scene_blackhole }, { "deaf", scene_deaf },
		{ "too-big", scene_too_big },
		{ "forward", scene_forward },
		{ "device", scene_device },
		{ "ignores", scene_ignores },
		{ "refused", scene_refused },
		{ "path-stands-full", scene_stands }, { "path-stands-told", scene_stands },
		{ "path-stands-silent", scene_stands }, { "path-stands-deaf", scene_stands },
	};

	for (size_t i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++)
		if (!strcmp(scenes[i].name, name))
			return scenes[i].parties;
	return NULL;
}

static void put_found(struct nl_msg *msg, const struct found *found)
{
	struct nlattr *nest = nla_nest_start(msg, TCPWHY_A_PEER_FINDING), *evidence;

	nla_put_u32(msg, TCPWHY_A_FINDING_CAUSE, found->cause);
	nla_put_u8(msg, TCPWHY_A_FINDING_SEVERITY, found->severity);
	nla_put_u8(msg, TCPWHY_A_FINDING_CONFIDENCE, found->confidence);
	nla_put_u64(msg, TCPWHY_A_FINDING_COUNT, found->count);
	nla_put_u64(msg, TCPWHY_A_FINDING_FIRST, found->first_s * SECOND);
	nla_put_u64(msg, TCPWHY_A_FINDING_LAST, found->last_s * SECOND);
	nla_put_u32(msg, TCPWHY_A_FINDING_RATE, found->rate);
	if (found->lport)
		nla_put_u16(msg, TCPWHY_A_FINDING_LPORT, found->lport);
	nla_put_u16(msg, TCPWHY_A_FINDING_RPORT, found->rport);
	evidence = nla_nest_start(msg, TCPWHY_A_FINDING_EVIDENCE);
	for (const struct fact *fact = found->facts; fact->type; fact++) {
		if (fact->text)
			nla_put(msg, fact->type, fact->size, fact->text);
		else if (fact->size == 1)
			nla_put_u8(msg, fact->type, fact->value);
		else if (fact->size == 2)
			nla_put_u16(msg, fact->type, fact->value);
		else if (fact->size == 4)
			nla_put_u32(msg, fact->type, fact->value);
		else
			nla_put_u64(msg, fact->type, fact->value);
	}
	nla_nest_end(msg, evidence);
	nla_nest_end(msg, nest);
}

void scene_put_peer(struct nl_msg *msg, const struct party *party, const struct found *only)
{
	struct nlattr *nest = nla_nest_start(msg, TCPWHY_A_PEER);
	uint8_t bytes[16];
	int v6 = !!strchr(party->address, ':');

	inet_pton(v6 ? AF_INET6 : AF_INET, party->address, bytes);
	nla_put(msg, TCPWHY_A_PEER_ADDRESS, v6 ? 16 : 4, bytes);
	nla_put_u32(msg, TCPWHY_A_PEER_NETNS, party->netns);
	if (party->clocks >= 0)
		nla_put_u8(msg, TCPWHY_A_PEER_CLOCKS, party->clocks);
	if (party->fingerprints >= 0)
		nla_put_u8(msg, TCPWHY_A_PEER_FINGERPRINTS, party->fingerprints);
	for (const struct found *found = party->found; found->cause; found++)
		if (!only || only == found)
			put_found(msg, found);
	nla_nest_end(msg, nest);
}

static void put_source(struct nl_msg *msg, const char *name, int state, int error)
{
	struct nlattr *nest = nla_nest_start(msg, TCPWHY_A_STATUS_SOURCE);

	nla_put_string(msg, TCPWHY_A_SOURCE_NAME, name);
	nla_put_u8(msg, TCPWHY_A_SOURCE_STATE, state);
	if (error)
		nla_put_s32(msg, TCPWHY_A_SOURCE_ERROR, error);
	nla_put_string(msg, TCPWHY_A_SOURCE_SHOWS, "what it is needed for");
	nla_nest_end(msg, nest);
}

static void put_cause(struct nl_msg *msg, uint32_t id, const char *name, int coverage)
{
	struct nlattr *nest = nla_nest_start(msg, TCPWHY_A_STATUS_CAUSE);

	nla_put_u32(msg, TCPWHY_A_CAUSE_ID, id);
	nla_put_string(msg, TCPWHY_A_CAUSE_NAME, name);
	nla_put_u8(msg, TCPWHY_A_CAUSE_SEVERITY, TCPWHY_SEVERITY_TROUBLE);
	nla_put_u8(msg, TCPWHY_A_CAUSE_COVERAGE, coverage);
	nla_put_u64(msg, TCPWHY_A_CAUSE_COUNT, id * 100);
	nla_nest_end(msg, nest);
}

static void put_counter_of(struct nl_msg *msg, int attr, const char *name, uint64_t value)
{
	struct nlattr *nest = nla_nest_start(msg, attr);

	nla_put_string(msg, TCPWHY_A_COUNTER_NAME, name);
	nla_put_u64(msg, TCPWHY_A_COUNTER_VALUE, value);
	nla_nest_end(msg, nest);
}

static void put_counter(struct nl_msg *msg, const char *name, uint64_t value)
{
	put_counter_of(msg, TCPWHY_A_STATUS_COUNTER, name, value);
}

/* Some that have grown, one of them of a newer module, and some that have not. */
static void put_unnamed(struct nl_msg *msg, int grown)
{
	put_counter_of(msg, TCPWHY_A_STATUS_UNNAMED, "TcpExtListenOverflows", grown ? 24 : 0);
	put_counter_of(msg, TCPWHY_A_STATUS_UNNAMED, "TcpExtListenDrops", grown ? 25 : 0);
	put_counter_of(msg, TCPWHY_A_STATUS_UNNAMED, "TcpExtTCPBacklogDrop", 0);
	put_counter_of(msg, TCPWHY_A_STATUS_UNNAMED, "TcpExtSyncookiesFailed", grown ? 1 : 0);
	put_counter_of(msg, TCPWHY_A_STATUS_UNNAMED, "TcpExtWormhole\033", grown ? 7 : 0);
}

static void put_sums(struct nl_msg *msg, const char *name, uint64_t kernel, uint64_t ours)
{
	struct nlattr *nest = nla_nest_start(msg, TCPWHY_A_STATUS_RECONCILE);

	nla_put_string(msg, TCPWHY_A_RECONCILE_NAME, name);
	nla_put_u64(msg, TCPWHY_A_RECONCILE_KERNEL, kernel);
	nla_put_u64(msg, TCPWHY_A_RECONCILE_ATTRIBUTED, ours);
	nla_nest_end(msg, nest);
	put_counter(msg, "bad-checksum", 3);
	put_counter(msg, "events-shed", kernel - ours);
}

/* Those of scene_resets.c, in the ABI's order. */
static void put_reset_causes(struct nl_msg *msg)
{
	static const char *const names[] = {
		"rst-port-closed", "rst-unread-data", "rst-linger0", "rst-keepalive-timeout",
		"rst-user-timeout", "rst-accept-overflow", "rst-late-synack",
		"rst-data-after-close", "rst-unknown-connection", "rst-timewait",
		"rst-bad-handshake", "rst-orphan-limit", "rst-listener-closed", "rst-disconnect",
		"rst-admin", "rst-followup", "rst-firewall", "rst-forged-local", "rst-forwarded",
		"timeout-retransmit", "timeout-connect", "peer-refused", "peer-aborted",
		"peer-closed-early", "peer-lost-connection", "idle-expired", "rst-injected",
		"rst-ignored",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		put_cause(msg, TCPWHY_CAUSE_RST_PORT_CLOSED + i, names[i], TCPWHY_COVERAGE_FULL);
}

void scene_put_status(struct nl_msg *msg, const char *name)
{
	struct nlattr *nest = nla_nest_start(msg, TCPWHY_A_STATUS);
	int hostile = !strcmp(name, "hostile"), newer_module = !strcmp(name, "future");
	int blind = !strncmp(name, "blind", 5), off = !strncmp(name, "off", 3);

	nla_put_string(msg, TCPWHY_A_STATUS_VERSION, "0.1.0");
	nla_put_u32(msg, TCPWHY_A_STATUS_NETNS, HERE);
	nla_put_u64(msg, TCPWHY_A_STATUS_LOADED, 10 * SECOND);
	nla_put_u64(msg, TCPWHY_A_STATUS_NOW, 1000 * SECOND);
	nla_put_u32(msg, TCPWHY_A_STATUS_PEERS, 7);
	nla_put_u32(msg, TCPWHY_A_STATUS_PEERS_MAX, 16384);
	nla_put_u32(msg, TCPWHY_A_STATUS_PEERS_HERE, !strcmp(name, "empty") || !strcmp(name, "off-empty") ? 0 : 6);
	nla_put_u64(msg, TCPWHY_A_STATUS_EVICTED, 0);
	nla_put_u32(msg, TCPWHY_A_STATUS_FLOWS_MAX, 65536);
	nla_put_u64(msg, TCPWHY_A_STATUS_MEMORY, 7654321);
	if (strcmp(name, "all") && !blind)
		nla_put_u8(msg, TCPWHY_A_STATUS_LEAN, 1);
	if (blind)
		put_source(msg, "kprobe tcp_reset", TCPWHY_SOURCE_STATE_BLIND, 0);
	put_source(msg, hostile ? "evil\033[2J\nname\\" : "netfilter local-in",
		   TCPWHY_SOURCE_STATE_ATTACHED, 0);
	if (strcmp(name, "all"))
		put_source(msg, "skb:kfree_skb", TCPWHY_SOURCE_STATE_MISSING,
			   hostile ? -ENOENT : -EPROTOTYPE);
	put_cause(msg, 1, "paws-established", off ? TCPWHY_COVERAGE_OFF : strcmp(name, "all") ?
		  TCPWHY_COVERAGE_NONE : TCPWHY_COVERAGE_FULL);
	put_cause(msg, 3, hostile ? "bad\xff\"name" : "paws-timewait",
		  off ? TCPWHY_COVERAGE_OFF : TCPWHY_COVERAGE_FULL);
	/* the others are of an older module that does not know all of them */
	if (!strcmp(name, "all")) {
		put_cause(msg, 2, "paws-handshake", TCPWHY_COVERAGE_OFF);
		put_cause(msg, 4, "paws-stale", TCPWHY_COVERAGE_FULL);
		put_cause(msg, 5, "timewait-refused-syn", TCPWHY_COVERAGE_FULL);
		put_cause(msg, 6, "timewait-overflow", TCPWHY_COVERAGE_FULL);
		put_cause(msg, 7, "timewait-killed", TCPWHY_COVERAGE_FULL);
		put_cause(msg, 8, "port-exhaustion", TCPWHY_COVERAGE_FULL);
	}
	if (scene_parties(name) == scene_resets || scene_parties(name) == scene_odd)
		put_reset_causes(msg);
	if (scene_parties(name) == scene_fragments) {
		put_cause(msg, TCPWHY_CAUSE_FRAGMENT_LOST, "fragment-lost", TCPWHY_COVERAGE_FULL);
		put_cause(msg, TCPWHY_CAUSE_FRAGMENT_DROPPED, "fragment-dropped",
			  TCPWHY_COVERAGE_PARTIAL);
	}
	if (newer_module)
		put_cause(msg, 999, "wormhole", TCPWHY_COVERAGE_FULL);
	put_sums(msg, "TcpExtPAWSEstab", 503, 502);
	put_unnamed(msg, !strncmp(name, "unnamed", 7));
	if (blind)
		put_counter(msg, "namespaces-unseen-now", 1);
	nla_nest_end(msg, nest);
}

// SPDX-License-Identifier: GPL-2.0
/* From packets to what is known of a size: how often, how fast, how long to wait. */
#include <errno.h>
#include <string.h>

#include "clock.h"
#include "cmd.h"
#include "pathmtu.h"
#include "probe.h"

/* a size counts as lost after so many packets; after twice as many where some were lost */
#define TRIES 3
/* without an answer to small ones nothing can be said, so that they get more */
#define TRIES_SMALL 6
/* how much longer than others the very first answer may take (address resolution) */
#define PATIENCE 3

/* the least that IPv4 must carry undivided (RFC 791), and IPv6 (RFC 8200) */
#define LEAST_IPV4 68
#define LEAST_IPV6 1280
/* every path of IPv6 carries this */
#define SMALL_IPV6 88

#define PROBES 1024

/*
 * Where the largest passes, sizes below it are tried as well: a tunnel may cut
 * in two what is far too large, and lose what is a little too large for it.
 * Losses as narrow as 8 bytes are known (OpenVPN, 1441 to 1448).
 */
#define SWEEP_FROM 1500
#define SWEEP_TO 1280
#define SWEEP_STEP 8
/* where each takes a second (icmp_ratelimit) */
#define SWEEP_STEP_SLOW 32
#define SLOW (NSEC_PER_SEC / 2)
/* many sizes are many chances to lose all by bad luck */
#define TRIES_HOLE 12

struct probe {
	struct probe_socket *socket;
	const struct probe_peer *peer;
	const struct probe_settings *settings;
	struct probe_result *result;
	struct fault *fault;
	struct pathmtu path;
	uint64_t next;			/* when the next packet may leave */
	bool lossy;			/* something was lost that passes otherwise */
	unsigned int proven;		/* the largest size that was answered */
	struct {
		unsigned int size;
		uint64_t sent;
		bool answered;
	} probes[PROBES];
	/* of the size in question: */
	unsigned int size, first;	/* first: its first packet */
	unsigned int sent, refused;
	bool passed, too_big;
};

static void take_answer(struct probe *probe, uint16_t seq)
{
	uint64_t rtt = probe_socket_now() - probe->probes[seq].sent;
	unsigned int size = probe->probes[seq].size;

	if (probe->probes[seq].answered)
		return;
	probe->probes[seq].answered = true;
	probe->result->answered++;
	if (!probe->result->rtt || rtt < probe->result->rtt)
		probe->result->rtt = rtt ? rtt : 1;
	if (size > probe->proven)
		probe->proven = size;
	pathmtu_passed(&probe->path, size);
	if (size < probe->size)
		return;
	probe->lossy |= size == probe->size && !probe->passed && seq != probe->first;
	probe->passed = true;
}

static void take_refusal(struct probe *probe, const struct probe_event *event)
{
	unsigned int size = probe->probes[event->seq].size;
	struct probe_result *result = probe->result;

	probe->refused += size == probe->size;
	if (event->news == PROBE_UNREACHABLE) {
		result->error = event->error;
		result->error_from = event->from;
		return;
	}
	pathmtu_hint(&probe->path, size, event->mtu);
	if (size != probe->size)
		return;
	probe->too_big = true;
	result->router = size;
	result->router_address = event->from;
	result->router_mtu = event->mtu;
}

/* Waits for an event; false at @until. */
static bool listen_once(struct probe *probe, uint64_t until)
{
	struct probe_event event;

	if (!probe_socket_wait(probe->socket, until, &event))
		return false;
	/* no number that was not given out */
	if (event.seq >= probe->result->sent)
		return true;
	if (event.news == PROBE_ARRIVED)
		take_answer(probe, event.seq);
	else
		take_refusal(probe, &event);
	return true;
}

static int cannot_send(struct probe *probe, int error)
{
	if (error == EPERM)
		fault_set(probe->fault, EXIT_OTHER, "this host's own firewall does not let the "
			  "probe out (nft list ruleset)");
	else
		fault_set(probe->fault, EXIT_OTHER, "cannot send to %s: %s", probe->peer->text,
			  strerror(error));
	return -1;
}

static void forget_router(struct probe_result *result)
{
	result->router = 0;
	result->router_address.size = 0;
	result->router_mtu = 0;
}

/* To repeat what is still under way would be noise. */
static uint64_t spacing(const struct probe *probe)
{
	uint64_t way = 2 * probe->result->rtt;

	if (way > probe->settings->timeout)
		way = probe->settings->timeout;
	return way > probe->settings->interval ? way : probe->settings->interval;
}

static int send_one(struct probe *probe)
{
	unsigned int seq = probe->result->sent;
	int err;

	if (seq == PROBES) {
		fault_set(probe->fault, EXIT_OTHER, "no end in sight after %u packets: what passes "
			  "now does not a moment later", PROBES);
		return -1;
	}
	probe->probes[seq].size = probe->size;
	probe->probes[seq].sent = probe_socket_now();
	probe->next = probe->probes[seq].sent + spacing(probe);
	probe->result->sent++;
	probe->sent++;
	err = probe_socket_send(probe->socket, seq, probe->size);
	if (err == -EMSGSIZE) {
		probe->too_big = true;
		forget_router(probe->result);
		probe->result->router = probe->size;
	} else if (err) {
		return cannot_send(probe, -err);
	}
	return 0;
}

/*
 * Up to @tries packets of one size; stops when one has arrived or, unless
 * @stubborn, was too big. -1 with the fault filled in.
 */
static int try_size(struct probe *probe, unsigned int size, unsigned int tries, bool stubborn,
		    uint64_t timeout)
{
	uint64_t until;

	probe->size = size;
	probe->first = probe->result->sent;
	probe->sent = probe->refused = 0;
	probe->passed = probe->too_big = false;
	while (probe->sent < tries && !probe->passed && (stubborn || !probe->too_big)) {
		if (listen_once(probe, probe->next))
			continue;
		if (send_one(probe))
			return -1;
	}
	until = probe_socket_now() + timeout;
	while (!probe->passed && probe->refused < probe->sent &&
	       (stubborn || !probe->too_big) && listen_once(probe, until))
		;
	return 0;
}

/* Is the peer still there? Without an answer to a small packet a large one's loss says nothing. */
static int still_there(struct probe *probe, unsigned int small)
{
	if (try_size(probe, small, TRIES_SMALL, true, probe->settings->timeout))
		return -1;
	if (!probe->passed) {
		probe->result->verdict = PROBE_UNSTEADY;
		forget_router(probe->result);
	}
	return probe->passed;
}

static enum probe_verdict conclude(const struct probe *probe, unsigned int least)
{
	const struct probe_result *result = probe->result;

	if (!result->fails)
		return PROBE_FULL;
	if (result->mtu < least)
		return PROBE_BELOW_MINIMUM;
	if (!result->router)
		return PROBE_BLACKHOLE;
	/* a limit of this host's own is known to its TCP */
	return result->router_mtu == result->mtu || !result->router_address.size ?
	       PROBE_TOLD : PROBE_MISLED;
}

/* 1: the search came to its end; 0: the verdict is there already; -1: fault */
static int search(struct probe *probe, unsigned int small)
{
	struct pathmtu *path = &probe->path;
	unsigned int size, fails;
	int alive;

	while ((size = pathmtu_next(path))) {
		fails = pathmtu_fails(path);
		if (probe->settings->step)
			probe->settings->step(probe->peer, size, probe->proven, fails);
		if (try_size(probe, size, probe->lossy ? 2 * TRIES : TRIES, size == fails,
			     probe->settings->timeout))
			return -1;
		if (probe->passed)
			continue;
		alive = probe->too_big ? 1 : still_there(probe, small);
		if (alive <= 0)
			return alive;
		pathmtu_failed(path, size);
	}
	return 1;
}

/* 1: it vanishes, time and again; 0: it passes, or nothing can be said; -1: fault */
static int vanishes(struct probe *probe, unsigned int size, unsigned int small)
{
	uint64_t timeout = probe->settings->timeout;
	int alive;

	if (try_size(probe, size, TRIES, false, timeout))
		return -1;
	if (probe->passed)
		return 0;
	alive = still_there(probe, small);
	if (alive <= 0)
		return alive;
	if (try_size(probe, size, TRIES_HOLE, true, timeout))
		return -1;
	probe->lossy |= probe->passed;
	return probe->passed ? 0 : still_there(probe, small);
}

/* The upper edge of what vanishes: @size does, and @passes does not. */
static int upper_edge(struct probe *probe, unsigned int size, unsigned int passes)
{
	while (passes - size > 1) {
		unsigned int middle = size + (passes - size) / 2;

		if (try_size(probe, middle, 2 * TRIES, false, probe->settings->timeout))
			return -1;
		if (probe->passed)
			passes = middle;
		else
			size = middle;
	}
	probe->result->fails_to = size;
	return 0;
}

/* 1: what vanishes was found to the byte; otherwise as vanishes() */
static int hole(struct probe *probe, unsigned int size, unsigned int passes, unsigned int small)
{
	struct probe_result *result = probe->result;
	int err = vanishes(probe, size, small);

	if (err <= 0)
		return err;
	pathmtu_begin(&probe->path, small, size);
	err = search(probe, small);
	if (err <= 0)
		return err;
	result->mtu = probe->path.passes;
	result->fails = pathmtu_fails(&probe->path);
	/* late answers: it passes after all */
	if (!result->fails)
		return 0;
	if (upper_edge(probe, size, passes))
		return -1;
	result->verdict = PROBE_HOLE;
	return 1;
}

/* -1: fault; the verdict may be another one afterwards */
static int sweep(struct probe *probe, unsigned int small)
{
	const struct probe_settings *settings = probe->settings;
	unsigned int step = settings->interval < SLOW ? SWEEP_STEP : SWEEP_STEP_SLOW;
	unsigned int passes = settings->top < SWEEP_FROM ? settings->top : SWEEP_FROM, size;
	int found = 0;

	if (settings->suspect > small && settings->suspect < settings->top)
		found = hole(probe, settings->suspect, settings->top, small);
	for (size = passes; !found && size >= SWEEP_TO; size -= step) {
		if (probe->result->verdict == PROBE_UNSTEADY)
			break;
		if (size == settings->top)
			continue;
		if (settings->step)
			settings->step(probe->peer, size, probe->proven, 0);
		found = hole(probe, size, size < passes ? size + step : settings->top, small);
	}
	/* the largest did pass: a limit of answers is no news, but the rest was not tried */
	probe->result->swept = probe->result->verdict != PROBE_UNSTEADY;
	if (!probe->result->swept)
		probe->result->verdict = PROBE_FULL;
	if (probe->result->router != probe->result->fails)
		forget_router(probe->result);
	return found < 0 ? -1 : 0;
}

/* The largest passes or not, and no other size is asked for. */
static int look_briefly(struct probe *probe, unsigned int small)
{
	struct probe_result *result = probe->result;
	unsigned int top = probe->settings->top;
	int alive;

	if (try_size(probe, top, 2 * TRIES, true, probe->settings->timeout))
		return -1;
	result->verdict = PROBE_FULL;
	result->mtu = top;
	if (probe->passed)
		return 0;
	alive = still_there(probe, small);
	if (alive <= 0)
		return alive;
	result->verdict = PROBE_BLACKHOLE;
	result->mtu = small;
	result->fails = top;
	return 0;
}

int probe_run(struct probe_socket *sock, const struct probe_peer *peer,
	      const struct probe_settings *settings, struct probe_result *result,
	      struct fault *fault)
{
	bool six = peer->address.size == 16;
	unsigned int least = six ? LEAST_IPV6 : LEAST_IPV4, small = six ? SMALL_IPV6 : LEAST_IPV4;
	struct probe probe = { .socket = sock, .peer = peer, .settings = settings,
			       .result = result, .fault = fault };
	int err;

	memset(result, 0, sizeof(*result));
	result->verdict = PROBE_NO_ANSWER;
	if (try_size(&probe, small, TRIES_SMALL, true, PATIENCE * settings->timeout))
		return -1;
	if (!probe.passed)
		return 0;
	if (settings->brief)
		return look_briefly(&probe, small);
	pathmtu_begin(&probe.path, six ? least - 1 : small, settings->top);
	err = search(&probe, small);
	if (err <= 0)
		return err;
	result->mtu = probe.path.passes;
	result->fails = pathmtu_fails(&probe.path);
	/* what was said of larger ones is no help to who sends that much */
	if (result->router != result->fails)
		forget_router(result);
	result->verdict = conclude(&probe, least);
	if (result->verdict == PROBE_BELOW_MINIMUM)
		result->mtu = 0;
	return result->verdict == PROBE_FULL ? sweep(&probe, small) : 0;
}

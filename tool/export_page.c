// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "clock.h"
#include "cmd.h"
#include "export.h"
#include "names.h"
#include "sight.h"

static void label(struct metrics *metrics, const char *name, const char *value)
{
	char shown[96];

	metrics_label(metrics, name, text_escape(shown, sizeof(shown), value));
}

static void gauge(struct metrics *metrics, const char *name, const char *help, uint64_t value)
{
	metrics_family(metrics, METRICS_GAUGE, name, help);
	metrics_uint(metrics, value);
}

/* In one word why there is no module; see load.c, which knows more than the exit code. */
static const char *reason_of(const struct export *export)
{
	if (export->status)
		return "";
	if (export->why->reason)
		return export->why->reason;
	return export->why->exit == EXIT_RIGHT ? "rights" :
	       export->why->exit == EXIT_MODULE ? "unloaded" : "other";
}

static void module(const struct export *export, struct metrics *metrics)
{
	static const char *const reasons[] = { "absent", "unloaded", "unsigned", "stub", "version",
					       "rights", "other" };
	const char *reason = reason_of(export);

	metrics_family(metrics, METRICS_INFO, "tcpwhy_build", "The tool that wrote this.");
	label(metrics, "version", TCPWHY_TOOL_VERSION);
	metrics_uint(metrics, 1);
	gauge(metrics, "tcpwhy_module_loaded", "Whether the kernel module answers.",
	      !!export->status);
	metrics_family(metrics, METRICS_GAUGE, "tcpwhy_module_fault",
		       "1 for the reason why the kernel module does not answer.");
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		label(metrics, "reason", reasons[i]);
		metrics_uint(metrics, !strcmp(reasons[i], reason));
	}
}

static void problems(const struct export *export, struct metrics *metrics)
{
	static const char *const names[EXPORT_PROBLEMS] = {
		[EXPORT_PROBLEM_NETWORKS] = "networks", [EXPORT_PROBLEM_STATE] = "state",
		[EXPORT_PROBLEM_PEERS] = "peers", [EXPORT_PROBLEM_VERSION] = "version",
	};

	metrics_family(metrics, METRICS_GAUGE, "tcpwhy_export_problem",
		       "1 for what keeps these metrics from being whole: the networks file, the "
		       "state file, the list of peers, or a module and a tool of different versions.");
	for (size_t i = 0; i < EXPORT_PROBLEMS; i++) {
		label(metrics, "problem", names[i]);
		metrics_uint(metrics, export->problems[i]);
	}
}

static void head(const struct status *status, struct metrics *metrics)
{
	uint64_t watched = status->now > status->loaded ? status->now - status->loaded : 0;

	metrics_family(metrics, METRICS_INFO, "tcpwhy_module", "The module that is loaded.");
	label(metrics, "version", status->version);
	metrics_uint(metrics, 1);
	gauge(metrics, "tcpwhy_watched_seconds",
	      "How long this network namespace has been watched.", watched / NSEC_PER_SEC);
	gauge(metrics, "tcpwhy_lean_mode", "Whether nothing is on the data path.", status->lean);
	gauge(metrics, "tcpwhy_blind", "Whether the kernel does not call the module's kprobes.",
	      sight_blind(status));
	gauge(metrics, "tcpwhy_peers", "Peers that are known, in all network namespaces.",
	      status->peers);
	gauge(metrics, "tcpwhy_peers_limit", "Room for peers.", status->peers_max);
	gauge(metrics, "tcpwhy_memory_bytes", "Memory that the module took when it was loaded.",
	      status->memory);
	metrics_family(metrics, METRICS_COUNTER, "tcpwhy_peers_evicted",
		       "Peers that made room for others, in all network namespaces.");
	metrics_uint(metrics, status->evicted);
}

static unsigned int halves(uint8_t coverage)
{
	return coverage == TCPWHY_COVERAGE_FULL ? 2 : coverage == TCPWHY_COVERAGE_PARTIAL;
}

static void coverage(const struct status *status, struct metrics *metrics)
{
	char name[64];

	metrics_family(metrics, METRICS_GAUGE, "tcpwhy_cause_enabled",
		       "Whether the cause is switched on.");
	for (size_t i = 0; i < status->causes_count; i++) {
		metrics_label(metrics, "cause", export_name(status, status->causes[i].id, name));
		metrics_uint(metrics, status->causes[i].coverage != TCPWHY_COVERAGE_OFF);
	}
	metrics_family(metrics, METRICS_GAUGE, "tcpwhy_cause_coverage_ratio",
		       "How much of the cause can be seen here at present: 0 nothing, or it is "
		       "switched off; 0.5 some of its forms; 1 all.");
	for (size_t i = 0; i < status->causes_count; i++) {
		metrics_label(metrics, "cause", export_name(status, status->causes[i].id, name));
		metrics_half(metrics, halves(status->causes[i].coverage));
	}
}

static void sources(const struct status *status, struct metrics *metrics)
{
	metrics_family(metrics, METRICS_GAUGE, "tcpwhy_source_attached",
		       "Of the hooks that are wanted: whether the kernel calls it.");
	for (size_t i = 0; i < status->sources_count; i++) {
		const struct source *source = &status->sources[i];

		if (source->state == TCPWHY_SOURCE_STATE_OFF)
			continue;
		label(metrics, "source", source->name);
		metrics_uint(metrics, source->state == TCPWHY_SOURCE_STATE_ATTACHED);
	}
}

static void reconciled(const struct status *status, struct metrics *metrics)
{
	metrics_family(metrics, METRICS_COUNTER, "tcpwhy_kernel_events",
		       "What the kernel itself counted since the module was loaded, by the counter's "
		       "name in nstat.");
	for (size_t i = 0; i < status->reconciles_count; i++) {
		label(metrics, "counter", status->reconciles[i].name);
		metrics_uint(metrics, status->reconciles[i].kernel);
	}
	metrics_family(metrics, METRICS_COUNTER, "tcpwhy_attributed_events",
		       "What of it was attributed to peers.");
	for (size_t i = 0; i < status->reconciles_count; i++) {
		label(metrics, "counter", status->reconciles[i].name);
		metrics_uint(metrics, status->reconciles[i].attributed);
	}
	metrics_family(metrics, METRICS_GAUGE, "tcpwhy_left_over_events",
		       "What of it was attributed to nobody.");
	for (size_t i = 0; i < status->reconciles_count; i++) {
		label(metrics, "counter", status->reconciles[i].name);
		metrics_int(metrics, (int64_t)(status->reconciles[i].kernel -
					       status->reconciles[i].attributed));
	}
}

/* Of the module's own counters, those are no sums. */
static bool is_of_now(const char *name)
{
	size_t length = name ? strlen(name) : 0;

	return length > 4 && !strcmp(name + length - 4, "-now");
}

static void own_counters(const struct status *status, struct metrics *metrics)
{
	metrics_family(metrics, METRICS_COUNTER, "tcpwhy_module_occurrences",
		       "The module's own counters, all network namespaces: what it looked at, what it "
		       "passed over, and why.");
	for (size_t i = 0; i < status->counters_count; i++) {
		if (is_of_now(status->counters[i].name))
			continue;
		label(metrics, "kind", status->counters[i].name);
		metrics_uint(metrics, status->counters[i].value);
	}
	gauge(metrics, "tcpwhy_namespaces_unseen",
	      "Network namespaces in which the netfilter hooks are missing.", sight_unseen(status));
}

/* Peers of a cause with an event of the last minutes, at each confidence. */
static void count_affected(const struct export *export, uint32_t cause,
			   uint64_t counts[TCPWHY_CONFIDENCE_MAX + 1])
{
	for (size_t i = 0; i < export->now->count; i++) {
		const struct sighting *sighting = &export->now->v[i];

		if (sighting->cause == cause && sighting->confidence <= TCPWHY_CONFIDENCE_MAX &&
		    sighting->last + TALLY_AFFECTED >= export->status->now)
			counts[sighting->confidence]++;
	}
}

/* Of causes that were seen at all: that is a part of the series only, and none comes and goes. */
static void affected(const struct export *export, struct metrics *metrics)
{
	const struct status *status = export->status;
	char name[64], confidence[NAME_SIZE];

	metrics_family(metrics, METRICS_GAUGE, "tcpwhy_peers_affected",
		       "Peers with an event of this cause in the last five minutes, by how sure it "
		       "is, in this network namespace.");
	for (size_t i = 0; i < status->causes_count; i++) {
		const struct cause_status *cause = &status->causes[i];
		uint64_t counts[TCPWHY_CONFIDENCE_MAX + 1] = { 0 };

		if (!cause->count)
			continue;
		count_affected(export, cause->id, counts);
		for (int c = TCPWHY_CONFIDENCE_POSSIBLE; c <= TCPWHY_CONFIDENCE_MAX; c++) {
			metrics_label(metrics, "cause", export_name(status, cause->id, name));
			metrics_label(metrics, "confidence", name_confidence(c, confidence));
			metrics_uint(metrics, counts[c]);
		}
	}
}

void export_page(const struct export *export, struct metrics *metrics)
{
	const struct status *status = export->status;

	module(export, metrics);
	problems(export, metrics);
	if (status) {
		head(status, metrics);
		export_tallies(export, metrics);
		if (export->now)
			affected(export, metrics);
		coverage(status, metrics);
		sources(status, metrics);
		reconciled(status, metrics);
		own_counters(status, metrics);
	}
	metrics_end(metrics);
}

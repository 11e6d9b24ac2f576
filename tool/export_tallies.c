// SPDX-License-Identifier: GPL-2.0
#include "clock.h"
#include "export.h"
#include "format.h"
#include "names.h"

const char *export_name(const struct status *status, uint32_t cause, char buf[64])
{
	const struct cause_status *known = status_cause(status, cause);
	char number[NAME_SIZE];

	return text_escape(buf, 64, known && known->name ? known->name :
			   name_cause(cause, number));
}

static void exemplar(struct metrics *metrics, const struct tally_cell *cell)
{
	char peer[FORMAT_SIZE];
	struct timespec when;

	if (!cell->last)
		return;
	when = clock_wall(cell->last);
	metrics_exemplar(metrics, "peer", format_address(&cell->peer, peer),
			 (int64_t)when.tv_sec * 1000 + when.tv_nsec / 1000000);
}

static void by_cause(const struct export *export, struct metrics *metrics)
{
	const struct status *status = export->status;
	char name[64], severity[NAME_SIZE];

	metrics_family(metrics, METRICS_COUNTER, "tcpwhy_events",
		       "Events by cause since the module was loaded, in this network namespace.");
	for (size_t i = 0; i < status->causes_count; i++) {
		const struct cause_status *cause = &status->causes[i];
		const struct tally_cell *cell = tally_find(&export->tally->causes, cause->id);

		metrics_label(metrics, "cause", export_name(status, cause->id, name));
		metrics_label(metrics, "severity", name_severity(cause->severity, severity));
		if (cell)
			exemplar(metrics, cell);
		metrics_uint(metrics, cell ? cell->shown : cause->count);
	}
}

/* Every network has every cause that any of them had, so that a first event is an increase. */
static void by_network(const struct export *export, struct metrics *metrics)
{
	const struct tally *tally = export->tally;
	char name[64];

	metrics_family(metrics, METRICS_COUNTER, "tcpwhy_network_events",
		       "Events by the peer's network, as the networks file names it; other: in none "
		       "of them; unknown: the peer was evicted before this was asked.");
	for (size_t n = 0; n < tally->networks_count; n++) {
		for (size_t i = 0; i < tally->causes.count; i++) {
			const struct tally_cell *cause = &tally->causes.v[i];
			const struct tally_cell *cell = tally_find(&tally->networks[n].cells,
								   cause->cause);

			if (!cause->shown)
				continue;
			metrics_label(metrics, "network", tally->networks[n].name);
			metrics_label(metrics, "cause", export_name(export->status, cause->cause,
								    name));
			if (cell)
				exemplar(metrics, cell);
			metrics_uint(metrics, cell ? cell->shown : 0);
		}
	}
}

static void by_peer(const struct export *export, struct metrics *metrics)
{
	char name[64], peer[FORMAT_SIZE];

	metrics_family(metrics, METRICS_COUNTER, "tcpwhy_peer_events",
		       "Events of the peers that fare worst. A peer stays for an hour after it was "
		       "last one of them.");
	for (size_t n = 0; n < export->tally->top_count; n++) {
		const struct tally_peer *top = &export->tally->top[n];

		for (size_t i = 0; i < top->cells.count; i++) {
			metrics_label(metrics, "peer", format_address(&top->peer, peer));
			metrics_label(metrics, "cause", export_name(export->status,
								    top->cells.v[i].cause, name));
			metrics_uint(metrics, top->cells.v[i].shown);
		}
	}
}

void export_tallies(const struct export *export, struct metrics *metrics)
{
	by_cause(export, metrics);
	if (export->networks)
		by_network(export, metrics);
	if (export->top)
		by_peer(export, metrics);
}

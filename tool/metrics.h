/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPWHY_METRICS_H
#define TCPWHY_METRICS_H

#include <stdbool.h>
#include <stdint.h>

#include "text.h"

/*
 * A page of metrics: Prometheus' text format 0.0.4, which node_exporter's textfile collector
 * takes, or OpenMetrics 1.0.0, which has exemplars. A sample is the labels that were set since the
 * last one, then its value.
 */
struct metrics {
	struct text page;
	struct text labels;
	struct text exemplar;
	const char *family;
	int type;			/* enum metrics_type of the family */
	bool openmetrics;
};

enum metrics_type {
	METRICS_GAUGE,
	METRICS_COUNTER,	/* its samples get _total */
	METRICS_INFO,		/* its samples get _info, and are 1 */
};

void metrics_family(struct metrics *metrics, enum metrics_type type, const char *name,
		    const char *help);
/* metrics_label() - any value is let through, escaped */
void metrics_label(struct metrics *metrics, const char *name, const char *value);
/* metrics_exemplar() - one case of what the next sample counts; @ms of wall-clock time */
void metrics_exemplar(struct metrics *metrics, const char *label, const char *value, int64_t ms);
void metrics_uint(struct metrics *metrics, uint64_t value);
void metrics_int(struct metrics *metrics, int64_t value);
/* metrics_half() - a number of halves */
void metrics_half(struct metrics *metrics, unsigned int halves);
/* metrics_end() - nothing may follow; the page is @metrics->page */
void metrics_end(struct metrics *metrics);
void metrics_free(struct metrics *metrics);

#endif

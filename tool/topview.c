// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "clock.h"
#include "format.h"
#include "names.h"
#include "netns.h"
#include "sight.h"
#include "text.h"
#include "topview.h"

const char *top_sort_name(enum top_sort sort)
{
	static const char *const names[SORTS] = {
		[SORT_SEVERITY] = "severity", [SORT_RATE] = "rate", [SORT_COUNT] = "count",
		[SORT_LAST] = "last", [SORT_PEER] = "peer",
	};

	return names[sort];
}

/* Cut @line to @width columns; a character of UTF-8 is one column here. */
static void cut(char *line, size_t width)
{
	size_t columns = 0;

	for (char *c = line; *c; c++) {
		if (((unsigned char)*c & 0xc0) == 0x80)
			continue;
		if (columns++ == width) {
			*c = '\0';
			return;
		}
	}
}

void top_title(const struct top *top, char *line, size_t width)
{
	const struct status *status = &top->session.status;
	char host[65] = "", shown[80], age[FORMAT_SIZE], coverage[SIGHT_SIZE];
	const char *dot = text_dot();
	struct utsname kernel;

	gethostname(host, sizeof(host) - 1);
	uname(&kernel);
	snprintf(line, TOP_LINE, "tcpwhy top%s%s%s%s%s", dot,
		 text_escape(shown, sizeof(shown), host), dot, kernel.release, dot);
	if (top->connected)
		snprintf(line + strlen(line), TOP_LINE - strlen(line),
			 "%s since load%s%u peer%s, %" PRIu64 " evicted%scoverage %s",
			 format_duration(clock_ago(status->loaded), age), dot,
			 top->all_netns ? status->peers : status->peers_here,
			 (top->all_netns ? status->peers : status->peers_here) == 1 ? "" : "s",
			 status->evicted, dot, sight_coverage(status, coverage));
	else
		snprintf(line + strlen(line), TOP_LINE - strlen(line), "%.200s",
			 client_loaded() ? top->fault.text : "NO MODULE, waiting for it");
	cut(line, width);
}

void top_summary(const struct top *top, char *line, size_t width)
{
	const char *dot = text_dot();
	size_t trouble = 0, notice = 0, info = 0;

	for (size_t i = 0; i < top->shown_count; i++) {
		trouble += top->shown[i]->severity == TCPWHY_SEVERITY_TROUBLE;
		notice += top->shown[i]->severity == TCPWHY_SEVERITY_NOTICE;
		info += top->shown[i]->severity == TCPWHY_SEVERITY_INFO;
	}
	snprintf(line, TOP_LINE, "%s%zu trouble%s%zu notice%s%zu info%s%ssorted by %s%s%s%s%s",
		 top->paused ? "PAUSED  " : "", trouble, dot, notice, dot,
		 top->info ? info : top->info_hidden, top->info ? "" : " hidden", dot,
		 top_sort_name(top->sort), top->all_netns ? dot : "",
		 top->all_netns ? "all namespaces" : "", *top->filter ? dot : "",
		 *top->filter ? "filter: " : "");
	snprintf(line + strlen(line), TOP_LINE - strlen(line), "%s", top->filter);
	cut(line, width);
}

/* Seven columns hold any count. */
static const char *short_count(uint64_t count, char *buf)
{
	static const char units[] = "kMGTPE";
	unsigned int unit = 0;

	if (count < 10000000) {
		snprintf(buf, FORMAT_SIZE, "%" PRIu64, count);
		return buf;
	}
	for (count /= 1000; count >= 1000000 && unit < 5; unit++)
		count /= 1000;
	snprintf(buf, FORMAT_SIZE, "%" PRIu64 "%c", count, units[unit]);
	return buf;
}

static int clamp(int value, int low, int high)
{
	return value < low ? low : value > high ? high : value;
}

void top_layout(const struct top *top, size_t first, size_t lines, size_t width,
		struct top_layout *layout)
{
	char buf[NETNS_NAME_SIZE];
	int peer = 0, cause = 0, count = 0, netns = 0;

	for (size_t i = first; i < top->shown_count && i - first < lines; i++) {
		int size = strlen(format_address(&top->shown[i]->peer, buf));

		peer = size > peer ? size : peer;
		size = strlen(name_cause(top->shown[i]->cause, buf));
		cause = size > cause ? size : cause;
		size = strlen(short_count(top->shown[i]->count, buf));
		count = size > count ? size : count;
		size = strlen(netns_name(top->shown[i]->netns, buf));
		netns = size > netns ? size : netns;
	}
	layout->width = width < TOP_LINE - 1 ? width : TOP_LINE - 1;
	layout->peer = clamp(peer, 9, 39);
	layout->cause = clamp(cause, 13, 24);
	layout->count = clamp(count, 5, 7);
	layout->netns = top->all_netns ? clamp(netns, 5, 16) : 0;
	layout->rate = width >= 60;
	layout->sure = width >= 80;
}

/* The columns before WHAT, for a row and for the headings alike. */
static void columns(const struct top_layout *layout, char *line, const char *mark,
		    const char *peer, const char *cause, const char *count, const char *rate,
		    const char *last, const char *sure, const char *netns)
{
	size_t len;

	len = snprintf(line, TOP_LINE, "%-3s %-*s %-*s %*s", mark, layout->peer, peer,
		       layout->cause, cause, layout->count, count);
	if (layout->rate)
		len += snprintf(line + len, TOP_LINE - len, " %5s", rate);
	len += snprintf(line + len, TOP_LINE - len, " %4s", last);
	if (layout->sure)
		len += snprintf(line + len, TOP_LINE - len, "  %-8s", sure);
	if (layout->netns)
		snprintf(line + len, TOP_LINE - len, " "
						     "%-*.*s", layout->netns, layout->netns, netns);
}

void top_headings(const struct top_layout *layout, char *line)
{
	size_t len;

	columns(layout, line, "SEV", "PEER", "CAUSE", "COUNT", "/s", "LAST", "SURE", "NETNS");
	len = strlen(line);
	snprintf(line + len, TOP_LINE - len, " WHAT");
	cut(line, layout->width);
}

void top_row(const struct top_layout *layout, const struct row *row, char *line)
{
	char peer[FORMAT_SIZE], cause[NAME_SIZE], count[FORMAT_SIZE], rate[FORMAT_SIZE];
	char last[FORMAT_SIZE], sure[NAME_SIZE], netns[NETNS_NAME_SIZE], what[TOP_LINE];
	const char *mark = row->severity == TCPWHY_SEVERITY_TROUBLE ? "!!" :
			   row->severity == TCPWHY_SEVERITY_NOTICE ? "!" :
			   row->severity == TCPWHY_SEVERITY_INFO ? "." : "?";
	size_t len;

	columns(layout, line, mark, format_address(&row->peer, peer),
		name_cause(row->cause, cause), short_count(row->count, count),
		format_rate(row->rate, rate), format_age(clock_ago(row->last), last),
		name_confidence(row->confidence, sure), netns_name(row->netns, netns));
	format_what(row, what, sizeof(what));
	len = strlen(line);
	snprintf(line + len, TOP_LINE - len, " %s", what);
	cut(line, layout->width);
}

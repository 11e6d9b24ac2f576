// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "../export_floor.h"
#include "../export_round.h"
#include "../replace.h"
#include "../tally_state.h"

static void tell(const struct fault *fault)
{
	complain(fault);
}

/* One run at a time, or each would count what the other has counted, too. Kept until the end. */
static int lock_state(const char *path, struct fault *fault)
{
	char lock[PATH_MAX], shown[160];
	int fd;

	snprintf(lock, sizeof(lock), "%s.lock", path);
	fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd >= 0 && !flock(fd, LOCK_EX))
		return fd;
	fault_set(fault, EXIT_OTHER, "cannot lock %s: %s", text_escape(shown, sizeof(shown), lock),
		  strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

/*
 * The state is written first: a page that could not be written is made up for by the next, but
 * what was shown and is not in the state would be counted anew, and perhaps to another network.
 */
static void look_with_state(struct round *round, const struct session *session, const char *path)
{
	struct fault fault;
	int lock = lock_state(path, &fault);

	if (lock < 0 || tally_load(&round->tally, path, &fault)) {
		round_problem(round, EXPORT_PROBLEM_STATE, &fault);
		round_look(round, session, false);
	} else {
		round_look(round, session, true);
		if (tally_save(&round->tally, path, &fault)) {
			round_problem(round, EXPORT_PROBLEM_STATE, &fault);
			round->export.networks = false;
			round->export.top = false;
		}
	}
	if (lock >= 0)
		close(lock);
}

static void look(struct round *round, const struct session *session, const struct args *args,
		 struct metrics *metrics)
{
	if (args->state) {
		look_with_state(round, session, args->state);
		return;
	}
	tally_begin(&round->tally, &session->status);
	if (args->write && strcmp(args->write, "-"))
		floor_read(&round->tally, &session->status, args->write);
	round_look(round, session, false);
	floor_mark(&session->status, &metrics->page);
}

static int put(const struct args *args, const struct metrics *metrics, int err)
{
	struct fault fault;

	if (!args->write || !strcmp(args->write, "-")) {
		fputs(metrics->page.s, stdout);
		return err;
	}
	if (replace_file(args->write, &metrics->page, 0644, &fault)) {
		complain(&fault);
		return err ? err : fault.exit;
	}
	return err;
}

int cmd_export(struct args *args)
{
	struct round round = { .networks_path = args->networks, .top = args->top, .tell = tell };
	struct metrics metrics = { 0 };
	struct session session;
	struct fault fault;
	int err;

	if (!args->state && (args->networks || args->top))
		return usage_error("export: --%s needs --state FILE, to keep what it has counted",
				   args->networks ? "networks" : "top");
	round_begin(&round);
	if (session_begin(&session, args, &fault))
		round_no_module(&round, &fault);
	else
		look(&round, &session, args, &metrics);
	export_page(&round.export, &metrics);
	err = put(args, &metrics, round.exit);
	metrics_free(&metrics);
	round_end(&round);
	tally_free(&round.tally);
	session_end(&session);
	return err;
}

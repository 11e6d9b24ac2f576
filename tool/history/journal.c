// SPDX-License-Identifier: GPL-2.0
/*
 * libsystemd is loaded when it is asked for: most of the tool's commands have no use for it, a
 * host without systemd has none, and with all that it needs it is larger than the tool.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "cmd.h"
#include "history/journal.h"
#include "text.h"

#define WITHOUT "'tcpwhy watch -J --file FILE' writes the history without it"

const char *journal_boot(char buf[BOOT_SIZE])
{
	FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");

	if (!file || !fgets(buf, BOOT_SIZE, file))
		snprintf(buf, BOOT_SIZE, "unknown");
	if (file)
		fclose(file);
	buf[strcspn(buf, "\n")] = '\0';
	return buf;
}

#ifdef HAVE_LIBSYSTEMD
#include <systemd/sd-journal.h>

#define SOCKET "/run/systemd/journal/socket"
/* what the entries have in common */
#define OURS "SYSLOG_IDENTIFIER=tcpwhy"
#define FIELD "TCPWHY_"

/* All that is used of it. */
#define FUNCTIONS(X)								\
	X(sendv) X(open) X(close) X(add_match) X(add_disjunction)		\
	X(add_conjunction) X(flush_matches) X(seek_head) X(seek_realtime_usec)	\
	X(next) X(restart_data) X(enumerate_data) X(get_realtime_usec) X(wait)	\
	X(has_runtime_files) X(has_persistent_files)

#define DECLARE(name) typeof(sd_journal_##name) *name;

struct journal {
	void *library;
	sd_journal *reader;
	FUNCTIONS(DECLARE)
};

static int no_function(struct fault *fault, const char *name)
{
	fault_set(fault, EXIT_OTHER, "libsystemd is too old: it has no %s()", name);
	return -1;
}

#define RESOLVE(name)								\
	journal->name = (typeof(journal->name))dlsym(journal->library, "sd_journal_" #name);	\
	if (!journal->name)							\
		return no_function(fault, "sd_journal_" #name);

static int load(struct journal *journal, struct fault *fault)
{
	journal->library = dlopen("libsystemd.so.0", RTLD_NOW | RTLD_LOCAL);
	if (!journal->library) {
		fault_set(fault, EXIT_OTHER, "no journal: libsystemd is not installed here; "
			  WITHOUT);
		return -1;
	}
	FUNCTIONS(RESOLVE)
	return 0;
}

static int cannot(struct fault *fault, const char *what, int error)
{
	fault_set(fault, EXIT_OTHER, "cannot %s the journal: %s", what, strerror(-error));
	return -1;
}

int journal_open(struct journal **journal, struct fault *fault)
{
	struct journal *new = xcalloc(1, sizeof(*new));

	if (load(new, fault)) {
		journal_close(new);
		return -1;
	}
	*journal = new;
	return 0;
}

void journal_close(struct journal *journal)
{
	if (!journal)
		return;
	if (journal->reader)
		journal->close(journal->reader);
	/* it stays loaded: libgcrypt and its like do not care to be unloaded */
	free(journal);
}

int journal_write(struct journal *journal, const struct fields *fields, struct fault *fault)
{
	struct iovec parts[FIELDS_MOST];
	int err;

	/* sd_journal_sendv() takes it for success when nobody is there */
	if (access(SOCKET, W_OK)) {
		fault_set(fault, EXIT_OTHER, "cannot write to the journal: %s: %s; " WITHOUT,
			  SOCKET, strerror(errno));
		return -1;
	}
	for (size_t i = 0; i < fields->count; i++) {
		parts[i].iov_base = fields->v[i];
		parts[i].iov_len = strlen(fields->v[i]);
	}
	err = journal->sendv(parts, fields->count);
	return err < 0 ? cannot(fault, "write to", err) : 0;
}

static int open_reader(struct journal *journal, struct fault *fault)
{
	int err;

	if (journal->reader)
		return 0;
	err = journal->open(&journal->reader, SD_JOURNAL_LOCAL_ONLY | SD_JOURNAL_SYSTEM);
	if (err < 0)
		return cannot(fault, "open", err);
	if (journal->has_runtime_files(journal->reader) > 0 ||
	    journal->has_persistent_files(journal->reader) > 0)
		return 0;
	fault_set(fault, EXIT_OTHER, "no journal that could be read: there is none in "
		  "/var/log/journal and /run/log/journal, or only root and the group "
		  "systemd-journal may read it");
	return -1;
}

int journal_find(struct journal *journal, uint64_t since_us, const char *match,
		 struct fault *fault)
{
	sd_journal *reader;
	int err;

	if (open_reader(journal, fault))
		return -1;
	reader = journal->reader;
	journal->flush_matches(reader);
	err = journal->add_match(reader, OURS, 0);
	if (err >= 0 && match)
		err = journal->add_match(reader, match, 0);
	if (err >= 0)
		err = journal->add_conjunction(reader);
	if (err >= 0)
		err = journal->add_match(reader, "_UID=0", 0);
	if (err >= 0)
		err = journal->add_disjunction(reader);
	if (err >= 0)
		err = journal->add_match(reader, "_SYSTEMD_UNIT=tcpwhy-watch.service", 0);
	if (err >= 0)
		err = since_us ? journal->seek_realtime_usec(reader, since_us) :
				 journal->seek_head(reader);
	return err < 0 ? cannot(fault, "search", err) : 0;
}

static void keep(struct fields *fields, const char *data, size_t size)
{
	if (size < strlen(FIELD) || memcmp(data, FIELD, strlen(FIELD)) ||
	    fields->count == FIELDS_MOST)
		return;
	fields->v[fields->count] = xcalloc(1, size + 1);
	memcpy(fields->v[fields->count++], data, size);
}

int journal_next(struct journal *journal, struct fields *fields, uint64_t *when_us,
		 struct fault *fault)
{
	const void *data;
	size_t size;
	int got = journal->next(journal->reader);

	fields_free(fields);
	if (got < 0)
		return cannot(fault, "read", got);
	if (!got)
		return 0;
	got = journal->get_realtime_usec(journal->reader, when_us);
	if (got < 0)
		return cannot(fault, "read", got);
	journal->restart_data(journal->reader);
	while ((got = journal->enumerate_data(journal->reader, &data, &size)) > 0)
		keep(fields, data, size);
	/* an entry that is broken is left out, as journalctl does: there are others */
	return 1;
}

void journal_wait(struct journal *journal, unsigned int ms)
{
	journal->wait(journal->reader, ms * 1000ULL);
}

#else

int journal_open(struct journal **journal, struct fault *fault)
{
	(void)journal;
	fault_set(fault, EXIT_OTHER, "no journal: this tcpwhy was built without libsystemd; "
		  WITHOUT);
	return -1;
}

void journal_close(struct journal *journal)
{
	(void)journal;
}

int journal_write(struct journal *journal, const struct fields *fields, struct fault *fault)
{
	(void)fields;
	return journal_open(&journal, fault);
}

int journal_find(struct journal *journal, uint64_t since_us, const char *match,
		 struct fault *fault)
{
	(void)since_us;
	(void)match;
	return journal_open(&journal, fault);
}

int journal_next(struct journal *journal, struct fields *fields, uint64_t *when_us,
		 struct fault *fault)
{
	(void)fields;
	(void)when_us;
	return journal_open(&journal, fault);
}

void journal_wait(struct journal *journal, unsigned int ms)
{
	(void)journal;
	(void)ms;
}

#endif

// SPDX-License-Identifier: GPL-2.0
/*
 * The module is loaded on the word of who may load modules, and of nobody else. The kernel would
 * do it for any user who asks for the family, if the module had its alias.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <locale.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/capability.h>

#include "cmd.h"
#include "load.h"
#include "text.h"

/* The number of the initial user namespace: include/linux/proc_ns.h, PROC_USER_INIT_INO */
#define INITIAL_USERNS 0xeffffffdU

/* What became of it, and what it takes to say why. */
struct attempt {
	struct utsname kernel;
	bool installed;		/* for this kernel */
	bool allowed;		/* may load modules: then modprobe was run */
	bool disabled;		/* nobody may any more, until the next boot */
	bool lockdown;		/* of the kernel, as Secure Boot brings about */
	int status;		/* modprobe's, or -1 if it could not be run */
	char said[512];		/* by modprobe */
};

static bool first_line(const char *path, char *line, size_t size)
{
	FILE *file = fopen(path, "re");
	bool found = file && fgets(line, size, file);

	if (file)
		fclose(file);
	if (found)
		line[strcspn(line, "\n")] = '\0';
	return found;
}

/*
 * In a user namespace of one's own all capabilities are there, and none counts for modules.
 * A container's root must not even try: it would run what its own image calls modprobe.
 */
static bool may_load(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct caps[_LINUX_CAPABILITY_U32S_3] = { 0 };
	struct stat user;

	return !stat("/proc/self/ns/user", &user) && user.st_ino == INITIAL_USERNS &&
	       !syscall(SYS_capget, &header, caps) &&
	       caps[CAP_TO_INDEX(CAP_SYS_MODULE)].effective & CAP_TO_MASK(CAP_SYS_MODULE);
}

/* Of "updates/dkms/tcpwhy.ko.xz: ...": cuts the line to the file's name. */
static bool names_module(char *line)
{
	char *name;

	line[strcspn(line, ":\n")] = '\0';
	name = strrchr(line, '/');
	name = name ? name + 1 : line;
	return !strncmp(name, "tcpwhy.ko", strlen("tcpwhy.ko"));
}

/* In the list that modprobe goes by, and the file is there. */
static bool is_installed(const char *release)
{
	char path[PATH_MAX], *line = NULL;
	bool found = false;
	size_t size = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/lib/modules/%s/modules.dep", release);
	file = fopen(path, "re");
	while (file && !found && getline(&line, &size, file) > 0) {
		if (!names_module(line))
			continue;
		snprintf(path, sizeof(path), "/lib/modules/%s/%s", release, line);
		found = !access(path, F_OK);
	}
	if (file)
		fclose(file);
	free(line);
	return found;
}

/* All it says, of which as much is kept as fits. */
static void listen_to(int fd, char *said, size_t size)
{
	char rest[256];
	size_t len = 0;
	ssize_t got;

	do {
		bool room = len < size - 1;

		got = read(fd, room ? said + len : rest, room ? size - 1 - len : sizeof(rest));
		if (got > 0 && room)
			len += got;
	} while (got > 0 || (got < 0 && errno == EINTR));
	said[len] = '\0';
}

static int spawn(const char *path, int output, pid_t *pid)
{
	/* -b: the operator's blacklist holds for a name as well as for an alias */
	static char *const argv[] = { "modprobe", "-b", "--", "tcpwhy", NULL };
	/* Nothing of the caller's: MODPROBE_OPTIONS, a PATH for `install` lines, a language */
	static char *const envp[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/", "LC_ALL=C",
				      NULL };
	posix_spawn_file_actions_t actions;
	int err;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
	err = posix_spawn(pid, path, &actions, NULL, argv, envp);
	posix_spawn_file_actions_destroy(&actions);
	return err;
}

/*
 * The program that the kernel itself would run, by the path that only root can set: nothing is
 * looked for in the caller's PATH. It knows the machine's options, `install` and `blacklist` lines.
 */
static void run_modprobe(struct attempt *attempt)
{
	char path[256];
	pid_t pid, done;
	int ends[2], status;

	attempt->status = -1;
	if (!first_line("/proc/sys/kernel/modprobe", path, sizeof(path)) || *path != '/' ||
	    pipe2(ends, O_CLOEXEC))
		return;
	if (spawn(path, ends[1], &pid)) {
		close(ends[0]);
		close(ends[1]);
		return;
	}
	close(ends[1]);
	listen_to(ends[0], attempt->said, sizeof(attempt->said));
	close(ends[0]);
	do
		done = waitpid(pid, &status, 0);
	while (done < 0 && errno == EINTR);
	if (done == pid)
		attempt->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

/* modprobe ends with 1 for each errno, and tells which in words: here those of the C locale. */
static bool said(const struct attempt *attempt, int error)
{
	locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	bool found = c && strstr(attempt->said, strerror_l(error, c));

	if (c)
		freelocale(c);
	return found;
}

static void last_line(const struct attempt *attempt, char *line, size_t size)
{
	char copy[sizeof(attempt->said)];
	size_t len;
	char *start;

	memcpy(copy, attempt->said, sizeof(copy));
	for (len = strlen(copy); len && copy[len - 1] == '\n'; len--)
		copy[len - 1] = '\0';
	start = strrchr(copy, '\n');
	text_escape(line, size, start ? start + 1 : copy);
}

static void explain_signature(struct fault *fault, const char *reason)
{
	fault_set(fault, EXIT_MODULE, "%s: with Secure Boot, or module.sig_enforce=1, the kernel "
		  "takes only modules signed with a key that it knows. Enrol DKMS's key: mokutil "
		  "--import /var/lib/dkms/mok.pub   (and confirm at the next boot)", reason);
	fault->reason = "unsigned";
}

static void explain_eperm(struct fault *fault, const struct attempt *attempt)
{
	if (attempt->disabled)
		fault_set(fault, EXIT_MODULE, "the kernel module is not loaded, and the kernel "
			  "takes none until the next boot: kernel.modules_disabled is 1");
	else if (attempt->lockdown)
		explain_signature(fault, "the kernel is locked down, and does not take the module "
				  "unsigned");
	else
		fault_set(fault, EXIT_MODULE, "the kernel does not let this process load the "
			  "module: Secure Boot forbids it (see 'dmesg'), or a sandbox does");
}

static void explain_kept_out(struct fault *fault)
{
	fault_set(fault, EXIT_MODULE, "the kernel module is not loaded: a line in /etc/modprobe.d "
		  "keeps it out (blacklist or install). To load it all the same: "
		  "modprobe --ignore-install tcpwhy");
}

static void explain_refusal(struct fault *fault, const struct attempt *attempt)
{
	const struct utsname *kernel = &attempt->kernel;
	char line[256];

	if (strstr(attempt->said, "install command")) {
		explain_kept_out(fault);
	} else if (said(attempt, EKEYREJECTED) || said(attempt, ENOKEY)) {
		explain_signature(fault, "the kernel does not take the module's signature");
	} else if (said(attempt, EOPNOTSUPP)) {
		fault_set(fault, EXIT_MODULE, "the module was not built for this kernel (%s), and a "
			  "stub stands in its place. The compiler's log says why: "
			  "/var/lib/dkms/tcpwhy/*/%s/%s/log/make.log", kernel->release,
			  kernel->release, kernel->machine);
		fault->reason = "stub";
	} else if (said(attempt, ENOEXEC)) {
		fault_set(fault, EXIT_MODULE, "the installed module was built for another kernel "
			  "than this (%s): see 'dmesg'", kernel->release);
	} else if (said(attempt, EPERM)) {
		explain_eperm(fault, attempt);
	} else {
		last_line(attempt, line, sizeof(line));
		fault_set(fault, EXIT_MODULE, "the kernel module cannot be loaded: %s   (see "
			  "'dmesg', and /etc/modprobe.d)", *line ? line : "modprobe gives no reason");
	}
}

/* It must not be told to run what is not there, either. */
static void explain_no_modprobe(struct fault *fault)
{
	static const char *const usual[] = { "/usr/sbin/modprobe", "/sbin/modprobe" };

	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
		if (access(usual[i], X_OK))
			continue;
		fault_set(fault, EXIT_MODULE, "the kernel module is not loaded, and the program "
			  "that kernel.modprobe names cannot be run. Load it: %s tcpwhy", usual[i]);
		return;
	}
	fault_set(fault, EXIT_MODULE, "the kernel module is not loaded, and there is no modprobe "
		  "here that could load it: load it from the host, or install kmod");
}

/* Why the module is not there, and what to do about it. */
static void explain(struct fault *fault, const struct attempt *attempt)
{
	if (!attempt->installed) {
		fault_set(fault, EXIT_MODULE, "the kernel module is not installed for this kernel "
			  "(%s). Install it: 'make dkms-install' in tcpwhy's source tree",
			  attempt->kernel.release);
		fault->reason = "absent";
	} else if (!attempt->allowed) {
		fault_set(fault, EXIT_MODULE, "the kernel module is not loaded, and only root of "
			  "the host can load it. There: sudo modprobe tcpwhy");
	} else if (attempt->status < 0) {
		explain_no_modprobe(fault);
	} else if (attempt->status > 0) {
		explain_refusal(fault, attempt);
	} else {
		explain_kept_out(fault);
	}
}

int load_module(struct fault *fault)
{
	struct attempt attempt = { 0 };
	char line[64];

	uname(&attempt.kernel);
	attempt.allowed = may_load();
	if (attempt.allowed)
		run_modprobe(&attempt);
	if (attempt.allowed && !attempt.status && !access("/sys/module/tcpwhy", F_OK))
		return 0;
	attempt.installed = is_installed(attempt.kernel.release);
	attempt.disabled = first_line("/proc/sys/kernel/modules_disabled", line, sizeof(line)) &&
			   *line == '1';
	attempt.lockdown = first_line("/sys/kernel/security/lockdown", line, sizeof(line)) &&
			   !strstr(line, "[none]");
	explain(fault, &attempt);
	return -1;
}

// SPDX-License-Identifier: GPL-2.0
/* What a user is told where the module is not there: load.c, given what modprobe says. */
#include "../load.c"

#include "unit.h"

static struct attempt attempted(int status, const char *words)
{
	struct attempt attempt = {
		.kernel = { .release = "6.1.0-99-test", .machine = "x86_64" },
		.installed = true,
		.allowed = true,
		.status = status,
	};

	snprintf(attempt.said, sizeof(attempt.said), "%s", words);
	return attempt;
}

/* As kmod's modprobe says an errno in the C locale. */
static struct attempt refused(const char *reason)
{
	char words[256];

	snprintf(words, sizeof(words), "modprobe: ERROR: could not insert 'tcpwhy': %s\n", reason);
	return attempted(1, words);
}

static const char *told(const struct attempt *attempt)
{
	static struct fault fault;

	memset(&fault, 0, sizeof(fault));
	explain(&fault, attempt);
	EXPECT(fault.exit == EXIT_MODULE);
	EXPECT(!strchr(fault.text, '\n'));
	/* it was not cut */
	EXPECT(strlen(fault.text) < sizeof(fault.text) - 1);
	return fault.text;
}

#define EXPECT_TOLD(attempt, words) EXPECT(strstr(told(&(attempt)), words))

static void what_is_not_installed_is_to_be_installed(void)
{
	struct attempt attempt = attempted(1, "modprobe: FATAL: Module tcpwhy not found\n");

	attempt.installed = false;
	EXPECT_TOLD(attempt, "not installed for this kernel (6.1.0-99-test)");
	EXPECT_TOLD(attempt, "dkms-install");
	attempt.allowed = false;
	EXPECT_TOLD(attempt, "not installed for this kernel (6.1.0-99-test)");
}

static void who_may_not_load_it_is_told_who_may(void)
{
	struct attempt attempt = attempted(0, "");

	attempt.allowed = false;
	EXPECT_TOLD(attempt, "sudo modprobe tcpwhy");
}

static void a_stub_is_not_taken_for_the_module(void)
{
	struct attempt attempt = refused("Operation not supported");

	EXPECT_TOLD(attempt, "not built for this kernel (6.1.0-99-test)");
	EXPECT_TOLD(attempt, "/var/lib/dkms/tcpwhy/*/6.1.0-99-test/x86_64/log/make.log");
	EXPECT(!strstr(told(&attempt), "modprobe tcpwhy"));
}

static void a_refused_signature_is_about_keys(void)
{
	static const char *const reasons[] = {
		"Key was rejected by service", "Required key not available",
	};

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		struct attempt attempt = refused(reasons[i]);

		EXPECT_TOLD(attempt, "signature");
		EXPECT_TOLD(attempt, "Secure Boot");
		EXPECT_TOLD(attempt, "mokutil --import");
		EXPECT(!strstr(told(&attempt), "modprobe tcpwhy"));
	}
}

static void not_permitted_is_told_by_what_forbids_it(void)
{
	struct attempt attempt = refused("Operation not permitted");

	EXPECT_TOLD(attempt, "does not let this process load");
	attempt.lockdown = true;
	EXPECT_TOLD(attempt, "locked down");
	EXPECT_TOLD(attempt, "mokutil --import");
	attempt.disabled = true;
	EXPECT_TOLD(attempt, "kernel.modules_disabled");
}

static void the_operators_word_is_respected_and_named(void)
{
	/* blacklist, or `install tcpwhy /bin/true`: modprobe is content */
	struct attempt attempt = attempted(0, "");

	EXPECT_TOLD(attempt, "/etc/modprobe.d keeps it out");
	attempt = attempted(1, "modprobe: ERROR: ../libkmod/libkmod-module.c:1084 command_do() Error "
			       "running install command '/bin/false' for module tcpwhy: retcode 1\n"
			       "modprobe: ERROR: could not insert 'tcpwhy': Invalid argument\n");
	EXPECT_TOLD(attempt, "/etc/modprobe.d keeps it out");
	attempt = attempted(-1, "");
	EXPECT_TOLD(attempt, "kernel.modprobe");
}

static void any_other_error_is_in_modprobes_own_words(void)
{
	struct attempt attempt = refused("Exec format error");

	EXPECT_TOLD(attempt, "built for another kernel");
	attempt = attempted(1, "modprobe: one\nmodprobe: \033[2Jtwo\n");
	EXPECT_TOLD(attempt, "cannot be loaded: modprobe: \\x1b[2Jtwo   (see 'dmesg'");
	EXPECT(!strstr(told(&attempt), "one"));
	attempt = attempted(1, "");
	EXPECT_TOLD(attempt, "modprobe gives no reason");
}

/* Words of the C locale are compared with, whatever the user's language. */
static void the_users_language_is_not_modprobes(void)
{
	struct attempt attempt = refused(strerror(EKEYREJECTED));

	EXPECT(said(&attempt, EKEYREJECTED));
	EXPECT(!said(&attempt, EPERM));
}

static void the_list_of_modules_is_read(void)
{
	char packed[] = "updates/dkms/tcpwhy.ko.xz: kernel/net/ipv4/a.ko\n", bare[] = "tcpwhy.ko:\n";
	char other[] = "kernel/net/nottcpwhy.ko: updates/tcpwhy.ko\n", rest[] = "kernel/net/tcpwhynot.ko:\n";

	EXPECT(names_module(packed));
	EXPECT_TEXT(packed, "updates/dkms/tcpwhy.ko.xz");
	EXPECT(names_module(bare));
	EXPECT(!names_module(other));
	EXPECT(!names_module(rest));
}

const struct unit_test load_tests[] = {
	TEST(what_is_not_installed_is_to_be_installed),
	TEST(who_may_not_load_it_is_told_who_may),
	TEST(a_stub_is_not_taken_for_the_module),
	TEST(a_refused_signature_is_about_keys),
	TEST(not_permitted_is_told_by_what_forbids_it),
	TEST(the_operators_word_is_respected_and_named),
	TEST(any_other_error_is_in_modprobes_own_words),
	TEST(the_users_language_is_not_modprobes),
	TEST(the_list_of_modules_is_read),
	{ 0 }
};

// SPDX-License-Identifier: GPL-2.0
/*
 * What DKMS gets where the module does not compile, so that a kernel update is not held up by it
 * (see dkms.mk). It says so and refuses to load. Only what every kernel has is used here.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/errno.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <generated/utsrelease.h>

static int __init tcpwhy_stub_init(void)
{
	pr_err("was not built for this kernel: see /var/lib/dkms/tcpwhy/" TCPWHY_VERSION
	       "/" UTS_RELEASE "/*/log/make.log, and dkms status\n");
	return -EOPNOTSUPP;
}

static void __exit tcpwhy_stub_exit(void)
{
}

module_init(tcpwhy_stub_init);
module_exit(tcpwhy_stub_exit);

MODULE_LICENSE("GPL");
MODULE_AUTHOR("The tcpwhy authors");
MODULE_DESCRIPTION("In place of tcpwhy, which did not compile for this kernel: refuses to load");
MODULE_VERSION(TCPWHY_VERSION);
MODULE_INFO(tcpwhy_stub, "the module did not compile for this kernel");

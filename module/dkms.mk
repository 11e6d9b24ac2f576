# SPDX-License-Identifier: GPL-2.0
# What DKMS runs (see dkms.conf), in its copy of the source: make -f module/dkms.mk KDIR=DIR
#
# A build that fails leaves the kernel's packages half configured, and security updates behind them (Debian 12 and 13). So
# where the module does not compile, a stub is built that says so (stub.c). The compiler's errors stay in DKMS's make.log,
# and post-install warns.
#
# Not "make ... || make ..." in dkms.conf: DKMS adds words to the ends of that line, and older ones log its last command only.

build := $(MAKE) -C $(KDIR) M=$(CURDIR) modules

all:
	$(build) || { \
		echo 'tcpwhy: the module does not compile for this kernel. A stub is built in its place:'; \
		$(build) TCPWHY_STUB=1; \
	}

.PHONY: all

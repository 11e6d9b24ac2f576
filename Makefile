# SPDX-License-Identifier: GPL-2.0
# The top of tcpwhy: module (see Kbuild), tool, and everything that is run on them. `make help` lists it.

KERNELRELEASE_HERE ?= $(shell uname -r)
KDIR ?= /lib/modules/$(KERNELRELEASE_HERE)/build
PREFIX ?= /usr/local
DESTDIR ?=
KERNELS ?= bullseye bookworm trixie backports rt debug

VERSION := $(shell sed -n 's/^PACKAGE_VERSION=//p' dkms.conf | tr -d '"')
SUDO := $(shell [ "$$(id -u)" = 0 ] || command -v sudo)

# Output of kbuild and our own recipes stays readable when targets run side by side.
MAKEFLAGS += --no-print-directory

.PHONY: all module tool run quick check bench score fuzz endurance needs install modules_install dkms-install load-at-boot deb rpm check-packages builds uninstall clean help
.DEFAULT_GOAL := all

all: module tool ## build the module for this kernel, and the tool

module:
	@if [ -e $(KDIR)/Makefile ]; then \
		$(MAKE) -C $(KDIR) M=$(CURDIR) modules; \
	else \
		echo "no module built: no headers of $(KERNELRELEASE_HERE) in $(KDIR) (linux-headers package, or KDIR=...)"; \
	fi

tool:
	@$(MAKE) -C tool all

run: needs ## see it work: here where this kernel takes a module, else in a VM
	@$(SUDO) tests/vm/run-here

check: needs ## run every test, each scenario on two kernels; KERNELS="bookworm ..." for some kernels only
	@$(SUDO) env TCPWHY_CACHE="$${TCPWHY_CACHE:-}" tests/vm/check $(KERNELS)

check-all: needs ## the same, and each scenario on every kernel
	@$(SUDO) env TCPWHY_CACHE="$${TCPWHY_CACHE:-}" ALL=1 tests/vm/check $(KERNELS)

quick: needs ## a first answer in two minutes: unit tests, ABI, tool, and some scenarios of each kind on 6.1
	@$(SUDO) env TCPWHY_CACHE="$${TCPWHY_CACHE:-}" ONLY="quick unit tool abi" tests/vm/check bookworm

BENCH_KERNELS ?= bookworm backports
# DOCS=1: tables and picture go into docs/ as well.
DOCS ?=
WORDS ?=

bench: needs ## what tcpwhy costs, in instructions, beside empty hooks, bpftrace, bcc and conntrack
	@$(SUDO) tests/vm/needs gnuplot-nox
	@$(SUDO) env TCPWHY_CACHE="$${TCPWHY_CACHE:-}" tests/bench/run $(if $(DOCS),--docs) $(BENCH_KERNELS)

SCORE_KERNELS := bullseye bookworm trixie backports

score: needs ## how often each cause is named rightly, and how mechanisms of the field are judged: plays all of them
	@$(SUDO) env TCPWHY_CACHE="$${TCPWHY_CACHE:-}" ALL=1 ONLY="$(foreach kernel,$(SCORE_KERNELS),$(kernel) field.$(kernel))" tests/vm/check $(SCORE_KERNELS)
	@tests/vm/score

TIME ?= 600

fuzz: needs ## fuzz the parser and the engine for TIME seconds each
	@$(MAKE) -C tests/fuzz fuzz TIME=$(TIME)

endurance: needs ## mixed traffic and all that the module can be asked for, on an instrumented kernel, for TIME seconds
	@$(SUDO) env TCPWHY_CACHE="$${TCPWHY_CACHE:-}" tests/vm/run -k debug --no-load --parallel -t $$(($(TIME) + 1800)) -- endurance $(TIME)

needs: ## install the distribution's packages that building and testing want
	@$(SUDO) tests/vm/needs

install: all modules_install ## install tool and module
	@$(MAKE) -C tool install PREFIX=$(PREFIX) DESTDIR=$(DESTDIR)

modules_install:
	@if [ -e tcpwhy.ko ]; then \
		$(MAKE) -C $(KDIR) M=$(CURDIR) $(if $(DESTDIR),INSTALL_MOD_PATH=$(DESTDIR)) modules_install; \
		$(if $(DESTDIR),:,depmod $(KERNELRELEASE_HERE)); \
	else \
		echo "no module installed: none was built"; \
	fi

dkms-install: ## hand the module's source to DKMS, which builds it for each kernel
	$(if $(DESTDIR),,dkms remove tcpwhy/$(VERSION) --all >/dev/null 2>&1 || true)
	rm -rf $(DESTDIR)/usr/src/tcpwhy-$(VERSION)
	install -d $(DESTDIR)/usr/src/tcpwhy-$(VERSION)
	cp -r Kbuild dkms.conf module uapi $(DESTDIR)/usr/src/tcpwhy-$(VERSION)/
	find $(DESTDIR)/usr/src/tcpwhy-$(VERSION) \( -name '*.o' -o -name '*.cmd' -o -name features.h \) -delete
	$(if $(DESTDIR),,dkms install tcpwhy/$(VERSION))

# Not a part of `install`: whether a machine loads a module at boot is for its operator to say.
load-at-boot: ## have the installed module loaded at each boot, so that it sees what happens from then on
	install -d $(DESTDIR)/etc/modules-load.d
	echo tcpwhy >$(DESTDIR)/etc/modules-load.d/tcpwhy.conf

deb: needs ## Debian packages tcpwhy and tcpwhy-dkms, into build/deb
	@$(SUDO) tests/vm/needs debhelper dh-dkms dpkg-dev fakeroot libmicrohttpd-dev
	@packaging/deb

rpm: needs ## RPM packages of tool and module source, into build/rpm
	@$(SUDO) tests/vm/needs rpm libmicrohttpd-dev
	@packaging/rpmbuild tcpwhy --nodeps

check-packages: needs ## the life of the package tcpwhy-dkms in roots of bookworm and trixie
	@$(SUDO) tests/vm/needs debhelper dh-dkms dpkg-dev fakeroot
	@$(SUDO) env TCPWHY_CACHE="$${TCPWHY_CACHE:-}" tests/vm/debs

# Where the archive has moved on, the table in docs is made anew: make builds DOCS=1.
builds: needs ## compile the module for every kernel flavour of Debian, and print what builds; WORDS="bookworm arm64" for some
	@$(SUDO) env TCPWHY_CACHE="$${TCPWHY_CACHE:-}" tests/vm/builds $(if $(DOCS),--docs) $(WORDS)

uninstall: ## take away what install and dkms-install put there
	-dkms remove tcpwhy/$(VERSION) --all
	rm -rf $(DESTDIR)/usr/src/tcpwhy-$(VERSION)
	rm -f $(DESTDIR)/lib/modules/*/*/tcpwhy.ko* $(DESTDIR)/etc/modules-load.d/tcpwhy.conf
	@$(MAKE) -C tool uninstall PREFIX=$(PREFIX) DESTDIR=$(DESTDIR)

clean: ## remove what was built in this tree
	@if [ -e $(KDIR)/Makefile ]; then $(MAKE) -C $(KDIR) M=$(CURDIR) clean; fi
	@for dir in tool tests/unit tests/fuzz; do if [ -e $$dir/Makefile ]; then $(MAKE) -C $$dir clean; fi; done
	rm -rf build

help: ## this list
	@sed -nE 's/^([a-z_-]+):.*## (.*)/  \1|\2/p' Makefile | while IFS='|' read -r name text; do \
		printf '  %-16s %s\n' "$$name" "$$text"; done

# nmgen: every job is one command, on a fresh Debian 12 with Node 20 as well as on the tenth call.
#
#   make run     install what is missing, build, send profiles/udp-64b.yaml   (PROFILE=…, ARGS="--duration 3s")
#   make test    the same set-up plus test tools, then every test; ends with "N passed, N failed, N skipped"
#   make test-vm the set-up of a virtual machine, then what needs another kernel: emulated NICs, netmap's module
#   make deb     a Debian package of it, for machines without a compiler: build/nmgen_VERSION_ARCHITECTURE.deb
#   make build   the native core and the TypeScript, where their sources changed
#   make check   types, lint, formatting; changes nothing
#   make bench   side by side with peers                                      (ARGS=…)
#   make setup   only the set-up, test tools included
#   make clean   remove what was built

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := build
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PROFILE ?= profiles/udp-64b.yaml
ARGS ?=

packages := node_modules/.package-lock.json
addon := build/Release/nmgen.node
dist := dist/.built
native_sources := $(shell find native -path native/tx/test -prune -o -type f -print)
ts_sources := $(shell find src -name '*.ts')
formatted := $(shell find native -name '*.cc' -o -name '*.h')

.PHONY: run test test-vm deb build setup setup-build check bench clean FORCE

run: build
	@node bin/nmgen.js run $(PROFILE) $(ARGS)

test: setup build
	@tools/test.sh

test-vm: setup build
	@tools/setup.sh vm
	@test/vm/run.sh

deb: build
	@tools/deb.sh

build: $(addon) $(dist)

setup-build:
	@tools/setup.sh build

setup: setup-build $(packages)
	@tools/setup.sh test

check: $(packages)
	@npm run --silent check
	@if command -v clang-format >/dev/null; then \
	  [ -z "$(formatted)" ] || clang-format --dry-run --Werror $(formatted); \
	else echo "clang-format is not installed: the format of native/ was not checked"; fi

bench: setup build
	@status=0; node bench/run.mjs $(ARGS) || status=$$?; node bench/netmap.mjs || status=$$?; exit $$status

clean:
	rm -rf build dist coverage

# Scripts are left out so that the addon and the TypeScript are built once, below, and only where needed.
$(packages): package-lock.json | setup-build
	@echo "Installing the npm packages of package-lock.json into node_modules"
	@npm ci --ignore-scripts --no-update-notifier --loglevel=error
	@touch $@

# Changes when Node, DPDK or libxdp does: a library that was installed since the last build must find its way into the addon.
build/.facts: FORCE | setup-build
	@mkdir -p build
	@facts="node $$(node -p process.versions.modules) dpdk $$(pkg-config --modversion libdpdk 2>/dev/null || echo none) \
	  libxdp $$(pkg-config --modversion libxdp libbpf 2>/dev/null | xargs || echo none) \
	  libpcap $$(pkg-config --modversion libpcap 2>/dev/null || echo none)"; \
	[ "$$facts" = "$$(cat $@ 2>/dev/null)" ] || echo "$$facts" >$@

$(addon): binding.gyp $(native_sources) build/.facts | $(packages)
	@echo "Building the native core ($$(cat build/.facts))"
	@npm run --silent build:native
	@touch $@

$(dist): package.json tsconfig.json tsconfig.build.json tools/bundle.mjs $(ts_sources) | $(packages)
	@echo "Compiling the TypeScript"
	@npm run --silent build:ts
	@touch $@

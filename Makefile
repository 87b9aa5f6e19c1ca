# SPDX-License-Identifier: Apache-2.0
# A thin front for CMake and ctest. `make help` lists the targets.

SHELL = /bin/sh
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := all
# Recipes drive Ninja, which runs things in parallel itself.
.NOTPARALLEL:

JOBS ?= 2
CTEST = ctest --output-on-failure -j$(JOBS)
CONFIGURE = cmake -S . -G Ninja
BUILD = cmake --build

.PHONY: all test demo bench asan clang arm format clean help tools tools-clang tools-bench

all: build/build.ninja ## install what is missing, build everything into build/
	@$(BUILD) build

test: all ## build, then run every test
	@$(CTEST) --test-dir build

demo: all ## update a simulated device from 1.0.0 to 1.1.0
	@sh examples/demo.sh build

bench: tools-bench all ## instructions a byte, erases and programs, sizes; tables in build/bench
	@$(BUILD) build --target bench

asan: build-asan/build.ninja ## the tests under the address and undefined behaviour sanitizers
	@$(BUILD) build-asan
	@$(CTEST) --test-dir build-asan

clang: build-clang/build.ninja ## the tests, built with clang
	@$(BUILD) build-clang
	@$(CTEST) --test-dir build-clang

arm: all ## compile every file of src/ for Cortex-M0+ and M4
	@$(CTEST) --test-dir build -R '^arm_'

format: | tools ## lay out every C file
	@.venv/bin/clang-format -i $$(find include src ports sim cli bench examples tests -name '*.[ch]')

clean: ## remove what builds made; .venv stays
	rm -rf build build-asan build-clang

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 10

build/build.ninja: | tools
	@$(CONFIGURE) -B build

build-asan/build.ninja: | tools
	@$(CONFIGURE) -B build-asan -DSLOTWISE_SANITIZE=address,undefined

build-clang/build.ninja: | tools-clang
	@CC=clang-19 $(CONFIGURE) -B build-clang

tools:
	@scripts/bootstrap.sh build

tools-clang:
	@scripts/bootstrap.sh build clang

tools-bench:
	@scripts/bootstrap.sh build bench

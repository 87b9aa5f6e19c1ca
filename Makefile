# SPDX-License-Identifier: Apache-2.0
# A thin front for CMake and ctest. `make help` lists the targets.

SHELL = /bin/sh
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := all
# Recipes drive Ninja, which runs things in parallel itself.
.NOTPARALLEL:

# One more than there are cores: some tests wait for a server that does not answer.
JOBS ?= $(shell expr $$(nproc) + 1)
CTEST = ctest --output-on-failure -j$(JOBS)
# Sweeps, what repeats other tests in many places, and those of the command and its downloads: longer than all others,
# and no matter of compilers, bits and bytes. `make test` runs them, `make asan` most.
LONGEST = '^sweep_|^powercut_|_cuts$$|^boot_judge_boots$$|^cli_|^fota_curl_'
# Under QEMU every start of a process counts, too: what forks hundreds of times is left to native runs. And it does not
# know MTD devices.
EMULATED = '^sweep_|^powercut_|_cuts$$|^boot_judge_boots$$|^boot_model(_direct)?$$|^dfu_target_(prepare|resume_(cut|complete|errors|pause))$$|^(fota|fota_hostile|hostile|dfu_target_(stream|full_modem))_resume$$|^flash_mtd_none$$'
# With sanitizers it is the start of the command, thousands of times, and cuts at each operation in many places, of which
# the power-cut runner has a slice.
SANITIZED_LONGEST = '^cli_(sets|cut|vectors|modes)$$|^sweep_(cuts|fields|geometries)_|_cuts$$|^boot_judge_boots$$'
# Of one compiler: tests that look at the tree, or bring a compiler of their own.
OTHER = $(CTEST) -LE '^tree$$'
CONFIGURE = cmake -S . -G Ninja
# Planted defects are found or not, whatever the compiler.
CONFIGURE_OTHER = $(CONFIGURE) -DSLOTWISE_PLANTS=OFF
BUILD = cmake --build

.PHONY: menuconfig tinyconfig defconfig allyesconfig randconfig all test install platformio esp-idf demo support powercut heatmap fuzz bench asan clang m32 big-endian arm qemu size stalls format clean help tools tools-clang tools-bench

all: build/build.ninja ## install what is missing, build everything into build/
	@$(BUILD) build

test: all ## build, then run every test
	@$(CTEST) --test-dir build

PREFIX ?= /usr/local
install: all ## install the command, libraries, headers, pkg-config and CMake files: PREFIX, DESTDIR
	@DESTDIR='$(DESTDIR)' cmake --install build --prefix '$(PREFIX)'

platformio: | tools ## write the list of files of library.json, and its options, anew
	@.venv/bin/python scripts/platformio.py

esp-idf: | tools ## write the options of the component of ESP-IDF anew
	@.venv/bin/python scripts/esp_idf.py

demo: all ## update simulated devices: an application, a modem, two cores and their bootloader
	@sh examples/demo.sh build

# The configuration that the next four targets write, for cmake -DSLOTWISE_CONF=... or another build's genconfig.py.
CONF ?= build/custom.conf
menuconfig: build/build.ninja ## choose options by menu; CONF=FILE: the configuration to change (build/custom.conf)
	@.venv/bin/python scripts/choose.py --kconfig Kconfig --conf '$(CONF)'

tinyconfig defconfig allyesconfig: build/build.ninja ## write CONF with nothing, the defaults, or everything
	@.venv/bin/python scripts/makeconfig.py $@ --kconfig Kconfig --conf '$(CONF)'

SEED ?= 1
randconfig: all ## build and try the random configuration SEED once more
	@cd tests/build && SLOTWISE_SOURCE='$(CURDIR)' SLOTWISE_BUILD='$(CURDIR)/build' SLOTWISE_CC='$(or $(CC),cc)' \
		../../.venv/bin/python test_configs.py random-$(SEED)

support: all ## write the README's support matrix from what the tests find
	@$(BUILD) build --target support

# CUTS at least, and SANITIZED more that the address sanitizer sees; a slow machine ends after SECONDS, with exit
# status 1.
CUTS ?= 1000000
SANITIZED ?= 6000
SECONDS ?= $(if $(filter fuzz,$(MAKECMDGOALS)),3600,850)
ifdef PLANT
POWERCUT = powercut_plant_$(PLANT)
FIND = .venv/bin/python tests/powercut/plants.py run $(PLANT) build/tests/powercut/$(POWERCUT)
else
POWERCUT = powercut
FIND = build/tests/powercut/powercut --seeds 8 --cuts $(CUTS) --seconds $(SECONDS) \
	--also 'build-asan/tests/powercut/powercut --match /nrf52840dk/ --one-in 23 --seeds 2 --cuts $(SANITIZED) --seconds 120'
endif
powercut: build/build.ninja $(if $(PLANT)$(REPLAY),,heatmap build-asan/build.ninja) ## a million power cuts; PLANT=K: with defect K; REPLAY=ID: one again
	@$(if $(PLANT),.venv/bin/python tests/powercut/plants.py check '$(PLANT)')
	@$(BUILD) build --target $(POWERCUT)
	@$(if $(PLANT)$(REPLAY),,$(BUILD) build-asan --target powercut)
	@$(if $(REPLAY),build/tests/powercut/$(POWERCUT) --replay '$(REPLAY)',$(FIND))

heatmap: build/build.ninja ## what a cut at each operation of an update costs: build/powercut/heatmap.html
	@$(BUILD) build --target heatmap

# What fuzzers found worth keeping stays in build-fuzz/corpus for the next time; an input that fails ends the run and is
# left beside it.
fuzz: build-fuzz/build.ninja ## feed packages to the library for an hour, or SECONDS of it
	@$(BUILD) build-fuzz --target fuzz_package
	@mkdir -p build-fuzz/corpus/package
	@build-fuzz/fuzz/fuzz_package -max_len=600 -max_total_time=$(SECONDS) -timeout=10 -close_fd_mask=2 -verbosity=0 \
		-print_final_stats=1 -artifact_prefix=build-fuzz/ build-fuzz/corpus/package

# UPDATE=1 makes what is measured the budget, CHECK=1 changes no document.
size: tools-size build/build.ninja ## text, RAM and stack of each feature on four cores; fails if one has grown
	@$(BUILD) build --target slotwise_zcbor_fmfu slotwise_zcbor_package slotwise_zcbor_runtime
	@.venv/bin/python bench/size.py --out build/size --zcbor build/zcbor $(if $(UPDATE),--update) $(if $(CHECK),--check)

stalls: build/build.ninja ## time and stalls of an update on real flash parts, simulated; writes the README's table
	@$(BUILD) build --target stalls

bench: tools-bench all ## instructions a byte, erases and programs, and `stalls`; tables in build/bench
	@$(BUILD) build --target bench stalls

asan: build-asan/build.ninja ## the tests under the address and undefined behaviour sanitizers, but for some of the longest
	@$(BUILD) build-asan
	@$(OTHER) --test-dir build-asan -E $(SANITIZED_LONGEST)

clang: build-clang/build.ninja ## the tests, built with clang, but for the longest
	@$(BUILD) build-clang
	@$(OTHER) --test-dir build-clang -E $(LONGEST)

m32: build-m32/build.ninja ## the tests as 32-bit programs, but for the longest
	@$(BUILD) build-m32
	@$(CTEST) --test-dir build-m32 -E $(LONGEST)

big-endian: build-big-endian/build.ninja ## the tests as big-endian programs, run by QEMU, but for the longest
	@$(BUILD) build-big-endian
	@$(CTEST) --test-dir build-big-endian -E $(EMULATED)

arm: all ## compile every file of src/ for Cortex-M0+, M4 and M33
	@$(CTEST) --test-dir build -R '^arm_'

qemu: build-qemu/build.ninja build/build.ninja ## run the library, its ports and an update on emulated Cortex-M and RISC-V chips
	@$(BUILD) build --target slotwise_cli
	@$(BUILD) build-qemu
	@$(CTEST) --test-dir build-qemu

format: | tools ## lay out every C file
	@.venv/bin/clang-format -i $$(find include src ports sim cli bench examples tests fuzz esp-idf zephyr -name '*.[ch]')

clean: ## remove what builds made; .venv stays
	rm -rf build build-asan build-clang build-fuzz build-m32 build-big-endian build-qemu

help: ## this list
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1\t/p' Makefile | expand -t 12

build/build.ninja: | tools
	@$(CONFIGURE) -B build

build-asan/build.ninja: | tools
	@$(CONFIGURE_OTHER) -B build-asan -DSLOTWISE_SANITIZE=address,undefined

build-clang/build.ninja: | tools-clang
	@CC=clang-19 $(CONFIGURE_OTHER) -B build-clang

# Speed counts, and clang's libFuzzer is linked by clang.
build-fuzz/build.ninja: | tools-fuzz
	@CC=clang-19 $(CONFIGURE) -B build-fuzz -DBUILD_TESTING=OFF -DSLOTWISE_SANITIZE=fuzzer-no-link,address,undefined

build-m32/build.ninja: | tools-m32
	@scripts/cross_libs.sh i386 build-m32/libs
	@$(CONFIGURE_OTHER) -B build-m32 --toolchain cmake/m32.cmake

build-big-endian/build.ninja: | tools-big-endian
	@scripts/cross_libs.sh powerpc build-big-endian/libs
	@$(CONFIGURE_OTHER) -B build-big-endian --toolchain cmake/big_endian.cmake

build-qemu/build.ninja: | tools-qemu
	@scripts/cross_libs.sh firmware build-qemu/libs
	@cmake -S tests/qemu -G Ninja -B build-qemu

tools:
	@scripts/bootstrap.sh build

tools-clang:
	@scripts/bootstrap.sh build clang

tools-fuzz:
	@scripts/bootstrap.sh build fuzz

tools-m32:
	@scripts/bootstrap.sh build m32

tools-big-endian:
	@scripts/bootstrap.sh build big_endian

tools-qemu:
	@scripts/bootstrap.sh build qemu

tools-size:
	@scripts/bootstrap.sh build size

tools-bench:
	@scripts/bootstrap.sh build bench

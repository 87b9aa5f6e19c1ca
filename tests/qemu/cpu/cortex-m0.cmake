# SPDX-License-Identifier: Apache-2.0
qemu_program(conformance_nvmc MEMORY ${memory} SOURCES ${qemu}/conformance_nvmc.c)

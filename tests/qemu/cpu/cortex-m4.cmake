# SPDX-License-Identifier: Apache-2.0
qemu_program(conformance_ast1030 MEMORY 0 512K 0x80000 256K 8K
	SOURCES ${qemu}/spi/conformance_spi.c ${qemu}/spi/spi_ast1030.c)

# SPDX-License-Identifier: Apache-2.0
set(spi_nor ${root}/ports/flash/flash_spi_nor.c ${root}/ports/flash/spi_nor_bus.c ${root}/ports/flash/spi_nor_sfdp.c)
qemu_program(conformance_ast1030 MEMORY 0 512K 0x80000 256K 8K
	SOURCES ${qemu}/spi/conformance_spi.c ${qemu}/spi/spi_ast1030.c ${spi_nor})

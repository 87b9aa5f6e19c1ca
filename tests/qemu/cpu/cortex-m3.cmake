# SPDX-License-Identifier: Apache-2.0
qemu_program(conformance_sf2 MEMORY 0 256K 0x20000000 64K 8K
	SOURCES ${qemu}/spi/conformance_spi.c ${qemu}/spi/spi_sf2.c)

# An update of firmware that executes in place: the stub at 0, and two versions for slot 0 of the board.
set(update ${qemu}/update)
set(board ${update}/mps2-an385.dts)
set(generator ${root}/scripts/gen_flash_map.py)
set(flash_map ${CMAKE_CURRENT_BINARY_DIR}/flash_map_gen)
add_custom_command(
	OUTPUT ${flash_map}.h ${flash_map}.c
	COMMAND ${SLOTWISE_PYTHON} ${generator} ${board} --cpp ${CMAKE_C_COMPILER} --out ${CMAKE_CURRENT_BINARY_DIR}
	DEPENDS ${board} ${generator}
	VERBATIM)
qemu_program(stub BARE MEMORY 0 128 0x20000000 4M 1K SOURCES ${update}/stub.c)
qemu_program(conformance_mapped MEMORY ${memory} SOURCES ${update}/conformance_mapped.c ${update}/flash_mapped.c)
set(images)
foreach(version IN ITEMS 1.0.0 1.1.0)
	set(name firmware-${version})
	qemu_program(${name} FLASH_MAP ${flash_map}.h DEFINITIONS FIRMWARE_VERSION="${version}"
		MEMORY DFU_PARTITION_slot0_partition_ADDRESS+0x200 DFU_PARTITION_slot0_partition_SIZE-0x200 0x20000000 4M 8K
		SOURCES ${update}/firmware.c ${update}/flash_mapped.c ${flash_map}.c ${flash_map}.h ${key_header})
	set(signed ${CMAKE_CURRENT_BINARY_DIR}/${name}.bin)
	add_custom_command(
		OUTPUT ${signed}
		COMMAND ${CMAKE_OBJCOPY} -O binary $<TARGET_FILE:${name}> ${name}.raw
		COMMAND ${SLOTWISE_PYTHON} -m imgtool.main sign --key ${key} --version ${version} --header-size 0x200
			--pad-header --align 4 --max-sectors 32 --slot-size 0x20000 ${name}.raw ${signed}
		DEPENDS ${name} ${key}
		VERBATIM)
	list(APPEND images ${signed})
endforeach()
add_custom_target(images ALL DEPENDS ${images})

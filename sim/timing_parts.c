/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Times of flash parts. "sfdp": typical, from the part's own parameter table (DWORD 10 and 11);
 * "driver": what Zephyr's driver waits for or states; "datasheet": quoted from the maker's
 * document; "unchecked": such a figure that was not looked up again for this table.
 */
#include "timing.h"

#include <string.h>

#define KIB 1024u
#define MS 1000u

static const struct sim_timing_part parts[] = {
	{.name = "nRF52840",
	 .controller = "nordic,nrf52-flash-controller",
	 .erase = {{4 * KIB, 85 * MS}},
	 .program_size = 4,
	 .program_us = 41,
	 .source = "datasheet, most"},
	{.name = "nRF9160",
	 .controller = "nordic,nrf91-flash-controller",
	 .erase = {{4 * KIB, 87 * MS}},
	 .program_size = 4,
	 .program_us = 43,
	 .source = "unchecked, most"},
	/* The network core's pages are of 2 KiB. */
	{.name = "nRF5340",
	 .controller = "nordic,nrf53-flash-controller",
	 .erase = {{2 * KIB, 87 * MS}, {4 * KIB, 87 * MS}},
	 .program_size = 4,
	 .program_us = 43,
	 .source = "unchecked, most"},
	/* 512 bytes are 32 lines, which take 7107 us. */
	{.name = "nRF54L",
	 .controller = "nordic,rram-controller",
	 .program_size = 16,
	 .program_us = 222,
	 .source = "driver, most"},
	{.name = "STM32L4",
	 .controller = "st,stm32l4-flash-controller",
	 .erase = {{2 * KIB, 24470}},
	 .program_size = 8,
	 .program_us = 82,
	 .source = "driver, most; program unchecked"},
	{.name = "STM32WB",
	 .controller = "st,stm32wb-flash-controller",
	 .erase = {{4 * KIB, 24500}},
	 .program_size = 8,
	 .program_us = 82,
	 .source = "driver, most; program unchecked"},
	{.name = "STM32G0",
	 .controller = "st,stm32g0-flash-controller",
	 .erase = {{2 * KIB, 40 * MS}},
	 .program_size = 8,
	 .program_us = 82,
	 .source = "driver, most; program unchecked"},
	/* By bytes, as any supply allows. */
	{.name = "STM32F4",
	 .controller = "st,stm32f4-flash-controller",
	 .erase = {{16 * KIB, 800 * MS}, {64 * KIB, 2400 * MS}, {128 * KIB, 4000 * MS}},
	 .program_size = 1,
	 .program_us = 16,
	 .source = "driver, most, 128 KiB; others unchecked, most; program unchecked, typical"},
	{.name = "STM32H7",
	 .controller = "st,stm32h7-flash-controller",
	 .erase = {{128 * KIB, 4000 * MS}},
	 .program_size = 32,
	 .program_us = 200,
	 .source = "unchecked, most"},
	{.name = "MX25R6435F",
	 .jedec_id = 0xc22817,
	 .erases_span_pages = true,
	 .erase = {{4 * KIB, 48 * MS}, {32 * KIB, 240 * MS}, {64 * KIB, 480 * MS}},
	 .program_size = 256,
	 .program_us = 896,
	 .source = "sfdp, typical"},
	{.name = "GD25LE255E",
	 .jedec_id = 0xc86019,
	 .erases_span_pages = true,
	 .erase = {{4 * KIB, 30 * MS}, {32 * KIB, 112 * MS}, {64 * KIB, 160 * MS}},
	 .program_size = 256,
	 .program_us = 256,
	 .source = "sfdp, typical"},
	{.name = "MX25L51245G",
	 .jedec_id = 0xc2201a,
	 .erases_span_pages = true,
	 .erase = {{4 * KIB, 30 * MS}, {64 * KIB, 288 * MS}},
	 .program_size = 256,
	 .program_us = 256,
	 .source = "sfdp, typical"},
	{.name = "W25Q64JV",
	 .jedec_id = 0xef4017,
	 .erases_span_pages = true,
	 .erase = {{4 * KIB, 45 * MS}, {32 * KIB, 120 * MS}, {64 * KIB, 150 * MS}},
	 .program_size = 256,
	 .program_us = 400,
	 .source = "unchecked, typical"},
};

#define PARTS (sizeof(parts) / sizeof(parts[0]))

const struct sim_timing_part *sim_timing_part_get(size_t i)
{
	return i < PARTS ? &parts[i] : NULL;
}

const struct sim_timing_part *sim_timing_part_named(const char *name)
{
	for (size_t i = 0; i < PARTS; i++) {
		if (strcmp(parts[i].name, name) == 0) {
			return &parts[i];
		}
	}
	return NULL;
}

const struct sim_timing_part *sim_timing_part_on_chip(const char *controller)
{
	for (size_t i = 0; i < PARTS; i++) {
		if (parts[i].controller != NULL && strcmp(parts[i].controller, controller) == 0) {
			return &parts[i];
		}
	}
	return NULL;
}

const struct sim_timing_part *sim_timing_part_spi_nor(uint32_t jedec_id)
{
	for (size_t i = 0; i < PARTS; i++) {
		if (parts[i].controller == NULL && parts[i].jedec_id == jedec_id) {
			return &parts[i];
		}
	}
	return NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Before every file of the library: names that Zephyr has, where the library's own is meant. Areas
 * are slots by number there (slots.c), states of trailers an errno, and not an error of bootutil's.
 */
#ifndef SLOTWISE_NAMES_H
#define SLOTWISE_NAMES_H

#define flash_area_open slotwise_flash_area_open
#define settings_load_one slotwise_settings_load_one
#define boot_fetch_active_slot slotwise_fetch_active_slot
#define boot_read_swap_state slotwise_read_swap_state
#define boot_read_swap_state_by_id slotwise_read_swap_state_by_id
#define boot_set_next slotwise_set_next

#ifdef CONFIG_DFU_TARGET_STREAM_SAVE_PROGRESS
#define stream_flash_init slotwise_stream_init
#define stream_flash_bytes_written slotwise_stream_bytes_written
#define stream_flash_bytes_buffered slotwise_stream_bytes_buffered
#define stream_flash_buffered_write slotwise_stream_buffered_write
#define stream_flash_erase_page slotwise_stream_erase_page
#endif

#endif

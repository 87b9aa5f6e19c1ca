/* SPDX-License-Identifier: Apache-2.0 */
#include "modem.h"

static const char *const calls[SIM_MODEM_CALLS] = {
	[SIM_MODEM_UUID] = "uuid",     [SIM_MODEM_AREA] = "area",
	[SIM_MODEM_OFFSET] = "offset", [SIM_MODEM_ERASE] = "erase",
	[SIM_MODEM_WRITE] = "write",   [SIM_MODEM_END] = "end",
	[SIM_MODEM_APPLY] = "apply",   [SIM_MODEM_ROLLBACK] = "rollback",
	[SIM_MODEM_BEGIN] = "begin",   [SIM_MODEM_BOOTLOADER_WRITE] = "bootloader-write",
	[SIM_MODEM_VERIFY] = "verify", [SIM_MODEM_FIRMWARE_WRITE] = "firmware-write",
	[SIM_MODEM_DIGEST] = "digest", [SIM_MODEM_FINISH] = "finish",
};

static const char *const codes[DFU_MODEM_CODES] = {
	[DFU_MODEM_OUT_OF_MEMORY] = "out-of-memory",
	[DFU_MODEM_BLOCK_TOO_LARGE] = "block-too-large",
	[DFU_MODEM_INVALID_HEADER] = "invalid-header",
	[DFU_MODEM_INTERNAL_00] = "internal-00",
	[DFU_MODEM_INVALID_DATA] = "invalid-data",
	[DFU_MODEM_INTERNAL_01] = "internal-01",
	[DFU_MODEM_INTERNAL_02] = "internal-02",
	[DFU_MODEM_INTERNAL_03] = "internal-03",
	[DFU_MODEM_INVALID_UUID] = "invalid-uuid",
	[DFU_MODEM_INVALID_ADDRESS] = "invalid-address",
	[DFU_MODEM_AREA_NOT_BLANK] = "area-not-blank",
	[DFU_MODEM_WRITE_ERROR] = "write-error",
	[DFU_MODEM_ERASE_ERROR] = "erase-error",
	[DFU_MODEM_INVALID_FILE_OFFSET] = "invalid-file-offset",
	[DFU_MODEM_PROGRESS_LOG_INVALID] = "progress-log-invalid",
	[DFU_MODEM_INVALID_RESUME] = "invalid-resume",
	[DFU_MODEM_ERASE_PENDING] = "erase-pending",
	[DFU_MODEM_NOT_ALLOWED] = "not-allowed",
	[DFU_MODEM_INCOMPLETE_DATA] = "incomplete-data",
	[DFU_MODEM_INTERRUPTED_WRITE] = "interrupted-write",
	[DFU_MODEM_INVALID_OPERATION] = "invalid-operation",
	[DFU_MODEM_INTERNAL_04] = "internal-04",
	[DFU_MODEM_POWER_WARNING] = "power-warning",
};

const char *sim_modem_call_name(enum sim_modem_call call)
{
	return calls[call];
}

const char *sim_modem_code_name(int code)
{
	return code > DFU_MODEM_OK && code < DFU_MODEM_CODES ? codes[code] : NULL;
}

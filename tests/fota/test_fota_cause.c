/* SPDX-License-Identifier: Apache-2.0 */
/* Every errno against the header's table, typed once more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fota/fota_cause.h"

static enum fota_download_error_cause expected(int error)
{
	switch (error) {
	case ENETDOWN:
	case EHOSTUNREACH:
	case ECONNREFUSED:
	case ECONNABORTED:
		return FOTA_DOWNLOAD_ERROR_CAUSE_CONNECT_FAILED;
	case ECONNRESET:
	case ETIMEDOUT:
	case EAGAIN:
	case EHOSTDOWN:
	case ENOENT:
	case EACCES:
	case EBADMSG:
	case ERANGE:
	case E2BIG:
		return FOTA_DOWNLOAD_ERROR_CAUSE_DOWNLOAD_FAILED;
	case EPROTONOSUPPORT:
		return FOTA_DOWNLOAD_ERROR_CAUSE_PROTO_NOT_SUPPORTED;
	case EINVAL:
	case EAFNOSUPPORT:
		return FOTA_DOWNLOAD_ERROR_CAUSE_INVALID_CONFIGURATION;
	default:
		return FOTA_DOWNLOAD_ERROR_CAUSE_INTERNAL;
	}
}

static void every_errno_of_a_port_has_its_cause(void **state)
{
	(void)state;
	for (int error = 0; error < 3000; error++) {
		assert_int_equal(fota_cause(-error), expected(error));
		if (error > 0) {
			assert_int_equal(fota_cause(error), FOTA_DOWNLOAD_ERROR_CAUSE_INTERNAL);
		}
	}
}

static void the_numbers_of_events_and_causes_are_upstream_s(void **state)
{
	(void)state;
	assert_int_equal(FOTA_DOWNLOAD_EVT_PROGRESS, 0);
	assert_int_equal(FOTA_DOWNLOAD_EVT_FINISHED, 1);
	assert_int_equal(FOTA_DOWNLOAD_EVT_ERASE_PENDING, 2);
	assert_int_equal(FOTA_DOWNLOAD_EVT_ERASE_TIMEOUT, 3);
	assert_int_equal(FOTA_DOWNLOAD_EVT_ERASE_DONE, 4);
	assert_int_equal(FOTA_DOWNLOAD_EVT_ERROR, 5);
	assert_int_equal(FOTA_DOWNLOAD_EVT_CANCELLED, 6);
	assert_int_equal(FOTA_DOWNLOAD_ERROR_CAUSE_NO_ERROR, 0);
	assert_int_equal(FOTA_DOWNLOAD_ERROR_CAUSE_CONNECT_FAILED, 1);
	assert_int_equal(FOTA_DOWNLOAD_ERROR_CAUSE_DOWNLOAD_FAILED, 2);
	assert_int_equal(FOTA_DOWNLOAD_ERROR_CAUSE_INVALID_UPDATE, 3);
	assert_int_equal(FOTA_DOWNLOAD_ERROR_CAUSE_TYPE_MISMATCH, 4);
	assert_int_equal(FOTA_DOWNLOAD_ERROR_CAUSE_INTERNAL, 5);
	assert_int_equal(FOTA_DOWNLOAD_ERROR_CAUSE_DFU, 6);
	assert_int_equal(FOTA_DOWNLOAD_ERROR_CAUSE_PROTO_NOT_SUPPORTED, 7);
	assert_int_equal(FOTA_DOWNLOAD_ERROR_CAUSE_INVALID_CONFIGURATION, 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_errno_of_a_port_has_its_cause),
		cmocka_unit_test(the_numbers_of_events_and_causes_are_upstream_s),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What a board says of the images that its bootloader takes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "board.h"
#include "sim/board_source.h"

static struct sim_board board;
static struct sim_error error;

/* The sound board with more properties of its bootloader. */
static const struct boot_rules *rules_with(const char *properties)
{
	char node[512];

	(void)snprintf(node, sizeof(node), "images = <1>; %s", properties);
	error.text[0] = '\0';
	(void)board_load_changed(&board, "images = <1>;", node, &error);
	assert_string_equal(error.text, "");
	return &board.rules;
}

static void a_board_without_rules_takes_any_sound_image(void **state)
{
	const struct boot_rules *rules = rules_with("");

	(void)state;
	assert_int_equal(rules->signature, BOOT_SIGNATURE_NONE);
	assert_int_equal(rules->hash, DFU_IMAGE_TLV_SHA256);
	assert_int_equal(rules->downgrade, BOOT_DOWNGRADE_ALLOWED);
	assert_null(rules->key);
	assert_int_equal(rules->ram_start, 0x20000000);
	assert_int_equal(rules->ram_size, 0x40000);
	assert_false(rules->no_p384);
	assert_false(rules->check_build_number);
	assert_false(rules->check_link_address);
	assert_false(rules->check_signature);
	assert_string_equal(board.public_key, "");
}

static void a_board_may_be_stricter_than_its_bootloader(void **state)
{
	(void)state;
	for (unsigned int mask = 0; mask < 8; mask++) {
		char text[128];

		(void)snprintf(text, sizeof(text), "%s%s%s",
			       (mask & 1) != 0 ? "check-build-number; " : "",
			       (mask & 2) != 0 ? "check-link-address; " : "",
			       (mask & 4) != 0 ? "check-signature;" : "");
		const struct boot_rules *rules = rules_with(text);

		assert_int_equal(rules->check_build_number, (mask & 1) != 0);
		assert_int_equal(rules->check_link_address, (mask & 2) != 0);
		assert_int_equal(rules->check_signature, (mask & 4) != 0);
	}
}

static void a_key_is_looked_at_where_a_signature_is_demanded(void **state)
{
	(void)state;
	(void)rules_with("public-key = \"keys/a.pem\";");
	assert_string_equal(board.public_key, "");
	(void)rules_with("public-key = \"keys/a.pem\"; check-signature;");
	assert_string_equal(board.public_key, "keys/a.pem");
	assert_int_equal(board.rules.signature, BOOT_SIGNATURE_NONE);
}

static void every_signature_is_read_with_the_hash_that_goes_with_it(void **state)
{
	static const struct {
		const char *name;
		enum boot_signature signature;
		uint16_t hash;
	} cases[] = {
		{"none", BOOT_SIGNATURE_NONE, DFU_IMAGE_TLV_SHA256},
		{"ecdsa-p256", BOOT_SIGNATURE_ECDSA_P256, DFU_IMAGE_TLV_SHA256},
		{"ecdsa-p384", BOOT_SIGNATURE_ECDSA_P384, DFU_IMAGE_TLV_SHA384},
		{"rsa-2048", BOOT_SIGNATURE_RSA_2048, DFU_IMAGE_TLV_SHA256},
		{"rsa-3072", BOOT_SIGNATURE_RSA_3072, DFU_IMAGE_TLV_SHA256},
		{"ed25519", BOOT_SIGNATURE_ED25519, DFU_IMAGE_TLV_SHA256},
		{"ed25519-pure", BOOT_SIGNATURE_ED25519_PURE, DFU_IMAGE_TLV_SHA256},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[128];

		(void)snprintf(text, sizeof(text), "signature-type = \"%s\";", cases[i].name);
		assert_int_equal(rules_with(text)->signature, cases[i].signature);
		assert_int_equal(board.rules.hash, cases[i].hash);
		(void)snprintf(text, sizeof(text), "signature-type = \"%s\"; hash = \"sha512\";",
			       cases[i].name);
		assert_int_equal(rules_with(text)->hash, DFU_IMAGE_TLV_SHA512);
	}
	assert_int_equal(rules_with("hash = \"sha384\";")->hash, DFU_IMAGE_TLV_SHA384);
}

static void p384_is_refused_unless_the_board_says_that_it_works(void **state)
{
	(void)state;
	assert_true(rules_with("signature-type = \"ecdsa-p384\";")->no_p384);
	assert_false(rules_with("signature-type = \"ecdsa-p384\"; p384-works;")->no_p384);
	assert_false(rules_with("signature-type = \"ecdsa-p256\";")->no_p384);
}

static void both_kinds_of_downgrade_prevention_are_read(void **state)
{
	(void)state;
	assert_int_equal(rules_with("downgrade-prevention = \"none\";")->downgrade,
			 BOOT_DOWNGRADE_ALLOWED);
	assert_int_equal(rules_with("downgrade-prevention = \"version\";")->downgrade,
			 BOOT_DOWNGRADE_BY_VERSION);
	assert_int_equal(rules_with("downgrade-prevention = \"security-counter\";")->downgrade,
			 BOOT_DOWNGRADE_BY_SECURITY_COUNTER);
}

static void the_executable_ram_may_reach_the_last_address(void **state)
{
	const struct boot_rules *rules =
		rules_with("ram-start = <0xfffff000>; ram-size = <0x1000>;");

	(void)state;
	assert_int_equal(rules->ram_start, 0xfffff000);
	assert_int_equal(rules->ram_size, 0x1000);
}

static void the_file_of_a_key_is_named(void **state)
{
	(void)state;
	(void)rules_with("signature-type = \"ed25519\"; public-key = \"keys/a.pem\";");
	assert_string_equal(board.public_key, "keys/a.pem");
	assert_null(board.rules.key);
}

/* A board that is an overlay of another one takes its properties out again. */
static void whatever_may_be_left_out_may_be_deleted(void **state)
{
	static const char *const optional[] = {
		"max-align", "images",    "max-sectors", "downgrade-prevention", "signature-type",
		"hash",      "ram-start", "ram-size",    "p384-works",           "check-signature",
		NULL,
	};

	(void)state;
	for (size_t i = 0; optional[i] != NULL; i++) {
		char text[256];

		(void)snprintf(text, sizeof(text),
			       "signature-type = \"rsa-2048\"; hash = \"sha512\"; "
			       "downgrade-prevention = \"version\"; p384-works; ram-start = <1>; "
			       "check-signature; "
			       "ram-size = <2>; }; }; / { mcuboot { /delete-property/ %s;",
			       optional[i]);
		(void)rules_with(text);
	}
	assert_int_equal(board.rules.ram_size, 2);
	assert_int_equal(rules_with("signature-type = \"rsa-2048\"; }; }; / { mcuboot { "
				    "/delete-property/ signature-type;")
				 ->signature,
			 BOOT_SIGNATURE_NONE);
}

static void the_scratch_partition_has_an_id_of_its_own(void **state)
{
	(void)state;
	assert_int_equal(board_load_changed(&board, "boot_partition: partition@0",
					    "spare: scratch_partition: partition@0", &error),
			 0);
	assert_non_null(sim_board_slot(&board, BOOT_SCRATCH_AREA_ID));
	assert_string_equal(sim_board_slot(&board, BOOT_SCRATCH_AREA_ID)->name,
			    "scratch_partition");
	assert_int_equal(sim_board_slot(&board, 20)->offset, 0x30000);
}

#define CODE_PARTITION "chosen { zephyr,code-partition = &slot0_partition; };"
#define HYPHEN "nordic,fmfu-storage-partition = "
#define UNDERSCORE "nordic,fmfu_storage_partition = "

static void the_partition_for_modem_files_is_the_chosen_one(void **state)
{
	static const char *const choices[] = {
		"chosen { " HYPHEN "&boot_partition; };",
		"chosen { " HYPHEN "<&boot_partition>; };",
		"chosen { " UNDERSCORE "&boot_partition; };",
		"chosen { " UNDERSCORE "&slot0_partition; " HYPHEN "&boot_partition; };",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++) {
		assert_int_equal(board_load_changed(&board, CODE_PARTITION, choices[i], &error), 0);
		assert_string_equal(sim_board_slot(&board, 17)->name, "boot_partition");
		assert_int_equal(sim_board_slot(&board, 20)->offset, 0x30000);
	}
}

static void else_the_one_with_the_label(void **state)
{
	(void)state;
	assert_int_equal(board_load_changed(&board, "partition@30000 {",
					    "more: fmfu_storage: partition@30000 {", &error),
			 0);
	assert_int_equal(sim_board_slot(&board, 17)->offset, 0x30000);
	assert_string_equal(sim_board_slot(&board, 20)->name, "boot_partition");
}

static void a_choice_goes_before_the_label(void **state)
{
	(void)state;
	assert_int_equal(board_load_changed(&board, CODE_PARTITION,
					    "fmfu_storage: chosen { " HYPHEN "&boot_partition; };",
					    &error),
			 0);
	assert_string_equal(sim_board_slot(&board, 17)->name, "boot_partition");
}

static void a_board_may_have_none_for_modem_files(void **state)
{
	(void)state;
	assert_int_equal(board_load_changed(&board, "", "", &error), 0);
	assert_null(sim_board_slot(&board, 17));
}

static void a_choice_that_is_no_partition_is_refused(void **state)
{
	static const char *const choices[] = {
		"&inner;", "<&inner>;", "\"/nowhere\";", "\"inner\";", "[00];", "[2f 69];", "<77>;",
	};
	char text[100];

	(void)state;
	for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++) {
		(void)snprintf(text, sizeof(text), "chosen { " HYPHEN "%s };", choices[i]);
		assert_int_equal(board_load_changed(&board, CODE_PARTITION, text, &error), -EINVAL);
		assert_non_null(strstr(error.text, "nordic,fmfu-storage-partition"));
	}
}

static void a_slot_is_not_for_modem_files(void **state)
{
	(void)state;
	assert_int_equal(board_load_changed(&board, CODE_PARTITION,
					    "chosen { " HYPHEN "&slot1_partition; };", &error),
			 -EINVAL);
	assert_non_null(strstr(error.text, "slot1_partition"));
	assert_int_equal(board_load_changed(&board, "slot1_partition:",
					    "fmfu_storage: slot1_partition:", &error),
			 -EINVAL);
	assert_non_null(strstr(error.text, "modem"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_board_without_rules_takes_any_sound_image),
		cmocka_unit_test(a_board_may_be_stricter_than_its_bootloader),
		cmocka_unit_test(a_key_is_looked_at_where_a_signature_is_demanded),
		cmocka_unit_test(every_signature_is_read_with_the_hash_that_goes_with_it),
		cmocka_unit_test(p384_is_refused_unless_the_board_says_that_it_works),
		cmocka_unit_test(both_kinds_of_downgrade_prevention_are_read),
		cmocka_unit_test(the_executable_ram_may_reach_the_last_address),
		cmocka_unit_test(the_file_of_a_key_is_named),
		cmocka_unit_test(whatever_may_be_left_out_may_be_deleted),
		cmocka_unit_test(the_scratch_partition_has_an_id_of_its_own),
		cmocka_unit_test(the_partition_for_modem_files_is_the_chosen_one),
		cmocka_unit_test(else_the_one_with_the_label),
		cmocka_unit_test(a_choice_goes_before_the_label),
		cmocka_unit_test(a_board_may_have_none_for_modem_files),
		cmocka_unit_test(a_choice_that_is_no_partition_is_refused),
		cmocka_unit_test(a_slot_is_not_for_modem_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <libfdt.h>

#include "devicetree.h"
#include "sim/board_source.h"
#include "tree.h"

#define SOURCE "devicetree-test.dts"
#define FOLDER "devicetree-folder"
#define BLOB "devicetree-test.dtb"

static struct sim_error error;

static void write_bytes(const char *path, const void *bytes, size_t len)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static int compile_text(const char *text, void **blob, size_t *len)
{
	int rc;

	write_bytes(SOURCE, text, strlen(text));
	rc = sim_devicetree_compile(SOURCE, blob, len, &error);
	assert_int_equal(unlink(SOURCE), 0);
	return rc;
}

static void node_labels_survive_compilation(void **state)
{
	size_t len;
	void *blob = board_compile_text(board_source, &len);
	const char *path = fdt_getprop(blob, fdt_path_offset(blob, "/__symbols__"), "outer", NULL);

	(void)state;
	assert_string_equal(path, "/bus@0/nor@1");
	assert_int_equal(len, fdt_totalsize(blob));
	free(blob);
}

static void a_syntax_error_is_told_with_file_and_line(void **state)
{
	void *blob = NULL;
	size_t len;

	(void)state;
	assert_int_equal(compile_text("/dts-v1/;\n/ {\n	a = <1;\n};\n", &blob, &len), -EINVAL);
	assert_non_null(strstr(error.text, SOURCE ":3"));
	assert_null(blob);
}

static void a_preprocessor_error_is_told_with_file_and_line(void **state)
{
	void *blob = NULL;
	size_t len;

	(void)state;
	assert_int_equal(compile_text("/dts-v1/;\n#error no board\n/ { };\n", &blob, &len),
			 -EINVAL);
	assert_non_null(strstr(error.text, SOURCE ":2"));
	assert_non_null(strstr(error.text, "no board"));
	assert_null(blob);
}

static void macros_are_expanded_without_the_compilers_own(void **state)
{
	void *blob = NULL;
	size_t len;
	int cells;

	(void)state;
	assert_int_equal(compile_text("/dts-v1/;\n#define N 7\n/ { linux = <N>; };\n", &blob, &len),
			 0);
	assert_int_equal(fdt32_ld(fdt_getprop(blob, 0, "linux", &cells)), 7);
	free(blob);
}

static void missing_cell_sizes_are_an_error(void **state)
{
	void *blob = NULL;
	size_t len;

	(void)state;
	assert_int_equal(compile_text("/dts-v1/;\n/ { a@0 { reg = <0 1>; }; };\n", &blob, &len),
			 -EINVAL);
	assert_non_null(strstr(error.text, SOURCE ":2"));
	assert_non_null(strstr(error.text, "#address-cells"));
}

static void a_reg_that_does_not_fit_its_cells_is_an_error(void **state)
{
	void *blob = NULL;
	size_t len;

	(void)state;
	assert_int_equal(compile_text("/dts-v1/;\n/ { #address-cells = <1>; #size-cells = <1>;\n"
				      "a@0 { reg = <0 1 2>; }; };\n",
				      &blob, &len),
			 -EINVAL);
	assert_non_null(strstr(error.text, "reg"));
}

static void a_source_that_cannot_be_read_is_told(void **state)
{
	void *blob = NULL;
	size_t len;

	(void)state;
	assert_int_equal(sim_devicetree_compile("gone.dts", &blob, &len, &error), -ENOENT);
	assert_string_equal(error.text, "No such file or directory");
	assert_null(blob);
}

static void what_is_no_regular_file_is_refused_and_not_waited_for(void **state)
{
	void *blob = NULL;
	size_t len;

	(void)state;
	assert_int_equal(mkfifo(SOURCE, 0600), 0);
	assert_int_equal(sim_devicetree_compile(SOURCE, &blob, &len, &error), -EINVAL);
	assert_string_equal(error.text, "not a regular file");
	assert_int_equal(sim_devicetree_read(SOURCE, &blob, &len, &error), -EINVAL);
	assert_string_equal(error.text, SOURCE ": not a regular file");
	assert_int_equal(unlink(SOURCE), 0);
	assert_int_equal(sim_devicetree_compile(".", &blob, &len, &error), -EISDIR);
	assert_int_equal(sim_devicetree_read("/dev/zero", &blob, &len, &error), -EINVAL);
	assert_null(blob);
}

static void includes_of_the_compiler_lie_beside_the_source(void **state)
{
	static const char text[] = "/dts-v1/;\n/include/ \"part.dtsi\"\n";
	static const char part[] = "/ { inside = <7>; };\n";
	void *blob = NULL;
	size_t len;

	(void)state;
	assert_int_equal(mkdir(FOLDER, 0700), 0);
	write_bytes(FOLDER "/part.dtsi", part, sizeof(part) - 1);
	write_bytes(FOLDER "/top.dts", text, sizeof(text) - 1);
	assert_int_equal(sim_devicetree_compile(FOLDER "/top.dts", &blob, &len, &error), 0);
	assert_non_null(fdt_getprop(blob, 0, "inside", NULL));
	free(blob);
	assert_int_equal(unlink(FOLDER "/top.dts"), 0);
	assert_int_equal(unlink(FOLDER "/part.dtsi"), 0);
	assert_int_equal(rmdir(FOLDER), 0);
}

static void a_missing_program_is_told(void **state)
{
	char *path = strdup(getenv("PATH"));
	void *blob = NULL;
	size_t len;

	(void)state;
	assert_int_equal(setenv("PATH", "/nonexistent", 1), 0);
	assert_int_equal(compile_text("/dts-v1/; / { };", &blob, &len), -ENOENT);
	assert_non_null(strstr(error.text, "cannot run a C preprocessor"));
	assert_int_equal(setenv("PATH", path, 1), 0);
	free(path);
}

static void a_blob_is_read_back_as_it_was_written(void **state)
{
	size_t len;
	size_t read_len;
	void *blob = board_compile_text(board_source, &len);
	void *back = NULL;

	(void)state;
	write_bytes(BLOB, blob, len);
	assert_int_equal(sim_devicetree_read(BLOB, &back, &read_len, &error), 0);
	assert_int_equal(read_len, len);
	assert_memory_equal(back, blob, len);
	free(back);
	free(blob);
}

static void a_blob_cut_at_any_byte_is_refused(void **state)
{
	size_t len;
	size_t read_len;
	void *blob = board_compile_text(board_source, &len);
	void *back = NULL;

	(void)state;
	for (size_t cut = 0; cut < len; cut += cut < 80 ? 1 : 37) {
		write_bytes(BLOB, blob, cut);
		assert_int_equal(sim_devicetree_read(BLOB, &back, &read_len, &error), -EINVAL);
		assert_non_null(strstr(error.text, BLOB ": not a devicetree blob"));
		assert_null(back);
	}
	assert_int_equal(unlink(BLOB), 0);
	assert_int_equal(sim_devicetree_read(BLOB, &back, &read_len, &error), -ENOENT);
	free(blob);
}

static void all_labels_of_a_node_are_found_once(void **state)
{
	struct sim_node node;
	const char *label;
	size_t len;
	void *blob =
		board_compile_text("/dts-v1/; / { one: two: three: a { }; other: b { }; };", &len);
	unsigned int seen = 0;

	(void)state;
	assert_int_equal(sim_node_at(&node, blob, fdt_path_offset(blob, "/a"), &error), 0);
	for (label = sim_node_label(&node, NULL); label != NULL;
	     label = sim_node_label(&node, label)) {
		seen = seen * 16 + (unsigned int)(unsigned char)label[1] % 16;
	}
	/* n, w and h, in some order: 14, 7 and 8. */
	assert_int_equal((seen & 15) + (seen >> 4 & 15) + (seen >> 8), 14 + 7 + 8);
	free(blob);
}

static void status_says_whether_a_node_is_in_use(void **state)
{
	static const struct {
		const char *path;
		bool enabled;
	} nodes[] = {{"/a", true}, {"/b", true}, {"/c", true}, {"/d", false}, {"/e", false}};
	size_t len;
	void *blob = board_compile_text("/dts-v1/; / { a { }; b { status = \"okay\"; };"
					"c { status = \"ok\"; }; d { status = \"disabled\"; };"
					"e { status = \"reserved\"; }; };",
					&len);

	(void)state;
	for (size_t i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++) {
		struct sim_node node;

		assert_int_equal(
			sim_node_at(&node, blob, fdt_path_offset(blob, nodes[i].path), &error), 0);
		assert_int_equal(sim_node_enabled(&node), nodes[i].enabled);
	}
	free(blob);
}

static void two_cells_make_one_number(void **state)
{
	struct sim_node node;
	uint64_t address;
	uint64_t size;
	size_t len;
	void *blob = board_compile_text("/dts-v1/; / { #address-cells = <2>; #size-cells = <2>;"
					"a@100000002 { reg = <1 2 3 4>; }; };",
					&len);

	(void)state;
	assert_int_equal(sim_node_at(&node, blob, fdt_path_offset(blob, "/a@100000002"), &error),
			 0);
	assert_int_equal(sim_node_reg(&node, &address, &size, &error), 0);
	assert_int_equal(address, 0x100000002u);
	assert_int_equal(size, 0x300000004u);
	free(blob);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(node_labels_survive_compilation),
		cmocka_unit_test(a_syntax_error_is_told_with_file_and_line),
		cmocka_unit_test(a_preprocessor_error_is_told_with_file_and_line),
		cmocka_unit_test(macros_are_expanded_without_the_compilers_own),
		cmocka_unit_test(missing_cell_sizes_are_an_error),
		cmocka_unit_test(a_reg_that_does_not_fit_its_cells_is_an_error),
		cmocka_unit_test(a_source_that_cannot_be_read_is_told),
		cmocka_unit_test(what_is_no_regular_file_is_refused_and_not_waited_for),
		cmocka_unit_test(includes_of_the_compiler_lie_beside_the_source),
		cmocka_unit_test(a_missing_program_is_told),
		cmocka_unit_test(a_blob_is_read_back_as_it_was_written),
		cmocka_unit_test(a_blob_cut_at_any_byte_is_refused),
		cmocka_unit_test(all_labels_of_a_node_are_found_once),
		cmocka_unit_test(status_says_whether_a_node_is_in_use),
		cmocka_unit_test(two_cells_make_one_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

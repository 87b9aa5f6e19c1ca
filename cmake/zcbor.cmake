# SPDX-License-Identifier: Apache-2.0
# Decoder and encoder of modem files, made by zcbor from src/modem/fmfu.cddl, with zcbor's runtime. Headers that are
# indefinite or longer than need be are refused (ZCBOR_CANONICAL). The firmware links it with CONFIG_FMFU_FDEV only; a
# host's tools always may.
block()
set(dir ${PROJECT_BINARY_DIR}/zcbor)
set(sources ${dir}/src/fmfu_decode.c ${dir}/src/fmfu_encode.c ${dir}/src/zcbor_common.c ${dir}/src/zcbor_decode.c
	${dir}/src/zcbor_encode.c)
set(headers ${dir}/include/fmfu_decode.h ${dir}/include/fmfu_encode.h ${dir}/include/fmfu_types.h)
file(MAKE_DIRECTORY ${dir}/include)
add_custom_command(
	OUTPUT ${sources} ${headers}
	COMMAND ${SLOTWISE_PYTHON} -c "import os, sys, zcbor; sys.stdout = open(os.devnull, 'w'); sys.exit(zcbor.main())"
		code --cddl ${PROJECT_SOURCE_DIR}/src/modem/fmfu.cddl --decode --encode --short-names
		--entry-types Wrapper Segments Segment --copy-sources --output-c ${dir}/src/fmfu.c --output-h ${dir}/include/fmfu.h
	DEPENDS ${PROJECT_SOURCE_DIR}/src/modem/fmfu.cddl ${PROJECT_SOURCE_DIR}/scripts/requirements.txt
	COMMENT "Generating the decoder of modem files"
	VERBATIM)

add_library(slotwise_zcbor OBJECT EXCLUDE_FROM_ALL ${sources} ${headers})
target_include_directories(slotwise_zcbor SYSTEM PUBLIC ${dir}/include)
target_compile_definitions(slotwise_zcbor PUBLIC ZCBOR_CANONICAL $<$<STREQUAL:${CMAKE_C_BYTE_ORDER},BIG_ENDIAN>:ZCBOR_BIG_ENDIAN>)
# Not our code: no warnings of ours, and the names that POSIX adds to C. Its runtime calls decoders by pointers of another
# type than theirs, which clang's sanitizer would report.
target_compile_options(slotwise_zcbor PRIVATE -w $<$<C_COMPILER_ID:Clang>:-fno-sanitize=function>)
set_target_properties(slotwise_zcbor PROPERTIES C_EXTENSIONS ON EXPORT_COMPILE_COMMANDS OFF)
endblock()

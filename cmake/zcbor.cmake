# SPDX-License-Identifier: Apache-2.0
# Decoders and encoders, made by zcbor from the CDDL in src/: of modem files (fmfu) and of the headers of packages
# (package), and the runtime that both call. Headers that are indefinite or longer than need be are refused
# (ZCBOR_CANONICAL). The firmware links each with the option that needs it only; a host's tools always may.
block()
set(dir ${PROJECT_BINARY_DIR}/zcbor)
file(MAKE_DIRECTORY ${dir}/include)

# Not our code: no warnings of ours, and the names that POSIX adds to C. Its runtime calls decoders by pointers of another
# type than theirs, which clang's sanitizer would report.
function(slotwise_zcbor_library name)
	add_library(${name} OBJECT EXCLUDE_FROM_ALL ${ARGN})
	target_include_directories(${name} SYSTEM PUBLIC ${dir}/include)
	target_compile_definitions(${name} PUBLIC ZCBOR_CANONICAL $<$<STREQUAL:${CMAKE_C_BYTE_ORDER},BIG_ENDIAN>:ZCBOR_BIG_ENDIAN>)
	target_compile_options(${name} PRIVATE -w $<$<C_COMPILER_ID:Clang>:-fno-sanitize=function>)
	set_target_properties(${name} PROPERTIES C_EXTENSIONS ON EXPORT_COMPILE_COMMANDS OFF)
endfunction()

set(runtime_headers ${dir}/include/zcbor_common.h ${dir}/include/zcbor_decode.h ${dir}/include/zcbor_encode.h
	${dir}/include/zcbor_print.h ${dir}/include/zcbor_tags.h)
set(runtime_sources ${dir}/src/zcbor_common.c ${dir}/src/zcbor_decode.c ${dir}/src/zcbor_encode.c)
add_custom_command(
	OUTPUT ${runtime_sources} ${runtime_headers}
	COMMAND ${SLOTWISE_PYTHON} ${PROJECT_SOURCE_DIR}/scripts/copy_zcbor.py ${dir}
	DEPENDS ${PROJECT_SOURCE_DIR}/scripts/copy_zcbor.py ${PROJECT_SOURCE_DIR}/scripts/requirements.txt
	COMMENT "Copying zcbor's runtime"
	VERBATIM)
slotwise_zcbor_library(slotwise_zcbor_runtime ${runtime_sources} ${runtime_headers})

# The codec of the entry types of a CDDL file, as an object library slotwise_zcbor_<name>.
function(slotwise_zcbor_codec name cddl)
	set(sources ${dir}/src/${name}_decode.c ${dir}/src/${name}_encode.c)
	set(headers ${dir}/include/${name}_decode.h ${dir}/include/${name}_encode.h ${dir}/include/${name}_types.h)
	add_custom_command(
		OUTPUT ${sources} ${headers}
		COMMAND ${SLOTWISE_PYTHON} -c "import os, sys, zcbor; sys.stdout = open(os.devnull, 'w'); sys.exit(zcbor.main())"
			code --cddl ${cddl} --decode --encode --short-names
			--entry-types ${ARGN} --output-c ${dir}/src/${name}.c --output-h ${dir}/include/${name}.h
		DEPENDS ${cddl} ${PROJECT_SOURCE_DIR}/scripts/requirements.txt
		COMMENT "Generating the decoder of ${cddl}"
		VERBATIM)
	slotwise_zcbor_library(slotwise_zcbor_${name} ${sources} ${headers} ${runtime_headers})
endfunction()

slotwise_zcbor_codec(fmfu ${PROJECT_SOURCE_DIR}/src/modem/fmfu.cddl Wrapper Segments Segment)
slotwise_zcbor_codec(package ${PROJECT_SOURCE_DIR}/src/package/package.cddl Image)
endblock()

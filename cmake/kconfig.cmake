# SPDX-License-Identifier: Apache-2.0
# autoconf.h, from Kconfig and the chosen configuration or from a header of the project's own, made again when they change.
include(${CMAKE_CURRENT_LIST_DIR}/python.cmake)
set(SLOTWISE_CONFIG_DIR ${PROJECT_BINARY_DIR}/config)
file(MAKE_DIRECTORY ${SLOTWISE_CONFIG_DIR})
if(SLOTWISE_CONFIG_HEADER)
	# What the compiler makes of it, so that it may include others; it is installed in this form.
	separate_arguments(flags NATIVE_COMMAND "${CMAKE_C_FLAGS}")
	set(options_of_compiler ${CMAKE_C_COMPILER} ${flags} -std=c11 -ffreestanding -x c)
	execute_process(COMMAND ${options_of_compiler} -E -dM ${SLOTWISE_CONFIG_HEADER}
		OUTPUT_VARIABLE defines ERROR_VARIABLE errors RESULT_VARIABLE result)
	if(result)
		message(FATAL_ERROR "SLOTWISE_CONFIG_HEADER, ${SLOTWISE_CONFIG_HEADER}, cannot be read:\n${errors}")
	endif()
	string(REGEX MATCHALL "#define CONFIG_[^\n]*" defines "${defines}")
	list(SORT defines)
	list(JOIN defines "\n" defines)
	file(CONFIGURE OUTPUT ${SLOTWISE_CONFIG_DIR}/autoconf.h @ONLY
		CONTENT "/* From ${SLOTWISE_CONFIG_HEADER}; change that, not this file. */\n@defines@\n")
	set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${SLOTWISE_CONFIG_HEADER})
else()
	slotwise_need_python(kconfiglib "${SLOTWISE_CONF}")
	execute_process(
		COMMAND ${SLOTWISE_PYTHON} ${PROJECT_SOURCE_DIR}/scripts/genconfig.py
			--kconfig ${PROJECT_SOURCE_DIR}/Kconfig --conf ${SLOTWISE_CONF}
			--header ${SLOTWISE_CONFIG_DIR}/autoconf.h
		COMMAND_ERROR_IS_FATAL ANY)
	set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
		${PROJECT_SOURCE_DIR}/Kconfig ${SLOTWISE_CONF} ${PROJECT_SOURCE_DIR}/scripts/genconfig.py)
endif()

set(SLOTWISE_INCLUDES ${PROJECT_SOURCE_DIR}/include ${SLOTWISE_CONFIG_DIR})

# CONFIG_* of the chosen configuration as CMake variables: features are files, chosen with them.
file(STRINGS ${SLOTWISE_CONFIG_DIR}/autoconf.h config_lines REGEX "^#define CONFIG_")
foreach(line IN LISTS config_lines)
	string(REGEX MATCH "^#define (CONFIG_[A-Z0-9_]+) (.*)$" _ "${line}")
	set(${CMAKE_MATCH_1} "${CMAKE_MATCH_2}")
endforeach()

# A header of the project's own says what Kconfig would let it say, or nothing is built: bools are 1 or absent, for CMake
# and the compiler alike, and what options.c asserts holds.
if(SLOTWISE_CONFIG_HEADER)
	set(wrong "")
	file(READ ${PROJECT_SOURCE_DIR}/Kconfig kconfig)
	string(REGEX MATCHALL "config [A-Z0-9_]+\n\t(def_)?bool" bools "${kconfig}")
	foreach(option IN LISTS bools)
		string(REGEX REPLACE "^config ([A-Z0-9_]+).*" "CONFIG_\\1" option "${option}")
		if(DEFINED ${option} AND NOT ${option} STREQUAL "1")
			string(APPEND wrong "\n  ${option} is '${${option}}', neither 1 nor not defined")
		endif()
	endforeach()
	execute_process(
		COMMAND ${options_of_compiler} -fsyntax-only -I${PROJECT_SOURCE_DIR}/include -I${SLOTWISE_CONFIG_DIR}
			${PROJECT_SOURCE_DIR}/src/common/options.c
		ERROR_VARIABLE errors RESULT_VARIABLE result OUTPUT_QUIET)
	string(REGEX MATCHALL "static assertion failed[^\n]*" assertions "${errors}")
	foreach(assertion IN LISTS assertions)
		string(REGEX REPLACE ".*: \"?(CONFIG_[^\"]*)\"?$" "\\1" assertion "${assertion}")
		string(APPEND wrong "\n  ${assertion}")
	endforeach()
	if(result AND NOT assertions)
		string(APPEND wrong "\n${errors}")
	endif()
	if(wrong)
		message(FATAL_ERROR "${SLOTWISE_CONFIG_HEADER} cannot work:${wrong}")
	endif()
endif()
if(CONFIG_FMFU_FDEV OR CONFIG_DFU_MULTI_IMAGE)
	slotwise_need_python(zcbor "The CBOR of CONFIG_FMFU_FDEV and CONFIG_DFU_MULTI_IMAGE")
endif()

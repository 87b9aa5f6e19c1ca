# SPDX-License-Identifier: Apache-2.0
# autoconf.h from Kconfig and the chosen configuration, made again when either changes.
set(SLOTWISE_CONFIG_DIR ${PROJECT_BINARY_DIR}/config)
file(MAKE_DIRECTORY ${SLOTWISE_CONFIG_DIR})
if(NOT EXISTS ${SLOTWISE_PYTHON})
	message(FATAL_ERROR "${SLOTWISE_PYTHON} is missing: run scripts/bootstrap.sh, or name another Python in SLOTWISE_PYTHON")
endif()
execute_process(
	COMMAND ${SLOTWISE_PYTHON} ${PROJECT_SOURCE_DIR}/scripts/genconfig.py
		--kconfig ${PROJECT_SOURCE_DIR}/Kconfig --conf ${SLOTWISE_CONF}
		--header ${SLOTWISE_CONFIG_DIR}/autoconf.h
	COMMAND_ERROR_IS_FATAL ANY)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
	${PROJECT_SOURCE_DIR}/Kconfig ${SLOTWISE_CONF} ${PROJECT_SOURCE_DIR}/scripts/genconfig.py)

set(SLOTWISE_INCLUDES ${PROJECT_SOURCE_DIR}/include ${SLOTWISE_CONFIG_DIR})

# CONFIG_* of the chosen configuration as CMake variables: features are files, chosen with them.
file(STRINGS ${SLOTWISE_CONFIG_DIR}/autoconf.h config_lines REGEX "^#define CONFIG_")
foreach(line IN LISTS config_lines)
	string(REGEX MATCH "^#define (CONFIG_[A-Z0-9_]+) (.*)$" _ "${line}")
	set(${CMAKE_MATCH_1} "${CMAKE_MATCH_2}")
endforeach()

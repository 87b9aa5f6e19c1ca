# SPDX-License-Identifier: Apache-2.0
# The files of src/ that a configuration chooses, as a script: nothing is configured.
#
#   cmake -DCONFIG_HEADER=autoconf.h -P bench/sources.cmake
file(STRINGS ${CONFIG_HEADER} config_lines REGEX "^#define CONFIG_")
foreach(line IN LISTS config_lines)
	string(REGEX MATCH "^#define (CONFIG_[A-Z0-9_]+) (.*)$" _ "${line}")
	set(${CMAKE_MATCH_1} "${CMAKE_MATCH_2}")
endforeach()
include(${CMAKE_CURRENT_LIST_DIR}/../src/sources.cmake)
foreach(layer IN LISTS SLOTWISE_LAYERS)
	list(APPEND files ${slotwise_${layer}})
endforeach()
execute_process(COMMAND ${CMAKE_COMMAND} -E echo ${files})

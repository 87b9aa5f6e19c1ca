# SPDX-License-Identifier: Apache-2.0
# One set of flags for every C file of the project.
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
if(PROJECT_IS_TOP_LEVEL)
	set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
	if(NOT CMAKE_BUILD_TYPE)
		set(CMAKE_BUILD_TYPE RelWithDebInfo)
	endif()
endif()
# off_t is part of the API: one size of it on 32-bit hosts, too, here, in slotwise.pc and in whoever links the targets.
set(SLOTWISE_DEFINITIONS _FILE_OFFSET_BITS=64)
add_compile_definitions(${SLOTWISE_DEFINITIONS})

if(CMAKE_C_COMPILER_ID MATCHES "GNU|Clang")
	# A program links what it calls, not what stands beside it in a file.
	add_compile_options(-ffunction-sections -fdata-sections)
	add_link_options(-Wl,--gc-sections)

	add_compile_options(-Wall -Wextra -Wpedantic -Wundef -Wshadow -Wvla -Wconversion
		-Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wcast-align -Wwrite-strings)
	if(SLOTWISE_WERROR)
		add_compile_options(-Werror)
	endif()
endif()
if(SLOTWISE_SANITIZE)
	add_compile_options(-fsanitize=${SLOTWISE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
	add_link_options(-fsanitize=${SLOTWISE_SANITIZE})
endif()

# SPDX-License-Identifier: Apache-2.0
# One set of flags for every C file of the host build.
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
	set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()
# off_t is part of the API: one size of it on 32-bit hosts, too, here and in slotwise.pc.
add_compile_definitions(_FILE_OFFSET_BITS=64)

# A program links what it calls, not what stands beside it in a file.
add_compile_options(-ffunction-sections -fdata-sections)
add_link_options(-Wl,--gc-sections)

add_compile_options(-Wall -Wextra -Wpedantic -Wundef -Wshadow -Wvla -Wconversion
	-Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wcast-align -Wwrite-strings)
if(SLOTWISE_WERROR)
	add_compile_options(-Werror)
endif()
if(SLOTWISE_SANITIZE)
	add_compile_options(-fsanitize=${SLOTWISE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
	add_link_options(-fsanitize=${SLOTWISE_SANITIZE})
endif()

find_package(PkgConfig REQUIRED)
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(ZLIB REQUIRED IMPORTED_TARGET zlib)
pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson)
if(SLOTWISE_CURL)
	pkg_check_modules(CURL REQUIRED IMPORTED_TARGET libcurl>=7.85)
endif()
if(BUILD_TESTING)
	pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka)
endif()
find_library(MBEDCRYPTO mbedcrypto REQUIRED)
if(SLOTWISE_DEVICETREE)
	find_library(FDT fdt REQUIRED)
endif()

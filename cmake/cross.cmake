# SPDX-License-Identifier: Apache-2.0
# Builds with ${flags}, and takes the libraries of ${triplet} from the build folder alone, never those of the host.
# Trial builds read this again, with another build folder; they inherit the flags and need no library.
get_property(is_trial GLOBAL PROPERTY IN_TRY_COMPILE)
if(is_trial)
	return()
endif()
set(libs ${CMAKE_BINARY_DIR}/libs)
set(CMAKE_C_FLAGS_INIT "${flags} -isystem ${libs}/usr/include/${triplet} -isystem ${libs}/usr/include")
set(CMAKE_FIND_ROOT_PATH ${libs})
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_LIBRARY_PATH /usr/lib/${triplet})
set(ENV{PKG_CONFIG_LIBDIR} ${libs}/usr/lib/${triplet}/pkgconfig)
set(ENV{PKG_CONFIG_SYSROOT_DIR} ${libs})

# SPDX-License-Identifier: Apache-2.0
# What `make install` puts where: the command, the archives, headers with the options they were built with, and the
# files by which pkg-config and find_package() find them. Nothing in them names the place, so the tree may be moved.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(headers ${CMAKE_INSTALL_INCLUDEDIR}/slotwise)
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/slotwise)

# slotwise_install(target): it, with the headers of those that link it, as a component of the package of its name.
function(slotwise_install target)
	get_target_property(component ${target} EXPORT_NAME)
	if(NOT component)
		set(component ${target})
	endif()
	target_include_directories(${target} INTERFACE $<INSTALL_INTERFACE:${headers}> $<INSTALL_INTERFACE:${headers}/ports>)
	install(TARGETS ${target} EXPORT ${target} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
	install(EXPORT ${target} NAMESPACE slotwise:: DESTINATION ${package} FILE ${component}-targets.cmake)
endfunction()

slotwise_install(slotwise)
slotwise_install(slotwise_ports)
slotwise_install(slotwise_conformance)
set(SLOTWISE_PC_LIBS -lslotwise)
set(SLOTWISE_PC_OTHERS "")
set(SLOTWISE_PC_REQUIRES "")
if(SLOTWISE_CRYPTO)
	slotwise_install(slotwise_crypto)
	string(APPEND SLOTWISE_PC_LIBS " -lslotwise_crypto")
	string(APPEND SLOTWISE_PC_OTHERS " -lmbedcrypto")
	string(APPEND SLOTWISE_PC_REQUIRES libsodium)
	install(FILES ${PROJECT_SOURCE_DIR}/cmake/mbedcrypto.cmake DESTINATION ${package})
endif()
string(APPEND SLOTWISE_PC_LIBS " -lslotwise_ports")
if(SLOTWISE_CURL)
	slotwise_install(slotwise_fota_curl)
endif()
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/ DESTINATION ${headers} FILES_MATCHING PATTERN "*.h")
install(FILES ${SLOTWISE_CONFIG_DIR}/autoconf.h DESTINATION ${headers})
# Not those that the files of one port share.
install(DIRECTORY ${PROJECT_SOURCE_DIR}/ports/ DESTINATION ${headers}/ports FILES_MATCHING PATTERN "*.h"
	PATTERN nrf EXCLUDE PATTERN posix EXCLUDE REGEX "/(http_answer|[a-z_]+_(parts|bus|tables|text|io))\\.h$" EXCLUDE)

configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/slotwise-config.cmake.in
	${PROJECT_BINARY_DIR}/package/slotwise-config.cmake INSTALL_DESTINATION ${package}
	NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/package/slotwise-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/package/slotwise-config.cmake ${PROJECT_BINARY_DIR}/package/slotwise-config-version.cmake
	DESTINATION ${package})

# slotwise_pc(file libdir includes...): flags for an application.
function(slotwise_pc file libdir)
	list(TRANSFORM ARGN PREPEND -I OUTPUT_VARIABLE includes)
	list(TRANSFORM SLOTWISE_DEFINITIONS PREPEND -D OUTPUT_VARIABLE definitions)
	list(JOIN definitions " " SLOTWISE_PC_CFLAGS)
	string(APPEND SLOTWISE_PC_CFLAGS " ")
	list(JOIN includes " " includes)
	string(APPEND SLOTWISE_PC_CFLAGS "${includes}")
	set(SLOTWISE_PC_LIBDIR ${libdir})
	configure_file(${PROJECT_SOURCE_DIR}/cmake/slotwise.pc.in ${file} @ONLY)
endfunction()

# For use from the build tree, PKG_CONFIG_PATH=build; and installed.
slotwise_pc(${PROJECT_BINARY_DIR}/slotwise.pc "\${pcfiledir}" ${SLOTWISE_INCLUDES} ${PROJECT_SOURCE_DIR}/ports)
cmake_path(RELATIVE_PATH CMAKE_INSTALL_FULL_LIBDIR BASE_DIRECTORY ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig OUTPUT_VARIABLE lib)
cmake_path(RELATIVE_PATH CMAKE_INSTALL_FULL_INCLUDEDIR BASE_DIRECTORY ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig
	OUTPUT_VARIABLE include)
slotwise_pc(${PROJECT_BINARY_DIR}/package/slotwise.pc "\${pcfiledir}/${lib}"
	"\${pcfiledir}/${include}/slotwise" "\${pcfiledir}/${include}/slotwise/ports")
install(FILES ${PROJECT_BINARY_DIR}/package/slotwise.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

if(TARGET slotwise_cli)
	install(TARGETS slotwise_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
if(TARGET slotwise_url)
	install(TARGETS slotwise_url RUNTIME DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/slotwise)
endif()

# SPDX-License-Identifier: Apache-2.0
# MbedTLS::mbedcrypto: that of the project, if it has built or found one, else the library of the system. Installed with
# the package, whose config file includes this, too.
if(NOT TARGET MbedTLS::mbedcrypto)
	find_library(MBEDCRYPTO mbedcrypto REQUIRED)
	find_path(MBEDCRYPTO_INCLUDE_DIR psa/crypto.h REQUIRED)
	add_library(MbedTLS::mbedcrypto UNKNOWN IMPORTED GLOBAL)
	set_target_properties(MbedTLS::mbedcrypto PROPERTIES
		IMPORTED_LOCATION ${MBEDCRYPTO} INTERFACE_INCLUDE_DIRECTORIES ${MBEDCRYPTO_INCLUDE_DIR})
endif()

# SPDX-License-Identifier: Apache-2.0
# Slotwise as a component of ESP-IDF: the files that menuconfig (esp-idf/Kconfig) asks for, PSA Crypto of its mbedTLS, and a flash
# driver over its partitions. See esp-idf/README.md for what has been tried of it.
set(slotwise ${CMAKE_CURRENT_LIST_DIR}/..)
include(${slotwise}/src/sources.cmake)
set(files ${slotwise}/esp-idf/flash_esp_partition.c ${slotwise}/ports/crypto/crypto_psa.c)
foreach(layer IN LISTS SLOTWISE_LAYERS)
	list(TRANSFORM slotwise_${layer} PREPEND ${slotwise}/src/)
	list(APPEND files ${slotwise_${layer}})
endforeach()
idf_component_register(SRCS ${files}
	INCLUDE_DIRS ${slotwise}/include ${slotwise}/ports ${slotwise}/esp-idf
	PRIV_INCLUDE_DIRS ${slotwise}/src
	KCONFIG ${CMAKE_CURRENT_LIST_DIR}/Kconfig
	REQUIRES esp_partition
	PRIV_REQUIRES mbedtls)
target_compile_definitions(${COMPONENT_LIB} PUBLIC SLOTWISE_CONFIG_HEADER="slotwise_esp_config.h" PRIVATE SLOTWISE_ESP_COMPONENT)
if(CONFIG_FMFU_FDEV OR CONFIG_DFU_MULTI_IMAGE)
	message(FATAL_ERROR "CONFIG_FMFU_FDEV and CONFIG_DFU_MULTI_IMAGE need code that zcbor makes, which this component does "
		"not call; use add_subdirectory() for them")
endif()

# SPDX-License-Identifier: Apache-2.0
# SLOTWISE_PYTHON, with what slotwise_need_python() asks of it; a project of its own header and without zcbor needs none.
if(NOT SLOTWISE_PYTHON AND EXISTS ${PROJECT_SOURCE_DIR}/.venv/bin/python)
	set(SLOTWISE_PYTHON ${PROJECT_SOURCE_DIR}/.venv/bin/python)
elseif(NOT SLOTWISE_PYTHON)
	find_package(Python3 COMPONENTS Interpreter QUIET)
	set(SLOTWISE_PYTHON ${Python3_EXECUTABLE})
endif()

# slotwise_need_python(module reason): stops, and names what to do, where there is none with the module.
function(slotwise_need_python module reason)
	if(SLOTWISE_PYTHON)
		execute_process(COMMAND ${SLOTWISE_PYTHON} -c "import ${module}" RESULT_VARIABLE result OUTPUT_QUIET ERROR_QUIET)
		if(result EQUAL 0)
			return()
		endif()
	endif()
	message(FATAL_ERROR "${reason} needs Python with ${module}: run ${PROJECT_SOURCE_DIR}/scripts/bootstrap.sh, or "
		"`pip install -r ${PROJECT_SOURCE_DIR}/scripts/requirements.txt` into the Python that SLOTWISE_PYTHON names "
		"(now \"${SLOTWISE_PYTHON}\"), or name a header of your own in SLOTWISE_CONFIG_HEADER")
endfunction()

# Tests that are scripts: they run the built program from outside. Included by tests/CMakeLists.txt.
#
# Labels: cli (shell scenarios), readers (independent readers, consistency, suspicious), s3 (real
# servers), tree (the sources).
function(script_test name label timeout)
  add_test(NAME ${name} COMMAND ${ARGN} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES LABELS "${label}" TIMEOUT ${timeout}
                       ENVIRONMENT "BEANTRAIL=$<TARGET_FILE:beantrail>")
endfunction()

set(tools ${CMAKE_CURRENT_SOURCE_DIR}/with-tools)

# ThreadSanitizer's build has its own small set: the tests labelled threads.
if(BEANTRAIL_SANITIZE STREQUAL "thread")
  script_test(cli/faults "cli;threads" 600 ${tools} python
              ${CMAKE_CURRENT_SOURCE_DIR}/server/test_faults.py)
  return()
endif()

script_test(tree/layers tree 60 ${CMAKE_CURRENT_SOURCE_DIR}/layers.sh)
script_test(tree/shell tree 60 ${CMAKE_CURRENT_SOURCE_DIR}/shell.sh)
script_test(tree/schemas tree 60 ${tools} python ${CMAKE_CURRENT_SOURCE_DIR}/readers/schemas.py)
script_test(tree/catalog tree 60 ${tools} python ${CMAKE_CURRENT_SOURCE_DIR}/schemas/check.py
            ${CMAKE_SOURCE_DIR})

# One test a scenario script; lib.sh is what they share.
file(GLOB scenarios CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/cli/[0-9][0-9]-*.sh)
foreach(script ${scenarios})
  get_filename_component(stem ${script} NAME_WE)
  script_test(cli/${stem} cli 300 bash ${script})
endforeach()

script_test(cli/readme cli 300 ${tools} python ${CMAKE_CURRENT_SOURCE_DIR}/readme.py)
script_test(s3/readme s3 300 ${tools} python ${CMAKE_CURRENT_SOURCE_DIR}/readme.py --s3)

script_test(cli/faults cli 300 ${tools} python ${CMAKE_CURRENT_SOURCE_DIR}/server/test_faults.py)

script_test(cli/consumers cli 300 ${tools} python ${CMAKE_CURRENT_SOURCE_DIR}/faults/run.py
            $<TARGET_FILE:beantrail>)

script_test(cli/notify cli 300 ${tools} python ${CMAKE_CURRENT_SOURCE_DIR}/server/test_notify.py)

script_test(cli/credentials cli 300 ${tools} python ${CMAKE_CURRENT_SOURCE_DIR}/server/test_creds.py)

script_test(readers/all readers 900 ${tools} ${CMAKE_CURRENT_SOURCE_DIR}/readers/all.sh)
script_test(readers/digests readers 300 ${tools} bash ${CMAKE_CURRENT_SOURCE_DIR}/readers/digests.sh)
script_test(readers/samples readers 120 ${tools} ${CMAKE_CURRENT_SOURCE_DIR}/readers/samples.sh)
script_test(readers/broken readers 300 ${tools} ${CMAKE_CURRENT_SOURCE_DIR}/readers/broken.sh)

script_test(consistency/broken readers 120 ${tools} python
            ${CMAKE_CURRENT_SOURCE_DIR}/consistency/broken.py)
script_test(consistency/all readers 1800 ${tools} ${CMAKE_CURRENT_SOURCE_DIR}/consistency/all.sh)

script_test(suspicious/all readers 1800 ${tools} ${CMAKE_CURRENT_SOURCE_DIR}/suspicious/all.sh)
script_test(suspicious/samples readers 120 ${tools} python
            ${CMAKE_CURRENT_SOURCE_DIR}/suspicious/run.py --samples)
script_test(suspicious/broken readers 300 ${tools} ${CMAKE_CURRENT_SOURCE_DIR}/suspicious/broken.sh)

# A server that is not here is told as skipped; scripts/test says how to get it.
foreach(server minio versitygw moto s3proxy seaweedfs unreachable)
  script_test(s3/${server} s3 600 ${tools} python ${CMAKE_CURRENT_SOURCE_DIR}/s3/test_servers.py
              ${server})
  set_tests_properties(s3/${server} PROPERTIES SKIP_RETURN_CODE 77)
endforeach()

script_test(cli/powercut cli 300 ${tools} python ${CMAKE_CURRENT_SOURCE_DIR}/s3/test_powercut.py)
set_tests_properties(cli/powercut PROPERTIES SKIP_RETURN_CODE 77)

script_test(s3/network s3 600 ${tools} python ${CMAKE_CURRENT_SOURCE_DIR}/s3/test_network.py)

script_test(s3/faults s3 300 ${tools} python ${CMAKE_CURRENT_SOURCE_DIR}/s3/test_faults.py)
script_test(s3/digests s3 300 ${tools} python ${CMAKE_CURRENT_SOURCE_DIR}/s3/test_digests.py)

foreach(place directory minio)
  script_test(s3/kills_${place} s3 1800 ${tools} python ${CMAKE_CURRENT_SOURCE_DIR}/s3/test_kills.py
              ${place})
endforeach()

script_test(stories/all stories 300 ${tools} python ${CMAKE_CURRENT_SOURCE_DIR}/stories/run.py
            $<TARGET_FILE:beantrail>)
script_test(stories/guide stories 120 ${tools} python ${CMAKE_CURRENT_SOURCE_DIR}/stories/guide.py
            $<TARGET_FILE:beantrail>)

# sluice_add_plugin(NAME SOURCES a.cpp ... [LIBS target ...] [WIRES wire ...]
#                   [TEST_SOURCES a_test.cpp ...] [CHECK_SETTINGS component={...} ...] [OUTPUT dir])
#
# Builds the plugin NAME.so into <build>/plugins (or OUTPUT), with no symbol visible but
# sluice_plugin_entry and none left to be found at run time. Without OUTPUT, `cmake --install` puts
# it into lib/sluice/plugins. WIRES, `openai` and `anthropic`, build what the SDK has for upstreams
# of these kinds into the plugin, with headers such as "openai/decoder.hpp". TEST_SOURCES, if tests
# are built, become the program NAME_test, linked with the plugin's own sources: of GoogleTest if they
# are C++, with a main() of their own if C. Where the checker is installed, the test NAME_check runs
# it, with the transcripts/ beside the sources. CHECK_SETTINGS gives it the settings of components
# that need some which it cannot make up.

function(sluice_add_plugin name)
  cmake_parse_arguments(P "" "OUTPUT" "SOURCES;LIBS;WIRES;TEST_SOURCES;CHECK_SETTINGS" ${ARGN})
  if(NOT P_SOURCES OR P_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "sluice_add_plugin(${name}): give SOURCES, and nothing else unknown "
                        "(${P_UNPARSED_ARGUMENTS})")
  endif()
  set(map ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/plugin.map)
  set(wires ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../wires)
  if(NOT EXISTS ${wires}) # installed
    set(wires ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../../../share/sluice/wires)
  endif()
  foreach(wire IN LISTS P_WIRES)
    file(GLOB wire_sources CONFIGURE_DEPENDS ${wires}/${wire}/*.cpp)
    if(NOT wire_sources)
      message(FATAL_ERROR "sluice_add_plugin(${name}): no such wire: ${wire}")
    endif()
    list(APPEND P_SOURCES ${wire_sources})
  endforeach()
  set(installed FALSE)
  if(NOT P_OUTPUT)
    set(P_OUTPUT ${CMAKE_BINARY_DIR}/plugins)
    set(installed TRUE)
  endif()

  add_library(${name} MODULE ${P_SOURCES})
  target_link_libraries(${name} PRIVATE sluice::sdk ${P_LIBS})
  target_include_directories(${name} PRIVATE ${wires})
  set_target_properties(${name} PROPERTIES
    PREFIX "" SUFFIX ".so"
    LIBRARY_OUTPUT_DIRECTORY ${P_OUTPUT}
    POSITION_INDEPENDENT_CODE ON
    C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    LINK_DEPENDS ${map})
  target_link_options(${name} PRIVATE
    LINKER:--version-script=${map} LINKER:-z,now LINKER:-z,relro)
  # A sanitizer's own symbols are in the program, not in the library.
  get_directory_property(options COMPILE_OPTIONS)
  if(NOT "${options} ${CMAKE_CXX_FLAGS}" MATCHES "-fsanitize")
    target_link_options(${name} PRIVATE LINKER:-z,defs)
  endif()
  if(installed)
    install(TARGETS ${name} LIBRARY DESTINATION lib/sluice/plugins COMPONENT gateway)
  endif()

  if(P_TEST_SOURCES AND (SLUICE_TESTS OR BUILD_TESTING))
    add_executable(${name}_test ${P_SOURCES} ${P_TEST_SOURCES})
    target_link_libraries(${name}_test PRIVATE sluice::sdk ${P_LIBS})
    target_include_directories(${name}_test PRIVATE ${wires})
    target_compile_definitions(${name}_test PRIVATE
      SLUICE_SOURCE_DIR="${CMAKE_CURRENT_SOURCE_DIR}")
    set(arguments)
    set(cxx_tests ${P_TEST_SOURCES})
    list(FILTER cxx_tests EXCLUDE REGEX "\\.c$")
    if(cxx_tests)
      if(NOT TARGET GTest::gtest_main)
        find_package(GTest REQUIRED)
      endif()
      target_link_libraries(${name}_test PRIVATE GTest::gtest GTest::gtest_main)
      set(arguments --gtest_brief=1)
    endif()
    add_test(NAME ${name}_test COMMAND ${name}_test ${arguments})
    set_tests_properties(${name}_test PROPERTIES TIMEOUT 300)
  endif()

  if(SluiceSDK_CHECKER AND (SLUICE_TESTS OR BUILD_TESTING))
    set(arguments)
    if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/transcripts)
      set(arguments --transcripts ${CMAKE_CURRENT_SOURCE_DIR}/transcripts)
    endif()
    foreach(settings IN LISTS P_CHECK_SETTINGS)
      list(APPEND arguments --settings ${settings})
    endforeach()
    add_test(NAME ${name}_check
             COMMAND ${SluiceSDK_CHECKER} $<TARGET_FILE:${name}> ${arguments})
    set_tests_properties(${name}_check PROPERTIES TIMEOUT 300)
  endif()
endfunction()

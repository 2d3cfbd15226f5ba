# The matrix: a row for each directory of released/, and one for each neighbour of today's version.
# A row builds plugins and hosts against its header.
#   abi_plugins_ROW  its plugins go through the tests of today's host, or are refused with their line
#   abi_host_ROW     today's plugins do their work in a small host of its version, or refuse it
#   abi_layer_ROW    where it is today's version: they go through the tests of the host's plugin layer,
#                    compiled against its header
# Which it is to be is told by the version, as docs/abi.md says.

# The version that a plugin.h says it is: "0.1".
function(sluice_abi_version header into)
  set(version)
  foreach(part IN ITEMS MAJOR MINOR)
    file(STRINGS ${header} line REGEX "^#define SLUICE_ABI_${part} [0-9]+u$")
    string(REGEX MATCH "[0-9]+" number "${line}")
    list(APPEND version ${number})
  endforeach()
  list(JOIN version "." version)
  set(${into} ${version} PARENT_SCOPE)
endfunction()

# A plugin of the row: target abi_ROW_NAME, file DIRECTORY/NAME.so.
function(sluice_abi_plugin row include directory name source)
  add_library(abi_${row}_${name} MODULE ${source})
  target_include_directories(abi_${row}_${name} PRIVATE ${include} ${PROJECT_SOURCE_DIR}/sdk/include)
  target_compile_features(abi_${row}_${name} PRIVATE cxx_std_17)
  set_target_properties(abi_${row}_${name} PROPERTIES
    PREFIX "" OUTPUT_NAME ${name} LIBRARY_OUTPUT_DIRECTORY ${directory}
    C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden)
endfunction()

# Plugins of that header, served by today's host. Those that need no more than plugin.h are built for
# every version; the others need the C++ headers of their time, which are there for today's version
# and where the release has kept its own.
function(sluice_abi_served row version include)
  set(directory ${CMAKE_CURRENT_BINARY_DIR}/${row})
  set(cases Encode.* Decode.* Direct.* Strategy.* SdkPlugins.APlainCPluginEchoes)
  sluice_abi_plugin(${row} ${include} ${directory}/layer codec ${layer}/testing/codec.cpp)
  sluice_abi_plugin(${row} ${include} ${directory}/layer direct ${layer}/testing/direct.cpp)
  sluice_abi_plugin(${row} ${include} ${directory}/layer slow ${layer}/testing/slow.cpp)
  sluice_abi_plugin(${row} ${include} ${directory}/test-plugins echo ${plugins}/echo/echo.c)
  if(version STREQUAL today OR EXISTS ${include}/sluice/plugin.hpp)
    foreach(name IN ITEMS acme ticker)
      sluice_abi_plugin(${row} ${include} ${directory}/test-plugins ${name}
                        ${plugins}/${name}/${name}.cpp)
    endforeach()
    list(APPEND cases SdkPlugins.TheTicker* SdkPlugins.ACodecTranslates)
  endif()
  list(JOIN cases ":" cases)
  add_test(NAME abi_plugins_${row}
           COMMAND sluice_plugins_test --gtest_brief=1 --gtest_filter=${cases})
  set_tests_properties(abi_plugins_${row} PROPERTIES TIMEOUT 300 ENVIRONMENT
    "SLUICE_TEST_PLUGINS=${directory}/layer;SLUICE_TEST_BUILD=${directory}")
endfunction()

# Today's plugins in a host in plain C. verb: serves or refuses.
function(sluice_abi_host row include verb)
  add_executable(abi_host_${row} host.c)
  target_include_directories(abi_host_${row} PRIVATE ${include})
  target_link_libraries(abi_host_${row} PRIVATE Threads::Threads ${CMAKE_DL_LIBS})
  if(SLUICE_SANITIZE)  # whose runtime for the plugins' C++ is linked into programs of C++ alone
    set_target_properties(abi_host_${row} PROPERTIES LINKER_LANGUAGE CXX)
  endif()
  add_dependencies(abi_host_${row} acme echo ticker priority)
  add_test(NAME abi_host_${row} COMMAND abi_host_${row} ${verb} $<TARGET_FILE:acme>
           $<TARGET_FILE:echo> $<TARGET_FILE:ticker> $<TARGET_FILE:priority>)
  set_tests_properties(abi_host_${row} PROPERTIES TIMEOUT 60)
endfunction()

# Today's plugins in the host's own layer, compiled against that header alone.
function(sluice_abi_layer row include)
  file(GLOB sources CONFIGURE_DEPENDS ${layer}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  add_library(sluice_plugins_${row} STATIC ${sources})
  target_include_directories(sluice_plugins_${row} PRIVATE ${include} ${PROJECT_SOURCE_DIR}/host)
  get_target_property(definitions sluice_plugins COMPILE_DEFINITIONS)
  target_compile_definitions(sluice_plugins_${row} PRIVATE ${definitions})
  get_target_property(libraries sluice_plugins LINK_LIBRARIES)
  target_link_libraries(sluice_plugins_${row} PUBLIC ${libraries})
  add_executable(abi_layer_${row} $<TARGET_OBJECTS:sluice_plugins_test>)
  target_link_libraries(abi_layer_${row} PRIVATE sluice_plugins_${row} GTest::gtest_main)
  add_dependencies(abi_layer_${row} sluice_plugins_test)
  add_test(NAME abi_layer_${row} COMMAND abi_layer_${row} --gtest_brief=1
           --gtest_filter=Encode.*:Decode.*:Direct.*:Strategy.*:Registry*:SdkPlugins.*)
  set_tests_properties(abi_layer_${row} PROPERTIES TIMEOUT 300)
endfunction()

# Plugins of that header are refused by today's host.
function(sluice_abi_refused row version include)
  set(directory ${CMAKE_CURRENT_BINARY_DIR}/${row}/plugins)
  sluice_abi_plugin(${row} ${include} ${directory} answers ${layer}/testing/codec.cpp)
  sluice_abi_plugin(${row} ${include} ${directory} asks ${plugins}/echo/echo.c)
  add_test(NAME abi_plugins_${row} COMMAND sluice_abi_test --gtest_brief=1)
  set_tests_properties(abi_plugins_${row} PROPERTIES ENVIRONMENT
    "SLUICE_TEST_PLUGINS=${directory};SLUICE_TEST_THEIRS=${version};SLUICE_TEST_OURS=${today}")
endfunction()

function(sluice_abi_row row include)
  sluice_abi_version(${include}/sluice/plugin.h version)
  string(REGEX REPLACE "\\..*" "" major ${version})
  string(REGEX REPLACE "\\..*" "" ours ${today})
  if(version STREQUAL today OR (major EQUAL ours AND major GREATER 0))
    sluice_abi_served(${row} ${version} ${include})
    sluice_abi_host(${row} ${include} serves)
    if(version STREQUAL today)
      sluice_abi_layer(${row} ${include})
    endif()
  else()
    sluice_abi_refused(${row} ${version} ${include})
    sluice_abi_host(${row} ${include} refuses)
  endif()
endfunction()

# Today's header with another version on it.
function(sluice_abi_neighbour row part number)
  set(include ${CMAKE_CURRENT_BINARY_DIR}/${row}/include)
  file(READ ${header} text)
  string(REGEX REPLACE "(#define SLUICE_ABI_${part} )[0-9]+" "\\1${number}" text "${text}")
  file(CONFIGURE OUTPUT ${include}/sluice/plugin.h CONTENT "${text}" @ONLY)
  sluice_abi_row(${row} ${include})
endfunction()

find_package(OpenSSL REQUIRED)
find_package(Threads REQUIRED)
set(layer ${PROJECT_SOURCE_DIR}/host/plugins)
set(plugins ${PROJECT_SOURCE_DIR}/tests/plugins)
set(header ${PROJECT_SOURCE_DIR}/sdk/include/sluice/plugin.h)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${header})
sluice_abi_version(${header} today)

add_executable(sluice_abi_test refused_test.cpp)
target_link_libraries(sluice_abi_test PRIVATE sluice_plugins GTest::gtest GTest::gtest_main)

file(GLOB releases CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/released/*)
foreach(release IN LISTS releases)
  get_filename_component(row ${release} NAME)
  sluice_abi_row(${row} ${release})
endforeach()

string(REPLACE "." ";" numbers ${today})
list(GET numbers 0 major)
list(GET numbers 1 minor)
math(EXPR next_major "${major} + 1")
math(EXPR next_minor "${minor} + 1")
sluice_abi_neighbour(next_major MAJOR ${next_major})
sluice_abi_neighbour(next_minor MINOR ${next_minor})

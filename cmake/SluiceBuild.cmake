# What holds for every target of this build: language, warnings, sanitizers, ccache, the linker.
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()
set(CMAKE_C_STANDARD 11)
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1 -DNDEBUG")
set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O2 -g1 -DNDEBUG")

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

add_compile_options(-Wall -Wextra -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_compile_options(-Wshadow-uncaptured-local)
  add_link_options(-fuse-ld=lld)
endif()

if(SLUICE_SANITIZE STREQUAL "address")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
elseif(SLUICE_SANITIZE STREQUAL "thread")
  add_compile_options(-fsanitize=thread)
  add_link_options(-fsanitize=thread)
elseif(NOT SLUICE_SANITIZE STREQUAL "")
  message(FATAL_ERROR "SLUICE_SANITIZE is '${SLUICE_SANITIZE}'; it must be empty, address or thread")
endif()

# Fuzz targets need all code to report what it covers. Only for a build directory of its own.
if(SLUICE_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined
                      -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()

# The host needs a compiler that destroys the temporaries of a co_await once (g++ 12.2 does not).
set(loop_sources clock.cpp descriptor.cpp loop.cpp mailbox.cpp wait.cpp)
list(TRANSFORM loop_sources PREPEND ${CMAKE_SOURCE_DIR}/host/io/)
try_run(traps_ran traps_compiled
        SOURCES ${CMAKE_SOURCE_DIR}/cmake/coroutine_traps.cpp ${loop_sources}
        CMAKE_FLAGS -DINCLUDE_DIRECTORIES=${CMAKE_SOURCE_DIR}/host
        CXX_STANDARD 20
        COMPILE_OUTPUT_VARIABLE traps_output)
if(NOT traps_compiled OR NOT traps_ran EQUAL 0)
  message(FATAL_ERROR "This C++ compiler mishandles coroutines (cmake/coroutine_traps.cpp); use clang 19.\n${traps_output}")
endif()

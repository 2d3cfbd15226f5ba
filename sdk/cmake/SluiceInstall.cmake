# What the SDK installs, and the same package in the build tree: -DSluiceSDK_DIR=<build>/sdk finds
# it there. Nothing that is installed holds the path of this build.
include(CMakePackageConfigHelpers)

set(package ${CMAKE_CURRENT_BINARY_DIR}/installed)
set(SDK_INCLUDE include)
set(SDK_SCHEMA share/sluice/schema)
set(SDK_TEMPLATE share/sluice/templates)
set(SDK_CHECKER bin/sluice-plugin-check)
set(SDK_CMAKE lib/cmake/SluiceSDK)
set(paths PATH_VARS SDK_INCLUDE SDK_SCHEMA SDK_TEMPLATE SDK_CHECKER SDK_CMAKE)
configure_package_config_file(cmake/SluiceSDKConfig.cmake.in ${package}/SluiceSDKConfig.cmake
  INSTALL_DESTINATION lib/cmake/SluiceSDK ${paths})
configure_file(cmake/sluice-sdk.pc.in ${package}/sluice-sdk.pc @ONLY)
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/SluiceSDKConfigVersion.cmake
  COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)

set(SDK_INCLUDE ${CMAKE_CURRENT_SOURCE_DIR}/include)
set(SDK_SCHEMA ${CMAKE_CURRENT_SOURCE_DIR}/schema)
set(SDK_TEMPLATE ${CMAKE_CURRENT_SOURCE_DIR}/template)
set(SDK_CHECKER ${CMAKE_BINARY_DIR}/sluice-plugin-check)
set(SDK_CMAKE ${CMAKE_CURRENT_SOURCE_DIR}/cmake)
configure_package_config_file(cmake/SluiceSDKConfig.cmake.in
  ${CMAKE_CURRENT_BINARY_DIR}/SluiceSDKConfig.cmake
  INSTALL_DESTINATION ${CMAKE_CURRENT_BINARY_DIR} INSTALL_PREFIX ${CMAKE_CURRENT_BINARY_DIR}
  ${paths})

install(DIRECTORY include/sluice DESTINATION include COMPONENT sdk)
install(DIRECTORY wires DESTINATION share/sluice COMPONENT sdk)
install(DIRECTORY schema DESTINATION share/sluice COMPONENT sdk PATTERN examples EXCLUDE)
install(DIRECTORY template/ DESTINATION share/sluice/templates COMPONENT sdk
  USE_SOURCE_PERMISSIONS PATTERN .clang-format EXCLUDE)
# The faces of other languages, for their build tools.
foreach(language rust go)
  if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${language})
    install(DIRECTORY ${language} DESTINATION share/sluice COMPONENT sdk PATTERN target EXCLUDE)
  endif()
endforeach()
install(DIRECTORY examples DESTINATION share/sluice COMPONENT sdk USE_SOURCE_PERMISSIONS
  PATTERN CMakeLists.txt EXCLUDE PATTERN examples_test.cpp EXCLUDE PATTERN check.sh EXCLUDE)
install(FILES
  ${package}/SluiceSDKConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/SluiceSDKConfigVersion.cmake
  cmake/SluicePlugin.cmake cmake/plugin.map
  DESTINATION lib/cmake/SluiceSDK COMPONENT sdk)
install(FILES ${package}/sluice-sdk.pc DESTINATION lib/pkgconfig COMPONENT sdk)
install(FILES LICENSE README.md CHANGELOG.md DESTINATION share/doc/sluice COMPONENT sdk)
# The gateway's own pages for authors and operators, where this is part of it.
include(cmake/SluiceDocs.cmake)
foreach(page plugins abi operations configuration clients providers)
  if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/../docs/${page}.md)
    sluice_installed_doc(${CMAKE_CURRENT_SOURCE_DIR}/../docs/${page}.md ${package}/doc/${page}.md)
    install(FILES ${package}/doc/${page}.md DESTINATION share/doc/sluice COMPONENT sdk)
  endif()
endforeach()
if(TARGET sluice-plugin-check)
  install(TARGETS sluice-plugin-check RUNTIME DESTINATION bin COMPONENT sdk)
endif()

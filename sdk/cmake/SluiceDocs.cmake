# The documentation as it is installed, in share/doc/sluice: links lead to what is installed too, and
# what is not is named without a link.
# sluice_installed_doc(FILE OUTPUT)
function(sluice_installed_doc file output)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  file(READ ${file} text)
  # Lists and brackets mean something to CMake.
  string(REPLACE ";" "\\;" text "${text}")
  foreach(pair IN ITEMS "../sdk/README.md=README.md" "../sdk/include/=../../../include/"
          "../sdk/schema/=../../sluice/schema/" "../sdk/rust/=../../sluice/rust/"
          "../sdk/go/=../../sluice/go/")
    string(REGEX MATCH "^([^=]*)=(.*)$" whole "${pair}")
    string(REPLACE "](${CMAKE_MATCH_1}" "](${CMAKE_MATCH_2}" text "${text}")
  endforeach()
  string(REGEX REPLACE "\\[([^]\n]*)\\]\\(\\.\\./(docs|sdk|plugins|strategies|config|tests|host)[^)]*\\)" "\\1"
         text "${text}")
  string(REGEX REPLACE "\\[([^]\n]*)\\]\\((architecture|contributing|performance|style)\\.md[^)]*\\)" "\\1"
         text "${text}")
  string(REPLACE "\\;" ";" text "${text}")
  file(WRITE ${output} "${text}")
endfunction()

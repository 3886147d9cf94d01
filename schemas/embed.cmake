# embed.cmake - write the C table of base/embedded.h from the data files
#
# cmake -DOUT=file.c -DROOT=source-folder -P embed.cmake
# Each file becomes an array of bytes, so that any content is right and no literal is too long; a
# zero byte behind it is not counted. Sorted by name, bytewise: embedded_find halves the table.

cmake_minimum_required(VERSION 3.22)

file(GLOB names RELATIVE ${ROOT}
     ${ROOT}/schemas/*.json ${ROOT}/scenarios/*.json ${ROOT}/scenarios/*/*.json)
list(SORT names COMPARE STRING)

set(arrays "")
set(rows "")
set(count 0)
foreach(name IN LISTS names)
  file(READ ${ROOT}/${name} hex HEX)
  string(LENGTH "${hex}" digits)
  math(EXPR bytes "${digits} / 2")
  string(REGEX REPLACE "(..)" "0x\\1," hex "${hex}")
  string(APPEND arrays "static const unsigned char file_${count}[] = {\n${hex}0};\n")
  string(APPEND rows "    {\"${name}\", (const char *)file_${count}, ${bytes}},\n")
  math(EXPR count "${count} + 1")
endforeach()

file(WRITE ${OUT} "/* Made by schemas/embed.cmake. */
#include \"base/embedded.h\"

${arrays}
const struct embedded embedded_files[] = {
${rows}    {0, 0, 0}, /* keeps the table from being empty */
};
const size_t embedded_files_n = ${count};
")

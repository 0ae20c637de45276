# embed_files(TARGET NAME files…): a generated C file in TARGET with the bytes of each file, so that the program works
# from anywhere.  It defines, as declared by the target's own NAME_embedded.h:
#   const struct NAME_file NAME_files[] = { { "file name", bytes, size }, … };   const size_t NAME_file_count;
function(embed_files TARGET NAME)
    set(out ${CMAKE_BINARY_DIR}/embedded/${NAME}_embedded.c)
    set(arrays "")
    set(rows "")
    set(index 0)
    foreach(file IN LISTS ARGN)
        set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
        file(READ ${file} hex HEX)
        string(REGEX REPLACE "(................................)" "\\1\n" hex "${hex}")
        string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," hex "${hex}")
        get_filename_component(leaf ${file} NAME)
        string(APPEND arrays "static const unsigned char file_${index}[] = {\n${hex}};\n")
        string(APPEND rows "    {\"${leaf}\", file_${index}, sizeof(file_${index})},\n")
        math(EXPR index "${index} + 1")
    endforeach()
    file(CONFIGURE OUTPUT ${out} @ONLY CONTENT
"/* Generated from assets by third_party/embed_files.cmake. */
#include \"${TARGET}/${NAME}_embedded.h\"

${arrays}
const struct ${NAME}_file ${NAME}_files[] = {
${rows}};
const size_t ${NAME}_file_count = sizeof(${NAME}_files) / sizeof(${NAME}_files[0]);
")
    target_sources(room_${TARGET} PRIVATE ${out})
endfunction()

# embed_shaders(TARGET): every file of shaders/ becomes a row of the table that src/gfx/shader_table.h declares, so
# that the program needs no files at run time.  Run as a script (-D OUT=… -D DIR=… -D FILES=…) it writes that table.
if(CMAKE_SCRIPT_MODE_FILE)
    set(text "/* Made by third_party/embed_files.cmake from shaders/. */\n#include \"gfx/shader_table.h\"\n\n")
    set(rows "")
    set(index 0)
    separate_arguments(FILES UNIX_COMMAND "${FILES}")
    foreach(file IN LISTS FILES)
        file(READ ${DIR}/${file} hex HEX)
        string(REGEX REPLACE "(................................)" "\\1\n" hex "${hex}")
        string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," hex "${hex}")
        string(APPEND text "static const unsigned char file_${index}[] = {\n${hex}0x00};\n")
        string(APPEND rows "    {\"${file}\", (const char *)file_${index}, sizeof file_${index} - 1},\n")
        math(EXPR index "${index} + 1")
    endforeach()
    string(APPEND text "\nconst struct shader_file shader_table[] = {\n${rows}};\n")
    string(APPEND text "const size_t shader_table_count = ${index};\n")
    file(WRITE ${OUT} "${text}")
    return()
endif()

function(embed_shaders TARGET)
    set(dir ${CMAKE_SOURCE_DIR}/shaders)
    file(GLOB_RECURSE files RELATIVE ${dir} CONFIGURE_DEPENDS ${dir}/*.vert ${dir}/*.frag ${dir}/*.glsl)
    list(TRANSFORM files PREPEND ${dir}/ OUTPUT_VARIABLE depends)
    list(JOIN files " " names)
    set(out ${CMAKE_BINARY_DIR}/shaders/shader_table.c)
    add_custom_command(OUTPUT ${out}
        COMMAND ${CMAKE_COMMAND} -D OUT=${out} -D DIR=${dir} "-DFILES=${names}"
                -P ${CMAKE_SOURCE_DIR}/third_party/embed_files.cmake
        DEPENDS ${depends} ${CMAKE_SOURCE_DIR}/third_party/embed_files.cmake VERBATIM)
    target_sources(${TARGET} PRIVATE ${out})
endfunction()

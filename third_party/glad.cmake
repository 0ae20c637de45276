# The OpenGL loader, generated at build time by Debian's python3-glad.  --reproducible takes the specification
# from the package: no network.  Only the extensions named here are in it.
find_program(GLAD glad REQUIRED)
set(GLAD_DIR ${CMAKE_BINARY_DIR}/glad)
add_custom_command(
    OUTPUT ${GLAD_DIR}/src/gl.c ${GLAD_DIR}/include/glad/gl.h
    COMMAND ${GLAD} --quiet --reproducible --api gl:core=3.3
            --extensions=GL_ARB_buffer_storage,GL_ARB_timer_query,GL_KHR_debug,GL_KHR_robustness
            --out-path ${GLAD_DIR} c
    VERBATIM)
add_library(lib_glad STATIC ${GLAD_DIR}/src/gl.c ${GLAD_DIR}/include/glad/gl.h)
target_include_directories(lib_glad SYSTEM PUBLIC ${GLAD_DIR}/include)

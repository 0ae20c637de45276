# Every library comes from the distribution; nothing is copied here.  Each becomes one target lib_<name>,
# and module(… LIBS name) is the only way to reach its headers.
find_package(PkgConfig REQUIRED)

function(package NAME)
    pkg_check_modules(${NAME} REQUIRED IMPORTED_TARGET ${ARGN})
    add_library(lib_${NAME} INTERFACE)
    target_link_libraries(lib_${NAME} INTERFACE PkgConfig::${NAME})
endfunction()

package(websockets libwebsockets libssl libcrypto)
package(zlib zlib)
package(cjson libcjson)
package(zstd libzstd)
package(cmocka cmocka)
if(PICTURE)
    package(sdl2 sdl2)
    package(cglm cglm)
    package(egl egl)
    package(freetype freetype2)
    package(fontconfig fontconfig)
    package(png libpng)
    include(glad)
endif()

# How every room is compiled.  Portable code: no -march=native; the data wing must give the same bits everywhere.
if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE Release)
endif()
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_C_FLAGS_RELEASE "-O3")
# The C++ of src/gui, with the flags of C where they apply.
set(CMAKE_CXX_STANDARD 17)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_FLAGS_RELEASE "-O3")
set(CMAKE_CXX_FLAGS_DEBUG "${CMAKE_C_FLAGS_DEBUG}")
find_program(CCACHE ccache)
if(CCACHE)
    set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

# Some two hundred test programs are linked by each preset: gold takes a third of the time.
find_program(GOLD ld.gold)
if(GOLD)
    add_link_options(-fuse-ld=gold)
endif()

add_library(house INTERFACE)
target_include_directories(house INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_compile_definitions(house INTERFACE _POSIX_C_SOURCE=200809L _DEFAULT_SOURCE
    LIQSCOPE_VERSION="${PROJECT_VERSION}")
target_compile_options(house INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wvla -Wconversion
    -Wno-sign-conversion -ffp-contract=off -fno-omit-frame-pointer -include base/banned.h
    $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes> $<$<COMPILE_LANGUAGE:C>:-Wmissing-prototypes>
    $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions> $<$<COMPILE_LANGUAGE:CXX>:-fno-rtti>)
if(WERROR)
    target_compile_options(house INTERFACE -Werror)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Release")
    # Every function of a library is found at start: the table of them is then read-only.
    add_link_options(-Wl,-z,relro,-z,now)
endif()
# Sanitizers cover every target, tests included.
if(SANITIZE STREQUAL "address")
    add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=undefined)
    add_link_options(-fsanitize=address,undefined)
elseif(SANITIZE STREQUAL "thread")
    add_compile_options(-fsanitize=thread)
    add_link_options(-fsanitize=thread)
endif()
if(COVERAGE)
    add_compile_options(--coverage)
    add_link_options(--coverage)
endif()
if(FUZZ)
    add_compile_options(-fsanitize=fuzzer-no-link)
endif()
target_link_libraries(house INTERFACE m pthread)

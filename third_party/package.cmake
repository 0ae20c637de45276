# What `cmake --install` lays down, and the Debian package of it (`cmake --build BUILD --target deb`).
# Completions are what the built program prints; manual and changelogs are compressed as distributions want them,
# without a time stamp, so that the same sources give the same bytes.
include(GNUInstallDirs)
set(made ${CMAKE_BINARY_DIR}/package)
set(assets ${CMAKE_SOURCE_DIR}/assets)
set(made_files "")
find_program(GZIP gzip REQUIRED)

# package_gzip(FROM TO): TO in the build folder.
function(package_gzip FROM TO)
    add_custom_command(OUTPUT ${made}/${TO} DEPENDS ${FROM}
        COMMAND ${CMAKE_COMMAND} -E make_directory ${made}
        COMMAND ${GZIP} -9nc ${FROM} > ${made}/${TO} VERBATIM)
    set(made_files ${made_files} ${made}/${TO} PARENT_SCOPE)
endfunction()

package_gzip(${assets}/liqscope.1 liqscope.1.gz)
package_gzip(${CMAKE_SOURCE_DIR}/CHANGELOG.md changelog.gz)
package_gzip(${assets}/debian/changelog changelog.Debian.gz)
foreach(shell bash zsh fish)
    # As LeakSanitizer cannot work in every sandbox that builds, it is not asked.
    add_custom_command(OUTPUT ${made}/liqscope.${shell} DEPENDS liqscope
        COMMAND ${CMAKE_COMMAND} -E make_directory ${made}
        COMMAND ${CMAKE_COMMAND} -E env ASAN_OPTIONS=detect_leaks=0
                $<TARGET_FILE:liqscope> help --completion ${shell} > ${made}/liqscope.${shell} VERBATIM)
    list(APPEND made_files ${made}/liqscope.${shell})
endforeach()
add_custom_target(package_files ALL DEPENDS ${made_files})

set(CMAKE_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE
    WORLD_READ WORLD_EXECUTE)
install(TARGETS liqscope)
install(FILES ${made}/liqscope.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${made}/changelog.gz ${made}/changelog.Debian.gz ${assets}/debian/copyright
        DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/liqscope)
install(FILES ${assets}/debian/lintian-overrides DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides
        RENAME liqscope)
install(FILES ${assets}/liqscope.conf DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/liqscope/examples)
install(FILES ${made}/liqscope.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME liqscope)
install(FILES ${made}/liqscope.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
# Debian's zsh looks for what packages bring in a folder of its own.
install(CODE "
    set(folder site-functions)
    if(CMAKE_INSTALL_PREFIX MATCHES \"/usr/?$\")
        set(folder vendor-completions)
    endif()
    file(INSTALL \"${made}/liqscope.zsh\" RENAME _liqscope TYPE FILE PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ
         DESTINATION \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_DATADIR}/zsh/\${folder}\")")
if(PICTURE)
    install(FILES ${assets}/liqscope.desktop DESTINATION ${CMAKE_INSTALL_DATADIR}/applications)
    install(FILES ${assets}/io.github.liqscope.liqscope.metainfo.xml DESTINATION ${CMAKE_INSTALL_DATADIR}/metainfo)
    install(FILES ${assets}/icons/liqscope.svg DESTINATION ${CMAKE_INSTALL_DATADIR}/icons/hicolor/scalable/apps)
    foreach(size 16 24 32 48 64 128 256 512)
        install(FILES ${assets}/icons/liqscope_${size}.png RENAME liqscope.png
                DESTINATION ${CMAKE_INSTALL_DATADIR}/icons/hicolor/${size}x${size}/apps)
    endforeach()
endif()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME liqscope)
set(CPACK_PACKAGE_VENDOR "the liqscope authors")
set(CPACK_PACKAGE_CONTACT "the liqscope authors <liqscope@users.noreply.github.com>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "map of estimated liquidations in crypto futures")
set(CPACK_PACKAGE_DESCRIPTION
"liqscope draws, live, a field of time and price that shows where leveraged
long and short positions in crypto perpetual futures are estimated to be
liquidated, together with price, trades, order book, open interest, funding
and the liquidations that exchanges publish.
.
It reads the exchanges' public feeds itself and needs no account; it replays
recordings, renders pictures and films without a display, and scores its own
estimate against the liquidations that follow.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES TRUE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION misc)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION TRUE)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "ca-certificates")
if(PICTURE)
    # Fonts and OpenGL are found when it runs, not when it is linked.
    string(APPEND CPACK_DEBIAN_PACKAGE_DEPENDS ", fonts-inter, fonts-jetbrains-mono, libgl1")
    set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "ffmpeg, xclip | wl-clipboard, libnotify-bin")
endif()
include(CPack)

# The package alone: CPack's own target would build every test first.
add_custom_target(deb DEPENDS liqscope package_files COMMAND ${CMAKE_CPACK_COMMAND} -G DEB
    WORKING_DIRECTORY ${CMAKE_BINARY_DIR} USES_TERMINAL VERBATIM)

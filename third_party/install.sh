# shellcheck shell=bash disable=SC2034 # the lists are used by those who source this
# third_party/install.sh - sourced by ./run and ./test: installs what is missing from the distribution's packages.
# Every part is named here once, with what it is for; third_party/README.md lists licences.

# Compiler and tools, and the libraries of every room.
PACKAGES_BUILD=(gcc g++ libc6-dev cmake ninja-build ccache pkg-config python3 python3-glad
    libwebsockets-dev libssl-dev libcjson-dev zlib1g-dev libzstd-dev libsqlite3-dev libcmocka-dev
    libsdl2-dev libimgui-dev libcglm-dev libegl-dev libfreetype-dev libfontconfig-dev libpng-dev)
# What it needs when it runs: the authorities that certificates are checked against, fonts, and OpenGL in
# software where there is no graphics card.
PACKAGES_RUN=(ca-certificates fonts-inter fonts-jetbrains-mono libgl1-mesa-dri libgl1 libegl1)
# For the tests: certificates, a screen, two displays with hands and eyes, what makes films and reads them, the formatter,
# the compiler of the fuzz targets, the ring to compare with, shells to complete in, and what checks a desktop's files.
PACKAGES_TEST=(openssl xvfb xserver-xorg-core xserver-xorg-video-dummy x11-xserver-utils x11-apps xdotool ffmpeg
    clang-format clang libclang-rt-14-dev libck-dev zsh fish desktop-file-utils appstream)

# What one clone has compiled serves the next: the compiler's cache holds paths relative to the clone.
CCACHE_BASEDIR=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export CCACHE_BASEDIR CCACHE_NOHASHDIR=true

say() {
    printf '%s: %s\n' "${0##*/}" "$*"
}

# Those of the arguments that are not installed, one a line.
packages_missing() {
    local package installed
    # dpkg-query fails where it does not know one of them; what it printed of the others still counts.
    installed=" $({ dpkg-query -W -f='${Package}=${db:Status-Status}\n' "$@" 2>/dev/null || true; } |
        sed -n 's/=installed$//p' | tr '\n' ' ')"
    for package in "$@"; do
        case "$installed" in
        *" $package "*) ;;
        *) printf '%s\n' "$package" ;;
        esac
    done
}

# packages_install WHY PACKAGE…: nothing to do is quick and silent. Returns 1 with a clear line where it cannot.
packages_install() {
    local why=$1 missing as_root=()
    shift
    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        say "this is no Debian: going on with what is here (needed $why: $*)"
        return 0
    fi
    mapfile -t missing < <(packages_missing "$@")
    if [ "${#missing[@]}" -eq 0 ]; then
        return 0
    fi
    say "missing $why: ${missing[*]}"
    if [ "$(id -u)" -ne 0 ]; then
        # Ask for a password only where somebody can answer.
        if command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
            as_root=(sudo)
        else
            say "cannot install them: neither root nor able to use sudo here. As root, run:" >&2
            say "  apt-get install --no-install-recommends ${missing[*]}" >&2
            return 1
        fi
    fi
    say "installing them with apt-get"
    local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q
        -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=120)
    "${apt[@]}" update || say "apt-get update failed; trying with the lists that are here" >&2
    if ! "${apt[@]}" install -y --no-install-recommends "${missing[@]}"; then
        say "apt-get could not install: ${missing[*]}" >&2
        return 1
    fi
}

# A command whose output matters only when it fails.
quietly() {
    local log status=0
    log=$(mktemp)
    "$@" >"$log" 2>&1 || status=$?
    if [ "$status" -ne 0 ]; then
        cat "$log" >&2
    fi
    rm -f "$log"
    return "$status"
}

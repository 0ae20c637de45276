#!/bin/bash
# What `cmake --install` lays down: every file and no other, readable by all, and each of them good for something.
# usage: install.sh BUILD-FOLDER LIQSCOPE VERSION [picture]
. "$(dirname "$0")/begin.sh" "$2"
build=$1
version=$3
picture=${4:-}
export ASAN_OPTIONS=detect_leaks=0
DESTDIR=$folder cmake --install "$build" --prefix /usr >"$folder.log" 2>&1 || fail "install: $(cat "$folder.log")"
rm -f "$folder.log"
root=$folder/usr

want() {
    echo bin/liqscope
    echo share/bash-completion/completions/liqscope
    echo share/doc/liqscope/changelog.Debian.gz
    echo share/doc/liqscope/changelog.gz
    echo share/doc/liqscope/copyright
    echo share/doc/liqscope/examples/liqscope.conf
    echo share/fish/vendor_completions.d/liqscope.fish
    echo share/lintian/overrides/liqscope
    echo share/man/man1/liqscope.1.gz
    echo share/zsh/vendor-completions/_liqscope
    if [[ -n $picture ]]; then
        echo share/applications/liqscope.desktop
        echo share/icons/hicolor/scalable/apps/liqscope.svg
        echo share/metainfo/io.github.liqscope.liqscope.metainfo.xml
        for size in 16 24 32 48 64 128 256 512; do
            echo "share/icons/hicolor/${size}x$size/apps/liqscope.png"
        done
    fi
}
diff <(want | LC_ALL=C sort) <(cd "$root" && find . -type f -o -type l | sed 's|^\./||' | LC_ALL=C sort) ||
    fail "other files than wanted"
[[ -z $(find "$root" ! -perm -o=r) ]] || fail "not for everybody: $(find "$root" ! -perm -o=r)"
[[ -x $root/bin/liqscope && -z $(find "$root/share" -type f -perm /111) ]] || fail "what may be run and what not"

[[ $("$root/bin/liqscope" --version) == "liqscope $version" ]] || fail "--version of the installed program"
cmp <("$program" help --completion bash) "$root/share/bash-completion/completions/liqscope" || fail "bash"
cmp <("$program" help --completion zsh) "$root/share/zsh/vendor-completions/_liqscope" || fail "zsh"
cmp <("$program" help --completion fish) "$root/share/fish/vendor_completions.d/liqscope.fish" || fail "fish"
cmp <(gzip -dc "$root/share/man/man1/liqscope.1.gz") assets/liqscope.1 || fail "man page"
# Bytes 4 to 7 of a gzip file are its time stamp.
for file in man/man1/liqscope.1.gz doc/liqscope/changelog.gz doc/liqscope/changelog.Debian.gz; do
    [[ $(od -An -tx1 -j4 -N4 "$root/share/$file" | tr -d ' ') == 00000000 ]] || fail "$file holds a time"
done
gzip -dc "$root/share/doc/liqscope/changelog.Debian.gz" | head -1 | grep -qF "liqscope ($version-" ||
    fail "the package's changelog is of another version"
"$program" check-config "$root/share/doc/liqscope/examples/liqscope.conf" >/dev/null || fail "the example is wrong"
# What it shows and has commented out is right, too.
sed 's/^# \([a-z_]* = \)/\1/' "$root/share/doc/liqscope/examples/liqscope.conf" >"$folder/all.conf"
"$program" check-config "$folder/all.conf" >/dev/null || fail "the example's comments are wrong"

if [[ -n $picture ]]; then
    for size in 16 24 32 48 64 128 256 512; do
        file=$root/share/icons/hicolor/${size}x$size/apps/liqscope.png
        [[ $(od -An -tx1 -j16 -N8 "$file" | tr -d ' ') == $(printf '%08x%08x' $size $size) ]] || fail "icon of $size"
    done
    entry=$root/share/applications/liqscope.desktop
    grep -qx 'StartupWMClass=liqscope' "$entry" || fail "class of the windows"
    if command -v desktop-file-validate >/dev/null; then
        said=$(desktop-file-validate "$entry" 2>&1)
        [[ -z $said ]] || fail "desktop-file-validate: $said"
    else
        echo "desktop-file-validate is not installed: left out"
    fi
    if command -v appstreamcli >/dev/null; then
        appstreamcli validate --no-net "$root"/share/metainfo/*.xml >"$folder/said" 2>&1 ||
            fail "appstreamcli: $(cat "$folder/said")"
    else
        echo "appstreamcli is not installed: left out"
    fi
fi

# Elsewhere zsh looks in another folder.
DESTDIR=$folder/own cmake --install "$build" --prefix /opt/liqscope >/dev/null || fail "install to /opt"
[[ -s $folder/own/opt/liqscope/share/zsh/site-functions/_liqscope ]] || fail "zsh's folder below /opt"

echo "$failures failures"
[[ $failures == 0 ]]

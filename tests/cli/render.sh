#!/bin/bash
# Pictures without a display: the same input gives the same bytes, and a file is there whole or not at all.
# usage: render.sh LIQSCOPE PYTHON3
. "$(dirname "$0")/begin.sh" "$1"
python=$2
unset DISPLAY WAYLAND_DISPLAY
is_png() { # FILE WIDTH HEIGHT
    local want got
    want=$(printf '89504e470d0a1a0a0000000d49484452%08x%08x' "$2" "$3")
    got=$(head -c 24 "$1" | od -An -v -tx1 | tr -d ' \n')
    [[ $got == "$want" ]]
}

"$program" simulate --days 0.1 --seed 3 -o "$folder/day.jsonl.zst" || fail "simulate"
for name in a b; do
    "$program" render "$folder/day.jsonl.zst" -o "$folder/file_$name.png" --size 320x180 --window 1h ||
        fail "render of a file"
    "$program" render demo -o "$folder/demo_$name.png" --size 320x180 --days 0.1 --seed 3 --window 1h ||
        fail "render of the demo"
done
is_png "$folder/file_a.png" 320 180 || fail "no PNG of 320 x 180"
cmp "$folder/file_a.png" "$folder/file_b.png" || fail "two runs over a file differ"
cmp "$folder/demo_a.png" "$folder/demo_b.png" || fail "two runs of the demo differ"
cmp -s "$folder/file_a.png" "$folder/demo_a.png" && fail "the demo is not marked as one"

# Another moment is another picture; a moment before everything is an error and leaves no file.
"$program" render "$folder/day.jsonl.zst" -o "$folder/at.png" --size 320x180 --window 1h \
    --at 2026-01-05T01:30:00Z || fail "render --at"
cmp -s "$folder/file_a.png" "$folder/at.png" && fail "--at changes nothing"
"$program" render "$folder/day.jsonl.zst" -o "$folder/none.png" --at 2020-01-01 2>"$folder/err" &&
    fail "render before the first event"
[[ -e $folder/none.png ]] && fail "a file was left behind"
[[ $(wc -l <"$folder/err") == 1 ]] || fail "want one line, got: $(cat "$folder/err")"

# A second venue of the coin is added to the first.
"$program" simulate --days 0.1 --seed 3 | sed 's/"venue":"binance_usdm"/"venue":"bybit"/' >"$folder/day.bybit.jsonl"
for name in a b; do
    "$program" render "$folder/day.jsonl.zst" "$folder/day.bybit.jsonl" -o "$folder/both_$name.png" \
        --size 320x180 --window 1h || fail "render of two venues"
done
cmp "$folder/both_a.png" "$folder/both_b.png" || fail "two runs over two files differ"
cmp -s "$folder/both_a.png" "$folder/file_a.png" && fail "the second venue changes nothing"

# A recording that breaks off: what could be read is drawn, with an error and its exit status.
head -c "$(($(wc -c <"$folder/day.jsonl.zst") * 3 / 4))" "$folder/day.jsonl.zst" >"$folder/day.broken.jsonl.zst"
"$program" render "$folder/day.broken.jsonl.zst" -o "$folder/at.png" --size 320x180 --window 1h 2>"$folder/err"
[[ $? == 1 && $(wc -l <"$folder/err") == 1 ]] && is_png "$folder/at.png" 320 180 || fail "broken: $(cat "$folder/err")"

# A place that cannot be written.
"$program" render demo -o "$folder/nosuch/x.png" --size 320x180 --days 0.05 2>"$folder/err"
[[ $? == 1 && $(wc -l <"$folder/err") == 1 ]] || fail "unwritable: $(cat "$folder/err")"
ls "$folder" | grep -v -e '^day\.' -e '^file_[ab]\.png$' -e '^demo_[ab]\.png$' -e '^both_[ab]\.png$' \
    -e '^at\.png$' -e '^err$' &&
    fail "something was left behind"

# The pointer and the question why are drawn, wherever they are; a place has to be one.
"$program" render "$folder/day.jsonl.zst" -o "$folder/pointed.png" --size 320x180 --window 1h \
    --pointer 2026-01-05T01:30:00Z,99000 --why 97000 || fail "render --pointer --why"
cmp -s "$folder/file_a.png" "$folder/pointed.png" && fail "--pointer changes nothing"
"$program" render "$folder/day.jsonl.zst" -o "$folder/away.png" --size 320x180 --window 1h \
    --pointer 1,1 || fail "render --pointer away"
cmp "$folder/file_a.png" "$folder/away.png" || fail "a pointer outside the picture changes it"
"$program" render "$folder/day.jsonl.zst" -o "$folder/away.png" --size 320x180 --window 1h --why 1 2>"$folder/err" &&
    grep -q -- '--why 1 is not drawn: out of sight' "$folder/err" || fail "--why out of sight: $(cat "$folder/err")"
for place in noon 2026-01-05T01:30:00Z 2026-01-05T01:30:00Z,-1 2026-01-05T01:30:00Z,1x ,; do
    "$program" render demo -o "$folder/none.png" --pointer "$place" >/dev/null 2>"$folder/err"
    [[ $? == 2 && $(wc -l <"$folder/err") == 1 ]] && grep -q 'expected TIME,PRICE' "$folder/err" ||
        fail "--pointer $place: $(cat "$folder/err")"
done

# A recording of the same events: the same state and the same pixels, and the same film a second time.
"$program" import "$folder/day.jsonl.zst" -o "$folder/day.liq" 2>/dev/null || fail "import"
"$program" export "$folder/day.liq" -o "$folder/day.again.jsonl.zst" || fail "export"
for source in day.jsonl.zst day.liq day.again.jsonl.zst; do
    "$program" render "$folder/$source" -o "$folder/at.png" --size 320x180 --window 30m --hash
done | sort | uniq -c >"$folder/hashes"
[[ $(wc -l <"$folder/hashes") == 3 ]] && grep -q '^ *3 state ' "$folder/hashes" &&
    grep -q '^ *3 density ' "$folder/hashes" &&
    grep -q '^ *3 picture ' "$folder/hashes" || fail "hashes: $(cat "$folder/hashes")"
for run in first second; do
    mkdir "$folder/$run"
    "$program" render "$folder/day.liq" -o "$folder/$run/frame-%03d.png" --size 320x180 --window 30m --fps 1 \
        --from 2026-01-05T02:00:00Z --to 2026-01-05T02:10:00Z --speed 200 --hash >"$folder/$run/hashes" ||
        fail "render of a series"
done
diff -r "$folder/first" "$folder/second" || fail "two runs of a film differ"
is_png "$folder/first/frame-003.png" 320 180 || fail "no series: $(ls "$folder/first")"
[[ $(ls "$folder/first" | wc -l) == 4 ]] || fail "frames of the series: $(ls "$folder/first")"

# A film on standard output and into a named pipe: the same bytes, the hashes elsewhere. Drawn in tiles it differs
# by one step of brightness where rounding does, in less than one byte of a thousand.
film() { # film OUTPUT [OPTION...]
    "$program" render "$folder/day.liq" --size 320x180 --window 30m --fps 30 --from 2026-01-05T02:00:00Z \
        --to 2026-01-05T02:01:00Z --speed 120 --hash -o "$@" || fail "a film into $1"
}
film - >"$folder/film.y4m" 2>"$folder/film.hashes"
grep -q '^picture ' "$folder/film.hashes" || fail "hashes beside a film on standard output"
# At another speed, with other frames, the end is the same.
film "$folder/slow.y4m" --speed 37 --fps 3 >"$folder/slow.hashes"
cmp -s <(grep -v picture "$folder/film.hashes") <(grep -v picture "$folder/slow.hashes") ||
    fail "another speed, another end: $(cat "$folder/film.hashes" "$folder/slow.hashes")"
[[ $(wc -c <"$folder/film.y4m") == $(($(head -1 "$folder/film.y4m" | wc -c) + 15 * (6 + 320 * 180 * 3 / 2))) ]] ||
    fail "15 frames of y4m: $(wc -c <"$folder/film.y4m") bytes"
mkfifo "$folder/pipe"
cat "$folder/pipe" >"$folder/piped.y4m" &
film "$folder/pipe" >/dev/null
wait $!
cmp "$folder/film.y4m" "$folder/piped.y4m" || fail "a film through a pipe differs"
film "$folder/tiled.y4m" --tile 100 >/dev/null
cmp -l "$folder/film.y4m" "$folder/tiled.y4m" | awk '
    function octal(text) { return substr(text, length(text)) + 8 * substr("0" text, length(text), 1) + 64 * int(text / 100) }
    { off = octal($2) - octal($3); if (off > 1 || off < -1) { far++ } }
    END { print NR, far + 0 }' >"$folder/differ"
read -r differ far <"$folder/differ"
[[ $far == 0 && $differ -lt 1300 ]] || fail "tiles: $differ bytes differ, $far of them by more than one"

# In real time a film has as many frames, or as many more as the last one was late; a live market is a film, not a picture.
film "$folder/paced.y4m" --realtime >/dev/null 2>&1
[[ $(wc -c <"$folder/paced.y4m") -ge $(wc -c <"$folder/film.y4m") ]] || fail "frames in real time"
"$program" render binance_usdm:BTCUSDT -o "$folder/none.png" 2>"$folder/err"
[[ $? == 2 ]] && grep -q 'a live source has no end to draw' "$folder/err" || fail "live picture: $(cat "$folder/err")"
"$program" render binance_usdm:BTCUSDT -o "$folder/none.y4m" --from 2026-01-05 2>"$folder/err"
[[ $? == 2 ]] && grep -q -- '--from: is not for a live source' "$folder/err" || fail "live film: $(cat "$folder/err")"

# What is live comes through the proxy that was asked for: it knocks there.
"$python" - >"$folder/knock" <<'EOF' &
import socket
server = socket.create_server(("127.0.0.1", 0))
server.settimeout(30)
print(server.getsockname()[1], flush=True)
print(server.accept()[0].recv(4096).decode())
EOF
door=$!
for _ in $(seq 600); do
    [[ -s $folder/knock ]] && break
    sleep 0.05
done
"$program" render binance_usdm:BTCUSDT -o "$folder/proxied.y4m" --size 64x64 --seconds 120 \
    --proxy "http://127.0.0.1:$(head -1 "$folder/knock")" >/dev/null 2>&1 &
live=$!
wait $door
kill $live
wait $live
grep -q '^CONNECT .*binance.com:443' "$folder/knock" || fail "nothing came to the proxy: $(cat "$folder/knock")"

# What stands in a picture's corner opens it again: the same picture; a name that is none is an error.
export XDG_STATE_HOME=$folder/state
"$program" render "$folder/day.liq" -o "$folder/at.png" --size 320x180 --window 30m --split || fail "a picture with a name"
name=$(ls "$folder/state/liqscope/maps")
grep -aq "$name" "$folder/at.png" || fail "no map ID in the picture: $name"
"$program" open "${name,,}" -o "$folder/again.png" || fail "open $name"
cmp "$folder/at.png" "$folder/again.png" || fail "open $name makes another picture"
"$program" open ../../passwd -o "$folder/none.png" 2>"$folder/err"
[[ $? == 2 ]] && grep -q 'no map ID' "$folder/err" || fail "open of no name: $(cat "$folder/err")"

# Without ffmpeg, and with one that fails, a film is an error that says which of both.
PATH=/nonexistent "$program" render demo --days 0.05 --size 64x64 --window 30m -o "$folder/none.mp4" 2>"$folder/err"
[[ $? == 1 ]] && grep -q 'ffmpeg is not installed' "$folder/err" || fail "no ffmpeg: $(cat "$folder/err")"
mkdir "$folder/bin"
printf '#!/bin/sh\nexit 3\n' >"$folder/bin/ffmpeg"
chmod +x "$folder/bin/ffmpeg"
PATH=$folder/bin "$program" render "$folder/day.liq" --size 64x64 --window 30m -o "$folder/none.mp4" 2>"$folder/err"
[[ $? == 1 ]] && grep -q 'ffmpeg failed with status 3' "$folder/err" || fail "ffmpeg fails: $(cat "$folder/err")"

echo "$failures failures"
[[ $failures == 0 ]]

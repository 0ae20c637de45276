#!/bin/bash
# The window as its user sees it, on a virtual screen: a picture with many colours, resized, and a clean end.
# usage: window.sh LIQSCOPE; status 77: no Xvfb here.
command -v Xvfb >/dev/null || { echo "skipped: no Xvfb"; exit 77; }
. "$(dirname "$0")/begin.sh" "$1"
export XDG_RUNTIME_DIR=$folder
unset WAYLAND_DISPLAY SDL_VIDEODRIVER

# -displayfd lets the server choose a free number; -fbdir keeps the screen as a file (XWD, 32 bits a pixel).
Xvfb -screen 0 800x600x24 -fbdir "$folder" -nolisten tcp -displayfd 3 3>"$folder/number" 2>/dev/null &
for _ in $(seq 200); do
    [[ -s $folder/number ]] && break
    sleep 0.05
done
DISPLAY=:$(cat "$folder/number")
export DISPLAY

colours() {
    tail -c +4096 "$folder/Xvfb_screen0" | od -An -v -tx4 -w4 | sort -u | wc -l
}

check() { # NAME LIMIT-COLOURS COMMAND...: runs, shows at least so many colours before its end, ends with 0
    local name=$1 least=$2 most=0 count
    shift 2
    "$@" 2>"$folder/err" &
    local pid=$!
    for _ in $(seq 60); do
        sleep 0.5
        kill -0 "$pid" 2>/dev/null || break
        count=$(colours)
        ((count > most)) && most=$count
        ((most >= least)) && kill -INT "$pid" 2>/dev/null
    done
    wait "$pid"
    local status=$?
    if [[ $status != 0 || $most -lt $least ]]; then
        echo "FAILED: $name: status $status, $most colours, want $least: $(cat "$folder/err")"
        exit 1
    fi
    echo "ok: $name: $most colours"
}

"$program" simulate --days 0.5 -o "$folder/day.jsonl.gz" || exit 1
check "recording" 300 "$program" view "$folder/day.jsonl.gz" --window 4h --size 800x600 --seconds 60
check "demo" 300 "$program" view demo --days 0.5 --window 4h --size 640x480 --seconds 60
check "full screen" 300 "$program" view "$folder/day.jsonl.gz" --fullscreen --palette viridis --seconds 60

#!/bin/bash
# Exit status and message of everything that can go wrong before there is a picture: one clear line each.
# usage: messages.sh LIQSCOPE [picture]
. "$(dirname "$0")/begin.sh" "$1"
picture=${2:-}
unset DISPLAY WAYLAND_DISPLAY SDL_VIDEODRIVER

# quiet STATUS COMMAND...: nothing on standard error, something on standard output.
quiet() {
    local status=$1
    shift
    timeout 60 "$@" >"$folder/out" 2>"$folder/err" </dev/null
    local got=$?
    if [[ $got != "$status" || -s $folder/err || ! -s $folder/out ]]; then
        fail "$*: status $got, want $status: $(cat "$folder/err")"
    fi
}

quiet 0 "$program" --version
quiet 0 "$program" help
for command in view render levels normalize simulate check-config help; do
    quiet 0 "$program" help "$command"
    quiet 0 "$program" "$command" --help
done
expect 2 '"nosuch": no such command' "$program" help nosuch
expect 2 '--pallete: unknown option of view; did you mean --palette\?' "$program" view --pallete x
expect 2 '--window: "abc": not a length of time' "$program" view --window abc
expect 2 'one of error, warn, info, debug' "$program" simulate --log-level loud
expect 2 'one argument too many' "$program" simulate demo

# The configuration file.
printf '[picture]\n\npalette = magna\n' >"$folder/heat.conf"
expect 2 'heat.conf:3: \[picture\].palette: "magna": unknown; one of' \
    "$program" simulate --config "$folder/heat.conf"
expect 1 'heat.conf:3: \[picture\].palette' "$program" check-config "$folder/heat.conf"
expect 2 'nosuch.conf: no such file' "$program" simulate --config "$folder/nosuch.conf"
expect 1 'nosuch.conf: no such file' "$program" check-config "$folder/nosuch.conf"
printf '[picture]\npalette = viridis\n' >"$folder/good.conf"
quiet 0 "$program" check-config "$folder/good.conf"

# A port in use.
"$program" simulate --serve 127.0.0.1:0 --days 0.01 >"$folder/served" 2>&1 &
for _ in $(seq 200); do
    port=$(grep -Eom1 '127\.0\.0\.1:[0-9]+' "$folder/served" | head -1 | cut -d: -f2)
    [[ -n $port ]] && break
    sleep 0.05
done
if [[ -z $port ]]; then
    fail "simulate --serve does not say where it listens: $(cat "$folder/served")"
else
    expect 1 "$port.*in use" "$program" simulate --serve "127.0.0.1:$port" --days 0.01
fi

# A user's own margin tables, in the configuration file and on the command line.
printf 'source,me\nbinance_usdm,BTCUSDT,0,inf,0.02,25,0\n' >"$folder/margin.csv"
printf '[source]\nmargin_tables = %s\n' "$folder/margin.csv" >"$folder/margin.conf"
expect 1 "margin.conf: \[source\].margin_tables: $folder/margin.csv:2: no date is given" \
    "$program" check-config "$folder/margin.conf"
expect 2 "margin-tables: $folder/margin.csv:2: no date is given" \
    "$program" levels demo --days 0.01 --margin-tables "$folder/margin.csv"
expect 2 'margin-tables: nosuch.csv:0: cannot be read' \
    "$program" score demo --margin-tables nosuch.csv

expect 2 'expected -o RECORDING.liq' "$program" import "$folder/nosuch.jsonl"
expect 2 'expected the name of a recording' "$program" import "$folder/nosuch.jsonl" -o "$folder/a.jsonl"
printf 'time,price,qty\n1,2,3\n' >"$folder/foreign.csv"
expect 1 'foreign.csv:1: expected a CSV header with the columns type, venue, symbol and ts_ms, got: time,price,qty' \
    "$program" export "$folder/foreign.csv"
expect 2 'foreign.csv: expected another file for -o' "$program" export "$folder/foreign.csv" -o "$folder/foreign.csv"
expect 2 'lines are no recording; expected .jsonl' "$program" export "$folder/foreign.csv" -o "$folder/a.liq"
expect 2 'lines are no recording; expected .jsonl' "$program" simulate -o "$folder/a.liq"
expect 2 'a.txt: expected .jsonl, .gz or .zst, or .csv' "$program" export "$folder/foreign.csv" -o "$folder/a.txt"
expect 2 'a.txt: expected .jsonl, .gz or .zst$' "$program" simulate -o "$folder/a.txt"
expect 2 'liqscope export makes CSV of them' "$program" simulate -o "$folder/a.csv"
expect 2 'record-keep-days: is for a recording; expected -o FILE.liq' "$program" collect binance:BTCUSDT --record-keep-days 3
expect 1 'nosuch.jsonl: cannot be read' "$program" import "$folder/nosuch.jsonl" -o "$folder/a.liq"

# What messages hold is counted and never an error; where to look for the first bad one is said.
printf '%s\n' '{}' '{"e":' '[' >"$folder/bad.txt"
"$program" normalize binance_usdm "$folder/bad.txt" >"$folder/out" 2>"$folder/err" || fail "normalize: status $?"
[[ $(head -n 1 "$folder/err") == 'liqscope normalize: line 2 is the first malformed message' &&
    $(tail -n 1 "$folder/err") == *'malformed 2,'* ]] || fail "normalize: $(cat "$folder/err")"

# Nothing is made of nothing, and what is there stays as it is.
printf 'no event\n' >"$folder/none.jsonl"
: >"$folder/empty.jsonl"
expect 1 'none.jsonl' "$program" import "$folder/none.jsonl" -o "$folder/a.liq"
expect 1 'a.liq: not made: there are no events to add' "$program" import "$folder/empty.jsonl" -o "$folder/a.liq"
expect 1 'nosuch/a.liq' "$program" import "$folder/empty.jsonl" -o "$folder/nosuch/a.liq"
if [[ -n $(find "$folder" -name 'a.liq*') ]]; then
    fail "an import that failed left a file behind"
fi
printf '%s\n' '{"type":"trade","venue":"bybit","symbol":"BTCUSDT","ts_ms":1760000000000,"side":"buy","price":1,"qty":1}' \
    >"$folder/one.jsonl"
"$program" import "$folder/one.jsonl" -o "$folder/a.liq" 2>/dev/null || fail "import of one trade"
"$program" export "$folder/a.liq" >"$folder/before.jsonl" 2>/dev/null
expect 1 'none.jsonl' "$program" import "$folder/none.jsonl" -o "$folder/a.liq"
expect 1 'a.liq: as it was: there are no events to add' "$program" import "$folder/empty.jsonl" -o "$folder/a.liq"
"$program" export "$folder/a.liq" >"$folder/after.jsonl" 2>/dev/null
if [[ ! -s $folder/before.jsonl ]] || ! cmp -s "$folder/before.jsonl" "$folder/after.jsonl"; then
    fail "an import that failed changed a recording"
fi
printf 'no recording at all, but sixteen bytes and more\n' >"$folder/fake.liq"
expect 1 'expected a recording' "$program" export "$folder/fake.liq"

if [[ -n $picture ]]; then
    expect 2 '"nosuch": unknown source or command; expected demo' "$program" nosuch
    expect 2 'unknown source' "$program" view nosuch
    expect 2 'unknown venue; did you mean binance_usdm' "$program" view binance_usd:BTCUSDT
    expect 2 'no symbol of Bybit; expected one such as bybit:BTCUSDT' "$program" view bybit:BTC+USDT
    expect 1 'nosuch.liq: cannot be read: No such file' "$program" view "$folder/nosuch.liq"
    expect 1 'nosuch.jsonl: cannot be read: No such file' "$program" view "$folder/nosuch.jsonl"
    expect 1 'no display: neither DISPLAY nor WAYLAND_DISPLAY is set; liqscope render' \
        "$program" view demo
    expect 1 'no display: cannot open DISPLAY=:7977' env DISPLAY=:7977 "$program" view demo
    expect 1 "$folder/nosuch.pem" env SDL_VIDEODRIVER=offscreen "$program" view \
        binance:BTCUSDT --ca-file "$folder/nosuch.pem"

    expect 1 'binance_usdm: refused: unknown symbol NOSUCH' env SDL_VIDEODRIVER=offscreen "$program" \
        view binance:NOSUCH --seconds 30 --log-level error --binance-ws-url "ws://127.0.0.1:$port" \
        --binance-rest-url "http://127.0.0.1:$port"
    expect 2 '--binance-ws-url: "ws://example.com": not encrypted; ws:// is for this machine alone' \
        env SDL_VIDEODRIVER=offscreen "$program" view binance:BTCUSDT --binance-ws-url ws://example.com
    expect 2 '--binance-rest-url: "nonsense": not a URL; expected https://' env SDL_VIDEODRIVER=offscreen \
        "$program" view binance:BTCUSDT --binance-rest-url nonsense

    expect 2 'an argument is missing' "$program" render -o x.png
    expect 2 '--output: missing' "$program" render demo
    expect 2 'unknown kind of file; expected .png' "$program" render demo -o x.gif
    expect 2 'a live source has no end' "$program" render binance:BTCUSDT -o x.png
    expect 2 '--from, --to: are for films' "$program" render demo -o x.png --from 2026-01-01
    expect 1 'nosuch.jsonl: cannot be read' "$program" render "$folder/nosuch.jsonl" -o x.png
    printf 'no event\n' >"$folder/odd.jsonl"
    timeout 60 "$program" render "$folder/odd.jsonl" -o "$folder/x.png" 2>"$folder/err"
    [[ $? == 1 && ! -e $folder/x.png ]] || fail "odd.jsonl"

    # A refused certificate: a server that nobody vouches for.
    if command -v openssl >/dev/null; then
        openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost \
            -addext subjectAltName=DNS:localhost -keyout "$folder/key.pem" -out "$folder/cert.pem" \
            2>/dev/null
        for try in 1 2 3 4 5; do
            tls_port=$((20000 + RANDOM % 20000))
            openssl s_server -accept "$tls_port" -key "$folder/key.pem" -cert "$folder/cert.pem" \
                -www >"$folder/tls" 2>&1 &
            server=$!
            sleep 0.3
            kill -0 "$server" 2>/dev/null && break
        done
        expect 1 'certificate' env SDL_VIDEODRIVER=offscreen "$program" view binance:BTCUSDT \
            --seconds 30 --binance-ws-url "wss://localhost:$tls_port" \
            --binance-rest-url "https://localhost:$tls_port"
    else
        echo "skipped: refused certificate (no openssl)"
    fi
fi

echo "$failures failures"
[[ $failures == 0 ]]

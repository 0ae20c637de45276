#!/usr/bin/env bash
# feeds.sh PROGRAM PYTHON: feed-test and collect against served simulated exchanges; a silent channel, a signal.
. "$(dirname "$0")/begin.sh" "$1"
python=$2

check() { # check NAME STATUS: 0 is well
    if [[ $2 -eq 0 ]]; then
        echo "ok: $1"
    else
        fail "$1"
    fi
}

serve() { # serve VENUE: its addresses into $ws and $rest
    "$program" simulate --serve 0 --venue "$1" --days 0.05 >"$folder/serve" 2>&1 &
    server=$!
    for _ in $(seq 600); do
        rest=$(grep -o 'http://[0-9.:]*' "$folder/serve" | head -1)
        [[ -n $rest ]] && break
        sleep 0.1
    done
    ws=$(grep -o 'ws://[0-9.:]*' "$folder/serve" | head -1)
}

stop() {
    kill -INT "$server"
    wait "$server"
}

serve gate
"$program" collect gate:BTC_USDT --ws-url "$ws" --rest-url "$rest" -o "$folder/lines.jsonl" 2>"$folder/said" &
collector=$!
for _ in $(seq 600); do # until its writer has handed lines to the file, with what is live
    grep -qs '"type":"trade"' "$folder/lines.jsonl" && break
    sleep 0.1
done
kill -INT "$collector"
wait "$collector"
check "collect ends well by a signal" $?
grep -q '"type":"instrument","venue":"gate","symbol":"BTC_USDT"' "$folder/lines.jsonl"
check "collect writes what the instrument is" $?
grep -q '"type":"trade","venue":"gate"' "$folder/lines.jsonl"
check "collect writes trades" $?
grep -q '^gate: messages [1-9]' "$folder/said"
check "collect says what came" $?
tail -c 1 "$folder/lines.jsonl" | cmp -s - <(printf '\n')
check "the last line is whole" $?

"$program" collect gate:BTC_USDT --ws-url "$ws" --rest-url "$rest" -o "$folder/day.liq" 2>"$folder/said" &
collector=$!
for _ in $(seq 300); do # it can be read while it is written
    "$program" export "$folder/day.liq" 2>/dev/null | grep -q '"type":"trade"' && break
    sleep 0.2
done
kill -INT "$collector"
wait "$collector"
check "collect into a recording ends well by a signal" $?
slots=$(sed -n 's/.*day.liq: \([0-9]*\) event slots recorded, 0 lost, 1 file$/\1/p' "$folder/said")
[[ -n $slots ]]
check "it says what was recorded" $?
"$program" export "$folder/day.liq" -o "$folder/day.jsonl" && "$program" export "$folder/day.liq" -o "$folder/day.csv.gz"
check "it is exported" $?
"$program" import "$folder/day.csv.gz" -o "$folder/again.liq" 2>"$folder/said"
grep -q "again.liq: $slots event slots added" "$folder/said"
check "all that was recorded comes back out of CSV" $?
"$program" export "$folder/again.liq" | cmp -s - "$folder/day.jsonl"
check "and is the same" $?

"$program" feed-test gate --json --seconds 12 --ws-url "$ws" --rest-url "$rest" >"$folder/test.json"
check "feed-test finds every promised channel" $?
grep -q '"venue":"gate","state":"live"' "$folder/test.json"
check "feed-test tells the state" $?
stop

# Two venues at once, each an exchange of its own, into one recording.
serve gate
gate_port=${rest##*:}
gate_server=$server
serve bybit
"$python" "$(dirname "$0")/../support/path_router.py" "/v5=${rest##*:}" "$gate_port" >"$folder/router" &
router=$!
for _ in $(seq 300); do
    [[ -s $folder/router ]] && break
    sleep 0.1
done
address=127.0.0.1:$(cat "$folder/router")
"$program" collect gate:BTC_USDT bybit:BTCUSDT --ws-url "ws://$address" --rest-url "http://$address" -o "$folder/both.liq" \
    2>"$folder/said" &
collector=$!
both() { # of each venue there is a line of each kind in the recording
    "$program" export "$folder/both.liq" 2>/dev/null >"$folder/both.jsonl"
    local kind
    for kind in instrument kline trade book; do
        grep -q "\"type\":\"$kind\",\"venue\":\"gate\",\"symbol\":\"BTC_USDT\"" "$folder/both.jsonl" &&
            grep -q "\"type\":\"$kind\",\"venue\":\"bybit\",\"symbol\":\"BTCUSDT\"" "$folder/both.jsonl" || return 1
    done
}
for _ in $(seq 150); do
    both && break
    sleep 0.2
done
kill -INT "$collector"
wait "$collector"
check "two venues are collected into one recording" $?
both
check "it holds what both are, were and do" $?
"$program" levels "$folder/both.liq" --json 2>"$folder/said" | head -1 >"$folder/levels"
grep -q '"venue":"gate","symbol":"BTC_USDT"' "$folder/levels" && grep -q '"venue":"bybit","symbol":"BTCUSDT"' "$folder/levels"
check "its replay adds up both" $?
kill "$router"
stop
server=$gate_server
stop

# Nobody answers there: every promised channel is silent.
"$program" feed-test gate --seconds 0.3 --ws-url "$ws" --rest-url "$rest" >"$folder/test" 2>"$folder/said"
[[ $? -eq 1 ]]
check "feed-test fails for a silent channel" $?
grep -q 'SILENT, though promised' "$folder/test" && grep -q 'gate: trade was promised and is silent' "$folder/said"
check "and says which" $?
"$program" feed-test nosuch 2>"$folder/said"
[[ $? -eq 2 ]] && grep -q 'nosuch: unknown venue; one of binance_usdm' "$folder/said"
check "feed-test refuses what is no venue" $?
"$program" collect demo 2>"$folder/said"
[[ $? -eq 2 ]] && grep -q 'expected VENUE:SYMBOL' "$folder/said"
check "collect refuses what is not live" $?

echo "$failures failures"
exit $((failures > 0))

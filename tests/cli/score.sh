#!/bin/bash
# The score as its user meets it: same input, same bytes; the demo's own truth equals the file's; too little is said to be.
# usage: score.sh LIQSCOPE
. "$(dirname "$0")/begin.sh" "$1"

market=(--days 0.52 --seed 3 --regime C)
"$program" simulate "${market[@]}" -o "$folder/day.jsonl.zst" --truth "$folder/truth.csv.zst" || fail "simulate"
"$program" score demo "${market[@]}" --json >"$folder/demo.json" || fail "score of the demo"
"$program" score "$folder/day.jsonl.zst" --truth "$folder/truth.csv.zst" --json >"$folder/file.json" ||
    fail "score of a file"
"$program" score "$folder/day.jsonl.zst" --truth "$folder/truth.csv.zst" --json >"$folder/again.json" ||
    fail "score of a file, again"
"$program" score "$folder/day.jsonl.zst" >"$folder/file.txt" || fail "score of a file as text"
cmp "$folder/file.json" "$folder/again.json" || fail "two runs over a file differ"

# The file rounds liquidation prices to a cent; everything else is the same.
/usr/bin/python3 - "$folder/demo.json" "$folder/file.json" <<'PYTHON' || fail "the figures"
import json, sys
(demo,), (file,) = (json.load(open(path)) for path in sys.argv[1:])
one, other = demo.pop("truth"), file.pop("truth")
if demo != file:
    sys.exit("the demo and its file differ")
if one["snapshots"] != 2 or other["snapshots"] != 2 or one["positions"] != other["positions"]:
    sys.exit(f"snapshots: {one['snapshots']} {other['snapshots']}")
for model in demo["models"]:
    for reach in "near", "far":
        for figure, value in one[model][reach].items():
            if abs(value - other[model][reach][figure]) > 1e-3 * max(1, abs(value)):
                sys.exit(f"{model} {reach} {figure}: {value}, of the file {other[model][reach][figure]}")
if demo["verdict"] != "few_days" or not demo["scale_judgeable"]:
    sys.exit("less than a day cannot be judged: " + demo["verdict"])
if not demo["models"]["ours"]["gain_nats"]["both"] > 0:
    sys.exit("no gain")
PYTHON

grep -q "not enough liquidations to judge" "$folder/file.txt" || fail "a short source is judged"
"$program" score demo "${market[@]}" --days 0.2 --throttled-prints >"$folder/some.txt" || fail "throttled prints"
grep -q "shape is judged, scale is not" "$folder/some.txt" || fail "throttled prints are taken for all"

expect_failure() { # STATUS TEXT ARGUMENTS...
    local want=$1 text=$2
    shift 2
    "$program" score "$@" >"$folder/out" 2>"$folder/err"
    local got=$?
    [[ $got == "$want" ]] || fail "score $*: exit status $got, expected $want"
    grep -qF -- "$text" "$folder/err" || fail "score $*: expected \"$text\", got: $(cat "$folder/err")"
}
header=id,from_ms,to_ms,position,leverage,cross,stop_first,qty,entry,liquidation_price
printf '%s\n1,2,3,long,20,0,0,1,1,1\n1,2,3,up,20,0,0,1,1,1\n' "$header" >"$folder/bad.csv"
: >"$folder/empty.csv"
expect_failure 1 "bad.csv:3: position: expected long or short, got \"up\"" demo --truth "$folder/bad.csv"
expect_failure 1 "empty.csv: is empty; expected a header line" demo --truth "$folder/empty.csv"
expect_failure 1 "none.csv" demo --truth "$folder/none.csv"
expect_failure 2 "a live source has no end to score" binance_usdm:BTCUSDT
expect_failure 2 "--warm-up" demo --warm-up=-1

# A stranger's symbol breaks neither the terminal nor the JSON.
printf '%s\n' '{"type":"trade","venue":"bybit","symbol":"A\"\u001b[2J\\","ts_ms":1767571200000,"price":1,"qty":1,"usd":1,"side":"buy","id":"1"}' >"$folder/odd.jsonl"
"$program" score "$folder/odd.jsonl" | grep -qF 'score of bybit:A"?[2J\' || fail "an odd symbol as text"
"$program" score "$folder/odd.jsonl" --json | /usr/bin/python3 -c 'import json, sys; json.load(sys.stdin)' ||
    fail "an odd symbol in JSON"

[[ $failures == 0 ]] && echo "score: all fine"
exit $((failures > 0))

#!/bin/bash
# The simulated market as files: the same seed gives the same bytes, events and truth agree, switches are heard.
# usage: simulate.sh LIQSCOPE
. "$(dirname "$0")/begin.sh" "$1"
simulate() { # NAME OPTION...
    local name=$1
    shift
    "$program" simulate --days 0.1 --seed 5 --regime C -o "$folder/$name.jsonl" "$@" || fail "$name: simulate $*"
}

simulate plain --truth "$folder/plain.csv"
simulate again --truth "$folder/again.csv"
cmp "$folder/plain.jsonl" "$folder/again.jsonl" || fail "two runs differ"
cmp "$folder/plain.csv" "$folder/again.csv" || fail "two runs know different truths"
simulate packed --truth "$folder/packed.csv.gz"
gzip -dc "$folder/packed.csv.gz" | cmp - "$folder/plain.csv" || fail "the compressed truth is another one"
cmp -s "$folder/plain.jsonl" "$folder/packed.jsonl" || fail "telling the truth changes the events"

# Every row is a stretch of time; one position's follow each other; no long is liquidated from above its entry.
awk -F, 'NR == 1 { if ($0 != "id,from_ms,to_ms,position,leverage,cross,stop_first,qty,entry,liquidation_price") bad++; next }
    NF != 10 || $2 >= $3 || $4 != "long" && $4 != "short" || $8 <= 0 { bad++ }
    ($1 in to) && to[$1] != $2 { bad++ }
    { to[$1] = $3 }
    $4 == "short" && $10 < $9 * .99 || $4 == "long" && $10 > $9 * 1.01 { bad++ }
    END { if (bad || NR < 1000) { print bad + 0 " bad rows of " NR; exit 1 } }' "$folder/plain.csv" || fail "truth"

# All liquidations by default, Binance's view of them on demand.
grep -q '"complete":true' "$folder/plain.jsonl" || fail "no complete liquidation"
grep -q '"complete":false' "$folder/plain.jsonl" && fail "an incomplete liquidation"
simulate throttled --throttled-prints
grep -q '"complete":true' "$folder/throttled.jsonl" && fail "a complete liquidation of a throttled stream"
all=$(grep -c '"type":"liquidation"' "$folder/plain.jsonl")
shown=$(grep -c '"type":"liquidation"' "$folder/throttled.jsonl")
((shown > 0 && shown < all)) || fail "$shown of $all liquidations shown"

# A mark each second, open interest each ten; both as often as asked.
count() { grep -c "$2" "$folder/$1.jsonl"; }
[[ $(count plain '"mark"') == 8641 && $(count plain '"oi"') == 865 ]] || fail "cadence of the default"
simulate slow --step 10s --oi-every 5m --oi-late 30
[[ $(count slow '"mark"') == 865 && $(count slow '"oi"') == 29 ]] || fail "cadence of --step and --oi-every"
for option in --mark-apart "--partial 0.2" "--tiers gate" "--life-scale 2" "--venue okx" "--basis 0.001"; do
    # shellcheck disable=SC2086
    simulate switched $option
    cmp -s "$folder/plain.jsonl" "$folder/switched.jsonl" && fail "$option changes nothing"
done
simulate okx --venue okx
grep -q '"venue":"binance' "$folder/okx.jsonl" && fail "--venue is not heard everywhere"

# A place that cannot be written.
"$program" simulate --days 0.01 -o "$folder/x.jsonl" --truth "$folder/nosuch/x.csv" 2>"$folder/err"
[[ $? == 1 && $(wc -l <"$folder/err") == 1 ]] || fail "unwritable truth: $(cat "$folder/err")"

echo "$failures failures"
[[ $failures == 0 ]]

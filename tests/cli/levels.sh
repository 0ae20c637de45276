#!/bin/bash
# liqscope levels as its user meets it: the three texts, times, several venues, and what is refused.
# usage: levels.sh LIQSCOPE PYTHON3
. "$(dirname "$0")/begin.sh" "$1"
python=$2
export XDG_STATE_HOME=$folder

"$program" simulate --days 0.06 --seed 5 -o "$folder/a.jsonl" || fail "simulate"
gzip -c "$folder/a.jsonl" >"$folder/a.jsonl.gz"
sed 's/"venue":"binance_usdm"/"venue":"bybit"/' "$folder/a.jsonl" >"$folder/b.jsonl"
sed 's/BTC/ETH/g' "$folder/b.jsonl" >"$folder/eth.jsonl"

# The table: said to be estimates, of a simulated market, with totals; the same twice, however it is read.
"$program" levels "$folder/a.jsonl" >"$folder/table" 2>"$folder/err" || fail "table"
[[ -s $folder/err ]] && fail "table: $(cat "$folder/err")"
for text in estimates DEMO 'within  *0.5 %' 'max pain' 'mark' 'Binance USDT-M BTCUSDT' 'weights:' 'long ' 'short ' 'open interest \$' '#1 '; do
    grep -q -e "$text" "$folder/table" || fail "table has no \"$text\""
done
[[ $(grep -c '^about \$.* of short positions.* would be force-bought near ' "$folder/table") == 1 &&
    $(grep -c '^about \$.* of long positions.* would be force-sold near ' "$folder/table") == 1 ]] ||
    fail "table: not one sentence a side"
"$program" levels "$folder/a.jsonl.gz" | cmp - "$folder/table" || fail "compressed differs"
"$program" levels - <"$folder/a.jsonl" | cmp - "$folder/table" || fail "standard input differs"
"$program" levels demo --days 0.05 --json >"$folder/demo1" && "$program" levels demo --days 0.05 --json |
    cmp - "$folder/demo1" || fail "the demo differs from itself"

# CSV: the header is a promise.
header=time,base,mark,side,price,price_low,price_high,distance_pct,usd,usd_under_5x,usd_5_10x,usd_10_25x
header+=,usd_25_50x,usd_50_100x,usd_100x_over,sd_ln,calibrated,magnet_usd_per_pct,magnet_rank
"$program" levels "$folder/a.jsonl" --csv >"$folder/csv" || fail "csv"
[[ $(head -1 "$folder/csv") == "$header" ]] || fail "csv header: $(head -1 "$folder/csv")"
awk -F, 'NF != 19 { bad = 1 } END { exit bad || NR < 4 }' "$folder/csv" || fail "csv rows"

# JSON: keys, orders and sums; two equal venues are twice one; times; files in any order.
"$program" levels "$folder/a.jsonl" --json >"$folder/one" || fail "json"
"$program" levels "$folder/a.jsonl" "$folder/b.jsonl" --json >"$folder/two" || fail "two venues"
"$program" levels "$folder/b.jsonl" "$folder/a.jsonl" --json >"$folder/two_swapped" || fail "swapped"
at=2026-01-05T01:00:00Z
"$program" levels "$folder/a.jsonl" --at "$at" --json >"$folder/at" || fail "--at"
"$program" levels "$folder/a.jsonl" --at 1767574800000 --json | cmp - "$folder/at" || fail "--at in ms"
"$program" levels "$folder/a.jsonl" --at 2030-01-01 --json | cmp - "$folder/one" || fail "--at after the end"
"$python" - "$folder" <<'PYTHON' || fail "json checks"
import json, re, sys
one, two, swapped, at = (json.load(open(f"{sys.argv[1]}/{n}")) for n in ("one", "two", "two_swapped", "at"))
keys = ["time", "base", "mark", "demo", "estimates", "bands", "instruments", "reach_pct", "long_usd",
        "short_usd", "long_sd_ln", "short_sd_ln", "left_out", "clusters", "max_pain", "within"]
receipt_keys = ["side", "from", "to", "price_low", "price_high", "expected_usd", "seen_usd", "complete", "open"]
cluster_keys = ["side", "price", "price_low", "price_high", "distance_pct", "usd", "bands_usd", "sd_ln",
                "calibrated", "magnet_usd_per_pct", "rank", "sentence"]
for report in (one, two, swapped, at):
    assert list(report) == keys, list(report)
    assert report["estimates"] is True and report["demo"] is True and report["base"] == "BTC"
    assert len(report["clusters"]) >= 4
    prices = [c["price"] for c in report["clusters"]]
    assert prices == sorted(prices, reverse=True), prices
    for c in report["clusters"]:
        assert list(c) == cluster_keys, list(c)
        assert (c["side"] == "long") == (c["price"] < report["mark"]) == (c["distance_pct"] < 0), c
        assert c["price_low"] <= c["price"] <= c["price_high"] and len(c["bands_usd"]) == 6, c
        assert abs(sum(c["bands_usd"]) - c["usd"]) <= 6 and 0 <= c["sd_ln"] <= 2, c
        assert c["calibrated"] == (c["sd_ln"] < 1), c
        bought, beyond = ("sold", "below") if c["side"] == "long" else ("bought", "above")
        assert re.fullmatch(rf"about \$[0-9.]+[kMB]? of {c['side']} positions(, mostly [^,]*,)? would be "
                            rf"force-{bought} near {c['price']:,.1f}, [0-9.]+ % {beyond} \(estimate.*\)",
                            c["sentence"]), c
    for side in ("long", "short"):
        assert sum(c["usd"] for c in report["clusters"] if c["side"] == side) <= report[side + "_usd"]
    assert [w["pct"] for w in report["within"]] == [0.5, 1, 2, 5], report["within"]
    for side in ("long", "short"):
        sums = [w[side + "_usd"] for w in report["within"]]
        assert 0 <= sums[0] and sums == sorted(sums) and sums[-1] <= report[side + "_usd"] + 1, sums
        near = sum(c["usd"] for c in report["clusters"] if c["side"] == side
                   and max(abs(c["price_low"] / report["mark"] - 1), abs(c["price_high"] / report["mark"] - 1)) < .05)
        assert near <= sums[-1] + len(report["clusters"]), (near, sums)
    for w in report["within"]:
        both = w["long_usd"] + w["short_usd"]
        assert w["long_share"] is None or abs(w["long_share"] * both - w["long_usd"]) <= 1 + 1e-4 * both, w
    pain = report["max_pain"]
    assert (pain["side"] == "long") == (pain["distance_pct"] < 0), pain
    assert 0 < pain["usd"] <= report[pain["side"] + "_usd"] + 1, pain
    for instrument in report["instruments"]:
        for r in instrument["receipts"]:
            assert list(r) == receipt_keys, list(r)
            assert r["from"] <= r["to"] <= report["time"] and r["price_low"] < r["price_high"], r
            assert r["expected_usd"] >= 0 and (r["seen_usd"] is None or r["seen_usd"] >= 0), r
    ranks = [c["rank"] for c in report["clusters"]]
    assert sorted(ranks) == list(range(1, len(ranks) + 1)), ranks
    by_rank = sorted(report["clusters"], key=lambda c: c["rank"])
    pulls = [c["magnet_usd_per_pct"] for c in by_rank]
    assert pulls == sorted(pulls, reverse=True), pulls
assert at["time"] <= "2026-01-05T01:00:00Z" < one["time"], (at["time"], one["time"])
assert [i["venue"] for i in two["instruments"]] == ["binance_usdm", "bybit"]
assert two["mark"] == one["mark"] and len(two["clusters"]) == len(one["clusters"])
for a, b in zip(one["clusters"], two["clusters"]):
    assert abs(b["usd"] - 2 * a["usd"]) <= 2 and a["price"] == b["price"], (a, b)
assert two["clusters"] == swapped["clusters"]
PYTHON

# Why it is hot: every cluster's openings add up to what the levels say of it; the table tells it in words.
why=$("$python" -c 'import json, sys
for c in json.load(open(sys.argv[1]))["clusters"][:3]: print(c["price"])' "$folder/two")
for price in $why; do
    "$program" levels "$folder/a.jsonl" "$folder/b.jsonl" --why "$price" --json >"$folder/why.$price" || fail "--why $price"
done
"$program" levels "$folder/a.jsonl" --why 1 --json >"$folder/why.none" || fail "--why 1"
"$python" - "$folder" $why <<'PYTHON' || fail "why checks"
import json, sys
two = json.load(open(f"{sys.argv[1]}/two"))
for price in sys.argv[2:]:
    why = json.load(open(f"{sys.argv[1]}/why.{price}"))
    cluster = next(c for c in two["clusters"] if c["price"] == float(price))
    assert why["cluster"] and why["side"] == cluster["side"], why
    assert (why["price_low"], why["price_high"]) == (cluster["price_low"], cluster["price_high"]), why
    assert abs(why["usd"] - cluster["usd"]) <= 1e-4 * cluster["usd"] + 1, (why["usd"], cluster["usd"])
    for a, b in zip(why["bands_usd"], cluster["bands_usd"]):
        assert abs(a - b) <= 1e-4 * cluster["usd"] + 1, (why["bands_usd"], cluster["bands_usd"])
    opened = why["opened_earlier_usd"] + sum(why["opened_usd"])
    entered = why["entry_lower_usd"] + why["entry_higher_usd"] + sum(why["entry_usd"])
    assert abs(opened - why["usd"]) < 60 and abs(entered - why["usd"]) < 60, (opened, entered, why["usd"])
    assert why["usd"] <= why["usd_behind"] + 1 <= two[why["side"] + "_usd"] + 2, why
    assert why["known_since"] <= why["half_opened_since"] <= why["time"], why
    assert why["middle_half_low"] <= why["middle_half_high"], why
assert json.load(open(f"{sys.argv[1]}/why.none"))["usd"] == 0
PYTHON
price=$(head -2 "$folder/csv" | tail -1 | cut -d, -f5)
"$program" levels "$folder/a.jsonl" --why "$price" >"$folder/why" || fail "--why table"
for text in 'why is it hot at' estimates DEMO 'opened when' 'opened at' 'Half of it was opened since' 'A stop beyond it'; do
    grep -q -e "$text" "$folder/why" || fail "why has no \"$text\""
done
"$program" levels "$folder/a.jsonl" --why 1 | grep -q 'Nothing stands there' || fail "why of nothing"

# A venue that fell silent an hour ago is not added up, and that is said.
head -n "$(($(wc -l <"$folder/b.jsonl") / 2))" "$folder/b.jsonl" >"$folder/brief.jsonl"
"$program" levels "$folder/a.jsonl" "$folder/brief.jsonl" --csv >"$folder/left" 2>"$folder/err" || fail "silent"
grep -q 'bybit:BTCUSDT is silent for [0-9]* min and not added up' "$folder/err" || fail "silent: $(cat "$folder/err")"
cmp "$folder/left" "$folder/csv" || fail "a silent venue changed the levels"

# A live venue: connected, filled in, printed; the simulated one stands in for it.
"$program" simulate --serve 127.0.0.1:0 --days 0.2 >"$folder/served" 2>&1 &
for _ in $(seq 200); do
    port=$(grep -Eom1 '127\.0\.0\.1:[0-9]+' "$folder/served" | head -1 | cut -d: -f2)
    [[ -n $port ]] && break
    sleep 0.05
done
live=(--binance-ws-url "ws://127.0.0.1:$port" --binance-rest-url "http://127.0.0.1:$port")
timeout 60 "$program" levels binance_usdm:BTCUSDT "${live[@]}" --csv >"$folder/live" 2>"$folder/err" || fail "live"
[[ $(head -1 "$folder/live") == "$header" && $(wc -l <"$folder/live") -gt 4 && ! -s $folder/err ]] ||
    fail "live: $(cat "$folder/live" "$folder/err")"
expect 1 'binance_usdm: refused: unknown symbol NOPEUSDT' "$program" levels binance_usdm:NOPEUSDT "${live[@]}"
expect 2 '--at: is for demo and files' "$program" levels binance_usdm:BTCUSDT --at 2026-01-01

# What is refused.
: >"$folder/empty.jsonl"
printf 'no event\n' >"$folder/odd.jsonl"
printf '%s\n' '{"type":"trade","venue":"okx","symbol":"X","ts_ms":1,"price":-1,"qty":1,"side":"buy","id":"1"}' \
    '{"type":"gap","venue":"okx","symbol":"X","ts_ms":5,"stream":"all","from_ms":1,"to_ms":5,"reason":"r"}' \
    >"$folder/priceless.jsonl"
expect 2 'an argument is missing' "$program" levels
expect 2 '--csv, --json: expected one of them' "$program" levels demo --csv --json
expect 2 '--why: is told as a table' "$program" levels demo --csv --why 1
expect 2 '--at: "noon"' "$program" levels demo --at noon
expect 2 'sources cannot be mixed' "$program" levels demo "$folder/a.jsonl"
expect 1 'nosuch.jsonl: cannot be read' "$program" levels "$folder/nosuch.jsonl"
expect 1 'the source has no events' "$program" levels "$folder/empty.jsonl"
expect 1 'the source has no event before --at' "$program" levels "$folder/a.jsonl" --at 2020-01-01
expect 1 'BTCUSDT is of BTC, ETHUSDT of ETH; expected instruments of one coin' \
    "$program" levels "$folder/a.jsonl" "$folder/eth.jsonl"
for file in odd priceless; do
    timeout 60 "$program" levels "$folder/$file.jsonl" >"$folder/out" 2>"$folder/err"
    [[ $? == 1 && ! -s $folder/out && -s $folder/err ]] || fail "$file: $(cat "$folder/err")"
done

# A recording that breaks off: what could be read is told, with an error and its exit status.
head -c "$(($(wc -c <"$folder/a.jsonl.gz") * 3 / 4))" "$folder/a.jsonl.gz" >"$folder/broken.jsonl.gz"
for command in levels score; do
    timeout 60 "$program" $command "$folder/broken.jsonl.gz" >"$folder/out" 2>"$folder/err"
    [[ $? == 1 && -s $folder/out && $(wc -l <"$folder/err") == 1 ]] && grep -q 'broken.jsonl.gz' "$folder/err" ||
        fail "$command of a broken file: $(cat "$folder/err")"
done
"$program" levels "$folder/a.jsonl" >/dev/full 2>"$folder/err"
[[ $? == 1 ]] && grep -q 'standard output: cannot write' "$folder/err" || fail "a full disk: $(cat "$folder/err")"

echo "$failures failures"
[[ $failures == 0 ]]

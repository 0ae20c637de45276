#!/bin/bash
# The score of real days without a liquidation stream: nothing is judged, and nothing complained of.
# usage: score_real.sh LIQSCOPE; status 77: there are no such days here.
real=../shared/data/events
[[ -d $real ]] || { echo "skipped: $real is not here"; exit 77; }
. "$(dirname "$0")/begin.sh" "$1"
"$program" score "$real"/hyperliquid_BTC_2026061[56].jsonl.zst >"$folder/real.txt" 2>"$folder/err" || fail "score of real days"
[[ -s $folder/err ]] && fail "score of real days complains: $(cat "$folder/err")"
grep -q "not enough liquidations to judge: there are none" "$folder/real.txt" || fail "real days are judged"
exit $((failures > 0))

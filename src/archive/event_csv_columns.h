/* archive/event_csv_columns.h - the columns, for writing and reading; inside this room only. */
#pragma once

#include "archive/event_draft.h"

/* Beyond the fields of a line. */
enum {
    CSV_FIELD_END = FIELD_COUNT,
    CSV_FIELD_TIER_CAP,
    CSV_FIELD_TIER_MMR,
    CSV_FIELD_TIER_LEVERAGE,
    CSV_FIELD_COUNT
};

/* Column, its name, its unit ("": none), what it is read as. */
#define CSV_COLUMN_LIST(X)                                                                         \
    X(TYPE, "type", "", FIELD_TYPE)                                                                \
    X(VENUE, "venue", "", FIELD_VENUE)                                                             \
    X(SYMBOL, "symbol", "", FIELD_SYMBOL)                                                          \
    X(TS, "ts_ms", "", FIELD_TS)                                                                   \
    X(END, "end", "", CSV_FIELD_END)                                                               \
    X(ACTION, "action", "", FIELD_ACTION)                                                          \
    X(SIDE, "side", "", FIELD_SIDE)                                                                \
    X(POSITION, "position", "", FIELD_POSITION)                                                    \
    X(PRICE_KIND, "price_kind", "", FIELD_PRICE_KIND)                                              \
    X(PRICE, "price", "quote", FIELD_PRICE)                                                        \
    X(QTY, "qty", "base", FIELD_QTY)                                                               \
    X(USD, "usd", "quote", FIELD_USD)                                                              \
    X(CONTRACTS, "contracts", "contracts", FIELD_CONTRACTS)                                        \
    X(ID, "id", "", FIELD_ID)                                                                      \
    X(UPDATE_ID, "update_id", "", FIELD_UPDATE_ID)                                                 \
    X(COMPLETE, "complete", "", FIELD_COMPLETE)                                                    \
    X(HISTORY, "history", "", FIELD_HISTORY)                                                       \
    X(SIMULATED, "simulated", "", FIELD_SIMULATED)                                                 \
    X(MARK, "mark", "quote", FIELD_MARK)                                                           \
    X(INDEX, "index", "quote", FIELD_INDEX)                                                        \
    X(LAST, "last", "quote", FIELD_LAST)                                                           \
    X(RATE, "funding_rate", "of an interval", FIELD_RATE)                                          \
    X(FUNDING_INTERVAL, "funding_interval_h", "", FIELD_FUNDING_INTERVAL)                          \
    X(NEXT, "next_funding_ms", "", FIELD_NEXT)                                                     \
    X(OI, "oi", "base", FIELD_OI)                                                                  \
    X(OI_USD, "oi_usd", "quote", FIELD_OI_USD)                                                     \
    X(INTERVAL, "interval_s", "", FIELD_INTERVAL)                                                  \
    X(OPEN, "open", "quote", FIELD_OPEN)                                                           \
    X(HIGH, "high", "quote", FIELD_HIGH)                                                           \
    X(LOW, "low", "quote", FIELD_LOW)                                                              \
    X(CLOSE, "close", "quote", FIELD_CLOSE)                                                        \
    X(VOLUME, "volume", "base", FIELD_VOLUME)                                                      \
    X(TAKER_BUY, "taker_buy_volume", "base", FIELD_TAKER_BUY)                                      \
    X(CLOSED, "closed", "", FIELD_CLOSED)                                                          \
    X(CONTRACT, "contract", "", FIELD_CONTRACT)                                                    \
    X(BASE, "base", "", FIELD_BASE)                                                                \
    X(TICK, "tick", "quote", FIELD_TICK)                                                           \
    X(LOT, "lot", "base", FIELD_LOT)                                                               \
    X(MULTIPLIER, "multiplier", "of a contract", FIELD_MULTIPLIER)                                 \
    X(TIER_CAP, "tier_cap", "quote", CSV_FIELD_TIER_CAP)                                           \
    X(TIER_MMR, "tier_mmr", "of the notional", CSV_FIELD_TIER_MMR)                                 \
    X(TIER_LEVERAGE, "tier_leverage", "x", CSV_FIELD_TIER_LEVERAGE)                                \
    X(STREAM, "stream", "", FIELD_STREAM)                                                          \
    X(FROM, "from_ms", "", FIELD_FROM)                                                             \
    X(TO, "to_ms", "", FIELD_TO)                                                                   \
    X(REASON, "reason", "", FIELD_REASON)

enum csv_column {
#define CSV_COLUMN_ENUM(name, text, unit, field) CSV_##name,
    CSV_COLUMN_LIST(CSV_COLUMN_ENUM)
#undef CSV_COLUMN_ENUM
        CSV_COLUMN_COUNT
};

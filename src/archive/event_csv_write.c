/* Slots to rows. Cells are put in the order of their columns; what lies between stays empty. */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "archive/event_csv.h"
#include "archive/event_csv_columns.h"
#include "archive/event_text.h"
#include "base/str.h"

struct row {
    struct event_text *text;
    int at; /* column of the cell that is being written */
    bool good;
};

/* On to a column. */
static void go_to(struct row *row, enum csv_column column) {
    static const char commas[] = ",,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,";
    static_assert(sizeof commas > CSV_COLUMN_COUNT, "as many as a row may need");
    assert((int)column >= row->at);
    row->good = row->good && event_text_append(row->text, commas, (size_t)((int)column - row->at));
    row->at = (int)column;
}

static void put_word(struct row *row, enum csv_column column, const char *word) {
    go_to(row, column);
    row->good = row->good && event_text_put_part(row->text, word);
}

static void put_flag(struct row *row, enum csv_column column, bool flag) {
    put_word(row, column, flag ? "true" : "false");
}

static void put_integer(struct row *row, enum csv_column column, int64_t value) {
    go_to(row, column);
    row->good = row->good && event_text_put_integer(row->text, "", value);
}

static void put_double(struct row *row, enum csv_column column, double value) {
    go_to(row, column);
    row->good = row->good && event_text_put_double(row->text, "", value);
}

static void put_decimal(struct row *row, enum csv_column column, int64_t mantissa, int exponent) {
    go_to(row, column);
    row->good =
        row->good && event_text_put_decimal(row->text, "", event_decimal(mantissa, exponent));
}

static bool needs_quotes(const char *bytes, size_t len) {
    for (size_t i = 0; i < len; i++) {
        const unsigned char c = (unsigned char)bytes[i];
        if (c < 0x20 || c == ',' || c == '"' || c == '\\') {
            return true;
        }
    }
    return false;
}

static void put_text(struct row *row, enum csv_column column, const char *bytes, size_t len) {
    static const char digits[] = "0123456789abcdef";
    struct event_text *text = row->text;
    go_to(row, column);
    if (!needs_quotes(bytes, len)) {
        row->good = row->good && event_text_append(text, bytes, len);
        return;
    }
    row->good = row->good && event_text_append(text, "\"", 1);
    for (size_t i = 0; i < len && row->good; i++) {
        const unsigned char c = (unsigned char)bytes[i];
        const char control[6] = {'\\', 'u', '0', '0', digits[c >> 4], digits[c & 15]};
        const char twice[2] = {(char)c, (char)c};
        row->good = c < 0x20                ? event_text_append(text, control, sizeof control)
                    : c == '"' || c == '\\' ? event_text_append(text, twice, sizeof twice)
                                            : event_text_append(text, bytes + i, 1);
    }
    row->good = row->good && event_text_append(text, "\"", 1);
}

static void put_array_text(struct row *row, enum csv_column column, const char *bytes,
                           size_t size_bytes) {
    put_text(row, column, bytes, strnlen(bytes, size_bytes));
}

/* -- rows -- */

static const char *const type_names[] = {
    [EVENT_TRADE] = "trade",  [EVENT_LIQUIDATION] = "liquidation", [EVENT_BOOK] = "book",
    [EVENT_PRICE] = "ticker", [EVENT_FUNDING] = "ticker",          [EVENT_OPEN_INTEREST] = "ticker",
    [EVENT_KLINE] = "kline",  [EVENT_INSTRUMENT] = "instrument",   [EVENT_TIER] = "instrument",
    [EVENT_GAP] = "gap",      [EVENT_KIND_COUNT] = NULL,
};

static void begin_row(struct row *row, const struct instrument *instrument,
                      const struct event *first, bool end) {
    row->at = 0;
    put_word(row, CSV_TYPE, type_names[first->kind]);
    put_word(row, CSV_VENUE, venue_key(instrument->venue));
    put_text(row, CSV_SYMBOL, instrument->symbol, strlen(instrument->symbol));
    put_integer(row, CSV_TS, first->ts_ms);
    put_flag(row, CSV_END, end);
}

static void put_marks(struct row *row, const struct event *first) {
    if ((first->flags & EVENT_FLAG_HISTORY) != 0) {
        put_flag(row, CSV_HISTORY, true);
    }
    if ((first->flags & EVENT_FLAG_DEMO) != 0) {
        put_flag(row, CSV_SIMULATED, true);
    }
}

static void end_row(struct row *row) {
    go_to(row, CSV_COLUMN_COUNT - 1);
    row->good = row->good && event_text_append(row->text, "\n", 1);
}

static void put_trade(struct row *row, const struct event *slots, size_t count) {
    static const char *const kinds[] = {NULL, "fill", "bankruptcy", "order"};
    const struct event *slot = &slots[0];
    const bool in_contracts = (slot->has & TRADE_QTY_IS_CONTRACTS) != 0;
    char id[EVENT_ID_TEXT_BYTES];
    if (slot->kind == EVENT_TRADE && slot->side != SIDE_NONE) {
        put_word(row, CSV_SIDE, slot->side == SIDE_BUY ? "buy" : "sell");
    }
    if (slot->kind == EVENT_LIQUIDATION) {
        put_word(row, CSV_POSITION, slot->side == POS_LONG ? "long" : "short");
        if (slot->detail != PRICE_NONE && slot->detail <= PRICE_ORDER) {
            put_word(row, CSV_PRICE_KIND, kinds[slot->detail]);
        }
    }
    put_decimal(row, CSV_PRICE, slot->u.trade.price, slot->exponent_a);
    if ((slot->has & TRADE_HAS_QTY) != 0) {
        put_decimal(row, CSV_QTY, slot->u.trade.qty, slot->exponent_b);
    }
    if ((slot->has & TRADE_HAS_USD) != 0) {
        put_decimal(row, CSV_USD, slot->u.trade.usd, slot->exponent_c);
    }
    if (in_contracts) {
        put_decimal(row, CSV_CONTRACTS, slot->u.trade.qty, slot->exponent_b);
    } else if (count > 1 && slots[1].kind == EVENT_CONTRACTS) {
        put_decimal(row, CSV_CONTRACTS, slots[1].u.contracts.count, slots[1].exponent_a);
    }
    const size_t id_len = event_trade_id_text(slot, id);
    if (id_len > 0) {
        put_text(row, CSV_ID, id, id_len);
    }
    if (slot->kind == EVENT_LIQUIDATION) {
        put_flag(row, CSV_COMPLETE, (slot->flags & EVENT_FLAG_COMPLETE) != 0);
    }
    put_marks(row, slot);
}

static void put_level(struct row *row, const struct event *slot) {
    put_word(row, CSV_ACTION, (slot->flags & EVENT_FLAG_SNAPSHOT) != 0 ? "snapshot" : "delta");
    if (slot->side != SIDE_NONE) {
        put_word(row, CSV_SIDE, slot->side == SIDE_BUY ? "buy" : "sell");
        put_decimal(row, CSV_PRICE, slot->u.level.price, slot->exponent_a);
        put_decimal(row, CSV_QTY, slot->u.level.qty_base, slot->exponent_b);
    }
    if (slot->u.level.update_id != 0) {
        put_integer(row, CSV_UPDATE_ID, slot->u.level.update_id);
    }
    put_marks(row, slot);
}

/* The slots of a ticker stand in this order. */
static void put_ticker_slot(struct row *row, const struct event *slot) {
    if (slot->kind == EVENT_PRICE) {
        if ((slot->has & PRICE_HAS_MARK) != 0) {
            put_decimal(row, CSV_MARK, slot->u.price.mark, slot->exponent_a);
        }
        if ((slot->has & PRICE_HAS_INDEX) != 0) {
            put_decimal(row, CSV_INDEX, slot->u.price.index, slot->exponent_b);
        }
        if ((slot->has & PRICE_HAS_LAST) != 0) {
            put_decimal(row, CSV_LAST, slot->u.price.last, slot->exponent_c);
        }
    } else if (slot->kind == EVENT_FUNDING) {
        if ((slot->has & FUNDING_HAS_RATE) != 0) {
            put_decimal(row, CSV_RATE, slot->u.funding.rate, slot->exponent_a);
        }
        if ((slot->has & FUNDING_HAS_INTERVAL) != 0) {
            put_integer(row, CSV_FUNDING_INTERVAL, slot->u.funding.interval_h);
        }
        if ((slot->has & FUNDING_HAS_NEXT) != 0) {
            put_integer(row, CSV_NEXT, slot->u.funding.next_ms);
        }
    } else if (slot->kind == EVENT_OPEN_INTEREST) {
        if ((slot->has & OI_HAS_BASE) != 0) {
            put_decimal(row, CSV_OI, slot->u.open_interest.oi_base, slot->exponent_a);
        }
        if ((slot->has & OI_HAS_USD) != 0) {
            put_decimal(row, CSV_OI_USD, slot->u.open_interest.oi_usd, slot->exponent_b);
        }
    }
}

static void put_kline(struct row *row, const struct event *slots, size_t count) {
    const struct event *prices = &slots[0];
    const struct event *volume = count > 1 ? &slots[1] : NULL;
    const unsigned has = volume != NULL ? volume->has : 0;
    if ((has & KLINE_HAS_USD) != 0) {
        put_decimal(row, CSV_USD, volume->u.kline_volume.usd, volume->exponent_b);
    }
    put_marks(row, prices);
    put_integer(row, CSV_INTERVAL, prices->u.kline.interval_s);
    put_decimal(row, CSV_OPEN, prices->u.kline.open, prices->exponent_a);
    put_decimal(row, CSV_HIGH, prices->u.kline.high, prices->exponent_a);
    put_decimal(row, CSV_LOW, prices->u.kline.low, prices->exponent_a);
    put_decimal(row, CSV_CLOSE, prices->u.kline.close, prices->exponent_a);
    if ((has & KLINE_HAS_VOLUME) != 0) {
        put_decimal(row, CSV_VOLUME, volume->u.kline_volume.volume_base, volume->exponent_a);
    }
    if ((has & KLINE_HAS_TAKER_BUY) != 0) {
        put_decimal(row, CSV_TAKER_BUY, volume->u.kline_volume.taker_buy_base, volume->exponent_c);
    }
    put_flag(row, CSV_CLOSED, (prices->flags & EVENT_FLAG_CLOSED) != 0);
}

static void put_instrument(struct row *row, const struct event *slot) {
    put_marks(row, slot);
    if (slot->detail == CONTRACT_LINEAR || slot->detail == CONTRACT_INVERSE) {
        put_word(row, CSV_CONTRACT, slot->detail == CONTRACT_LINEAR ? "linear" : "inverse");
    }
    put_array_text(row, CSV_BASE, slot->u.instrument.base, sizeof slot->u.instrument.base);
    if ((slot->has & INSTRUMENT_HAS_TICK) != 0) {
        put_decimal(row, CSV_TICK, slot->u.instrument.tick, slot->exponent_a);
    }
    if ((slot->has & INSTRUMENT_HAS_LOT) != 0) {
        put_decimal(row, CSV_LOT, slot->u.instrument.lot, slot->exponent_b);
    }
    if ((slot->has & INSTRUMENT_HAS_MULTIPLIER) != 0) {
        put_decimal(row, CSV_MULTIPLIER, slot->u.instrument.multiplier, slot->exponent_c);
    }
}

static void put_tier(struct row *row, const struct event *slot) {
    if (!isinf(slot->u.tier.notional_cap_usd)) { /* else it has none */
        put_double(row, CSV_TIER_CAP, slot->u.tier.notional_cap_usd);
    }
    put_double(row, CSV_TIER_MMR, slot->u.tier.mmr);
    put_double(row, CSV_TIER_LEVERAGE, slot->u.tier.leverage_max);
}

static void put_gap(struct row *row, const struct event *slot) {
    static const char *const streams[] = {"all", "book", "trade", "liquidation"};
    static_assert(ARRAY_COUNT(streams) == STREAM_COUNT, "a name per stream");
    put_marks(row, slot);
    put_word(row, CSV_STREAM, streams[slot->detail < STREAM_COUNT ? slot->detail : STREAM_ALL]);
    put_integer(row, CSV_FROM, slot->u.gap.from_ms);
    put_integer(row, CSV_TO, slot->u.gap.to_ms);
    put_array_text(row, CSV_REASON, slot->u.gap.reason, sizeof slot->u.gap.reason);
}

/* A row a tier, each with what the instrument is, or one without a tier. */
static void put_instrument_row(struct row *row, const struct event *slots,
                               const struct event *tier) {
    if (slots[0].kind == EVENT_INSTRUMENT) {
        put_instrument(row, &slots[0]);
    } else {
        put_marks(row, &slots[0]);
    }
    if (tier->kind == EVENT_TIER) {
        put_tier(row, tier);
    }
}

/* The cells of a message of one row. */
static void put_message(struct row *row, const struct event *slots, size_t count) {
    switch ((enum event_kind)slots[0].kind) {
    case EVENT_TRADE:
    case EVENT_LIQUIDATION:
        put_trade(row, slots, count);
        break;
    case EVENT_KLINE:
        put_kline(row, slots, count);
        break;
    case EVENT_GAP:
        put_gap(row, &slots[0]);
        break;
    default:
        put_marks(row, &slots[0]);
        for (size_t i = 0; i < count; i++) {
            put_ticker_slot(row, &slots[i]);
        }
        break;
    }
}

bool event_csv_format_header(struct event_text *text) {
    static const char *const cells[CSV_COLUMN_COUNT][2] = {
#define CSV_CELL(name, text, unit, field) {text, unit},
        CSV_COLUMN_LIST(CSV_CELL)
#undef CSV_CELL
    };
    const size_t len_before = text->len;
    bool good = true;
    for (int i = 0; i < CSV_COLUMN_COUNT && good; i++) {
        good =
            event_text_put_part(text, i == 0 ? "" : ",") && event_text_put_part(text, cells[i][0]);
        if (good && cells[i][1][0] != '\0') {
            good = event_text_put_part(text, " (") && event_text_put_part(text, cells[i][1]) &&
                   event_text_put_part(text, ")");
        }
    }
    good = good && event_text_put_part(text, "\n");
    text->len = good ? text->len : len_before;
    return good;
}

bool event_csv_format(const struct instrument_table *instruments, const struct event *slots,
                      size_t count, struct event_text *text) {
    assert(count > 0);
    const size_t len_before = text->len;
    const struct instrument *instrument = instrument_get(instruments, slots[0].instrument);
    const unsigned kind = slots[0].kind;
    struct row row = {.text = text, .good = true};
    if (instrument == NULL || kind >= ARRAY_COUNT(type_names) || type_names[kind] == NULL) {
        return false;
    }
    const bool is_book = kind == EVENT_BOOK;
    const bool is_facts = kind == EVENT_INSTRUMENT || kind == EVENT_TIER;
    const size_t last = is_book || is_facts ? count - 1 : 0;
    for (size_t i = kind == EVENT_INSTRUMENT && count > 1 ? 1 : 0; i <= last; i++) {
        begin_row(&row, instrument, &slots[0], i == last);
        if (is_book) {
            put_level(&row, &slots[i]);
        } else if (is_facts) {
            put_instrument_row(&row, slots, &slots[i]);
        } else {
            put_message(&row, slots, count);
        }
        end_row(&row);
    }
    text->len = row.good ? text->len : len_before;
    return row.good;
}

#include "app/demo.h"

#include "base/str.h"

enum { BOOK_COLUMNS = 1800, BOOK_EVERY_MS_MAX = 60000 };

static const int32_t steps_ms[] = {1000, 2000, 5000, 10000}; /* the choices of --step */

/* The choices of --tiers and --venue. */
static const enum venue_id tiers[] = {VENUE_NONE,   VENUE_BINANCE_USDM, VENUE_BYBIT,      VENUE_OKX,
                                      VENUE_BITGET, VENUE_GATE,         VENUE_HYPERLIQUID};
static const enum venue_id venues[] = {
    VENUE_BINANCE_USDM, VENUE_BYBIT,         VENUE_OKX,     VENUE_BITGET,         VENUE_GATE,
    VENUE_HYPERLIQUID,  VENUE_BINANCE_COINM, VENUE_DERIBIT, VENUE_KRAKEN_FUTURES, VENUE_HTX};

struct source_sim_desc demo_desc(const struct option_table *table) {
    return (struct source_sim_desc){
        .seed = (uint64_t)option_integer(table, OPT_seed),
        .regime = (enum regime_id)option_integer(table, OPT_regime),
        .days = option_number(table, OPT_days),
        .step_ms = steps_ms[(size_t)option_integer(table, OPT_step) % ARRAY_COUNT(steps_ms)],
        .venue = venues[(size_t)option_integer(table, OPT_venue) % ARRAY_COUNT(venues)],
        .tiers = tiers[(size_t)option_integer(table, OPT_tiers) % ARRAY_COUNT(tiers)],
        .basis = option_number(table, OPT_basis),
        .life_scale = option_number(table, OPT_life_scale),
        .partial_share = option_number(table, OPT_partial),
        .mark_apart = option_flag(table, OPT_mark_apart),
        .throttled_prints = option_flag(table, OPT_throttled_prints),
        .oi_every_ms = (int32_t)option_integer(table, OPT_oi_every),
        .oi_late_ms = (int32_t)(option_number(table, OPT_oi_late) * 1000),
    };
}

int64_t demo_end_ms(const struct source_sim_desc *desc) {
    return SOURCE_SIM_START_MS + (int64_t)(desc->days * 86400e3);
}

void demo_add_book(struct source_sim_desc *desc, int64_t from_ms, double span_ms) {
    int64_t end_ms = demo_end_ms(desc);
    int64_t every_ms = (int64_t)(span_ms / BOOK_COLUMNS) / 1000 * 1000;
    every_ms = every_ms < BOOK_EVERY_MS_MAX ? every_ms : BOOK_EVERY_MS_MAX;
    desc->book_ms = end_ms > from_ms ? end_ms - from_ms : 0;
    desc->book_every_ms = (int32_t)(every_ms > desc->step_ms ? every_ms : desc->step_ms);
}

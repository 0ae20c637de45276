/* engine/engine_instrument.c - one instrument's events: into state, into rows, into the estimate.
 *
 * Time is guarded here, once: a lone event far in the future would close every row until then and
 * make all that follows late, so it is left out unless others agree with it. */
#include "engine/engine_instrument.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/str.h"
#include "margin/margin.h"

enum { SECOND_MS = 1000 };

static double event_number(int64_t mantissa, int exponent) {
    return decimal_to_double(event_decimal(mantissa, exponent));
}

/* What was learned goes into the log: it comes into force with the next row, here as in rasters. */
static void log_learned(struct engine_instrument *instrument) {
    struct weights learned;
    if (estimator_take_weights(instrument->estimator, &learned)) {
        entry_log_add_weights(instrument->log, &learned);
    }
}

/* Every closed row goes through the estimator, exactly as a raster will replay it. */
static void take_row(void *user, const struct entry_row *row, const struct entry_deposit *deposits,
                     const struct entry_print *prints) {
    struct engine_instrument *instrument = user;
    estimator_use_weights(instrument->estimator, instrument->log, row->weights);
    score_begin_row(instrument->score, instrument->estimator, row);
    receipts_begin_row(&instrument->receipts, instrument->estimator, row,
                       &instrument->survey->profile);
    estimator_apply_row(instrument->estimator, row, deposits, prints);
    score_end_row(instrument->score, row, deposits, prints);
    receipts_end_row(&instrument->receipts, row, prints);
    log_learned(instrument);
}

/* What the mark clears is told to everybody who counts it. */
static void take_swept(void *user, const struct estimator_swept *swept) {
    struct engine_instrument *instrument = user;
    const struct estimator_watcher score = score_watcher(instrument->score);
    score.swept(score.user, swept);
    receipts_take_swept(&instrument->receipts, swept);
}

static bool ts_possible(int64_t ts_ms) {
    return ts_ms > 0 && ts_ms < ENGINE_TS_MAX_MS;
}

static bool is_late(const struct engine_instrument *instrument, int64_t ts_ms) {
    return instrument->now_ms != 0 && ts_ms < instrument->now_ms - ENGINE_LATE_MAX_MS;
}

/* Whether a live fact of this time may be applied; moves now_ms on. */
static bool admit_time(struct engine_instrument *instrument, int64_t ts_ms,
                       struct engine_counts *counts) {
    if (!ts_possible(ts_ms)) {
        counts->malformed++;
        return false;
    }
    if (instrument->now_ms == 0) {
        instrument->now_ms = ts_ms;
        return true;
    }
    if (is_late(instrument, ts_ms)) {
        counts->late++;
        return false;
    }
    if (ts_ms <= instrument->now_ms) {
        return true;
    }
    if (ts_ms - instrument->now_ms > ENGINE_JUMP_MAX_MS) {
        int64_t apart_ms = llabs(ts_ms - instrument->jump_ms);
        bool agrees = instrument->jump_run_count > 0 && apart_ms <= ENGINE_JUMP_MAX_MS;
        instrument->jump_run_count = agrees ? instrument->jump_run_count + 1 : 1;
        instrument->jump_ms = ts_ms;
        if (instrument->jump_run_count < ENGINE_JUMP_CONFIRM) {
            counts->jumped++;
            return false;
        }
    }
    instrument->jump_run_count = 0;
    instrument->now_ms = ts_ms;
    return true;
}

static void apply_settlement(struct engine_instrument *instrument, int64_t ts_ms, double rate) {
    row_builder_funding(instrument->builder, ts_ms, rate);
}

/* What time alone brings about: settlements and prints that leave the day. */
static void pass_time(struct engine_instrument *instrument) {
    double rate = 0.0;
    int64_t due_ms = instrument->funding.next_ms;
    if (funding_advance(&instrument->funding, instrument->now_ms, &rate)) {
        apply_settlement(instrument, due_ms, rate);
    }
    prints_advance(&instrument->prints, instrument->now_ms);
    engine_book_pass(&instrument->book, instrument->now_ms);
}

/* Rows are closed by live facts; where only the book moves, time passes too. Not while bars of the
 * back-fill are being gathered: the first live fact ends that. */
static void advance_rows(struct engine_instrument *instrument) {
    int64_t until_ms = instrument->now_ms - ENGINE_ADVANCE_SLACK_MS;
    if (!instrument->history_pending && until_ms >= instrument->advanced_ms + SECOND_MS) {
        instrument->advanced_ms = until_ms;
        row_builder_advance(instrument->builder, until_ms);
    }
}

static void put_mark_in_force(struct engine_instrument *instrument) {
    row_builder_mark(instrument->builder, instrument->mark.in_force_ms, instrument->mark.in_force);
}

static void apply_trade(struct engine_instrument *instrument, const struct event *event,
                        struct engine_counts *counts) {
    struct candle_trade trade = {.ts_ms = event->ts_ms, .aggressive_buy = event->side == SIDE_BUY};
    bool ok = event->side == SIDE_BUY || event->side == SIDE_SELL;
    ok = ok && event_trade_values(event, &trade.price, &trade.qty_base, &trade.usd);
    ok = ok && isfinite(trade.price) && isfinite(trade.qty_base) && isfinite(trade.usd) &&
         trade.qty_base > 0.0 && trade.usd > 0.0;
    if (!ok) {
        counts->malformed++;
        return;
    }
    candles_add_trade(&instrument->candles, &trade);
    row_builder_trade(instrument->builder, trade.ts_ms, trade.price, trade.qty_base, trade.usd,
                      (enum side)event->side);
    if (mark_trade(&instrument->mark, trade.ts_ms, trade.price)) {
        put_mark_in_force(instrument);
    }
}

static void apply_liquidation(struct engine_instrument *instrument, const struct event *event,
                              struct engine_counts *counts, bool history) {
    double price = 0.0;
    double qty_base = 0.0;
    double usd = 0.0;
    bool ok = event->side == POS_LONG || event->side == POS_SHORT;
    ok = ok && event->detail >= PRICE_FILL && event->detail <= PRICE_ORDER;
    ok = ok && event_trade_values(event, &price, &qty_base, &usd);
    ok = ok && isfinite(price) && isfinite(usd) && usd > 0.0;
    if (!ok) {
        counts->malformed++;
        return;
    }
    bool complete = (event->flags & EVENT_FLAG_COMPLETE) != 0;
    struct print print = {
        .ts_ms = event->ts_ms,
        .price = margin_trigger_price(price, event->side, event->detail, instrument->mmr),
        .usd = usd,
        .position = (uint8_t)event->side,
        .complete = complete,
    };
    if ((event->flags & EVENT_FLAG_HISTORY) == 0 && is_late(instrument, event->ts_ms) &&
        prints_have(&instrument->prints, &print)) {
        counts->late++; /* what was shown already is told once more */
        return;
    }
    prints_add(&instrument->prints, &print);
    if (history) {
        instrument->history_pending = true;
        row_builder_history_print(instrument->builder, event->ts_ms, price, usd,
                                  (enum position)event->side, (enum price_kind)event->detail,
                                  complete);
    } else {
        row_builder_print(instrument->builder, event->ts_ms, price, usd, (enum position)event->side,
                          (enum price_kind)event->detail, complete);
    }
}

static void apply_price(struct engine_instrument *instrument, const struct event *event) {
    if ((event->has & PRICE_HAS_INDEX) != 0) {
        mark_set_index(&instrument->mark, event_number(event->u.price.index, event->exponent_b));
    }
    bool moved = false;
    if ((event->has & PRICE_HAS_LAST) != 0) {
        moved = mark_trade(&instrument->mark, event->ts_ms,
                           event_number(event->u.price.last, event->exponent_c));
    }
    if ((event->has & PRICE_HAS_MARK) != 0) {
        moved = mark_publish(&instrument->mark, event->ts_ms,
                             event_number(event->u.price.mark, event->exponent_a)) ||
                moved;
    }
    if (moved) {
        put_mark_in_force(instrument);
    }
}

static void apply_funding(struct engine_instrument *instrument, const struct event *event) {
    struct funding_update update = {
        .ts_ms = event->ts_ms,
        .has_rate = (event->has & FUNDING_HAS_RATE) != 0,
        .has_interval = (event->has & FUNDING_HAS_INTERVAL) != 0,
        .has_next = (event->has & FUNDING_HAS_NEXT) != 0,
        .rate = event_number(event->u.funding.rate, event->exponent_a),
        .interval_h = event->u.funding.interval_h,
        .next_ms = event->u.funding.next_ms,
    };
    double rate = 0.0;
    if (funding_apply(&instrument->funding, &update, &rate)) {
        apply_settlement(instrument, event->ts_ms, rate);
    }
}

static void apply_open_interest(struct engine_instrument *instrument, const struct event *event,
                                bool history) {
    struct open_interest_update update = {
        .ts_ms = event->ts_ms,
        .has_base = (event->has & OI_HAS_BASE) != 0,
        .has_usd = (event->has & OI_HAS_USD) != 0,
        .oi_base = event_number(event->u.open_interest.oi_base, event->exponent_a),
        .oi_usd = event_number(event->u.open_interest.oi_usd, event->exponent_b),
        .price = instrument->mark.in_force,
    };
    if (!open_interest_apply(&instrument->oi, &update)) {
        return;
    }
    double told = instrument->oi.oi_base;
    if (instrument->model.inverse) {
        told = update.has_usd ? update.oi_usd : told * instrument->mark.in_force;
        if (!update.has_usd && instrument->mark.in_force <= 0) {
            return;
        }
    }
    if (history) {
        instrument->history_pending = true;
        row_builder_history_open_interest(instrument->builder, event->ts_ms, told);
    } else {
        row_builder_open_interest(instrument->builder, event->ts_ms, told);
    }
}

/* A closed bar of a stretch that no trade covered. */
static void apply_bar(struct engine_instrument *instrument, const struct event *volume,
                      struct engine_counts *counts) {
    const struct event *kline = &instrument->kline;
    bool closed = (kline->flags & EVENT_FLAG_CLOSED) != 0;
    if (!closed || candles_find(&instrument->candles, kline->ts_ms) != NULL) {
        counts->ignored += 2;
        return;
    }
    unsigned has = volume->has;
    int interval_s = kline->u.kline.interval_s;
    struct row_builder_kline bar = {
        .open_ms = kline->ts_ms,
        .interval_ms = interval_s * SECOND_MS,
        .open = event_number(kline->u.kline.open, kline->exponent_a),
        .high = event_number(kline->u.kline.high, kline->exponent_a),
        .low = event_number(kline->u.kline.low, kline->exponent_a),
        .close = event_number(kline->u.kline.close, kline->exponent_a),
        .taker_buy_base = -1.0,
    };
    if ((has & KLINE_HAS_VOLUME) != 0) {
        bar.volume_base = event_number(volume->u.kline_volume.volume_base, volume->exponent_a);
    }
    if ((has & KLINE_HAS_USD) != 0) {
        bar.usd = event_number(volume->u.kline_volume.usd, volume->exponent_b);
    }
    if ((has & KLINE_HAS_TAKER_BUY) != 0) {
        bar.taker_buy_base =
            event_number(volume->u.kline_volume.taker_buy_base, volume->exponent_c);
    }
    instrument->history_pending = true;
    row_builder_history_kline(instrument->builder, &bar);
    if (instrument->now_ms == 0) {
        mark_bar(&instrument->mark, bar.open_ms + bar.interval_ms, bar.close);
    }
}

static void apply_kline(struct engine_instrument *instrument, const struct event *event,
                        struct engine_counts *counts) {
    if (event->kind == EVENT_KLINE) {
        bool ok = ts_possible(event->ts_ms) && event->u.kline.interval_s > 0 &&
                  event->u.kline.interval_s <= ENGINE_JUMP_MAX_MS / SECOND_MS;
        counts->malformed += ok ? 0 : 1;
        instrument->has_kline = ok;
        instrument->kline = *event;
        return;
    }
    if (!instrument->has_kline) {
        counts->malformed++;
        return;
    }
    instrument->has_kline = false;
    apply_bar(instrument, event, counts);
}

static void apply_book(struct engine_instrument *instrument, const struct event *event) {
    bool passes =
        event->ts_ms > instrument->now_ms && event->ts_ms - instrument->now_ms < ENGINE_LATE_MAX_MS;
    instrument->now_ms = passes ? event->ts_ms : instrument->now_ms;
    engine_book_apply(&instrument->book, event, instrument->now_ms);
    if (passes) {
        pass_time(instrument);
        advance_rows(instrument);
    }
}

/* A live fact with a time of its own, already admitted. */
static void apply_live(struct engine_instrument *instrument, const struct event *event,
                       struct engine_counts *counts) {
    instrument->history_pending = false;
    switch ((enum event_kind)event->kind) {
    case EVENT_TRADE:
        apply_trade(instrument, event, counts);
        break;
    case EVENT_LIQUIDATION:
        apply_liquidation(instrument, event, counts, false);
        break;
    case EVENT_PRICE:
        apply_price(instrument, event);
        break;
    case EVENT_FUNDING:
        apply_funding(instrument, event);
        break;
    default:
        apply_open_interest(instrument, event, false);
        break;
    }
}

struct engine_instrument *engine_instrument_create(uint16_t index,
                                                   const struct instrument *instrument,
                                                   const struct engine_desc *desc,
                                                   struct survey *survey) {
    struct engine_instrument *made = calloc(1, sizeof(*made));
    if (made == NULL) {
        return NULL;
    }
    made->index = index;
    made->venue = instrument->venue;
    made->desc = desc;
    made->survey = survey;
    str_copy(made->symbol, sizeof(made->symbol), instrument->symbol);
    engine_facts_begin(made, desc->margins);
    made->funding = FUNDING_START;
    made->log = entry_log_create(ESTIMATOR_BIN_WIDTH);
    made->estimator = estimator_create(&made->model);
    made->score = score_create(
        &(struct score_desc){.model = made->model, .full = desc->full_score, .truth = desc->truth});
    if (made->log != NULL) {
        made->builder = row_builder_create(&(struct row_builder_desc){
            .log = made->log, .mmr = made->mmr, .on_row = take_row, .user = made});
    }
    bool ok = made->log != NULL && made->estimator != NULL && made->builder != NULL &&
              made->score != NULL;
    ok = engine_book_init(&made->book) && ok;
    ok = candles_init(&made->candles, ENGINE_CANDLE_MS) && ok;
    if (!ok) {
        engine_instrument_destroy(made);
        return NULL;
    }
    receipts_init(&made->receipts, estimator_bin_width(made->estimator));
    engine_instrument_watch(made);
    return made;
}

void engine_instrument_watch(struct engine_instrument *instrument) {
    const struct estimator_watcher watcher = {.swept = take_swept, .user = instrument};
    estimator_set_watcher(instrument->estimator, &watcher);
}

void engine_instrument_destroy(struct engine_instrument *instrument) {
    if (instrument == NULL) {
        return;
    }
    candles_finish(&instrument->candles);
    engine_book_finish(&instrument->book);
    row_builder_destroy(instrument->builder);
    estimator_destroy(instrument->estimator);
    score_destroy(instrument->score);
    entry_log_destroy(instrument->log);
    free(instrument);
}

void engine_instrument_strip(struct engine_instrument *instrument) {
    candles_finish(&instrument->candles);
    row_builder_destroy(instrument->builder);
    estimator_destroy(instrument->estimator);
    score_destroy(instrument->score);
    instrument->builder = NULL;
    instrument->estimator = NULL;
    instrument->score = NULL;
}

int64_t engine_instrument_log_bytes(const struct engine_instrument *instrument) {
    struct entry_log_stats entries = {0};
    struct book_log_stats books = {0};
    /* relaxed: the engine stores it, and this is the engine */
    const struct book_log *book = atomic_load_explicit(&instrument->book.log, memory_order_relaxed);
    entry_log_get_stats(instrument->log, &entries);
    if (book != NULL) {
        book_log_get_stats(book, &books);
    }
    return (int64_t)(entries.bytes + books.bytes);
}

/* By the time that was admitted: a lone message may say any. */
static void hear(struct engine_instrument *instrument, const struct event *event) {
    enum { COUNTED_MS = 5000 };
    struct hearing *hearing = &instrument->hearing;
    const int64_t now_ms = instrument->now_ms;
    if ((event->flags & (EVENT_FLAG_BEGIN | EVENT_FLAG_HISTORY)) != EVENT_FLAG_BEGIN ||
        now_ms == 0 || event->kind == EVENT_INSTRUMENT || event->kind == EVENT_TIER ||
        event->kind == EVENT_KLINE) {
        return; /* facts have no time of their own, bars that of their beginning */
    }
    if (hearing->from_ms == 0) {
        hearing->from_ms = hearing->counted_ms = now_ms;
    }
    hearing->count++;
    const int64_t past_ms = now_ms - hearing->counted_ms;
    if (past_ms >= COUNTED_MS) {
        hearing->per_s = (double)hearing->count * 1000 / (double)past_ms;
        hearing->counted_ms = now_ms;
        hearing->count = 0;
    }
}

/* Of the future is nothing known. */
static bool is_past(const struct engine_instrument *instrument, int64_t ts_ms) {
    return ts_possible(ts_ms) &&
           (instrument->now_ms == 0 || ts_ms <= instrument->now_ms + ENGINE_JUMP_MAX_MS);
}

/* Filled back, or told by the connection hours after it happened: venues repeat an old one when
 * they are subscribed to, and tell single ones minutes late. */
static bool is_past_liquidation(const struct engine_instrument *instrument,
                                const struct event *event) {
    const int64_t ts_ms = event->ts_ms;
    if ((event->flags & EVENT_FLAG_HISTORY) != 0) {
        return is_past(instrument, ts_ms);
    }
    const bool before_bar = instrument->history_pending && ts_ms < instrument->kline.ts_ms;
    const bool today = instrument->now_ms == 0 || ts_ms >= instrument->now_ms - ENGINE_JUMP_MAX_MS;
    return ts_possible(ts_ms) && today && (before_bar || is_late(instrument, ts_ms));
}

/* Facts about the instrument itself, and the book, which makes no rows, leave the model open. */
static bool is_market_fact(const struct event *event) {
    return event->kind != EVENT_INSTRUMENT && event->kind != EVENT_TIER &&
           event->kind != EVENT_BOOK;
}

static void apply_event(struct engine_instrument *instrument, const struct event *event,
                        struct engine_counts *counts) {
    if (is_market_fact(event)) {
        engine_facts_end(instrument, counts);
    }
    switch ((enum event_kind)event->kind) {
    case EVENT_BOOK:
        /* Its levels stand for themselves: no time is too late or too early for them. */
        apply_book(instrument, event);
        return;
    case EVENT_KLINE:
    case EVENT_KLINE_VOLUME:
        apply_kline(instrument, event, counts);
        return;
    case EVENT_INSTRUMENT:
    case EVENT_TIER:
        engine_facts_apply(instrument, event, counts);
        return;
    case EVENT_OPEN_INTEREST:
        if ((event->flags & EVENT_FLAG_HISTORY) != 0 && ts_possible(event->ts_ms)) {
            apply_open_interest(instrument, event, true);
            return;
        }
        break;
    case EVENT_LIQUIDATION:
        if (is_past_liquidation(instrument, event)) {
            /* Where bars are gathered it is of them, and does not end that. */
            apply_liquidation(instrument, event, counts,
                              (event->flags & EVENT_FLAG_HISTORY) != 0 ||
                                  event->ts_ms < instrument->kline.ts_ms);
            return;
        }
        break;
    case EVENT_TRADE:
    case EVENT_PRICE:
    case EVENT_FUNDING:
        break;
    case EVENT_CONTRACTS:
        return; /* its trade says what it is worth */
    default:
        counts->malformed++;
        return;
    }
    if (admit_time(instrument, event->ts_ms, counts)) {
        pass_time(instrument);
        apply_live(instrument, event, counts);
    }
}

void engine_instrument_apply(struct engine_instrument *instrument, const struct event *event,
                             struct engine_counts *counts) {
    apply_event(instrument, event, counts);
    hear(instrument, event);
}

void engine_instrument_gap(struct engine_instrument *instrument, const struct event *event,
                           struct engine_counts *counts) {
    struct gap gap = {.from_ms = event->u.gap.from_ms,
                      .to_ms = event->u.gap.to_ms,
                      .stream = (uint8_t)event->detail};
    if (gap.to_ms != 0 && gap.to_ms < gap.from_ms &&
        gap.from_ms - gap.to_ms <= ENGINE_LATE_MAX_MS) {
        /* The ends were told by two streams of a venue that are out of step. */
        gap = (struct gap){.from_ms = gap.to_ms, .to_ms = gap.from_ms, .stream = gap.stream};
    }
    if (gap.from_ms > ENGINE_TS_MAX_MS || gap.to_ms > ENGINE_TS_MAX_MS ||
        !gaps_add(&instrument->gaps, gap)) {
        counts->malformed++;
        return;
    }
    if (gap.stream == STREAM_ALL || gap.stream == STREAM_BOOK) {
        engine_book_gap(&instrument->book, gap.from_ms);
    }
    if (gap.stream != STREAM_BOOK) {
        engine_facts_end(instrument, counts);
        row_builder_gap(instrument->builder, gap.from_ms, gap.to_ms != 0 ? gap.to_ms : gap.from_ms);
    }
}

void engine_instrument_finish(struct engine_instrument *instrument) {
    if (instrument->history_pending) {
        instrument->history_pending = false;
        row_builder_history_end(instrument->builder);
    }
    engine_book_end(&instrument->book, instrument->now_ms);
    if (instrument->now_ms != 0) {
        /* To the end of the second that is open, and of the wait for marks. */
        row_builder_advance(instrument->builder,
                            instrument->now_ms + ROW_BUILDER_PRINT_WAIT_MS + SECOND_MS);
    }
}

void engine_instrument_restore(struct engine_instrument *instrument) {
    const struct engine_calibrations *kept = instrument->desc->restore;
    for (int i = 0; kept != NULL && i < kept->count; i++) {
        const struct engine_calibration *item = &kept->items[i];
        if (item->learned && item->venue == instrument->venue &&
            strcmp(item->symbol, instrument->symbol) == 0) {
            instrument->restore_refused = !estimator_restore(instrument->estimator, &item->record);
            log_learned(instrument);
        }
    }
}

void engine_instrument_export(const struct engine_instrument *instrument,
                              struct engine_calibration *out) {
    out->venue = instrument->venue;
    memcpy(out->symbol, instrument->symbol, sizeof(out->symbol));
    out->learned = estimator_export(instrument->estimator, &out->record);
    out->refused = instrument->restore_refused;
}

uint64_t engine_instrument_hash(uint64_t hash, const struct engine_instrument *instrument) {
    int64_t head[3] = {instrument->now_ms, instrument->index,
                       row_builder_closed_ms(instrument->builder)};
    hash = hash_bytes(hash, head, sizeof(head));
    hash = book_hash(hash, &instrument->book.book);
    hash = candles_hash(hash, &instrument->candles);
    hash = open_interest_hash(hash, &instrument->oi);
    hash = funding_hash(hash, &instrument->funding);
    hash = mark_hash(hash, &instrument->mark);
    hash = prints_hash(hash, &instrument->prints);
    hash = gaps_hash(hash, &instrument->gaps);
    hash = receipts_hash(hash, &instrument->receipts);
    uint64_t estimate = estimator_hash(instrument->estimator);
    return hash_bytes(hash, &estimate, sizeof(estimate));
}

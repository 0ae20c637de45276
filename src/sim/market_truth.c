/* What is true of the simulated positions: all of those open now, and span by span of those that
 * were.
 *
 * A liquidation price stands still between funding settlements and top-ups, so a life is told in a
 * handful of spans instead of once a second. The two answers agree: at any time the spans that
 * hold it are the positions that market_next_truth lists then. */
#include "sim/market_internal.h"

static bool is_stopped_first(const struct position_record *record) {
    double stop = record->stop_price;
    double liquidation = record->liquidation_price;
    return stop > 0 && (record->side == POS_LONG ? stop > liquidation : stop < liquidation);
}

bool market_next_truth(const struct market *market, size_t *cursor, struct market_truth *truth) {
    const struct positions *positions = &market->positions;
    for (; *cursor < (size_t)positions->used_count; (*cursor)++) {
        const struct position_record *record = &positions->records[*cursor];
        if (record->state != POSITION_OPEN) {
            continue;
        }
        *truth = (struct market_truth){
            .id = record->id,
            .opened_ms = record->opened_ms,
            .qty_lots = record->qty_lots,
            .entry = record->entry,
            .leverage = record->leverage,
            .liquidation_price = record->liquidation_price,
            .position = record->side,
            .cross = record->cross,
            .stop_first = is_stopped_first(record),
        };
        (*cursor)++;
        return true;
    }
    return false;
}

void market_end_span(struct market *market, struct position_record *record, int64_t to_ms) {
    const struct market_truth_sink *sink = &market->desc.truth;
    if (sink->span == NULL || to_ms <= record->since_ms) {
        return;
    }
    sink->span(sink->user, &(struct market_truth_span){
                               .id = record->id,
                               .from_ms = record->since_ms,
                               .to_ms = to_ms,
                               .qty_lots = record->qty_lots,
                               .entry = record->entry,
                               .leverage = record->leverage,
                               .liquidation_price = record->liquidation_price,
                               .position = record->side,
                               .cross = record->cross,
                               .stop_first = is_stopped_first(record),
                           });
    record->since_ms = to_ms;
}

void market_finish_truth(struct market *market) {
    for (int32_t i = 0; i < market->positions.used_count; i++) {
        struct position_record *record = &market->positions.records[i];
        if (record->state == POSITION_OPEN) {
            market_end_span(market, record, market->view.now_ms);
        }
    }
}

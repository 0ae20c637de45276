/* engine/engine_facts.c - what an instrument is: its tick, its contract, and what its venue
 * demands.
 *
 * The distances of the estimate follow from margin facts, and a map cannot change its distances
 * while it holds something. So facts that come before the first market fact (every source tells
 * them first) make the model; later ones move the trigger of prints and nothing else. Either way
 * the same events give the same bits. */
#include "base/str.h"
#include "engine/engine_instrument.h"
#include "margin/margin.h"

#define LEVERAGE_MAX 1000.0 /* what margin tables may say */

void engine_facts_begin(struct engine_instrument *instrument, const struct margin_set *margins) {
    struct margin_facts facts = margin_facts_of(margins, instrument->venue, instrument->symbol);
    instrument_base_of_symbol(instrument->symbol, instrument->base);
    instrument->mmr = facts.mmr;
    instrument->model = (struct estimator_desc){.bin_width = ESTIMATOR_BIN_WIDTH,
                                                .mmr = facts.mmr,
                                                .fee = facts.fee,
                                                .leverage_max = facts.leverage_max,
                                                .inverse = facts.contract == CONTRACT_INVERSE,
                                                .evidence = true};
    if (instrument->venue == VENUE_HYPERLIQUID) {
        instrument->model.prior.sharp_share = 0.2;
    }
    instrument->told = instrument->model;
}

static void apply_instrument(struct engine_instrument *instrument, const struct event *event) {
    if ((event->has & INSTRUMENT_HAS_TICK) != 0 && event->u.instrument.tick > 0) {
        instrument->tick = event_decimal(event->u.instrument.tick, event->exponent_a);
    }
    if (event->u.instrument.base[0] != '\0') {
        instrument_base_of_name(event->u.instrument.base, sizeof(event->u.instrument.base),
                                instrument->base);
    }
    if (event->detail == CONTRACT_INVERSE || event->detail == CONTRACT_LINEAR) {
        instrument->told.inverse = event->detail == CONTRACT_INVERSE;
    }
}

void engine_facts_apply(struct engine_instrument *instrument, const struct event *event,
                        struct engine_counts *counts) {
    if (event->kind == EVENT_INSTRUMENT) {
        apply_instrument(instrument, event);
        return;
    }
    /* The last tiers of a table ask for half of the notional and more; the first one never does. */
    double mmr = event->u.tier.mmr, leverage = event->u.tier.leverage_max;
    bool first = event->u.tier.index == 0;
    if (!(mmr > 0.0 && mmr <= 1.0) || (first && mmr >= 0.5)) {
        counts->malformed++;
        return;
    }
    if (!first) {
        return;
    }
    instrument->mmr = mmr;
    row_builder_set_mmr(instrument->builder, mmr);
    instrument->told.mmr = mmr;
    if (leverage >= 1.0 && leverage <= LEVERAGE_MAX) {
        instrument->told.leverage_max = leverage;
    }
}

/* Estimator and score of the facts that were told; they hold nothing yet. */
static bool restart(struct engine_instrument *instrument) {
    struct score *score = score_create(&(struct score_desc){.model = instrument->told,
                                                            .full = instrument->desc->full_score,
                                                            .truth = instrument->desc->truth});
    if (score == NULL || !estimator_restart(instrument->estimator, &instrument->told)) {
        score_destroy(score);
        return false;
    }
    score_destroy(instrument->score);
    instrument->score = score;
    instrument->model = instrument->told;
    return true;
}

void engine_facts_end(struct engine_instrument *instrument, struct engine_counts *counts) {
    /* relaxed: the engine stores it, and this is the engine */
    if (atomic_load_explicit(&instrument->model_final, memory_order_relaxed)) {
        return;
    }
    const struct estimator_desc *made = &instrument->model, *told = &instrument->told;
    bool differs = made->mmr != told->mmr || made->leverage_max != told->leverage_max ||
                   made->inverse != told->inverse;
    if (differs && !restart(instrument)) {
        counts->no_memory++; /* it goes on as it was made */
    }
    row_builder_set_inverse(instrument->builder, instrument->model.inverse);
    engine_instrument_restore(instrument);
    /* release: whoever finds it final sees the description, which never changes again */
    atomic_store_explicit(&instrument->model_final, true, memory_order_release);
}

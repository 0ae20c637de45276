#include "sim/source.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "margin/margin.h"
#include "sim/source_internal.h"

static const double day_ms = 86400e3;
static const double days_max = 366;

/* Fill the empty stage. False: the end. */
static bool stage_more(struct sim_source *source) {
    const struct market_view *view = market_view(source->market);
    source->stage_count = source->stage_at = 0;
    if (!source->began) {
        while (view->now_ms < source->begin_ms) {
            market_step(source->market, MARKET_STEP_COARSE_MS);
        }
        source->began = true;
        source_stage_first(source);
        return true;
    }
    if (view->now_ms >= source->end_ms) {
        return false;
    }
    market_step(source->market, source->desc.step_ms);
    source_stage_step(source);
    if (view->now_ms >= source->end_ms) {
        market_finish_truth(source->market);
    }
    return true;
}

static enum status sim_source_read(void *self, struct event *out, size_t count_max, size_t *count) {
    struct sim_source *source = self;
    *count = 0;
    for (;;) {
        if (source->stage_at == source->stage_count && !stage_more(source)) {
            return *count > 0 ? STATUS_OK : STATUS_END;
        }
        while (source->stage_at < source->stage_count) {
            const struct event *message = &source->stage[source->stage_at];
            size_t len = event_message_slots(message, source->stage_count - source->stage_at);
            if (len > count_max - *count) {
                return *count > 0 ? STATUS_OK : STATUS_RANGE;
            }
            memcpy(&out[*count], message, len * sizeof(*message));
            *count += len;
            source->stage_at += len;
        }
    }
}

static void sim_source_destroy(void *self) {
    struct sim_source *source = self;
    if (source == NULL) {
        return;
    }
    market_destroy(source->market);
    free(source->changes);
    free(source->ladders);
    free(source->stage);
    free(source);
}

static const struct event_source_ops sim_source_ops = {
    .name = "simulation",
    .destroy = sim_source_destroy,
    .read = sim_source_read,
};

/* Put the defaults into the descriptor. False: something in it makes no sense. */
static bool complete_desc(struct source_sim_desc *desc) {
    desc->venue = desc->venue == VENUE_NONE ? VENUE_BINANCE_USDM : desc->venue;
    desc->step_ms = desc->step_ms == 0 ? 1000 : desc->step_ms;
    desc->days = desc->days == 0 ? 3 : desc->days;
    desc->burn_in_days = desc->burn_in_days == 0 ? SOURCE_SIM_BURN_IN_DAYS : desc->burn_in_days;
    desc->burn_in_days = desc->burn_in_days < 0 ? 0 : desc->burn_in_days;
    desc->start_ms = desc->start_ms == 0 ? SOURCE_SIM_START_MS : desc->start_ms;
    desc->book_every_ms = desc->book_every_ms == 0 ? desc->step_ms : desc->book_every_ms;
    desc->oi_every_ms = desc->oi_every_ms == 0 ? SOURCE_SIM_OI_EVERY_MS : desc->oi_every_ms;
    bool step_fits = desc->step_ms >= 1000 && desc->step_ms <= MARKET_STEP_MS_MAX &&
                     60000 % desc->step_ms == 0 && desc->step_ms % 1000 == 0;
    bool symbol_fits =
        strlen(desc->symbol) > strlen(MARKET_QUOTE) && str_ends_with(desc->symbol, MARKET_QUOTE);
    bool interest_fits = desc->oi_every_ms > 0 && desc->oi_late_ms >= 0 &&
                         desc->oi_late_ms <= SOURCE_SIM_OI_LATE_MS_MAX;
    bool book_fits = desc->book_ms >= 0 && desc->book_every_ms > 0;
    return step_fits && symbol_fits && interest_fits && book_fits && desc->days > 0 &&
           desc->days <= days_max && desc->burn_in_days <= days_max &&
           fabs(desc->basis) <= SOURCE_SIM_BASIS_MAX && desc->partial_share >= 0 &&
           desc->partial_share < 1 && desc->life_scale >= 0;
}

/* The market behind the source: its rules, burn-in and end. */
static bool plan_market(struct sim_source *source, struct market_desc *market) {
    struct source_sim_desc *desc = &source->desc;
    int64_t burn_in_ms = (int64_t)(desc->burn_in_days * day_ms);
    source->begin_ms = desc->start_ms - desc->start_ms % MARKET_STEP_COARSE_MS;
    source->end_ms = source->begin_ms + (int64_t)(desc->days * day_ms);
    int64_t start_ms = source->begin_ms - burn_in_ms + burn_in_ms % MARKET_STEP_COARSE_MS;
    source->brackets = bracket_binance;
    bool has_own = desc->venue == VENUE_BINANCE_USDM;
    enum venue_id tiers = desc->tiers == VENUE_NONE && !has_own ? desc->venue : desc->tiers;
    bool ruled =
        tiers == VENUE_NONE || bracket_table_of(tiers, MARKET_START_PRICE, &source->brackets);
    source->brackets.fee = margin_facts_of(NULL, desc->venue, source->symbol).fee;
    *market = (struct market_desc){
        .seed = desc->seed,
        .regime = desc->regime,
        .start_ms = start_ms,
        .second_half_ms = source->begin_ms + (source->end_ms - source->begin_ms) / 2,
        .brackets = &source->brackets,
        .life_scale = desc->life_scale,
        .partial_share = desc->partial_share,
        .mark_apart = desc->mark_apart,
    };
    if (desc->truth.span != NULL) {
        market->truth = (struct market_truth_sink){.span = source_pass_span, .user = source};
    }
    return ruled && start_ms > 0;
}

enum status source_sim_create(const struct source_sim_desc *desc, struct event_source *source) {
    struct market_desc market = {0};
    struct sim_source *made = calloc(1, sizeof(*made));
    if (made == NULL) {
        return STATUS_MEMORY;
    }
    made->desc = *desc;
    const char *symbol = desc->symbol == NULL ? MARKET_SYMBOL : desc->symbol;
    str_copy(made->symbol, sizeof made->symbol, symbol);
    made->desc.symbol = made->symbol;
    bool fits = complete_desc(&made->desc) && plan_market(made, &market);
    enum status status = fits ? STATUS_OK : STATUS_RANGE;
    made->price_factor = 1 + made->desc.basis;
    made->interest_back = (made->desc.oi_late_ms + made->desc.step_ms - 1) / made->desc.step_ms;
    if (status == STATUS_OK) {
        made->instrument =
            instrument_add(desc->instruments, made->desc.venue, symbol, strlen(symbol));
        status = made->instrument == INSTRUMENT_NONE ? STATUS_FULL : STATUS_OK;
    }
    if (status == STATUS_OK) {
        made->market = market_create(&market);
        made->stage = calloc(source_stage_slots, sizeof(*made->stage));
        bool complete = made->market != NULL && made->stage != NULL;
        if (made->desc.book_ms > 0) {
            made->ladders = calloc(2, sizeof(*made->ladders));
            made->changes = calloc(2 * LADDER_LEVEL_MAX, sizeof(*made->changes));
            complete = complete && made->ladders != NULL && made->changes != NULL;
        }
        status = complete ? STATUS_OK : STATUS_MEMORY;
    }
    if (status != STATUS_OK) {
        sim_source_destroy(made);
        return status;
    }
    *source = (struct event_source){.ops = &sim_source_ops, .self = made};
    return STATUS_OK;
}

const struct market *source_sim_market(const struct event_source *source) {
    assert(source->ops == &sim_source_ops);
    return ((const struct sim_source *)source->self)->market;
}

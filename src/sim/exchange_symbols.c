/* The symbols of the simulated exchange, and what it knows of them now.
 *
 * Symbol 0 is the market.  The others are the same market at other prices, a thousandth apart: they
 * take those of its prints and liquidations whose number falls on them, and have books of their
 * own. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "sim/exchange_internal.h"

enum { FIRST_SHADOW_ID = 1000000 };
static const double price_step = .001;

struct exchange_symbol *exchange_symbol_add(struct exchange_server *server, const char *base) {
    int index = server->symbol_count;
    if (index == EXCHANGE_SYMBOL_MAX) {
        return NULL;
    }
    struct exchange_symbol *symbol = &server->symbols[index];
    *symbol = (struct exchange_symbol){
        .index = index, .listed = true, .price_factor = 1 + index * price_step};
    if (!str_copy(symbol->base, sizeof symbol->base, base) ||
        !server->dialect->spell(symbol->base, symbol->name)) {
        return NULL;
    }
    (void)str_copy(symbol->lower, sizeof symbol->lower, symbol->name);
    str_lower(symbol->lower);
    symbol->inside = calloc(1, sizeof(*symbol->inside));
    if (symbol->inside == NULL) {
        return NULL;
    }
    symbol->inside->depths =
        calloc((size_t)server->depth_count + 1, sizeof(*symbol->inside->depths));
    if (symbol->inside->depths == NULL) {
        free(symbol->inside);
        symbol->inside = NULL;
        return NULL;
    }
    symbol->inside->trade_id = FIRST_SHADOW_ID;
    server->symbol_count++;
    return symbol;
}

void exchange_symbols_finish(struct exchange_server *server) {
    for (int i = 0; i < server->symbol_count; i++) {
        free(server->symbols[i].inside->depths);
        free(server->symbols[i].inside);
    }
    server->symbol_count = 0;
}

int64_t exchange_symbol_ticks(const struct exchange_symbol *symbol, int64_t market_ticks) {
    return symbol->index == 0 ? market_ticks : llround((double)market_ticks * symbol->price_factor);
}

void exchange_symbol_list(struct exchange_server *server, const char *base, bool listed) {
    struct exchange_symbol *symbol = NULL;
    for (int i = 0; i < server->symbol_count; i++) {
        if (strcmp(server->symbols[i].base, base) == 0) {
            symbol = &server->symbols[i];
        }
    }
    if (symbol == NULL && listed) {
        symbol = exchange_symbol_add(server, base);
        if (symbol != NULL) {
            exchange_depth_start(server, symbol);
        }
    } else if (symbol != NULL) {
        symbol->listed = listed;
    }
    if (symbol != NULL) {
        exchange_publish_contract(server, symbol);
    }
}

struct exchange_words exchange_words_of(struct exchange_server *server,
                                        const struct exchange_symbol *symbol, int channel) {
    return (struct exchange_words){
        .server = server,
        .symbol = symbol,
        .channel = channel,
        .now_ms = exchange_now_ms(server),
    };
}

/* -- for dialects -- */

const struct exchange_symbol *exchange_symbols(const struct exchange_server *server, int *count) {
    *count = server->symbol_count;
    return server->symbols;
}

const struct exchange_symbol *exchange_symbol_find(const struct exchange_server *server,
                                                   const char *name, size_t len, bool lower) {
    for (int i = 0; i < server->symbol_count; i++) {
        const struct exchange_symbol *symbol = &server->symbols[i];
        const char *own = lower ? symbol->lower : symbol->name;
        if (symbol->listed && strlen(own) == len && memcmp(own, name, len) == 0) {
            return symbol;
        }
    }
    return NULL;
}

enum venue_id exchange_venue(const struct exchange_server *server) {
    return server->dialect->venue;
}

int64_t exchange_now_ms(const struct exchange_server *server) {
    return server->now_ms + (int64_t)server->faults.skew_s * 1000;
}

int64_t exchange_rule_ms(const struct exchange_server *server) {
    double passed_ms = (double)(clock_mono_ns() - server->rule_begin_ns) / 1e6;
    return server->serving_since_ms + (int64_t)(passed_ms * server->desc.time_scale);
}

int64_t *exchange_own(struct exchange_server *server) {
    return server->own;
}

bool exchange_has_coinm_rows(const struct exchange_server *server) {
    return server->desc.coinm_rows;
}

void exchange_ticker_get(const struct exchange_server *server, const struct exchange_symbol *symbol,
                         struct exchange_ticker *ticker) {
    const struct market_view *view = market_view(server->market);
    const struct ladder *book = &symbol->inside->now;
    double factor = symbol->price_factor;
    bool injected = symbol->index == 0 && server->injected_mark > 0;
    int64_t bid_ticks = exchange_symbol_ticks(symbol, view->bid_ticks);
    int64_t skew_ms = (int64_t)server->faults.skew_s * 1000;
    *ticker = (struct exchange_ticker){
        .mark = injected ? server->injected_mark : view->mark * factor,
        .index = view->index * factor,
        .funding_rate = view->funding_rate,
        .next_funding_ms = view->next_funding_ms + skew_ms,
        .funding_ms = view->next_funding_ms - MARKET_FUNDING_MS + skew_ms,
        .last_ticks = exchange_symbol_ticks(symbol, llround(view->last / MARKET_TICK)),
        .bid_ticks = book->count[0] > 0 ? book->levels[0][0].ticks : bid_ticks,
        .ask_ticks = book->count[1] > 0 ? book->levels[1][0].ticks : bid_ticks + 1,
        .bid_lots = book->count[0] > 0 ? book->levels[0][0].lots : 1,
        .ask_lots = book->count[1] > 0 ? book->levels[1][0].lots : 1,
        .oi_lots = view->oi_lots,
        .oi_usd = (double)view->oi_lots * MARKET_LOT * view->mark * factor,
        .book_id = symbol->inside->update_id,
    };
}

size_t exchange_recent_count(const struct exchange_symbol *symbol) {
    return symbol->inside->recent_count;
}

const struct exchange_trade *exchange_recent_at(const struct exchange_symbol *symbol, size_t i) {
    const struct exchange_symbol_inside *inside = symbol->inside;
    return &inside->recent[(inside->recent_first + i) % EXCHANGE_RECENT_MAX];
}

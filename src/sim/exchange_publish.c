/* What the simulated market does, told to whoever subscribed, in the venue's rhythm. */
#include <math.h>
#include <string.h>

#include "base/str.h"
#include "sim/exchange_internal.h"

enum { CONTRACT_INTERVAL_MS = 60 * 1000, KLINE_MS = 60 * 1000 };

/* -- one thing to every channel that tells it -- */

/* What is to be written: one of them. */
struct matter {
    const struct exchange_trade *trades;
    const struct exchange_liquidation *forced;
    size_t count;
    const struct exchange_ticker *ticker;
    const struct exchange_kline *kline;
    bool closed;
    const struct exchange_book *book;
};

static void write_matter(const struct exchange_words *words, const struct matter *matter,
                         struct wire *out) {
    const struct exchange_dialect *dialect = words->server->dialect;
    wire_reset(out);
    switch (dialect->channels[words->channel].tells) {
    case TELLS_TRADES:
        dialect->trades(words, matter->trades, matter->count, out);
        break;
    case TELLS_LIQUIDATIONS:
        dialect->liquidations(words, matter->forced, matter->count, out);
        break;
    case TELLS_BOOK:
        dialect->book(words, matter->book, out);
        break;
    case TELLS_TOUCH:
    case TELLS_TICKER:
        dialect->ticker(words, matter->ticker, out);
        break;
    case TELLS_KLINE:
        dialect->kline(words, matter->kline, matter->closed, out);
        break;
    case TELLS_CONTRACT:
        dialect->contract(words, out);
        break;
    case TELLS_NOTHING:
    default:
        break;
    }
}

/* To everybody on the channel. about: the symbol in the words; NULL for what is of all. */
static void tell(struct exchange_server *server, int channel, const struct exchange_symbol *about,
                 const struct matter *matter) {
    const struct exchange_channel *row = &server->dialect->channels[channel];
    const struct exchange_symbol *key = row->all ? NULL : about;
    struct wire *out = &server->payload;
    /* That it is gone, is said of what is gone, too. */
    bool gone = about != NULL && !about->listed && row->tells != TELLS_CONTRACT;
    if (gone || !exchange_wanted(server, channel, key) ||
        exchange_is_silent(server, channel, about)) {
        return;
    }
    struct exchange_words words = exchange_words_of(server, about, channel);
    for (int variant = 0; variant < EXCHANGE_VARIANT_MAX; variant++) {
        if (!exchange_wanted_by(server, channel, key, variant)) {
            continue;
        }
        words.variant = variant;
        write_matter(&words, matter, out);
        if (out->failed) {
            EXCHANGE_COUNT(server->unsent, 1);
        } else {
            exchange_broadcast(server, channel, key, variant, out->bytes, out->len);
        }
    }
}

static bool is_due(const struct exchange_server *server, int interval_ms) {
    int64_t every_ms = interval_ms > 0 ? interval_ms : EXCHANGE_TICK_MS;
    return server->tick_ms / every_ms != (server->tick_ms - EXCHANGE_TICK_MS) / every_ms;
}

/* -- trades -- */

static void keep_recent(struct exchange_symbol_inside *inside, const struct exchange_trade *trade) {
    if (inside->recent_count == EXCHANGE_RECENT_MAX) {
        inside->recent_first = (inside->recent_first + 1) % EXCHANGE_RECENT_MAX;
        inside->recent_count--;
    }
    size_t at = (inside->recent_first + inside->recent_count++) % EXCHANGE_RECENT_MAX;
    inside->recent[at] = *trade;
}

void exchange_publish_trades(struct exchange_server *server, struct exchange_symbol *symbol,
                             struct exchange_trade *rows, size_t count) {
    const struct exchange_dialect *dialect = server->dialect;
    size_t rows_max = dialect->trade_rows_max > 0 ? (size_t)dialect->trade_rows_max : 1;
    for (size_t i = 0; i < count; i++) {
        rows[i].symbol = symbol;
        rows[i].id = ++symbol->inside->trade_id;
        keep_recent(symbol->inside, &rows[i]);
    }
    for (size_t from = 0; from < count; from += rows_max) {
        size_t run = count - from < rows_max ? count - from : rows_max;
        for (int channel = 0; channel < dialect->channel_count; channel++) {
            if (dialect->channels[channel].tells == TELLS_TRADES) {
                tell(server, channel, symbol,
                     &(struct matter){.trades = rows + from, .count = run});
            }
        }
    }
}

/* Prints of the market's step that fall on this symbol. */
static void publish_prints(struct exchange_server *server, struct exchange_symbol *symbol,
                           const struct market_view *view) {
    size_t count = 0;
    int64_t skew_ms = exchange_now_ms(server) - server->now_ms;
    for (size_t i = 0; i < view->print_count && count < EXCHANGE_BATCH_MAX; i++) {
        const struct market_print *print = &view->prints[i];
        if (symbol->index == 0 || print->id % server->symbol_count == symbol->index) {
            server->batch[count++] = (struct exchange_trade){
                .ts_ms = print->ts_ms + skew_ms,
                .price_ticks = exchange_symbol_ticks(symbol, print->price_ticks),
                .qty_lots = print->qty_lots,
                .side = (enum side)print->side,
            };
        }
    }
    exchange_publish_trades(server, symbol, server->batch, count);
}

/* -- liquidations -- */

static void keep_forced(struct exchange_server *server, const struct exchange_liquidation *row) {
    if (server->forced_kept_count == EXCHANGE_FORCED_KEPT_MAX) {
        server->forced_kept_first = (server->forced_kept_first + 1) % EXCHANGE_FORCED_KEPT_MAX;
        server->forced_kept_count--;
    }
    size_t at =
        (server->forced_kept_first + server->forced_kept_count++) % EXCHANGE_FORCED_KEPT_MAX;
    server->forced_kept[at] = *row;
}

/* Rows on every channel of liquidations: of each symbol alone, and of all at once. */
static void tell_forced(struct exchange_server *server, const struct exchange_liquidation *rows,
                        size_t count) {
    const struct exchange_dialect *dialect = server->dialect;
    size_t rows_max = dialect->forced_rows_max > 0 ? (size_t)dialect->forced_rows_max : count;
    for (int channel = 0; channel < dialect->channel_count; channel++) {
        const struct exchange_channel *row = &dialect->channels[channel];
        if (row->tells != TELLS_LIQUIDATIONS) {
            continue;
        }
        for (size_t from = 0; row->all && from < count; from += rows_max) {
            size_t run = count - from < rows_max ? count - from : rows_max;
            tell(server, channel, NULL, &(struct matter){.forced = rows + from, .count = run});
        }
        for (int i = 0; !row->all && i < server->symbol_count; i++) {
            const struct exchange_symbol *symbol = &server->symbols[i];
            size_t run = 0;
            for (size_t k = 0; k < count && exchange_wanted(server, channel, symbol); k++) {
                if (rows[k].symbol == symbol) {
                    server->forced_rows[run++] = rows[k];
                }
                if (run == rows_max || (run > 0 && k + 1 == count)) {
                    tell(server, channel, symbol,
                         &(struct matter){.forced = server->forced_rows, .count = run});
                    run = 0;
                }
            }
        }
    }
}

static void flush_forced(struct exchange_server *server) {
    int64_t rule_ms = exchange_rule_ms(server);
    int hold_ms = server->faults.forced_hold_ms;
    if (server->forced_pending_count > 0 &&
        rule_ms - server->forced_flushed_ms >=
            (hold_ms > 0 ? hold_ms : server->dialect->forced_ms)) {
        tell_forced(server, server->forced_pending, server->forced_pending_count);
        server->forced_pending_count = 0;
        server->forced_flushed_ms = rule_ms;
    }
}

/* A liquidation as the venue shows it. held: one of the market's, at the market's price. */
static void show_forced(struct exchange_server *server, struct exchange_symbol *symbol,
                        const struct market_liquidation *liquidation, bool held) {
    struct exchange_liquidation row = {
        .symbol = symbol,
        .ts_ms = liquidation->ts_ms + exchange_now_ms(server) - server->now_ms,
        .price_ticks = held ? exchange_symbol_ticks(symbol, liquidation->price_ticks)
                            : liquidation->price_ticks,
        .bankruptcy_ticks = held ? exchange_symbol_ticks(symbol, liquidation->bankruptcy_ticks)
                                 : liquidation->bankruptcy_ticks,
        .qty_lots = liquidation->qty_lots,
        .id = ++symbol->inside->forced_id,
        .position = (enum position)liquidation->position,
    };
    keep_forced(server, &row);
    if (server->dialect->forced == FORCED_IN_TRADES) {
        struct exchange_trade trade = {
            .ts_ms = row.ts_ms,
            .price_ticks = row.price_ticks,
            .qty_lots = row.qty_lots,
            .side = row.position == POS_LONG ? SIDE_SELL : SIDE_BUY,
            .liquidated = row.position,
        };
        exchange_publish_trades(server, symbol, &trade, 1);
    } else if (!held || server->dialect->forced == FORCED_LARGEST) {
        tell_forced(server, &row, 1);
    } else if (server->forced_pending_count < EXCHANGE_FORCED_PENDING_MAX) {
        server->forced_pending[server->forced_pending_count++] = row;
    } else {
        EXCHANGE_COUNT(server->unsent, 1);
    }
}

void exchange_publish_forced(struct exchange_server *server, struct exchange_symbol *symbol,
                             const struct market_liquidation *liquidation, bool held) {
    struct market_liquidation shown;
    struct throttle *throttle = &symbol->inside->throttle;
    if (server->dialect->forced == FORCED_NONE) {
        return;
    }
    if (server->dialect->forced != FORCED_LARGEST || !held) {
        show_forced(server, symbol, liquidation, held);
    } else {
        int64_t hidden = throttle->hidden_count;
        if (throttle_push(throttle, liquidation, &shown)) {
            show_forced(server, symbol, &shown, held);
        }
        EXCHANGE_COUNT(server->hidden_liquidations, throttle->hidden_count - hidden);
    }
}

static void publish_liquidations(struct exchange_server *server, const struct market_view *view) {
    struct market_liquidation shown;
    size_t count = server->desc.frozen ? 0 : view->liquidation_count; /* else they were told */
    for (int s = 0; s < server->symbol_count; s++) {
        struct exchange_symbol *symbol = &server->symbols[s];
        for (size_t i = 0; i < count; i++) {
            const struct market_liquidation *liquidation = &view->liquidations[i];
            if (s == 0 || liquidation->position_id % server->symbol_count == s) {
                exchange_publish_forced(server, symbol, liquidation, true);
            }
        }
        if (throttle_flush(&symbol->inside->throttle, server->now_ms, &shown)) {
            show_forced(server, symbol, &shown, true);
        }
    }
    flush_forced(server);
}

/* -- tickers, bars, contracts -- */

static void tell_ticker(struct exchange_server *server, int channel,
                        const struct exchange_symbol *symbol) {
    struct exchange_ticker ticker;
    const struct exchange_symbol *key = server->dialect->channels[channel].all ? NULL : symbol;
    if (!exchange_wanted(server, channel, key)) {
        return;
    }
    if (symbol == NULL) {
        tell(server, channel, NULL, &(struct matter){0});
    } else {
        exchange_ticker_get(server, symbol, &ticker);
        tell(server, channel, symbol, &(struct matter){.ticker = &ticker});
    }
}

void exchange_publish_ticker(struct exchange_server *server, const struct exchange_symbol *symbol,
                             int64_t interval_ms_max) {
    for (int i = 0; i < server->dialect->channel_count; i++) {
        const struct exchange_channel *row = &server->dialect->channels[i];
        if (row->tells == TELLS_TICKER && row->interval_ms <= interval_ms_max) {
            tell_ticker(server, i, row->all ? NULL : symbol);
        }
    }
}

void exchange_publish_touch(struct exchange_server *server, const struct exchange_symbol *symbol) {
    for (int i = 0; i < server->dialect->channel_count; i++) {
        if (server->dialect->channels[i].tells == TELLS_TOUCH) {
            tell_ticker(server, i, symbol);
        }
    }
}

static void publish_tickers(struct exchange_server *server) {
    for (int i = 0; i < server->dialect->channel_count; i++) {
        const struct exchange_channel *row = &server->dialect->channels[i];
        bool due = row->tells == TELLS_TICKER && is_due(server, row->interval_ms);
        if (due && row->all) {
            tell_ticker(server, i, NULL);
        }
        for (int s = 0; due && !row->all && s < server->symbol_count; s++) {
            tell_ticker(server, i, &server->symbols[s]);
        }
    }
}

/* The bar that is `back` minutes before the newest. False: there is none. */
static bool find_kline(const struct exchange_server *server, const struct exchange_symbol *symbol,
                       int64_t back, struct exchange_kline *out) {
    size_t count = server->tape.kline_ring.count;
    if (count <= (size_t)back) {
        return false;
    }
    int64_t open_ms = tape_kline_at(&server->tape, count - 1 - (size_t)back)->open_ms +
                      exchange_now_ms(server) - server->now_ms;
    return exchange_klines_get(server, symbol, KLINE_MS, open_ms, open_ms, true, 1, out) == 1;
}

static void tell_kline(struct exchange_server *server, int channel,
                       const struct exchange_symbol *symbol, int64_t back) {
    struct exchange_kline kline;
    if (exchange_wanted(server, channel, symbol) && find_kline(server, symbol, back, &kline)) {
        tell(server, channel, symbol, &(struct matter){.kline = &kline, .closed = back > 0});
    }
}

static void publish_klines(struct exchange_server *server, bool minute_ended) {
    for (int i = 0; i < server->dialect->channel_count; i++) {
        const struct exchange_channel *row = &server->dialect->channels[i];
        bool due = minute_ended || is_due(server, row->interval_ms);
        for (int s = 0; row->tells == TELLS_KLINE && due && s < server->symbol_count; s++) {
            if (minute_ended) {
                tell_kline(server, i, &server->symbols[s], 1);
            }
            tell_kline(server, i, &server->symbols[s], 0);
        }
    }
}

void exchange_publish_contract(struct exchange_server *server,
                               const struct exchange_symbol *symbol) {
    for (int i = 0; i < server->dialect->channel_count; i++) {
        if (server->dialect->channels[i].tells == TELLS_CONTRACT) {
            tell(server, i, symbol, &(struct matter){0});
        }
    }
}

void exchange_publish_step(struct exchange_server *server, bool minute_ended) {
    const struct market_view *view = market_view(server->market);
    for (int i = 0; !server->desc.frozen && i < server->symbol_count; i++) {
        publish_prints(server, &server->symbols[i], view);
    }
    publish_liquidations(server, view);
    publish_tickers(server);
    publish_klines(server, minute_ended);
    for (int i = 0; is_due(server, CONTRACT_INTERVAL_MS) && i < server->symbol_count; i++) {
        if (server->symbols[i].listed) {
            exchange_publish_contract(server, &server->symbols[i]);
        }
    }
    exchange_depth_step(server);
}

/* -- the present state, for one connection -- */

/* The newest liquidation of a symbol, or of any. */
static const struct exchange_liquidation *newest_forced(const struct exchange_server *server,
                                                        const struct exchange_symbol *symbol) {
    for (size_t i = server->forced_kept_count; i > 0; i--) {
        const struct exchange_liquidation *row =
            &server->forced_kept[(server->forced_kept_first + i - 1) % EXCHANGE_FORCED_KEPT_MAX];
        if (symbol == NULL || row->symbol == symbol) {
            return row;
        }
    }
    return NULL;
}

static void publish_first_of(struct exchange_server *server, struct exchange_conn *conn,
                             int channel, const struct exchange_symbol *symbol) {
    const struct exchange_channel *row = &server->dialect->channels[channel];
    struct exchange_words words = exchange_words_of(server, symbol, channel);
    struct matter matter = {0};
    struct exchange_ticker ticker;
    struct exchange_kline kline;
    struct exchange_book book;
    bool there = true;
    words.first = true;
    words.variant = conn->variant;
    if (row->tells == TELLS_BOOK) {
        exchange_depth_first(server, &server->symbols[symbol->index], channel, &book);
        matter.book = &book;
    } else if (row->tells == TELLS_TRADES) {
        matter.count = symbol != NULL ? exchange_recent_count(symbol) : 0;
        for (size_t i = 0; i < matter.count; i++) {
            server->batch[i] = *exchange_recent_at(symbol, i);
        }
        matter.trades = server->batch;
        there = matter.count > 0;
    } else if (row->tells == TELLS_LIQUIDATIONS) {
        matter.forced = newest_forced(server, symbol);
        matter.count = 1;
        there = matter.forced != NULL;
    } else if (row->tells == TELLS_KLINE) {
        there = find_kline(server, symbol, 0, &kline);
        matter.kline = &kline;
    } else if (symbol != NULL) {
        exchange_ticker_get(server, symbol, &ticker);
        matter.ticker = &ticker;
    }
    bool gone = symbol != NULL && !symbol->listed;
    if (!there || gone || !row->first || exchange_is_silent(server, channel, symbol)) {
        return;
    }
    write_matter(&words, &matter, &server->payload);
    if (!server->payload.failed) {
        exchange_send(server, conn, server->payload.bytes, server->payload.len);
    }
}

void exchange_publish_first(struct exchange_server *server, struct exchange_conn *conn) {
    for (int s = -1; s < server->symbol_count && conn->conn != NULL; s++) {
        uint32_t *due = s < 0 ? &conn->first_due_all : &conn->first_due[s];
        for (int i = 0; *due != 0 && i < server->dialect->channel_count; i++) {
            if ((*due >> i & 1) != 0) {
                publish_first_of(server, conn, i, s < 0 ? NULL : &server->symbols[s]);
            }
        }
        *due = 0;
    }
    exchange_wanted_update(server);
}

/* support/trade_texts.h - trades as an exchange writes them, one a message, made ahead: by the
 * simulated exchange's own writers, never by code that a parser knows.
 *
 * Thread: the caller's.  Owner: a bench.  No server runs: it is made for its names and words alone.
 */
#pragma once

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "sim/exchange_dialect.h"
#include "sim/exchange_server.h"

struct trade_texts {
    struct wire bytes;
    size_t *ends; /* owned: of each text */
    int count;
};

static inline void trade_texts_finish(struct trade_texts *texts) {
    wire_finish(&texts->bytes);
    free(texts->ends);
    *texts = (struct trade_texts){0};
}

/* How the connector's connection is told: the first path that the channel speaks on. */
static inline int trade_texts_variant(const struct exchange_dialect *dialect, int channel) {
    for (int i = 0; i < dialect->path_count; i++) {
        const struct exchange_path *path = &dialect->paths[i];
        if (!path->silent && path->group == dialect->channels[channel].group) {
            return path->variant;
        }
    }
    return 0;
}

/* The channel that tells trades; -1: none. */
static inline int trade_texts_channel(const struct exchange_dialect *dialect) {
    for (int i = 0; i < dialect->channel_count; i++) {
        if (dialect->channels[i].tells == TELLS_TRADES) {
            return i;
        }
    }
    return -1;
}

static inline struct exchange_trade trade_texts_row(const struct exchange_symbol *symbol,
                                                    int64_t begin_ms, int number) {
    return (struct exchange_trade){.symbol = symbol,
                                   .ts_ms = begin_ms + number / 40,
                                   .price_ticks = 670000 + number * 7 % 9000,
                                   .qty_lots = 10 + number * 13 % 998,
                                   .id = 290000000 + number,
                                   .side = number % 3 == 0 ? SIDE_SELL : SIDE_BUY};
}

/* The first text of a trade; what a writer adds behind it (further kinds) is left out. */
static inline bool trade_texts_add(struct trade_texts *texts, const struct wire *text) {
    const char *newline = text->len > 0 ? memchr(text->bytes, '\n', text->len) : NULL;
    wire_bytes(&texts->bytes, text->bytes,
               newline != NULL ? (size_t)(newline - text->bytes) : text->len);
    texts->ends[texts->count++] = texts->bytes.len;
    return !text->failed && !texts->bytes.failed && text->len > 0;
}

/* Trades of its first symbol. False: the venue has no dialect, or no memory. texts zeroed. */
static inline bool trade_texts_make(struct trade_texts *texts, enum venue_id venue, int count) {
    const struct exchange_dialect *dialect = exchange_dialect_find(venue);
    enum status why = STATUS_OK;
    struct exchange_server *server =
        exchange_server_create(&(struct exchange_server_desc){.venue = venue, .seed = 1}, &why);
    int channel = dialect != NULL ? trade_texts_channel(dialect) : -1;
    texts->ends = malloc((size_t)count * sizeof(*texts->ends));
    bool ok = server != NULL && channel >= 0 && texts->ends != NULL;
    struct wire text = {0};
    int64_t begin_ms = clock_wall_ms();
    int symbol_count = 0;
    const struct exchange_symbol *symbol = ok ? exchange_symbols(server, &symbol_count) : NULL;
    for (int i = 0; i < count && ok; i++) {
        struct exchange_trade row = trade_texts_row(symbol, begin_ms, i);
        struct exchange_words words = {.server = server,
                                       .symbol = symbol,
                                       .channel = channel,
                                       .variant = trade_texts_variant(dialect, channel),
                                       .now_ms = row.ts_ms + 2};
        wire_reset(&text);
        dialect->trades(&words, &row, 1, &text);
        ok = trade_texts_add(texts, &text);
    }
    wire_finish(&text);
    exchange_server_destroy(server);
    return ok;
}

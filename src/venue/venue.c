#include "venue/venue.h"

#include <assert.h>

#include "base/str.h"
#include "venue/binance_feed.h"
#include "venue/binance_normalize.h"
#include "venue/bitget.h"
#include "venue/bybit.h"
#include "venue/deribit.h"
#include "venue/gate.h"
#include "venue/htx.h"
#include "venue/hyperliquid.h"
#include "venue/kraken_futures.h"
#include "venue/normalize.h"
#include "venue/okx.h"

#define BINANCE_NORMALIZER(market)                                                                 \
    .normalizer_create = binance_normalize_create_##market,                                        \
    .normalizer_destroy = binance_normalize_destroy, .normalizer_take = binance_normalize_take,    \
    .normalizer_learn = binance_normalize_learn, .normalizer_end = binance_normalize_end,          \
    .normalizer_counts = binance_normalize_counts

/* A venue that is a dialect alone. */
#define DIALECT(venue, table)                                                                      \
    {                                                                                              \
        .id = (venue), .dialect = &(table), .normalizer_create = normalize_create,                 \
        .normalizer_destroy = normalize_destroy, .normalizer_take = normalize_take,                \
        .normalizer_learn = normalize_learn, .normalizer_end = normalize_end,                      \
        .normalizer_counts = normalize_counts                                                      \
    }

static const struct venue_ops venues[] = {
    {.id = VENUE_BINANCE_USDM,
     BINANCE_NORMALIZER(usdm),
     .feed_create = binance_feed_create,
     .feed_destroy = binance_feed_destroy,
     .feed_start = binance_feed_start,
     .feed_stop = binance_feed_stop,
     .feed_stats = binance_feed_stats},
    {.id = VENUE_BINANCE_COINM, BINANCE_NORMALIZER(coinm)},
    DIALECT(VENUE_BYBIT, bybit_dialect),
    DIALECT(VENUE_OKX, okx_dialect),
    DIALECT(VENUE_BITGET, bitget_dialect),
    DIALECT(VENUE_GATE, gate_dialect),
    DIALECT(VENUE_HYPERLIQUID, hyperliquid_dialect),
    DIALECT(VENUE_DERIBIT, deribit_dialect),
    DIALECT(VENUE_KRAKEN_FUTURES, kraken_futures_dialect),
    DIALECT(VENUE_HTX, htx_dialect),
    /* One line a venue, in the order of enum venue_id: DIALECT(VENUE_NAME, name_dialect), with
     * `extern const struct venue_dialect name_dialect;` in venue/name.h. */
};

const struct venue_ops *venue_find(enum venue_id id) {
    for (size_t i = 0; i < ARRAY_COUNT(venues); i++) {
        if (venues[i].id == id) {
            return &venues[i];
        }
    }
    return NULL;
}

size_t venue_list(bool live, char *out, size_t out_bytes) {
    size_t count = 0;
    out[0] = '\0';
    for (size_t i = 0; i < ARRAY_COUNT(venues); i++) {
        if (!live || venues[i].feed_create != NULL) {
            count +=
                str_append(out, out_bytes, count == 0 ? "%s" : ", %s", venue_key(venues[i].id));
        }
    }
    return count;
}

/* -- a feed behind the door of event sources -- */

struct feed_source {
    const struct venue_ops *ops;
    struct venue_feed *feed; /* owned */
};

static void source_destroy(void *self) {
    struct feed_source *source = self;
    if (source != NULL) {
        source->ops->feed_destroy(source->feed);
        free(source);
    }
}

static enum status source_start(void *self, const struct event_sink *sink) {
    struct feed_source *source = self;
    return source->ops->feed_start(source->feed, sink);
}

static void source_stop(void *self) {
    struct feed_source *source = self;
    source->ops->feed_stop(source->feed);
}

static const struct event_source_ops source_ops = {
    .name = "venue", .destroy = source_destroy, .start = source_start, .stop = source_stop};

enum status venue_open_source(enum venue_id id, const struct venue_feed_desc *desc,
                              struct event_source *source, struct venue_feed **feed) {
    const struct venue_ops *ops = venue_find(id);
    enum status why = STATUS_UNSUPPORTED;
    *source = (struct event_source){.ops = NULL};
    *feed = NULL;
    if (ops == NULL || ops->feed_create == NULL) {
        return why;
    }
    struct feed_source *self = calloc(1, sizeof *self);
    struct venue_feed *made = self == NULL ? NULL : ops->feed_create(desc, &why);
    if (made == NULL) {
        free(self);
        return self == NULL ? STATUS_MEMORY : why;
    }
    self->ops = ops;
    self->feed = made;
    *source = (struct event_source){.ops = &source_ops, .self = self};
    *feed = made;
    return STATUS_OK;
}

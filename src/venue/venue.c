#include "venue/venue.h"

#include <assert.h>
#include <stdlib.h>

#include "base/str.h"
#include "venue/binance.h"
#include "venue/bitget.h"
#include "venue/bybit.h"
#include "venue/deribit.h"
#include "venue/feed.h"
#include "venue/gate.h"
#include "venue/htx.h"
#include "venue/hyperliquid.h"
#include "venue/kraken_futures.h"
#include "venue/okx.h"

/* One line a venue, in the order of enum venue_id. */
static const struct {
    const struct venue_dialect *dialect;
    const char *example; /* what is looked at most, as the venue writes it */
    bool keeps_case;     /* of symbols: kPEPE is not KPEPE */
} venues[] = {
    {&binance_usdm_dialect, "BTCUSDT", false},
    {&binance_coinm_dialect, "BTCUSD_PERP", false},
    {&bybit_dialect, "BTCUSDT", false},
    {&okx_dialect, "BTC-USDT-SWAP", false},
    {&bitget_dialect, "BTCUSDT", false},
    {&gate_dialect, "BTC_USDT", false},
    {&hyperliquid_dialect, "BTC", true},
    {&deribit_dialect, "BTC-PERPETUAL", false},
    {&kraken_futures_dialect, "PF_XBTUSD", false},
    {&htx_dialect, "BTC-USDT", false},
};

/* The venue's row; -1: none. */
static int find_row(enum venue_id id) {
    for (size_t i = 0; i < ARRAY_COUNT(venues); i++) {
        if (venues[i].dialect->id == id) {
            return (int)i;
        }
    }
    return -1;
}

const struct venue_dialect *venue_find(enum venue_id id) {
    const int row = find_row(id);
    return row >= 0 ? venues[row].dialect : NULL;
}

const char *venue_example(enum venue_id id) {
    const int row = find_row(id);
    return row >= 0 ? venues[row].example : "";
}

void venue_settle_case(enum venue_id id, char *symbol) {
    const int row = find_row(id);
    for (char *c = symbol; row >= 0 && !venues[row].keeps_case && *c != '\0'; c++) {
        *c = *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c;
    }
}

bool venue_is_live(enum venue_id id) {
    const struct venue_dialect *dialect = venue_find(id);
    return dialect != NULL && dialect->socket_count > 0;
}

size_t venue_list(bool live, char *out, size_t out_bytes) {
    size_t count = 0;
    out[0] = '\0';
    for (size_t i = 0; i < ARRAY_COUNT(venues); i++) {
        const enum venue_id id = venues[i].dialect->id;
        if (!live || venue_is_live(id)) {
            count += str_append(out, out_bytes, count == 0 ? "%s" : ", %s", venue_key(id));
        }
    }
    return count;
}

const char *venue_channel_name(enum venue_channel channel) {
    static const char *const names[] = {"trade", "liquidation", "book",          "mark",
                                        "index", "funding",     "open_interest", "kline"};
    static_assert(ARRAY_COUNT(names) == CHANNEL_COUNT, "a name per channel");
    return names[channel];
}

/* -- a feed behind the door of event sources -- */

static void source_destroy(void *self) {
    feed_destroy(self);
}

static enum status source_start(void *self, const struct event_sink *sink) {
    return feed_start(self, sink);
}

static void source_stop(void *self) {
    feed_stop(self);
}

static const struct event_source_ops source_ops = {
    .name = "venue", .destroy = source_destroy, .start = source_start, .stop = source_stop};

bool venue_feed_know(struct venue_feed *feed, const struct venue_known_sinks *sinks,
                     const struct event *slots, size_t count) {
    return feed_know(feed, sinks, slots, count);
}

enum status venue_open_source(enum venue_id id, const struct venue_feed_desc *desc,
                              struct event_source *source, struct venue_feed **feed) {
    enum status why = STATUS_UNSUPPORTED;
    *source = (struct event_source){.ops = NULL};
    *feed = venue_is_live(id) ? feed_create(venue_find(id), desc, &why) : NULL;
    if (*feed == NULL) {
        return why;
    }
    *source = (struct event_source){.ops = &source_ops, .self = *feed};
    return STATUS_OK;
}

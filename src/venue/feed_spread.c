#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "venue/feed_inside.h"

/* Whether so many symbols fit into one connection's URL. */
static bool path_fits(const struct venue_feed *feed, int kind, struct venue_symbol *const *symbols,
                      size_t count) {
    char path[VENUE_PATH_BYTES];
    const struct venue_subscription what = {.socket = kind, .symbols = symbols, .count = count};
    return feed->dialect->socket_path == NULL || feed->dialect->socket_path(&what, path);
}

/* One more connection of a kind, for the first of these symbols; *count: how many it takes. */
static enum status add_socket(struct venue_feed *feed, int kind, struct venue_symbol **symbols,
                              size_t *count) {
    const size_t most = (size_t)feed->dialect->sockets[kind].symbols_max;
    if (feed->socket_count == FEED_SOCKET_COUNT_MAX) {
        return STATUS_RANGE;
    }
    *count = most > 0 && *count > most ? most : *count;
    while (*count > 0 && !path_fits(feed, kind, symbols, *count)) {
        *count /= 2;
    }
    if (*count == 0) {
        return STATUS_RANGE;
    }
    struct feed_socket *socket = &feed->sockets[feed->socket_count];
    socket->symbols = malloc(*count * sizeof *socket->symbols);
    if (socket->symbols == NULL) {
        return STATUS_MEMORY;
    }
    memcpy(socket->symbols, symbols, *count * sizeof *symbols);
    socket->symbol_count = socket->symbol_total = *count;
    socket->kind = kind;
    socket->state = FEED_CONNECTING;
    for (int c = 0; c < 2; c++) {
        socket->conns[c].feed = feed;
        socket->conns[c].socket = socket;
    }
    for (size_t i = 0; i < *count; i++) {
        feed_find_symbol(feed, symbols[i])->socket[kind] = feed->socket_count;
    }
    feed->socket_count++;
    return STATUS_OK;
}

static enum status spread_kind(struct venue_feed *feed, int kind) {
    struct venue_symbol *wanted[VENUE_SYMBOL_COUNT_MAX];
    size_t count = 0, begin = 0;
    for (int i = 0; i < feed->instrument_count; i++) {
        struct venue_symbol *symbol = feed->instruments[i].symbol;
        feed->instruments[i].socket[kind] = -1;
        if (feed->dialect->socket_wants == NULL || feed->dialect->socket_wants(kind, symbol)) {
            wanted[count++] = symbol;
        }
    }
    while (begin < count) {
        size_t taken = count - begin;
        const enum status status = add_socket(feed, kind, wanted + begin, &taken);
        if (status != STATUS_OK) {
            return status;
        }
        begin += taken;
    }
    return STATUS_OK;
}

enum status feed_spread_symbols(struct venue_feed *feed) {
    enum status status = STATUS_OK;
    assert(feed->dialect->socket_count <= VENUE_SOCKET_MAX);
    for (int kind = 0; kind < feed->dialect->socket_count && status == STATUS_OK; kind++) {
        status = spread_kind(feed, kind);
    }
    return status;
}

/* The order book of the simulated exchange on the wire.
 *
 * Each 100 ms the book is made anew and its changes get update ids, one a level.  Every speed of
 * the depth stream tells its readers what changed since its own last message, so U, u and pu chain
 * in each of them. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sim/exchange_internal.h"

static void put_levels(struct wire *out, const struct ladder_level *levels, size_t count) {
    wire_text(out, "[");
    for (size_t i = 0; i < count; i++) {
        wire_text(out, i > 0 ? ",[\"" : "[\"");
        wire_price(out, levels[i].ticks);
        wire_text(out, "\",\"");
        wire_qty(out, levels[i].lots);
        wire_text(out, "\"]");
    }
    wire_text(out, "]");
}

static void make_ladder(struct exchange_server *server) {
    ladder_make(server->ladder, server->desc.seed, market_view(server->market)->bid_ticks,
                server->tick_ms);
}

void exchange_depth_start(struct exchange_server *server) {
    static const enum exchange_stream speeds[EXCHANGE_DEPTH_COUNT] = {
        WIRE_DEPTH_100, WIRE_DEPTH_250, WIRE_DEPTH_500};
    static const int64_t intervals_ms[EXCHANGE_DEPTH_COUNT] = {100, 250, 500};
    make_ladder(server);
    server->update_id = server->now_ms; /* an id as large as the venue's */
    for (int i = 0; i < EXCHANGE_DEPTH_COUNT; i++) {
        server->depths[i].stream = speeds[i];
        server->depths[i].interval_ms = intervals_ms[i];
        server->depths[i].sent = *server->ladder;
        server->depths[i].sent_id = server->update_id;
    }
    for (int i = 0; i < 2; i++) {
        server->snapshots[i].ladder = *server->ladder;
        server->snapshots[i].update_id = server->update_id;
        server->snapshots[i].ts_ms = server->now_ms;
    }
}

void exchange_depth_finish(struct exchange_server *server) {
    for (size_t i = 0; i < server->held_count; i++) {
        free(server->held[i].bytes);
    }
    server->held_count = 0;
}

/* Send now, or keep it back as the faults want. */
static void send_or_hold(struct exchange_server *server, enum exchange_stream stream) {
    const struct wire *payload = &server->payload;
    if (payload->failed) {
        EXCHANGE_COUNT(server->unsent, 1);
        return;
    }
    bool waits = server->faults.depth_hold_ms > 0 || server->held_count > 0;
    char *copy = waits && server->held_count < EXCHANGE_HELD_MAX ? malloc(payload->len) : NULL;
    if (copy == NULL) {
        exchange_broadcast(server, stream, payload->bytes, payload->len);
        return;
    }
    memcpy(copy, payload->bytes, payload->len);
    server->held[server->held_count++] = (struct exchange_held){
        .due_ms = server->now_ms + server->faults.depth_hold_ms,
        .stream = stream,
        .bytes = copy,
        .len = payload->len,
    };
}

static void release_held(struct exchange_server *server) {
    size_t done = 0;
    while (done < server->held_count && server->held[done].due_ms <= server->now_ms) {
        struct exchange_held *held = &server->held[done++];
        exchange_broadcast(server, held->stream, held->bytes, held->len);
        free(held->bytes);
    }
    server->held_count -= done;
    memmove(server->held, server->held + done, server->held_count * sizeof(server->held[0]));
}

static void publish_depth(struct exchange_server *server, struct exchange_depth *depth) {
    struct wire *out = &server->payload;
    wire_reset(out);
    wire_text(out, "{\"e\":\"depthUpdate\",\"E\":");
    wire_integer(out, server->now_ms);
    wire_text(out, ",\"T\":");
    wire_integer(out, server->now_ms - 1);
    wire_text(out, ",\"s\":\"");
    wire_text(out, server->symbol);
    wire_text(out, "\",\"U\":");
    wire_integer(out, depth->sent_id + 1);
    wire_text(out, ",\"u\":");
    wire_integer(out, server->update_id);
    wire_text(out, ",\"pu\":");
    wire_integer(out, depth->sent_id);
    wire_text(out, ",\"b\":");
    size_t count = ladder_diff(&depth->sent, server->ladder, 0, server->changes);
    put_levels(out, server->changes, count);
    wire_text(out, ",\"a\":");
    count = ladder_diff(&depth->sent, server->ladder, 1, server->changes);
    put_levels(out, server->changes, count);
    wire_text(out, ",\"ps\":\"");
    wire_text(out, server->symbol);
    wire_text(out, "\",\"st\":1}");
    bool swallowed = server->faults.gap_count > 0;
    if (swallowed) {
        server->faults.gap_count--;
    } else {
        send_or_hold(server, depth->stream);
    }
}

static void publish_touch(struct exchange_server *server) {
    const struct ladder *ladder = server->ladder;
    int64_t bid = ladder->levels[0][0].ticks;
    int64_t lots[2] = {ladder->levels[0][0].lots, ladder->levels[1][0].lots};
    bool same = bid == server->touch_ticks && lots[0] == server->touch_lots[0] &&
                lots[1] == server->touch_lots[1];
    server->touch_ticks = bid;
    memcpy(server->touch_lots, lots, sizeof lots);
    if (same || !exchange_wanted(server, WIRE_BOOK_TICKER)) {
        return;
    }
    struct wire *out = &server->payload;
    wire_reset(out);
    wire_text(out, "{\"e\":\"bookTicker\",\"u\":");
    wire_integer(out, server->update_id);
    wire_text(out, ",\"E\":");
    wire_integer(out, server->now_ms);
    wire_text(out, ",\"T\":");
    wire_integer(out, server->now_ms - 1);
    wire_text(out, ",\"s\":\"");
    wire_text(out, server->symbol);
    wire_text(out, "\",\"ps\":\"");
    wire_text(out, server->symbol);
    wire_text(out, "\",\"b\":\"");
    wire_price(out, bid);
    wire_text(out, "\",\"B\":\"");
    wire_qty(out, lots[0]);
    wire_text(out, "\",\"a\":\"");
    wire_price(out, ladder->levels[1][0].ticks);
    wire_text(out, "\",\"A\":\"");
    wire_qty(out, lots[1]);
    wire_text(out, "\",\"st\":1}");
    if (!out->failed) {
        exchange_broadcast(server, WIRE_BOOK_TICKER, out->bytes, out->len);
    }
}

/* Keep two older books; the elder is between one and two times the wanted age old. */
static void keep_snapshots(struct exchange_server *server) {
    int64_t age_ms = server->faults.snapshot_age_ms;
    if (age_ms > 0 && server->now_ms - server->snapshots[1].ts_ms >= age_ms) {
        server->snapshots[0] = server->snapshots[1];
        server->snapshots[1].ladder = *server->ladder;
        server->snapshots[1].update_id = server->update_id;
        server->snapshots[1].ts_ms = server->now_ms;
    }
}

void exchange_depth_step(struct exchange_server *server) {
    struct exchange_depth *fastest = &server->depths[0];
    assert(fastest->stream == WIRE_DEPTH_100);
    release_held(server);
    make_ladder(server);
    size_t changed = ladder_diff(&fastest->sent, server->ladder, 0, server->changes) +
                     ladder_diff(&fastest->sent, server->ladder, 1, server->changes);
    if (changed > 0) {
        server->update_id += (int64_t)changed;
    }
    publish_touch(server);
    for (int i = 0; i < EXCHANGE_DEPTH_COUNT; i++) {
        struct exchange_depth *depth = &server->depths[i];
        bool due = server->tick_ms / depth->interval_ms !=
                   (server->tick_ms - EXCHANGE_TICK_MS) / depth->interval_ms;
        if (!due || depth->sent_id == server->update_id) {
            continue;
        }
        if (exchange_wanted(server, depth->stream)) {
            publish_depth(server, depth);
        }
        depth->sent = *server->ladder;
        depth->sent_id = server->update_id;
    }
    keep_snapshots(server);
}

void exchange_depth_snapshot(struct exchange_server *server, size_t limit, struct wire *out) {
    const struct ladder *ladder = server->ladder;
    int64_t update_id = server->update_id;
    int64_t ts_ms = server->now_ms;
    if (server->faults.snapshot_age_ms > 0) {
        ladder = &server->snapshots[0].ladder;
        update_id = server->snapshots[0].update_id;
        ts_ms = server->snapshots[0].ts_ms;
    }
    wire_text(out, "{\"lastUpdateId\":");
    wire_integer(out, update_id);
    wire_text(out, ",\"E\":");
    wire_integer(out, ts_ms);
    wire_text(out, ",\"T\":");
    wire_integer(out, ts_ms - 1);
    wire_text(out, ",\"bids\":");
    put_levels(out, ladder->levels[0], ladder->count[0] < limit ? ladder->count[0] : limit);
    wire_text(out, ",\"asks\":");
    put_levels(out, ladder->levels[1], ladder->count[1] < limit ? ladder->count[1] : limit);
    wire_text(out, "}");
}

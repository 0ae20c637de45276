/* The order books of the simulated exchange on the wire.
 *
 * Each 100 ms a book that somebody reads is made anew and its changes get ids, one a level.  Every
 * channel of books tells its readers what changed since its own last message, so ids chain in each
 * of them, and every message of a channel and symbol has a number beside. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sim/exchange_internal.h"

static void make_ladder(struct exchange_server *server, const struct exchange_symbol *symbol,
                        struct ladder *out) {
    int64_t bid_ticks = exchange_symbol_ticks(symbol, market_view(server->market)->bid_ticks);
    int level_max = symbol->index == 0 ? server->desc.book_levels : EXCHANGE_SHADOW_LEVELS;
    ladder_make_near(out, server->desc.seed + (uint64_t)symbol->index, bid_ticks, server->tick_ms,
                     (size_t)level_max);
}

void exchange_depth_start(struct exchange_server *server, struct exchange_symbol *symbol) {
    struct exchange_symbol_inside *inside = symbol->inside;
    make_ladder(server, symbol, &inside->now);
    inside->update_id = server->now_ms; /* an id as large as a venue's */
    for (int i = 0; i < server->depth_count; i++) {
        inside->depths[i].channel = server->depth_channels[i];
        ladder_copy(&inside->depths[i].sent, &inside->now);
        inside->depths[i].sent_id = inside->update_id;
    }
    for (int i = 0; i < 2; i++) {
        ladder_copy(&inside->snapshots[i].ladder, &inside->now);
        inside->snapshots[i].update_id = inside->update_id;
        inside->snapshots[i].ts_ms = server->now_ms;
    }
}

void exchange_depth_finish(struct exchange_server *server) {
    for (size_t i = 0; i < server->held_count; i++) {
        free(server->held[i].bytes);
    }
    server->held_count = 0;
}

/* -- messages that come late -- */

static bool has_waiting(const struct exchange_server *server) {
    for (size_t i = 0; i < server->held_count; i++) {
        if (!server->held[i].after) {
            return true;
        }
    }
    return false;
}

/* Send now, or keep it back as the faults want. */
static void send_or_hold(struct exchange_server *server, const struct exchange_symbol *symbol,
                         int channel, int variant, bool late) {
    const struct wire *payload = &server->payload;
    bool waits = late || server->faults.depth_hold_ms > 0 || has_waiting(server);
    char *copy = waits && server->held_count < EXCHANGE_HELD_MAX && payload->len > 0
                     ? malloc(payload->len)
                     : NULL;
    if (copy == NULL) {
        exchange_broadcast(server, channel, symbol, variant, payload->bytes, payload->len);
        return;
    }
    memcpy(copy, payload->bytes, payload->len);
    server->held[server->held_count++] = (struct exchange_held){
        .due_ms = server->now_ms + (late ? EXCHANGE_TICK_MS : server->faults.depth_hold_ms),
        .after = late,
        .channel = channel,
        .variant = variant,
        .symbol = symbol,
        .bytes = copy,
        .len = payload->len,
    };
}

/* after: those that come behind what this step has said. */
static void release_held(struct exchange_server *server, bool after) {
    size_t kept = 0;
    for (size_t i = 0; i < server->held_count; i++) {
        struct exchange_held *held = &server->held[i];
        if (held->after != after || held->due_ms > server->now_ms) {
            server->held[kept++] = *held;
            continue;
        }
        exchange_broadcast(server, held->channel, held->symbol, held->variant, held->bytes,
                           held->len);
        free(held->bytes);
    }
    server->held_count = kept;
}

/* -- one channel of one symbol -- */

/* The book cut to what the channel shows. */
static const struct ladder *cut_ladder(const struct ladder *ladder, int level_max,
                                       struct ladder *out) {
    if (level_max <= 0 ||
        (ladder->count[0] <= (size_t)level_max && ladder->count[1] <= (size_t)level_max)) {
        return ladder;
    }
    for (int side = 0; side < 2; side++) {
        out->count[side] =
            ladder->count[side] < (size_t)level_max ? ladder->count[side] : (size_t)level_max;
        memcpy(out->levels[side], ladder->levels[side],
               out->count[side] * sizeof(out->levels[side][0]));
    }
    return out;
}

static struct exchange_book snapshot_of(const struct exchange_server *server,
                                        const struct ladder *ladder, size_t level_max,
                                        int64_t update_id) {
    struct exchange_book book = {
        .snapshot = true,
        .first_id = update_id,
        .last_id = update_id,
        .prev_id = update_id,
        .ts_ms = exchange_now_ms(server),
    };
    for (int side = 0; side < 2; side++) {
        book.levels[side] = ladder->levels[side];
        book.count[side] = ladder->count[side] < level_max ? ladder->count[side] : level_max;
    }
    return book;
}

static size_t level_limit(const struct exchange_channel *row) {
    return row->level_max > 0 ? (size_t)row->level_max : LADDER_LEVEL_MAX;
}

/* What the readers of a channel are to hear: a delta, or the whole. False: nothing changed. */
static bool make_message(struct exchange_server *server, struct exchange_symbol_inside *inside,
                         struct exchange_depth *depth, struct exchange_book *book) {
    const struct exchange_channel *row = &server->dialect->channels[depth->channel];
    bool reset = server->faults.reset_count > 0;
    if (row->whole || reset) {
        bool changed = depth->sent_id != inside->update_id;
        bool again = row->quiet_ms > 0 && server->tick_ms - depth->sent_ms >= row->quiet_ms;
        *book = snapshot_of(server, &inside->now, level_limit(row), inside->update_id);
        book->reset = reset;
        book->prev_id = depth->sent_id;
        depth->number = reset ? 1 : depth->number + changed; /* the same again: the same number */
        server->faults.reset_count -= reset;
        return changed || reset || again;
    }
    size_t half = 2 * LADDER_LEVEL_MAX;
    const struct ladder *now = cut_ladder(&inside->now, row->level_max, server->ladder);
    *book = (struct exchange_book){
        .first_id = depth->sent_id + 1,
        .last_id = inside->update_id,
        .prev_id = depth->sent_id,
        .before = cut_ladder(&depth->sent, row->level_max, server->cut),
        .ts_ms = exchange_now_ms(server),
    };
    for (int side = 0; side < 2; side++) {
        struct ladder_level *changes = server->changes + (size_t)side * half;
        book->count[side] = ladder_diff(book->before, now, side, changes);
        book->levels[side] = changes;
    }
    bool empty = book->count[0] + book->count[1] == 0;
    bool spoke = row->quiet_ms == 0 || server->tick_ms - depth->sent_ms < row->quiet_ms;
    if (empty && spoke) {
        return false;
    }
    if (empty) { /* nothing happened, and that is said */
        book->last_id = book->prev_id;
        book->first_id = book->prev_id;
    }
    depth->number++;
    depth->level_id += (int64_t)(book->count[0] + book->count[1]);
    return true;
}

static void publish_depth(struct exchange_server *server, struct exchange_symbol *symbol,
                          struct exchange_depth *depth) {
    struct exchange_faults *faults = &server->faults;
    struct exchange_book book;
    if (!make_message(server, symbol->inside, depth, &book)) {
        return;
    }
    book.number = depth->number;
    book.level_id = depth->level_id;
    bool swallowed = faults->gap_count > 0 || exchange_is_silent(server, depth->channel, symbol);
    int times = swallowed ? 0 : faults->duplicate_count > 0 ? 2 : 1;
    bool late = times > 0 && faults->late_count > 0;
    faults->gap_count -= faults->gap_count > 0;
    faults->duplicate_count -= times == 2;
    faults->late_count -= late;
    struct exchange_words words = exchange_words_of(server, symbol, depth->channel);
    for (int variant = 0; variant < EXCHANGE_VARIANT_MAX && times > 0; variant++) {
        if (!exchange_wanted_by(server, depth->channel, symbol, variant)) {
            continue;
        }
        words.variant = variant;
        wire_reset(&server->payload);
        server->dialect->book(&words, &book, &server->payload);
        if (server->payload.failed) {
            EXCHANGE_COUNT(server->unsent, 1);
        }
        for (int i = 0; i < times && !server->payload.failed; i++) {
            send_or_hold(server, symbol, depth->channel, variant, late);
        }
    }
    ladder_copy(&depth->sent, &symbol->inside->now);
    depth->sent_id = book.count[0] + book.count[1] > 0 ? symbol->inside->update_id : depth->sent_id;
    depth->sent_ms = server->tick_ms;
}

/* -- all of them -- */

/* Make the book of now; its changes get ids. */
static void refresh(struct exchange_server *server, struct exchange_symbol *symbol) {
    struct exchange_symbol_inside *inside = symbol->inside;
    make_ladder(server, symbol, server->ladder);
    size_t changed = ladder_diff(&inside->now, server->ladder, 0, server->changes) +
                     ladder_diff(&inside->now, server->ladder, 1, server->changes);
    if (changed > 0) {
        inside->update_id += (int64_t)changed;
        ladder_copy(&inside->now, server->ladder);
    }
}

static void publish_touch(struct exchange_server *server, struct exchange_symbol *symbol) {
    struct exchange_symbol_inside *inside = symbol->inside;
    const struct ladder *now = &inside->now;
    int64_t lots[2] = {now->levels[0][0].lots, now->levels[1][0].lots};
    bool same = now->levels[0][0].ticks == inside->touch_ticks &&
                memcmp(lots, inside->touch_lots, sizeof lots) == 0;
    inside->touch_ticks = now->levels[0][0].ticks;
    memcpy(inside->touch_lots, lots, sizeof lots);
    if (!same) {
        exchange_publish_touch(server, symbol);
    }
}

/* Keep two older books; the elder is between one and two times the wanted age old. */
static void keep_snapshots(struct exchange_server *server, struct exchange_symbol_inside *inside) {
    int64_t age_ms = server->faults.snapshot_age_ms;
    if (age_ms > 0 && server->now_ms - inside->snapshots[1].ts_ms >= age_ms) {
        ladder_copy(&inside->snapshots[0].ladder, &inside->snapshots[1].ladder);
        inside->snapshots[0].update_id = inside->snapshots[1].update_id;
        inside->snapshots[0].ts_ms = inside->snapshots[1].ts_ms;
        ladder_copy(&inside->snapshots[1].ladder, &inside->now);
        inside->snapshots[1].update_id = inside->update_id;
        inside->snapshots[1].ts_ms = server->now_ms;
    }
}

static bool somebody_reads(const struct exchange_server *server,
                           const struct exchange_symbol *symbol) {
    for (int i = 0; i < server->dialect->channel_count; i++) {
        enum exchange_tells tells = server->dialect->channels[i].tells;
        if ((tells == TELLS_BOOK || tells == TELLS_TOUCH) && exchange_wanted(server, i, symbol)) {
            return true;
        }
    }
    return false;
}

static void step_symbol(struct exchange_server *server, struct exchange_symbol *symbol) {
    struct exchange_symbol_inside *inside = symbol->inside;
    refresh(server, symbol);
    publish_touch(server, symbol);
    for (int i = 0; i < server->depth_count; i++) {
        struct exchange_depth *depth = &inside->depths[i];
        const struct exchange_channel *row = &server->dialect->channels[depth->channel];
        int64_t every_ms = row->interval_ms > 0 ? row->interval_ms : EXCHANGE_TICK_MS;
        bool due = server->tick_ms / every_ms != (server->tick_ms - EXCHANGE_TICK_MS) / every_ms;
        bool news = depth->sent_id != inside->update_id || row->quiet_ms > 0 ||
                    server->faults.reset_count > 0;
        if (due && news && exchange_wanted(server, depth->channel, symbol)) {
            publish_depth(server, symbol, depth);
        }
    }
    keep_snapshots(server, inside);
}

void exchange_depth_step(struct exchange_server *server) {
    release_held(server, false);
    for (int i = 0; i < server->symbol_count; i++) {
        struct exchange_symbol *symbol = &server->symbols[i];
        if (symbol->listed && (i == 0 || somebody_reads(server, symbol))) {
            step_symbol(server, symbol);
        }
    }
    release_held(server, true);
}

void exchange_depth_first(struct exchange_server *server, struct exchange_symbol *symbol,
                          int channel, struct exchange_book *book) {
    struct exchange_symbol_inside *inside = symbol->inside;
    struct exchange_depth *depth = NULL;
    for (int i = 0; i < server->depth_count; i++) {
        depth = inside->depths[i].channel == channel ? &inside->depths[i] : depth;
    }
    assert(depth != NULL);
    if (!exchange_wanted(server, channel, symbol)) { /* nobody else's chain is to be kept */
        refresh(server, symbol);
        ladder_copy(&depth->sent, &inside->now);
        depth->sent_id = inside->update_id;
    }
    *book = snapshot_of(server, &depth->sent, level_limit(&server->dialect->channels[channel]),
                        depth->sent_id);
    book->number = depth->number > 0 ? depth->number : (depth->number = 1);
    book->level_id = depth->level_id;
}

void exchange_book_get(const struct exchange_server *server, const struct exchange_symbol *symbol,
                       size_t limit, struct exchange_book *book) {
    const struct exchange_symbol_inside *inside = symbol->inside;
    const struct ladder *ladder = &inside->now;
    int64_t update_id = inside->update_id;
    int64_t ts_ms = server->now_ms;
    if (server->faults.snapshot_age_ms > 0) {
        ladder = &inside->snapshots[0].ladder;
        update_id = inside->snapshots[0].update_id;
        ts_ms = inside->snapshots[0].ts_ms;
    }
    *book = snapshot_of(server, ladder, limit, update_id);
    book->ts_ms = ts_ms + exchange_now_ms(server) - server->now_ms;
}

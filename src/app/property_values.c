/* app/property_values.c - what the market does, and the table of all that can only be read. */
#include "app/property_values.h"

#include <math.h>

#include "base/str.h"
#include "scene/map.h"

/* -- the instrument that the pane shows -- */

static void write_known(struct writer *out, const char *key, double value) {
    writer_number(out, key, value != 0 ? value : NAN); /* 0: unknown in a scene */
}

#define WRITE_KNOWN(name, expression)                                                              \
    static void write_##name(const struct property_look *look, struct writer *out,                 \
                             const char *key) {                                                    \
        const struct scene_instrument *shown = look->instrument;                                   \
        write_known(out, key, shown != NULL ? (expression) : 0);                                   \
    }
WRITE_KNOWN(price, shown->mark > 0 ? shown->mark : shown->last)
WRITE_KNOWN(mark, shown->mark)
WRITE_KNOWN(index, shown->index)
WRITE_KNOWN(last, shown->last)
WRITE_KNOWN(bid, shown->bid)
WRITE_KNOWN(ask, shown->ask)

static void put_name(const struct scene_instrument *shown, struct writer *out, const char *key) {
    char text[64];
    str_format(text, sizeof text, "%s:%s", venue_key((enum venue_id)shown->venue), shown->symbol);
    writer_text(out, key, text);
}

static void write_instruments(const struct property_look *look, struct writer *out,
                              const char *key) {
    const struct scene *scene = look->scene;
    writer_open_array(out, key);
    for (int i = 0; scene != NULL && i < scene->instrument_count; i++) {
        const struct scene_instrument *row = &scene->instruments[i];
        writer_open_object(out, NULL);
        put_name(row, out, "instrument");
        writer_text(out, "base", row->base);
        write_known(out, "mark", row->mark);
        write_known(out, "open_interest_usd", row->oi_usd);
        writer_flag(out, "book_valid", row->book_valid);
        writer_flag(out, "shown", row == look->instrument);
        writer_close_object(out);
    }
    writer_close_array(out);
}

static void put_pair(struct writer *out, const char *key, const double usd[2]) {
    writer_open_object(out, key);
    writer_number(out, "long_usd", usd[0]);
    writer_number(out, "short_usd", usd[1]);
    writer_close_object(out);
}

static struct scene_sums sums_of(const struct property_look *look) {
    if (look->instrument == NULL) {
        return (struct scene_sums){0};
    }
    return scene_sum(look->scene, (int)(look->instrument - look->scene->instruments),
                     look->pane->nav.settings.venue_hidden);
}

static void write_open_interest(const struct property_look *look, struct writer *out,
                                const char *key) {
    write_known(out, key, sums_of(look).oi_usd);
}

static void write_estimate(const struct property_look *look, struct writer *out, const char *key) {
    struct scene_sums sums = sums_of(look);
    put_pair(out, key, sums.estimate_usd);
}

static void write_liquidated(const struct property_look *look, struct writer *out,
                             const char *key) {
    struct scene_sums sums = sums_of(look);
    put_pair(out, key, sums.liquidated_usd_24h);
}

static void write_funding(const struct property_look *look, struct writer *out, const char *key) {
    const struct scene_instrument *shown = look->instrument;
    if (shown == NULL) {
        writer_null(out, key);
        return;
    }
    writer_open_object(out, key);
    writer_number(out, "rate", shown->funding_rate);
    write_known(out, "interval_h", shown->funding_interval_h);
    write_known(out, "next_ms", (double)shown->next_funding_ms);
    writer_close_object(out);
}

static void write_liquidations(const struct property_look *look, struct writer *out,
                               const char *key) {
    const struct scene_instrument *shown = look->instrument;
    writer_open_array(out, key);
    for (int i = 0; shown != NULL && i < shown->print_count; i++) {
        const struct scene_print *print = &shown->prints[i];
        writer_open_object(out, NULL);
        writer_integer(out, "ts_ms", print->ts_ms);
        writer_text(out, "position", print->position == POS_LONG ? "long" : "short");
        writer_number(out, "price", print->price);
        writer_number(out, "usd", print->usd);
        writer_close_object(out);
    }
    writer_close_array(out);
}

/* -- the map -- */

static void write_clusters(const struct property_look *look, struct writer *out, const char *key) {
    const struct scene_map *map = look->pane->map;
    writer_open_array(out, key);
    for (int i = 0; map != NULL && i < map->cluster_count; i++) {
        const struct map_cluster *cluster = &map->clusters[i];
        writer_open_object(out, NULL);
        writer_text(out, "side", cluster->side == 0 ? "long" : "short");
        writer_number(out, "price", cluster->price);
        writer_number(out, "price_low", cluster->price_low);
        writer_number(out, "price_high", cluster->price_high);
        writer_number(out, "distance", cluster->distance);
        writer_number(out, "usd", cluster->usd);
        writer_integer(out, "rank", cluster->rank);
        writer_flag(out, "calibrated", cluster->calibrated);
        writer_close_object(out);
    }
    writer_close_array(out);
}

static void write_max_pain(const struct property_look *look, struct writer *out, const char *key) {
    const struct scene_map *map = look->pane->map;
    if (map == NULL || !(map->max_pain > 0)) {
        writer_null(out, key);
        return;
    }
    writer_open_object(out, key);
    writer_number(out, "price", map->max_pain);
    writer_number(out, "usd", map->max_pain_usd);
    writer_close_object(out);
}

/* -- the feeds -- */

static void write_feeds(const struct property_look *look, struct writer *out, const char *key) {
    static const char *const states[] = {"off", "connecting", "live", "stale", "lost", "fault"};
    const struct scene *scene = look->scene;
    writer_open_array(out, key);
    for (int i = 0; scene != NULL && i < scene->feed_count; i++) {
        const struct scene_feed *feed = &scene->feeds[i];
        writer_open_object(out, NULL);
        writer_text(out, "venue", venue_key((enum venue_id)feed->venue));
        writer_text(out, "state", feed->state < ARRAY_COUNT(states) ? states[feed->state] : "");
        if (feed->ts_ms > 0) {
            writer_number(out, "age_ms", fmax(0, look->desk->moment.now_ms - (double)feed->ts_ms));
        } else {
            writer_null(out, "age_ms");
        }
        const struct scene_hearing hearing = scene_hear(scene, feed->venue);
        writer_number(out, "messages_per_s", hearing.per_s);
        writer_integer(out, "gaps", hearing.gap_count);
        if (hearing.window_ms > 0) {
            writer_number(out, "heard", hearing.share);
        } else {
            writer_null(out, "heard");
        }
        writer_integer(out, "lost", feed->lost_count);
        writer_flag(out, "demo", feed->demo);
        writer_text(out, "reason", feed->reason);
        writer_close_object(out);
    }
    writer_close_array(out);
}

#define WRITE_COUNT(name, member)                                                                  \
    static void write_##name(const struct property_look *look, struct writer *out,                 \
                             const char *key) {                                                    \
        writer_integer(out, key, look->scene != NULL ? look->scene->member : 0);                   \
    }
WRITE_COUNT(events_applied, events_applied)
WRITE_COUNT(events_lost, events_lost)
WRITE_COUNT(events_malformed, events_malformed)

/* -- the table -- */

const struct property_row property_rows[] = {
    /* The market, as the pane shows it. */
    {"price", "number", "", "mark price, or last where there is none", write_price},
    {"mark", "number", "", "mark price", write_mark},
    {"index", "number", "", "index price", write_index},
    {"last", "number", "", "price of the last trade", write_last},
    {"bid", "number", "", "best bid", write_bid},
    {"ask", "number", "", "best ask", write_ask},
    {"instruments", "list", "", "every instrument there is", write_instruments},
    {"open-interest", "number", "USD", "of what is shown, venues added", write_open_interest},
    {"estimate", "object", "USD", "estimated positions on the map, long and short", write_estimate},
    {"liquidated-24h", "object", "USD", "liquidations seen in a day", write_liquidated},
    {"liquidations", "list", "", "the newest liquidations, oldest first", write_liquidations},
    {"funding", "object", "", "rate of an interval, and the time of the next", write_funding},
    {"clusters", "list", "", "estimated clusters, from the highest price down", write_clusters},
    {"max-pain", "object", "", "price on whose way most is liquidated, estimated", write_max_pain},
    {"alerts", "list", "", "each rule with its state", property_write_alerts},
    /* Feeds. */
    {"feeds", "list", "", "each venue's state, age and loss", write_feeds},
    {"events-applied", "integer", "slots", "events the engine has applied", write_events_applied},
    {"events-lost", "integer", "slots", "events that met a full ring", write_events_lost},
    {"events-malformed", "integer", "", "events that were not understood", write_events_malformed},
    /* The program. */
    {"windows", "list", "", "what windows there are", property_write_windows},
    {"panes", "list", "", "what panes there are, by number", property_write_panes},
    {"pane", "integer", "", "number of the pane that is asked", property_write_pane},
    {"following", "flag", "", "the live edge is followed", property_write_following},
    {"field-full", "flag", "", "the field that was asked for is all there",
     property_write_field_full},
    {"scale", "object", "USD", "black and white point as drawn", property_write_scale},
    {"frame-rate", "number", "1/s", "frames drawn in the last second", property_write_frame_rate},
    {"frame-ms", "object", "ms", "what the last frames took to draw", property_write_frame_ms},
    {"socket-to-pixel-ms", "number", "ms", "worst of the last half second",
     property_write_socket_to_pixel},
    {"replay-time", "integer", "ms", "event time that a recording has come to",
     property_write_replay_time},
    {"replay", "object", "", "a recording's pace, loop, begin and end, and the newest seek",
     property_write_replay},
    {"recording", "object", "", "whether events are recorded, where, how many, how many were lost",
     property_write_recording},
    {"memory-bytes", "integer", "bytes", "resident memory", property_write_memory},
    {"heap", "object", "bytes", "of it allocated, and held free by the allocator",
     property_write_heap},
    {"history-bytes", "integer", "bytes", "memory of what pictures are made from",
     property_write_history},
    {"recent", "object", "bytes", "what is kept of the last stretch, for an instant replay",
     property_write_recent},
    {"counters", "object", "", "every counter of the program", property_write_counters},
    {"source-list", "list", "", "what is shown", property_write_sources},
    {"demo", "flag", "", "the market is simulated", property_write_demo},
    {"now-ms", "integer", "ms", "event time that the picture stands for", property_write_now},
    {"notice", "object", "", "what the user was told last", property_write_notice},
    {"version", "text", "", "of the program", property_write_version},
};
const int property_row_count = (int)ARRAY_COUNT(property_rows);

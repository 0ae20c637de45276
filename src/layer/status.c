/* The line at the bottom: who feeds the picture and how fresh it is, what was lost, funding and
 * open interest.
 *
 * Latency and what was lost stand at the right and always have room. From the left come the feeds,
 * then open interest, what of it no level claims, funding and a day's liquidations; what has no
 * room is left out, so that in a narrow picture the last ones go first, and before all of them the
 * count of events. */
#include <math.h>

#include "base/number.h"
#include "base/str.h"
#include "layer/layer.h"

static const struct {
    const char *word;
    struct theme_color color;
} lamps[] = {
    [FEED_OFF] = {"off", {0x6b, 0x76, 0x88, 255}},
    [FEED_CONNECTING] = {"connecting", {0xf2, 0xb8, 0x4b, 255}},
    [FEED_LIVE] = {"live", {0x3f, 0xc9, 0x8e, 255}},
    [FEED_STALE] = {"silent", {0xf2, 0xb8, 0x4b, 255}},
    [FEED_LOST] = {"reconnecting", {0xf0, 0x5f, 0x6b, 255}},
    [FEED_FAULT] = {"refused", {0xf0, 0x5f, 0x6b, 255}},
};
static_assert(ARRAY_COUNT(lamps) == FEED_FAULT + 1, "a lamp per feed state");

struct line {
    struct layer_context *context;
    double left, right, middle_y; /* what is still free of the line */
};

static bool put_left(struct line *line, const char *text, struct theme_color color) {
    double s = line->context->layout->scale;
    struct label label = {.utf8 = text,
                          .size_px = THEME_STATUS_PX,
                          .color = color,
                          .x = line->left,
                          .middle_y = line->middle_y};
    struct camera_rect box = labels_measure(line->context->labels, &label);
    if (box.x + box.w > line->right - 18 * s || !labels_add(line->context->labels, &label)) {
        return false;
    }
    line->left = box.x + box.w + 22 * s;
    return true;
}

static void put_right(struct line *line, const char *text, struct theme_color color) {
    double s = line->context->layout->scale;
    struct label label = {.utf8 = text,
                          .size_px = THEME_STATUS_PX,
                          .color = color,
                          .align = LABELS_RIGHT,
                          .x = line->right,
                          .middle_y = line->middle_y};
    struct camera_rect box = labels_measure(line->context->labels, &label);
    if (box.x > line->left && labels_add(line->context->labels, &label)) {
        line->right = box.x - 22 * s;
    }
}

static void put_feed(struct line *line, const struct scene_feed *feed) {
    struct layer_context *context = line->context;
    double s = context->layout->scale;
    unsigned state = feed->state <= FEED_FAULT ? feed->state : FEED_OFF;
    char text[128];
    char age[NUMBER_TEXT_BYTES];
    const char *name = feed->demo || feed->venue >= VENUE_COUNT
                           ? "Demo exchange"
                           : venue_title((enum venue_id)feed->venue);
    str_format(text, sizeof text, "%s %s", name, lamps[state].word);
    if (feed->ts_ms > 0 && context->frame->now_ms > 0) {
        str_append(text, sizeof text, " %s",
                   number_format_age(context->frame->now_ms - feed->ts_ms, age));
    }
    if (feed->reason[0] != '\0') {
        str_append(text, sizeof text, " (%.30s)", feed->reason);
    }
    double x = line->left;
    line->left += 16 * s;
    if (put_left(line, text, context->theme->text_dim)) {
        canvas_add_disc(context->canvas, x + 5 * s, line->middle_y, 5 * s, 0, lamps[state].color);
    } else {
        line->left = x;
    }
}

/* Open interest and liquidations of all that the field adds up; funding is the first one's. */
static void put_market(struct line *line, const struct scene *scene,
                       const struct scene_instrument *instrument) {
    const struct scene_sums sums = scene_sum(scene, (int)(instrument - scene->instruments),
                                             line->context->settings->venue_hidden);
    char text[96];
    char number[NUMBER_TEXT_BYTES];
    if (sums.oi_usd > 0) {
        str_format(text, sizeof text, "open interest %s", number_format_usd(sums.oi_usd, number));
        put_left(line, text, line->context->theme->text_dim);
    }
    if (sums.unallocated_usd[0] > 0 || sums.unallocated_usd[1] > 0) {
        char other[NUMBER_TEXT_BYTES];
        str_format(text, sizeof text, "unallocated: longs %s, shorts %s",
                   number_format_usd(sums.unallocated_usd[0], number),
                   number_format_usd(sums.unallocated_usd[1], other));
        put_left(line, text, line->context->theme->text_dim);
    }
    if (isfinite(instrument->funding_rate)) {
        str_format(text, sizeof text, "funding %s",
                   number_format_rate(instrument->funding_rate, number));
        if (instrument->funding_interval_h > 0) {
            str_append(text, sizeof text, " / %d h", instrument->funding_interval_h);
        }
        put_left(line, text, line->context->theme->text_dim);
    }
    if (sums.liquidated_usd_24h[0] > 0 || sums.liquidated_usd_24h[1] > 0) {
        char other[NUMBER_TEXT_BYTES];
        str_format(text, sizeof text, "liquidated 24 h: longs %s, shorts %s",
                   number_format_usd(sums.liquidated_usd_24h[0], number),
                   number_format_usd(sums.liquidated_usd_24h[1], other));
        put_left(line, text, line->context->theme->text_dim);
    }
}

void status_draw(struct layer_context *context) {
    const struct layout *layout = context->layout;
    const struct scene *scene = context->frame->scene;
    double s = layout->scale;
    struct line line = {.context = context,
                        .left = 16 * s,
                        .right = layout->width_px - 16 * s,
                        .middle_y = layout->status.y + layout->status.h * 0.5};
    canvas_set_list(context->canvas, CANVAS_OVER);
    if (scene == NULL) {
        put_left(&line, "no data yet", context->theme->text_faint);
        return;
    }
    char text[96];
    char number[NUMBER_TEXT_BYTES];
    if (context->frame->latency_ns > 0) {
        str_format(text, sizeof text, "socket to pixel %.1f ms",
                   (double)context->frame->latency_ns / 1e6);
        put_right(&line, text, context->theme->text_dim);
    }
    str_format(text, sizeof text, "%s lost", number_format_count(scene->events_lost, number));
    put_right(&line, text,
              scene->events_lost > 0 ? context->theme->warn : context->theme->text_dim);
    for (int i = 0; i < scene->feed_count && i < SCENE_FEED_MAX; i++) {
        put_feed(&line, &scene->feeds[i]);
    }
    if (context->instrument != NULL) {
        put_market(&line, scene, context->instrument);
    }
    str_format(text, sizeof text, "%s events", number_format_count(scene->events_applied, number));
    put_right(&line, text, context->theme->text_faint);
}

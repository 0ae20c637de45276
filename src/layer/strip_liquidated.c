/* What was really liquidated: shorts upward, longs downward, as they push the price. */
#include <math.h>

#include "base/number.h"
#include "base/str.h"
#include "layer/span.h"
#include "layer/strip.h"

#define BRIGHTNESS 0.84
#define ALPHA      225

struct totals {
    double usd[2], usd_max; /* long, short; the largest of a bar and side */
    int64_t seen_ms;        /* of the stretch in view, told live */
    bool sampled;           /* a print says that its venue publishes only some */
};

static struct theme_color side_color(const struct strip *strip, int side) {
    return layer_side_color(strip->context, side == 0 ? POS_LONG : POS_SHORT, BRIGHTNESS, ALPHA);
}

static struct totals add_up(const struct strip *strip) {
    struct totals totals = {0};
    for (int i = strip->first; i <= strip->last; i++) {
        const struct bar *bar = &strip->bars->items[i];
        for (int side = 0; side < 2; side++) {
            totals.usd[side] += bar->liquidated_usd[side];
            totals.usd_max = fmax(totals.usd_max, bar->liquidated_usd[side]);
        }
        totals.seen_ms += bar->seen_ms;
        totals.sampled = totals.sampled || bar->sampled;
    }
    return totals;
}

static void draw_head(struct strip *strip, const struct totals *totals) {
    static const char *const names[2] = {"longs", "shorts"};
    const struct theme *theme = strip->context->theme;
    char number[NUMBER_TEXT_BYTES];
    char interval[BARS_TEXT_BYTES];
    char span[SPAN_TEXT_BYTES];
    char text[160];
    strip_title(strip, "Liquidated");
    if (totals->seen_ms == 0 && totals->usd_max <= 0) {
        strip_note(strip, "not published for the past", theme->text_faint);
        return;
    }
    const struct scene_instrument *instrument = strip->context->instrument;
    if (totals->usd_max <= 0 && (instrument == NULL || instrument->print_count == 0)) {
        strip_note(strip, "none heard of: not every venue publishes them", theme->text_faint);
        return;
    }
    for (int side = 0; side < 2; side++) {
        str_format(text, sizeof text, "%s %s", names[side],
                   number_format_usd(totals->usd[side], number));
        strip_note(strip, text, side_color(strip, side));
    }
    str_format(text, sizeof text, "in %s",
               span_of_bars(strip->context, totals->seen_ms, strip->bars->interval_ms, span));
    strip_note(strip, text, theme->text_dim);
    if (totals->sampled) {
        strip_note(strip, "lower bound: the venue publishes only some", theme->warn);
    }
    str_format(text, sizeof text, "%s bars",
               bars_interval_text(strip->bars->interval_ms, interval));
    strip_note(strip, text, theme->text_faint);
}

/* Runs of bars that were back-filled: nothing was published about them. */
static void hatch_unseen(struct strip *strip) {
    const struct camera_rect *graph = &strip->place->graph;
    struct theme_color color = strip->context->theme->hatch;
    color.a /= 2;
    int begin = -1;
    for (int i = strip->first; i <= strip->last + 1; i++) {
        const struct bar *bar = i <= strip->last ? &strip->bars->items[i] : NULL;
        bool unseen = bar != NULL && bar->known && bar->seen_ms == 0;
        if (unseen && begin < 0) {
            begin = i;
        } else if (!unseen && begin >= 0) {
            double left = 0, right = 0, ignored = 0;
            strip_bar_px(strip, begin, &left, &ignored);
            strip_bar_px(strip, i - 1, &ignored, &right);
            struct camera_rect rect = {left, graph->y, right - left, graph->h};
            canvas_add_hatch(strip->context->canvas, rect, 9 * strip->context->layout->scale,
                             color);
            begin = -1;
        }
    }
}

static void draw_bar(struct strip *strip, int i, double usd_max) {
    const struct bar *bar = &strip->bars->items[i];
    const struct camera_rect *graph = &strip->place->graph;
    double middle = round(graph->y + graph->h / 2);
    for (int side = 0; side < 2; side++) {
        if (bar->liquidated_usd[side] > 0) { /* however little, it is seen */
            double height = fmax(bar->liquidated_usd[side] / usd_max * graph->h / 2, 1);
            strip_box(strip, i, middle, side == 0 ? middle + height : middle - height,
                      side_color(strip, side));
        }
    }
}

void strip_liquidated_draw(struct strip *strip) {
    struct totals totals = add_up(strip);
    const struct camera_rect *graph = &strip->place->graph;
    char usd[NUMBER_TEXT_BYTES];
    draw_head(strip, &totals);
    hatch_unseen(strip);
    strip_rule(strip, graph->y + graph->h / 2, strip->context->theme->grid_major);
    if (totals.usd_max <= 0) {
        return;
    }
    for (int i = strip->first; i <= strip->last; i++) {
        draw_bar(strip, i, totals.usd_max);
    }
    const struct bar *newest = strip_newest(strip);
    double sum = newest->liquidated_usd[0] + newest->liquidated_usd[1];
    strip_value(strip, number_format_usd(sum, usd), strip->context->theme->text);
    number_format_usd(totals.usd_max, usd);
    strip_scale(strip, graph->y, usd);
    strip_scale(strip, graph->y + graph->h, usd);
}

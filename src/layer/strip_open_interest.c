/* Open interest in the base coin, so that what moves is positions and not their price. */
#include <math.h>

#include "base/number.h"
#include "base/str.h"
#include "layer/span.h"
#include "layer/strip.h"

#define FILL_ALPHA 70

static void draw_head(struct strip *strip, const double *oi, int first, int last) {
    const struct layer_context *context = strip->context;
    const struct theme *theme = context->theme;
    char usd[NUMBER_TEXT_BYTES];
    char number[NUMBER_TEXT_BYTES];
    char span[SPAN_TEXT_BYTES];
    char text[160];
    strip_title(strip, "Open interest");
    if (first > last) {
        strip_note(strip, "not known in this window", theme->text_faint);
        return;
    }
    const char *base = context->instrument != NULL && context->instrument->base[0] != '\0'
                           ? context->instrument->base
                           : "coins";
    str_format(text, sizeof text, "%s %s", number_format_amount(oi[last], number), base);
    strip_note(strip, text, theme->text_dim);
    double change = oi[last] - oi[first];
    int64_t ms = strip->bars->items[last].begin_ms - strip->bars->items[first].begin_ms;
    if (first < last) {
        str_format(text, sizeof text, "%s%s (%+.2f %%) in %s", change >= 0 ? "+" : "-",
                   number_format_amount(fabs(change), number), change / oi[first] * 100,
                   span_of_bars(context, ms, strip->bars->interval_ms, span));
        strip_note(strip, text, change >= 0 ? theme->up : theme->down);
    }
    strip_value(strip, number_format_usd(strip->bars->items[last].oi_usd, usd), theme->text);
}

/* From the height at the window's left edge to each bar's: what was opened, what was closed. */
static void draw_fill(struct strip *strip, const double *oi, int first, struct strip_range range) {
    double zero = strip_y(strip, range, oi[first]);
    for (int i = first; i <= strip->last; i++) {
        struct theme_color color =
            oi[i] >= oi[first] ? strip->context->theme->up : strip->context->theme->down;
        color.a = FILL_ALPHA;
        if (!isnan(oi[i])) {
            strip_box(strip, i, strip_y(strip, range, oi[i]), zero, color);
        }
    }
    strip_rule(strip, zero, strip->context->theme->grid_major);
}

void strip_open_interest_draw(struct strip *strip) {
    double *oi = strip_scratch(0);
    int first = 0, last = -1;
    for (int i = 0; i < strip->bars->count; i++) {
        oi[i] = strip->bars->items[i].oi_base > 0 ? strip->bars->items[i].oi_base : NAN;
    }
    for (int i = strip->first; i <= strip->last; i++) {
        if (!isnan(oi[i])) {
            first = last < 0 ? i : first;
            last = i;
        }
    }
    draw_head(strip, oi, first, last);
    if (first > last) {
        return;
    }
    struct strip_range seen = strip_range_of(strip, oi);
    struct strip_range range = strip_range_pad(seen, 0.06);
    draw_fill(strip, oi, first, range);
    strip_line(strip, oi, range, strip->context->theme->text_dim);
    char text[NUMBER_TEXT_BYTES];
    strip_scale(strip, strip_y(strip, range, seen.high), number_format_amount(seen.high, text));
    strip_scale(strip, strip_y(strip, range, seen.low), number_format_amount(seen.low, text));
}

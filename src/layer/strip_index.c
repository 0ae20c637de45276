/* Strips that are computed from the bars' prices: realised volatility, RSI. */
#include <math.h>

#include "base/number.h"
#include "base/str.h"
#include "layer/strip.h"
#include "view/indicator.h"

#define YEAR_MS (365.25 * 86400e3)
enum { VOLATILITY_BARS = 20, RSI_BARS = 14, RSI_LOW = 30, RSI_HIGH = 70, RSI_MARGIN = 8 };

static const char *percent(double share, char out[NUMBER_TEXT_BYTES]) {
    str_format(out, NUMBER_TEXT_BYTES, "%.1f %%", share * 100);
    return out;
}

void strip_volatility_draw(struct strip *strip) {
    double *high = strip_scratch(0);
    double *low = strip_scratch(1);
    double *value = strip_scratch(2);
    const struct theme *theme = strip->context->theme;
    char interval[BARS_TEXT_BYTES];
    char text[NUMBER_TEXT_BYTES];
    char note[96];
    for (int i = 0; i < strip->bars->count; i++) {
        const struct bar *bar = &strip->bars->items[i];
        high[i] = bar->low > 0 ? bar->high : NAN;
        low[i] = bar->low > 0 ? bar->low : NAN;
    }
    strip_title(strip, "Volatility, realised");
    if (strip->bars->count > 0) {
        indicator_parkinson((size_t)strip->bars->count, high, low, VOLATILITY_BARS,
                            YEAR_MS / (double)strip->bars->interval_ms, value);
        str_format(note, sizeof note, "Parkinson of %d bars of %s, annualised", VOLATILITY_BARS,
                   bars_interval_text(strip->bars->interval_ms, interval));
        strip_note(strip, note, theme->text_faint);
    }
    struct strip_range seen = strip_range_of(strip, value);
    if (seen.low > seen.high) {
        strip_note(strip, "too little is known yet", theme->text_faint);
        return;
    }
    struct strip_range range = strip_range_pad(seen, 0.06);
    strip_line(strip, value, range, theme->text_dim);
    if (!isnan(value[strip->last])) {
        strip_value(strip, percent(value[strip->last], text), theme->text);
    }
    strip_scale(strip, strip_y(strip, range, seen.high), percent(seen.high, text));
    strip_scale(strip, strip_y(strip, range, seen.low), percent(seen.low, text));
}

void strip_rsi_draw(struct strip *strip) {
    double *close = strip_scratch(0);
    double *value = strip_scratch(1);
    const struct camera_rect *graph = &strip->place->graph;
    const struct theme *theme = strip->context->theme;
    char interval[BARS_TEXT_BYTES];
    char note[96];
    for (int i = 0; i < strip->bars->count; i++) {
        close[i] = strip->bars->items[i].close > 0 ? strip->bars->items[i].close : NAN;
    }
    strip_title(strip, "RSI");
    if (strip->bars->count > 0) {
        indicator_rsi((size_t)strip->bars->count, close, RSI_BARS, value);
        str_format(note, sizeof note, "Wilder, %d bars of %s", RSI_BARS,
                   bars_interval_text(strip->bars->interval_ms, interval));
        strip_note(strip, note, theme->text_faint);
    }
    struct strip_range seen = strip_range_of(strip, value);
    struct strip_range range = {fmin(seen.low, RSI_LOW) - RSI_MARGIN,
                                fmax(seen.high, RSI_HIGH) + RSI_MARGIN};
    double y_high = strip_y(strip, range, RSI_HIGH);
    double y_low = strip_y(strip, range, RSI_LOW);
    canvas_add_box(strip->context->canvas,
                   (struct camera_rect){graph->x, y_high, graph->w, y_low - y_high}, 0,
                   theme->grid);
    strip_rule(strip, y_high, theme->grid_major);
    strip_rule(strip, y_low, theme->grid_major);
    strip_scale(strip, y_high, "70");
    strip_scale(strip, y_low, "30");
    if (seen.low > seen.high) {
        strip_note(strip, "too little is known yet", theme->text_faint);
        return;
    }
    strip_line(strip, value, range, theme->text_dim);
    double now = value[strip->last];
    if (!isnan(now)) {
        str_format(note, sizeof note, "%.1f", now);
        strip_value(strip, note, now >= RSI_HIGH || now <= RSI_LOW ? theme->warn : theme->text);
    }
}

/* What takers bought and sold, bar by bar. */
#include <math.h>

#include "base/number.h"
#include "base/str.h"
#include "layer/span.h"
#include "layer/strip.h"

#define ALPHA 165

static struct theme_color faded(struct theme_color color) {
    color.a = ALPHA;
    return color;
}

static void draw_head(struct strip *strip, double buy_usd, double sell_usd) {
    const struct theme *theme = strip->context->theme;
    char interval[BARS_TEXT_BYTES];
    char usd[NUMBER_TEXT_BYTES];
    char span[SPAN_TEXT_BYTES];
    char text[160];
    strip_title(strip, "Volume");
    if (buy_usd + sell_usd <= 0) {
        strip_note(strip, "none known in this window", theme->text_faint);
        return;
    }
    str_format(text, sizeof text, "%s in %s", number_format_usd(buy_usd + sell_usd, usd),
               span_seen(strip->context, span));
    strip_note(strip, text, theme->text_dim);
    str_format(text, sizeof text, "takers bought %.1f %%", 100 * buy_usd / (buy_usd + sell_usd));
    strip_note(strip, text, theme->up);
    str_format(text, sizeof text, "sold %.1f %%", 100 * sell_usd / (buy_usd + sell_usd));
    strip_note(strip, text, theme->down);
    str_format(text, sizeof text, "%s bars",
               bars_interval_text(strip->bars->interval_ms, interval));
    strip_note(strip, text, theme->text_faint);
}

static void draw_bar(struct strip *strip, int i, double usd_max) {
    const struct bar *bar = &strip->bars->items[i];
    const struct camera_rect *graph = &strip->place->graph;
    double bottom = graph->y + graph->h;
    double middle = bottom - bar->buy_usd / usd_max * graph->h;
    double top = middle - bar->sell_usd / usd_max * graph->h;
    strip_box(strip, i, middle, bottom, faded(strip->context->theme->up));
    strip_box(strip, i, top, middle, faded(strip->context->theme->down));
}

void strip_volume_draw(struct strip *strip) {
    double usd_max = 0, buy_usd = 0, sell_usd = 0;
    for (int i = strip->first; i <= strip->last; i++) {
        const struct bar *bar = &strip->bars->items[i];
        usd_max = fmax(usd_max, bar->buy_usd + bar->sell_usd);
        buy_usd += bar->buy_usd;
        sell_usd += bar->sell_usd;
    }
    draw_head(strip, buy_usd, sell_usd);
    if (usd_max <= 0) {
        return;
    }
    for (int i = strip->first; i <= strip->last; i++) {
        draw_bar(strip, i, usd_max);
    }
    const struct bar *newest = strip_newest(strip);
    char usd[NUMBER_TEXT_BYTES];
    strip_value(strip, number_format_usd(newest->buy_usd + newest->sell_usd, usd),
                newest->buy_usd >= newest->sell_usd ? strip->context->theme->up
                                                    : strip->context->theme->down);
    strip_scale(strip, strip->place->graph.y, number_format_usd(usd_max, usd));
    strip_scale(strip, strip->place->graph.y + strip->place->graph.h, "0");
}

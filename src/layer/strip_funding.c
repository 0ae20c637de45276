/* Funding: the rate of each interval that was settled, and of the one that runs.
 *
 * A settlement is drawn over the interval that it is for, up to the one before it. Where bars are
 * longer than intervals they show the mean rate of an interval instead. Where no settlement was
 * told nothing is drawn: not told is not zero. */
#include <math.h>

#include "base/number.h"
#include "base/str.h"
#include "layer/strip.h"

#define HOUR_MS     3600000.0
#define BRIGHTNESS  0.84
#define ALPHA       150
#define YEAR_H      8766.0
#define SETTLED_MAX 512 /* more are not in view: bars are longer then */

struct settled {
    double from_ms, to_ms, rate;
};

struct rates {
    int count;
    struct settled items[SETTLED_MAX]; /* oldest first */
    bool means;                        /* of bars */
};

/* Longs pay shorts at a rate above zero: the payer's colour. */
static struct theme_color rate_color(const struct strip *strip, double rate, uint8_t alpha) {
    return layer_side_color(strip->context, rate >= 0 ? POS_LONG : POS_SHORT, BRIGHTNESS, alpha);
}

/* Each settlement in the field, over its interval: what the venue says it is, or up to the one
 * before where that is nearer. */
static void collect_settlements(const struct strip *strip, double interval_ms,
                                struct rates *rates) {
    const struct field *field = strip->context->field;
    double before_ms = -INFINITY;
    for (int64_t col = field->oldest_col; col <= field->newest_col; col++) {
        double rate = field_get_column(field, col)->funding;
        double begin_ms = (double)col * field->grid.col_ms;
        if (rate == 0) {
            continue;
        }
        /* Settlements are on the hour; the column tells it no finer than itself. */
        double at_ms = ceil(begin_ms / HOUR_MS) * HOUR_MS;
        at_ms = at_ms < begin_ms + field->grid.col_ms ? at_ms : begin_ms;
        if (rates->count < SETTLED_MAX) {
            rates->items[rates->count++] = (struct settled){
                .from_ms = fmax(at_ms - interval_ms, before_ms), .to_ms = at_ms, .rate = rate};
        }
        before_ms = at_ms;
    }
}

static void collect_means(const struct strip *strip, double interval_ms, struct rates *rates) {
    double bar_ms = (double)strip->bars->interval_ms;
    for (int i = strip->first; i <= strip->last; i++) {
        const struct bar *bar = &strip->bars->items[i];
        double until_ms =
            fmin(bar_ms, (double)(strip->context->field->covered_until_ms - bar->begin_ms));
        if (bar->funding != 0 && until_ms > interval_ms && rates->count < SETTLED_MAX) {
            rates->items[rates->count++] =
                (struct settled){.from_ms = (double)bar->begin_ms,
                                 .to_ms = (double)bar->begin_ms + bar_ms,
                                 .rate = bar->funding / floor(until_ms / interval_ms)};
        }
    }
    rates->means = true;
}

static void draw_head(struct strip *strip, const struct rates *rates) {
    const struct scene_instrument *instrument = strip->context->instrument;
    const struct theme *theme = strip->context->theme;
    char text[96];
    char interval[BARS_TEXT_BYTES];
    strip_title(strip, "Funding");
    if (instrument == NULL || !isfinite(instrument->funding_rate)) {
        strip_note(strip, "rate in force not known", theme->text_faint);
    } else {
        double rate = instrument->funding_rate;
        int hours = instrument->funding_interval_h;
        strip_note(strip, rate >= 0 ? "longs pay shorts" : "shorts pay longs",
                   rate_color(strip, rate, 225));
        if (hours > 0) {
            str_format(text, sizeof text, "per %d h: %+.1f %% a year", hours,
                       rate * YEAR_H / hours * 100);
            strip_note(strip, text, theme->text_dim);
        }
        char number[NUMBER_TEXT_BYTES];
        strip_value(strip, number_format_rate(rate, number), rate_color(strip, rate, 255));
    }
    int64_t left_ms =
        instrument != NULL ? instrument->next_funding_ms - strip->context->frame->now_ms : 0;
    if (left_ms > 0) {
        str_format(text, sizeof text, "next in %02d:%02d:%02d", (int)(left_ms / 3600000),
                   (int)(left_ms / 60000 % 60), (int)(left_ms / 1000 % 60));
        strip_note(strip, text, theme->text);
    }
    if (rates->means) {
        str_format(text, sizeof text, "bars: mean of %s",
                   bars_interval_text(strip->bars->interval_ms, interval));
        strip_note(strip, text, theme->text_faint);
    }
}

static void draw_rate(struct strip *strip, const struct settled *settled, struct strip_range range,
                      bool running) {
    const struct camera_rect *graph = &strip->place->graph;
    const struct camera *camera = strip->context->camera;
    double s = strip->context->layout->scale;
    double left = fmax(round(camera_px_from_time(camera, settled->from_ms) + s), graph->x);
    double right =
        fmin(round(camera_px_from_time(camera, settled->to_ms) - s), graph->x + graph->w);
    double zero = round(strip_y(strip, range, 0));
    double y = round(strip_y(strip, range, settled->rate));
    if (right <= left) {
        return;
    }
    double line = fmax(round(1.5 * s), 1);
    struct camera_rect fill = {left, fmin(y, zero), right - left, fabs(y - zero)};
    struct camera_rect edge = {left, settled->rate >= 0 ? y : y - line, right - left, line};
    canvas_add_box(strip->context->canvas, fill, 0,
                   rate_color(strip, settled->rate, running ? ALPHA / 6 : ALPHA / 3));
    canvas_add_box(strip->context->canvas, edge, 0,
                   rate_color(strip, settled->rate, running ? ALPHA / 2 : 230));
}

/* The interval that runs: begun, not settled yet. */
static bool find_running(const struct strip *strip, const struct rates *rates, double interval_ms,
                         struct settled *out) {
    const struct scene_instrument *instrument = strip->context->instrument;
    if (instrument == NULL || !isfinite(instrument->funding_rate) ||
        instrument->next_funding_ms <= strip->context->frame->now_ms || interval_ms <= 0) {
        return false;
    }
    double settled_ms =
        rates->count > 0 && !rates->means ? rates->items[rates->count - 1].to_ms : -INFINITY;
    *out = (struct settled){.from_ms =
                                fmax((double)instrument->next_funding_ms - interval_ms, settled_ms),
                            .to_ms = (double)strip->context->frame->now_ms,
                            .rate = instrument->funding_rate};
    return true;
}

void strip_funding_draw(struct strip *strip) {
    static struct rates rates; /* main thread only; too large for the stack */
    const struct scene_instrument *instrument = strip->context->instrument;
    double interval_ms = instrument != NULL ? instrument->funding_interval_h * HOUR_MS : 0;
    struct settled running;
    struct strip_range seen = {0, 0};
    char number[NUMBER_TEXT_BYTES];
    rates.count = 0;
    rates.means = false;
    if (strip->first <= strip->last) {
        if (interval_ms > 0 && (double)strip->bars->interval_ms >= interval_ms) {
            collect_means(strip, interval_ms, &rates);
        } else {
            collect_settlements(strip, interval_ms > 0 ? interval_ms : HOUR_MS, &rates);
        }
    }
    bool runs = find_running(strip, &rates, interval_ms, &running);
    draw_head(strip, &rates);
    for (int i = 0; i < rates.count; i++) {
        if (rates.items[i].to_ms > strip->context->camera->time_left_ms &&
            rates.items[i].from_ms < strip->context->camera->time_right_ms) {
            seen.low = fmin(seen.low, rates.items[i].rate);
            seen.high = fmax(seen.high, rates.items[i].rate);
        }
    }
    seen.low = runs ? fmin(seen.low, running.rate) : seen.low;
    seen.high = runs ? fmax(seen.high, running.rate) : seen.high;
    if (seen.low >= seen.high) {
        return;
    }
    struct strip_range range = strip_range_pad(seen, 0.08);
    strip_rule(strip, strip_y(strip, range, 0), strip->context->theme->grid_major);
    for (int i = 0; i < rates.count; i++) {
        draw_rate(strip, &rates.items[i], range, false);
    }
    if (runs) {
        draw_rate(strip, &running, range, true);
    }
    if (seen.high > 0) {
        strip_scale(strip, strip_y(strip, range, seen.high), number_format_rate(seen.high, number));
    }
    if (seen.low < 0) {
        strip_scale(strip, strip_y(strip, range, seen.low), number_format_rate(seen.low, number));
    }
    strip_scale(strip, strip_y(strip, range, 0), "0");
}

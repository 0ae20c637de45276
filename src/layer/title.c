/* Which market, which stretch of time, and what is being drawn. */
#include <math.h>

#include "base/clock.h"
#include "base/str.h"
#include "layer/caption.h"
#include "layer/layer.h"
#include "layer/legend.h"
#include "layer/span.h"

#define TITLE_SHARE 0.46  /* of the width; the rest of its line is for the model's state */
#define CIRCLES_W   440.0 /* what the circles' legend takes, at scale 1 */
#define DIMMED_W    200.0
#define DOT         "  \xc2\xb7  "

enum { MARKET_BYTES = 256, DELAY_BYTES = 48 };

/* "30 s delayed · ", where it is. */
static const char *delay_title(const struct layer_context *context, char out[DELAY_BYTES]) {
    out[0] = '\0';
    if (context->frame->delay_s > 0) {
        str_format(out, DELAY_BYTES, "%.4g s delayed" DOT, context->frame->delay_s);
    }
    return out;
}

/* The venue, and the instruments that are added to it. */
static const char *market_title(const struct layer_context *context, char out[MARKET_BYTES]) {
    const struct scene_instrument *instrument = context->instrument;
    const struct scene *scene = context->frame->scene;
    uint32_t hidden = context->settings->venue_hidden;
    out[0] = '\0';
    if (instrument == NULL || instrument->venue >= VENUE_COUNT) {
        return out;
    }
    str_copy(out, MARKET_BYTES,
             scene->demo ? "simulated market" : venue_title((enum venue_id)instrument->venue));
    for (int i = 0; i < scene->instrument_count; i++) {
        const struct scene_instrument *other = &scene->instruments[i];
        if (other->venue < VENUE_COUNT &&
            scene_is_added(scene, (int)(instrument - scene->instruments), i, hidden)) {
            str_append(out, MARKET_BYTES, " + %s %s", venue_title((enum venue_id)other->venue),
                       other->symbol);
        }
    }
    return out;
}

/* The longest caption beside which circles and legend are explained, too; in a small picture the
 * longest beside the legend; what it must say, whatever that covers. */
static void draw_caption(struct layer_context *context) {
    static const struct {
        int length;
        double kept_free; /* for the circles' legend, at scale 1 */
    } tries[] = {{0, CIRCLES_W}, {1, CIRCLES_W}, {2, CIRCLES_W}, {3, CIRCLES_W}, {4, CIRCLES_W},
                 {2, 0},         {3, 0},         {4, 0},         {5, 0},         {6, 0}};
    const struct layout *layout = context->layout;
    double s = layout->scale;
    char text[CAPTION_FIELD_BYTES];
    struct settings drawn = *context->settings;
    drawn.split = context->pane_count > 1;
    struct label caption = {.utf8 = text,
                            .size_px = THEME_CAPTION_PX,
                            .color = context->theme->text_dim,
                            .x = 16 * s,
                            .middle_y = layout->header.h * 0.74};
    /* Why the map is dimmed is said here where there is no room beside the title. */
    bool dimmed = context->instrument != NULL && caption_is_dimmed(&context->instrument->model);
    double room = legend_left_px(context) - (dimmed ? DIMMED_W + 16 : 16) * s;
    for (size_t i = 0; i < ARRAY_COUNT(tries); i++) {
        caption_field(&drawn, tries[i].length, text);
        struct camera_rect taken = labels_measure(context->labels, &caption);
        context->caption_right_px = taken.x + taken.w;
        context->certainty_told = caption_tells_certainty(&drawn, tries[i].length);
        if (context->caption_right_px < room - tries[i].kept_free * s) {
            break;
        }
    }
    labels_add(context->labels, &caption);
}

/* Where the legend's ramps begin, which stand beside the title whatever that says. */
static double ramps_left_px(const struct layer_context *context) {
    const struct legend_place place = legend_place_of(context->layout);
    bool shown = settings_shows(context->settings, SETTINGS_PART_LEGEND);
    return shown ? place.x - place.beyond - 8 * context->layout->scale : context->layout->width_px;
}

void title_draw(struct layer_context *context) {
    const struct layout *layout = context->layout;
    double s = layout->scale;
    char text[DELAY_BYTES + MARKET_BYTES + SPAN_TEXT_BYTES];
    char market_text[MARKET_BYTES];
    char span[SPAN_TEXT_BYTES];
    char delay[DELAY_BYTES];
    struct label title = {.utf8 = context->instrument != NULL ? context->instrument->symbol
                                                              : "waiting for data",
                          .face = TEXT_SANS_STRONG,
                          .size_px = THEME_TITLE_PX,
                          .color = context->theme->text,
                          .x = 16 * s,
                          .middle_y = layout->header.h * 0.34};
    labels_add(context->labels, &title);
    struct camera_rect symbol = labels_measure(context->labels, &title);
    struct camera_rect taken = symbol;
    struct label market = {.utf8 = text,
                           .size_px = THEME_TAG_PX,
                           .color = context->theme->text_dim,
                           .x = symbol.x + symbol.w + 16 * s,
                           .middle_y = title.middle_y};
    for (int length = 0; length < SPAN_LENGTH_COUNT; length++) {
        str_format(text, sizeof text, "%s%s" DOT "%s", delay_title(context, delay),
                   market_title(context, market_text), span_title(context, length, span));
        taken = labels_measure(context->labels, &market);
        if (taken.x + taken.w < layout->width_px * TITLE_SHARE) {
            break;
        }
    }
    double room = ramps_left_px(context);
    if (taken.x + taken.w > room) { /* a tiny picture: what the badge does not say */
        str_format(text, sizeof text, "%s%s", delay_title(context, delay),
                   span_title(context, SPAN_LENGTH_COUNT - 1, span));
        taken = labels_measure(context->labels, &market);
    }
    context->title_right_px = symbol.x + symbol.w;
    if (taken.x + taken.w <= room && labels_add(context->labels, &market)) {
        context->title_right_px = taken.x + taken.w;
    }
    draw_caption(context);
}

/* DEMO or REPLAY, always on the picture while the market is simulated or of the past: text and
 * plate are not optional. */
void badge_draw(struct layer_context *context) {
    const struct picture_frame *frame = context->frame;
    char text[CLOCK_TEXT_BYTES + 32];
    char utc[CLOCK_TEXT_BYTES];
    context->badge_right_px = context->layout->plot.x + 4 * context->layout->scale;
    if (frame->scene == NULL || !(frame->scene->demo || frame->replayed)) {
        return;
    }
    if (frame->replayed) {
        clock_format_utc(frame->now_ms / 1000 * 1000, utc);
        str_format(text, sizeof text, "%sREPLAY \xc2\xb7 %.10s %.8s UTC",
                   frame->scene->demo ? "DEMO \xc2\xb7 " : "", utc, utc + 11);
    } else {
        str_copy(text, sizeof text, "DEMO \xc2\xb7 simulated");
    }
    const struct layout *layout = context->layout;
    double s = layout->scale;
    struct label label = {.utf8 = text,
                          .face = TEXT_SANS_STRONG,
                          .size_px = THEME_BADGE_PX,
                          .color = context->theme->on_demo,
                          .x = layout->plot.x + 28 * s,
                          .middle_y = layout->plot.y + 31 * s};
    struct camera_rect box = labels_measure(context->labels, &label);
    struct camera_rect plate = {box.x - 12 * s, label.middle_y - 15 * s, box.w + 24 * s, 30 * s};
    canvas_set_list(context->canvas, CANVAS_OVER);
    struct camera_rect rim = {plate.x - 3 * s, plate.y - 3 * s, plate.w + 6 * s, plate.h + 6 * s};
    canvas_add_box(context->canvas, rim, 9 * s,
                   context->theme->halo); /* stands out from any field */
    canvas_add_box(context->canvas, plate, 6 * s, context->theme->demo);
    labels_add(context->labels, &label);
    labels_reserve(context->labels, plate);
    context->badge_right_px = rim.x + rim.w;
}

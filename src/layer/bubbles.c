/* Realised liquidations: radius grows with the square root of USD, so that area says the amount. A
 * liquidated long is a filled disc, a liquidated short an open ring, in the colours of their
 * fields: told apart without colour too. */
#include <math.h>

#include "layer/layer.h"

#define RIM_SHARE_MIN      0.22 /* of the largest radius */
#define RADIUS_MIN_PX      4.0
#define RADIUS_MAX_PX      22.0
#define USD_AT_MAX_MIN     250000.0 /* the largest circle stands for at least this */
#define BUCKETS_PER_OCTAVE 4.0
#define ROOM_PX            5.0 /* of the plot's width for each: more of them bury the price */
enum {
    BUBBLE_COUNT_MAX = 2048, /* the largest in view; smaller ones are left out */
    BUBBLE_LEAST = 64,       /* that are shown however narrow the plot is */
    BUBBLE_OF_COLUMNS_MAX = BUBBLE_COUNT_MAX - SCENE_PRINT_MAX,
    BUCKET_COUNT = 256, /* of the logarithm of USD, to find the largest ones */
    /* A print stands in the row of the first mark after it, and rows come a second at a time: for
     * this long it may be older than what the columns cover and in none of them. */
    PRINT_SETTLE_MS = 10000
};

struct bubble {
    double x, y, usd;
    int position;
};

struct bubbles {
    int count, left_out;       /* circles in view; the ones for which there was no room */
    double usd_max, usd_least; /* usd_least: from so many USD on all are shown; 0: all are */
    struct bubble items[BUBBLE_COUNT_MAX];
};

static void add_bubble(const struct layer_context *context, struct bubbles *bubbles,
                       const struct bubble *bubble) {
    const struct camera_rect *plot = &context->layout->plot;
    double reach = RADIUS_MAX_PX * context->layout->scale;
    if (bubble->x < plot->x - reach || bubble->x > plot->x + plot->w + reach ||
        bubble->y < plot->y - reach || bubble->y > plot->y + plot->h + reach) {
        return;
    }
    if (bubbles->count == BUBBLE_COUNT_MAX) {
        bubbles->left_out++;
        return;
    }
    bubbles->items[bubbles->count++] = *bubble;
    bubbles->usd_max = fmax(bubbles->usd_max, bubble->usd);
}

static struct bubble make_bubble(const struct layer_context *context, int64_t ts_ms, double price,
                                 double usd, int position) {
    return (struct bubble){camera_px_from_time(context->camera, (double)ts_ms),
                           camera_px_from_price(context->camera, price), usd, position};
}

/* Whether a print of the scene has come with a column: the same place, side and (float) USD. */
static bool is_known(const struct bubbles *bubbles, int known_count, const struct bubble *bubble) {
    for (int i = known_count - 1; i >= 0; i--) {
        const struct bubble *known = &bubbles->items[i];
        if (known->position == bubble->position && fabs(known->x - bubble->x) < 0.5 &&
            fabs(known->y - bubble->y) < 0.5 && fabs(known->usd - bubble->usd) < 0.5) {
            return true;
        }
    }
    return false;
}

static int bucket_of(float usd) {
    double bucket = usd > 1 ? log2((double)usd) * BUCKETS_PER_OCTAVE : 0;
    return bucket < BUCKET_COUNT - 1 ? (int)bucket : BUCKET_COUNT - 1;
}

/* How many the plot has room for. */
static int room_of(const struct layer_context *context) {
    double room = context->layout->plot.w / (ROOM_PX * context->layout->scale);
    return (int)fmin(fmax(room, BUBBLE_LEAST), BUBBLE_OF_COLUMNS_MAX);
}

/* The least bucket whose prints have room, with all that are larger: what is left out is the
 * smallest, wherever it stands, and the same ones in the next frame. */
static int least_bucket(const struct layer_context *context, int *left_out) {
    const struct field *field = context->field;
    int counts[BUCKET_COUNT] = {0};
    int total = 0;
    for (int64_t col = field->oldest_col; col <= field->newest_col; col++) {
        const struct field_column *column = field_get_column(field, col);
        double end_ms = (double)(col + 1) * field->grid.col_ms;
        bool in_view = end_ms > context->camera->time_left_ms &&
                       end_ms - field->grid.col_ms < context->camera->time_right_ms;
        for (int i = 0; in_view && i < column->print_count; i++) {
            counts[bucket_of(column->prints[i].usd)]++;
            total++;
        }
    }
    int least = 0;
    int room = room_of(context);
    while (total > room && least < BUCKET_COUNT - 1) {
        *left_out += counts[least];
        total -= counts[least++];
    }
    return least;
}

static void collect(const struct layer_context *context, struct bubbles *bubbles) {
    const struct field *field = context->field;
    int64_t known_ms = 0;
    if (field != NULL && field->count > 0) {
        known_ms = field->covered_until_ms;
        int least = least_bucket(context, &bubbles->left_out);
        bubbles->usd_least = bubbles->left_out > 0 ? exp2(least / BUCKETS_PER_OCTAVE) : 0;
        for (int64_t col = field->oldest_col; col <= field->newest_col; col++) {
            const struct field_column *column = field_get_column(field, col);
            for (int i = 0; i < column->print_count; i++) {
                const struct layers_print *print = &column->prints[i];
                if (print->price > 0 && print->usd > 0 && bucket_of(print->usd) >= least) {
                    struct bubble bubble = make_bubble(context, print->ts_ms, print->price,
                                                       (double)print->usd, print->position);
                    add_bubble(context, bubbles, &bubble);
                }
            }
        }
    }
    int known_count = bubbles->count;
    for (int i = 0; context->instrument != NULL && i < context->instrument->print_count; i++) {
        const struct scene_print *print = &context->instrument->prints[i];
        if (print->ts_ms < known_ms - PRINT_SETTLE_MS || print->price <= 0 || print->usd <= 0) {
            continue;
        }
        struct bubble bubble =
            make_bubble(context, print->ts_ms, print->price, print->usd, print->position);
        if (print->ts_ms >= known_ms || !is_known(bubbles, known_count, &bubble)) {
            add_bubble(context, bubbles, &bubble);
        }
    }
}

/* The small ones are faint and have no rim, or a busy day would cover the price. */
static void draw_bubble(struct layer_context *context, const struct bubble *bubble,
                        double usd_max) {
    double s = context->layout->scale;
    double share = sqrt(bubble->usd / usd_max);
    double radius = fmax(RADIUS_MIN_PX, RADIUS_MAX_PX * share) * s;
    uint8_t alpha = (uint8_t)(70 + 175 * fmin(1, share * 2));
    struct theme_color color = layer_side_color(context, bubble->position, 0.84, alpha);
    struct theme_color inner = color;
    inner.a = (uint8_t)(alpha * 0.62);
    struct theme_color rim = context->theme->halo;
    rim.a = alpha;
    if (share >= RIM_SHARE_MIN) {
        canvas_add_disc(context->canvas, bubble->x, bubble->y, radius + 1.2 * s, 2.4 * s, rim);
    }
    if (bubble->position == POS_SHORT) {
        double ring = share >= RIM_SHARE_MIN ? 2.2 * s : 1.5 * s;
        canvas_add_disc(context->canvas, bubble->x, bubble->y, radius, ring, color);
        return;
    }
    canvas_add_disc(context->canvas, bubble->x, bubble->y, radius, 0, inner);
    if (share >= RIM_SHARE_MIN) {
        canvas_add_disc(context->canvas, bubble->x, bubble->y, radius, 1.2 * s, color);
    }
}

void bubbles_draw(struct layer_context *context) {
    static struct bubbles bubbles; /* main thread only; too large for the stack */
    bubbles.count = bubbles.left_out = 0;
    bubbles.usd_max = USD_AT_MAX_MIN;
    bubbles.usd_least = 0;
    collect(context, &bubbles);
    context->bubble_usd_max = bubbles.count > 0 ? bubbles.usd_max : 0;
    context->bubbles_left_out = bubbles.left_out;
    context->bubble_usd_least = bubbles.usd_least;
    canvas_set_list(context->canvas, CANVAS_PLOT);
    for (int i = 0; i < bubbles.count; i++) {
        draw_bubble(context, &bubbles.items[i], bubbles.usd_max);
    }
}

#include "layer/heatmap.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum {
    UNIFORM_Y_SIGN,
    UNIFORM_DENSITY,
    UNIFORM_LUT,
    UNIFORM_PER_TEXEL,
    UNIFORM_SHARP,
    UNIFORM_PRICE_AT,
    UNIFORM_PRICE_SPAN,
    UNIFORM_TIME_AT,
    UNIFORM_TIME_SPAN,
    UNIFORM_TIME_LOW,
    UNIFORM_TIME_HIGH,
    UNIFORM_ENTRY_PER_LOG2,
    UNIFORM_ENTRY_OF_ZERO,
    UNIFORM_STRIPE_AT,
    UNIFORM_STRIPE_SPAN,
    UNIFORM_COUNT
};
static const char *const uniform_names[UNIFORM_COUNT] = {
    "y_sign",    "density",        "lut",           "per_texel", "sharp",
    "price_at",  "price_span",     "time_at",       "time_span", "time_low",
    "time_high", "entry_per_log2", "entry_of_zero", "stripe_at", "stripe_span"};

#define GLIDE_RATE 0.3 /* of the way to the wanted scale, each time a histogram is full */
#define SHARP_FROM 1.6 /* pixels a texel; below, plain linear looks the same and costs less */
/* The field is never more than an eighth of a pixel from its place; between two steps the picture
 * stands still. */
#define SCROLL_STEPS_PER_PX 4.0
enum {
    COLUMNS_A_FRAME = 8,
    FILL_SLICES = 4,
    LUT_ROWS = COLORMAP_SIDE_COUNT * COLORMAP_LEVEL_COUNT
};

bool heatmap_init(struct heatmap *heatmap, const char *shader_dir) {
    *heatmap = (struct heatmap){0};
    struct texture_desc lut = {.width = COLORMAP_ENTRY_COUNT,
                               .height = LUT_ROWS,
                               .format = TEXTURE_RGBA8,
                               .label = "colour map"};
    struct program_desc program = {.vertex = "heatmap.vert",
                                   .fragment = "heatmap.frag",
                                   .shader_dir = shader_dir,
                                   .uniform_names = uniform_names,
                                   .uniform_count = UNIFORM_COUNT};
    struct program_desc sharp = program;
    sharp.fragment = "heatmap_sharp.frag";
    return texture_init(&heatmap->lut, &lut) && program_init(&heatmap->plain, &program) &&
           program_init(&heatmap->sharp, &sharp);
}

bool heatmap_reload(struct heatmap *heatmap) {
    heatmap->kept = false;
    heatmap->fill_next = 0;
    bool good = program_reload(&heatmap->plain);
    return program_reload(&heatmap->sharp) && good;
}

static void copies_finish(struct heatmap *heatmap) {
    for (int i = 0; i < 2; i++) {
        target_finish(&heatmap->copies[i].target);
        texture_finish(&heatmap->copies[i].color);
    }
}

void heatmap_finish(struct heatmap *heatmap) {
    copies_finish(heatmap);
    program_finish(&heatmap->sharp);
    program_finish(&heatmap->plain);
    texture_finish(&heatmap->lut);
}

/* Column and row numbers (as reals) at the plot's edges. */
struct span {
    double col_left, col_right, row_bottom, row_top;
};

static struct span span_of_camera(const struct layers_grid *grid, const struct camera *camera) {
    return (struct span){camera->time_left_ms / grid->col_ms, camera->time_right_ms / grid->col_ms,
                         (camera->ln_bottom - grid->ln_price_min) / grid->row_height,
                         (camera->ln_top - grid->ln_price_min) / grid->row_height};
}

static void sample_column(struct heatmap *heatmap, const struct field *field, int64_t col,
                          double row_first, double row_last) {
    for (int i = 0; i < HEATMAP_SAMPLE_ROWS; i++) {
        double usd[2] = {0};
        double at = row_first + (row_last - row_first) * (i + 0.5) / HEATMAP_SAMPLE_ROWS;
        field_get_usd(field, col, (int)at, usd);
        scale_histogram_add(&heatmap->histogram, scale_log2_from_usd(fmax(usd[0], usd[1])));
    }
}

void heatmap_update_scale(struct heatmap *heatmap, const struct field *field,
                          const struct camera *camera, bool settled, struct scale *scale) {
    if (field->count == 0) {
        return;
    }
    struct span span = span_of_camera(&field->grid, camera);
    double first = fmax(span.col_left, (double)field->oldest_col);
    double last = fmin(span.col_right, (double)field->newest_col + 1);
    double row_first = fmax(span.row_bottom, 0);
    double row_last = fmin(span.row_top, field->grid.row_count);
    bool jump = settled || !scale->valid;
    if (jump) {
        heatmap->histogram = (struct scale_histogram){0};
        heatmap->sampled_columns = 0;
    }
    int wanted = jump ? HEATMAP_SAMPLE_COLUMNS : COLUMNS_A_FRAME;
    for (int i = 0; i < wanted && last > first && row_last > row_first; i++) {
        /* Strides of 37 of 64 visit the whole span evenly before the histogram is full. */
        int n = heatmap->sampled_columns * 37 % HEATMAP_SAMPLE_COLUMNS;
        double at = first + (last - first) * (n + 0.5) / HEATMAP_SAMPLE_COLUMNS;
        sample_column(heatmap, field, (int64_t)at, row_first, row_last);
        heatmap->sampled_columns++;
    }
    if (heatmap->sampled_columns >= HEATMAP_SAMPLE_COLUMNS) {
        scale_update_auto(scale, &heatmap->histogram, jump ? 1 : GLIDE_RATE);
        heatmap->histogram = (struct scale_histogram){0};
        heatmap->sampled_columns = 0;
    }
}

static bool same_look(const struct colormap_look *a, const struct colormap_look *b) {
    return a->id == b->id && a->certainty == b->certainty && a->dimmed == b->dimmed;
}

void heatmap_set_look(struct heatmap *heatmap, const struct colormap_look *look) {
    if (heatmap->colored && same_look(&heatmap->look, look)) {
        return;
    }
    colormap_look_fill(look, heatmap->colors);
    heatmap->look = *look;
    heatmap->colored = true;
    heatmap->scale.valid = false;
}

/* Lay the look's colours along the scale. A scale that glides moves black and white, which are
 * uniforms; the table of a logarithmic curve without a threshold stays what it is. */
static void set_table(struct heatmap *heatmap, const struct scale *scale) {
    uint16_t entries[COLORMAP_ENTRY_COUNT];
    bool had = heatmap->scale.valid;
    if (had && scale_is_same(&heatmap->scale, scale)) {
        return;
    }
    scale_fill_table(scale, entries);
    heatmap->scale = *scale;
    if (had && memcmp(heatmap->entries, entries, sizeof entries) == 0) {
        return;
    }
    memcpy(heatmap->entries, entries, sizeof entries);
    for (int side = 0; side < COLORMAP_SIDE_COUNT; side++) {
        for (int level = 0; level < COLORMAP_LEVEL_COUNT; level++) {
            for (int i = 0; i < COLORMAP_ENTRY_COUNT; i++) {
                memcpy(heatmap->table[side][level][i], heatmap->colors[side][level][entries[i]], 4);
            }
        }
    }
    struct texture_rect whole = {0, 0, COLORMAP_ENTRY_COUNT, LUT_ROWS, 0};
    texture_upload(&heatmap->lut, &whole, heatmap->table);
}

static int table_index(double share, int count) {
    return (int)(fmin(fmax(share, 0), 1) * (count - 1) + 0.5);
}

const uint8_t *heatmap_get_color(const struct heatmap *heatmap, int side, double brightness,
                                 double certainty) {
    assert(side == 0 || side == 1);
    assert(heatmap->colored);
    int level = table_index(colormap_shown_certainty(certainty), COLORMAP_LEVEL_COUNT);
    return heatmap->colors[side][level][table_index(brightness, COLORMAP_ENTRY_COUNT)];
}

/* The whole pixels of the plot that the field covers. False: none. */
static bool covered_pixels(const struct heatmap_view *view, struct target_rect *out) {
    const struct field *field = view->field;
    const struct layers_grid *grid = &field->grid;
    const struct camera *camera = view->camera;
    double end_ms = (double)(field->newest_col + 1) * grid->col_ms;
    const struct field_column *newest = field_get_column(field, field->newest_col);
    if (newest != NULL && (newest->flags & LAYERS_COLUMN_OPEN) != 0) {
        end_ms = fmin(end_ms, view->until_ms);
    }
    double ln_top = grid->ln_price_min + grid->row_height * grid->row_count;
    const struct camera_rect *plot = &camera->plot_px;
    double left = camera_px_from_time(camera, (double)field->oldest_col * grid->col_ms);
    double right = camera_px_from_time(camera, end_ms);
    double top = camera_px_from_ln(camera, ln_top);
    double bottom = camera_px_from_ln(camera, grid->ln_price_min);
    left = round(fmax(left, plot->x));
    right = round(fmin(right, plot->x + plot->w));
    top = round(fmax(top, plot->y));
    bottom = round(fmin(bottom, plot->y + plot->h));
    if (right < left + 1 || bottom < top + 1) {
        return false;
    }
    *out = (struct target_rect){(int)left, (int)top, (int)(right - left), (int)(bottom - top)};
    return true;
}

static double snap(double value, double step) {
    return floor(value / step + 0.5) * step;
}

/* Where the edges of rect lie in the density texture: x price rows, y rows of the ring, from its
 * first one on. */
static void place_window(const struct heatmap_view *view, struct heatmap_key *key) {
    const struct field *field = view->field;
    const struct layers_grid *grid = &field->grid;
    const struct camera *camera = view->camera;
    struct target_rect rect = key->rect;
    /* Subtracted in double before they become floats: no jitter, whatever the date. */
    double base_ms =
        (double)(field->oldest_col - field_slot(field, field->oldest_col)) * grid->col_ms;
    double left = (camera_time_from_px(camera, rect.x) - base_ms) / grid->col_ms;
    double right = (camera_time_from_px(camera, rect.x + rect.w) - base_ms) / grid->col_ms;
    double bottom =
        (camera_ln_from_px(camera, rect.y + rect.h) - grid->ln_price_min) / grid->row_height;
    double top = (camera_ln_from_px(camera, rect.y) - grid->ln_price_min) / grid->row_height;
    key->price_at = (float)bottom;
    key->price_span = (float)(top - bottom);
    key->time_span = (float)(right - left);
    key->time_at = (float)snap(left, (right - left) / rect.w / SCROLL_STEPS_PER_PX);
}

static float pixels_per_row(const struct heatmap_key *key) {
    return fmaxf(1, (float)key->rect.h / key->price_span);
}

static float pixels_per_column(const struct heatmap_key *key) {
    return fmaxf(1, (float)key->rect.w / key->time_span);
}

/* False: nothing of the field is in view. */
static bool make_key(const struct target *target, const struct heatmap_view *view,
                     struct heatmap_key *key) {
    *key = (struct heatmap_key){0};
    if (view->field->count == 0 || !view->scale->valid || !covered_pixels(view, &key->rect)) {
        return false;
    }
    key->field = view->field;
    key->request_id = view->field->request_id;
    key->width_px = target->width_px;
    key->height_px = target->height_px;
    key->top_down = target->top_down;
    key->look = view->look;
    key->hatch_px = view->look.certainty == COLORMAP_CERTAINTY_HATCH ? (float)view->hatch_px : 0;
    key->scale = *view->scale;
    place_window(view, key);
    key->crisp =
        pixels_per_row(key) >= (float)SHARP_FROM || pixels_per_column(key) >= (float)SHARP_FROM;
    return true;
}

/* The pixels of key->rect that columns from `col` on reach, with the neighbour they blend into. */
static struct target_rect strip_from(const struct heatmap_view *view, const struct heatmap_key *key,
                                     int64_t col) {
    double from_ms = (double)(col - 1) * view->field->grid.col_ms;
    double left = floor(camera_px_from_time(view->camera, from_ms)) - 1;
    int right = key->rect.x + key->rect.w;
    int x = left < key->rect.x ? key->rect.x : (left > right ? right : (int)left);
    return (struct target_rect){x, key->rect.y, right - x, key->rect.h};
}

/* Draw the quad of key->rect, as far as it lies in strip. */
static void draw_quad(const struct heatmap *heatmap, const struct target *target,
                      const struct heatmap_view *view, const struct heatmap_key *key,
                      struct target_rect strip) {
    const struct program *program = key->crisp ? &heatmap->sharp : &heatmap->plain;
    const struct field *field = view->field;
    int oldest = field_slot(field, field->oldest_col);
    target_set_viewport(target, key->rect);
    target_set_scissor(target, strip);
    program_bind(program);
    program_set_float(program, UNIFORM_Y_SIGN, target_y_sign(target));
    program_set_int(program, UNIFORM_DENSITY, 0);
    program_set_int(program, UNIFORM_LUT, 1);
    program_set_vec2(program, UNIFORM_PER_TEXEL, 1.0f / (float)field->grid.row_count,
                     1.0f / (float)field->ring_rows);
    program_set_vec2(program, UNIFORM_SHARP, pixels_per_row(key), pixels_per_column(key));
    program_set_float(program, UNIFORM_PRICE_AT, key->price_at);
    program_set_float(program, UNIFORM_PRICE_SPAN, key->price_span);
    program_set_float(program, UNIFORM_TIME_AT, key->time_at);
    program_set_float(program, UNIFORM_TIME_SPAN, key->time_span);
    program_set_float(program, UNIFORM_TIME_LOW, (float)oldest + 0.5f);
    program_set_float(program, UNIFORM_TIME_HIGH, (float)(oldest + field->count) - 0.5f);
    double black = key->scale.black_log2;
    double entry_per_log2 = (COLORMAP_ENTRY_COUNT - 1) / (scale_top_log2(&key->scale) - black);
    program_set_float(program, UNIFORM_ENTRY_PER_LOG2, (float)entry_per_log2);
    program_set_float(program, UNIFORM_ENTRY_OF_ZERO, (float)(0.5 - black * entry_per_log2));
    /* Stripes stand still in the picture while the field goes by beneath them. The quarter of a
     * pixel keeps their edges off the pixels' middles, where rounding would fray them. */
    float per_px = key->hatch_px > 0 ? 1 / key->hatch_px : 0;
    program_set_float(program, UNIFORM_STRIPE_AT,
                      ((float)(key->rect.x + key->rect.y) + 0.25f) * per_px);
    program_set_vec2(program, UNIFORM_STRIPE_SPAN, (float)key->rect.w * per_px,
                     (float)key->rect.h * per_px);
    texture_bind(&heatmap->lut, 1);
    texture_bind(&field->density, 0);
    target_draw_quad();
}

/* Two copies of the target's size. False: the driver has no room; then every frame is drawn. */
static bool make_copies(struct heatmap *heatmap, const struct heatmap_key *key) {
    const struct target *have = &heatmap->copies[1].target;
    if (have->width_px == key->width_px && have->height_px == key->height_px &&
        have->top_down == key->top_down) {
        return true;
    }
    copies_finish(heatmap);
    heatmap->kept = false;
    heatmap->fill_next = 0;
    struct texture_desc desc = {.width = key->width_px,
                                .height = key->height_px,
                                .format = TEXTURE_RGBA8,
                                .undefined = true,
                                .label = "field copy"};
    for (int i = 0; i < 2; i++) {
        struct heatmap_copy *copy = &heatmap->copies[i];
        if (!texture_init(&copy->color, &desc) ||
            !target_init_texture(&copy->target, &copy->color)) {
            copies_finish(heatmap);
            return false;
        }
        copy->target.top_down = key->top_down;
    }
    return true;
}

/* Equal but for where they stand in time. Member by member: padding has no value to compare. */
static bool same_but_time(const struct heatmap_key *a, const struct heatmap_key *b) {
    bool same_target = a->width_px == b->width_px && a->height_px == b->height_px &&
                       a->top_down == b->top_down && a->rect.x == b->rect.x &&
                       a->rect.y == b->rect.y && a->rect.w == b->rect.w && a->rect.h == b->rect.h;
    bool same_colors = same_look(&a->look, &b->look) && a->hatch_px == b->hatch_px &&
                       scale_is_same(&a->scale, &b->scale);
    return same_target && same_colors && a->field == b->field && a->request_id == b->request_id &&
           a->crisp == b->crisp && a->price_at == b->price_at && a->price_span == b->price_span &&
           a->time_span == b->time_span;
}

static bool same_key(const struct heatmap_key *a, const struct heatmap_key *b) {
    return same_but_time(a, b) && a->time_at == b->time_at;
}

/* Whether b is a one step of the scroll on. */
static bool one_step_on(const struct heatmap_key *a, const struct heatmap_key *b) {
    float step = b->time_span / (float)(b->rect.w * SCROLL_STEPS_PER_PX);
    return same_but_time(a, b) && fabsf(b->time_at - a->time_at) < 1.5f * step;
}

static void draw_whole(struct heatmap *heatmap, struct heatmap_copy *copy,
                       const struct heatmap_view *view, const struct heatmap_key *key) {
    copy->key = *key;
    copy->version = view->field->version;
    target_begin(&copy->target, TARGET_BLEND_NONE);
    draw_quad(heatmap, &copy->target, view, key, key->rect);
    heatmap->kept = true;
    heatmap->fill_next = 0;
}

/* Draw the next slice of what is to come after the front; the last one brings it to the front. A
 * whole field in one frame would be late on software GL. */
static void fill_behind(struct heatmap *heatmap, const struct heatmap_view *view,
                        const struct heatmap_key *key) {
    struct heatmap_copy *behind = &heatmap->copies[1 - heatmap->front];
    if (heatmap->fill_next == 0 || !same_key(&behind->key, key)) {
        behind->key = *key;
        behind->version = view->field->version;
        heatmap->fill_next = 0;
    }
    int top = key->rect.h * heatmap->fill_next / FILL_SLICES;
    int bottom = key->rect.h * (heatmap->fill_next + 1) / FILL_SLICES;
    struct target_rect slice = {key->rect.x, key->rect.y + top, key->rect.w, bottom - top};
    target_begin(&behind->target, TARGET_BLEND_NONE);
    draw_quad(heatmap, &behind->target, view, key, slice);
    if (++heatmap->fill_next == FILL_SLICES) {
        heatmap->fill_next = 0;
        heatmap->front = 1 - heatmap->front;
    }
}

/* Draw anew what the columns reach that changed since the front was drawn. */
static void refresh_front(struct heatmap *heatmap, const struct heatmap_view *view) {
    struct heatmap_copy *front = &heatmap->copies[heatmap->front];
    if (front->version == view->field->version) {
        return;
    }
    int64_t col = field_oldest_change(view->field, front->version);
    target_begin(&front->target, TARGET_BLEND_NONE);
    draw_quad(heatmap, &front->target, view, &front->key, strip_from(view, &front->key, col));
    front->version = view->field->version;
}

void heatmap_draw(struct heatmap *heatmap, const struct target *target,
                  const struct heatmap_view *view) {
    struct heatmap_key key;
    if (!make_key(target, view, &key)) {
        return;
    }
    bool still = same_key(&key, &heatmap->key);
    /* After a rest the view will rest again, most likely. One that moves with every frame is not
     * worth a copy. */
    bool rests = still || heatmap->still;
    heatmap->key = key;
    heatmap->still = still;
    heatmap_set_look(heatmap, &view->look);
    set_table(heatmap, view->scale);
    if (!rests || !make_copies(heatmap, &key)) {
        heatmap->kept = false;
        draw_quad(heatmap, target, view, &key, key.rect);
        return;
    }
    struct heatmap_copy *front = &heatmap->copies[heatmap->front];
    if (!heatmap->kept || (!same_key(&front->key, &key) && !one_step_on(&front->key, &key))) {
        draw_whole(heatmap, front, view, &key);
    } else if (!same_key(&front->key, &key)) {
        fill_behind(heatmap, view, &key);
    }
    refresh_front(heatmap, view);
    front = &heatmap->copies[heatmap->front];
    target_copy(&front->target, target, front->key.rect);
}

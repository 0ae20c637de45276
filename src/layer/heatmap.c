#include "layer/heatmap.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum {
    UNIFORM_Y_SIGN,
    UNIFORM_DENSITY,
    UNIFORM_LUT,
    UNIFORM_PER_TEXEL,
    UNIFORM_SHARP_OF,
    UNIFORM_PANES,
    UNIFORM_TIME_AT,
    UNIFORM_TIME_SPAN,
    UNIFORM_TIME_LOW,
    UNIFORM_TIME_HIGH,
    UNIFORM_X_PER_LOG2,
    UNIFORM_X_OF_ZERO,
    UNIFORM_STRIPE_AT,
    UNIFORM_STRIPE_SPAN,
    UNIFORM_COUNT
};
static const char *const uniform_names[UNIFORM_COUNT] = {
    "y_sign",    "density",  "lut",       "per_texel",  "sharp_of",  "panes",     "time_at",
    "time_span", "time_low", "time_high", "x_per_log2", "x_of_zero", "stripe_at", "stripe_span"};

#define GLIDE_RATE 0.3 /* of the way to the wanted scale, each time a histogram is full */
#define SHARP_FROM 1.6 /* pixels a texel; below, plain linear looks the same and costs less */

bool heatmap_init(struct heatmap *heatmap, const char *shader_dir) {
    *heatmap = (struct heatmap){0};
    struct texture_desc lut = {.width = COLORMAP_ENTRY_COUNT,
                               .height = HEATMAP_TABLE_ROWS,
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
    bool good = program_reload(&heatmap->plain);
    return program_reload(&heatmap->sharp) && good;
}

void heatmap_finish(struct heatmap *heatmap) {
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
    /* Shown apart, both sides have one scale. */
    enum field_mix mix = field->density.count > 1 ? FIELD_MIX_LARGER : field->density.mixes[0];
    for (int i = 0; i < HEATMAP_SAMPLE_ROWS; i++) {
        double usd[2] = {0};
        int side = 0;
        double at = row_first + (row_last - row_first) * (i + 0.5) / HEATMAP_SAMPLE_ROWS;
        field_get_usd(field, col, (int)at, usd);
        scale_histogram_add(&heatmap->histogram,
                            scale_log2_from_usd(field_mix_usd(mix, usd, &side)));
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
    int wanted = jump ? HEATMAP_SAMPLE_COLUMNS : HEATMAP_COLUMNS_A_FRAME;
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

/* The level of certainty whose |g| is nearest to the row's: g = 0 lies between the middle rows. */
static int level_of_row(int row) {
    /* Levels lie over three quarters of |g|, FIELD_SIDE_LEAST to 1. */
    static_assert(HEATMAP_TABLE_ROWS / 2 * 3 / 4 == 2 * (COLORMAP_LEVEL_COUNT - 1),
                  "half a level a row");
    const int half = HEATMAP_TABLE_ROWS / 2;
    int outward = row < half ? half - 1 - row : row - half;
    int level = (outward + 1 - (int)(half * FIELD_SIDE_LEAST)) / 2;
    return level > 0 ? level : 0;
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
    for (int row = 0; row < HEATMAP_TABLE_ROWS; row++) {
        int side = row < HEATMAP_TABLE_ROWS / 2 ? 0 : 1;
        int level = level_of_row(row);
        for (int i = 0; i < COLORMAP_ENTRY_COUNT; i++) {
            memcpy(heatmap->table[row][i], heatmap->colors[side][level][entries[i]], 4);
        }
    }
    struct texture_rect whole = {0, 0, COLORMAP_ENTRY_COUNT, HEATMAP_TABLE_ROWS, 0};
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

bool heatmap_prepare(struct heatmap *heatmap, const struct heatmap_view *view) {
    if (view->field->count == 0 || !view->scale->valid) {
        return false;
    }
    heatmap_set_look(heatmap, &view->look);
    set_table(heatmap, view->scale);
    return true;
}

static int pane_count(const struct heatmap_view *view) {
    return view->lower != NULL ? 2 : 1;
}

static const struct camera *pane_camera(const struct heatmap_view *view, int pane) {
    return pane == 0 ? view->camera : view->lower;
}

struct target_rect heatmap_plot_px(const struct heatmap_view *view) {
    const struct camera_rect *first = &view->camera->plot_px;
    const struct camera_rect *last = &pane_camera(view, pane_count(view) - 1)->plot_px;
    return (struct target_rect){(int)first->x, (int)first->y, (int)first->w,
                                (int)(last->y + last->h) - (int)first->y};
}

static bool pane_covered_px(const struct heatmap_view *view, const struct camera *camera,
                            struct target_rect *out) {
    const struct field *field = view->field;
    const struct layers_grid *grid = &field->grid;
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

int heatmap_covered_px(const struct heatmap_view *view, struct target_rect out[HEATMAP_PANE_MAX]) {
    int count = 0;
    for (int i = 0; i < pane_count(view); i++) {
        count += pane_covered_px(view, pane_camera(view, i), &out[count]);
    }
    return count;
}

static struct heatmap_pane pane_of(const struct heatmap_view *view, int index, bool *crisp) {
    const struct field_density *density = &view->field->density;
    const struct layers_grid *grid = &view->field->grid;
    const struct camera *camera = pane_camera(view, index);
    struct target_rect plot = heatmap_plot_px(view);
    double px_per_row = camera->plot_px.h * grid->row_height / (camera->ln_top - camera->ln_bottom);
    bool whole = pane_count(view) == 1;
    *crisp = *crisp || px_per_row >= SHARP_FROM;
    return (struct heatmap_pane){
        .mix = density->mixes[index < density->count ? index : 0],
        .px_per_row = fmax(1, px_per_row),
        .price_at = (camera->ln_bottom - grid->ln_price_min) / grid->row_height,
        .price_span = (camera->ln_top - camera->ln_bottom) / grid->row_height,
        .top = whole ? 0 : (camera->plot_px.y - plot.y) / plot.h,
        .height = whole ? 1 : camera->plot_px.h / plot.h};
}

struct heatmap_key heatmap_key_of(const struct heatmap_view *view) {
    const struct camera *camera = view->camera;
    double px_per_column = camera->plot_px.w * view->field->grid.col_ms /
                           (camera->time_right_ms - camera->time_left_ms);
    bool hatched = view->look.certainty == COLORMAP_CERTAINTY_HATCH;
    struct heatmap_key key = {.field = view->field,
                              .request_id = view->field->request_id,
                              .look = view->look,
                              .scale = *view->scale,
                              .crisp = px_per_column >= SHARP_FROM,
                              .hatch_px = hatched ? view->hatch_px : 0,
                              .pane_count = pane_count(view)};
    for (int i = 0; i < key.pane_count; i++) {
        key.panes[i] = pane_of(view, i, &key.crisp);
    }
    return key;
}

/* Member by member: padding has no value to compare. */
bool heatmap_key_is_same(const struct heatmap_key *a, const struct heatmap_key *b) {
    bool same = a->field == b->field && a->request_id == b->request_id &&
                same_look(&a->look, &b->look) && scale_is_same(&a->scale, &b->scale) &&
                a->crisp == b->crisp && a->hatch_px == b->hatch_px &&
                a->pane_count == b->pane_count;
    for (int i = 0; i < a->pane_count && same; i++) {
        const struct heatmap_pane *p = &a->panes[i];
        const struct heatmap_pane *q = &b->panes[i];
        same = p->mix == q->mix && p->price_at == q->price_at && p->price_span == q->price_span &&
               p->top == q->top && p->height == q->height;
    }
    return same;
}

/* Where the panes and the viewport lie in the density texture: x price rows, y rows of the ring. */
static void set_window(const struct program *program, const struct heatmap_view *view,
                       const struct heatmap_key *key, const struct scroll_strip *strip) {
    const struct field *field = view->field;
    const struct field_density *density = &field->density;
    int oldest = field_slot(field, field->oldest_col);
    double col_ms = field->grid.col_ms;
    /* Subtracted in double before they become floats: no jitter, whatever the date. */
    double base_ms = (double)(field->oldest_col - oldest) * col_ms;
    float panes[HEATMAP_PANE_MAX][4] = {{0}};
    float sharp_of[HEATMAP_PANE_MAX][4] = {{0}};
    for (int i = 0; i < key->pane_count; i++) {
        const struct heatmap_pane *pane = &key->panes[i];
        int first = i < density->count ? i * density->stride : 0;
        panes[i][0] = (float)pane->top;
        panes[i][1] = (float)pane->height;
        panes[i][2] = (float)(pane->price_at + first);
        panes[i][3] = (float)pane->price_span;
        sharp_of[i][0] = key->crisp ? (float)pane->px_per_row : 1;
        sharp_of[i][1] = key->crisp ? (float)fmax(1, col_ms / strip->ms_per_px) : 1;
    }
    program_set_vec4s(program, UNIFORM_PANES, key->pane_count, panes[0]);
    program_set_vec4s(program, UNIFORM_SHARP_OF, key->pane_count, sharp_of[0]);
    program_set_vec2(program, UNIFORM_PER_TEXEL, 1.0f / (float)density->texture.desc.width,
                     1.0f / (float)density->texture.desc.height);
    program_set_float(program, UNIFORM_TIME_AT, (float)((strip->left_ms - base_ms) / col_ms));
    program_set_float(program, UNIFORM_TIME_SPAN,
                      (float)(strip->viewport.w * strip->ms_per_px / col_ms));
    program_set_float(program, UNIFORM_TIME_LOW, (float)oldest + 0.5f);
    program_set_float(program, UNIFORM_TIME_HIGH, (float)(oldest + field->count) - 0.5f);
}

static void set_colors(const struct program *program, const struct heatmap_key *key,
                       const struct scroll_strip *strip) {
    double black = key->scale.black_log2;
    double entry_per_log2 = (COLORMAP_ENTRY_COUNT - 1) / (scale_top_log2(&key->scale) - black);
    program_set_float(program, UNIFORM_X_PER_LOG2, (float)(entry_per_log2 / COLORMAP_ENTRY_COUNT));
    program_set_float(program, UNIFORM_X_OF_ZERO,
                      (float)((0.5 - black * entry_per_log2) / COLORMAP_ENTRY_COUNT));
    /* Stripes move with the field. The quarter of a pixel keeps their edges off the pixels'
     * middles, where rounding would fray them. */
    double per_px = key->hatch_px > 0 ? 1 / key->hatch_px : 0;
    double at = ((double)strip->column + 0.25) * per_px;
    program_set_float(program, UNIFORM_STRIPE_AT, (float)(at - floor(at)));
    program_set_vec2(program, UNIFORM_STRIPE_SPAN, (float)(strip->viewport.w * per_px),
                     (float)(strip->viewport.h * per_px));
}

void heatmap_paint(const struct heatmap *heatmap, const struct target *target,
                   const struct heatmap_view *view, const struct scroll_strip *strip) {
    struct heatmap_key key = heatmap_key_of(view);
    bool plain = !key.crisp && key.hatch_px <= 0;
    const struct program *program = plain ? &heatmap->plain : &heatmap->sharp;
    target_set_viewport(target, strip->viewport);
    target_set_scissor(target, strip->part);
    program_bind(program);
    program_set_float(program, UNIFORM_Y_SIGN, target_y_sign(target));
    program_set_int(program, UNIFORM_DENSITY, 0);
    program_set_int(program, UNIFORM_LUT, 1);
    set_window(program, view, &key, strip);
    set_colors(program, &key, strip);
    texture_bind(&heatmap->lut, 1);
    texture_bind(&view->field->density.texture, 0);
    target_draw_quads(key.pane_count);
}

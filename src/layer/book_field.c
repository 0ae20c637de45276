/* Ramps of its own.  Over the other field: from transparent over slate to white, so that
 * what rests takes the colour out of what lies below it and only what stands out covers it.  Alone:
 * opaque, from the background over blue and amber to a warm white.  Both rise evenly in lightness
 * (or fall, on a light background), so that they can be read without seeing colours. */
#include "layer/book_field.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/math.h"
#include "layer/field.h"

enum {
    UNIFORM_Y_SIGN,
    UNIFORM_BOOK,
    UNIFORM_LUT,
    UNIFORM_PER_TEXEL,
    UNIFORM_SHARP_OF,
    UNIFORM_PANES,
    UNIFORM_TIME_AT,
    UNIFORM_TIME_SPAN,
    UNIFORM_TIME_LOW,
    UNIFORM_TIME_HIGH,
    UNIFORM_ENTRY_PER_LOG2,
    UNIFORM_ENTRY_OF_ZERO,
    UNIFORM_COUNT
};
static const char *const uniform_names[UNIFORM_COUNT] = {
    "y_sign",  "book",      "lut",      "per_texel", "sharp_of",       "panes",
    "time_at", "time_span", "time_low", "time_high", "entry_per_log2", "entry_of_zero"};

enum { COLUMNS_A_FRAME = 8, ANCHOR_COUNT = 5 };
#define WHITE_FRACTION   0.997 /* walls are few */
#define RANGE_LOG2_LEAST 2.0
#define GLIDE_RATE       0.3
#define REST_LOG2        0.05 /* nearer than this the scale rests */

/* Of the cells in which something rests, so many are left black: over the other field most of them,
 * alone next to none; along the price, where each side's mean is shown, what few of those fall
 * below. */
static const double black_fraction_over = 0.55, black_fraction_alone = 0.04,
                    black_fraction_band = 0.3;

/* Where on the ramp, colour, opacity. */
struct anchor {
    float at, rgba[4];
};
/* By light background, and whether it is alone. */
static const struct anchor ramps[2][2][ANCHOR_COUNT] = {
    {{{0.00f, {40, 48, 66, 0}},
      {0.25f, {84, 96, 118, 115}},
      {0.50f, {150, 160, 176, 190}},
      {0.75f, {222, 228, 234, 235}},
      {1.00f, {255, 255, 255, 255}}},
     {{0.00f, {11, 18, 34, 0}},
      {0.28f, {20, 42, 82, 255}},
      {0.55f, {48, 98, 156, 255}},
      {0.80f, {246, 186, 62, 255}},
      {1.00f, {255, 252, 224, 255}}}},
    {{{0.00f, {200, 206, 216, 0}},
      {0.25f, {150, 158, 172, 115}},
      {0.50f, {104, 112, 128, 190}},
      {0.75f, {52, 58, 70, 235}},
      {1.00f, {0, 0, 0, 255}}},
     {{0.00f, {236, 240, 246, 0}},
      {0.28f, {196, 212, 232, 255}},
      {0.55f, {116, 152, 198, 255}},
      {0.80f, {142, 66, 30, 255}},
      {1.00f, {40, 12, 0, 255}}}},
};

/* -- columns -- */

bool book_columns_init(struct book_columns *columns, int ring_rows, int row_count) {
    *columns = (struct book_columns){.ring_rows = ring_rows, .row_count = row_count};
    size_t rows = (size_t)ring_rows;
    struct texture_desc desc = {.width = row_count,
                                .height = ring_rows,
                                .format = TEXTURE_R16F,
                                .linear = true,
                                .repeat_y = true,
                                .label = "order book"};
    columns->halves = calloc(rows * (size_t)row_count, sizeof *columns->halves);
    columns->amounts = calloc((size_t)row_count, sizeof *columns->amounts);
    columns->known = calloc(rows, sizeof *columns->known);
    columns->extent = calloc(rows, sizeof *columns->extent);
    columns->used = columns->halves != NULL && columns->amounts != NULL && columns->known != NULL &&
                    columns->extent != NULL && texture_init(&columns->texels, &desc);
    if (!columns->used) {
        book_columns_finish(columns);
    }
    return columns->used;
}

void book_columns_finish(struct book_columns *columns) {
    texture_finish(&columns->texels);
    free(columns->extent);
    free(columns->known);
    free(columns->amounts);
    free(columns->halves);
    *columns = (struct book_columns){0};
}

static bool is_empty(uint16_t half) {
    return (half & 0x7fff) == 0; /* either zero */
}

static uint16_t *slot_halves(const struct book_columns *columns, int slot) {
    return columns->halves + (size_t)slot * (size_t)columns->row_count;
}

void book_columns_set(struct book_columns *columns, int slot, const uint16_t *halves) {
    uint16_t *own = slot_halves(columns, slot);
    if (halves == NULL && columns->known[slot] == 0) {
        return; /* is empty already */
    }
    size_t size_bytes = sizeof *own * (size_t)columns->row_count;
    int first = 0, end = columns->row_count;
    if (halves == NULL) {
        memset(own, 0, size_bytes);
    } else {
        memcpy(own, halves, size_bytes);
    }
    while (first < end && is_empty(own[first])) {
        first++;
    }
    while (end > first && is_empty(own[end - 1])) {
        end--;
    }
    columns->known[slot] = halves != NULL;
    columns->extent[slot][0] = (int16_t)first;
    columns->extent[slot][1] = (int16_t)end;
    for (int i = 0; i < columns->row_count; i++) {
        columns->amounts[i] = own[i] & 0x7fff;
    }
    struct texture_rect row = {0, slot, columns->row_count, 1, 0};
    texture_upload(&columns->texels, &row, columns->amounts);
}

bool book_columns_get(const struct book_columns *columns, int slot, int row, double *usd_per_bp,
                      bool *bids) {
    if (!columns->used || columns->known[slot] == 0 || row < 0 || row >= columns->row_count) {
        return false;
    }
    float value = float_from_half(slot_halves(columns, slot)[row]);
    *bids = value < 0;
    *usd_per_bp = scale_usd_from_log2(fabs((double)value));
    return true;
}

/* -- programs and colours -- */

bool book_field_init(struct book_field *book, const char *shader_dir) {
    *book = (struct book_field){0};
    struct texture_desc lut = {.width = BOOK_FIELD_ENTRY_COUNT,
                               .height = 1,
                               .format = TEXTURE_RGBA8,
                               .label = "order book colours"};
    struct program_desc program = {.vertex = "book.vert",
                                   .fragment = "book.frag",
                                   .shader_dir = shader_dir,
                                   .uniform_names = uniform_names,
                                   .uniform_count = UNIFORM_COUNT};
    return texture_init(&book->lut, &lut) && program_init(&book->program, &program);
}

bool book_field_reload(struct book_field *book) {
    return program_reload(&book->program);
}

void book_field_finish(struct book_field *book) {
    program_finish(&book->program);
    texture_finish(&book->lut);
}

static void set_colors(struct book_field *book, const struct book_view *view) {
    if (book->colored && book->light == view->light && book->alone == view->alone) {
        return;
    }
    const struct anchor *ramp = ramps[view->light ? 1 : 0][view->alone ? 1 : 0];
    for (int i = 0; i < BOOK_FIELD_ENTRY_COUNT; i++) {
        float at = (float)i / (BOOK_FIELD_ENTRY_COUNT - 1);
        int k = 0;
        while (k + 2 < ANCHOR_COUNT && at > ramp[k + 1].at) {
            k++;
        }
        float part = (at - ramp[k].at) / (ramp[k + 1].at - ramp[k].at);
        for (int c = 0; c < 4; c++) {
            float value = ramp[k].rgba[c] + (ramp[k + 1].rgba[c] - ramp[k].rgba[c]) * part;
            book->colors[i][c] = (uint8_t)(value + 0.5f);
        }
    }
    struct texture_rect whole = {0, 0, BOOK_FIELD_ENTRY_COUNT, 1, 0};
    texture_upload(&book->lut, &whole, book->colors);
    book->colored = true;
    book->light = view->light;
    book->alone = view->alone;
}

static double entries_per_log2(const struct book_field *book) {
    return (BOOK_FIELD_ENTRY_COUNT - 1) / (book->white_log2 - book->black_log2);
}

const uint8_t *book_field_color(const struct book_field *book, double log2_value) {
    double entry = (log2_value - book->black_log2) * entries_per_log2(book) + 0.5;
    return book->colors[(int)math_clamp(entry, 0, BOOK_FIELD_ENTRY_COUNT - 0.5)];
}

double book_field_usd_at(const struct book_field *book, double share) {
    return scale_usd_from_log2(book->black_log2 + share * (book->white_log2 - book->black_log2));
}

double book_field_reach(const struct field *field) {
    const struct book_columns *columns = &field->book;
    int64_t col = field->newest_col;
    if (!columns->used || field->count == 0) {
        return 0;
    }
    /* The newest second may have no book yet. */
    while (col > field->oldest_col && columns->known[field_slot(field, col)] == 0) {
        col--;
    }
    const int16_t *extent = columns->extent[field_slot(field, col)];
    bool ends = extent[0] > 0 && extent[1] < columns->row_count && extent[0] < extent[1];
    return ends ? (extent[1] - extent[0]) * field->grid.row_height / 2 : 0;
}

/* -- scale -- */

static void sample_column(struct book_field *book, const struct book_columns *columns, int slot,
                          double row_first, double row_last) {
    const uint16_t *halves = slot_halves(columns, slot);
    for (int i = 0; i < BOOK_FIELD_SAMPLE_ROWS && columns->known[slot] != 0; i++) {
        int row = (int)(row_first + (row_last - row_first) * (i + 0.5) / BOOK_FIELD_SAMPLE_ROWS);
        if (!is_empty(halves[row])) {
            scale_histogram_add(&book->histogram, fabs((double)float_from_half(halves[row])));
        }
    }
}

static void move_scale(struct book_field *book, double black_fraction, bool jump) {
    if (book->histogram.total == 0) {
        return;
    }
    double black = scale_histogram_percentile(&book->histogram, 0, black_fraction);
    double white = scale_histogram_percentile(&book->histogram, 0, WHITE_FRACTION);
    white = fmax(white, black + RANGE_LOG2_LEAST);
    if (book->scaled && !jump && fabs(black - book->black_log2) < REST_LOG2 &&
        fabs(white - book->white_log2) < REST_LOG2) {
        return;
    }
    double rate = jump || !book->scaled ? 1 : GLIDE_RATE;
    book->black_log2 += (black - book->black_log2) * rate;
    book->white_log2 += (white - book->white_log2) * rate;
    book->scaled = true;
}

static double black_fraction(const struct book_view *view) {
    if (view->banded) {
        return black_fraction_band;
    }
    return view->alone ? black_fraction_alone : black_fraction_over;
}

static void update_scale(struct book_field *book, const struct book_view *view) {
    const struct field *field = view->field;
    const struct book_columns *columns = &field->book;
    const struct layers_grid *grid = &field->grid;
    double first = fmax(view->camera->time_left_ms / grid->col_ms, (double)field->oldest_col);
    double last = fmin(view->camera->time_right_ms / grid->col_ms, (double)field->newest_col + 1);
    double row_first = fmax((view->camera->ln_bottom - grid->ln_price_min) / grid->row_height, 0);
    double row_last =
        fmin((view->camera->ln_top - grid->ln_price_min) / grid->row_height, grid->row_count);
    bool jump = view->settled || !book->scaled || (book->colored && book->alone != view->alone) ||
                book->banded != view->banded;
    book->banded = view->banded;
    if (jump) {
        book->histogram = (struct scale_histogram){0};
        book->sampled_columns = 0;
    }
    int wanted = jump ? BOOK_FIELD_SAMPLE_COLUMNS : COLUMNS_A_FRAME;
    for (int i = 0; i < wanted && last > first && row_last > row_first; i++) {
        /* Strides of 37 of 64 visit the whole span evenly before the histogram is full. */
        int n = book->sampled_columns * 37 % BOOK_FIELD_SAMPLE_COLUMNS;
        double at = first + (last - first) * (n + 0.5) / BOOK_FIELD_SAMPLE_COLUMNS;
        sample_column(book, columns, field_slot(field, (int64_t)at), row_first, row_last);
        book->sampled_columns++;
    }
    if (book->sampled_columns >= BOOK_FIELD_SAMPLE_COLUMNS) {
        move_scale(book, black_fraction(view), jump);
        book->histogram = (struct scale_histogram){0};
        book->sampled_columns = 0;
    }
}

/* -- drawing -- */

struct cover { /* rows in which the columns of a stretch of time have anything; end excluded */
    int row_first, row_end;
};

/* False: none of the columns has. */
static bool find_cover(const struct field *field, double from_ms, double to_ms,
                       struct cover *cover) {
    const struct book_columns *columns = &field->book;
    int64_t first = (int64_t)floor(from_ms / field->grid.col_ms) - 1;
    int64_t last = (int64_t)floor(to_ms / field->grid.col_ms) + 1;
    first = first > field->oldest_col ? first : field->oldest_col;
    last = last < field->newest_col ? last : field->newest_col;
    *cover = (struct cover){.row_first = columns->row_count};
    for (int64_t col = first; col <= last; col++) {
        const int16_t *extent = columns->extent[field_slot(field, col)];
        if (extent[0] < extent[1]) {
            cover->row_first = extent[0] < cover->row_first ? extent[0] : cover->row_first;
            cover->row_end = extent[1] > cover->row_end ? extent[1] : cover->row_end;
        }
    }
    return cover->row_end > 0;
}

bool book_field_prepare(struct book_field *book, const struct book_view *view) {
    const struct field *field = view->field;
    struct cover cover;
    if (!field->book.used || field->count == 0) {
        return false;
    }
    update_scale(book, view);
    set_colors(book, view);
    return book->scaled &&
           find_cover(field, view->camera->time_left_ms, view->camera->time_right_ms, &cover);
}

struct book_key book_field_key(const struct book_field *book) {
    return (struct book_key){.light = book->light,
                             .alone = book->alone,
                             .black_log2 = book->black_log2,
                             .white_log2 = book->white_log2};
}

bool book_key_is_same(const struct book_key *a, const struct book_key *b) {
    return a->light == b->light && a->alone == b->alone && a->black_log2 == b->black_log2 &&
           a->white_log2 == b->white_log2;
}

static int pane_count(const struct book_view *view) {
    return view->lower != NULL ? 2 : 1;
}

static const struct camera *pane_camera(const struct book_view *view, int pane) {
    return pane == 0 ? view->camera : view->lower;
}

/* From the top of the upper pane to the bottom of the lower one: what the viewport shows. */
static double plot_height(const struct book_view *view) {
    const struct camera_rect *last = &pane_camera(view, pane_count(view) - 1)->plot_px;
    return last->y + last->h - view->camera->plot_px.y;
}

/* Where a pane begins in the viewport, in pixels. */
static double pane_top(const struct book_view *view, const struct scroll_strip *strip, int pane) {
    return strip->viewport.y + pane_camera(view, pane)->plot_px.y - view->camera->plot_px.y;
}

/* The pixels of the strip that the cover reaches in any pane: a row more each way, where the
 * outermost cells fade into nothing. */
static struct target_rect part_of_cover(const struct book_view *view, const struct cover *cover,
                                        const struct scroll_strip *strip) {
    const struct layers_grid *grid = &view->field->grid;
    double ln_top = grid->ln_price_min + grid->row_height * (cover->row_end + 1);
    double ln_bottom = grid->ln_price_min + grid->row_height * (cover->row_first - 1);
    double top = INFINITY;
    double bottom = -INFINITY;
    for (int i = 0; i < pane_count(view); i++) {
        const struct camera *camera = pane_camera(view, i);
        double px_per_ln = camera->plot_px.h / (camera->ln_top - camera->ln_bottom);
        double from = pane_top(view, strip, i);
        double to = from + camera->plot_px.h;
        double high = fmax(from, from + floor((camera->ln_top - ln_top) * px_per_ln));
        double low = fmin(to, from + ceil((camera->ln_top - ln_bottom) * px_per_ln));
        if (high < low) {
            top = fmin(top, high);
            bottom = fmax(bottom, low);
        }
    }
    struct target_rect part = strip->part;
    top = fmax(top, part.y);
    bottom = fmin(bottom, part.y + part.h);
    part.h = bottom > top ? (int)(bottom - top) : 0;
    part.y = part.h > 0 ? (int)top : part.y;
    return part;
}

/* Where the panes and the viewport lie in the texture: x price rows, y rows of the ring. */
static void set_window(const struct program *program, const struct book_view *view,
                       const struct scroll_strip *strip) {
    const struct field *field = view->field;
    const struct layers_grid *grid = &field->grid;
    int oldest = field_slot(field, field->oldest_col);
    /* Subtracted in double before they become floats: no jitter, whatever the date. */
    double base_ms = (double)(field->oldest_col - oldest) * grid->col_ms;
    float panes[FIELD_DENSITY_MAX][4] = {{0}};
    float sharp_of[FIELD_DENSITY_MAX][4] = {{0}};
    for (int i = 0; i < pane_count(view); i++) {
        const struct camera *camera = pane_camera(view, i);
        double rows = (camera->ln_top - camera->ln_bottom) / grid->row_height;
        double top = pane_top(view, strip, i) - strip->viewport.y;
        panes[i][0] = (float)(top / plot_height(view));
        panes[i][1] = (float)(camera->plot_px.h / plot_height(view));
        panes[i][2] = (float)((camera->ln_bottom - grid->ln_price_min) / grid->row_height);
        panes[i][3] = (float)rows;
        sharp_of[i][0] = (float)fmax(1, camera->plot_px.h / rows);
        sharp_of[i][1] = (float)fmax(1, grid->col_ms / strip->ms_per_px);
    }
    program_set_vec4s(program, UNIFORM_PANES, pane_count(view), panes[0]);
    program_set_vec4s(program, UNIFORM_SHARP_OF, pane_count(view), sharp_of[0]);
    program_set_vec2(program, UNIFORM_PER_TEXEL, 1.0f / (float)grid->row_count,
                     1.0f / (float)field->ring_rows);
    program_set_float(program, UNIFORM_TIME_AT, (float)((strip->left_ms - base_ms) / grid->col_ms));
    program_set_float(program, UNIFORM_TIME_SPAN,
                      (float)(strip->viewport.w * strip->ms_per_px / grid->col_ms));
    program_set_float(program, UNIFORM_TIME_LOW, (float)oldest + 0.5f);
    program_set_float(program, UNIFORM_TIME_HIGH, (float)(oldest + field->count) - 0.5f);
}

void book_field_paint(const struct book_field *book, const struct target *target,
                      const struct book_view *view, const struct scroll_strip *strip) {
    const struct program *program = &book->program;
    double from_ms = strip->left_ms + (strip->part.x - strip->viewport.x) * strip->ms_per_px;
    struct cover cover;
    if (!find_cover(view->field, from_ms, from_ms + strip->part.w * strip->ms_per_px, &cover)) {
        return;
    }
    struct target_rect part = part_of_cover(view, &cover, strip);
    if (part.h == 0) {
        return;
    }
    target_set_blend(TARGET_BLEND_ALPHA);
    target_set_viewport(target, strip->viewport);
    target_set_scissor(target, part);
    program_bind(program);
    program_set_float(program, UNIFORM_Y_SIGN, target_y_sign(target));
    program_set_int(program, UNIFORM_BOOK, 0);
    program_set_int(program, UNIFORM_LUT, 1);
    set_window(program, view, strip);
    double per_log2 = entries_per_log2(book);
    program_set_float(program, UNIFORM_ENTRY_PER_LOG2, (float)per_log2);
    program_set_float(program, UNIFORM_ENTRY_OF_ZERO, (float)(0.5 - book->black_log2 * per_log2));
    texture_bind(&book->lut, 1);
    texture_bind(&view->field->book.texels, 0);
    target_draw_quads(pane_count(view));
    target_set_blend(TARGET_BLEND_NONE);
}

#include "layer/picture.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/str.h"
#include "gfx/debug.h"
#include "layer/bars.h"
#include "layer/caption.h"
#include "layer/cluster_labels.h"
#include "layer/ground.h"
#include "layer/heatmap.h"
#include "layer/layer.h"
#include "layer/profile.h"

#define HATCH_PERIOD_PX 14.0 /* of what is not calibrated, across and down */
/* Two histograms of what is visible: the first may hold cells from before the change. */
enum { SCALE_FRAMES = 2 * HEATMAP_SAMPLE_COLUMNS / HEATMAP_COLUMNS_A_FRAME };
#define BAR_PX      7.0  /* candles and bars are at least so wide, at scale 1 */
#define PANE_GAP_PX 6.0  /* between two panes, at scale 1 */
#define PANE_MARGIN 0.08 /* of a pane's height, from the window's lowest or highest price on */

/* One part of the plot with prices of its own: the whole of it, or one of the two sides'. */
struct pane {
    struct camera camera;
    struct layout layout;
    struct settings settings;
};
enum { PANES_MAX = FIELD_DENSITY_MAX };

/* What a frame is made with and nothing of it is kept in: pictures beside one another share it. */
struct tools {
    int user_count;
    int reload_count; /* shaders, which all share, were changed so often */
    struct canvas canvas;
    struct labels labels;
};

struct picture {
    char shader_dir[1024];
    bool has_shader_dir;
    struct program compose;
    struct heatmap heatmap;
    struct ground ground;
    struct book_field book;
    struct tools *tools;    /* shared */
    int reload_count;       /* the ground is painted by the shaders of so many changes */
    struct field fields[2]; /* the one drawn and the one arriving */
    int drawn;              /* index into fields */
    bool arriving;          /* the other one is being filled */
    bool finished;          /* ... and no more columns of it will come but the live edge's */
    struct scale scale;
    struct settings scaled; /* what the scale was last looked for with */
    int scale_frames;       /* until a change of it has been seen by the automatic scale */
    struct profile profiles[PANES_MAX];
    struct cluster_labels cluster_labels;
    struct bars bars;
    struct camera plots[PANES_MAX]; /* as drawn last */
    int plot_count;
    struct picture_stats stats;
};
static_assert((int)PANES_MAX == (int)PICTURE_PLOT_MAX, "a camera a pane");

static const char *shader_dir(const struct picture *picture) {
    return picture->has_shader_dir ? picture->shader_dir : NULL;
}

static void drop_tools(struct tools *tools) {
    if (tools != NULL && --tools->user_count == 0) {
        labels_finish(&tools->labels);
        canvas_finish(&tools->canvas);
        free(tools);
    }
}

static enum status take_tools(struct picture *picture, const struct picture *beside) {
    struct tools *tools = beside != NULL ? beside->tools : calloc(1, sizeof *tools);
    if (tools == NULL) {
        return STATUS_MEMORY;
    }
    picture->tools = tools;
    if (tools->user_count++ > 0) {
        return STATUS_OK;
    }
    return canvas_init(&tools->canvas, shader_dir(picture))
               ? labels_init(&tools->labels, shader_dir(picture))
               : STATUS_UNSUPPORTED;
}

static enum status open_all(struct picture *picture, const struct picture_desc *desc) {
    if (desc != NULL && desc->shader_dir != NULL && desc->shader_dir[0] != '\0') {
        picture->has_shader_dir = true;
        if (!str_copy(picture->shader_dir, sizeof picture->shader_dir, desc->shader_dir)) {
            return STATUS_RANGE;
        }
    }
    struct program_desc compose = field_program_desc;
    compose.shader_dir = shader_dir(picture);
    if (!program_init(&picture->compose, &compose) ||
        !heatmap_init(&picture->heatmap, shader_dir(picture)) ||
        !book_field_init(&picture->book, shader_dir(picture))) {
        return STATUS_UNSUPPORTED;
    }
    return take_tools(picture, desc != NULL ? desc->beside : NULL);
}

enum status picture_create(const struct picture_desc *desc, struct picture **out) {
    *out = NULL;
    struct picture *picture = calloc(1, sizeof *picture);
    if (picture == NULL) {
        return STATUS_MEMORY;
    }
    enum status status = open_all(picture, desc);
    if (status != STATUS_OK) {
        picture_destroy(picture);
        return status;
    }
    debug_take_counts(); /* what was made so far is not part of a frame */
    *out = picture;
    return STATUS_OK;
}

void picture_destroy(struct picture *picture) {
    if (picture == NULL) {
        return;
    }
    field_finish(&picture->fields[1]);
    field_finish(&picture->fields[0]);
    drop_tools(picture->tools);
    book_field_finish(&picture->book);
    ground_finish(&picture->ground);
    heatmap_finish(&picture->heatmap);
    program_finish(&picture->compose);
    free(picture);
}

double picture_scale_for_size(int width_px, int height_px) {
    return layout_scale_for_size(width_px, height_px);
}

struct camera_rect picture_plot_px(int width_px, int height_px, const struct settings *settings) {
    return layout_make(width_px, height_px, settings).plot;
}

static void forget_profiles(struct picture *picture) {
    for (int i = 0; i < PANES_MAX; i++) {
        picture->profiles[i].field = NULL;
    }
}

enum status picture_set_grid(struct picture *picture, uint32_t request_id,
                             const struct layers_grid *grid) {
    struct field *drawn = &picture->fields[picture->drawn];
    bool replace = drawn->used && drawn->count > 0;
    struct field *target = replace ? &picture->fields[1 - picture->drawn] : drawn;
    field_finish(target);
    picture->arriving = false;
    forget_profiles(picture);
    enum status status = field_init(target, request_id, grid);
    if (status == STATUS_OK && replace) {
        picture->arriving = true;
        picture->finished = false;
    }
    return status;
}

static void show_arriving(struct picture *picture) {
    field_finish(&picture->fields[picture->drawn]);
    picture->drawn = 1 - picture->drawn;
    picture->arriving = false;
    forget_profiles(picture);
}

bool picture_add_column(struct picture *picture, const struct layers_column *column) {
    for (int i = 0; i < 2; i++) {
        struct field *field = &picture->fields[i];
        if (!field->used || field->request_id != column->request_id) {
            continue;
        }
        const struct field_column *had =
            field->count > 0 ? field_get_column(field, column->col) : NULL;
        bool refines = column->pass >= 2 && had != NULL && had->pass > 0;
        bool taken = field_add_column(field, column);
        picture->stats.dropped_columns += !taken;
        if (i != picture->drawn) {
            /* Whole once the last column of the grid, the live one or a refinement is there; the
             * first column of a job without a coarse pass is none. */
            if (column->col == field->grid.first_col + field->grid.col_count - 1 ||
                (column->flags & LAYERS_COLUMN_OPEN) != 0 || refines || picture->finished) {
                show_arriving(picture);
            }
        }
        return taken;
    }
    picture->stats.dropped_columns++;
    return false;
}

void picture_finish_request(struct picture *picture, uint32_t request_id) {
    struct field *field = &picture->fields[1 - picture->drawn];
    if (picture->arriving && field->request_id == request_id) {
        picture->finished = true;
        if (field->count > 0) {
            show_arriving(picture);
        }
    }
}

uint32_t picture_drawn_request(const struct picture *picture) {
    const struct field *field = &picture->fields[picture->drawn];
    return field->used && field->count > 0 ? field->request_id : 0;
}

struct layers_grid picture_drawn_grid(const struct picture *picture) {
    const struct field *field = &picture->fields[picture->drawn];
    struct layers_grid grid = field->grid;
    grid.first_col = field->oldest_col;
    grid.col_count = field->used ? field->count : 0;
    return grid;
}

static void update_weights(struct field *field, const struct settings *settings) {
    float weights[LAYERS_CHANNEL_COUNT] = {0};
    for (int channel = 0; channel < LAYERS_CHANNEL_COUNT; channel++) {
        bool is_long = channel < LAYERS_BAND_COUNT;
        bool side_shown = settings->side != (is_long ? SETTINGS_SIDE_SHORT : SETTINGS_SIDE_LONG);
        bool shown = side_shown && (settings->band_hidden >> channel % LAYERS_BAND_COUNT & 1) == 0;
        weights[channel] = shown ? 1 : 0;
    }
    field_set_weights(field, weights);
}

/* What the tag at the axis shows. */
static double newest_price(const struct layer_context *context) {
    if (context->instrument != NULL && context->instrument->mark > 0) {
        return context->instrument->mark;
    }
    if (context->instrument != NULL && context->instrument->last > 0) {
        return context->instrument->last;
    }
    const struct field_column *column =
        context->field != NULL ? field_get_column(context->field, context->field->newest_col)
                               : NULL;
    return column != NULL && column->close > 0 ? column->close : 0;
}

static void fill_context(struct picture *picture, const struct picture_frame *frame,
                         const struct layout *layout, struct layer_context *context) {
    const struct field *field = &picture->fields[picture->drawn];
    bool known = frame->scene != NULL && frame->instrument >= 0 &&
                 frame->instrument < frame->scene->instrument_count;
    *context = (struct layer_context){
        .frame = frame,
        .instrument = known ? &frame->scene->instruments[frame->instrument] : NULL,
        .layout = layout,
        .theme = theme_of_palette(frame->settings.palette),
        .settings = &frame->settings,
        .field = field->used && field->count > 0 ? field : NULL,
        .scale = &picture->scale,
        .heatmap = &picture->heatmap,
        .profile = picture->profiles,
        .cluster_labels = &picture->cluster_labels,
        .bars = &picture->bars,
        .canvas = &picture->tools->canvas,
        .labels = &picture->tools->labels,
    };
    context->look =
        (struct colormap_look){.id = frame->settings.palette,
                               .certainty = frame->settings.certainty,
                               .dimmed = known && caption_is_dimmed(&context->instrument->model)};
    context->price = newest_price(context);
    struct decimal tick = known ? context->instrument->tick : (struct decimal){0};
    context->price_decimals = number_decimals_of_tick(tick.mantissa, tick.exponent, context->price);
}

static bool same_scale(const struct settings *a, const struct settings *b) {
    return a->curve == b->curve && a->side == b->side && a->band_hidden == b->band_hidden &&
           a->least_usd_per_bp == b->least_usd_per_bp &&
           a->black_usd_per_bp == b->black_usd_per_bp && a->white_usd_per_bp == b->white_usd_per_bp;
}

/* What of the scale is the user's choice, before the rest is looked for. */
static void set_scale(struct picture *picture, const struct picture_frame *frame) {
    picture->scale_frames -= picture->scale_frames > 0;
    if (!same_scale(&picture->scaled, &frame->settings)) {
        picture->scaled = frame->settings;
        picture->scale_frames = SCALE_FRAMES;
    }
    picture->scale.curve = frame->settings.curve;
    picture->scale.least_log2 = scale_log2_from_usd(frame->settings.least_usd_per_bp);
    scale_pin(&picture->scale, frame->settings.black_usd_per_bp, frame->settings.white_usd_per_bp);
}

/* Bring the field's scale, which the profile shares, and its texture to what the frame wants. */
static void update_field(struct picture *picture, const struct layer_context *context, bool shown) {
    const struct picture_frame *frame = context->frame;
    struct field *field = &picture->fields[picture->drawn];
    const enum field_mix whole[FIELD_DENSITY_MAX] = {
        frame->settings.side == SETTINGS_SIDE_NET ? FIELD_MIX_NET : FIELD_MIX_LARGER};
    static const enum field_mix apart[FIELD_DENSITY_MAX] = {FIELD_MIX_SHORT, FIELD_MIX_LONG};
    update_weights(field, &frame->settings);
    field_set_mixes(field, context->pane_count, context->pane_count > 1 ? apart : whole);
    if (!frame->again) {
        set_scale(picture, frame);
        heatmap_update_scale(&picture->heatmap, field, context->camera, frame->settled,
                             &picture->scale);
    }
    if (shown) {
        /* Columns blend into half of their neighbours. */
        field_compose(field, &picture->compose,
                      (int64_t)floor(context->camera->time_left_ms / field->grid.col_ms) - 2,
                      (int64_t)floor(context->camera->time_right_ms / field->grid.col_ms) + 2);
    }
}

static void fill_rgba(struct theme_color c, float out[4]) {
    out[0] = (float)c.r / 255;
    out[1] = (float)c.g / 255;
    out[2] = (float)c.b / 255;
    out[3] = 1;
}

/* The field's part of the frame, and the order book's, all on the GPU. */
static void draw_ground(struct picture *picture, struct layer_context *context,
                        const struct pane panes[]) {
    const struct picture_frame *frame = context->frame;
    const struct theme_color back = context->theme->background;
    bool heat = settings_shows(context->settings, SETTINGS_PART_FIELD);
    struct ground_view view = {
        .heatmap = heat ? &picture->heatmap : NULL,
        .heat = {.field = context->field,
                 .camera = context->camera,
                 .scale = &picture->scale,
                 .look = context->look,
                 .hatch_px = HATCH_PERIOD_PX * context->layout->scale,
                 .until_ms = (double)frame->now_ms},
        .book_view = {.field = context->field,
                      .camera = context->camera,
                      .light = back.r + back.g + back.b > 384,
                      .alone = !heat,
                      .banded = book_band_is_wanted(context->field, context->camera,
                                                    context->layout->scale),
                      .settled = frame->settled},
    };
    fill_rgba(back, view.background);
    update_field(picture, context, heat);
    if (settings_shows(context->settings, SETTINGS_PART_BOOK) &&
        book_field_prepare(&picture->book, &view.book_view)) {
        view.book = context->book = &picture->book;
    }
    if (picture->reload_count != picture->tools->reload_count) {
        ground_reset(&picture->ground);
    }
    picture->reload_count = picture->tools->reload_count;
    view.heat.camera = view.book_view.camera = &panes[0].camera;
    view.heat.lower = view.book_view.lower = context->pane_count > 1 ? &panes[1].camera : NULL;
    ground_draw(&picture->ground, &frame->target, &view);
}

static void clear(const struct target *target, struct theme_color c) {
    float rgba[4];
    fill_rgba(c, rgba);
    target_begin(target, TARGET_BLEND_NONE);
    target_clear(rgba);
}

static void count_frame(struct picture *picture, int shapes, int glyphs) {
    struct debug_counts counts = debug_take_counts();
    picture->stats.draw_count = counts.draw_count;
    picture->stats.bind_count = counts.bind_count;
    picture->stats.copy_count = counts.copy_count;
    picture->stats.object_count = counts.object_count;
    picture->stats.upload_bytes = counts.upload_bytes;
    picture->stats.shape_count = shapes;
    picture->stats.glyph_count = glyphs;
    picture->stats.dropped_items = picture->tools->canvas.dropped_count +
                                   picture->tools->labels.dropped_count +
                                   text_dropped_count(picture->tools->labels.text);
    picture->stats.black_usd_per_bp = scale_usd_from_log2(picture->scale.black_log2);
    picture->stats.white_usd_per_bp = scale_usd_from_log2(picture->scale.white_log2);
    picture->stats.field_arriving = picture->arriving;
    picture->stats.scale_moving = picture->scale.gliding || picture->scale_frames > 0;
}

/* The lowest and the highest price of the columns in view, and now's. False: none is known. */
static bool price_extent(const struct layer_context *context, double *low, double *high) {
    const struct field *field = context->field;
    *low = *high = context->price;
    if (field == NULL) {
        return context->price > 0;
    }
    int64_t first = (int64_t)floor(context->camera->time_left_ms / field->grid.col_ms);
    int64_t last = (int64_t)floor(context->camera->time_right_ms / field->grid.col_ms);
    first = first > field->oldest_col ? first : field->oldest_col;
    last = last < field->newest_col ? last : field->newest_col;
    for (int64_t col = first; col <= last; col++) {
        const struct field_column *column = field_get_column(field, col);
        if (column->low > 0) {
            *low = *low > 0 ? fmin(*low, column->low) : column->low;
            *high = fmax(*high, column->high);
        }
    }
    return *low > 0;
}

/* The part `rect` of a column of the layout that lies beside the pane's plot. */
static void cut_rows(struct camera_rect *rect, const struct camera_rect *plot) {
    rect->y = plot->y;
    rect->h = plot->h;
}

/* The whole plot, or shorts above longs: from the window's lowest price to the camera's top, and
 * from its bottom to the window's highest price, so that both show the price. */
static void place_panes(struct layer_context *context, struct pane panes[PANES_MAX]) {
    const struct layout *layout = context->layout;
    double low = 0;
    double high = 0;
    double gap = round(PANE_GAP_PX * layout->scale);
    double height = floor((layout->plot.h - gap) / 2);
    bool split = context->settings->split && height >= 1 && price_extent(context, &low, &high);
    context->pane_count = split ? PANES_MAX : 1;
    for (int i = 0; i < context->pane_count; i++) {
        struct pane *pane = &panes[i];
        *pane = (struct pane){*context->camera, *layout, *context->settings};
        if (!split) {
            continue;
        }
        pane->settings.side = i == 0 ? SETTINGS_SIDE_SHORT : SETTINGS_SIDE_LONG;
        pane->layout.plot.y += i == 0 ? 0 : layout->plot.h - height;
        pane->layout.plot.h = height;
        cut_rows(&pane->layout.profile, &pane->layout.plot);
        cut_rows(&pane->layout.price_axis, &pane->layout.plot);
        camera_set_plot(&pane->camera, pane->layout.plot);
        double *end = i == 0 ? &pane->camera.ln_bottom : &pane->camera.ln_top;
        double other = i == 0 ? pane->camera.ln_top : pane->camera.ln_bottom;
        double extent = log(i == 0 ? low : high);
        double margin = fabs(other - extent) * PANE_MARGIN;
        *end = i == 0 ? extent - margin : extent + margin;
        if (pane->camera.ln_top - pane->camera.ln_bottom < CAMERA_LN_SPAN_MIN) {
            pane->camera.ln_bottom = context->camera->ln_bottom; /* the price is far out of view */
            pane->camera.ln_top = context->camera->ln_top;
        }
    }
}

static void keep_plots(struct picture *picture, int count, const struct pane panes[]) {
    picture->plot_count = count;
    for (int i = 0; i < count; i++) {
        picture->plots[i] = panes[i].camera;
    }
}

/* Every layer, back to front: for each pane, or once. */
static void draw_layers(struct layer_context *context, const struct pane panes[],
                        struct profile profiles[]) {
    const struct settings *settings = context->settings;
    const struct camera *camera = context->camera;
    const struct layout *layout = context->layout;
    for (int i = 0; i < layer_count; i++) {
        const struct layer_ops *layer = &layer_table[i];
        if (layer->part != LAYER_ALWAYS &&
            !settings_shows(settings, (enum settings_part)layer->part)) {
            continue;
        }
        for (int pane = 0; pane < (layer->once ? 1 : context->pane_count); pane++) {
            context->pane = pane;
            context->camera = layer->once ? camera : &panes[pane].camera;
            context->layout = layer->once ? layout : &panes[pane].layout;
            context->settings = layer->once ? settings : &panes[pane].settings;
            context->profile = &profiles[pane];
            canvas_set_plot(context->canvas, panes[pane].layout.plot);
            layer->draw(context);
        }
    }
    context->camera = camera;
    context->layout = layout;
    context->settings = settings;
}

void picture_draw(struct picture *picture, const struct picture_frame *frame) {
    assert(frame->camera != NULL);
    const struct target *target = &frame->target;
    struct layout layout = layout_make(target->width_px, target->height_px, &frame->settings);
    struct camera camera = *frame->camera;
    camera_set_plot(&camera, layout.plot);
    struct layer_context context;
    fill_context(picture, frame, &layout, &context);
    context.camera = &camera;
    struct pane panes[PANES_MAX];
    place_panes(&context, panes);
    keep_plots(picture, context.pane_count, panes);
    bars_update(&picture->bars, context.field, &camera, BAR_PX * layout.scale);
    heatmap_set_look(&picture->heatmap, &context.look);
    clear(target, context.theme->background);
    if (context.field != NULL) {
        draw_ground(picture, &context, panes);
    }
    canvas_begin(&picture->tools->canvas, target->width_px, target->height_px);
    labels_begin(&picture->tools->labels, target->width_px, target->height_px, layout.scale,
                 frame->text_hidden);
    draw_layers(&context, panes, picture->profiles);
    int shapes = canvas_count(&picture->tools->canvas);
    int glyphs = text_glyph_count(picture->tools->labels.text);
    target_begin(target, TARGET_BLEND_ALPHA);
    canvas_draw(&picture->tools->canvas, CANVAS_PLOT, target);
    canvas_draw(&picture->tools->canvas, CANVAS_OVER, target);
    text_draw(picture->tools->labels.text, target);
    count_frame(picture, shapes, glyphs);
    picture->stats.bubbles_left_out = context.bubbles_left_out;
}

int picture_get_plots(const struct picture *picture, struct camera out[PICTURE_PLOT_MAX]) {
    for (int i = 0; i < picture->plot_count; i++) {
        out[i] = picture->plots[i];
    }
    return picture->plot_count;
}

bool picture_reload_shaders(struct picture *picture) {
    bool good = program_reload(&picture->compose);
    good = heatmap_reload(&picture->heatmap) && good;
    picture->tools->reload_count++;
    good = book_field_reload(&picture->book) && good;
    good = canvas_reload(&picture->tools->canvas) && good;
    return text_reload(picture->tools->labels.text) && good;
}

struct picture_stats picture_get_stats(const struct picture *picture) {
    return picture->stats;
}

int picture_get_text_boxes(const struct picture *picture, int count_max,
                           struct picture_text_box *out) {
    int count = 0;
    for (int i = 0; i < picture->tools->labels.count && count < count_max; i++) {
        const struct labels_box *box = &picture->tools->labels.boxes[i];
        if (box->text[0] != '\0') {
            out[count] =
                (struct picture_text_box){box->rect.x, box->rect.y, box->rect.w, box->rect.h, ""};
            str_copy(out[count].text, sizeof out[count].text, box->text);
            count++;
        }
    }
    return count;
}

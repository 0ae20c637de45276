#include "app/picture_link.h"

#include <math.h>

#include "base/log.h"
#include "density/book_column.h"

#define MARGIN_TIME      (1.0 / 3) /* of the span; on the right in the past only */
#define MARGIN_PRICE     0.5       /* of the visible height, above and below */
#define MARGIN_LEAST     0.08 /* what must be left of a margin before a new raster is asked for */
#define ZOOM_FACTOR      2.0
#define COPY_RATE_LEAST  0.3 /* of a copy: below, it is not worth the change */
#define COPY_GAIN        0.2 /* that it must be rated above what is drawn */
#define ROW_HEIGHT_LEAST 1e-4
#define BOOK_MARGIN_LN   1e-5 /* next to nothing: 0 asks for room around */
/* Around the prices of a shorter window there is less to see, and more in the prices themselves: an
 * hour gets 0.9 % on either side. */
#define PRICE_MARGIN_OF_A_DAY 0.02
#define DAY_MS                86400e3
#define COLUMNS_LEAST         256.0
#define NS_PER_MS             INT64_C(1000000)

static double span_ms(const struct camera *camera) {
    return camera->time_right_ms - camera->time_left_ms;
}

static double ln_span(const struct camera *camera) {
    return camera->ln_top - camera->ln_bottom;
}

struct layers_grid picture_link_grid(const struct camera *camera, int64_t now_ms, bool tight) {
    struct layers_grid grid = {0};
    double margin_ms = tight ? 0 : MARGIN_TIME * span_ms(camera);
    double left_ms = fmax(camera->time_left_ms - margin_ms, 0);
    double right_ms = fmin(camera->time_right_ms + margin_ms, (double)now_ms);
    right_ms = fmax(right_ms, left_ms + 1);
    double columns = fmax(camera->plot_px.w, 1) * (right_ms - left_ms) / span_ms(camera);
    columns = fmin(fmax(columns, COLUMNS_LEAST), LAYERS_COL_MAX - 1);
    grid.col_ms = layers_col_ms_for_span((int64_t)(right_ms - left_ms), (int)columns);
    grid.first_col = (int64_t)floor(left_ms / grid.col_ms);
    int64_t last_col = (int64_t)floor(right_ms / grid.col_ms);
    grid.col_count = (int32_t)(last_col - grid.first_col + 1);
    grid.col_count = grid.col_count < LAYERS_COL_MAX ? grid.col_count : LAYERS_COL_MAX;

    double ln_range = ln_span(camera) * (1 + 2 * MARGIN_PRICE);
    grid.row_height = fmax(ROW_HEIGHT_LEAST, ln_range / LAYERS_ROW_MAX);
    grid.row_count = (int32_t)fmin(ceil(ln_range / grid.row_height), LAYERS_ROW_MAX);
    grid.ln_price_min = camera->ln_bottom - ln_span(camera) * MARGIN_PRICE;
    return grid;
}

/* The stretch of time that the newest raster covers: at the live edge it moves on, and its oldest
 * columns fall out. */
static void covered_ms(const struct picture_link *link, int64_t now_ms, double *left_ms,
                       double *right_ms) {
    int64_t last = link->grid.first_col + link->grid.col_count - 1;
    int64_t end = link->last_col > last ? link->last_col : last;
    *left_ms = (double)(end - link->grid.col_count + 1) * link->grid.col_ms;
    *right_ms = link->live ? (double)now_ms : (double)(end + 1) * link->grid.col_ms;
}

static bool zoomed(double now, double then) {
    return now * ZOOM_FACTOR < then || now > then * ZOOM_FACTOR;
}

static bool serves(const struct picture_link *link, const struct camera *camera, int64_t now_ms) {
    double left_ms = 0;
    double right_ms = 0;
    double least_ms = link->asked.opened_within_window ? -HUGE_VAL : MARGIN_LEAST * span_ms(camera);
    double least_ln = MARGIN_LEAST * ln_span(camera);
    double grid_top = link->grid.ln_price_min + link->grid.row_count * link->grid.row_height;
    covered_ms(link, now_ms, &left_ms, &right_ms);
    if (zoomed(span_ms(camera), link->span_ms) || zoomed(ln_span(camera), link->ln_span)) {
        return false;
    }
    if (camera->ln_bottom < link->grid.ln_price_min + least_ln ||
        camera->ln_top > grid_top - least_ln) {
        return false;
    }
    bool left_served = camera->time_left_ms >= left_ms + least_ms;
    bool right_served = camera->time_right_ms <= right_ms - least_ms || right_ms >= (double)now_ms;
    return left_served && right_served;
}

struct picture_inputs picture_inputs_of(const struct engine *engine, const struct scene *scene,
                                        int shown, const struct settings *settings) {
    struct picture_inputs inputs = {.opened_within_window = settings->opened_within_window};
    for (int step = 0; step < scene->instrument_count; step++) {
        /* The one that is shown comes first, then the others in their order. */
        int i = step == 0 ? shown : step <= shown ? step - 1 : step;
        uint16_t instrument = scene->instruments[i].instrument;
        struct raster_input *input = &inputs.items[inputs.count];
        if (i != shown && !scene_is_added(scene, shown, i, settings->venue_hidden)) {
            continue;
        }
        input->log = engine_entry_log(engine, instrument);
        /* Left out while it is not shown: it costs the raster time. */
        input->book = settings_shows(settings, SETTINGS_PART_BOOK)
                          ? engine_book_log(engine, instrument)
                          : NULL;
        if (input->log != NULL && engine_model(engine, instrument, &input->model)) {
            inputs.count++;
        } else if (i == shown) {
            break;
        }
    }
    return inputs;
}

void picture_inputs_fit(const struct picture_inputs *inputs, struct navigator *nav, int64_t now_ms,
                        double price) {
    const struct raster_input *shown = &inputs->items[0];
    int64_t from_ms = (int64_t)nav->camera.time_left_ms;
    double low = 0, high = 0, least = 0, most = 0;
    double days = span_ms(&nav->camera) / DAY_MS;
    double margin = days < 1 ? PRICE_MARGIN_OF_A_DAY * pow(days, 0.25) : 0;
    bool known = density_price_range(shown->log, from_ms, now_ms + 1, margin, &low, &high);
    if (known && settings_show_book_alone(&nav->settings)) {
        double widest_low = low, widest_high = high;
        density_price_range(shown->log, from_ms, now_ms + 1, BOOK_MARGIN_LN, &low, &high);
        if (shown->book != NULL && book_column_reach(shown->book, &least, &most)) {
            low = fmax(fmin(low, least), widest_low);
            high = fmin(fmax(high, most), widest_high);
        }
    }
    navigator_fit(nav, low, high, price);
}

static bool same_inputs(const struct raster_request *a, const struct raster_request *b) {
    bool same = a->log == b->log && a->book == b->book && a->more_count == b->more_count &&
                a->opened_within_window == b->opened_within_window;
    for (int i = 0; same && i < a->more_count; i++) {
        same = a->more[i].log == b->more[i].log && a->more[i].book == b->more[i].book;
    }
    return same;
}

static struct raster_request request_of(const struct picture_inputs *inputs) {
    struct raster_request request = {.log = inputs->items[0].log,
                                     .book = inputs->items[0].book,
                                     .model = inputs->items[0].model,
                                     .more_count = inputs->count - 1,
                                     .opened_within_window = inputs->opened_within_window};
    for (int i = 1; i < inputs->count; i++) {
        request.more[i - 1] = inputs->items[i];
    }
    return request;
}

static uint32_t next_id(const struct picture_link *link) {
    return link->request_id + 1 != 0 ? link->request_id + 1 : 1;
}

/* How well the picture shows what the camera sees; 0: nothing of it. */
static double drawn_rate(const struct picture_link *link, const struct camera *camera,
                         int64_t now_ms) {
    struct layers_grid drawn = picture_drawn_grid(link->picture);
    return drawn.col_count > 0
               ? raster_cache_rate(&drawn, drawn.first_col, drawn.first_col + drawn.col_count,
                                   camera, now_ms)
               : 0;
}

/* A copy of what was seen before that is better than to stretch what is drawn; where that shows
 * nothing, any is. rate 0: there is none. */
static struct raster_cache_copy find_copy(struct picture_link *link,
                                          const struct raster_request *request,
                                          const struct camera *camera, int64_t now_ms) {
    struct raster_cache_copy copy = {.rate = 0};
    if (link->cache == NULL) {
        return copy;
    }
    double drawn = drawn_rate(link, camera, now_ms);
    double own = same_inputs(&link->asked, request) ? drawn : 0; /* of what is wanted */
    copy = raster_cache_find(link->cache, request, camera, now_ms);
    if (drawn > 0 && (copy.rate < COPY_RATE_LEAST || copy.rate < own + COPY_GAIN)) {
        copy.rate = 0;
    }
    return copy;
}

static void show_copy(struct picture_link *link, const struct raster_cache_copy *copy) {
    uint32_t id = next_id(link);
    if (picture_set_grid(link->picture, id, &copy->grid) != STATUS_OK) {
        return;
    }
    for (int i = 0; i < copy->grid.col_count; i++) {
        struct layers_column *column = raster_cache_column(link->cache, copy, i);
        column->request_id = id;
        picture_add_column(link->picture, column);
    }
    link->request_id = id;
    link->copy_count++;
    LOG_DEBUG("picture: a copy of %d columns x %d rows in between", copy->grid.col_count,
              copy->grid.row_count);
}

/* held: only if nothing of what the camera sees is drawn, but a copy has it. The picture then has
 * no room for the columns that are on their way, so that their raster is asked for once more. */
static bool plan(struct picture_link *link, const struct picture_inputs *inputs,
                 const struct camera *camera, int64_t now_ms, bool held,
                 struct raster_request *request) {
    struct raster_request wanted = request_of(inputs);
    struct raster_cache_copy copy = {.rate = 0};
    if (drawn_rate(link, camera, now_ms) <= 0) {
        copy = find_copy(link, &wanted, camera, now_ms);
    }
    if (copy.rate <= 0) {
        bool first = link->request_id == 0 || !same_inputs(&link->asked, &wanted);
        if (held || (!first && serves(link, camera, now_ms))) {
            return false;
        }
        copy = find_copy(link, &wanted, camera, now_ms);
    }
    if (copy.rate > 0) {
        show_copy(link, &copy);
    }
    wanted.grid = picture_link_grid(camera, now_ms, inputs->opened_within_window);
    const struct layers_grid *grid = &wanted.grid;
    wanted.request_id = next_id(link);
    enum status status = picture_set_grid(link->picture, wanted.request_id, grid);
    if (status != STATUS_OK) {
        LOG_WARN("picture: raster of %d x %d texels refused: %s; the old one stays",
                 grid->col_count, grid->row_count, status_text(status));
        return false;
    }
    LOG_DEBUG("picture: raster %u asked: %d columns of %d ms, %d rows of %.2f bp",
              wanted.request_id, grid->col_count, grid->col_ms, grid->row_count,
              grid->row_height * 1e4);
    link->request_id = wanted.request_id;
    link->grid = *grid;
    link->last_col = grid->first_col;
    link->span_ms = span_ms(camera);
    link->ln_span = ln_span(camera);
    link->live = (grid->first_col + grid->col_count) * grid->col_ms >= now_ms;
    link->asked = *request = wanted;
    if (link->cache != NULL) {
        raster_cache_begin(link->cache, link, request);
    }
    return true;
}

bool picture_link_plan(struct picture_link *link, const struct picture_inputs *inputs,
                       const struct camera *camera, int64_t now_ms,
                       struct raster_request *request) {
    return plan(link, inputs, camera, now_ms, false, request);
}

void picture_link_update(struct picture_link *link, const struct picture_inputs *inputs,
                         const struct camera *camera, int64_t now_ms, int64_t mono_ns) {
    struct raster_request request;
    bool held = mono_ns - link->asked_ns < PICTURE_LINK_ASK_MS * NS_PER_MS;
    if (plan(link, inputs, camera, now_ms, held, &request)) {
        link->asked_ns = mono_ns;
        raster_worker_request(link->worker, &request);
    }
}

void picture_link_add(struct picture_link *link, const struct layers_column *column) {
    if (column->request_id == link->request_id) {
        picture_add_column(link->picture, column);
        if (link->cache != NULL) {
            raster_cache_add(link->cache, link, column);
        }
        link->last_col = column->col > link->last_col ? column->col : link->last_col;
    }
}

void picture_link_finish(struct picture_link *link) {
    link->finished_id = link->request_id;
    picture_finish_request(link->picture, link->request_id);
    if (link->cache != NULL) {
        raster_cache_finish(link->cache, link);
    }
}

int picture_link_drain(struct picture_link *link) {
    struct raster_worker_stats stats;
    int count = 0;
    /* Before the columns are taken: what is done by now has all of them in the ring. */
    raster_worker_get_stats(link->worker, &stats);
    while (count < PICTURE_LINK_DRAIN_COLUMNS) {
        const struct layers_column *column = raster_worker_column_begin(link->worker);
        if (column == NULL) {
            break;
        }
        picture_link_add(link, column);
        raster_worker_column_end(link->worker);
        count++;
    }
    bool drained = count < PICTURE_LINK_DRAIN_COLUMNS;
    if (drained && stats.done_request_id == link->request_id && picture_link_arriving(link)) {
        picture_link_finish(link);
    }
    return count;
}

bool picture_link_arriving(const struct picture_link *link) {
    return link->finished_id != link->request_id;
}

/* score/truth.c - snapshots of maps and positions, and how alike they are. */
#include "score/truth.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/math.h"
#include "score/score.h"

enum { POSITIONS_FIRST = 1024 };

struct truth_position {
    float liquidation_price, qty_base;
    uint32_t side;
};

struct truth_maps { /* USD by cell */
    float usd[SCORE_MODEL_COUNT][MODEL_SIDE_COUNT][TRUTH_CELLS];
};

struct truth_snapshot {
    int64_t number;          /* ts / TRUTH_EVERY_MS */
    double mark;             /* 0: no map was taken */
    struct truth_maps *maps; /* owned; NULL: none */
    size_t position_count, position_max;
    struct truth_position *positions; /* owned */
};

struct truth {
    const struct score *score; /* borrowed: the first that called; compared, never followed */
    int64_t taken;             /* number of the newest snapshot whose maps were taken */
    int count;
    struct truth_snapshot snapshots[TRUTH_SNAPSHOT_MAX]; /* by number */
    size_t position_count;
    bool header_seen;
    uint64_t spans, snapshots_lost, positions_lost;
    float bins[ESTIMATOR_BIN_COUNT]; /* one read-out */
};

struct truth *truth_create(void) {
    struct truth *truth = calloc(1, sizeof(*truth));
    if (truth != NULL) {
        truth->taken = INT64_MIN;
    }
    return truth;
}

void truth_destroy(struct truth *truth) {
    if (truth != NULL) {
        for (int i = 0; i < truth->count; i++) {
            free(truth->snapshots[i].maps);
            free(truth->snapshots[i].positions);
        }
        free(truth);
    }
}

bool truth_take_header(struct truth *truth) {
    bool seen = truth->header_seen;
    truth->header_seen = true;
    return seen;
}

static struct truth_snapshot *snapshot_of(struct truth *truth, int64_t number) {
    int at = truth->count;
    while (at > 0 && truth->snapshots[at - 1].number > number) {
        at--;
    }
    if (at > 0 && truth->snapshots[at - 1].number == number) {
        return &truth->snapshots[at - 1];
    }
    if (truth->count == TRUTH_SNAPSHOT_MAX) {
        truth->snapshots_lost++;
        return NULL;
    }
    memmove(&truth->snapshots[at + 1], &truth->snapshots[at],
            sizeof(truth->snapshots[0]) * (size_t)(truth->count - at));
    truth->count++;
    truth->snapshots[at] = (struct truth_snapshot){.number = number};
    return &truth->snapshots[at];
}

static bool grow_positions(struct truth_snapshot *snapshot) {
    size_t wanted = snapshot->position_max == 0 ? POSITIONS_FIRST : 2 * snapshot->position_max;
    struct truth_position *grown =
        realloc(snapshot->positions, wanted * sizeof(*snapshot->positions));
    if (grown == NULL) {
        return false;
    }
    snapshot->positions = grown;
    snapshot->position_max = wanted;
    return true;
}

void truth_add_span(struct truth *truth, const struct truth_span *span) {
    truth->spans++;
    if (span->stop_first || !(span->liquidation_price > 0) || !(span->qty_base > 0)) {
        return;
    }
    int64_t first = (span->from_ms + TRUTH_EVERY_MS - 1) / TRUTH_EVERY_MS;
    for (int64_t number = first; number * TRUTH_EVERY_MS < span->to_ms; number++) {
        struct truth_snapshot *snapshot = snapshot_of(truth, number);
        if (snapshot == NULL) {
            return;
        }
        bool full =
            truth->position_count == TRUTH_POSITIONS_MAX ||
            (snapshot->position_count == snapshot->position_max && !grow_positions(snapshot));
        if (full) {
            truth->positions_lost++;
            continue;
        }
        snapshot->positions[snapshot->position_count++] =
            (struct truth_position){.liquidation_price = (float)span->liquidation_price,
                                    .qty_base = (float)span->qty_base,
                                    .side = (uint32_t)span->side};
        truth->position_count++;
    }
}

/* -- maps -- */

/* The cell of a distance; TRUTH_CELLS: beyond the last one. distance >= 0. */
static int cell_of(double distance) {
    if (distance < TRUTH_NEAR) {
        int cell = (int)(distance / TRUTH_NEAR_CELL);
        return cell < TRUTH_NEAR_CELLS ? cell : TRUTH_NEAR_CELLS - 1;
    }
    double place = (distance - TRUTH_NEAR) / TRUTH_FAR_CELL;
    return place < TRUTH_FAR_CELLS ? TRUTH_NEAR_CELLS + (int)place : TRUTH_CELLS;
}

static double cell_begin(int cell) {
    return cell < TRUTH_NEAR_CELLS ? cell * TRUTH_NEAR_CELL
                                   : TRUTH_NEAR + (cell - TRUTH_NEAR_CELLS) * TRUTH_FAR_CELL;
}

/* Spread usd, even over distances [from, to), over cells. */
static void spread(double from, double to, double usd, float cells[TRUTH_CELLS]) {
    double whole = to - from;
    from = from > 0 ? from : 0;
    while (from < to) {
        int cell = cell_of(from);
        if (cell >= TRUTH_CELLS) {
            return;
        }
        double end = cell_begin(cell + 1);
        end = end < to ? end : to;
        if (!(end > from)) {
            end = from + 1e-9; /* a border that rounding puts on its near side */
        }
        cells[cell] += (float)(usd * (end - from) / whole);
        from = end;
    }
}

static void read_cells(struct truth *truth, struct score *score, const struct estimator *estimator,
                       enum score_model model, int side, float cells[TRUTH_CELLS]) {
    double width = estimator_bin_width(estimator), z = estimator_mark_z(estimator);
    int32_t reach = (int32_t)(TRUTH_FAR / width) + 2;
    int32_t mark_bin = (int32_t)math_clamp(floor(z / width), -1e9, 1e9);
    int32_t first = side == MODEL_LONG ? mark_bin - reach : mark_bin;
    int32_t count = reach + 1 < ESTIMATOR_BIN_COUNT ? reach + 1 : ESTIMATOR_BIN_COUNT;
    score_read_map(score, estimator, model, side, first, count, truth->bins);
    for (int32_t i = 0; i < count; i++) {
        double low = (first + i) * width - z, high = low + width;
        if (side == MODEL_LONG) {
            spread(-high, -low, (double)truth->bins[i], cells);
        } else {
            spread(low, high, (double)truth->bins[i], cells);
        }
    }
}

void truth_take_maps(struct truth *truth, struct score *score, const struct estimator *estimator,
                     int64_t ts_ms) {
    int64_t number = ts_ms / TRUTH_EVERY_MS;
    truth->score = truth->score == NULL ? score : truth->score;
    if (number <= truth->taken || score != truth->score) {
        return;
    }
    bool due = truth->taken != INT64_MIN && ts_ms - number * TRUTH_EVERY_MS < SCORE_ROW_MS_MAX;
    truth->taken = number;
    struct truth_snapshot *snapshot = due ? snapshot_of(truth, number) : NULL;
    if (snapshot == NULL) {
        return; /* the first row, or silence when it was due */
    }
    snapshot->maps = calloc(1, sizeof(*snapshot->maps));
    if (snapshot->maps == NULL) {
        truth->snapshots_lost++;
        return;
    }
    snapshot->mark = math_exp(estimator_mark_z(estimator) + estimator_phi(estimator));
    for (int model = 0; model < SCORE_MODEL_COUNT; model++) {
        for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
            read_cells(truth, score, estimator, (enum score_model)model, side,
                       snapshot->maps->usd[model][side]);
        }
    }
}

/* -- comparison -- */

/* Dollars of every stride-th position from first on, by side and cell. */
static void sum_positions(const struct truth_snapshot *snapshot, size_t first, size_t stride,
                          double out[MODEL_SIDE_COUNT][TRUTH_CELLS]) {
    memset(out, 0, sizeof(double) * MODEL_SIDE_COUNT * TRUTH_CELLS);
    for (size_t i = first; i < snapshot->position_count; i += stride) {
        const struct truth_position *position = &snapshot->positions[i];
        double price = (double)position->liquidation_price;
        double up = math_log(price / snapshot->mark);
        double distance = position->side == MODEL_LONG ? -up : up;
        int cell = distance >= 0 ? cell_of(distance) : TRUTH_CELLS;
        if (cell < TRUTH_CELLS) {
            out[position->side][cell] += price * (double)position->qty_base;
        }
    }
}

struct likeness {
    double count, overlap, r_count, r, w1_bp, map_usd, truth_usd;
};

static void compare(int count, const double map[], const double real[], double cell_bp,
                    struct likeness *out) {
    double map_sum = 0, real_sum = 0, overlap = 0, w1 = 0, map_done = 0, real_done = 0;
    double mm = 0, tt = 0, mt = 0, even = 1.0 / count;
    for (int i = 0; i < count; i++) {
        map_sum += map[i];
        real_sum += real[i];
    }
    out->map_usd += map_sum;
    out->truth_usd += real_sum;
    if (!(map_sum > 0) || !(real_sum > 0)) {
        return;
    }
    for (int i = 0; i < count; i++) {
        double m = map[i] / map_sum, t = real[i] / real_sum;
        overlap += m < t ? m : t;
        map_done += m;
        real_done += t;
        w1 += fabs(map_done - real_done) * cell_bp;
        mm += (m - even) * (m - even);
        tt += (t - even) * (t - even);
        mt += (m - even) * (t - even);
    }
    out->count += 1;
    out->overlap += overlap;
    out->w1_bp += w1;
    if (mm > 0 && tt > 0) {
        out->r_count += 1;
        out->r += mt / sqrt(mm * tt);
    }
}

bool truth_is_of(const struct truth *truth, const struct score *score) {
    return truth->score == score;
}

static struct truth_figures figures_of(const struct likeness *likeness) {
    struct truth_figures out = {0};
    if (likeness->count > 0) {
        out.overlap = likeness->overlap / likeness->count;
        out.w1_bp = likeness->w1_bp / likeness->count;
    }
    out.r = likeness->r_count > 0 ? likeness->r / likeness->r_count : 0;
    out.mass = likeness->truth_usd > 0 ? likeness->map_usd / likeness->truth_usd : 0;
    return out;
}

struct comparison {
    struct likeness near[SCORE_MODEL_COUNT], far[SCORE_MODEL_COUNT];
    struct likeness near_halves, far_halves;
};

static void compare_cells(const double map[TRUTH_CELLS], const double real[TRUTH_CELLS],
                          struct likeness *near, struct likeness *far) {
    compare(TRUTH_NEAR_CELLS, map, real, TRUTH_NEAR_CELL * 1e4, near);
    compare(TRUTH_FAR_CELLS, map + TRUTH_NEAR_CELLS, real + TRUTH_NEAR_CELLS, TRUTH_FAR_CELL * 1e4,
            far);
}

static void compare_snapshot(const struct truth_snapshot *snapshot, struct comparison *out) {
    double real[MODEL_SIDE_COUNT][TRUTH_CELLS], map[TRUTH_CELLS];
    double halves[2][MODEL_SIDE_COUNT][TRUTH_CELLS];
    sum_positions(snapshot, 0, 1, real);
    sum_positions(snapshot, 0, 2, halves[0]);
    sum_positions(snapshot, 1, 2, halves[1]);
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        for (int model = 0; model < SCORE_MODEL_COUNT; model++) {
            for (int cell = 0; cell < TRUTH_CELLS; cell++) {
                map[cell] = (double)snapshot->maps->usd[model][side][cell];
            }
            compare_cells(map, real[side], &out->near[model], &out->far[model]);
        }
        compare_cells(halves[0][side], halves[1][side], &out->near_halves, &out->far_halves);
    }
}

static double attainable_r(const struct likeness *halves) {
    double r = figures_of(halves).r;
    return r > 0 ? sqrt(2 * r / (1 + r)) : 0;
}

void truth_measure(const struct truth *truth, int64_t first_ms, int64_t last_ms,
                   struct truth_report *out) {
    struct comparison sum;
    memset(&sum, 0, sizeof(sum));
    *out = (struct truth_report){.spans = truth->spans,
                                 .snapshots_lost = truth->snapshots_lost,
                                 .positions_lost = truth->positions_lost};
    for (int i = 0; i < truth->count; i++) {
        const struct truth_snapshot *snapshot = &truth->snapshots[i];
        int64_t ts_ms = snapshot->number * TRUTH_EVERY_MS;
        if (snapshot->maps == NULL || snapshot->position_count == 0 || ts_ms < first_ms ||
            ts_ms > last_ms) {
            continue;
        }
        out->snapshots++;
        out->positions += (double)snapshot->position_count;
        compare_snapshot(snapshot, &sum);
    }
    out->positions = out->snapshots > 0 ? out->positions / out->snapshots : 0;
    for (int model = 0; model < SCORE_MODEL_COUNT; model++) {
        out->near[model] = figures_of(&sum.near[model]);
        out->far[model] = figures_of(&sum.far[model]);
    }
    out->near_r_attainable = attainable_r(&sum.near_halves);
    out->far_r_attainable = attainable_r(&sum.far_halves);
}

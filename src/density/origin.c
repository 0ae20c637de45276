/* density/origin.c - the ledger of one price range.
 *
 * The estimate is linear in its entries.  With e an entry of base[s] coin (source s) in the row
 * that ends at t_e, j a distance and k a bin, what is read out at T is
 *
 *     usd = price_k x bound_T x sum over e, j, s of
 *           base_e[s] x tap_e[j, k] x rho_T[j, s] x exp(-hazard[j, s] (T - t_e)) x left_k(t_e, T)
 *
 * tap being the share of the entry that distance j lays into bin k, rho the weights in force at T,
 * bound the open-interest bound (one factor a side) and left the share of the bin that no mark has
 * taken since: the product of 1 - share over the sweeps of the bin.  So each term tells when and at
 * which price its positions were opened, and the terms add up to the read-out.
 *
 * The replay is an estimator's own, watched: it says which taps it laid down (with its phases, its
 * refusals and what the mark had passed already) and which share of which bin a sweep took.  Ageing
 * and weights are known beforehand, T being fixed, so they are in a term from the start; sweeps
 * come later: a ledger a bin is divided by the share left when a term goes in and multiplied by the
 * one at the end.  A bin that is taken whole, or falls off the map, begins anew.
 *
 * Terms are kept by slots of opening time and of entry price, which density/origin_slots lays
 * together into the buckets of the answer.  A row that is longer than a slot is spread evenly.
 *
 * Cost: one replay of the side that is asked for.  The newest half day at 1 s rows, two days at 10
 * s, before that 1 min for MONTH_DAYS days and hours beyond: a month takes some hundreds of
 * milliseconds of one core (tests/bench/bench_raster why).  The engine applied every second once:
 * rows that are sums of finer ones cost a tolerance, as in a raster (tests/unit/test_origin.c).
 *
 * Wrong where the estimate is: model/estimator.c. */
#include "density/origin.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/floor.h"
#include "base/math.h"
#include "density/origin_slots.h"

#define HOUR_MS INT64_C(3600000)
#define DAY_MS  (24 * HOUR_MS)
/* What coarser rows may miss or add; more is something else and stays to be seen. */
#define SCALED_MOST 0.02
enum { MONTH_DAYS = 31, STOP_EVERY_ROWS = 256 };

struct ledger {  /* of one bin; USD as of T but for the bound and for left */
    double left; /* share that no mark has taken since the terms went in: (0, 1] */
    bool used;
    double time_usd[ORIGIN_SLOT_MAX], price_usd[ORIGIN_SLOT_MAX];
    double bands_usd[DISTANCE_BAND_COUNT];
};

/* Where one input ends: what has to be known before its replay. */
struct origin_end {
    int64_t at_ms;      /* what the log had told when it was looked at, or less */
    int64_t row_end_ms; /* of the newest row until then; INT64_MIN: none has a mark */
    double z, phi;      /* of its mark */
    uint32_t weights;
};

struct origin {
    struct ledger *ledgers; /* owned, ORIGIN_BIN_MAX */
    const struct origin_request *request;
    int side;

    /* -- of the input at hand -- */
    const struct estimator *estimator;
    struct origin_end end;
    double basis; /* ln of its mark over the first one's, at the end */
    int32_t first_bin, bin_count;
    double bin_usd[ORIGIN_BIN_MAX]; /* USD of a coin in the bin, times the range's share of it */
    float rho[CLASS_LANES];
    uint8_t band_of_distance[DISTANCE_MAX];
    /* Of the row at hand: its slots of time, and rho x what age has left, by distance, where a tap
     * has asked for it. */
    uint64_t row_number;
    int64_t row_begin_ms;
    int time_from, time_to;
    uint64_t kept_row[DISTANCE_MAX];
    double kept[DISTANCE_MAX][CLASS_SOURCES];

    /* -- over all inputs -- */
    struct origin_slots slots;
    double bands_usd[DISTANCE_BAND_COUNT];
    double usd;
};

struct origin *origin_create(void) {
    struct origin *origin = calloc(1, sizeof(*origin));
    if (origin != NULL) {
        origin->ledgers = calloc(ORIGIN_BIN_MAX, sizeof(*origin->ledgers));
    }
    if (origin == NULL || origin->ledgers == NULL) {
        origin_destroy(origin);
        return NULL;
    }
    return origin;
}

void origin_destroy(struct origin *origin) {
    if (origin != NULL) {
        free(origin->ledgers);
        free(origin);
    }
}

/* -- the walk through a log -- */

/* How fine the rows are at a time: older ones matter less and are more. */
struct walk {
    struct entry_cursor cursor;
    int64_t at_ms;
    bool finest;
};

static int64_t until_of_level(const struct walk *walk, enum entry_level_id level) {
    static const int64_t age_ms[ENTRY_LEVEL_COUNT] = {
        [ENTRY_LEVEL_10S] = 12 * HOUR_MS,
        [ENTRY_LEVEL_1MIN] = 2 * DAY_MS,
        [ENTRY_LEVEL_5MIN] = MONTH_DAYS * DAY_MS,
        [ENTRY_LEVEL_1H] = MONTH_DAYS * DAY_MS,
    };
    if (level == ENTRY_LEVEL_1S) {
        return walk->at_ms;
    }
    return walk->finest ? INT64_MIN : floor_to(walk->at_ms - age_ms[level], HOUR_MS);
}

static int64_t told_until_ms(const struct origin_request *request, const struct entry_log *log) {
    int64_t until_ms = entry_log_until_ms(log);
    return request->range.at_ms < until_ms ? request->range.at_ms : until_ms;
}

static void walk_begin(struct walk *walk, const struct origin_request *request,
                       const struct entry_log *log, int64_t at_ms) {
    int64_t from_ms = entry_log_first_ms(log);
    from_ms = request->from_ms > from_ms ? request->from_ms : floor_to(from_ms, HOUR_MS);
    *walk = (struct walk){.at_ms = at_ms, .finest = request->finest};
    entry_cursor_init(&walk->cursor, log, ENTRY_LEVEL_1H, from_ms);
}

/* The next row; call between entry_log_read_begin and _end. NULL: no more. */
static const struct entry_row *walk_next(struct walk *walk) {
    for (int level = ENTRY_LEVEL_COUNT - 1; level >= 0; level--) {
        int64_t until_ms = until_of_level(walk, (enum entry_level_id)level);
        if (walk->cursor.t_ms < until_ms) {
            walk->cursor.level = (enum entry_level_id)level;
            const struct entry_row *row = entry_cursor_next(&walk->cursor, until_ms);
            if (row != NULL) {
                return row;
            }
        }
    }
    return NULL;
}

/* -- before the replay: where it ends, and which prices it passes -- */

static void find_end(const struct origin_request *request, const struct entry_log *log,
                     struct origin_end *end, struct origin_reach *reach) {
    struct walk walk;
    const struct entry_row *row = NULL;
    *end = (struct origin_end){.at_ms = told_until_ms(request, log), .row_end_ms = INT64_MIN};
    walk_begin(&walk, request, log, end->at_ms);
    entry_log_read_begin(log);
    while ((row = walk_next(&walk)) != NULL) {
        reach->first_ms = row->begin_ms < reach->first_ms ? row->begin_ms : reach->first_ms;
        end->weights = row->weights;
        end->row_end_ms = end->row_end_ms != INT64_MIN ? row->end_ms : INT64_MIN;
        if ((row->flags & ENTRY_ROW_HAS_MARK) != 0) {
            end->row_end_ms = row->end_ms;
            end->z = row->z_close;
            end->phi = row->phi;
            reach->ln_low = fmin(reach->ln_low, row->z_low + row->phi);
            reach->ln_high = fmax(reach->ln_high, row->z_high + row->phi);
        }
    }
    entry_log_read_end(log);
}

/* -- the ledger -- */

static void ledger_clear(struct ledger *ledger) {
    if (ledger->used) {
        memset(ledger, 0, sizeof(*ledger));
    }
    ledger->left = 1;
}

static void ledger_scale(struct ledger *ledger, double factor) {
    for (int i = 0; i < ORIGIN_SLOT_MAX; i++) {
        ledger->time_usd[i] *= factor;
        ledger->price_usd[i] *= factor;
    }
    for (int band = 0; band < DISTANCE_BAND_COUNT; band++) {
        ledger->bands_usd[band] *= factor;
    }
}

static void take_swept(void *user, const struct estimator_swept *swept) {
    struct origin *origin = user;
    int64_t place = (int64_t)swept->bin - origin->first_bin;
    if (swept->side != origin->side || place < 0 || place >= origin->bin_count) {
        return;
    }
    struct ledger *ledger = &origin->ledgers[place];
    if (swept->share >= 1) {
        ledger_clear(ledger);
        return;
    }
    ledger->left *= 1 - (double)swept->share;
    if (ledger->left < 1e-6) { /* long before the division loses anything */
        ledger_scale(ledger, ledger->left);
        ledger->left = 1;
    }
}

/* What is outside the map now has lost everything. */
static void drop_outside(struct origin *origin) {
    int32_t first = 0, count = 0;
    estimator_bin_range(origin->estimator, &first, &count);
    int64_t begin = (int64_t)first - origin->first_bin, end = begin + count;
    for (int64_t k = 0; k < origin->bin_count && (begin > 0 || end < origin->bin_count); k++) {
        if (k < begin || k >= end) {
            ledger_clear(&origin->ledgers[k]);
        }
    }
}

/* The row's time is spread evenly over its slots. */
static void add_time(struct origin *origin, struct ledger *ledger, const struct entry_row *row,
                     double usd) {
    if (origin->time_from == origin->time_to) {
        ledger->time_usd[origin->time_from] += usd;
        return;
    }
    double length = (double)(row->end_ms - row->begin_ms), told = 0;
    for (int slot = origin->time_from; slot < origin->time_to; slot++) {
        int64_t end_ms = (origin->slots.time_first + slot + 1) * origin->slots.time_ms;
        double until = (double)(end_ms - row->begin_ms) / length;
        ledger->time_usd[slot] += usd * (until - told);
        told = until;
    }
    ledger->time_usd[origin->time_to] += usd * (1 - told);
}

static void begin_row(struct origin *origin, const struct entry_row *row) {
    origin->row_begin_ms = row->begin_ms;
    origin->time_from = origin_slots_time(&origin->slots, row->begin_ms);
    origin->time_to = origin_slots_time(&origin->slots, row->end_ms - 1);
    origin->row_number++;
}

/* What is left at the end of a coin of the row, a source each, under the weights in force. */
static const double *kept_of(struct origin *origin, const struct entry_row *row, int distance) {
    double *kept = origin->kept[distance];
    if (origin->kept_row[distance] != origin->row_number) {
        origin->kept_row[distance] = origin->row_number;
        int64_t age_ms = origin->end.row_end_ms - row->end_ms;
        for (int source = 0; source < ENTRY_SOURCE_COUNT; source++) {
            int lane = distance * CLASS_SOURCES + source;
            kept[source] =
                origin->rho[lane] > 0
                    ? (double)origin->rho[lane] * estimator_kept(origin->estimator, lane, age_ms)
                    : 0;
        }
    }
    return kept;
}

static int tap_from(const struct distance_taps *taps, int64_t reach) {
    int low = 0, high = taps->count;
    while (low < high) {
        int middle = (low + high) / 2;
        if (abs(taps->taps[middle].dk) < reach) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static void take_laid(void *user, const struct estimator_laid *laid) {
    struct origin *origin = user;
    const struct entry_deposit *deposit = laid->deposit;
    bool down = laid->side == MODEL_LONG;
    /* Bins between the entry and the range's near and far ends. */
    int64_t first = (int64_t)origin->first_bin - deposit->bin, last = first + origin->bin_count - 1;
    int64_t near = down ? -last : first, far = down ? -first : last;
    near = near > laid->skip_bins ? near : laid->skip_bins;
    if (laid->side != origin->side || far < near) {
        return;
    }
    int32_t map_first = 0, map_count = 0;
    estimator_bin_range(origin->estimator, &map_first, &map_count);
    if (laid->row->begin_ms != origin->row_begin_ms) {
        begin_row(origin, laid->row);
    }
    double ln_price = ((double)deposit->bin + 0.5) * estimator_bin_width(origin->estimator) +
                      laid->row->phi - origin->basis;
    int price_slot = origin_slots_price(&origin->slots, ln_price);
    for (int i = tap_from(laid->taps, near); i < laid->taps->count; i++) {
        const struct distance_tap *tap = &laid->taps->taps[i];
        int64_t bin = (int64_t)deposit->bin + tap->dk;
        if (abs(tap->dk) > far) {
            break;
        }
        if (bin < map_first || bin >= (int64_t)map_first + map_count) {
            continue;
        }
        double base = 0;
        int distance = tap->lane / CLASS_SOURCES;
        const double *kept = kept_of(origin, laid->row, distance);
        for (int source = 0; source < ENTRY_SOURCE_COUNT; source++) {
            base += (double)deposit->base[source] * kept[source];
        }
        int64_t k = bin - origin->first_bin;
        struct ledger *ledger = &origin->ledgers[k];
        double usd = base * (double)tap->weight * origin->bin_usd[k] / ledger->left;
        ledger->used = true;
        add_time(origin, ledger, laid->row, usd);
        ledger->price_usd[price_slot] += usd;
        ledger->bands_usd[origin->band_of_distance[distance]] += usd;
    }
}

/* -- one input -- */

/* The bins under the range, and what a coin in each of them counts: its price, times the share of
 * the bin that is in the range, of what lies on the side's side of the mark (density/profile.c). */
static bool set_bins(struct origin *origin, double near, double far) {
    double width = estimator_bin_width(origin->estimator);
    bool down = origin->side == MODEL_LONG;
    double low = origin->end.z + (down ? -far : near), high = origin->end.z + (down ? -near : far);
    double first = floor(low / width), last = ceil(high / width) - 1;
    last = last < first ? first : last;
    if (!(last - first < ORIGIN_BIN_MAX) || !(fabs(first) < 1e9)) {
        return false;
    }
    origin->first_bin = (int32_t)first;
    origin->bin_count = (int32_t)(last - first) + 1;
    for (int32_t k = 0; k < origin->bin_count; k++) {
        double bin_low = (first + k) * width - origin->end.z, bin_high = bin_low + width;
        double from = fmax(down ? -bin_high : bin_low, 0), to = fmax(down ? -bin_low : bin_high, 0);
        double inside = fmin(to, far) - fmax(from, near);
        double share = to > from && inside > 0 ? inside / (to - from) : 0;
        origin->bin_usd[k] = share * math_exp((first + k + 0.5) * width + origin->end.phi);
        ledger_clear(&origin->ledgers[k]);
    }
    return true;
}

static void set_weights(struct origin *origin, const struct estimator *estimator) {
    const struct distance_ladder *ladder = estimator_ladder(estimator);
    memcpy(origin->rho, estimator_weights(estimator)->rho, sizeof(origin->rho));
    memset(origin->band_of_distance, 0, sizeof(origin->band_of_distance));
    for (int j = 0; j < ladder->count; j++) {
        origin->band_of_distance[j] = (uint8_t)ladder->cells[j].band;
    }
    memset(origin->kept_row, 0, sizeof(origin->kept_row));
    origin->row_number = 0;
    origin->row_begin_ms = INT64_MIN;
}

static enum status replay(struct origin *origin, struct estimator *estimator,
                          const struct entry_log *log) {
    const struct origin_request *request = origin->request;
    struct walk walk;
    const struct entry_row *row = NULL;
    int rows = 0;
    walk_begin(&walk, request, log, origin->end.at_ms);
    do {
        entry_log_read_begin(log);
        row = walk_next(&walk);
        if (row != NULL) {
            estimator_use_weights(estimator, log, row->weights);
            estimator_apply_row(estimator, row, entry_log_deposits(log, row), NULL);
            drop_outside(origin);
        }
        entry_log_read_end(log);
        if (++rows % STOP_EVERY_ROWS == 0 && request->stop != NULL &&
            request->stop(request->user)) {
            return STATUS_CANCELLED;
        }
    } while (row != NULL);
    return STATUS_OK;
}

/* Put the ledgers together under the bound of the end. */
static void collect(struct origin *origin) {
    struct estimator_totals totals;
    estimator_read_totals(origin->estimator, &totals);
    double bound = totals.oi_bound[origin->side];
    for (int32_t k = 0; k < origin->bin_count; k++) {
        const struct ledger *ledger = &origin->ledgers[k];
        double factor = ledger->left * bound;
        for (int i = 0; ledger->used && i < ORIGIN_SLOT_MAX; i++) {
            origin->slots.time_usd[i] += ledger->time_usd[i] * factor;
            origin->slots.price_usd[i] += ledger->price_usd[i] * factor;
        }
        for (int band = 0; band < DISTANCE_BAND_COUNT; band++) {
            origin->bands_usd[band] += ledger->bands_usd[band] * factor;
            origin->usd += ledger->bands_usd[band] * factor;
        }
    }
}

static enum status run_input(struct origin *origin, const struct raster_input *input, double near,
                             double far) {
    struct estimator_desc model = input->model;
    model.evidence = false;
    model.blind[MODEL_LONG + MODEL_SHORT - origin->side] = true;
    struct estimator *estimator = estimator_create(&model);
    if (estimator == NULL) {
        return STATUS_MEMORY;
    }
    origin->estimator = estimator;
    estimator_use_weights(estimator, input->log, origin->end.weights);
    set_weights(origin, estimator);
    enum status status = set_bins(origin, near, far) ? STATUS_OK : STATUS_RANGE;
    if (status == STATUS_OK) {
        estimator_set_watcher(
            estimator,
            &(struct estimator_watcher){.swept = take_swept, .laid = take_laid, .user = origin});
        status = replay(origin, estimator, input->log);
    }
    if (status == STATUS_OK) {
        collect(origin);
    }
    estimator_destroy(estimator);
    origin->estimator = NULL;
    return status;
}

/* -- the answer -- */

static bool request_valid(const struct origin_request *request) {
    const struct origin_range *range = &request->range;
    bool valid = request->input_count > 0 && request->input_count <= RASTER_INPUT_MAX &&
                 range->side >= ORIGIN_SIDE_OF_MARK && range->side <= MODEL_SHORT &&
                 range->price_low > 0 && range->price_high > range->price_low &&
                 range->price_high < 1e15 && range->reference >= 0 && range->reference < 1e15;
    for (int i = 0; valid && i < request->input_count; i++) {
        valid = request->inputs[i].log != NULL;
    }
    return valid;
}

/* Distances from the reference, in ln price. False: the range is on the other side of it. */
static bool find_distances(struct origin_range *range, double ln_mark, double *near, double *far) {
    double ln_reference = range->reference > 0 ? math_log(range->reference) : ln_mark;
    double low = math_log(range->price_low) - ln_reference;
    double high = math_log(range->price_high) - ln_reference;
    if (range->side == ORIGIN_SIDE_OF_MARK) {
        range->side = low + high < 0 ? MODEL_LONG : MODEL_SHORT;
    }
    *near = fmax(range->side == MODEL_LONG ? -high : low, 0);
    *far = range->side == MODEL_LONG ? -low : high;
    return *far > *near;
}

/* Bring the sums to what the map says of the range, where they are near it. */
static void scale_to(struct origin *origin, const struct origin_request *request,
                     struct scene_origin *out) {
    double wanted = request->range.usd / origin->usd;
    bool near = request->from_ms == INT64_MIN && fabs(wanted - 1) <= SCALED_MOST;
    out->scaled = near ? wanted : 1;
    out->usd = origin->usd * out->scaled;
    for (int i = 0; i < ORIGIN_SLOT_MAX; i++) {
        origin->slots.time_usd[i] *= out->scaled;
        origin->slots.price_usd[i] *= out->scaled;
    }
    for (int band = 0; band < DISTANCE_BAND_COUNT; band++) {
        out->bands_usd[band] = origin->bands_usd[band] * out->scaled;
    }
}

enum status origin_run(struct origin *origin, const struct origin_request *request,
                       struct scene_origin *out) {
    struct origin_end ends[RASTER_INPUT_MAX];
    struct origin_reach reach = {.ln_low = INFINITY, .ln_high = -INFINITY, .first_ms = INT64_MAX};
    double near = 0, far = 0;
    *out = (struct scene_origin){.id = request->id, .range = request->range};
    if (!request_valid(request)) {
        return STATUS_RANGE;
    }
    for (int i = 0; i < request->input_count; i++) {
        struct origin_reach other = {
            .ln_low = INFINITY, .ln_high = -INFINITY, .first_ms = INT64_MAX};
        find_end(request, request->inputs[i].log, &ends[i], &other);
        reach.first_ms = other.first_ms < reach.first_ms ? other.first_ms : reach.first_ms;
        if (i == 0) { /* the others' prices are moved by their basis */
            reach.ln_low = other.ln_low;
            reach.ln_high = other.ln_high;
        }
    }
    double ln_mark = ends[0].z + ends[0].phi;
    if (ends[0].row_end_ms == INT64_MIN || !find_distances(&out->range, ln_mark, &near, &far)) {
        return STATUS_OK;
    }
    origin->request = request;
    origin->side = out->range.side;
    origin->usd = 0;
    memset(origin->bands_usd, 0, sizeof(origin->bands_usd));
    origin_slots_begin(&origin->slots, &reach, ends[0].row_end_ms);
    for (int i = 0; i < request->input_count; i++) {
        origin->end = ends[i];
        origin->basis = ends[i].z + ends[i].phi - ln_mark;
        if (ends[i].row_end_ms != INT64_MIN) {
            enum status status = run_input(origin, &request->inputs[i], near, far);
            if (status != STATUS_OK) {
                return status;
            }
        }
    }
    out->mark = math_exp(ln_mark);
    out->at_ms = ends[0].row_end_ms;
    out->known_from_ms = reach.first_ms;
    if (!(origin->usd > 0)) {
        return STATUS_OK;
    }
    out->known = true;
    scale_to(origin, request, out);
    origin_slots_tell(&origin->slots, out);
    return STATUS_OK;
}

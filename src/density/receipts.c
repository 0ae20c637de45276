/* density/receipts.c - sweeps of clusters, as episodes.
 *
 * Problem: a label said "$12.3M stand here", and the price went there.  What of it came true?
 *
 * Idea: every RECEIPTS_LOOK_MS of event time the clusters around the mark are looked up, before the
 * row that follows is applied; their bins are the targets.  When the mark sweeps a bin of a target,
 * an episode opens, and until it ends
 *
 *     expected = sum over the bins swept within the cluster of
 *                (sum over classes of rho x removed) x price x OI bound
 *
 * with the weights and the bound that were in force, as in score/score.h: exactly what the map lost
 * there, new entries that were laid into the cluster meanwhile included.  Seen are the published
 * liquidations of that side: a print is moved into the range that its side swept within
 * JOURNAL_CLAMP_MS before it, give or take one bin, and counts for the episode that has swept
 * that bin (or its neighbour).  Where a print goes is decided by its price alone, never by what was
 * expected there.
 *
 * An episode ends when the mark did not go deeper into the cluster for RECEIPTS_QUIET_MS; a price
 * that hovers does not keep it open.  One that was swept in part and goes on later within that time
 * grows; after it, what was left is a cluster of its own and gets a receipt of its own.  While an
 * episode is open, its bins belong to no other target.  A receipt is issued once expected or seen
 * reach RECEIPTS_SHARE of all that the side claimed when the cluster was found.
 *
 * Left out: rows made from back-filled bars. They know no prints (history tells none), so seen
 * would always be 0 beside an expectation, which reads as a miss and is none.
 *
 * When it is wrong: a print that comes later than JOURNAL_CLAMP_MS after the sweep is lost; where
 * the venue publishes only some liquidations, or rows have gaps, seen is a lower bound, and
 * receipt.complete says so; where none was ever heard, receipt.heard does. */
#include "density/receipts.h"

#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "base/math.h"
#include "density/clusters.h"
#include "market/event.h"
#include "model/journal.h"

/* Targets are sought so far from the mark (ln price), in a profile that goes so far, for a third of
 * what a whole map costs; and again once the mark has come so near to the end of them. */
#define TARGET_REACH  0.05
#define PROFILE_REACH 0.10
#define TARGET_LEFT   0.02

static_assert(RECEIPTS_WINDOW_ROWS * 1000 > JOURNAL_CLAMP_MS, "a window of one-second rows");

void receipts_init(struct receipts *receipts, double bin_width) {
    *receipts = (struct receipts){.bin_width = bin_width, .looked_ms = INT64_MIN};
}

static bool holds(const struct receipts_range *range, int32_t bin) {
    return range->low <= bin && bin <= range->high;
}

static bool overlaps(const struct receipts_range *a, const struct receipts_range *b) {
    return a->low <= b->high && b->low <= a->high;
}

static void widen(struct receipts_range *range, int32_t bin) {
    range->low = bin < range->low ? bin : range->low;
    range->high = bin > range->high ? bin : range->high;
}

/* -- targets -- */

/* What of a target no open episode has; false: nothing. An episode leaves the part that lies deeper
 * than it. */
static bool trim(const struct receipts *receipts, int side, struct receipts_range *target) {
    for (int i = 0; i < receipts->open_count; i++) {
        const struct receipts_episode *episode = &receipts->open[i];
        if (episode->side != side || !overlaps(&episode->cluster, target)) {
            continue;
        }
        if (side == MODEL_LONG) {
            target->high = episode->cluster.low - 1;
        } else {
            target->low = episode->cluster.high + 1;
        }
        if (target->low > target->high) {
            return false;
        }
    }
    return true;
}

static int32_t bin_of(const struct receipts *receipts, const struct estimator *estimator,
                      double price) {
    double z = math_log(price) - estimator_phi(estimator);
    return (int32_t)math_clamp(floor(z / receipts->bin_width), -1e9, 1e9);
}

static void look(struct receipts *receipts, const struct estimator *estimator,
                 struct profile *scratch) {
    struct map_cluster clusters[MAP_CLUSTER_MAX];
    struct estimator_totals totals;
    int left_out = 0;
    double mark = math_exp(estimator_mark_z(estimator) + estimator_phi(estimator));
    memset(receipts->target_count, 0, sizeof(receipts->target_count));
    const struct profile_desc desc = {.reference = mark, .reach = PROFILE_REACH};
    if (!profile_begin(scratch, &desc) || !profile_add(scratch, estimator)) {
        return;
    }
    estimator_read_totals(estimator, &totals);
    int count = clusters_find(scratch, TARGET_REACH, clusters, &left_out);
    for (int i = 0; i < count; i++) {
        int side = clusters[i].side;
        struct receipts_range target = {
            .low = bin_of(receipts, estimator, clusters[i].price_low),
            .high = bin_of(receipts, estimator, clusters[i].price_high),
        };
        if (trim(receipts, side, &target)) {
            receipts->targets[side][receipts->target_count[side]++] = target;
        }
    }
    for (int side = 0; side < MODEL_SIDE_COUNT; side++) {
        receipts->least_usd[side] = RECEIPTS_SHARE * totals.estimate_usd[side];
    }
}

/* -- episodes -- */

static void write_receipt(struct receipts *receipts, struct receipts_episode *episode, bool open) {
    struct scene_receipt *receipt = &episode->receipt;
    bool worth =
        receipt->expected_usd >= episode->least_usd || receipt->seen_usd >= episode->least_usd;
    if (episode->number < 0 && worth) {
        episode->number = receipts->count++;
    }
    if (episode->number < 0 || receipts->count - episode->number > SCENE_RECEIPT_MAX) {
        return; /* too small, or pushed out by newer ones */
    }
    receipt->open = open;
    receipt->heard = receipts->prints_complete + receipts->prints_partial > 0;
    receipt->complete =
        receipts->prints_complete > 0 && receipts->prints_partial == 0 && !episode->gap;
    receipts->ring[episode->number % SCENE_RECEIPT_MAX] = *receipt;
}

static void end_episode(struct receipts *receipts, int i) {
    write_receipt(receipts, &receipts->open[i], false);
    receipts->open_count--;
    memmove(&receipts->open[i], &receipts->open[i + 1],
            sizeof(receipts->open[0]) * (size_t)(receipts->open_count - i));
}

static void end_quiet(struct receipts *receipts, int64_t now_ms) {
    for (int i = receipts->open_count - 1; i >= 0; i--) {
        if (now_ms - receipts->open[i].deeper_ms >= RECEIPTS_QUIET_MS) {
            end_episode(receipts, i);
        }
    }
}

/* The open episode in whose cluster a bin lies, opened if it lies in a target; NULL: in neither. */
static struct receipts_episode *episode_of(struct receipts *receipts, int side, int32_t bin) {
    for (int i = 0; i < receipts->open_count; i++) {
        struct receipts_episode *episode = &receipts->open[i];
        if (episode->side == side && holds(&episode->cluster, bin)) {
            return episode;
        }
    }
    for (int i = 0; i < receipts->target_count[side]; i++) {
        const struct receipts_range target = receipts->targets[side][i];
        if (!holds(&target, bin)) {
            continue;
        }
        if (receipts->open_count == RECEIPTS_OPEN_MAX) {
            end_episode(receipts, 0);
            receipts->ended_early++;
        }
        struct receipts_episode *made = &receipts->open[receipts->open_count++];
        *made = (struct receipts_episode){
            .cluster = target,
            .swept = {.low = INT32_MAX, .high = INT32_MIN},
            .side = side,
            .number = -1,
            .least_usd = receipts->least_usd[side],
            .receipt = {.from_ms = receipts->row_begin_ms, .side = (uint8_t)side}};
        return made;
    }
    return NULL;
}

static void note_window(struct receipts *receipts, const struct estimator_swept *swept) {
    uint32_t *count = &receipts->window_count[swept->side];
    struct receipts_window *window = receipts->window[swept->side];
    struct receipts_window *last = &window[(*count - 1) % RECEIPTS_WINDOW_ROWS];
    if (*count == 0 || last->ts_ms != swept->ts_ms) {
        window[(*count)++ % RECEIPTS_WINDOW_ROWS] = (struct receipts_window){
            .ts_ms = swept->ts_ms, .swept = {.low = swept->bin, .high = swept->bin}};
    } else {
        widen(&last->swept, swept->bin);
    }
}

void receipts_take_swept(struct receipts *receipts, const struct estimator_swept *swept) {
    if (!receipts->listening) {
        return;
    }
    note_window(receipts, swept);
    struct receipts_episode *episode = episode_of(receipts, swept->side, swept->bin);
    if (episode == NULL) {
        return;
    }
    struct scene_receipt *receipt = &episode->receipt;
    if (!holds(&episode->swept, swept->bin)) {
        double low = swept->price * math_exp(-receipts->bin_width / 2);
        double high = swept->price * math_exp(receipts->bin_width / 2);
        bool first = episode->swept.low > episode->swept.high;
        widen(&episode->swept, swept->bin);
        episode->deeper_ms = swept->ts_ms;
        receipt->price_low = first || low < receipt->price_low ? low : receipt->price_low;
        receipt->price_high = high > receipt->price_high ? high : receipt->price_high;
    }
    double base = 0;
    for (int lane = 0; lane < CLASS_LANES; lane++) {
        base += (double)swept->removed[lane] * (double)receipts->weights->rho[lane];
    }
    double usd = base * swept->oi_bound * swept->price;
    receipt->expected_usd += usd > 0 && usd < 1e30 ? usd : 0;
    receipt->to_ms = swept->ts_ms;
}

/* -- prints -- */

/* Into the range that the side swept lately, give or take one bin; false: it swept nothing. */
static bool move_into_window(const struct receipts *receipts, int side, int64_t at_ms,
                             int32_t *bin) {
    struct receipts_range range = {.low = INT32_MAX, .high = INT32_MIN};
    uint32_t count = receipts->window_count[side];
    for (uint32_t back = 1; back <= count && back <= RECEIPTS_WINDOW_ROWS; back++) {
        const struct receipts_window *window =
            &receipts->window[side][(count - back) % RECEIPTS_WINDOW_ROWS];
        if (window->ts_ms > at_ms - JOURNAL_CLAMP_MS) {
            widen(&range, window->swept.low);
            widen(&range, window->swept.high);
        }
    }
    if (range.low > range.high) {
        return false;
    }
    *bin = *bin < range.low - 1 ? range.low - 1 : *bin > range.high + 1 ? range.high + 1 : *bin;
    return true;
}

static void take_print(struct receipts *receipts, const struct entry_row *row,
                       const struct entry_print *print) {
    double usd = (double)print->usd;
    if (!(usd > 0 && usd < 1e15) || !(print->price > 0 && print->price < 1e15)) {
        return;
    }
    receipts->prints_complete += print->complete != 0;
    receipts->prints_partial += print->complete == 0;
    if (entry_print_is_late(print, row)) {
        return;
    }
    int side = print->position == POS_LONG ? MODEL_LONG : MODEL_SHORT;
    double z = math_log(print->price) - row->phi;
    int32_t bin = (int32_t)math_clamp(floor(z / receipts->bin_width), -1e9, 1e9);
    int64_t at_ms = print->ts_ms < row->end_ms ? print->ts_ms : row->end_ms;
    if (!move_into_window(receipts, side, at_ms, &bin)) {
        return;
    }
    for (int32_t apart = 0; apart <= 1; apart++) { /* the bin itself before its neighbours */
        for (int i = 0; i < receipts->open_count; i++) {
            struct receipts_episode *episode = &receipts->open[i];
            const struct receipts_range near = {.low = episode->swept.low - apart,
                                                .high = episode->swept.high + apart};
            if (episode->side == side && holds(&near, bin)) {
                episode->receipt.seen_usd += usd;
                return;
            }
        }
    }
}

/* -- rows -- */

void receipts_begin_row(struct receipts *receipts, const struct estimator *estimator,
                        const struct entry_row *row, struct profile *scratch) {
    receipts->listening =
        (row->flags & ENTRY_ROW_HISTORY) == 0 && row->end_ms - row->begin_ms <= RECEIPTS_ROW_MS_MAX;
    receipts->row_begin_ms = row->begin_ms;
    receipts->weights = estimator_weights(estimator);
    if (!receipts->listening) {
        while (receipts->open_count > 0) {
            end_episode(receipts, 0);
        }
        receipts->looked_ms = INT64_MIN;
        return;
    }
    end_quiet(receipts, row->begin_ms);
    bool due = receipts->looked_ms == INT64_MIN ||
               row->begin_ms - receipts->looked_ms >= RECEIPTS_LOOK_MS ||
               fabs(estimator_mark_z(estimator) - receipts->looked_z) > TARGET_REACH - TARGET_LEFT;
    if (due && estimator_has_mark(estimator)) {
        receipts->looked_ms = row->begin_ms;
        receipts->looked_z = estimator_mark_z(estimator);
        look(receipts, estimator, scratch);
    }
}

void receipts_end_row(struct receipts *receipts, const struct entry_row *row,
                      const struct entry_print *prints) {
    receipts->weights = NULL; /* of that row alone */
    if (!receipts->listening) {
        return;
    }
    for (uint32_t i = 0; i < row->print_count; i++) {
        take_print(receipts, row, &prints[i]);
    }
    for (int i = 0; i < receipts->open_count; i++) {
        receipts->open[i].gap = receipts->open[i].gap || (row->flags & ENTRY_ROW_GAP) != 0;
        write_receipt(receipts, &receipts->open[i], true);
    }
}

/* -- read-outs -- */

int receipts_read(const struct receipts *receipts, struct scene_receipt out[SCENE_RECEIPT_MAX]) {
    int64_t first = receipts->count > SCENE_RECEIPT_MAX ? receipts->count - SCENE_RECEIPT_MAX : 0;
    for (int64_t number = first; number < receipts->count; number++) {
        out[number - first] = receipts->ring[number % SCENE_RECEIPT_MAX];
    }
    return (int)(receipts->count - first);
}

static uint64_t hash_receipt(uint64_t hash, const struct scene_receipt *receipt) {
    const int64_t times[2] = {receipt->from_ms, receipt->to_ms};
    const double values[4] = {receipt->price_low, receipt->price_high, receipt->expected_usd,
                              receipt->seen_usd};
    const uint8_t flags[4] = {receipt->side, receipt->complete, receipt->heard, receipt->open};
    hash = hash_bytes(hash, times, sizeof(times));
    hash = hash_bytes(hash, values, sizeof(values));
    return hash_bytes(hash, flags, sizeof(flags));
}

uint64_t receipts_hash(uint64_t hash, const struct receipts *receipts) {
    const int64_t head[5] = {receipts->count, receipts->open_count, receipts->looked_ms,
                             receipts->prints_complete, receipts->prints_partial};
    hash = hash_bytes(hash, head, sizeof(head));
    int64_t first = receipts->count > SCENE_RECEIPT_MAX ? receipts->count - SCENE_RECEIPT_MAX : 0;
    for (int64_t number = first; number < receipts->count; number++) {
        hash = hash_receipt(hash, &receipts->ring[number % SCENE_RECEIPT_MAX]);
    }
    for (int i = 0; i < receipts->open_count; i++) {
        const struct receipts_episode *episode = &receipts->open[i];
        const int64_t place[6] = {episode->cluster.low, episode->cluster.high, episode->swept.low,
                                  episode->swept.high,  episode->number,       episode->deeper_ms};
        hash = hash_bytes(hash_receipt(hash, &episode->receipt), place, sizeof(place));
    }
    return hash;
}

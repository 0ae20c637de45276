#include "app/replay_track.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void replay_track_init(struct replay_track *track, int64_t first_ms, int64_t last_ms) {
    memset(track, 0, sizeof *track);
    track->first_ms = first_ms;
    track->last_ms = last_ms;
    track->bin_ms = (last_ms - first_ms) / TRACK_BIN_COUNT + 1;
}

/* Bins become twice as long. */
static void fold(struct replay_track *track) {
    track->bin_max = 0;
    for (int i = 0; i < TRACK_BIN_COUNT; i++) {
        const int from = 2 * i;
        const uint64_t sum =
            from < TRACK_BIN_COUNT ? (uint64_t)track->bins[from] + track->bins[from + 1] : 0;
        track->bins[i] = sum < UINT32_MAX ? (uint32_t)sum : UINT32_MAX;
        track->bin_max = track->bins[i] > track->bin_max ? track->bins[i] : track->bin_max;
    }
    track->bin_ms *= 2;
}

static int by_size(const void *a, const void *b) {
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* The smaller half of the liquidations makes room; sweeps stay. */
static void make_room(struct replay_track *track) {
    static const int half = 2;
    float sizes[TRACK_MARK_MAX];
    int count = 0, kept = 0;
    for (int i = 0; i < track->mark_count; i++) {
        if (track->marks[i].kind == TRACK_LIQUIDATION) {
            sizes[count++] = track->marks[i].usd;
        }
    }
    if (count == 0) {
        return;
    }
    qsort(sizes, (size_t)count, sizeof sizes[0], by_size);
    const float least = sizes[count / half];
    for (int i = 0; i < track->mark_count; i++) {
        if (track->marks[i].kind != TRACK_LIQUIDATION || track->marks[i].usd > least) {
            track->marks[kept++] = track->marks[i];
        }
    }
    track->marks_lost += track->mark_count - kept;
    track->mark_count = kept;
    track->least_usd = (double)least;
}

static void add_mark(struct replay_track *track, const struct track_mark *mark) {
    if (track->mark_count == TRACK_MARK_MAX) {
        make_room(track);
    }
    if (track->mark_count == TRACK_MARK_MAX) {
        track->marks_lost++;
        return;
    }
    int at = track->mark_count++;
    while (at > 0 && track->marks[at - 1].ts_ms > mark->ts_ms) {
        track->marks[at] = track->marks[at - 1];
        at--;
    }
    track->marks[at] = *mark;
}

static void add_gap(struct replay_track *track, const struct event *slot) {
    const struct track_gap gap = {slot->u.gap.from_ms,
                                  slot->u.gap.to_ms != 0 ? slot->u.gap.to_ms : slot->ts_ms};
    struct track_gap *last = track->gap_count > 0 ? &track->gaps[track->gap_count - 1] : NULL;
    if (gap.to_ms < gap.from_ms) {
        return;
    }
    if (last != NULL && gap.from_ms <= last->to_ms && gap.from_ms >= last->from_ms) {
        last->to_ms = gap.to_ms > last->to_ms ? gap.to_ms : last->to_ms; /* of another stream */
        return;
    }
    if (track->gap_count == TRACK_GAP_MAX) {
        track->gaps_lost++;
        return;
    }
    int at = track->gap_count++;
    while (at > 0 && track->gaps[at - 1].from_ms > gap.from_ms) {
        track->gaps[at] = track->gaps[at - 1];
        at--;
    }
    track->gaps[at] = gap;
}

static void count_slot(struct replay_track *track, int64_t ts_ms) {
    if (ts_ms < track->first_ms) {
        return;
    }
    track->last_ms = ts_ms > track->last_ms ? ts_ms : track->last_ms;
    while ((ts_ms - track->first_ms) / track->bin_ms >= TRACK_BIN_COUNT) {
        fold(track);
    }
    uint32_t *bin = &track->bins[(ts_ms - track->first_ms) / track->bin_ms];
    *bin += *bin < UINT32_MAX;
    track->bin_max = *bin > track->bin_max ? *bin : track->bin_max;
}

void replay_track_add(struct replay_track *track, const struct event *slots, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const struct event *slot = &slots[i];
        double price = 0, qty_base = 0, usd = 0;
        if (slot->kind == EVENT_GAP) {
            add_gap(track, slot);
        } else if (slot->kind == EVENT_LIQUIDATION &&
                   event_trade_values(slot, &price, &qty_base, &usd) && usd > track->least_usd) {
            add_mark(track, &(struct track_mark){.ts_ms = slot->ts_ms,
                                                 .usd = (float)usd,
                                                 .kind = TRACK_LIQUIDATION});
        }
        if (track->lived_ms == 0 && event_is_live(slot)) {
            track->lived_ms = slot->ts_ms;
        }
        count_slot(track, slot->ts_ms);
    }
    track->slot_count += (int64_t)count;
}

void replay_track_add_receipts(struct replay_track *track, int count,
                               const struct scene_receipt *receipts) {
    for (int i = 0; i < count; i++) {
        const struct scene_receipt *receipt = &receipts[i];
        int at = track->mark_count - 1;
        while (
            at >= 0 && track->marks[at].ts_ms >= receipt->from_ms &&
            !(track->marks[at].ts_ms == receipt->from_ms && track->marks[at].kind == TRACK_SWEEP)) {
            at--;
        }
        if (at >= 0 && track->marks[at].ts_ms == receipt->from_ms) {
            track->marks[at].usd = (float)receipt->expected_usd;
        } else {
            add_mark(track, &(struct track_mark){.ts_ms = receipt->from_ms,
                                                 .usd = (float)receipt->expected_usd,
                                                 .kind = TRACK_SWEEP});
        }
    }
}

double replay_track_count(const struct replay_track *track, double low, double high) {
    const double bins = (double)(track->last_ms - track->first_ms + 1) / (double)track->bin_ms;
    double count = 0;
    for (int i = (int)(low * bins); i < TRACK_BIN_COUNT && i < high * bins; i++) {
        const double part = fmin(i + 1, high * bins) - fmax(i, low * bins);
        count += part / fmin(bins - i, 1) * track->bins[i]; /* the last one is not full yet */
    }
    return count;
}

static bool answers(const struct track_question *question, int64_t ts_ms) {
    return question->before ? ts_ms < question->from_ms : ts_ms > question->from_ms;
}

static bool find_gap(const struct replay_track *track, const struct track_question *question,
                     int64_t *ts_ms) {
    bool found = false;
    for (int i = 0; i < track->gap_count; i++) {
        if (answers(question, track->gaps[i].from_ms)) {
            *ts_ms = track->gaps[i].from_ms;
            found = true;
            if (!question->before) {
                break;
            }
        }
    }
    return found;
}

bool replay_track_find(const struct replay_track *track, const struct track_question *question,
                       int64_t *ts_ms) {
    if (question->what == TRACK_FIND_GAP) {
        return find_gap(track, question, ts_ms);
    }
    const int kind = question->what == TRACK_FIND_LIQUIDATION ? TRACK_LIQUIDATION : TRACK_SWEEP;
    bool found = false;
    for (int i = 0; i < track->mark_count; i++) {
        const struct track_mark *mark = &track->marks[i];
        if (mark->kind == kind && (double)mark->usd >= question->least_usd &&
            answers(question, mark->ts_ms)) {
            *ts_ms = mark->ts_ms;
            found = true;
            if (!question->before) {
                break;
            }
        }
    }
    return found;
}

/* app/replay_track.h - what a recording holds, as far as it has been looked through: for the time
 * bar and for jumps.
 *
 * Thread: filled by the replay's worker, handed to main through a mailbox; plain data, 160 KB.
 * Limits: TRACK_BIN_COUNT bins of time, TRACK_GAP_MAX gaps (the oldest; others are counted),
 * TRACK_MARK_MAX marks (when full, the smaller half of the liquidations goes, and least_usd says
 * below which none is in it). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "market/event.h"
#include "scene/scene.h"

enum { TRACK_BIN_COUNT = 1024, TRACK_GAP_MAX = 1024, TRACK_MARK_MAX = 4096 };

enum track_mark_kind { TRACK_LIQUIDATION, TRACK_SWEEP };

struct track_mark {
    int64_t ts_ms;
    float usd; /* of a liquidation; expected of a sweep, an estimate */
    uint8_t kind;
};

struct track_gap {
    int64_t from_ms, to_ms;
};

struct replay_track {
    int64_t first_ms, last_ms; /* of the recording; 0: nothing in it */
    int64_t lived_ms;          /* the first live trade or price: before it nothing is known of the
                                  market but bars; 0: none so far */
    int64_t until_ms;          /* looked through up to here */
    bool whole;                /* all of it was */
    int64_t slot_count;
    int64_t bin_ms;                 /* bin i: from first_ms + i * bin_ms on */
    uint32_t bins[TRACK_BIN_COUNT]; /* slots */
    uint32_t bin_max;
    int gap_count, mark_count;
    int64_t gaps_lost, marks_lost;
    double least_usd;
    struct track_gap gaps[TRACK_GAP_MAX];    /* in order of their begin */
    struct track_mark marks[TRACK_MARK_MAX]; /* in order of time, as they came */
};

void replay_track_init(struct replay_track *track, int64_t first_ms, int64_t last_ms);
/* What lies after last_ms makes the recording longer. */
void replay_track_add(struct replay_track *track, const struct event *slots, size_t count);
/* Slots of a share of it, 0..1 from first_ms to last_ms; low <= high. */
double replay_track_count(const struct replay_track *track, double low, double high);
/* Receipts of an instrument; those that the track knows (by when they began) are brought up to
 * date. */
void replay_track_add_receipts(struct replay_track *track, int count,
                               const struct scene_receipt *receipts);

enum track_find { TRACK_FIND_LIQUIDATION, TRACK_FIND_SWEEP, TRACK_FIND_GAP };
struct track_question {
    enum track_find what;
    bool before;      /* the last one before from_ms; else the first one after it */
    double least_usd; /* of liquidations and sweeps */
    int64_t from_ms;
};
/* When it happened (a gap: began). False: none that is known. */
bool replay_track_find(const struct replay_track *track, const struct track_question *question,
                       int64_t *ts_ms);

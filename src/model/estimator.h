/* model/estimator.h - where leveraged positions are estimated to be liquidated (estimator.md
 * section 4).
 *
 * Problem: from trades, open interest and the mark price, tell the USD of longs and shorts that
 * will be liquidated at each price.  Idea: a liquidation price is the entry's plus a constant in
 * log price, so every entry is laid down once for every distance class ("what if everybody had this
 * distance") in unit maps, and a weight a class turns the hypotheses into one estimate at read-out.
 * The mark price clears what it passes; age wears the rest. Assumes: both sides open alike,
 * isolated-margin distances, the mark as the only trigger.  Wrong where accounts are
 * cross-margined, hedged, or partly liquidated; section 8 has the list.
 *
 * Thread: the owner's.  Owner: engine (its own) and each raster (its replay's); estimator_apply_row
 * is the only way state changes, so equal rows give equal bits on any machine. Memory: up to 8.4 MB
 * at 8,192 bins.  Limit: the map spans bin_count x bin_width of log price around the mark; what
 * falls off or is laid outside is in the mass account as clipped. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/calibration.h"
#include "model/distance.h"
#include "model/entry_log.h"
#include "model/weights.h"

#define ESTIMATOR_BIN_WIDTH 2e-4 /* default: 2 bp of log price */
enum {
    ESTIMATOR_BIN_COUNT = 8192,
    ESTIMATOR_JOURNAL_MAX = 1024 /* bins cleared last, in which prints are sought */
};

struct estimator_desc {
    double bin_width;                /* ln price; 0: ESTIMATOR_BIN_WIDTH; must be the entry log's */
    double mmr, fee, leverage_max;   /* margin_facts of the instrument; 0: .004, 0, 125 */
    bool inverse;                    /* coin-margined: distances count in 1/price */
    struct weights_prior_desc prior; /* zero: the CEX prior */
    bool evidence;                   /* calibrate: engine yes, raster no. The map is the same. */
    bool blind[MODEL_SIDE_COUNT];    /* this side is not wanted: nothing is laid down on it */
};

/* Base coin, one side. held = deposited - swept - decayed - clipped, and what the map's cells hold,
 * both to 1e-6 of the deposits; decayed takes the rounding of the cells. */
struct estimator_mass {
    double deposited, swept, decayed, clipped, held;
};

/* What the mark took from one bin in one row, told before it is gone. Bins in which this map has
 * nothing are told, too: another map may have something there. */
struct estimator_swept {
    int64_t ts_ms;        /* end of the row */
    int32_t side;         /* MODEL_LONG, MODEL_SHORT */
    int32_t bin;          /* absolute, of z */
    float share;          /* of what was left of the bin: (0, 1] */
    float extent;         /* of the whole bin: (0, 1] */
    double price;         /* of the bin's centre */
    double oi_bound;      /* the side's read-out factor before the row, 0..1 */
    const float *removed; /* [CLASS_LANES], base coin by class, before the weights; all 0: empty */
};
/* An entry that was laid down on one side, its amounts being base coin as of the row's end. */
struct estimator_laid {
    const struct entry_row *row;
    const struct entry_deposit *deposit;
    int32_t side;
    int32_t skip_bins;                /* taps nearer than that were passed within the row */
    const struct distance_taps *taps; /* nearest first */
};
/* Watches an estimator: called within estimator_apply_row, oldest step first. A watcher changes
 * nothing in it. Rows longer than 10 s (history) are told as well. */
struct estimator_watcher {
    void (*swept)(void *user, const struct estimator_swept *swept); /* NULL: nobody watches */
    void (*laid)(void *user, const struct estimator_laid *laid);    /* NULL: nobody watches */
    void *user;                                                     /* borrowed */
};

struct estimator;

struct estimator *
estimator_create(const struct estimator_desc *desc); /* NULL: out of memory or desc out of range */
void estimator_destroy(struct estimator *estimator); /* NULL accepted */
void estimator_reset(struct estimator *estimator);   /* as just created */
/* The same with other margin facts or another prior; bin_width and evidence must be as they were.
 * Nothing is allocated. False: out of range; the estimator is as before. */
bool estimator_restart(struct estimator *estimator, const struct estimator_desc *desc);
/* Make target, created with an equal desc, continue where source is. */
void estimator_copy(struct estimator *target, const struct estimator *source);

/* One of its own that goes on where source is, with its description and evidence; not watched.
 * NULL: out of memory. */
struct estimator *estimator_clone(const struct estimator *source);

/* Apply one closed row: decay, sweep along its path, attribute its prints, lay down its entries.
 * Rows older than the last one are counted and ignored. deposits and prints are row->deposit_count
 * and row->print_count long. */
void estimator_apply_row(struct estimator *estimator, const struct entry_row *row,
                         const struct entry_deposit *deposits, const struct entry_print *prints);
/* Bring into force the weights that a row of log carries (entry_row.weights), for the rows that
 * follow and for read-outs. Whoever replays a log calls it before each row, so that every replay
 * has the weights of its time. */
void estimator_use_weights(struct estimator *estimator, const struct entry_log *log,
                           uint32_t number);
const struct weights *estimator_weights(const struct estimator *estimator); /* in force */

/* The share of a lane's content that is still there dt_ms (>= 0) later, if no mark takes it. */
double estimator_kept(const struct estimator *estimator, int lane, int64_t dt_ms);

/* From the next row on; copies of an estimator are not watched. */
void estimator_set_watcher(struct estimator *estimator, const struct estimator_watcher *watcher);

/* -- read-out -- */

double estimator_bin_width(const struct estimator *estimator);
const struct distance_ladder *estimator_ladder(const struct estimator *estimator);
bool estimator_has_mark(const struct estimator *estimator);
double estimator_mark_z(const struct estimator *estimator); /* 0 before the first mark */
double estimator_phi(const struct estimator *estimator);    /* z = ln price - phi */
int64_t
estimator_ts_ms(const struct estimator *estimator); /* end of the last row; INT64_MIN: none */

/* The bins that the map can hold now: absolute bins [first, first + count). */
void estimator_bin_range(const struct estimator *estimator, int32_t *first, int32_t *count);

/* USD per basis point of bins [first, first + count), band by band: out[i][band], the side's, after
 * the OI bound. Longs above and shorts below the mark's bin, and bins outside the map, are 0.
 * Values are finite and >= 0. */
enum { ESTIMATOR_BAND_STRIDE = 8 };
void estimator_read_bands(const struct estimator *estimator, int side, int32_t first, int32_t count,
                          float out[][ESTIMATOR_BAND_STRIDE]);

/* What a side claims by leverage band, USD at the mark after the OI bound, and how much of it
 * stands on calibrated distances: the mean of 1 - sd / WEIGHTS_SD_MAX over it, 0 (all prior) .. 1.
 */
struct estimator_trust {
    double usd[DISTANCE_BAND_COUNT];
    double trust[DISTANCE_BAND_COUNT]; /* 0 where usd is */
};
void estimator_read_trust(const struct estimator *estimator, int side, struct estimator_trust *out);

/* The same map under other weights of the same ladder, with the OI bound that these make. */
void estimator_read_bands_under(const struct estimator *estimator, const struct weights *weights,
                                int side, int32_t first, int32_t count,
                                float out[][ESTIMATOR_BAND_STRIDE]);
/* The factor that keeps a side's read-out under weights within the open interest: 0..1. */
double estimator_oi_bound_under(const struct estimator *estimator, const struct weights *weights,
                                int side);

struct estimator_totals {
    double estimate_usd[MODEL_SIDE_COUNT];    /* whole map, after the OI bound */
    double unallocated_usd[MODEL_SIDE_COUNT]; /* open interest that no level claims; 0 without OI */
    double oi_bound[MODEL_SIDE_COUNT];        /* the factor, 0..1 */
};
void estimator_read_totals(const struct estimator *estimator, struct estimator_totals *out);

/* -- accounts -- */

void estimator_get_mass(const struct estimator *estimator, int side, struct estimator_mass *out);
/* Base coin in the map, added up bin by bin (slow; tests and checks). */
double estimator_sum_map(const struct estimator *estimator, int side);

/* -- calibration: estimators with desc.evidence -- */

const struct calibration *estimator_calibration(const struct estimator *estimator);
/* After each row: true if an M-step was due in it, and its weights. They are in force once the log
 * carries them (entry_log_add_weights) and a later row brings them (estimator_use_weights). */
bool estimator_take_weights(struct estimator *estimator, struct weights *out);
/* The scale of complete venues for one that tells only some of its liquidations, in units of the
 * prior's (calibration_input.outside_scale); 0: the prior's. */
void estimator_set_outside_scale(struct estimator *estimator, double scale);
/* Add what its own complete prints tell of the scale. */
void estimator_add_scale(const struct estimator *estimator, struct calibration_scale *scale);
/* What is worth keeping for another run. False: nothing was learned yet. */
bool estimator_export(const struct estimator *estimator, struct calibration_record *out);
/* Go on from a record, before the first row; estimator_take_weights then gives its weights. False:
 * not a valid record, or of another ladder; nothing is changed. */
bool estimator_restore(struct estimator *estimator, const struct calibration_record *record);

struct estimator_stats {
    uint64_t rows, rows_late, rows_refused, deposits, deposits_refused, taps, bins_swept, recentres,
        renormalisations, settlements;
    uint64_t journal_full;
};
void estimator_get_stats(const struct estimator *estimator, struct estimator_stats *out);

/* FNV of the whole state that read-outs depend on: equal for an engine's estimator and a raster's.
 */
uint64_t estimator_field_hash(const struct estimator *estimator);
/* The same and the state of calibration. */
uint64_t estimator_hash(const struct estimator *estimator);

/* model/distance.h - the classes: distances from entry to liquidation, smooth cells and
 * exact-ladder ones.
 *
 * Thread: any; read-only after distance_ladder_init.  Owner: whoever embeds it.
 * A liquidation price is additive in log price, so a class is a fixed pattern of taps (bin offset,
 * weight) around the entry; estimator.md sections 3.1, 4.2.  Smooth cells are boxes of up to 8 taps
 * whose phase moves from deposit to deposit (DISTANCE_PHASE_COUNT patterns in bit-reversed order),
 * so that wide boxes draw no combs. Distances stand from far to near, that is by rising leverage,
 * each band's together. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum {
    DISTANCE_SMOOTH_COUNT = 22,
    DISTANCE_SHARP_MAX = 10, /* 3 5 10 20 25 50 75 100 125 and the venue's maximum */
    DISTANCE_MAX = DISTANCE_SMOOTH_COUNT + DISTANCE_SHARP_MAX,
    DISTANCE_TAP_MAX = 8, /* taps of one cell */
    DISTANCE_PHASE_COUNT = 32,
    DISTANCE_BAND_COUNT = 6, /* by leverage equivalent: <5, 5-10, 10-25, 25-50, 50-100, >=100 */

    CLASS_SOURCES = 4, /* net, churn, ambient and an empty lane: one vector a distance */
    CLASS_LANES = 128  /* DISTANCE_MAX x CLASS_SOURCES, whole cache lines */
};

enum { MODEL_LONG, MODEL_SHORT, MODEL_SIDE_COUNT }; /* which way the mark has to go: down, up */

struct distance_cell {
    double distance; /* centre, share of the entry price; inverse contracts: of 1/price */
    double leverage; /* equivalent (smooth) or exact (sharp) */
    int band;        /* 0..5 */
    bool sharp;
    int tap_count[MODEL_SIDE_COUNT];
};

struct distance_tap {
    int32_t dk;   /* bins from the entry's bin */
    int32_t lane; /* first of the distance's CLASS_SOURCES lanes */
    float weight; /* the taps of a cell sum to 1 */
};

struct distance_taps {
    int count;
    struct distance_tap taps[DISTANCE_MAX * DISTANCE_TAP_MAX];
};

/* The same taps by cell: those of a phase follow each other in price, nearest first, and the
 * weights are the same in all phases. */
struct distance_kernel {
    int count;
    bool box; /* all weights are the first one */
    float weight[DISTANCE_TAP_MAX];
    int32_t dk[DISTANCE_PHASE_COUNT][DISTANCE_TAP_MAX];
};

struct distance_ladder {
    double bin_width, mmr, fee;
    bool inverse;
    int count;                               /* cells */
    int band_begin[DISTANCE_BAND_COUNT + 1]; /* cells of band b: [begin[b], begin[b + 1]) */
    struct distance_cell cells[DISTANCE_MAX];
    struct distance_taps taps[DISTANCE_PHASE_COUNT][MODEL_SIDE_COUNT];
    struct distance_kernel kernels[MODEL_SIDE_COUNT][DISTANCE_MAX];
};

/* Of a linear contract. bin_width in [1e-5, 1e-2], mmr in (0, 0.5), fee in [0, 0.1), leverage_max
 * >= 1; else false. */
bool distance_ladder_init(struct distance_ladder *ladder, double bin_width, double mmr, double fee,
                          double leverage_max);
/* Of an inverse (coin-margined) contract, which is a linear one in 1/price: where a linear long is
 * liquidated d below its entry and a linear short d above, an inverse short is liquidated where
 * 1/price is d below and an inverse long where it is d above. */
bool distance_ladder_init_inverse(struct distance_ladder *ladder, double bin_width, double mmr,
                                  double fee, double leverage_max);

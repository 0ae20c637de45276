/* tests/support/synthetic_picture.h - a market that never was, for pictures: a price, levels that
 * grow and are swept, liquidations and a scene. The same seed gives the same picture on any
 * machine. */
#pragma once

#include "scene/layers.h"
#include "scene/scene.h"

struct synthetic {
    struct layers_grid grid;
    int64_t now_ms;
    double price, price_low, price_high, vwap;
    int64_t col; /* the next column */
    uint64_t seed;
    bool book; /* columns have an order book, but for a gap in each hundred of them */
    double usd[LAYERS_CHANNEL_COUNT][LAYERS_ROW_MAX]; /* USD per bp */
    struct layers_column column;
    struct scene scene;
    int receipt_count; /* of the largest sweeps; synthetic_map.h puts them into the scene */
    struct scene_receipt receipts[SCENE_RECEIPT_MAX];
};

/* A grid of col_count columns of col_ms and row_count rows, prices about price_mid +- half_range.
 */
struct synthetic_desc {
    int col_count, row_count, col_ms;
    double price_mid, half_range;
    uint64_t seed;
    bool book;
};
void synthetic_init(struct synthetic *synthetic, const struct synthetic_desc *desc);
/* Make the next column; it belongs to request_id. Fills scene up to it, too. */
const struct layers_column *synthetic_next(struct synthetic *synthetic, uint32_t request_id);
/* How much of a leverage band rests on calibrated distances once all is learned, 0..1. */
double synthetic_trust(int band);

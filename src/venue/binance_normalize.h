/* venue/binance_normalize.h - recorded Binance messages to events, through the live parser and book
 * rules.
 *
 * Book updates are held until their snapshot comes, and go out in order as the live feed would have
 * pushed them; without a snapshot they go out as they are at the end. A bare depth snapshot belongs
 * to the one symbol that has depth so far; if there is none yet, to the first that comes.  Thread:
 * the caller's. */
#pragma once

#include "venue/venue.h"

struct venue_normalizer *binance_normalize_create_usdm(const struct venue_dialect *dialect,
                                                       const struct venue_normalizer_desc *desc);
struct venue_normalizer *binance_normalize_create_coinm(const struct venue_dialect *dialect,
                                                        const struct venue_normalizer_desc *desc);
void binance_normalize_destroy(struct venue_normalizer *normalizer);
void binance_normalize_take(struct venue_normalizer *normalizer, const char *bytes, size_t len);
bool binance_normalize_learn(struct venue_normalizer *normalizer, const char *bytes, size_t len);
void binance_normalize_end(struct venue_normalizer *normalizer);
const struct venue_counts *binance_normalize_counts(const struct venue_normalizer *normalizer);

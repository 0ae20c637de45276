/* venue/normalize.h - recorded messages of a venue to events, through the live parser and book
 * rules.
 *
 * A text is a message of the stream, a REST answer ({"_rest": "/path?query", "body": …}, where the
 * query's symbol and interval are handed on) or a bare REST body, told by its shape. Where a
 * venue's snapshots are asked for, updates are held until theirs comes and go out in order as the
 * live feed would have pushed them; what no snapshot came for goes out as it is at the end. A book
 * that does not say whose it is belongs to the one symbol that has had books so far; if there is
 * none yet, to the first that comes.  Thread: the caller's. */
#pragma once

#include "venue/dialect.h"
#include "venue/venue.h"

/* NULL: out of memory. */
struct venue_normalizer *normalize_create(const struct venue_dialect *dialect,
                                          const struct venue_normalizer_desc *desc);
void normalize_destroy(struct venue_normalizer *normalizer); /* NULL accepted */
void normalize_take(struct venue_normalizer *normalizer, const char *bytes, size_t len);
bool normalize_learn(struct venue_normalizer *normalizer, const char *bytes, size_t len);
void normalize_end(struct venue_normalizer *normalizer);
const struct venue_counts *normalize_counts(const struct venue_normalizer *normalizer);

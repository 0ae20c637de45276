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

struct venue_normalizer;

struct venue_normalizer_desc {
    struct instrument_table *instruments; /* borrowed; symbols met are added */
    bool keep_unknown_units; /* rows of unknown contract size come out with contracts alone */
    /* One whole message; contracts is NULL or the size as the venue gave it. */
    void (*on_message)(void *user, const struct event *slots, size_t count,
                       const struct decimal *contracts);
    void *user;
};

/* NULL: out of memory. */
struct venue_normalizer *normalize_create(const struct venue_dialect *dialect,
                                          const struct venue_normalizer_desc *desc);
void normalize_destroy(struct venue_normalizer *normalizer); /* NULL accepted */
/* One text. Never fails: what is wrong is counted. */
void normalize_take(struct venue_normalizer *normalizer, const char *bytes, size_t len);
/* A list of instruments is remembered, without events or counts. False: it is not one. */
bool normalize_learn(struct venue_normalizer *normalizer, const char *bytes, size_t len);
void normalize_end(struct venue_normalizer *normalizer); /* no more: what was held goes out */
const struct venue_counts *normalize_counts(const struct venue_normalizer *normalizer);

/* state/gaps.c - a short list. */
#include "state/gaps.h"

#include <string.h>

#include "base/hash.h"

static int64_t gap_end(const struct gap *gap) {
    return gap->to_ms == 0 ? INT64_MAX : gap->to_ms;
}

static bool gap_touches(const struct gap *a, const struct gap *b) {
    return a->stream == b->stream && a->from_ms <= gap_end(b) && b->from_ms <= gap_end(a);
}

/* An open gap is ended by a later word about it; two closed ones cover both. */
static void gap_join(struct gap *kept, const struct gap *new) {
    if (new->from_ms < kept->from_ms) {
        kept->from_ms = new->from_ms;
    }
    if (kept->to_ms == 0 || new->to_ms == 0) {
        kept->to_ms = new->to_ms;
    } else if (new->to_ms > kept->to_ms) {
        kept->to_ms = new->to_ms;
    }
}

/* The oldest one of the stream that has most. */
static void forget_one(struct gaps *gaps) {
    int counts[STREAM_COUNT] = {0}, most = 0, at = 0;
    for (int i = 0; i < gaps->count; i++) {
        counts[gaps->items[i].stream]++;
    }
    for (int stream = 1; stream < STREAM_COUNT; stream++) {
        most = counts[stream] > counts[most] ? stream : most;
    }
    while (gaps->items[at].stream != most) {
        at++;
    }
    gaps->count--;
    gaps->forgotten_count++;
    memmove(&gaps->items[at], &gaps->items[at + 1],
            sizeof(gaps->items[0]) * (size_t)(gaps->count - at));
}

bool gaps_add(struct gaps *gaps, struct gap gap) {
    if (gap.from_ms < 0 || gap.to_ms < 0 || (gap.to_ms != 0 && gap.to_ms < gap.from_ms) ||
        gap.stream >= STREAM_COUNT) {
        gaps->refused_count++;
        return false;
    }
    gaps->total_count++;
    for (int i = 0; i < gaps->count; i++) {
        if (gap_touches(&gaps->items[i], &gap)) {
            gap_join(&gaps->items[i], &gap);
            return true;
        }
    }
    if (gaps->count == GAPS_COUNT_MAX) {
        forget_one(gaps);
    }
    gaps->items[gaps->count] = gap;
    gaps->count++;
    return true;
}

uint64_t gaps_hash(uint64_t hash, const struct gaps *gaps) {
    hash = hash_bytes(hash, &gaps->total_count, sizeof(gaps->total_count));
    for (int i = 0; i < gaps->count; i++) {
        int64_t fields[3] = {gaps->items[i].from_ms, gaps->items[i].to_ms, gaps->items[i].stream};
        hash = hash_bytes(hash, fields, sizeof(fields));
    }
    return hash;
}

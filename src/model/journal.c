/* model/journal.c - a ring of cleared bins. */
#include "model/journal.h"

#include <stdlib.h>
#include <string.h>

bool journal_init(struct journal *journal) {
    memset(journal, 0, sizeof(*journal));
    journal->entries = calloc(JOURNAL_MAX, sizeof(*journal->entries));
    return journal->entries != NULL;
}

void journal_finish(struct journal *journal) {
    free(journal->entries);
    memset(journal, 0, sizeof(*journal));
}

void journal_add(struct journal *journal, int64_t ts_ms, int side, int32_t bin,
                 const float removed[CLASS_LANES]) {
    struct journal_entry *entry = &journal->entries[journal->count % JOURNAL_MAX];
    if (journal->count >= JOURNAL_MAX && entry->ts_ms > ts_ms - JOURNAL_MS) {
        journal->full_count++;
    }
    journal->count++;
    entry->ts_ms = ts_ms;
    entry->bin = bin;
    entry->side = side;
    memcpy(entry->removed, removed, sizeof(entry->removed));
}

/* Newest first, until one is older than since_ms; NULL at the end. */
static const struct journal_entry *entry_before(const struct journal *journal, uint64_t *at,
                                                int64_t since_ms, int side) {
    uint64_t oldest = journal->count > JOURNAL_MAX ? journal->count - JOURNAL_MAX : 0;
    while (*at > oldest) {
        const struct journal_entry *entry = &journal->entries[--*at % JOURNAL_MAX];
        if (entry->ts_ms <= since_ms) {
            return NULL;
        }
        if (entry->side == side) {
            return entry;
        }
    }
    return NULL;
}

bool journal_find(const struct journal *journal, int64_t at_ms, int side, int32_t bin,
                  double removed[CLASS_LANES]) {
    int32_t low = INT32_MAX, high = INT32_MIN;
    const struct journal_entry *entry = NULL;
    uint64_t at = journal->count;
    while ((entry = entry_before(journal, &at, at_ms - JOURNAL_CLAMP_MS, side)) != NULL) {
        low = entry->bin < low ? entry->bin : low;
        high = entry->bin > high ? entry->bin : high;
    }
    if (low > high) {
        return false;
    }
    bin = bin < low - 1 ? low - 1 : bin > high + 1 ? high + 1 : bin;
    memset(removed, 0, sizeof(double) * CLASS_LANES);
    at = journal->count;
    while ((entry = entry_before(journal, &at, at_ms - JOURNAL_MS, side)) != NULL) {
        int32_t apart = entry->bin - bin;
        if (apart >= -1 && apart <= 1) {
            double weight = apart == 0 ? 0.5 : 0.25;
            for (int lane = 0; lane < CLASS_LANES; lane++) {
                removed[lane] += weight * (double)entry->removed[lane];
            }
        }
    }
    return true;
}

/* model/journal.c - a ring of cleared bins. */
#include "model/journal.h"

#include <stdlib.h>
#include <string.h>

bool journal_init(struct journal *journal) {
    memset(journal, 0, sizeof(*journal));
    journal->entries = calloc(JOURNAL_MAX, sizeof(*journal->entries));
    journal->removed = calloc(JOURNAL_MAX, sizeof(*journal->removed));
    return journal->entries != NULL && journal->removed != NULL;
}

void journal_finish(struct journal *journal) {
    free(journal->entries);
    free(journal->removed);
    memset(journal, 0, sizeof(*journal));
}

void journal_clear(struct journal *journal) {
    journal->count = journal->settled = 0;
}

void journal_copy(struct journal *target, const struct journal *source) {
    target->count = source->count;
    target->settled = source->settled;
    target->full_count = source->full_count;
    memcpy(target->entries, source->entries, sizeof(*source->entries) * JOURNAL_MAX);
    memcpy(target->removed, source->removed, sizeof(*source->removed) * JOURNAL_MAX);
}

void journal_add(struct journal *journal, const struct journal_entry *entry,
                 const float removed[CLASS_LANES]) {
    size_t place = journal->count % JOURNAL_MAX;
    if (journal->count >= JOURNAL_MAX &&
        journal->entries[place].ts_ms > entry->ts_ms - JOURNAL_MS) {
        journal->full_count++;
    }
    journal->count++;
    journal->entries[place] = *entry;
    memcpy(journal->removed[place], removed, sizeof(journal->removed[place]));
}

const struct journal_entry *journal_settle(struct journal *journal, int64_t until_ms) {
    if (journal->settled == journal->count) {
        return NULL;
    }
    const struct journal_entry *entry = &journal->entries[journal->settled % JOURNAL_MAX];
    bool crowded = journal->count - journal->settled == JOURNAL_MAX;
    if (!crowded && entry->ts_ms > until_ms) {
        return NULL;
    }
    journal->settled++;
    return entry;
}

/* Newest first, until one is older than since_ms; NULL at the end. */
static struct journal_entry *entry_before(const struct journal *journal, uint64_t *at,
                                          int64_t since_ms, int side) {
    uint64_t oldest = journal->count > JOURNAL_MAX ? journal->count - JOURNAL_MAX : 0;
    while (*at > oldest) {
        struct journal_entry *entry = &journal->entries[--*at % JOURNAL_MAX];
        if (entry->ts_ms <= since_ms) {
            return NULL;
        }
        if (entry->side == side) {
            return entry;
        }
    }
    return NULL;
}

static double share_of(const struct journal_entry *entry, int32_t bin) {
    int32_t apart = entry->bin - bin;
    return apart == 0 ? 0.5 : apart == -1 || apart == 1 ? 0.25 : 0;
}

bool journal_find(const struct journal *journal, struct journal_place *place,
                  double removed[CLASS_LANES]) {
    int32_t low = INT32_MAX, high = INT32_MIN;
    const struct journal_entry *entry = NULL;
    uint64_t at = journal->count;
    int64_t since_ms = place->at_ms - place->reach_ms;
    while ((entry = entry_before(journal, &at, since_ms, place->side)) != NULL) {
        low = entry->bin < low ? entry->bin : low;
        high = entry->bin > high ? entry->bin : high;
    }
    if (low > high) {
        return false;
    }
    place->bin = place->bin < low - 1 ? low - 1 : place->bin > high + 1 ? high + 1 : place->bin;
    memset(removed, 0, sizeof(double) * CLASS_LANES);
    at = journal->count;
    since_ms -= place->reach_ms;
    while ((entry = entry_before(journal, &at, since_ms, place->side)) != NULL) {
        double weight = share_of(entry, place->bin);
        const float *went = journal->removed[entry - journal->entries];
        for (int lane = 0; weight > 0 && lane < CLASS_LANES; lane++) {
            removed[lane] += weight * (double)went[lane];
        }
    }
    return true;
}

void journal_credit(struct journal *journal, const struct journal_place *place, double usd) {
    struct journal_entry *entry = NULL;
    int64_t since_ms = place->at_ms - 2 * place->reach_ms;
    double sum = 0;
    uint64_t at = journal->count;
    while ((entry = entry_before(journal, &at, since_ms, place->side)) != NULL) {
        sum += share_of(entry, place->bin) * entry->predicted_usd;
    }
    at = journal->count;
    while (sum > 0 && (entry = entry_before(journal, &at, since_ms, place->side)) != NULL) {
        entry->seen_usd += usd * share_of(entry, place->bin) * entry->predicted_usd / sum;
    }
}

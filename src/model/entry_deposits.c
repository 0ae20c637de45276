/* model/entry_deposits.c - lists of entries. */
#include "model/entry_deposits.h"

#include <stdbool.h>

static uint16_t reach(int64_t bins) {
    return (uint16_t)(bins < 0 ? 0 : bins > ENTRY_REACH_BINS_MAX ? ENTRY_REACH_BINS_MAX : bins);
}

void entry_deposits_extend(size_t count, struct entry_deposit deposits[], int32_t low_bin,
                           int32_t high_bin) {
    for (size_t i = 0; i < count; i++) {
        uint16_t below = reach((int64_t)deposits[i].bin - low_bin);
        uint16_t above = reach((int64_t)high_bin - deposits[i].bin);
        deposits[i].below_bins = below > deposits[i].below_bins ? below : deposits[i].below_bins;
        deposits[i].above_bins = above > deposits[i].above_bins ? above : deposits[i].above_bins;
    }
}

static double flow_of(const struct entry_deposit *deposit) {
    return (double)deposit->base[0] + (double)deposit->base[1] + (double)deposit->base[2];
}

static void join(struct entry_deposit *into, const struct entry_deposit *from) {
    double a = flow_of(into), b = flow_of(from);
    double share = a + b > 0 ? b / (a + b) : 0.5;
    double below = into->below_bins + ((double)from->below_bins - into->below_bins) * share;
    double above = into->above_bins + ((double)from->above_bins - into->above_bins) * share;
    into->below_bins = (uint16_t)(below + 0.5);
    into->above_bins = (uint16_t)(above + 0.5);
    for (int source = 0; source < ENTRY_SOURCE_COUNT; source++) {
        into->base[source] += from->base[source];
    }
}

size_t entry_deposits_merge(size_t a_count, const struct entry_deposit a[], size_t b_count,
                            const struct entry_deposit b[], size_t count_max,
                            struct entry_deposit out[], uint64_t *joined) {
    size_t i = 0, j = 0, count = 0;
    while (i < a_count || j < b_count) {
        bool from_a = j == b_count || (i < a_count && a[i].bin <= b[j].bin);
        const struct entry_deposit *next = from_a ? &a[i++] : &b[j++];
        if (count > 0 && out[count - 1].bin == next->bin) {
            join(&out[count - 1], next);
        } else if (count < count_max) {
            out[count++] = *next;
        } else {
            join(&out[count - 1], next);
            (*joined)++;
        }
    }
    return count;
}

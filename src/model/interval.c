/* model/interval.c - one open-interest interval. */
#include "model/interval.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/math.h"
#include "model/entry_deposits.h"

static_assert((INTERVAL_BIN_MAX & (INTERVAL_BIN_MAX - 1)) == 0, "slots by mask");
static_assert((int)INTERVAL_BIN_MAX <= (int)ENTRY_DEPOSIT_ROW_MAX, "an interval fits a row");

static const struct interval_slice no_slice = {.low_bin = INT32_MAX, .high_bin = INT32_MIN};

struct interval_flow interval_split(struct interval_carry *carry, int64_t ts_ms, double d_oi,
                                    double volume) {
    if (carry->base != 0 && ts_ms - carry->since_ms >= INTERVAL_CARRY_MS) {
        carry->base = 0;
    }
    double wanted = d_oi + carry->base;
    double d = math_clamp(wanted, -volume, volume);
    double rest = wanted - d;
    if (carry->base == 0 || (rest < 0) != (carry->base < 0)) {
        carry->since_ms = ts_ms;
    }
    carry->base = rest;
    return (struct interval_flow){.net = d > 0 ? d : 0, .churn = (volume - fabs(d)) / 2};
}

void interval_init(struct interval *interval) {
    memset(interval, 0, sizeof(*interval));
    interval->begin_ms = INT64_MIN;
    interval->slice_count = 1;
    interval->slices[0] = no_slice;
}

void interval_begin(struct interval *interval, int64_t ts_ms) {
    for (int i = 0; i < interval->bin_count; i++) {
        interval->bins[interval->used[i]].used = false;
    }
    interval->bin_count = 0;
    interval->volume_base = 0;
    interval->begin_ms = ts_ms;
    interval->slice_count = 1;
    interval->slices[0] = no_slice;
}

static struct interval_slice slice_union(struct interval_slice a, struct interval_slice b) {
    return (struct interval_slice){.low_bin = a.low_bin < b.low_bin ? a.low_bin : b.low_bin,
                                   .high_bin = a.high_bin > b.high_bin ? a.high_bin : b.high_bin};
}

void interval_next_slice(struct interval *interval) {
    if (interval->slice_count == INTERVAL_SLICE_MAX) {
        for (int i = 0; i < INTERVAL_SLICE_MAX / 2; i++) {
            interval->slices[i] = slice_union(interval->slices[2 * i], interval->slices[2 * i + 1]);
        }
        for (int i = 0; i < interval->bin_count; i++) {
            interval->bins[interval->used[i]].slice_moment *= 0.5;
        }
        interval->slice_count = INTERVAL_SLICE_MAX / 2;
    }
    interval->slices[interval->slice_count++] = no_slice;
}

void interval_add_mark(struct interval *interval, int32_t low_bin, int32_t high_bin) {
    struct interval_slice *slice = &interval->slices[interval->slice_count - 1];
    *slice = slice_union(*slice, (struct interval_slice){low_bin, high_bin});
}

void interval_add_trade(struct interval *interval, int32_t bin, double qty_base) {
    int32_t slot = (int32_t)((uint32_t)bin & (INTERVAL_BIN_MAX - 1));
    struct interval_bin *entry = &interval->bins[slot];
    if (!entry->used) {
        *entry = (struct interval_bin){.bin = bin, .used = true};
        interval->used[interval->bin_count++] = slot;
    } else if (entry->bin != bin) {
        interval->bins_merged++; /* another bin a whole table away: counted with the first */
    }
    entry->volume_base += qty_base;
    entry->slice_moment += qty_base * (interval->slice_count - 1);
    interval->volume_base += qty_base;
}

static void sort_used(struct interval *interval) {
    /* Prices move little, so the slots come nearly in order of their bins: insertion is short. */
    for (int i = 1; i < interval->bin_count; i++) {
        int32_t slot = interval->used[i];
        int at = i;
        while (at > 0 && interval->bins[interval->used[at - 1]].bin > interval->bins[slot].bin) {
            interval->used[at] = interval->used[at - 1];
            at--;
        }
        interval->used[at] = slot;
    }
}

/* Where the mark has been from each slice to the end. */
static void slices_to_suffixes(struct interval *interval) {
    for (int i = interval->slice_count - 2; i >= 0; i--) {
        interval->slices[i] = slice_union(interval->slices[i], interval->slices[i + 1]);
    }
}

size_t interval_close(struct interval *interval, int64_t ts_ms, double d_oi,
                      struct entry_deposit out[INTERVAL_BIN_MAX]) {
    double volume = interval->volume_base;
    struct interval_flow flow = interval_split(&interval->carry, ts_ms, d_oi, volume);
    size_t count = 0;
    if (volume > 0) {
        sort_used(interval);
        slices_to_suffixes(interval);
        for (int i = 0; i < interval->bin_count; i++) {
            const struct interval_bin *bin = &interval->bins[interval->used[i]];
            double share = bin->volume_base / volume;
            int slice =
                (int)math_clamp(bin->slice_moment / bin->volume_base, 0, interval->slice_count - 1);
            out[count] = (struct entry_deposit){.bin = bin->bin};
            out[count].base[ENTRY_SOURCE_NET] = (float)(flow.net * share);
            out[count].base[ENTRY_SOURCE_CHURN] = (float)(flow.churn * share);
            if (interval->slices[slice].low_bin <= interval->slices[slice].high_bin) {
                entry_deposits_extend(1, &out[count], interval->slices[slice].low_bin,
                                      interval->slices[slice].high_bin);
            }
            count++;
        }
    }
    interval_begin(interval, ts_ms);
    return count;
}

/* model/entry_deposits.h - sorted lists of entries: how far the mark went since, and sums of two
 * lists.
 *
 * Thread: any; plain data.  Owner: the caller. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "model/entry_log.h"

/* The mark has been from low_bin to high_bin since these entries were made. */
void entry_deposits_extend(size_t count, struct entry_deposit deposits[], int32_t low_bin,
                           int32_t high_bin);

/* Merge two lists sorted by bin into out (room for count_max >= 1); equal bins become one, with the
 * mean reach of their flow. Returns the count; *joined grows by what met count_max and went into
 * its neighbour. */
size_t entry_deposits_merge(size_t a_count, const struct entry_deposit a[], size_t b_count,
                            const struct entry_deposit b[], size_t count_max,
                            struct entry_deposit out[], uint64_t *joined);

/* app/truth_file.h - what the simulated market knows of its positions, as CSV.
 *
 * One row a span of constant liquidation price (struct market_truth_span), in the order in which
 * they end to within a step:
 *   id,from_ms,to_ms,position,leverage,cross,stop_first,qty,entry,liquidation_price
 *   814,1767571200000,1767571203421,long,20,0,1,0.043,100012.3,95414.38
 * Times are epoch milliseconds; at time t the rows with from_ms <= t < to_ms are the open
 * positions.  cross and stop_first are 0 or 1, qty base coin, liquidation_price 0 where there is
 * none. Compressed as the name says (.gz, .zst). Thread: main. */
#pragma once

#include <stdbool.h>

#include "archive/line_writer.h"
#include "sim/market.h"

enum { TRUTH_FILE_TEXT_BYTES = 1 << 16 };

struct truth_file {
    struct line_writer *writer; /* owned; NULL: closed */
    bool failed;                /* a row could not be written */
    size_t len;
    char text[TRUTH_FILE_TEXT_BYTES]; /* rows that the writer has not been given yet */
};

/* False: cannot be written, reason says why. */
bool truth_file_open(struct truth_file *file, const char *path,
                     char reason[LINE_WRITER_REASON_BYTES]);
/* Where spans are to be sent; a sink without a function for a file that is not open. */
struct market_truth_sink truth_file_sink(struct truth_file *file);
/* False: not every row is in the file, reason says why. A zeroed file is accepted (true). */
bool truth_file_close(struct truth_file *file, char reason[LINE_WRITER_REASON_BYTES]);

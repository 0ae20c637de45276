/* venue/rest_line.h - a recorded REST answer, {"_rest": "/path?query", "body": …}.
 *
 * The body is a span of the text, as it was written. Of the query, what names the symbol (symbol,
 * instId, contract, contract_code, instrument_name, coin, product_id, pair) and the interval
 * (interval, bar, period, intervalTime, resolution, granularity) is read; what a venue says in its
 * path is the dialect's.  Thread: any; plain functions. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "market/instrument.h"
#include "venue/dialect.h"

struct rest_line {
    char path[VENUE_PATH_BYTES];          /* with its query; "": it was too long */
    char symbol[INSTRUMENT_SYMBOL_BYTES]; /* percent-decoded; "": none named */
    int32_t interval_s;                   /* 0: none named */
    struct span body;                     /* borrowed from the text */
};

/* False: the text is no such line (*is_rest false), or one without a body. */
bool rest_line_read(const char *bytes, size_t len, struct rest_line *out, bool *is_rest);

/* "1m", "1min", "1" (minutes), "1H", "1D", "1week" to seconds; 0: not an interval of fixed
 * length. */
int32_t rest_line_interval_s(struct span text);

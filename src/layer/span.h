/* layer/span.h - the stretch of time that the picture's totals are of, in words.
 *
 * Thread: main; pure.  Whatever prints USD that were added up over the window, or that stand in the
 * map, puts one of these texts beside it, so that a number is never read as another window's. */
#pragma once

#include "layer/layer.h"

enum { SPAN_TEXT_BYTES = 96, SPAN_LENGTH_COUNT = 2 };

/* "24 h": the window's length; "3 d of 1 year" where the market is known for less than the window,
 * counted from the first column that has anything. */
const char *span_text(const struct layer_context *context, char out[SPAN_TEXT_BYTES]);
/* How long the part of the window is of which something is known and that is over: "23 h". */
const char *span_seen(const struct layer_context *context, char out[SPAN_TEXT_BYTES]);
/* How long ms are, which bars of bar_ms cover: what span_seen says where they cover all of that, so
 * that it does not change with each bar that comes into view. */
const char *span_of_bars(const struct layer_context *context, int64_t ms, int64_t bar_ms,
                         char out[SPAN_TEXT_BYTES]);
/* Which positions are counted: "all known positions", or "only opened within 24 h". */
const char *span_reading(const struct layer_context *context, char out[SPAN_TEXT_BYTES]);
/* Both, for a heading: length 0 in full, "24 h · all known positions"; length 1: "24 h", or "24 h ·
 * opened within": where only a part is counted that is never left out. */
const char *span_title(const struct layer_context *context, int length, char out[SPAN_TEXT_BYTES]);

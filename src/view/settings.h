/* view/settings.h - what of the market is shown, and how: everything about a view but where its
 * camera stands and which instrument it is of.
 *
 * Thread: main.  Plain data; start from settings_default.  One struct for the command line, the
 * keys and the picture, so that a view can be kept, compared and named. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "view/colormap.h"
#include "view/scale.h"

/* The switchable parts of the picture, from back to front: name, key on the command line, shown
 * unless switched off, what it is. */
#define SETTINGS_PART_LIST(X)                                                                      \
    X(FIELD, "field", true, "the estimated liquidation density")                                   \
    X(BOOK, "book", false, "the order book's resting liquidity, time-weighted")                    \
    X(GRID, "grid", true, "lines at the axes' ticks")                                              \
    X(GAPS, "gaps", true, "hatching over what is not known")                                       \
    X(PRICE, "price", true, "the price, and its tag at the axis")                                  \
    X(CANDLES, "candles", false, "candles instead of the price line")                              \
    X(MA, "ma", false, "moving average of the closes")                                             \
    X(VWAP, "vwap", false, "volume-weighted average price of the UTC day")                         \
    X(BUBBLES, "liquidations", true, "realised liquidations as circles")                           \
    X(RECEIPTS, "receipts", true, "what sweeps were expected to liquidate, beside what was seen")  \
    X(CLUSTERS, "clusters", true, "labels of the levels that stand out now")                       \
    X(MAX_PAIN, "max-pain", true, "the price at which most would be liquidated around")            \
    X(LINES, "lines", true, "one's own lines, stops and positions")                                \
    X(LEGEND, "legend", true, "what brightness means in USD")                                      \
    X(PROFILE, "profile", true, "the field now, by price, beside the plot")                        \
    X(CUMULATIVE, "cumulative", true, "sums outward from the price, in the profile")               \
    X(GAUGE, "gauge", true, "USD within 0.5, 1, 2 and 5 % of the price, longs to shorts")          \
    X(VOLUME, "volume", true, "strip: traded volume")                                              \
    X(OPEN_INTEREST, "open-interest", true, "strip: open interest")                                \
    X(FUNDING, "funding", true, "strip: funding, and the time to the next")                        \
    X(VOLATILITY, "volatility", false, "strip: realised volatility")                               \
    X(RSI, "rsi", false, "strip: relative strength index")                                         \
    X(LIQUIDATED, "liquidated", true, "strip: realised liquidations, longs against shorts")        \
    X(STATUS, "status", true, "the line at the bottom")

enum settings_part {
#define SETTINGS_ENUM(name, key, shown, help) SETTINGS_PART_##name,
    SETTINGS_PART_LIST(SETTINGS_ENUM)
#undef SETTINGS_ENUM
        SETTINGS_PART_COUNT
};
#define SETTINGS_BIT(name) (UINT32_C(1) << SETTINGS_PART_##name)
enum { SETTINGS_BAND_COUNT = 6 }; /* LAYERS_BAND_COUNT */

/* Which side the field shows: the larger one with its colour, one alone, or what is left of the
 * larger when the smaller is taken off. */
#define SETTINGS_SIDE_LIST(X)                                                                      \
    X(BOTH, "both")                                                                                \
    X(LONG, "long")                                                                                \
    X(SHORT, "short")                                                                              \
    X(NET, "net")

enum settings_side {
#define SETTINGS_ENUM(name, key) SETTINGS_SIDE_##name,
    SETTINGS_SIDE_LIST(SETTINGS_ENUM)
#undef SETTINGS_ENUM
        SETTINGS_SIDE_COUNT
};

struct settings {
    enum colormap_id palette;
    enum colormap_certainty certainty;
    enum scale_curve curve;
    double black_usd_per_bp, white_usd_per_bp; /* pinned ends of the scale; 0: automatic */
    double least_usd_per_bp; /* what is less is not shown in the field; 0: all is */
    uint32_t parts;          /* SETTINGS_BIT... that are shown */
    uint32_t band_hidden;    /* bit n: leverage band n is left out of the field */
    uint32_t venue_hidden;   /* bit n: enum venue_id n is not added to the instrument looked at */
    enum settings_side side;
    bool opened_within_window; /* count only positions opened inside the window */
    bool split;                /* two panels: shorts above, longs below, each with its own prices */
    bool local_time;           /* the time axis in the machine's zone, not in UTC */
    double scale_factor;       /* of text and marks; 0: chosen from the target's size */
};

struct settings settings_default(void);

const char *settings_part_key(enum settings_part part);  /* "open-interest" */
const char *settings_part_help(enum settings_part part); /* a line of help */
/* Change *parts by a list such as "+book -legend rsi" (blanks or commas between; no sign: shown;
 * "none" and "all" first empties or fills it). STATUS_NOT_FOUND: an unknown word, its first letter
 * at *wrong; *parts is then untouched. */
enum status settings_parse_parts(const char *text, uint32_t *parts, const char **wrong);
/* The same for leverage bands: "all", or the ones shown, "<5 5-10 10-25 25-50 50-100 100+", into
 * the hidden ones. */
enum status settings_parse_bands(const char *text, uint32_t *band_hidden, const char **wrong);
/* The inverses, as short as they can be: parts as changes to settings_default's. */
enum { SETTINGS_TEXT_BYTES = 512 };
const char *settings_format_parts(uint32_t parts, char out[SETTINGS_TEXT_BYTES]);
const char *settings_format_bands(uint32_t band_hidden, char out[SETTINGS_TEXT_BYTES]);
const char *settings_side_key(enum settings_side side);
/* STATUS_NOT_FOUND: no such side; *out is untouched. */
enum status settings_side_from_key(const char *key, enum settings_side *out);

static inline bool settings_shows(const struct settings *settings, enum settings_part part) {
    return (settings->parts >> part & 1) != 0;
}
/* The order book, and not the estimated density: the picture is of what rests near the price. */
static inline bool settings_show_book_alone(const struct settings *settings) {
    return settings_shows(settings, SETTINGS_PART_BOOK) &&
           !settings_shows(settings, SETTINGS_PART_FIELD);
}

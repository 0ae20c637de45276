/* app/picture_command.h - the command line that asks for a picture again: what a screenshot carries
 * as its settings.
 *
 * `liqscope render day.jsonl.zst --at 2026-06-17T12:00:00Z --window 4h --palette viridis …` for a
 * recording; the past of a live market (and of the demo's exchange, which lives by the clock) is
 * not kept: there it is `liqscope view …`, the same view of another moment.
 * Paths are cut to their last part: whoever is shown the picture need not know the folders.
 * Prices that were moved by hand are not in it.
 *
 * Thread: main. */
#pragma once

#include "app/source.h"
#include "view/settings.h"

enum { PICTURE_COMMAND_BYTES = 2048 };

struct picture_command_desc {
    const struct source_list *sources;
    const struct option_table *options; /* of the run: the demo's seed, margin tables */
    const struct settings *settings;
    double span_ms;
    int64_t at_ms; /* event time at the live edge; 0: not known */
    int width_px, height_px;
};

/* One line, words quoted as a shell wants them; -o FILE is left to who runs it. False: cut. */
bool picture_command_write(const struct picture_command_desc *desc,
                           char out[PICTURE_COMMAND_BYTES]);
/* The sources alone: "binance_usdm:BTCUSDT", "demo", "day.jsonl.zst". False: cut. */
bool picture_command_write_sources(const struct source_list *sources,
                                   char out[PICTURE_COMMAND_BYTES]);

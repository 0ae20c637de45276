/* app/map_id.h - a short name of a view, K7M3Q-2XP9D, that stands in every screenshot and film and
 * opens the view again.
 *
 * It is a hash of what the view is of: instrument, moment, settings, size, model and version; not
 * of where a recording lies, so that copies of it have the same one. What it stands for, the
 * sources too, is kept in $XDG_STATE_HOME/liqscope/maps, a file each: a name that encoded all of it
 * would be too long to be read out, and a crash leaves a file whole or not there. Whoever is shown
 * the name alone cannot open it elsewhere; the settings in a PNG say the same as a command.
 *
 * Thread: main.  Limits: MAP_ID_BYTES_MAX bytes a view; MAP_ID_KEPT_MAX views, then the oldest go.
 */
#pragma once

#include "app/app.h"
#include "app/source.h"
#include "view/settings.h"

enum {
    MAP_ID_TEXT_BYTES = 12, /* ten letters and digits, a dash between, and the end */
    MAP_ID_BYTES_MAX = 8192,
    MAP_ID_KEPT_MAX = 4096,
    MAP_ID_REASON_BYTES = 512
};

struct map_id_desc {
    const struct source_list *sources;
    const struct option_table *options; /* of the run: the demo's switches, margin tables */
    const struct settings *settings;
    double span_ms;
    int width_px, height_px;
    int64_t at_ms;           /* of a picture; 0: of a film */
    int64_t from_ms, to_ms;  /* of a film */
    double speed;            /* of a film */
    const char *instruments; /* "VENUE:SYMBOL", one a line, as shown */
};

struct map_id {
    char text[MAP_ID_TEXT_BYTES];
    char view[MAP_ID_BYTES_MAX]; /* what is kept */
};

/* False: it does not fit (more text than MAP_ID_BYTES_MAX). */
bool map_id_make(const struct map_id_desc *desc, struct map_id *out);
/* Keep what it stands for. False: reason says why not, for people. */
bool map_id_keep(const struct map_id *id, char reason[MAP_ID_REASON_BYTES]);

/* What a name stands for, read back: options that were set, and where its sources lie. */
struct map_id_view {
    int source_count;
    char sources[SOURCE_COUNT_MAX][OPTION_TEXT_BYTES];
    char version[32];
};
/* Into table, whatever it held of these. EXIT_STATUS_DONE, or reason says why not: USAGE: it is no
 * name; FAILED: unknown here, damaged. */
enum exit_status map_id_load(const char *text, struct option_table *table, struct map_id_view *out,
                             char reason[MAP_ID_REASON_BYTES]);

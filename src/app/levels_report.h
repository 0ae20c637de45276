/* app/levels_report.h - the clusters of one coin at one time, and the texts they are printed as.
 *
 * Thread: main.  Owner: run_levels.  Plain data (some 80 KB: not on a stack).
 * USD and everything made from them are estimates. */
#pragma once

#include <stdio.h>

#include "app/source.h"
#include "density/clusters.h"
#include "scene/map.h"
#include "engine/engine.h"
#include "scene/scene.h"
#include "scene/sentence.h"

struct levels_report {
    int64_t ts_ms; /* newest event time of the instruments that are in it */
    bool demo;
    int instrument_count;
    const struct scene_instrument *instruments[SCENE_INSTRUMENT_MAX]; /* borrowed from the scene */
    bool stale[SCENE_INSTRUMENT_MAX];     /* fell silent long before ts_ms: not added up */
    const struct scene_instrument *first; /* the one in whose prices all is told */
    double mark;                          /* of first */
    double usd[2];         /* long, short: within CLUSTERS_REACH of the mark, clusters or not */
    double cluster_usd[2]; /* of that, in clusters */
    double sd[2];         /* of ln usd, all that is within reach; WEIGHTS_SD_MAX where nothing is */
    struct scene_map map; /* what a picture of first shows */
};

/* Fill it from an engine that has taken every event up to the time wanted; scene is its own, and
 * has to live as long as the report. False: reason says why there are no levels (no price is known,
 * or the instruments are of several coins). */
bool levels_report_make(struct levels_report *report, struct engine *engine,
                        const struct scene *scene, char reason[SOURCE_REASON_BYTES]);

extern const char *const levels_side_names[MODEL_SIDE_COUNT]; /* "long", "short" */
/* Decimals of its prices: of the tick of the first instrument. */
int levels_report_decimals(const struct levels_report *report);

/* A cluster of it in plain words, see scene/sentence.h. Returns out. */
const char *levels_report_sentence(const struct levels_report *report,
                                   const struct map_cluster *cluster, char out[SENTENCE_BYTES]);

/* What was left out of it, one line for people a call, i = 0, 1, …; NULL: no more. */
const char *levels_report_note(const struct levels_report *report, int i,
                               char out[SOURCE_REASON_BYTES]);

/* For people, for spreadsheets (a stable header, a row a cluster) and for programs (one object). */
void levels_report_print_table(const struct levels_report *report, FILE *out);
void levels_report_print_csv(const struct levels_report *report, FILE *out);
void levels_report_print_json(const struct levels_report *report, FILE *out);

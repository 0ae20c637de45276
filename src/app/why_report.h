/* app/why_report.h - why it is hot around a price: the question to density/origin from a map, and
 * the texts that `levels --why` prints.
 *
 * Thread: main, with the engine at rest, or a live one's map.  USD are estimates. */
#pragma once

#include <stdio.h>

#include "app/levels_report.h"
#include "density/origin.h"

/* A cluster so near to a price (ln price) is meant by it; else the levels so near to it. */
#define WHY_CLUSTER_LN 5e-3
#define WHY_LEVEL_LN   1e-3

/* The cluster of the map that is meant by price, else the levels there. False: no map. */
bool why_range_of_price(const struct scene_map *map, double price, struct origin_range *out);
/* What to ask about a range of the map: with the instruments that are in it. False: one of them has
 * no log yet. */
bool why_request_of(const struct engine *engine, const struct scene_map *map,
                    const struct origin_range *range, struct origin_request *out);

struct why_report {
    const struct levels_report *levels; /* borrowed */
    double price;                       /* that was asked for */
    const struct map_cluster *cluster;  /* that is meant; NULL: none is near */
    struct scene_origin origin;
};

/* Find out. False: reason says why not. */
bool why_report_make(struct why_report *report, const struct levels_report *levels,
                     const struct engine *engine, double price, char reason[SOURCE_REASON_BYTES]);

void why_report_print_table(const struct why_report *report, FILE *out);
void why_report_print_json(const struct why_report *report, FILE *out);

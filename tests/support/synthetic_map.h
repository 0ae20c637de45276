/* tests/support/synthetic_map.h - the map and the receipts of the market that never was. They are
 * made of the same field as its columns, so that pictures of both agree. */
#pragma once

#include "scene/map.h"
#include "support/synthetic_picture.h"

enum { SYNTHETIC_CLUSTER_ROWS = 12 }; /* there is at most one cluster in so many rows */

/* The market now: its rows as levels of four basis points, what stands out, and the price with the
 * most USD a percent on the way to it. */
void synthetic_make_map(const struct synthetic *synthetic, struct scene_map *map);
/* Put the largest sweeps of the columns so far, oldest first, into its scene. */
void synthetic_add_receipts(struct synthetic *synthetic);

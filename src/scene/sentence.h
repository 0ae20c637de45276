/* scene/sentence.h - a cluster in plain words: "about $84.1M of long positions, mostly 25-50x,
 * would be force-sold near 59,200, 2.1 % below".
 *
 * Thread: any; pure.  The picture and `liqscope levels` say it with the same words. */
#pragma once

#include "scene/map.h"

enum { SENTENCE_BYTES = 256 };

/* How much of it is said, from the whole sentence to its gist. */
enum sentence_length {
    SENTENCE_WHOLE, /* with how far it may be trusted */
    SENTENCE_SHORT, /* without leverage, and "estimate" alone */
    SENTENCE_GIST,  /* "$84.1M of longs at 59,200, 2.1 % below, estimate" */
    SENTENCE_LENGTH_COUNT
};

struct sentence_desc {
    enum sentence_length length;
    int price_decimals;   /* of the price, see number_decimals_of_tick */
    uint32_t band_hidden; /* bit n: leverage band n is left out */
    bool learned;         /* the model has been calibrated at all */
    double price_now;     /* that distance is told from; 0: the map's mark */
};

/* USD of the cluster's shown bands. */
double sentence_cluster_usd(const struct map_cluster *cluster, uint32_t band_hidden);

/* The leverages that hold at least half of it: "mostly 25-50x", "mostly 25-50x and 50-100x"; ""
 * where two bands do not, or none is shown. Returns out. */
const char *sentence_leverage(const struct map_cluster *cluster, uint32_t band_hidden,
                              char out[SENTENCE_BYTES]);

/* The sentence; "" where nothing of the cluster is shown. Returns out. */
const char *sentence_of_cluster(const struct map_cluster *cluster, const struct sentence_desc *desc,
                                char out[SENTENCE_BYTES]);

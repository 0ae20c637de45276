/* control/alert_facts.h - what rules look at, remembered from scene to scene: marks that passed,
 * clusters by name, liquidations and open interest over a stretch of time.
 *
 * Thread: main.  Owner: alert_watch.  Pure, plain data.  Limits: ALERT_TRACK_MAX clusters an
 * instrument (the smallest give way, counted), ALERT_BUCKET_MAX steps of a stretch of time. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "control/alert.h"

enum { ALERT_TRACK_MAX = 2 * MAP_CLUSTER_MAX, ALERT_BUCKET_MAX = 64, ALERT_STEP_COUNT = 60 };

/* A cluster, followed from map to map by its side and where its prices overlap. From the moment the
 * mark touches it, it stays as it was then: what the map shows after that is what is left. */
struct alert_track {
    struct alert_cluster cluster;
    int64_t seen_ms;               /* in a map */
    int64_t touched_ms;            /* 0: not yet */
    int64_t inside_ms;             /* the mark was last inside, or beyond */
    int64_t swept_ms;              /* 0: not yet */
    double expected_usd, seen_usd; /* of its receipts; NaN: none */
};

/* What is remembered of an instrument. */
struct alert_market {
    bool used;
    uint16_t instrument;
    int64_t mark_ms;                  /* of the newest mark looked at */
    double mark, path_low, path_high; /* since the call before */
    int64_t map_ms;                   /* of the clusters; 0: none yet */
    int cluster_count;
    struct alert_cluster clusters[MAP_CLUSTER_MAX];
    int64_t next_map_ms; /* one that is newer than the marks waits; 0: none */
    int next_count;
    struct alert_cluster next[MAP_CLUSTER_MAX];
    int track_count;
    int64_t tracks_dropped;
    struct alert_track tracks[ALERT_TRACK_MAX];
    int print_count, print_new; /* print_new: first of prints[] that is new in this call */
    struct scene_print prints[SCENE_PRINT_MAX];
};

void alert_market_take_map(struct alert_market *market, const struct scene_map *map);
/* Once a scene (of event time scene_ms, looked at at now_ms) and before its rules are looked at. */
void alert_market_advance(struct alert_market *market, const struct scene_instrument *instrument,
                          int64_t scene_ms, int64_t now_ms);

/* A stretch of time in steps: sums, or newest values, of each. */
struct alert_series {
    int64_t step[ALERT_BUCKET_MAX]; /* number of the step that lies there, + 1; 0: none */
    double value[ALERT_BUCKET_MAX];
};

/* What a rule finds. */
struct alert_fact {
    bool known;
    bool holds;  /* the threshold is met */
    bool clears; /* it is missed by a tenth of it */
    double value;
    bool has_cluster;
    struct alert_cluster cluster;
    double expected_usd, seen_usd;
};

/* One rule on one instrument; series is the pair's own. */
struct alert_fact alert_fact_of_market(const struct alert_rule *rule,
                                       const struct scene_instrument *instrument,
                                       const struct alert_market *market,
                                       struct alert_series *series, int64_t now_ms);
/* The most silent feed that the rule speaks of; *out_feed its place, -1: none. */
struct alert_fact alert_fact_of_feeds(const struct alert_rule *rule, const struct scene *scene,
                                      int64_t now_ms, int *out_feed);

/* control/alert_track.c - clusters from map to map, and what the mark does to them.
 *
 * Problem: a map has no names.  Two maps a second apart show "the same" cluster with slightly other
 * edges; as the mark eats into it, it shrinks, and once it was swept it is gone.
 *
 * Idea: a cluster is the one that was there before if it is of the same side and their prices
 * overlap.  Marks are looked at before the map of their time is taken, so that a cluster still
 * stands as it did when the mark comes. A long cluster is touched when a mark is at or below its
 * upper edge, a short one at or above its lower edge; it then stays as it was.  It is swept when a
 * mark was at or beyond its far edge, or when the receipts of sweeps that began since say that
 * SWEPT_SHARE of it has been taken (scene_receipt.expected_usd is what the map lost there).
 *
 * When it is wrong: a cluster that splits goes on under one of its parts, and one that grows by
 * merging under the larger one; marks that were never in a scene's tail are not known. */
#include <math.h>
#include <string.h>

#include "base/str.h"
#include "control/alert_facts.h"

enum {
    FORGET_MS = 10000, /* not in any map for so long, and not touched */
    LEAVE_MS = 60000,  /* the mark is back outside for so long: it may be touched again */
    AFTER_SWEPT_MS = 30000,
    RECEIPT_EARLY_MS = 5000 /* rows are whole seconds, and receipts begin with a row */
};
#define SWEPT_SHARE 0.8

static bool overlaps(const struct alert_cluster *a, const struct alert_cluster *b) {
    return a->side == b->side && a->price_low <= b->price_high && b->price_low <= a->price_high;
}

/* -- maps -- */

void alert_market_take_map(struct alert_market *market, const struct scene_map *map) {
    int count = map->cluster_count < MAP_CLUSTER_MAX ? map->cluster_count : MAP_CLUSTER_MAX;
    if (map->ts_ms == market->map_ms || map->ts_ms == market->next_map_ms) {
        return; /* the same again */
    }
    market->next_map_ms = map->ts_ms;
    market->next_count = 0;
    for (int i = 0; i < count; i++) {
        const struct map_cluster *from = &map->clusters[i];
        bool sound = from->price_low > 0 && from->price_high >= from->price_low && from->usd > 0 &&
                     isfinite(from->usd) && isfinite(from->price_high);
        if (sound) {
            market->next[market->next_count++] =
                (struct alert_cluster){.side = from->side == 0 ? 0 : 1,
                                       .price = from->price,
                                       .price_low = from->price_low,
                                       .price_high = from->price_high,
                                       .usd = from->usd,
                                       .distance = from->distance};
        }
    }
}

static void drop_track(struct alert_market *market, int i) {
    market->track_count--;
    memmove(&market->tracks[i], &market->tracks[i + 1],
            sizeof market->tracks[0] * (size_t)(market->track_count - i));
}

static void add_track(struct alert_market *market, const struct alert_cluster *cluster) {
    if (market->track_count == ALERT_TRACK_MAX) {
        int least = 0;
        for (int i = 1; i < market->track_count; i++) {
            if (market->tracks[i].cluster.usd < market->tracks[least].cluster.usd) {
                least = i;
            }
        }
        drop_track(market, least);
        market->tracks_dropped++;
    }
    market->tracks[market->track_count++] = (struct alert_track){
        .cluster = *cluster, .seen_ms = market->map_ms, .expected_usd = NAN, .seen_usd = NAN};
}

/* The track that a cluster goes on; -1: none. One that was touched comes first: the cluster is what
 * is left of it. Else the largest. */
static int find_track(const struct alert_market *market, const struct alert_cluster *cluster) {
    int found = -1;
    for (int i = 0; i < market->track_count; i++) {
        const struct alert_track *track = &market->tracks[i];
        if (!overlaps(&track->cluster, cluster)) {
            continue;
        }
        if (track->touched_ms != 0) {
            return i;
        }
        if (found < 0 || track->cluster.usd > market->tracks[found].cluster.usd) {
            found = i;
        }
    }
    return found;
}

static void follow_clusters(struct alert_market *market) {
    for (int i = 0; i < market->cluster_count; i++) {
        const struct alert_cluster *cluster = &market->clusters[i];
        int at = find_track(market, cluster);
        if (at < 0) {
            add_track(market, cluster);
        } else if (market->tracks[at].touched_ms == 0) {
            bool again = market->tracks[at].seen_ms == market->map_ms;
            if (!again || cluster->usd > market->tracks[at].cluster.usd) {
                market->tracks[at].cluster = *cluster; /* of two parts the larger one */
            }
            market->tracks[at].seen_ms = market->map_ms;
        }
    }
}

static void take_waiting_map(struct alert_market *market, int64_t scene_ms) {
    if (market->next_map_ms == 0 || market->next_map_ms > scene_ms) {
        return;
    }
    market->map_ms = market->next_map_ms;
    market->cluster_count = market->next_count;
    memcpy(market->clusters, market->next, sizeof market->clusters);
    market->next_map_ms = 0;
    follow_clusters(market);
}

/* -- marks and receipts -- */

static void take_marks(struct alert_market *market, const struct scene_instrument *instrument) {
    bool first = true;
    int count = instrument->tail_count < SCENE_TAIL_MAX ? instrument->tail_count : SCENE_TAIL_MAX;
    for (int i = 0; i <= count; i++) {
        double mark = i < count ? instrument->tail[i].mark : instrument->mark;
        bool fresh = i == count || instrument->tail[i].ts_ms > market->mark_ms;
        if (!fresh || !(mark > 0) || !isfinite(mark)) {
            continue;
        }
        market->path_low = first ? mark : fmin(market->path_low, mark);
        market->path_high = first ? mark : fmax(market->path_high, mark);
        market->mark = mark;
        first = false;
    }
    if (first) {
        market->mark = 0;
    } else if (instrument->ts_ms > market->mark_ms) {
        market->mark_ms = instrument->ts_ms;
    }
}

static void read_receipts(struct alert_track *track, const struct scene_instrument *instrument) {
    int count = instrument->receipt_count < SCENE_RECEIPT_MAX ? instrument->receipt_count
                                                              : SCENE_RECEIPT_MAX;
    track->expected_usd = NAN;
    track->seen_usd = NAN;
    for (int i = 0; i < count; i++) {
        const struct scene_receipt *receipt = &instrument->receipts[i];
        const struct alert_cluster swept = {.side = receipt->side,
                                            .price_low = receipt->price_low,
                                            .price_high = receipt->price_high};
        if (!overlaps(&track->cluster, &swept) ||
            receipt->from_ms < track->touched_ms - RECEIPT_EARLY_MS ||
            !(receipt->expected_usd >= 0)) {
            continue;
        }
        track->expected_usd =
            (isnan(track->expected_usd) ? 0 : track->expected_usd) + receipt->expected_usd;
        if (receipt->heard != 0 && receipt->seen_usd >= 0) {
            track->seen_usd = (isnan(track->seen_usd) ? 0 : track->seen_usd) + receipt->seen_usd;
        }
    }
}

static void advance_track(struct alert_track *track, const struct alert_market *market,
                          const struct scene_instrument *instrument, int64_t now_ms) {
    const struct alert_cluster *cluster = &track->cluster;
    bool is_long = cluster->side == 0;
    bool inside =
        is_long ? market->path_low <= cluster->price_high : market->path_high >= cluster->price_low;
    bool beyond =
        is_long ? market->path_low <= cluster->price_low : market->path_high >= cluster->price_high;
    if (inside) {
        track->inside_ms = now_ms;
        track->touched_ms = track->touched_ms == 0 ? now_ms : track->touched_ms;
    }
    if (track->touched_ms == 0) {
        return;
    }
    read_receipts(track, instrument);
    if (track->swept_ms == 0 && (beyond || track->expected_usd >= SWEPT_SHARE * cluster->usd)) {
        track->swept_ms = now_ms;
    }
}

static bool is_over(const struct alert_track *track, const struct alert_market *market,
                    int64_t now_ms) {
    if (track->touched_ms == 0) {
        return market->map_ms - track->seen_ms > FORGET_MS;
    }
    if (track->swept_ms != 0) {
        return now_ms - track->swept_ms > AFTER_SWEPT_MS;
    }
    return now_ms - track->inside_ms > LEAVE_MS;
}

/* -- prints -- */

static bool is_same_print(const struct scene_print *a, const struct scene_print *b) {
    return a->ts_ms == b->ts_ms && a->position == b->position &&
           memcmp(&a->usd, &b->usd, sizeof a->usd) == 0 &&
           memcmp(&a->price, &b->price, sizeof a->price) == 0;
}

/* Which of them are new: those of the scene before begin this scene's, but for the oldest, which
 * may have been pushed out. */
static void take_prints(struct alert_market *market, const struct scene_instrument *instrument) {
    int count =
        instrument->print_count < SCENE_PRINT_MAX ? instrument->print_count : SCENE_PRINT_MAX;
    int gone = 0;
    for (; gone < market->print_count; gone++) {
        int kept = market->print_count - gone;
        int i = 0;
        while (i < kept && i < count &&
               is_same_print(&market->prints[gone + i], &instrument->prints[i])) {
            i++;
        }
        if (i == kept) {
            break;
        }
    }
    market->print_new = market->print_count - gone;
    market->print_count = count;
    memcpy(market->prints, instrument->prints, sizeof instrument->prints[0] * (size_t)count);
}

void alert_market_advance(struct alert_market *market, const struct scene_instrument *instrument,
                          int64_t scene_ms, int64_t now_ms) {
    take_marks(market, instrument);
    if (market->mark > 0) {
        for (int i = 0; i < market->track_count; i++) {
            advance_track(&market->tracks[i], market, instrument, now_ms);
        }
    }
    take_waiting_map(market, scene_ms);
    for (int i = market->track_count - 1; i >= 0; i--) {
        if (is_over(&market->tracks[i], market, now_ms)) {
            drop_track(market, i);
        }
    }
    take_prints(market, instrument);
}

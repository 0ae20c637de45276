/* control/alert_facts.c - what each kind of rule measures.
 *
 *     near           least distance, share of the mark, to the near edge of a cluster of enough USD
 *     price          the mark
 *     cluster        USD of the largest cluster (within a distance to its near edge)
 *     touched, swept USD of a followed cluster when the mark came (alert_track.c)
 *     liquidations   USD of prints of the last span_ms
 *     open interest  coins now over coins span_ms ago, - 1 (coins: USD would move with the price)
 *     funding        the rate of one interval
 *     silent         milliseconds since the feed's newest event
 *
 * A value holds at its threshold; it clears beyond a tenth of the threshold on the other side.
 * Stretches of time are kept in ALERT_STEP_COUNT steps, so their length is right to a sixtieth; the
 * open interest of span_ms ago has to have been seen, or there is no data. */
#include "control/alert_facts.h"

#include <math.h>

#include "base/str.h"

#define SLACK 0.1 /* hysteresis, share of the threshold */

/* -- stretches of time -- */

static int64_t step_ms(const struct alert_rule *rule) {
    return (rule->span_ms + ALERT_STEP_COUNT - 1) / ALERT_STEP_COUNT;
}

/* Its bucket, emptied if an older step lay there; NULL: a newer one does. */
static double *series_at(struct alert_series *series, int64_t step) {
    size_t i = (size_t)(step % ALERT_BUCKET_MAX);
    if (series->step[i] > step + 1) {
        return NULL;
    }
    if (series->step[i] < step + 1) {
        series->step[i] = step + 1;
        series->value[i] = 0;
    }
    return &series->value[i];
}

static double series_sum(const struct alert_series *series, int64_t first, int64_t last) {
    double sum = 0;
    for (int i = 0; i < ALERT_BUCKET_MAX; i++) {
        if (series->step[i] > first && series->step[i] <= last + 1) {
            sum += series->value[i];
        }
    }
    return sum;
}

/* -- clusters -- */

/* From the mark to its near edge, share of the mark; 0 where the mark is inside. */
static double edge_distance(const struct alert_cluster *cluster, double mark) {
    double away = cluster->side == 0 ? mark - cluster->price_high : cluster->price_low - mark;
    return fmax(away, 0) / mark;
}

static bool is_side(const struct alert_rule *rule, int side) {
    return rule->side == ALERT_ANY_SIDE || (rule->side == ALERT_SHORT) == (side == 1);
}

static void set_cluster(struct alert_fact *fact, const struct alert_cluster *cluster, double mark) {
    fact->has_cluster = true;
    fact->cluster = *cluster;
    fact->cluster.distance = cluster->price / mark - 1;
}

static bool map_is_fresh(const struct alert_market *market,
                         const struct scene_instrument *instrument) {
    return market->map_ms != 0 && market->mark > 0 &&
           instrument->ts_ms - market->map_ms <= ALERT_MAP_STALE_MS;
}

static struct alert_fact look_near(const struct alert_rule *rule,
                                   const struct alert_market *market) {
    struct alert_fact fact = {.known = true, .clears = true, .value = NAN};
    for (int i = 0; i < market->cluster_count; i++) {
        const struct alert_cluster *cluster = &market->clusters[i];
        double distance = edge_distance(cluster, market->mark);
        if (!is_side(rule, cluster->side) || cluster->usd < rule->least_usd * (1 - SLACK)) {
            continue;
        }
        fact.clears = fact.clears && distance > rule->threshold * (1 + SLACK);
        if (cluster->usd >= rule->least_usd && !(distance >= fact.value)) {
            fact.value = distance;
            fact.holds = distance <= rule->threshold;
            set_cluster(&fact, cluster, market->mark);
        }
    }
    return fact;
}

static struct alert_fact look_cluster(const struct alert_rule *rule,
                                      const struct alert_market *market) {
    struct alert_fact fact = {.known = true, .clears = true};
    double within = rule->within > 0 ? rule->within : 1;
    for (int i = 0; i < market->cluster_count; i++) {
        const struct alert_cluster *cluster = &market->clusters[i];
        double distance = edge_distance(cluster, market->mark);
        if (!is_side(rule, cluster->side) || distance > within * (1 + SLACK)) {
            continue;
        }
        fact.clears = fact.clears && cluster->usd < rule->threshold * (1 - SLACK);
        if (distance <= within && cluster->usd > fact.value) {
            fact.value = cluster->usd;
            fact.holds = cluster->usd >= rule->threshold;
            set_cluster(&fact, cluster, market->mark);
        }
    }
    return fact;
}

/* Of the clusters to which it is happening, the largest; where none is large enough, the value is
 * the largest that could be. */
static struct alert_fact look_moment(const struct alert_rule *rule,
                                     const struct alert_market *market, int64_t now_ms) {
    struct alert_fact fact = {.known = true, .clears = true, .expected_usd = NAN, .seen_usd = NAN};
    for (int i = 0; i < market->track_count; i++) {
        const struct alert_track *track = &market->tracks[i];
        bool touched = rule->kind == ALERT_TOUCHED;
        int64_t at_ms = touched ? track->touched_ms : track->swept_ms;
        int64_t until_ms = touched && track->swept_ms == 0 ? track->inside_ms : at_ms;
        until_ms = until_ms > at_ms + ALERT_MOMENT_MS ? until_ms : at_ms + ALERT_MOMENT_MS;
        bool now = at_ms != 0 && now_ms <= until_ms && track->cluster.usd >= rule->threshold;
        if (!is_side(rule, track->cluster.side) || (fact.holds && !now)) {
            continue;
        }
        if ((now && !fact.holds) || track->cluster.usd > fact.value) {
            fact.value = track->cluster.usd;
            fact.holds = now;
            fact.clears = !now;
            fact.expected_usd = track->expected_usd;
            fact.seen_usd = track->seen_usd;
            set_cluster(&fact, &track->cluster, market->mark);
        }
    }
    return fact;
}

/* -- the rest -- */

static struct alert_fact compare(enum alert_relation relation, double value, double threshold) {
    double slack = SLACK * fabs(threshold);
    struct alert_fact fact = {.known = isfinite(value), .value = value};
    switch (relation) {
    case ALERT_BELOW:
        fact.holds = value <= threshold;
        fact.clears = value > threshold + slack;
        break;
    case ALERT_CHANGE:
        fact.holds = fabs(value) >= threshold;
        fact.clears = fabs(value) < threshold - slack;
        break;
    default:
        fact.holds = value >= threshold;
        fact.clears = value < threshold - slack;
        break;
    }
    return fact;
}

/* A tenth of a price is no hysteresis: a thousandth is. */
static struct alert_fact look_price(const struct alert_rule *rule,
                                    const struct alert_market *market) {
    double slack = rule->threshold * 0.001;
    bool below = rule->relation == ALERT_BELOW;
    /* What passed since the last look counts: a wick is a price, too. */
    double reached = below ? market->path_low : market->path_high;
    struct alert_fact fact = {.known = market->mark > 0, .value = market->mark};
    fact.holds = below ? reached <= rule->threshold : reached >= rule->threshold;
    fact.clears = !fact.holds && (below ? market->mark > rule->threshold + slack
                                        : market->mark < rule->threshold - slack);
    return fact;
}

static struct alert_fact look_liquidations(const struct alert_rule *rule,
                                           const struct alert_market *market,
                                           struct alert_series *series, int64_t now_ms) {
    int64_t newest = now_ms / step_ms(rule);
    for (int i = market->print_new; i < market->print_count; i++) {
        const struct scene_print *print = &market->prints[i];
        int64_t step = print->ts_ms / step_ms(rule);
        int side = print->position == POS_SHORT ? 1 : 0;
        if (!is_side(rule, side) || !(print->usd > 0 && print->usd < 1e15) || print->ts_ms <= 0 ||
            step <= newest - ALERT_STEP_COUNT) {
            continue;
        }
        double *bucket = series_at(series, step > newest ? newest : step);
        if (bucket != NULL) {
            *bucket += print->usd;
        }
    }
    double sum = series_sum(series, newest - ALERT_STEP_COUNT + 1, newest);
    return compare(ALERT_ABOVE, sum, rule->threshold);
}

static struct alert_fact look_open_interest(const struct alert_rule *rule,
                                            const struct scene_instrument *instrument,
                                            struct alert_series *series, int64_t now_ms) {
    int64_t newest = now_ms / step_ms(rule);
    double coins = instrument->oi_base;
    if (!(coins > 0) && instrument->oi_usd > 0 && instrument->mark > 0) {
        coins = instrument->oi_usd / instrument->mark;
    }
    if (!(coins > 0) || !isfinite(coins)) {
        return (struct alert_fact){.value = NAN};
    }
    double *bucket = series_at(series, newest);
    if (bucket != NULL) {
        *bucket = coins;
    }
    double before = 0;
    int64_t before_step = 0;
    for (int i = 0; i < ALERT_BUCKET_MAX; i++) {
        int64_t step = series->step[i];
        if (step > before_step && step > newest + 1 - ALERT_BUCKET_MAX &&
            step <= newest + 1 - ALERT_STEP_COUNT) {
            before_step = step;
            before = series->value[i];
        }
    }
    return compare(rule->relation == ALERT_BELOW ? ALERT_BELOW : rule->relation,
                   before > 0 ? coins / before - 1 : NAN,
                   rule->relation == ALERT_BELOW ? -rule->threshold : rule->threshold);
}

struct alert_fact alert_fact_of_market(const struct alert_rule *rule,
                                       const struct scene_instrument *instrument,
                                       const struct alert_market *market,
                                       struct alert_series *series, int64_t now_ms) {
    struct alert_fact fact = {.value = NAN};
    switch (rule->kind) {
    case ALERT_LIQUIDATIONS: /* these keep what they saw, whether or not it is fresh */
        fact = look_liquidations(rule, market, series, now_ms);
        break;
    case ALERT_OPEN_INTEREST:
        fact = look_open_interest(rule, instrument, series, now_ms);
        break;
    case ALERT_FUNDING:
        fact = compare(rule->relation, instrument->funding_rate, rule->threshold);
        break;
    case ALERT_PRICE:
        fact = look_price(rule, market);
        break;
    default:
        if (map_is_fresh(market, instrument)) {
            fact = rule->kind == ALERT_NEAR      ? look_near(rule, market)
                   : rule->kind == ALERT_CLUSTER ? look_cluster(rule, market)
                                                 : look_moment(rule, market, now_ms);
        }
        break;
    }
    if (now_ms - instrument->ts_ms > ALERT_STALE_MS) {
        fact.known = false;
    }
    return fact;
}

struct alert_fact alert_fact_of_feeds(const struct alert_rule *rule, const struct scene *scene,
                                      int64_t now_ms, int *out_feed) {
    struct alert_fact fact = {.value = NAN};
    int count = scene->feed_count < SCENE_FEED_MAX ? scene->feed_count : SCENE_FEED_MAX;
    *out_feed = -1;
    for (int i = 0; i < count; i++) {
        const struct scene_feed *feed = &scene->feeds[i];
        bool meant = rule->venue == VENUE_NONE || feed->venue == (uint8_t)rule->venue;
        double silent_ms = fmax((double)(now_ms - feed->ts_ms), 0);
        if (meant && feed->ts_ms > 0 && !(silent_ms <= fact.value)) {
            fact = compare(ALERT_ABOVE, silent_ms, rule->threshold);
            *out_feed = i;
        }
    }
    return fact;
}

/* density/clusters.c - what stands out.
 *
 * Problem: the field is a rugged curve over price.  Every entry laid down at every ladder step
 * makes a speck, steps of many entries make hills, and hills ride on broad swells.  People want the
 * five to fifteen places that matter on a side, neither three hundred specks nor one blob.
 *
 * Idea: one side of the profile is f(x), USD per level at distance x >= 0 in ln price from the
 * mark.
 *
 * 1. Scale. What counts as one place widens with distance: w(x) = SCALE (NEAR + x), that is 2 bp at
 *    the mark, 12 bp at 5 % and 32 bp at 15 %.  s = f smoothed twice by a box of half width w(x);
 *    beyond the mark it is 0, so nothing reaches over it.
 * 2. Peaks, by topographic prominence. P(i) = s(i) - max(saddle to the left, to the right), a
 * saddle being the lowest s on the way to higher ground; the mark and the end of the map count as
 * 0.  A peak stands out if P >= PROMINENCE s(i): 10 % above the ground that joins it to something
 *    higher.  This does not depend on the scale of USD nor on swells beneath.
 * 3. Extent. From the peak outward while s >= max(s(i) - P / 2, CREST s(i)), at most to the lowest
 *    s between it and the next peak that stands out; so extents never meet and their USD never add
 *    up to more than the field's.
 * 4. usd = sum of f, price = exp(sum of f ln p / sum of f), bands and sd likewise (profile_sd).
 *    Less than SHARE of the side's USD within reach is a speck.
 * 5. magnet = usd / (100 max(|distance|, MAGNET_NEAR)); rank 1 is the largest over both sides.
 *
 * A label comes or goes every two minutes or so in a live market, some for seconds only.  Memory
 * was tried against it: thresholds half as high for what had stood a second, a minute or five
 * minutes before.  It made five times more of that, since a peak kept alive splits the extents of
 * its neighbours; so clusters remain a function of the field now, and equal for whoever asks.
 *
 * Ties go to the place nearer to the mark, then to longs.  SCALE, PROMINENCE and CREST were chosen
 * by looking at fields of the simulated market (regimes A, B, C) and of recorded days: five to ten
 * a side within 15 %.  When it is wrong: two ladders that meet at one price are one cluster; a
 * plateau is one cluster as wide as it is. */
#include "density/clusters.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/math.h"

#define SCALE       0.02
#define NEAR        0.01
#define PROMINENCE  0.10
#define CREST       0.70
#define SHARE       0.0025
#define MAGNET_NEAR 1e-3

enum { PEAK_MAX = 512 }; /* a side; further ones are farther from the mark and left out */

struct peak {
    int level;
    float height, prominence;
};

/* One side while it is looked at. */
struct ridge {
    int count; /* levels */
    float smooth[PROFILE_LEVEL_MAX];
    double sums[PROFILE_LEVEL_MAX + 1]; /* sums[i]: of what lies before level i */
    int peak_count;
    struct peak peaks[PEAK_MAX];
};

/* Box of half width w(x) over in, zero outside of it. */
static void smooth_once(struct ridge *ridge, double height, const float in[]) {
    for (int i = 0; i < ridge->count; i++) {
        ridge->sums[i + 1] = ridge->sums[i] + (double)in[i];
    }
    for (int i = 0; i < ridge->count; i++) {
        int half = (int)(SCALE * (NEAR + i * height) / height + 0.5);
        int from = i > half ? i - half : 0;
        int to = i + half + 1 < ridge->count ? i + half + 1 : ridge->count;
        double mean = (ridge->sums[to] - ridge->sums[from]) / (2 * half + 1);
        ridge->smooth[i] = mean > 0 ? (float)mean : 0;
    }
}

/* The lowest ground on the way from a level to higher ground (of equals the nearer to the mark is
 * the higher); 0 if the way ends first. */
static float saddle(const struct ridge *ridge, int level, int step) {
    float height = ridge->smooth[level], low = height;
    for (int i = level + step; i >= 0 && i < ridge->count; i += step) {
        float s = ridge->smooth[i];
        if (s > height || (step < 0 && s == height)) {
            return low;
        }
        low = s < low ? s : low;
    }
    return 0;
}

static void find_peaks(struct ridge *ridge) {
    const float *smooth = ridge->smooth;
    ridge->peak_count = 0;
    for (int i = 0; i < ridge->count && ridge->peak_count < PEAK_MAX; i++) {
        bool rises = i == 0 || smooth[i] > smooth[i - 1];
        bool falls = i + 1 == ridge->count || smooth[i] >= smooth[i + 1];
        if (!(smooth[i] > 0) || !rises || !falls) {
            continue;
        }
        float left = saddle(ridge, i, -1), right = saddle(ridge, i, 1);
        float prominence = smooth[i] - (left > right ? left : right);
        if ((double)prominence >= PROMINENCE * (double)smooth[i]) {
            ridge->peaks[ridge->peak_count++] =
                (struct peak){.level = i, .height = smooth[i], .prominence = prominence};
        }
    }
}

/* The lowest level between two peaks; of equals the first. */
static int valley(const struct ridge *ridge, int from, int to) {
    int lowest = from;
    for (int i = from; i <= to; i++) {
        lowest = ridge->smooth[i] < ridge->smooth[lowest] ? i : lowest;
    }
    return lowest;
}

/* The levels [*first, *last] of a peak. A valley belongs to the peak nearer to the mark. */
static void find_extent(const struct ridge *ridge, int index, int *first, int *last) {
    const struct peak *peak = &ridge->peaks[index];
    int low = 0, high = ridge->count - 1;
    if (index > 0) {
        low = valley(ridge, ridge->peaks[index - 1].level, peak->level) + 1;
    }
    if (index + 1 < ridge->peak_count) {
        high = valley(ridge, peak->level, ridge->peaks[index + 1].level);
    }
    double half = (double)peak->height - (double)peak->prominence / 2;
    double crest = CREST * (double)peak->height;
    double floor_usd = half > crest ? half : crest;
    *first = *last = peak->level;
    while (*first > low && (double)ridge->smooth[*first - 1] >= floor_usd) {
        (*first)--;
    }
    while (*last < high && (double)ridge->smooth[*last + 1] >= floor_usd) {
        (*last)++;
    }
}

/* What stands in levels [first, last]. */
static struct map_cluster sum_levels(const struct profile *profile, int side, int first, int last) {
    const struct profile_side *from = &profile->sides[side];
    struct map_cluster made = {.side = side};
    double moment = 0, sd_usd = 0;
    for (int level = first; level <= last; level++) {
        double usd = (double)from->usd[level];
        made.usd += usd;
        moment += usd * (profile_edge(profile, level) + profile->level_height / 2);
        sd_usd += usd * profile_sd(profile, side, level);
        for (int band = 0; band < DISTANCE_BAND_COUNT; band++) {
            made.bands_usd[band] += (double)from->bands_usd[level][band];
        }
    }
    if (!(made.usd > 0)) {
        return made;
    }
    double near = profile_price(profile, side, profile_edge(profile, first));
    double far = profile_price(profile, side, profile_edge(profile, last + 1));
    made.price = profile_price(profile, side, moment / made.usd);
    made.price_low = side == MODEL_LONG ? far : near;
    made.price_high = side == MODEL_LONG ? near : far;
    made.distance = made.price / profile->reference - 1;
    made.sd = sd_usd / made.usd;
    made.calibrated = made.sd < (double)WEIGHTS_SD_CALIBRATED;
    double apart = fabs(made.distance);
    made.magnet_usd = made.usd / (100 * (apart > MAGNET_NEAR ? apart : MAGNET_NEAR));
    return made;
}

/* Keep it among the side's largest, items[0 .. *count). */
static void keep(struct map_cluster items[MAP_CLUSTER_SIDE_MAX], int *count, int *left_out,
                 const struct map_cluster *made) {
    if (*count < MAP_CLUSTER_SIDE_MAX) {
        items[(*count)++] = *made;
        return;
    }
    int smallest = 0;
    for (int i = 1; i < *count; i++) {
        smallest = items[i].usd <= items[smallest].usd ? i : smallest;
    }
    (*left_out)++;
    if (made->usd > items[smallest].usd) {
        memmove(&items[smallest], &items[smallest + 1],
                sizeof(items[0]) * (size_t)(*count - smallest - 1));
        items[*count - 1] = *made;
    }
}

/* A side's clusters, nearest to the mark first. */
static int find_side(const struct profile *profile, int side, double reach,
                     struct map_cluster items[MAP_CLUSTER_SIDE_MAX], int *left_out) {
    struct ridge ridge = {.count = profile->level_count};
    float once[PROFILE_LEVEL_MAX];
    int count = 0;
    double within_usd = 0;
    for (int i = 0; i < ridge.count && profile_edge(profile, i) < reach; i++) {
        within_usd += (double)profile->sides[side].usd[i];
    }
    smooth_once(&ridge, profile->level_height, profile->sides[side].usd);
    memcpy(once, ridge.smooth, sizeof(once));
    smooth_once(&ridge, profile->level_height, once);
    find_peaks(&ridge);
    for (int i = 0; i < ridge.peak_count; i++) {
        int first = 0, last = 0;
        find_extent(&ridge, i, &first, &last);
        struct map_cluster made = sum_levels(profile, side, first, last);
        bool inside = profile_edge(profile, ridge.peaks[i].level) < reach;
        if (inside && made.usd > 0 && made.usd >= SHARE * within_usd) {
            keep(items, &count, left_out, &made);
        }
    }
    return count;
}

static void rank_by_magnet(int count, struct map_cluster items[]) {
    for (int i = 0; i < count; i++) {
        struct map_cluster *item = &items[i];
        item->rank = 1;
        for (int k = 0; k < count; k++) {
            const struct map_cluster *other = &items[k];
            bool nearer = fabs(other->distance) < fabs(item->distance) ||
                          (fabs(other->distance) == fabs(item->distance) && k > i);
            item->rank += other->magnet_usd > item->magnet_usd ||
                          (other->magnet_usd == item->magnet_usd && k != i && nearer);
        }
    }
}

int clusters_find(const struct profile *profile, double reach,
                  struct map_cluster out[MAP_CLUSTER_MAX], int *left_out) {
    struct map_cluster shorts[MAP_CLUSTER_SIDE_MAX];
    reach = reach > 0 ? reach : CLUSTERS_REACH;
    *left_out = 0;
    int short_count = find_side(profile, MODEL_SHORT, reach, shorts, left_out);
    for (int i = 0; i < short_count; i++) {
        out[i] = shorts[short_count - 1 - i];
    }
    int count = short_count + find_side(profile, MODEL_LONG, reach, out + short_count, left_out);
    rank_by_magnet(count, out);
    return count;
}

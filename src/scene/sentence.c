#include "scene/sentence.h"

#include <math.h>

#include "base/number.h"
#include "base/str.h"

#define MOST 0.5 /* of the USD: what "mostly" means */

/* As in a sentence: a band without an upper end, or without a lower one, is told in words. */
static const char *const band_words[LAYERS_BAND_COUNT] = {
    "below 5x", "5–10x", "10–25x", "25–50x", "50–100x", "100x and more",
};

static double band_usd(const struct map_cluster *cluster, uint32_t band_hidden, int band) {
    double usd = cluster->bands_usd[band];
    return (band_hidden >> band & 1) == 0 && usd > 0 ? usd : 0;
}

double sentence_cluster_usd(const struct map_cluster *cluster, uint32_t band_hidden) {
    double usd = 0;
    for (int band = 0; band < LAYERS_BAND_COUNT; band++) {
        usd += band_usd(cluster, band_hidden, band);
    }
    return usd;
}

const char *sentence_leverage(const struct map_cluster *cluster, uint32_t band_hidden,
                              char out[SENTENCE_BYTES]) {
    double usd = sentence_cluster_usd(cluster, band_hidden);
    int first = 0;
    int second = -1;
    for (int band = 1; band < LAYERS_BAND_COUNT; band++) {
        double here = band_usd(cluster, band_hidden, band);
        if (here > band_usd(cluster, band_hidden, first)) {
            second = first;
            first = band;
        } else if (second < 0 || here > band_usd(cluster, band_hidden, second)) {
            second = band;
        }
    }
    double largest = band_usd(cluster, band_hidden, first);
    double both = largest + band_usd(cluster, band_hidden, second);
    out[0] = '\0';
    if (usd > 0 && largest >= MOST * usd) {
        str_format(out, SENTENCE_BYTES, "mostly %s", band_words[first]);
    } else if (usd > 0 && both >= MOST * usd) { /* the lower leverage first */
        int low = first < second ? first : second;
        int high = first < second ? second : first;
        str_format(out, SENTENCE_BYTES, "mostly %s and %s", band_words[low], band_words[high]);
    }
    return out;
}

/* "2.1 %", "0.42 %", "12 %": two significant figures. */
static void append_distance(char out[SENTENCE_BYTES], double share) {
    double percent = fabs(share) * 100;
    int decimals = percent < 0.995 ? 2 : (percent < 9.95 ? 1 : 0);
    str_append(out, SENTENCE_BYTES, ", %.*f %% %s", decimals, percent,
               share < 0 ? "below" : "above");
}

const char *sentence_of_cluster(const struct map_cluster *cluster, const struct sentence_desc *desc,
                                char out[SENTENCE_BYTES]) {
    char usd_text[NUMBER_TEXT_BYTES];
    char price_text[NUMBER_TEXT_BYTES];
    char leverage[SENTENCE_BYTES];
    double usd = sentence_cluster_usd(cluster, desc->band_hidden);
    bool is_long = cluster->side == 0;
    double share = desc->price_now > 0 ? cluster->price / desc->price_now - 1 : cluster->distance;
    out[0] = '\0';
    if (!(usd > 0)) {
        return out;
    }
    number_format_usd(usd, usd_text);
    number_format_price(cluster->price, desc->price_decimals, price_text);
    sentence_leverage(cluster, desc->band_hidden, leverage);
    if (desc->length == SENTENCE_GIST) {
        str_format(out, SENTENCE_BYTES, "%s of %s at %s", usd_text, is_long ? "longs" : "shorts",
                   price_text);
        append_distance(out, share);
        str_append(out, SENTENCE_BYTES, ", estimate");
        return out;
    }
    str_format(out, SENTENCE_BYTES, "about %s of %s positions", usd_text,
               is_long ? "long" : "short");
    if (desc->length == SENTENCE_WHOLE && leverage[0] != '\0') {
        str_append(out, SENTENCE_BYTES, ", %s,", leverage);
    }
    str_append(out, SENTENCE_BYTES, " would be force-%s near %s", is_long ? "sold" : "bought",
               price_text);
    append_distance(out, share);
    const char *trust = "estimate";
    if (desc->length == SENTENCE_WHOLE && !cluster->calibrated) {
        trust =
            desc->learned ? "estimate, not calibrated so far out" : "estimate, not calibrated yet";
    }
    str_append(out, SENTENCE_BYTES, " (%s)", trust);
    return out;
}

#include "layer/caption.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/number.h"
#include "base/str.h"

#define DAY_MS   INT64_C(86400000)
#define DOT      "  \xc2\xb7  "
#define PLUS_MIN "\xc2\xb1"

/* -- the field -- */

#define ESTIMATE "Estimated liquidation density"
#define DASH     "\xe2\x80\x93"
/* What the shorter lengths leave out. */
enum {
    WITH_UNIT_UNTIL = 1,
    WITH_MORE_UNTIL = 1,
    WITH_WORDS_UNTIL = 2, /* "blue to mint", then "blue–mint" */
    WITH_WHOLE_RAMPS_UNTIL = 3,
    WITH_CERTAINTY_UNTIL = 4,
    WITH_COLORS_UNTIL = 5
};

/* A side's colours, or, where that tells it from the other one, the first alone. */
static void append_color(char *out, const struct settings *settings, int side, int length) {
    const char *words = colormap_color_words(settings->palette, side);
    const char *to = strstr(words, " to ");
    bool words_whole =
        to == NULL || length <= WITH_WORDS_UNTIL || colormap_is_single(settings->palette);
    str_append(out, CAPTION_FIELD_BYTES, " %.*s",
               words_whole ? (int)strlen(words) : (int)(to - words), words);
    if (!words_whole && length <= WITH_WHOLE_RAMPS_UNTIL) {
        str_append(out, CAPTION_FIELD_BYTES, DASH "%s", to + strlen(" to "));
    }
}

/* A panel a side. */
static void append_panes(char *out, const struct settings *settings, int length) {
    if (length > WITH_COLORS_UNTIL || colormap_is_single(settings->palette)) {
        str_append(out, CAPTION_FIELD_BYTES, DOT "shorts above, longs below");
        if (length <= WITH_COLORS_UNTIL) {
            str_append(out, CAPTION_FIELD_BYTES, ",");
            append_color(out, settings, 0, length);
        }
        return;
    }
    str_append(out, CAPTION_FIELD_BYTES, DOT "above shorts");
    append_color(out, settings, 1, length);
    str_append(out, CAPTION_FIELD_BYTES, ", below longs");
    append_color(out, settings, 0, length);
}

/* Which sides are shown, and in which colours. */
static void append_sides(char *out, const struct settings *settings, int length) {
    static const char *const plain[SETTINGS_SIDE_COUNT] = {"", "longs alone", "shorts alone",
                                                           "net"};
    const char *side = plain[settings->side];
    bool net = settings->side == SETTINGS_SIDE_NET;
    if (settings->split && (settings->side == SETTINGS_SIDE_BOTH || net)) {
        append_panes(out, settings, length); /* each side whole: nothing is net there */
    } else if (length > WITH_COLORS_UNTIL) {
        str_append(out, CAPTION_FIELD_BYTES, side[0] != '\0' ? DOT "%s" : "%s", side);
    } else if (settings->side == SETTINGS_SIDE_LONG || settings->side == SETTINGS_SIDE_SHORT) {
        str_append(out, CAPTION_FIELD_BYTES, DOT "%s,", side);
        append_color(out, settings, settings->side == SETTINGS_SIDE_SHORT, length);
    } else if (colormap_is_single(settings->palette)) {
        str_append(out, CAPTION_FIELD_BYTES, DOT "%slongs and shorts alike,",
                   net ? "net of the two sides, " : "");
        append_color(out, settings, 0, length);
    } else {
        str_append(out, CAPTION_FIELD_BYTES, DOT "%s",
                   net ? "net of the two sides: longs" : "longs");
        append_color(out, settings, 0, length);
        str_append(out, CAPTION_FIELD_BYTES, ", shorts");
        append_color(out, settings, 1, length);
    }
}

/* "leverage 5–25, 100+ only", or "5–25x, 100x+"; nothing if all bands are shown. */
static void append_bands(char *out, const struct settings *settings, bool brief) {
    static const int edges[SETTINGS_BAND_COUNT] = {0, 5, 10, 25, 50, 100}; /* of leverage */
    uint32_t all = (UINT32_C(1) << SETTINGS_BAND_COUNT) - 1;
    uint32_t shown = ~settings->band_hidden & all;
    if (shown == all) {
        return;
    }
    str_append(out, CAPTION_FIELD_BYTES, DOT "%s",
               shown == 0 ? "no leverage band shown" : (brief ? "" : "leverage "));
    for (int low = 0, count = 0; low < SETTINGS_BAND_COUNT; low++) {
        int high = low;
        while (high < SETTINGS_BAND_COUNT && (shown >> high & 1) != 0) {
            high++;
        }
        if (high == low) {
            continue;
        }
        const char *comma = count++ > 0 ? ", " : "";
        const char *times = brief ? "x" : "";
        if (high == SETTINGS_BAND_COUNT) {
            str_append(out, CAPTION_FIELD_BYTES, "%s%d%s+", comma, edges[low], times);
        } else if (low == 0) {
            str_append(out, CAPTION_FIELD_BYTES, "%s<%d%s", comma, edges[high], times);
        } else {
            str_append(out, CAPTION_FIELD_BYTES, "%s%d" DASH "%d%s", comma, edges[low], edges[high],
                       times);
        }
        low = high;
    }
    str_append(out, CAPTION_FIELD_BYTES, "%s", shown == 0 || brief ? "" : " only");
}

const char *caption_field(const struct settings *settings, int length,
                          char out[CAPTION_FIELD_BYTES]) {
    static const char *const uncertain[COLORMAP_CERTAINTY_COUNT] = {
        [COLORMAP_CERTAINTY_SATURATION] = DOT "grey: not calibrated",
        [COLORMAP_CERTAINTY_HATCH] = DOT "striped: not calibrated",
        [COLORMAP_CERTAINTY_OFF] = ""};
    assert(length >= 0 && length < CAPTION_FIELD_LENGTH_COUNT);
    str_copy(out, CAPTION_FIELD_BYTES, ESTIMATE);
    if (!settings_shows(settings, SETTINGS_PART_FIELD)) {
        str_append(out, CAPTION_FIELD_BYTES, ": not shown");
        return out;
    }
    if (length <= WITH_UNIT_UNTIL) {
        str_append(out, CAPTION_FIELD_BYTES, ", USD per %s",
                   length == 0 ? "basis point of price" : "bp");
    }
    append_sides(out, settings, length);
    if (length <= WITH_MORE_UNTIL) {
        str_append(out, CAPTION_FIELD_BYTES, ", %s is more",
                   colormap_is_light(settings->palette) ? "darker" : "brighter");
    }
    append_bands(out, settings, length > WITH_COLORS_UNTIL);
    if (settings->least_usd_per_bp > 0) {
        char usd[NUMBER_TEXT_BYTES];
        str_append(out, CAPTION_FIELD_BYTES, DOT "%s %s/bp",
                   length > WITH_COLORS_UNTIL ? "\xe2\x89\xa5" : "from",
                   number_format_usd_round(settings->least_usd_per_bp, usd));
    }
    if (length <= WITH_CERTAINTY_UNTIL) {
        str_append(out, CAPTION_FIELD_BYTES, "%s", uncertain[settings->certainty]);
        if (length == 0 && settings->certainty != COLORMAP_CERTAINTY_OFF) {
            str_append(out, CAPTION_FIELD_BYTES, " (prior)");
        }
    }
    return out;
}

bool caption_tells_certainty(const struct settings *settings, int length) {
    return length <= WITH_CERTAINTY_UNTIL || settings->certainty == COLORMAP_CERTAINTY_OFF;
}

/* -- the model -- */

/* "14:05", or with its date where that is another day's time. */
static void append_time(char *out, int64_t ms, int64_t now_ms, int utc_offset_min) {
    char utc[CLOCK_TEXT_BYTES];
    clock_format_utc(ms + (int64_t)utc_offset_min * 60000, utc);
    if (llabs(now_ms - ms) < DAY_MS) {
        str_append(out, CAPTION_BYTES, "%.5s", utc + 11);
    } else {
        str_append(out, CAPTION_BYTES, "%.10s %.5s", utc, utc + 11);
    }
}

/* Two figures, so that "±0.62 %" and "±12 %" both say what is known. */
static void append_reach(char *out, double share) {
    double percent = share * 100;
    int decimals = percent < 1 ? 2 : (percent < 10 ? 1 : 0);
    str_append(out, CAPTION_BYTES, PLUS_MIN "%.*f %%", decimals, percent);
}

const char *caption_model(const struct scene_model *model, int64_t now_ms, int utc_offset_min,
                          int length, char out[CAPTION_BYTES]) {
    static const char *const prior[CAPTION_LENGTH_COUNT] = {
        "model: prior, not calibrated yet", "model: prior, not calibrated", "prior"};
    static const char *const nowhere[CAPTION_LENGTH_COUNT] = {"calibrated nowhere yet",
                                                              "calibrated nowhere", "learning"};
    static const char *const shape_only[CAPTION_LENGTH_COUNT] = {
        DOT "shape only (venue prints a sample)", DOT "shape only", " shape"};
    assert(length >= 0 && length < CAPTION_LENGTH_COUNT);
    out[0] = '\0';
    if (model == NULL) {
        return out;
    }
    if (model->calibrated_ms == 0) {
        str_copy(out, CAPTION_BYTES, prior[length]);
        return out;
    }
    if (model->calibrated_to > 0 && isfinite(model->calibrated_to)) {
        str_copy(out, CAPTION_BYTES, length < 2 ? "calibrated to " : "");
        append_reach(out, (double)model->calibrated_to);
    } else {
        str_copy(out, CAPTION_BYTES, nowhere[length]);
    }
    if (length == 0) {
        str_append(out, CAPTION_BYTES, DOT "weights %s ", model->restored ? "kept from" : "of");
        append_time(out, model->calibrated_ms, now_ms, utc_offset_min);
    }
    if (model->shape_only) {
        str_append(out, CAPTION_BYTES, "%s", shape_only[length]);
    }
    return out;
}

static void append_days(char *out, double days) {
    if (days >= 1) {
        str_append(out, CAPTION_BYTES, "%.0f d", days);
    } else {
        str_append(out, CAPTION_BYTES, "%.0f h", days * 24);
    }
}

const char *caption_score(const struct scene_model *model, int length, char out[CAPTION_BYTES]) {
    assert(length >= 0 && length < CAPTION_LENGTH_COUNT);
    out[0] = '\0';
    if (model == NULL) {
        return out;
    }
    if (!model->scored || !isfinite(model->gain_kernel_nats)) {
        static const char *const not_yet[CAPTION_LENGTH_COUNT] = {
            "score: not enough liquidations yet", "score: not yet", ""};
        str_copy(out, CAPTION_BYTES, not_yet[length]);
        return out;
    }
    bool dimmed = caption_is_dimmed(model);
    str_copy(out, CAPTION_BYTES, dimmed ? "dimmed: " : "score ");
    append_days(out, model->score_days);
    str_append(out, CAPTION_BYTES, dimmed && length < 2 ? " score %+.2f nats/$" : " %+.2f nats/$",
               model->gain_kernel_nats);
    if (length < 2) {
        str_append(out, CAPTION_BYTES, dimmed ? ", worse than a plain kernel" : " over kernel");
    }
    if (length == 0) {
        str_append(out, CAPTION_BYTES, DOT "predicted/seen %.2f", model->predicted_over_seen);
    }
    return out;
}

bool caption_is_dimmed(const struct scene_model *model) {
    return model != NULL && model->scored && model->gain_kernel_nats < 0;
}

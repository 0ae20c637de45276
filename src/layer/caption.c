#include "layer/caption.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/str.h"

#define DAY_MS   INT64_C(86400000)
#define DOT      "  \xc2\xb7  "
#define PLUS_MIN "\xc2\xb1"

const char *caption_colors(enum colormap_certainty certainty, int length) {
    static const char *const texts[COLORMAP_CERTAINTY_COUNT][CAPTION_LENGTH_COUNT] = {
        [COLORMAP_CERTAINTY_SATURATION] =
            {"Estimated liquidation density, USD per basis point of price" DOT
             "grey: not calibrated (prior)",
             "Estimated liquidation density, USD per bp" DOT "grey: not calibrated",
             "Estimated liquidation density"},
        [COLORMAP_CERTAINTY_HATCH] =
            {"Estimated liquidation density, USD per basis point of price" DOT
             "striped: not calibrated (prior)",
             "Estimated liquidation density, USD per bp" DOT "striped: not calibrated",
             "Estimated liquidation density"},
        [COLORMAP_CERTAINTY_OFF] = {"Estimated liquidation density, USD per basis point of price",
                                    "Estimated liquidation density, USD per bp",
                                    "Estimated liquidation density"},
    };
    assert((unsigned)certainty < COLORMAP_CERTAINTY_COUNT);
    assert(length >= 0 && length < CAPTION_LENGTH_COUNT);
    return texts[certainty][length];
}

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

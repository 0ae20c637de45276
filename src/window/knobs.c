#include "window/knobs.h"

#include <math.h>

#include "base/str.h"

#define STRIPS                                                                                     \
    (SETTINGS_BIT(VOLUME) | SETTINGS_BIT(OPEN_INTEREST) | SETTINGS_BIT(FUNDING) |                  \
     SETTINGS_BIT(VOLATILITY) | SETTINGS_BIT(RSI) | SETTINGS_BIT(LIQUIDATED))

#define TEXT_STEP  1.1
#define TEXT_LEAST 0.5
#define TEXT_MOST  8.0
/* A threshold this far below black hides nothing that could be seen. */
#define LEAST_BELOW_BLACK 0.1
#define START_USD         1e5 /* a knob that is turned before anything was drawn */

double knobs_next_amount(double usd, int direction) {
    static const double round_ones[] = {1, 1.5, 2, 3, 5, 7};
    enum { COUNT = ARRAY_COUNT(round_ones) };
    double decade = pow(10, floor(log10(usd)));
    for (int i = 0; i < 3 * COUNT; i++) {
        /* Through the decade below, this one and the one above, in the direction asked for. */
        int n = direction > 0 ? i : 3 * COUNT - 1 - i;
        double amount = round_ones[n % COUNT] * decade * pow(10, n / COUNT - 1);
        bool beyond = direction > 0 ? amount > usd * 1.001 : amount < usd * 0.999;
        if (beyond) {
            return amount;
        }
    }
    return usd;
}

/* What a point of the scale stands at, held or not. */
static double point_of(double held, double drawn) {
    return held > 0 ? held : (drawn > 0 ? drawn : START_USD);
}

/* Hold both points where they are, the one that is turned a step on; white stays above black. */
static void turn_scale(const struct knobs *knobs, struct settings *settings, enum action action) {
    double black = point_of(settings->black_usd_per_bp, knobs->black_usd_per_bp);
    double white = point_of(settings->white_usd_per_bp, knobs->white_usd_per_bp);
    switch (action) {
    case ACTION_BLACK_DOWN:
        black = knobs_next_amount(black, -1);
        break;
    case ACTION_BLACK_UP:
        black = knobs_next_amount(black, +1);
        break;
    case ACTION_WHITE_DOWN:
        white = knobs_next_amount(white, -1);
        break;
    default:
        white = knobs_next_amount(white, +1);
        break;
    }
    if (white > black) {
        settings->black_usd_per_bp = black;
        settings->white_usd_per_bp = white;
    }
}

static void turn_least(const struct knobs *knobs, struct settings *settings, int direction) {
    double black = point_of(settings->black_usd_per_bp, knobs->black_usd_per_bp);
    double least = settings->least_usd_per_bp;
    if (least > 0) {
        least = knobs_next_amount(least, direction);
    } else if (direction > 0) {
        least = knobs_next_amount(black, +1); /* the first that hides something */
    }
    settings->least_usd_per_bp = least < black * LEAST_BELOW_BLACK ? 0 : least;
}

/* All strips off, or those that were there on again. */
static void turn_strips(struct knobs *knobs, struct settings *settings) {
    uint32_t shown = settings->parts & STRIPS;
    uint32_t usual = settings_default().parts & STRIPS;
    if (shown != 0) {
        knobs->strips_hidden = shown;
        settings->parts &= ~STRIPS;
    } else {
        settings->parts |= knobs->strips_hidden != 0 ? knobs->strips_hidden : usual;
    }
}

static void turn_text(const struct knobs *knobs, struct settings *settings, double factor) {
    double fitting = knobs->scale_factor > 0 ? knobs->scale_factor : 1;
    double scale = settings->scale_factor > 0 ? settings->scale_factor : fitting;
    settings->scale_factor = fmin(fmax(scale * factor, TEXT_LEAST), TEXT_MOST);
}

static void turn_palette(struct settings *settings, int steps) {
    int next = ((int)settings->palette + steps + COLORMAP_COUNT) % COLORMAP_COUNT;
    settings->palette = (enum colormap_id)next;
}

/* Those that are one of a range: a part, a band, a side. */
static bool turn_one_of(struct settings *settings, enum action action) {
    uint32_t all_bands = (UINT32_C(1) << SETTINGS_BAND_COUNT) - 1;
    if (action >= ACTION_PART_FIRST && action <= ACTION_PART_LAST) {
        settings->parts ^= UINT32_C(1) << (action - ACTION_PART_FIRST);
    } else if (action >= ACTION_BAND_1 && action <= ACTION_BAND_6) {
        settings->band_hidden ^= UINT32_C(1) << (action - ACTION_BAND_1);
    } else if (action >= ACTION_BAND_1_ALONE && action <= ACTION_BAND_6_ALONE) {
        uint32_t others = all_bands & ~(UINT32_C(1) << (action - ACTION_BAND_1_ALONE));
        settings->band_hidden = settings->band_hidden == others ? 0 : others;
    } else if (action >= ACTION_SIDE_LONG && action <= ACTION_SIDE_NET) {
        enum settings_side side =
            (enum settings_side)(SETTINGS_SIDE_LONG + (action - ACTION_SIDE_LONG));
        settings->side = settings->side == side ? SETTINGS_SIDE_BOTH : side;
    } else {
        return false;
    }
    return true;
}

/* Those that colours depend on. */
static bool turn_colors(struct knobs *knobs, struct settings *settings, enum action action) {
    switch (action) {
    case ACTION_PALETTE_NEXT:
    case ACTION_PALETTE_BEFORE:
        turn_palette(settings, action == ACTION_PALETTE_NEXT ? +1 : -1);
        return true;
    case ACTION_CERTAINTY_NEXT:
        settings->certainty =
            (enum colormap_certainty)((settings->certainty + 1) % COLORMAP_CERTAINTY_COUNT);
        return true;
    case ACTION_CURVE_NEXT:
        settings->curve = (enum scale_curve)((settings->curve + 1) % SCALE_CURVE_COUNT);
        return true;
    case ACTION_LEAST_NONE:
        settings->least_usd_per_bp = 0;
        return true;
    case ACTION_LEAST_DOWN:
    case ACTION_LEAST_UP:
        turn_least(knobs, settings, action == ACTION_LEAST_UP ? +1 : -1);
        return true;
    case ACTION_BLACK_DOWN:
    case ACTION_BLACK_UP:
    case ACTION_WHITE_DOWN:
    case ACTION_WHITE_UP:
        turn_scale(knobs, settings, action);
        return true;
    case ACTION_SCALE_AUTO:
        settings->black_usd_per_bp = settings->white_usd_per_bp = 0;
        return true;
    default:
        return false;
    }
}

bool knobs_turn(struct knobs *knobs, struct settings *settings, enum action action) {
    if (turn_one_of(settings, action) || turn_colors(knobs, settings, action)) {
        return true;
    }
    switch (action) {
    case ACTION_BANDS_ALL:
        settings->band_hidden = 0;
        return true;
    case ACTION_STRIPS:
        turn_strips(knobs, settings);
        return true;
    case ACTION_SPLIT:
        settings->split = !settings->split;
        return true;
    case ACTION_LOCAL_TIME:
        settings->local_time = !settings->local_time;
        return true;
    case ACTION_OPENED_WITHIN:
        settings->opened_within_window = !settings->opened_within_window;
        return true;
    case ACTION_VENUES:
        settings->venue_hidden = settings->venue_hidden != 0 ? 0 : UINT32_MAX;
        return true;
    case ACTION_TEXT_SMALLER:
    case ACTION_TEXT_LARGER:
        turn_text(knobs, settings, action == ACTION_TEXT_LARGER ? TEXT_STEP : 1 / TEXT_STEP);
        return true;
    case ACTION_TEXT_FITTING:
        settings->scale_factor = 0;
        return true;
    default:
        return false;
    }
}

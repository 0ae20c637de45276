#include "app/picture_options.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "market/instrument.h"

/* Venues by name, blanks or commas between, as bits. False: *wrong is not one. */
static bool parse_venues(const char *text, uint32_t *hidden, const char **wrong) {
    size_t len = 0;
    for (const char *at = text + strspn(text, " ,"); *at != '\0'; at += strspn(at, " ,")) {
        len = strcspn(at, " ,");
        enum venue_id venue = venue_from_key(at, len);
        if (len == 3 && memcmp(at, "all", len) == 0) {
            *hidden = UINT32_MAX;
        } else if (venue != VENUE_NONE) {
            *hidden |= UINT32_C(1) << venue;
        } else {
            *wrong = at;
            return false;
        }
        at += len;
    }
    return true;
}

static bool refuse(char *error, enum option_id id, const char *wrong, const char *expected) {
    char name[OPTION_NAME_BYTES];
    str_format(error, OPTION_ERROR_BYTES, "%s: \"%.40s\": %s", option_name(id, name), wrong,
               expected);
    return false;
}

/* Palettes, sides and curves are named in options.def, too: a word that passed there is known here,
 * which test_picture_options proves. */
bool picture_options_read(const struct option_table *table, struct settings *out,
                          char error[OPTION_ERROR_BYTES]) {
    struct settings settings = settings_default();
    const char *wrong = NULL;
    colormap_from_key(option_text(table, OPT_palette), &settings.palette);
    colormap_certainty_from_key(option_text(table, OPT_certainty), &settings.certainty);
    settings_side_from_key(option_text(table, OPT_side), &settings.side);
    settings.curve = (enum scale_curve)option_integer(table, OPT_curve);
    settings.black_usd_per_bp = option_number(table, OPT_black);
    settings.white_usd_per_bp = option_number(table, OPT_white);
    settings.least_usd_per_bp = option_number(table, OPT_least);
    settings.opened_within_window = option_flag(table, OPT_opened_within_window);
    settings.split = option_flag(table, OPT_split);
    settings.local_time = option_flag(table, OPT_local_time);
    settings.scale_factor = option_number(table, OPT_text_scale);
    if (settings_parse_parts(option_text(table, OPT_show), &settings.parts, &wrong) != STATUS_OK) {
        return refuse(error, OPT_show, wrong, "unknown part; liqscope help view lists them");
    }
    if (settings_parse_bands(option_text(table, OPT_bands), &settings.band_hidden, &wrong) !=
        STATUS_OK) {
        return refuse(error, OPT_bands, wrong,
                      "unknown; expected all, or some of <5 5-10 10-25 25-50 50-100 100+");
    }
    if (!parse_venues(option_text(table, OPT_hide_venue), &settings.venue_hidden, &wrong)) {
        return refuse(error, OPT_hide_venue, wrong, "not a venue, nor all");
    }
    double white = settings.white_usd_per_bp;
    if (white > 0 && white <= settings.black_usd_per_bp) {
        str_format(error, OPTION_ERROR_BYTES, "white: %.15g: not above black, which is %.15g",
                   white, settings.black_usd_per_bp);
        return false;
    }
    *out = settings;
    return true;
}

/* -- and back -- */

static void put_text(struct option_table *table, enum option_id id, const char *text) {
    char error[OPTION_ERROR_BYTES];
    bool set = option_set(table, id, text, strlen(text), error);
    assert(set); /* a picture holds nothing that its options could not say */
    (void)set;
}

static void put_number(struct option_table *table, enum option_id id, double number) {
    const struct option_row *row = option_row(id);
    char text[OPTION_NAME_BYTES];
    number = fmin(fmax(number, row->min), row->max); /* a knob turns further than an option goes */
    str_format(text, sizeof text, "%.15g", number);
    if (strtod(text, NULL) != number) {
        str_format(text, sizeof text, "%.17g", number);
    }
    put_text(table, id, text);
}

static void put_flag(struct option_table *table, enum option_id id, bool flag) {
    put_text(table, id, flag ? "yes" : "no");
}

static void put_venues(struct option_table *table, uint32_t hidden) {
    char text[OPTION_TEXT_BYTES] = "";
    if (hidden == UINT32_MAX) {
        str_copy(text, sizeof text, "all");
    }
    for (int i = VENUE_NONE + 1; hidden != UINT32_MAX && i < VENUE_COUNT; i++) {
        if ((hidden >> i & 1) != 0) {
            str_append(text, sizeof text, "%s%s", text[0] != '\0' ? " " : "",
                       venue_key((enum venue_id)i));
        }
    }
    put_text(table, OPT_hide_venue, text);
}

void picture_options_write(const struct settings *settings, double span_ms,
                           struct option_table *table) {
    const struct option_row *window = option_row(OPT_window);
    char text[SETTINGS_TEXT_BYTES];
    char span[OPTION_NAME_BYTES];
    put_text(table, OPT_palette, colormap_key(settings->palette));
    put_text(table, OPT_certainty, colormap_certainty_key(settings->certainty));
    put_text(table, OPT_side, settings_side_key(settings->side));
    put_text(table, OPT_curve, scale_curve_key(settings->curve));
    put_number(table, OPT_black, settings->black_usd_per_bp);
    put_number(table, OPT_white, settings->white_usd_per_bp);
    put_number(table, OPT_least, settings->least_usd_per_bp);
    put_flag(table, OPT_opened_within_window, settings->opened_within_window);
    put_flag(table, OPT_split, settings->split);
    put_flag(table, OPT_local_time, settings->local_time);
    put_number(table, OPT_text_scale, settings->scale_factor);
    put_text(table, OPT_show, settings_format_parts(settings->parts, text));
    put_text(table, OPT_bands, settings_format_bands(settings->band_hidden, text));
    put_venues(table, settings->venue_hidden);
    double shown_ms = fmin(fmax(span_ms, window->min), window->max);
    put_text(table, OPT_window, option_format_span(llround(shown_ms), span));
}

bool picture_options_has(enum option_id id) {
    static const enum option_id ids[] = {
        OPT_window, OPT_palette,    OPT_certainty,  OPT_show,       OPT_bands,
        OPT_side,   OPT_split,      OPT_curve,      OPT_black,      OPT_white,
        OPT_least,  OPT_local_time, OPT_text_scale, OPT_hide_venue, OPT_opened_within_window,
    };
    for (size_t i = 0; i < ARRAY_COUNT(ids); i++) {
        if (ids[i] == id) {
            return true;
        }
    }
    return false;
}

bool picture_options_set(struct settings *settings, double *span_ms, enum option_id id,
                         struct span text, char error[OPTION_ERROR_BYTES]) {
    static struct option_table table; /* tens of kilobytes: not on the stack */
    char reason[OPTION_ERROR_BYTES];
    char name[OPTION_NAME_BYTES];
    assert(picture_options_has(id));
    option_table_init(&table);
    picture_options_write(settings, *span_ms, &table);
    if (!option_set(&table, id, text.bytes, text.len, reason)) {
        str_format(error, OPTION_ERROR_BYTES, "%s: %s", option_name(id, name), reason);
        return false;
    }
    if (!picture_options_read(&table, settings, error)) {
        return false;
    }
    if (id == OPT_window) {
        *span_ms = (double)option_integer(&table, OPT_window);
    }
    return true;
}

bool picture_options_read_pointer(const struct option_table *table, struct picture_place *out,
                                  char error[OPTION_ERROR_BYTES]) {
    const char *text = option_text(table, OPT_pointer);
    const char *comma = strrchr(text, ',');
    char time[CLOCK_TEXT_BYTES * 2];
    char *end = NULL;
    *out = (struct picture_place){.given = text[0] != '\0'};
    if (!out->given) {
        return true;
    }
    bool good = comma != NULL && comma[1] != '\0' &&
                str_copy_span(time, sizeof time, (struct span){text, (size_t)(comma - text)}) &&
                clock_parse_utc(time, &out->ts_ms);
    if (good) {
        out->price = strtod(comma + 1, &end);
        good = *end == '\0' && isfinite(out->price) && out->price > 0;
    }
    if (!good) {
        str_format(error, OPTION_ERROR_BYTES,
                   "pointer: \"%.80s\": not a place; expected TIME,PRICE such as "
                   "2026-06-17T08:30:00Z,61800",
                   text);
    }
    return good;
}

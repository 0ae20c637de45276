#include "app/picture_options.h"

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

/* Palettes, sides and curves are named in options.def, too: a word that passed there is known here,
 * which test_option_table proves. */
enum exit_status picture_options_read(const struct option_table *table, const char *command,
                                      struct settings *out) {
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
        return (enum exit_status)app_fail(
            EXIT_STATUS_USAGE, command,
            "--show: \"%.40s\": unknown part; liqscope help %s lists them", wrong, command);
    }
    if (settings_parse_bands(option_text(table, OPT_bands), &settings.band_hidden, &wrong) !=
        STATUS_OK) {
        return (enum exit_status)app_fail(
            EXIT_STATUS_USAGE, command,
            "--bands: \"%.40s\": unknown; expected all, or some of <5 5-10 10-25 25-50 50-100 100+",
            wrong);
    }
    if (!parse_venues(option_text(table, OPT_hide_venue), &settings.venue_hidden, &wrong)) {
        return (enum exit_status)app_fail(EXIT_STATUS_USAGE, command,
                                          "--hide-venue: \"%.40s\": not a venue, nor all", wrong);
    }
    double white = settings.white_usd_per_bp;
    if (white > 0 && white <= settings.black_usd_per_bp) {
        return (enum exit_status)app_fail(EXIT_STATUS_USAGE, command,
                                          "--white: %.17g: not above --black, which is %.17g",
                                          white, settings.black_usd_per_bp);
    }
    *out = settings;
    return EXIT_STATUS_DONE;
}

enum exit_status picture_options_read_pointer(const struct option_table *table,
                                              struct picture_place *out) {
    const char *text = option_text(table, OPT_pointer);
    const char *comma = strrchr(text, ',');
    char time[CLOCK_TEXT_BYTES * 2];
    char *end = NULL;
    *out = (struct picture_place){.given = text[0] != '\0'};
    if (!out->given) {
        return EXIT_STATUS_DONE;
    }
    bool good = comma != NULL && comma[1] != '\0' &&
                str_copy_span(time, sizeof time, (struct span){text, (size_t)(comma - text)}) &&
                clock_parse_utc(time, &out->ts_ms);
    if (good) {
        out->price = strtod(comma + 1, &end);
        good = *end == '\0' && isfinite(out->price) && out->price > 0;
    }
    return good ? EXIT_STATUS_DONE
                : (enum exit_status)app_fail(
                      EXIT_STATUS_USAGE, "render",
                      "--pointer: \"%.80s\": not a place; expected TIME,PRICE such as "
                      "2026-06-17T08:30:00Z,61800",
                      text);
}

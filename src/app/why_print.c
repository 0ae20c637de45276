/* app/why_print.c - why it is hot, as a table for people and as JSON for programs. */
#include <math.h>
#include <string.h>

#include "app/why_report.h"
#include "base/clock.h"
#include "base/number.h"
#include "base/str.h"

enum { BAR_CHARACTERS = 40, TIME_BYTES = 24 };
#define ROW_SHARE_LEAST 0.005 /* of the largest bucket: less is not a row of the table */

static const char *const many_names[2] = {"longs", "shorts"};

/* "06-17 19:40" of a time in UTC. */
static const char *format_minute(int64_t ms, char out[TIME_BYTES]) {
    char utc[CLOCK_TEXT_BYTES];
    clock_format_utc(ms, utc);
    str_format(out, TIME_BYTES, "%.5s %.5s", utc + 5, utc + 11);
    return out;
}

static double largest(int count, const double usd[]) {
    double most = 0;
    for (int i = 0; i < count; i++) {
        most = fmax(most, usd[i]);
    }
    return most;
}

static void print_row(const char *label, double usd, double most, double total, FILE *out) {
    char number[NUMBER_TEXT_BYTES];
    fprintf(out, "  %-27s %8s %5.1f %%  ", label, number_format_usd(usd, number),
            100 * usd / total);
    for (int i = 0; i < BAR_CHARACTERS && most > 0 && i + 0.5 < usd / most * BAR_CHARACTERS; i++) {
        fputc('#', out);
    }
    fputc('\n', out);
}

static void print_times(const struct scene_origin *origin, FILE *out) {
    char from[TIME_BYTES];
    char to[TIME_BYTES];
    char label[64];
    double most = largest(origin->time_count, origin->time_usd);
    fputs("\nopened when (UTC)\n", out);
    if (origin->earlier_usd > ROW_SHARE_LEAST * most) {
        print_row("earlier", origin->earlier_usd, most, origin->usd, out);
    }
    for (int i = 0; i < origin->time_count; i++) {
        int64_t ms = origin->time_first_ms + i * origin->time_step_ms;
        if (origin->time_usd[i] > ROW_SHARE_LEAST * most) {
            str_format(label, sizeof label, "%s to %s", format_minute(ms, from),
                       format_minute(ms + origin->time_step_ms, to));
            print_row(label, origin->time_usd[i], most, origin->usd, out);
        }
    }
}

static void print_prices(const struct scene_origin *origin, int decimals, FILE *out) {
    char low[NUMBER_TEXT_BYTES];
    char high[NUMBER_TEXT_BYTES];
    char label[96];
    double most = largest(origin->price_count, origin->price_usd);
    fputs("\nopened at\n", out);
    if (origin->higher_usd > ROW_SHARE_LEAST * most) {
        print_row("higher", origin->higher_usd, most, origin->usd, out);
    }
    for (int i = origin->price_count - 1; i >= 0; i--) {
        double price = origin->price_first + i * origin->price_step;
        if (origin->price_usd[i] > ROW_SHARE_LEAST * most) {
            str_format(label, sizeof label, "%s to %s", number_format_price(price, decimals, low),
                       number_format_price(price + origin->price_step, decimals, high));
            print_row(label, origin->price_usd[i], most, origin->usd, out);
        }
    }
    if (origin->lower_usd > ROW_SHARE_LEAST * most) {
        print_row("lower", origin->lower_usd, most, origin->usd, out);
    }
}

static void print_bands(const struct scene_origin *origin, FILE *out) {
    double most = largest(LAYERS_BAND_COUNT, origin->bands_usd);
    fputs("\nat a leverage of\n", out);
    for (int band = LAYERS_BAND_COUNT - 1; band >= 0; band--) {
        if (origin->bands_usd[band] > ROW_SHARE_LEAST * most) {
            print_row(layers_band_names[band], origin->bands_usd[band], most, origin->usd, out);
        }
    }
}

/* What a person would say. */
static void print_sentences(const struct why_report *report, FILE *out) {
    const struct scene_origin *origin = &report->origin;
    int decimals = levels_report_decimals(report->levels);
    char low[NUMBER_TEXT_BYTES];
    char high[NUMBER_TEXT_BYTES];
    char number[NUMBER_TEXT_BYTES];
    char time[TIME_BYTES];
    char sentence[SENTENCE_BYTES];
    int side = origin->range.side;
    if (report->cluster != NULL) {
        fprintf(out, "%s\n", levels_report_sentence(report->levels, report->cluster, sentence));
    }
    fprintf(out, "%s of %s stand between %s and %s.\n", number_format_usd(origin->usd, number),
            many_names[side], number_format_price(origin->range.price_low, decimals, low),
            number_format_price(origin->range.price_high, decimals, high));
    fprintf(out, "Half of it was opened since %s UTC", format_minute(origin->half_ms, time));
    fprintf(out, ", the middle half at %s to %s.\n",
            number_format_price(origin->half_low, decimals, low),
            number_format_price(origin->half_high, decimals, high));
    double behind = map_usd_to(&report->levels->map, side,
                               side == 0 ? origin->range.price_low : origin->range.price_high, 0);
    fprintf(out, "A stop beyond it sits behind %s of %s.\n", number_format_usd(behind, number),
            many_names[side]);
}

void why_report_print_table(const struct why_report *report, FILE *out) {
    const struct levels_report *levels = report->levels;
    const struct scene_origin *origin = &report->origin;
    int decimals = levels_report_decimals(levels);
    char time[CLOCK_TEXT_BYTES];
    char price[NUMBER_TEXT_BYTES];
    char mark[NUMBER_TEXT_BYTES];
    fprintf(out, "why is it hot at %s, estimates   %s   mark %s%s\n",
            number_format_price(report->price, decimals, price),
            clock_format_utc(levels->ts_ms, time),
            number_format_price(levels->mark, decimals, mark), levels->demo ? "   DEMO" : "");
    if (!origin->known) {
        fprintf(out,
                "Nothing stands there: no position is estimated to be liquidated between %s "
                "and %s.\n",
                number_format_price(origin->range.price_low, decimals, price),
                number_format_price(origin->range.price_high, decimals, mark));
        return;
    }
    print_sentences(report, out);
    print_times(origin, out);
    print_prices(origin, decimals, out);
    print_bands(origin, out);
    fprintf(out, "\nknown since %s UTC\n", format_minute(origin->known_from_ms, time));
}

/* -- JSON -- */

static void json_time(const char *name, int64_t ms, FILE *out) {
    char time[CLOCK_TEXT_BYTES];
    fprintf(out, ",\"%s\":\"%s\"", name, clock_format_utc(ms, time));
}

static void json_usd(const char *name, int count, const double usd[], FILE *out) {
    fprintf(out, ",\"%s\":[", name);
    for (int i = 0; i < count; i++) {
        fprintf(out, "%s%.0f", i > 0 ? "," : "", usd[i]);
    }
    fputc(']', out);
}

void why_report_print_json(const struct why_report *report, FILE *out) {
    const struct levels_report *levels = report->levels;
    const struct scene_origin *origin = &report->origin;
    int decimals = levels_report_decimals(levels);
    int side = origin->range.side;
    char time[CLOCK_TEXT_BYTES];
    fprintf(out,
            "{\"time\":\"%s\",\"mark\":%.*f,\"demo\":%s,\"estimates\":true,\"price\":%.*f,"
            "\"cluster\":%s,\"side\":\"%s\",\"price_low\":%.*f,\"price_high\":%.*f,\"usd\":%.0f",
            clock_format_utc(levels->ts_ms, time), decimals, levels->mark,
            levels->demo ? "true" : "false", decimals, report->price,
            report->cluster != NULL ? "true" : "false", levels_side_names[side], decimals,
            origin->range.price_low, decimals, origin->range.price_high, origin->usd);
    fprintf(out, ",\"usd_behind\":%.0f",
            map_usd_to(&levels->map, side,
                       side == 0 ? origin->range.price_low : origin->range.price_high, 0));
    if (origin->known) {
        fprintf(out, ",\"scaled\":%.5f", origin->scaled);
        json_usd("bands_usd", LAYERS_BAND_COUNT, origin->bands_usd, out);
        json_time("known_since", origin->known_from_ms, out);
        json_time("half_opened_since", origin->half_ms, out);
        fprintf(out, ",\"middle_half_low\":%.*f,\"middle_half_high\":%.*f", decimals,
                origin->half_low, decimals, origin->half_high);
        json_time("opened_first", origin->time_first_ms, out);
        fprintf(out, ",\"opened_step_s\":%.0f,\"opened_earlier_usd\":%.0f",
                (double)origin->time_step_ms / 1000, origin->earlier_usd);
        json_usd("opened_usd", origin->time_count, origin->time_usd, out);
        fprintf(out,
                ",\"entry_first\":%.17g,\"entry_step\":%.17g,\"entry_lower_usd\":%.0f,"
                "\"entry_higher_usd\":%.0f",
                origin->price_first, origin->price_step, origin->lower_usd, origin->higher_usd);
        json_usd("entry_usd", origin->price_count, origin->price_usd, out);
    }
    fputs("}\n", out);
}

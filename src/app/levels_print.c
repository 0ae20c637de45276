/* app/levels_print.c - a levels report as a table for people: three significant figures, as
 * everywhere that people read. */
#include <math.h>
#include <string.h>

#include "app/levels_report.h"
#include "base/clock.h"
#include "base/number.h"
#include "base/str.h"
#include "scene/layers.h"

enum { CELL_BYTES = 128, BAND_SHOWN_PERCENT = 10, RECEIPTS_SHOWN = 8 };

/* Text in a column of so many characters (not bytes); left or right. */
static void put_cell(FILE *out, const char *text, int width, bool right) {
    int characters = 0;
    for (const char *c = text; *c != '\0'; c++) {
        characters += ((unsigned char)*c & 0xC0) != 0x80;
    }
    int blanks = width > characters ? width - characters : 0;
    fprintf(out, "%*s%s%*s", right ? blanks : 0, "", text, right ? 0 : blanks, "");
}

/* "10-25x 62%, 25-50x 30%": the bands that hold a tenth or more. */
static const char *format_bands(const struct map_cluster *cluster, char text[CELL_BYTES]) {
    text[0] = '\0';
    for (int band = 0; band < DISTANCE_BAND_COUNT; band++) {
        double percent = 100 * cluster->bands_usd[band] / cluster->usd;
        if (percent >= BAND_SHOWN_PERCENT) {
            str_append(text, CELL_BYTES, "%s%s %.0f%%", text[0] != '\0' ? ", " : "",
                       layers_band_names[band], percent);
        }
    }
    return text;
}

/* One standard deviation as a factor up and down. */
static const char *format_sd(double sd, char text[CELL_BYTES]) {
    if (sd < (double)WEIGHTS_SD_CALIBRATED) {
        str_format(text, CELL_BYTES, "×÷%.2f", exp(sd));
    } else {
        str_copy(text, CELL_BYTES, "not calibrated");
    }
    return text;
}

static void print_cluster(const struct levels_report *report, const struct map_cluster *cluster,
                          FILE *out) {
    char number[NUMBER_TEXT_BYTES];
    char high[NUMBER_TEXT_BYTES];
    char text[CELL_BYTES];
    int decimals = levels_report_decimals(report);
    put_cell(out, number_format_price(cluster->price, decimals, number), 14, true);
    str_format(text, sizeof text, "%s – %s",
               number_format_price(cluster->price_low, decimals, number),
               number_format_price(cluster->price_high, decimals, high));
    put_cell(out, text, 30, true);
    str_format(text, sizeof text, "%+.2f %%", 100 * cluster->distance);
    put_cell(out, text, 11, true);
    fputs("  ", out);
    put_cell(out, levels_side_names[cluster->side], 5, false);
    put_cell(out, number_format_usd(cluster->usd, number), 9, true);
    put_cell(out, format_sd(cluster->sd, text), 16, true);
    str_format(text, sizeof text, "#%d", cluster->rank);
    put_cell(out, text, 8, true);
    fprintf(out, "  %s\n", format_bands(cluster, text));
}

static void print_model(const struct scene_instrument *instrument, FILE *out) {
    const struct scene_model *model = &instrument->model;
    char time[CLOCK_TEXT_BYTES];
    if (model->calibrated_ms == 0) {
        fputs("weights: the prior, nothing was learned yet", out);
    } else {
        fprintf(out, "weights: learned until %s%s", clock_format_utc(model->calibrated_ms, time),
                model->restored ? ", begun in an earlier run" : "");
    }
    if (model->calibrated_to > 0) {
        fprintf(out, "; calibrated to %.1f %% from entry", 100 * (double)model->calibrated_to);
    } else {
        fputs("; no distance is calibrated", out);
    }
    fputs(model->shape_only ? "; the venue tells only some liquidations: shape, not scale\n" : "\n",
          out);
}

static void print_head(const struct levels_report *report, FILE *out) {
    char time[CLOCK_TEXT_BYTES];
    char number[NUMBER_TEXT_BYTES];
    fprintf(out, "%s liquidation levels, estimates%s   %s   mark %s\n", report->first->base,
            report->demo ? " of a simulated market (DEMO)" : "",
            clock_format_utc(report->ts_ms, time),
            number_format_price(report->mark, levels_report_decimals(report), number));
    for (int i = 0; i < report->instrument_count; i++) {
        const struct scene_instrument *instrument = report->instruments[i];
        if (!report->stale[i]) {
            fprintf(out, "%s %s   basis %+.3f %%   ", venue_title((enum venue_id)instrument->venue),
                    instrument->symbol, 100 * (instrument->mark / report->mark - 1));
            print_model(instrument, out);
        }
    }
    fputc('\n', out);
}

static void print_totals(const struct levels_report *report, FILE *out) {
    char text[CELL_BYTES];
    char usd[NUMBER_TEXT_BYTES];
    char clusters[NUMBER_TEXT_BYTES];
    double estimate_usd[2] = {0}, unallocated_usd[2] = {0}, oi_usd = 0;
    for (int i = 0; i < report->instrument_count; i++) {
        const struct scene_instrument *instrument = report->instruments[i];
        for (int side = 0; side < 2 && !report->stale[i]; side++) {
            estimate_usd[side] += instrument->estimate_usd[side];
            unallocated_usd[side] += instrument->unallocated_usd[side];
            oi_usd += side == 0 ? instrument->oi_usd : 0;
        }
    }
    fputc('\n', out);
    for (int side = MODEL_SIDE_COUNT - 1; side >= 0; side--) {
        fprintf(out, "%-6s %s within 25 %%, %s of it in clusters; uncertainty %s",
                levels_side_names[side], number_format_usd(report->usd[side], usd),
                number_format_usd(report->cluster_usd[side], clusters),
                format_sd(report->sd[side], text));
        fprintf(out, "; %s in all", number_format_usd(estimate_usd[side], usd));
        if (oi_usd > 0) {
            fprintf(out, ", %s of the open interest not claimed",
                    number_format_usd(unallocated_usd[side], usd));
        }
        fputc('\n', out);
    }
    if (oi_usd > 0) {
        fprintf(out, "open interest %s (one side)\n", number_format_usd(oi_usd, usd));
    } else {
        fputs("open interest unknown: nothing bounds the estimate\n", out);
    }
    if (report->map.cluster_left_out > 0) {
        fprintf(out, "%d smaller clusters are not shown\n", report->map.cluster_left_out);
    }
}

/* Longs and shorts within shares of the price, and which of them is the more. */
static void print_within(const struct levels_report *report, FILE *out) {
    char usd[NUMBER_TEXT_BYTES];
    fputs("\nwithin     ", out);
    for (int i = 0; i < MAP_SHARE_COUNT; i++) {
        char text[CELL_BYTES];
        str_format(text, sizeof text, "%g %%", 100 * map_shares[i]);
        put_cell(out, text, 11, true);
    }
    for (int side = MODEL_SIDE_COUNT - 1; side >= 0; side--) {
        fprintf(out, "\n%-11s", levels_side_names[side]);
        for (int i = 0; i < MAP_SHARE_COUNT; i++) {
            double sum = map_usd_within(&report->map, side, map_shares[i], 0);
            put_cell(out, number_format_usd(sum, usd), 11, true);
        }
    }
    fputs("\nof it long ", out);
    for (int i = 0; i < MAP_SHARE_COUNT; i++) {
        char text[CELL_BYTES] = "-";
        double balance = map_balance(&report->map, map_shares[i], 0);
        if (isfinite(balance)) {
            str_format(text, sizeof text, "%.0f %%", 100 * balance);
        }
        put_cell(out, text, 11, true);
    }
    fputc('\n', out);
}

static void print_max_pain(const struct levels_report *report, FILE *out) {
    const struct scene_map *map = &report->map;
    char number[NUMBER_TEXT_BYTES];
    char usd[NUMBER_TEXT_BYTES];
    if (map->max_pain > 0) {
        double away = map->max_pain / map->reference - 1;
        fprintf(out, "max pain %s   %+.2f %%   %s of %ss on the way, most for how far it is\n",
                number_format_price(map->max_pain, levels_report_decimals(report), number),
                100 * away, number_format_usd(map->max_pain_usd, usd),
                levels_side_names[away < 0 ? MODEL_LONG : MODEL_SHORT]);
    }
}

static void print_receipt(const struct levels_report *report, const struct scene_receipt *receipt,
                          FILE *out) {
    char time[CLOCK_TEXT_BYTES];
    char number[NUMBER_TEXT_BYTES];
    char high[NUMBER_TEXT_BYTES];
    char text[CELL_BYTES];
    int decimals = levels_report_decimals(report);
    fprintf(out, "  %s", clock_format_utc(receipt->from_ms, time));
    str_format(text, sizeof text, "%s – %s",
               number_format_price(receipt->price_low, decimals, number),
               number_format_price(receipt->price_high, decimals, high));
    put_cell(out, text, 28, true);
    fprintf(out, "  %-5s  expected %7s, ", levels_side_names[receipt->side],
            number_format_usd(receipt->expected_usd, number));
    if (receipt->heard) {
        fprintf(out, "seen %7s%s", number_format_usd(receipt->seen_usd, high),
                receipt->complete ? "" : " or more");
    } else {
        fputs("the venue published no liquidations", out);
    }
    fputs(receipt->open ? ", going on\n" : "\n", out);
}

/* The newest receipts of each instrument, newest first. */
static void print_receipts(const struct levels_report *report, FILE *out) {
    for (int i = 0; i < report->instrument_count; i++) {
        const struct scene_instrument *instrument = report->instruments[i];
        if (report->stale[i] || instrument->receipt_count == 0) {
            continue;
        }
        fprintf(out, "\n%s %s: clusters that the mark swept, expected by the map beside seen\n",
                venue_title((enum venue_id)instrument->venue), instrument->symbol);
        int last = instrument->receipt_count - RECEIPTS_SHOWN;
        for (int k = instrument->receipt_count - 1; k >= 0 && k >= last; k--) {
            print_receipt(report, &instrument->receipts[k], out);
        }
    }
}

/* The strongest magnet above the mark and the one below it, in plain words. */
static void print_sentences(const struct levels_report *report, FILE *out) {
    for (int side = MODEL_SIDE_COUNT - 1; side >= 0; side--) {
        const struct map_cluster *strongest = NULL;
        for (int i = 0; i < report->map.cluster_count; i++) {
            const struct map_cluster *cluster = &report->map.clusters[i];
            if (cluster->side == side && (strongest == NULL || cluster->rank < strongest->rank)) {
                strongest = cluster;
            }
        }
        char sentence[SENTENCE_BYTES];
        if (strongest != NULL) {
            fprintf(out, "%s\n", levels_report_sentence(report, strongest, sentence));
        }
    }
}

void levels_report_print_table(const struct levels_report *report, FILE *out) {
    print_head(report, out);
    put_cell(out, "price", 14, true);
    put_cell(out, "from – to", 30, true);
    put_cell(out, "distance", 11, true);
    fputs("  side ", out);
    put_cell(out, "USD", 9, true);
    put_cell(out, "uncertainty", 16, true);
    put_cell(out, "magnet", 8, true);
    fputs("  leverage\n", out);
    int side = MODEL_SHORT;
    char number[NUMBER_TEXT_BYTES];
    for (int i = 0; i <= report->map.cluster_count; i++) {
        bool ends = i == report->map.cluster_count;
        if (side == MODEL_SHORT && (ends || report->map.clusters[i].side == MODEL_LONG)) {
            put_cell(out, number_format_price(report->mark, levels_report_decimals(report), number),
                     14, true);
            fputs("   ---- mark ----\n", out);
            side = MODEL_LONG;
        }
        if (!ends) {
            print_cluster(report, &report->map.clusters[i], out);
        }
    }
    if (report->map.cluster_count == 0) {
        fputs("no level stands out\n", out);
    }
    print_sentences(report, out);
    print_totals(report, out);
    print_within(report, out);
    print_max_pain(report, out);
    print_receipts(report, out);
}

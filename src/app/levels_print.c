/* app/levels_print.c - a levels report as a table, as CSV and as JSON.
 *
 * Table: three significant figures, as everywhere that people read.  CSV and JSON: USD in whole
 * dollars, prices in the instrument's tick, distances in percent; names and order are stable, what
 * is added comes at the end. */
#include <math.h>
#include <string.h>

#include "app/levels_report.h"
#include "base/clock.h"
#include "base/number.h"
#include "base/str.h"
#include "scene/layers.h"

enum { CELL_BYTES = 128, BAND_SHOWN_PERCENT = 10 };

static const char *const side_names[MODEL_SIDE_COUNT] = {"long", "short"};

static int price_decimals(const struct levels_report *report) {
    const struct decimal tick = report->first->tick;
    return number_decimals_of_tick(tick.mantissa, tick.exponent, report->mark);
}

/* -- table -- */

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
    int decimals = price_decimals(report);
    put_cell(out, number_format_price(cluster->price, decimals, number), 14, true);
    str_format(text, sizeof text, "%s – %s",
               number_format_price(cluster->price_low, decimals, number),
               number_format_price(cluster->price_high, decimals, high));
    put_cell(out, text, 30, true);
    str_format(text, sizeof text, "%+.2f %%", 100 * cluster->distance);
    put_cell(out, text, 11, true);
    fputs("  ", out);
    put_cell(out, side_names[cluster->side], 5, false);
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
            number_format_price(report->mark, price_decimals(report), number));
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
        fprintf(out, "%-6s %s within 25 %%, %s of it in clusters; uncertainty %s", side_names[side],
                number_format_usd(report->usd[side], usd),
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
            put_cell(out, number_format_price(report->mark, price_decimals(report), number), 14,
                     true);
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
    print_totals(report, out);
}

/* -- CSV -- */

/* Symbols and coins are letters, digits and a few signs; a stranger's other bytes become '_', so
 * that neither CSV nor JSON needs an escape. */
static const char *plain_name(const char *name, char out[INSTRUMENT_SYMBOL_BYTES]) {
    size_t i = 0;
    for (; name[i] != '\0' && i + 1 < INSTRUMENT_SYMBOL_BYTES; i++) {
        unsigned char c = (unsigned char)name[i];
        bool odd = c < 0x20 || c == 0x7f || c == '"' || c == '\\' || c == ',';
        out[i] = odd ? '_' : name[i];
    }
    out[i] = '\0';
    return out;
}

void levels_report_print_csv(const struct levels_report *report, FILE *out) {
    char time[CLOCK_TEXT_BYTES];
    char base[INSTRUMENT_SYMBOL_BYTES];
    int decimals = price_decimals(report);
    clock_format_utc(report->ts_ms, time);
    plain_name(report->first->base, base);
    fputs("time,base,mark,side,price,price_low,price_high,distance_pct,usd,usd_under_5x,usd_5_10x,"
          "usd_10_25x,usd_25_50x,usd_50_100x,usd_100x_over,sd_ln,calibrated,magnet_usd_per_pct,"
          "magnet_rank\n",
          out);
    for (int i = 0; i < report->map.cluster_count; i++) {
        const struct map_cluster *cluster = &report->map.clusters[i];
        fprintf(out, "%s,%s,%.*f,%s,%.*f,%.*f,%.*f,%.4f,%.0f", time, base, decimals, report->mark,
                side_names[cluster->side], decimals, cluster->price, decimals, cluster->price_low,
                decimals, cluster->price_high, 100 * cluster->distance, cluster->usd);
        for (int band = 0; band < DISTANCE_BAND_COUNT; band++) {
            fprintf(out, ",%.0f", cluster->bands_usd[band]);
        }
        fprintf(out, ",%.3f,%s,%.0f,%d\n", cluster->sd, cluster->calibrated ? "yes" : "no",
                cluster->magnet_usd, cluster->rank);
    }
}

/* -- JSON -- */

static void json_weights(const struct scene_model *model, FILE *out) {
    char time[CLOCK_TEXT_BYTES];
    fprintf(out, "{\"state\":\"%s\",\"learned_until\":",
            model->calibrated_ms != 0 ? "calibrated" : "prior");
    if (model->calibrated_ms != 0) {
        fprintf(out, "\"%s\"", clock_format_utc(model->calibrated_ms, time));
    } else {
        fputs("null", out);
    }
    fprintf(out, ",\"calibrated_to_pct\":%.2f,\"shape_only\":%s,\"restored\":%s}",
            100 * (double)model->calibrated_to, model->shape_only ? "true" : "false",
            model->restored ? "true" : "false");
}

static void json_instrument(const struct levels_report *report, int i, FILE *out) {
    const struct scene_instrument *instrument = report->instruments[i];
    char time[CLOCK_TEXT_BYTES];
    char symbol[INSTRUMENT_SYMBOL_BYTES];
    int decimals =
        number_decimals_of_tick(instrument->tick.mantissa, instrument->tick.exponent, report->mark);
    fprintf(out,
            "{\"venue\":\"%s\",\"symbol\":\"%s\",\"time\":\"%s\",\"added\":%s,\"mark\":%.*f,"
            "\"basis_pct\":%.4f,\"open_interest_usd\":",
            venue_key((enum venue_id)instrument->venue), plain_name(instrument->symbol, symbol),
            clock_format_utc(instrument->ts_ms, time), report->stale[i] ? "false" : "true",
            decimals, instrument->mark, 100 * (instrument->mark / report->mark - 1));
    if (instrument->oi_usd > 0) {
        fprintf(out, "%.0f", instrument->oi_usd);
    } else {
        fputs("null", out);
    }
    fprintf(out,
            ",\"estimate_long_usd\":%.0f,\"estimate_short_usd\":%.0f,\"unallocated_long_usd\":%.0f,"
            "\"unallocated_short_usd\":%.0f,\"weights\":",
            instrument->estimate_usd[0], instrument->estimate_usd[1],
            instrument->unallocated_usd[0], instrument->unallocated_usd[1]);
    json_weights(&instrument->model, out);
    fputc('}', out);
}

static void json_cluster(const struct levels_report *report, const struct map_cluster *cluster,
                         FILE *out) {
    int decimals = price_decimals(report);
    fprintf(out,
            "{\"side\":\"%s\",\"price\":%.*f,\"price_low\":%.*f,\"price_high\":%.*f,"
            "\"distance_pct\":%.4f,\"usd\":%.0f,\"bands_usd\":[",
            side_names[cluster->side], decimals, cluster->price, decimals, cluster->price_low,
            decimals, cluster->price_high, 100 * cluster->distance, cluster->usd);
    for (int band = 0; band < DISTANCE_BAND_COUNT; band++) {
        fprintf(out, "%s%.0f", band > 0 ? "," : "", cluster->bands_usd[band]);
    }
    fprintf(out, "],\"sd_ln\":%.3f,\"calibrated\":%s,\"magnet_usd_per_pct\":%.0f,\"rank\":%d}",
            cluster->sd, cluster->calibrated ? "true" : "false", cluster->magnet_usd,
            cluster->rank);
}

void levels_report_print_json(const struct levels_report *report, FILE *out) {
    char time[CLOCK_TEXT_BYTES];
    char base[INSTRUMENT_SYMBOL_BYTES];
    fprintf(out, "{\"time\":\"%s\",\"base\":\"%s\",\"mark\":%.*f,\"demo\":%s,\"estimates\":true",
            clock_format_utc(report->ts_ms, time), plain_name(report->first->base, base),
            price_decimals(report), report->mark, report->demo ? "true" : "false");
    fputs(",\"bands\":[", out);
    for (int band = 0; band < DISTANCE_BAND_COUNT; band++) {
        fprintf(out, "%s\"%s\"", band > 0 ? "," : "", layers_band_names[band]);
    }
    fputs("],\"instruments\":[", out);
    for (int i = 0; i < report->instrument_count; i++) {
        fputs(i > 0 ? "," : "", out);
        json_instrument(report, i, out);
    }
    fprintf(out,
            "],\"reach_pct\":%.0f,\"long_usd\":%.0f,\"short_usd\":%.0f,\"long_sd_ln\":%.3f,"
            "\"short_sd_ln\":%.3f,\"left_out\":%d,\"clusters\":[",
            100 * CLUSTERS_REACH, report->usd[0], report->usd[1], report->sd[0], report->sd[1],
            report->map.cluster_left_out);
    for (int i = 0; i < report->map.cluster_count; i++) {
        fputs(i > 0 ? ",\n" : "\n", out);
        json_cluster(report, &report->map.clusters[i], out);
    }
    fputs("]}\n", out);
}

/* app/levels_export.c - a levels report as CSV and as JSON: USD in whole dollars, prices in the
 * instrument's tick, distances in percent; names and order are stable, what is added comes at the
 * end. */
#include <math.h>

#include "app/levels_report.h"
#include "base/clock.h"
#include "base/number.h"
#include "base/str.h"
#include "scene/layers.h"

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
    int decimals = levels_report_decimals(report);
    clock_format_utc(report->ts_ms, time);
    plain_name(report->first->base, base);
    fputs("time,base,mark,side,price,price_low,price_high,distance_pct,usd,usd_under_5x,usd_5_10x,"
          "usd_10_25x,usd_25_50x,usd_50_100x,usd_100x_over,sd_ln,calibrated,magnet_usd_per_pct,"
          "magnet_rank\n",
          out);
    for (int i = 0; i < report->map.cluster_count; i++) {
        const struct map_cluster *cluster = &report->map.clusters[i];
        fprintf(out, "%s,%s,%.*f,%s,%.*f,%.*f,%.*f,%.4f,%.0f", time, base, decimals, report->mark,
                levels_side_names[cluster->side], decimals, cluster->price, decimals,
                cluster->price_low, decimals, cluster->price_high, 100 * cluster->distance,
                cluster->usd);
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

static void json_receipt(const struct scene_receipt *receipt, int decimals, FILE *out) {
    char from[CLOCK_TEXT_BYTES];
    char to[CLOCK_TEXT_BYTES];
    fprintf(out,
            "{\"side\":\"%s\",\"from\":\"%s\",\"to\":\"%s\",\"price_low\":%.*f,"
            "\"price_high\":%.*f,\"expected_usd\":%.0f,\"seen_usd\":",
            levels_side_names[receipt->side], clock_format_utc(receipt->from_ms, from),
            clock_format_utc(receipt->to_ms, to), decimals, receipt->price_low, decimals,
            receipt->price_high, receipt->expected_usd);
    if (receipt->heard) {
        fprintf(out, "%.0f", receipt->seen_usd);
    } else {
        fputs("null", out);
    }
    fprintf(out, ",\"complete\":%s,\"open\":%s}", receipt->complete ? "true" : "false",
            receipt->open ? "true" : "false");
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
    fputs(",\"receipts\":[", out);
    for (int k = 0; k < instrument->receipt_count; k++) {
        fputs(k > 0 ? ",\n" : "\n", out);
        json_receipt(&instrument->receipts[k], decimals, out);
    }
    fputs("]}", out);
}

static void json_cluster(const struct levels_report *report, const struct map_cluster *cluster,
                         FILE *out) {
    int decimals = levels_report_decimals(report);
    fprintf(out,
            "{\"side\":\"%s\",\"price\":%.*f,\"price_low\":%.*f,\"price_high\":%.*f,"
            "\"distance_pct\":%.4f,\"usd\":%.0f,\"bands_usd\":[",
            levels_side_names[cluster->side], decimals, cluster->price, decimals,
            cluster->price_low, decimals, cluster->price_high, 100 * cluster->distance,
            cluster->usd);
    for (int band = 0; band < DISTANCE_BAND_COUNT; band++) {
        fprintf(out, "%s%.0f", band > 0 ? "," : "", cluster->bands_usd[band]);
    }
    char sentence[SENTENCE_BYTES]; /* words and numbers: nothing to be escaped */
    fprintf(out,
            "],\"sd_ln\":%.3f,\"calibrated\":%s,\"magnet_usd_per_pct\":%.0f,\"rank\":%d,"
            "\"sentence\":\"%s\"}",
            cluster->sd, cluster->calibrated ? "true" : "false", cluster->magnet_usd, cluster->rank,
            levels_report_sentence(report, cluster, sentence));
}

static void json_max_pain(const struct levels_report *report, FILE *out) {
    const struct scene_map *map = &report->map;
    if (!(map->max_pain > 0)) {
        fputs("null", out);
        return;
    }
    double away = map->max_pain / map->reference - 1;
    fprintf(out, "{\"price\":%.*f,\"distance_pct\":%.4f,\"side\":\"%s\",\"usd\":%.0f}",
            levels_report_decimals(report), map->max_pain, 100 * away,
            levels_side_names[away < 0 ? MODEL_LONG : MODEL_SHORT], map->max_pain_usd);
}

static void json_within(const struct levels_report *report, FILE *out) {
    for (int i = 0; i < MAP_SHARE_COUNT; i++) {
        double balance = map_balance(&report->map, map_shares[i], 0);
        fprintf(out, "%s{\"pct\":%g,\"long_usd\":%.0f,\"short_usd\":%.0f,\"long_share\":",
                i > 0 ? "," : "", 100 * map_shares[i],
                map_usd_within(&report->map, MODEL_LONG, map_shares[i], 0),
                map_usd_within(&report->map, MODEL_SHORT, map_shares[i], 0));
        if (isfinite(balance)) {
            fprintf(out, "%.4f}", balance);
        } else {
            fputs("null}", out);
        }
    }
}

void levels_report_print_json(const struct levels_report *report, FILE *out) {
    char time[CLOCK_TEXT_BYTES];
    char base[INSTRUMENT_SYMBOL_BYTES];
    fprintf(out, "{\"time\":\"%s\",\"base\":\"%s\",\"mark\":%.*f,\"demo\":%s,\"estimates\":true",
            clock_format_utc(report->ts_ms, time), plain_name(report->first->base, base),
            levels_report_decimals(report), report->mark, report->demo ? "true" : "false");
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
    fputs("],\"max_pain\":", out);
    json_max_pain(report, out);
    fputs(",\"within\":[", out);
    json_within(report, out);
    fputs("]}\n", out);
}

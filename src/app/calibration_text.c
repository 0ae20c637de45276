#include "app/calibration_text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "json/tree.h"

/* -- writing -- */

struct text {
    char *bytes;
    size_t room, len;
    bool cut;
};

STR_PRINTF(2, 3) static void put(struct text *text, const char *format, ...) {
    va_list args;
    va_start(args, format);
    int len = vsnprintf(text->bytes + text->len, text->room - text->len, format, args);
    va_end(args);
    text->cut = text->cut || len < 0 || (size_t)len >= text->room - text->len;
    text->len += text->cut ? 0 : (size_t)len;
}

/* The fewest digits that read back as the same bits. */
static void put_number(struct text *text, double value, bool is_float) {
    char digits[32];
    for (int count = is_float ? 6 : 15; count <= 17; count++) {
        str_format(digits, sizeof digits, "%.*g", count, value);
        double back = strtod(digits, NULL);
        if (back == value || (is_float && (float)back == (float)value)) {
            break;
        }
    }
    put(text, "%s", digits);
}

static void put_sources(struct text *text, const char *key, const double values[ENTRY_SOURCE_COUNT],
                        bool is_float) {
    put(text, ",\"%s\":[", key);
    for (int source = 0; source < ENTRY_SOURCE_COUNT; source++) {
        put(text, source > 0 ? "," : "");
        put_number(text, values[source], is_float);
    }
    put(text, "]");
}

static void put_distance(struct text *text, const struct calibration_record *record, int i) {
    const struct calibration_evidence *evidence = &record->evidence;
    const int lane = i * CLASS_SOURCES;
    double rho[ENTRY_SOURCE_COUNT];
    for (int source = 0; source < ENTRY_SOURCE_COUNT; source++) {
        rho[source] = (double)record->weights.rho[lane + source];
    }
    put(text, "{\"distance\":");
    put_number(text, record->distances[i], false);
    put(text, ",\"sharp\":%s,\"sd\":", record->sharp[i] ? "true" : "false");
    put_number(text, (double)record->weights.sd[i], true);
    put(text, ",\"information_usd\":");
    put_number(text, evidence->information_usd[i], false);
    put_sources(text, "rho", rho, true);
    put_sources(text, "attributed_usd", &evidence->attributed_usd[lane], false);
    put_sources(text, "sampled_usd", &evidence->sampled_usd[lane], false);
    put_sources(text, "exposed_usd", &evidence->exposed_usd[lane], false);
    put(text, "}%s\n", i + 1 < record->distance_count ? "," : "");
}

/* Stands in quotes as it is. Names come from the command line, which lets in letters and digits. */
static bool is_plain(const char *name) {
    bool plain = true;
    for (const char *c = name; *c != '\0'; c++) {
        plain = plain && (unsigned char)*c >= ' ' && *c != '"' && *c != '\\';
    }
    return plain;
}

size_t calibration_text_write(const struct engine_calibration *item, char *out, size_t out_bytes) {
    const struct calibration_record *record = &item->record;
    struct text text = {.bytes = out, .room = out_bytes, .cut = out_bytes == 0};
    if (!item->learned || !is_plain(item->symbol) || text.cut) {
        return 0;
    }
    put(&text, "{\"liqscope_calibration\":%d,\"venue\":\"%s\",\"symbol\":\"%s\",\n",
        CALIBRATION_TEXT_VERSION, venue_key(item->venue), item->symbol);
    put(&text, "\"stepped_ms\":%" PRId64 ",\"calibrated_ms\":%" PRId64 ",\"heard_ms\":%" PRId64,
        record->stepped_ms, record->calibrated_ms, record->heard_ms);
    put(&text, ",\"calibrated_to\":");
    put_number(&text, (double)record->weights.calibrated_to, true);
    put(&text, ",\n\"residual_usd2\":");
    put_number(&text, record->evidence.residual_usd2, false);
    put(&text, ",\"predicted_usd\":");
    put_number(&text, record->evidence.predicted_usd, false);
    put(&text, ",\"distances\":[\n");
    for (int i = 0; i < record->distance_count; i++) {
        put_distance(&text, record, i);
    }
    put(&text, "]}\n");
    return text.cut ? 0 : text.len;
}

/* -- reading -- */

/* A JSON number; what strings say does not count. */
static bool get_number(const struct tree *value, double *out) {
    char digits[40];
    if (tree_text(value) != NULL || !tree_number_text(value, digits, sizeof digits)) {
        return false;
    }
    *out = strtod(digits, NULL);
    return true;
}

static bool get_float(const struct tree *value, float *out) {
    double number = 0;
    bool ok = get_number(value, &number) && number >= -3e38 && number <= 3e38;
    *out = ok ? (float)number : 0;
    return ok;
}

static bool get_time(const struct tree *value, int64_t *out) {
    return tree_text(value) == NULL && tree_integer(value, out);
}

/* The evidence is of the last wear's time at least. */
static bool get_heard(const struct tree *value, int64_t stepped_ms, int64_t *out) {
    *out = stepped_ms;
    return value == NULL || get_time(value, out);
}

static bool get_sources(const struct tree *array, double out[ENTRY_SOURCE_COUNT]) {
    int count = 0;
    for (const struct tree *e = tree_first(array); e != NULL; e = tree_next(e)) {
        if (count == ENTRY_SOURCE_COUNT || !get_number(e, &out[count])) {
            return false;
        }
        count++;
    }
    return count == ENTRY_SOURCE_COUNT;
}

static bool get_rho(const struct tree *array, float out[ENTRY_SOURCE_COUNT]) {
    int count = 0;
    for (const struct tree *e = tree_first(array); e != NULL; e = tree_next(e)) {
        if (count == ENTRY_SOURCE_COUNT || !get_float(e, &out[count])) {
            return false;
        }
        count++;
    }
    return count == ENTRY_SOURCE_COUNT;
}

/* NULL: it was read; else the member that is wrong. */
static const char *get_distance(const struct tree *value, struct calibration_record *record,
                                int i) {
    struct calibration_evidence *evidence = &record->evidence;
    const int lane = i * CLASS_SOURCES;
    const struct {
        const char *key;
        bool ok;
    } members[] = {
        {"distance", get_number(tree_member(value, "distance"), &record->distances[i])},
        {"sharp", tree_boolean(tree_member(value, "sharp"), &record->sharp[i])},
        {"sd", get_float(tree_member(value, "sd"), &record->weights.sd[i])},
        {"information_usd",
         get_number(tree_member(value, "information_usd"), &evidence->information_usd[i])},
        {"rho", get_rho(tree_member(value, "rho"), &record->weights.rho[lane])},
        {"attributed_usd",
         get_sources(tree_member(value, "attributed_usd"), &evidence->attributed_usd[lane])},
        {"sampled_usd",
         get_sources(tree_member(value, "sampled_usd"), &evidence->sampled_usd[lane])},
        {"exposed_usd",
         get_sources(tree_member(value, "exposed_usd"), &evidence->exposed_usd[lane])},
    };
    for (size_t k = 0; k < ARRAY_COUNT(members); k++) {
        if (!members[k].ok) {
            return members[k].key;
        }
    }
    return NULL;
}

static bool get_distances(const struct tree *array, struct calibration_record *record,
                          char *reason) {
    for (int i = 0; i < DISTANCE_MAX; i++) {
        record->weights.sd[i] = WEIGHTS_SD_MAX; /* of those that the ladder does not have */
    }
    for (const struct tree *e = tree_first(array); e != NULL; e = tree_next(e)) {
        if (record->distance_count == DISTANCE_MAX) {
            str_format(reason, CALIBRATION_REASON_BYTES, "distances: more than %d", DISTANCE_MAX);
            return false;
        }
        const char *wrong = get_distance(e, record, record->distance_count);
        if (wrong != NULL) {
            str_format(reason, CALIBRATION_REASON_BYTES, "distances[%d].%s: missing or malformed",
                       record->distance_count, wrong);
            return false;
        }
        record->distance_count++;
    }
    return true;
}

static bool get_head(const struct tree *root, struct engine_calibration *out, char *reason) {
    struct calibration_record *record = &out->record;
    int64_t version = 0;
    if (!tree_integer(tree_member(root, "liqscope_calibration"), &version)) {
        str_copy(reason, CALIBRATION_REASON_BYTES, "no calibration of liqscope");
        return false;
    }
    if (version != CALIBRATION_TEXT_VERSION) {
        str_format(reason, CALIBRATION_REASON_BYTES, "version %" PRId64 "; this program reads %d",
                   version, CALIBRATION_TEXT_VERSION);
        return false;
    }
    const char *venue = tree_text(tree_member(root, "venue"));
    const char *symbol = tree_text(tree_member(root, "symbol"));
    out->venue = venue != NULL ? venue_from_key(venue, strlen(venue)) : VENUE_NONE;
    const struct {
        const char *key;
        bool ok;
    } members[] = {
        {"venue", out->venue != VENUE_NONE},
        {"symbol",
         symbol != NULL && symbol[0] != '\0' && str_copy(out->symbol, sizeof out->symbol, symbol)},
        {"stepped_ms", get_time(tree_member(root, "stepped_ms"), &record->stepped_ms)},
        {"calibrated_ms", get_time(tree_member(root, "calibrated_ms"), &record->calibrated_ms)},
        {"heard_ms",
         get_heard(tree_member(root, "heard_ms"), record->stepped_ms, &record->heard_ms)},
        {"calibrated_to",
         get_float(tree_member(root, "calibrated_to"), &record->weights.calibrated_to)},
        {"residual_usd2",
         get_number(tree_member(root, "residual_usd2"), &record->evidence.residual_usd2)},
        {"predicted_usd",
         get_number(tree_member(root, "predicted_usd"), &record->evidence.predicted_usd)},
    };
    for (size_t k = 0; k < ARRAY_COUNT(members); k++) {
        if (!members[k].ok) {
            str_format(reason, CALIBRATION_REASON_BYTES, "%s: missing or malformed",
                       members[k].key);
            return false;
        }
    }
    return true;
}

bool calibration_text_parse(const char *bytes, size_t len, struct engine_calibration *out,
                            char reason[CALIBRATION_REASON_BYTES]) {
    enum status why = STATUS_OK;
    memset(out, 0, sizeof *out);
    struct tree *root = len <= CALIBRATION_TEXT_BYTES_MAX ? tree_parse(bytes, len, &why) : NULL;
    if (root == NULL) {
        str_copy(reason, CALIBRATION_REASON_BYTES,
                 len <= CALIBRATION_TEXT_BYTES_MAX ? "not JSON" : "too long");
        return false;
    }
    bool ok = get_head(root, out, reason) &&
              get_distances(tree_member(root, "distances"), &out->record, reason);
    tree_destroy(root);
    if (ok && !calibration_record_valid(&out->record)) {
        str_copy(reason, CALIBRATION_REASON_BYTES, "a number out of its range");
        ok = false;
    }
    out->learned = ok;
    return ok;
}

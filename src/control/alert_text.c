#include "control/alert_text.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/number.h"
#include "base/str.h"

/* -- words -- */

static const char *side_words(const struct alert_cluster *cluster) {
    return cluster->side == 0 ? "longs" : "shorts";
}

static void add_cluster(struct alert_event *event, const char *before) {
    char usd[NUMBER_TEXT_BYTES];
    char price[NUMBER_TEXT_BYTES];
    const struct alert_cluster *cluster = &event->cluster;
    str_append(event->text, sizeof event->text, "%sabout %s of %s at %s", before,
               number_format_usd(cluster->usd, usd), side_words(cluster),
               number_format_price(cluster->price, event->price_decimals, price));
}

static void add_moment(struct alert_event *event) {
    char expected[NUMBER_TEXT_BYTES];
    char seen[NUMBER_TEXT_BYTES];
    bool swept = event->kind == ALERT_SWEPT;
    add_cluster(event, swept ? " swept " : " touches ");
    if (swept && isfinite(event->expected_usd)) {
        str_append(event->text, sizeof event->text, ", expected %s",
                   number_format_usd(event->expected_usd, expected));
    }
    if (swept && isfinite(event->seen_usd)) {
        str_append(event->text, sizeof event->text, ", seen %s",
                   number_format_usd(event->seen_usd, seen));
    }
}

static void add_liquidations(const struct alert_rule *rule, struct alert_event *event) {
    static const char *const sides[] = {"longs", "shorts", "positions"};
    char usd[NUMBER_TEXT_BYTES];
    char span[NUMBER_TEXT_BYTES];
    str_append(event->text, sizeof event->text, ": %s of %s liquidated in %s",
               number_format_usd(event->value, usd), sides[rule->side],
               number_format_span(rule->span_ms, span));
}

static void add_value(const struct alert_rule *rule, struct alert_event *event) {
    char number[NUMBER_TEXT_BYTES];
    char *text = event->text;
    size_t size = sizeof event->text;
    switch (event->kind) {
    case ALERT_NEAR:
        if (event->has_cluster) {
            str_append(text, size, " is %.2f %% from", event->value * 100);
            add_cluster(event, " ");
        }
        break;
    case ALERT_PRICE:
        str_append(text, size, " is %s %s", rule->relation == ALERT_BELOW ? "below" : "above",
                   number_format_price(rule->threshold, event->price_decimals, number));
        break;
    case ALERT_CLUSTER:
        if (event->has_cluster) {
            add_cluster(event, ": ");
            str_append(text, size, ", %.1f %% %s", fabs(event->cluster.distance) * 100,
                       event->cluster.distance < 0 ? "below" : "above");
        }
        break;
    case ALERT_TOUCHED:
    case ALERT_SWEPT:
        if (event->has_cluster) {
            add_moment(event);
        }
        break;
    case ALERT_LIQUIDATIONS:
        add_liquidations(rule, event);
        break;
    case ALERT_OPEN_INTEREST:
        str_append(text, size, ": open interest %+.2f %% in %s", event->value * 100,
                   number_format_span(rule->span_ms, number));
        break;
    case ALERT_FUNDING:
        str_append(text, size, ": funding %s", number_format_rate(event->value, number));
        break;
    default:
        str_append(text, size, " is silent for %s",
                   number_format_age((int64_t)event->value, number));
        break;
    }
}

void alert_text_write(const struct alert_rule *rule, struct alert_event *event) {
    char price[NUMBER_TEXT_BYTES];
    str_format(event->text, sizeof event->text, "%s%s", event->test ? "Test: " : "",
               event->demo ? "simulated " : "");
    if (event->kind == ALERT_SILENT) {
        str_append(event->text, sizeof event->text, "%s",
                   event->venue != VENUE_NONE ? venue_title(event->venue) : "feed");
    } else {
        str_append(event->text, sizeof event->text, "%s",
                   event->symbol[0] != '\0' ? event->symbol : "no market yet");
        if (event->price > 0) {
            str_append(event->text, sizeof event->text, " %s",
                       number_format_price(event->price, event->price_decimals, price));
        }
    }
    if (isfinite(event->value)) {
        add_value(rule, event);
    }
}

/* -- JSON -- */

struct writer {
    char *out;
    size_t len;
};

STR_PRINTF(2, 3) static void add(struct writer *writer, const char *format, ...) {
    va_list args;
    va_start(args, format);
    int len = vsnprintf(writer->out + writer->len, ALERT_JSON_BYTES - writer->len, format, args);
    va_end(args);
    assert(len >= 0);
    assert((size_t)len < ALERT_JSON_BYTES - writer->len); /* the texts are bounded, see the test */
    writer->len += (size_t)len;
}

static void add_string(struct writer *writer, const char *name, const char *text) {
    add(writer, ",\"%s\":\"", name);
    for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++) {
        if (*c == '"' || *c == '\\') {
            add(writer, "\\%c", *c);
        } else if (*c < ' ' || *c == 0x7f) {
            add(writer, "\\u%04x", *c);
        } else {
            add(writer, "%c", *c);
        }
    }
    add(writer, "\"");
}

static void add_number(struct writer *writer, const char *name, double value) {
    if (isfinite(value)) {
        add(writer, ",\"%s\":%.10g", name, value);
    } else {
        add(writer, ",\"%s\":null", name);
    }
}

static const char *word_of(bool flag) {
    return flag ? "true" : "false";
}

static void add_json_cluster(struct writer *writer, const struct alert_event *event) {
    const struct alert_cluster *cluster = &event->cluster;
    if (!event->has_cluster) {
        add(writer, ",\"cluster\":null");
        return;
    }
    add(writer, ",\"cluster\":{\"side\":\"%s\"", cluster->side == 0 ? "long" : "short");
    add_number(writer, "price", cluster->price);
    add_number(writer, "price_low", cluster->price_low);
    add_number(writer, "price_high", cluster->price_high);
    add_number(writer, "usd", cluster->usd);
    add_number(writer, "distance", cluster->distance);
    add(writer, "}");
}

size_t alert_text_write_json(const struct alert_event *event, char out[ALERT_JSON_BYTES]) {
    struct writer writer = {.out = out};
    char time[CLOCK_TEXT_BYTES];
    add(&writer, "{\"version\":%d", ALERT_JSON_VERSION);
    add_string(&writer, "id", event->id);
    add_string(&writer, "alert", event->name);
    add_string(&writer, "state", alert_state_name(event->state));
    add(&writer, ",\"test\":%s", word_of(event->test));
    add_string(&writer, "kind", alert_kind_name(event->kind));
    add_string(&writer, "rule", event->rule);
    add_string(&writer, "venue", venue_key(event->venue));
    if (event->symbol[0] != '\0') {
        add_string(&writer, "symbol", event->symbol);
    } else {
        add(&writer, ",\"symbol\":null");
    }
    add(&writer, ",\"simulated\":%s", word_of(event->demo));
    add_string(&writer, "time", clock_format_utc(event->ts_ms, time));
    add(&writer, ",\"time_ms\":%" PRId64, event->ts_ms);
    add_number(&writer, "price", event->price > 0 ? event->price : NAN);
    add_number(&writer, "value", event->value);
    add_number(&writer, "threshold", event->threshold);
    add_string(&writer, "unit", alert_kind_unit(event->kind));
    add_json_cluster(&writer, event);
    add_number(&writer, "expected_usd", event->kind == ALERT_SWEPT ? event->expected_usd : NAN);
    add_number(&writer, "seen_usd", event->kind == ALERT_SWEPT ? event->seen_usd : NAN);
    add_string(&writer, "text", event->text);
    add(&writer, "}");
    return writer.len;
}

void alert_text_write_id(struct alert_event *event) {
    const int64_t numbers[3] = {event->ts_ms, (int64_t)event->venue, event->test};
    uint64_t hash = hash_bytes(HASH_START, numbers, sizeof numbers);
    hash = hash_bytes(hash, event->name, strlen(event->name));
    hash = hash_bytes(hash, event->rule, strlen(event->rule));
    hash = hash_bytes(hash, event->symbol, strlen(event->symbol));
    str_format(event->id, sizeof event->id, "%016" PRIx64, hash);
}

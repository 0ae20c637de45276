#include "control/alert_text.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/number.h"
#include "base/str.h"
#include "json/writer.h"

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

static void write_cluster(struct writer *writer, const struct alert_event *event) {
    const struct alert_cluster *cluster = &event->cluster;
    if (!event->has_cluster) {
        writer_null(writer, "cluster");
        return;
    }
    writer_open_object(writer, "cluster");
    writer_text(writer, "side", cluster->side == 0 ? "long" : "short");
    writer_number(writer, "price", cluster->price);
    writer_number(writer, "price_low", cluster->price_low);
    writer_number(writer, "price_high", cluster->price_high);
    writer_number(writer, "usd", cluster->usd);
    writer_number(writer, "distance", cluster->distance);
    writer_close_object(writer);
}

size_t alert_text_write_json(const struct alert_event *event, char out[ALERT_JSON_BYTES]) {
    struct writer writer;
    char time[CLOCK_TEXT_BYTES];
    writer_begin(&writer, out, ALERT_JSON_BYTES);
    writer_open_object(&writer, NULL);
    writer_integer(&writer, "version", ALERT_JSON_VERSION);
    writer_text(&writer, "id", event->id);
    writer_text(&writer, "alert", event->name);
    writer_text(&writer, "state", alert_state_name(event->state));
    writer_flag(&writer, "test", event->test);
    writer_text(&writer, "kind", alert_kind_name(event->kind));
    writer_text(&writer, "rule", event->rule);
    writer_text(&writer, "venue", venue_key(event->venue));
    if (event->symbol[0] != '\0') {
        writer_text(&writer, "symbol", event->symbol);
    } else {
        writer_null(&writer, "symbol");
    }
    writer_flag(&writer, "simulated", event->demo);
    writer_text(&writer, "time", clock_format_utc(event->ts_ms, time));
    writer_integer(&writer, "time_ms", event->ts_ms);
    writer_number(&writer, "price", event->price > 0 ? event->price : NAN);
    writer_number(&writer, "value", event->value);
    writer_number(&writer, "threshold", event->threshold);
    writer_text(&writer, "unit", alert_kind_unit(event->kind));
    write_cluster(&writer, event);
    writer_number(&writer, "expected_usd", event->kind == ALERT_SWEPT ? event->expected_usd : NAN);
    writer_number(&writer, "seen_usd", event->kind == ALERT_SWEPT ? event->seen_usd : NAN);
    writer_text(&writer, "text", event->text);
    writer_close_object(&writer);
    assert(!writer.cut); /* the texts are bounded, see the test */
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

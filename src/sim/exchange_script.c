/* Faults by the clock.  A script is "SECONDS:NAME[=VALUE]", commas between, SECONDS since serving
 * began; the names are those of the table below.
 *
 * Example: "30:gap=3,60:disconnect,90:silence=btcusdt@aggTrade,150:clear". */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "sim/exchange_internal.h"

enum value_kind { VALUE_NUMBER, VALUE_SWITCH, VALUE_TEXT, VALUE_NONE };

#define FAULT_INT(field)  VALUE_NUMBER, offsetof(struct exchange_faults, field)
#define FAULT_BOOL(field) VALUE_SWITCH, offsetof(struct exchange_faults, field)

/* What can be done to clients; struct exchange_faults says what each means. */
static const struct {
    const char *name;
    enum value_kind kind;
    size_t at; /* in struct exchange_faults */
} names[] = {
    {"gap", FAULT_INT(gap_count)},
    {"duplicate", FAULT_INT(duplicate_count)},
    {"late", FAULT_INT(late_count)},
    {"reset", FAULT_INT(reset_count)},
    {"snapshot-age", FAULT_INT(snapshot_age_ms)},
    {"depth-hold", FAULT_INT(depth_hold_ms)},
    {"garbage", FAULT_INT(garbage_count)},
    {"odd", FAULT_INT(odd_count)},
    {"huge", FAULT_INT(huge_bytes)},
    {"nested", FAULT_INT(nested_levels)},
    {"corrupt", FAULT_INT(corrupt_count)},
    {"bomb", FAULT_INT(bomb_mb)},
    {"skew", FAULT_INT(skew_s)},
    {"disconnect", FAULT_INT(disconnect_code)}, /* and the switch, below */
    {"half-open", FAULT_BOOL(half_open)},
    {"notice", FAULT_BOOL(notice)},
    {"stale", FAULT_BOOL(stale)},
    {"silence", VALUE_TEXT, 0},
    {"upgrade", FAULT_INT(upgrade_code)},
    {"rest", FAULT_INT(rest_code)},
    {"retry-after", FAULT_INT(retry_after_s)},
    {"html", FAULT_BOOL(rest_html)},
    {"rest-delay", FAULT_INT(rest_delay_ms)},
    {"delist", VALUE_TEXT, 0},
    {"list", VALUE_TEXT, 0},
    {"clear", VALUE_NONE, 0},
};
enum { FAULT_COUNT = ARRAY_COUNT(names) };

static bool is_named(const struct exchange_step *step, const char *name) {
    return strcmp(names[step->name].name, name) == 0;
}

static void run_step(struct exchange_server *server, const struct exchange_step *step) {
    struct exchange_faults *faults = &server->faults;
    char *field = (char *)faults + names[step->name].at;
    if (names[step->name].kind == VALUE_NUMBER) {
        memcpy(field, &step->value, sizeof step->value);
    } else if (names[step->name].kind == VALUE_SWITCH) {
        bool on = step->value != 0;
        memcpy(field, &on, sizeof on);
    }
    if (is_named(step, "disconnect")) {
        faults->disconnect = true;
    } else if (is_named(step, "silence")) {
        (void)str_copy(faults->silent_stream, sizeof faults->silent_stream, step->text);
    } else if (is_named(step, "delist") || is_named(step, "list")) {
        exchange_symbol_list(server, step->text, is_named(step, "list"));
    } else if (is_named(step, "clear")) {
        *faults = (struct exchange_faults){0};
    }
    exchange_faults_apply(server);
}

void exchange_script_run(struct exchange_server *server) {
    int64_t age_ms = server->now_ms - server->serving_since_ms;
    while (server->script_at < server->script_count &&
           server->script[server->script_at].at_ms <= age_ms) {
        run_step(server, &server->script[server->script_at++]);
    }
}

static const char unknown_fault[] =
    "unknown fault; one of gap duplicate late reset snapshot-age depth-hold garbage odd "
    "huge nested corrupt bomb skew disconnect half-open notice stale silence upgrade rest "
    "retry-after html rest-delay delist list clear";

/* One "SECONDS:NAME[=VALUE]"; NULL, or what was expected of it. */
static const char *parse_step(const char *text, struct exchange_step *step) {
    char *end = NULL;
    double seconds = strtod(text, &end);
    if (end == text || *end != ':' || !(seconds >= 0 && seconds <= 1e7)) {
        return "expected SECONDS:NAME[=VALUE]";
    }
    const char *name = end + 1;
    size_t len = strcspn(name, "=");
    *step = (struct exchange_step){.at_ms = (int64_t)(seconds * 1000), .name = FAULT_COUNT};
    for (int i = 0; i < FAULT_COUNT; i++) {
        if (strlen(names[i].name) == len && strncmp(names[i].name, name, len) == 0) {
            step->name = i;
        }
    }
    if (step->name == FAULT_COUNT) {
        return unknown_fault;
    }
    bool given = name[len] == '=';
    const char *value = given ? name + len + 1 : "";
    if (names[step->name].kind == VALUE_TEXT) {
        return value[0] != '\0' && str_copy(step->text, sizeof step->text, value)
                   ? NULL
                   : "expected a name: silence=STREAM, list=BASE, delist=BASE";
    }
    long number = strtol(value, &end, 10);
    bool below = number < 0 && !is_named(step, "skew");
    if (*end != '\0' || below || number > 1000000000 || number < -1000000000) {
        return "expected a whole number from 0";
    }
    step->value = names[step->name].kind == VALUE_SWITCH && !given ? 1 : (int)number;
    return NULL;
}

bool exchange_server_set_script(struct exchange_server *server, const char *text,
                                char reason[EXCHANGE_REASON_BYTES]) {
    server->script_count = 0;
    while (*text != '\0') {
        char word[EXCHANGE_STREAM_BYTES * 2];
        struct span span = {text, strcspn(text, ",")};
        if (server->script_count == EXCHANGE_SCRIPT_MAX) {
            str_format(reason, EXCHANGE_REASON_BYTES, "more than %d steps", EXCHANGE_SCRIPT_MAX);
            return false;
        }
        struct exchange_step *step = &server->script[server->script_count];
        const char *why =
            str_copy_span(word, sizeof word, span) ? parse_step(word, step) : "too long for a step";
        if (why == NULL && server->script_count > 0 && step->at_ms < step[-1].at_ms) {
            why = "earlier than the step before";
        }
        if (why != NULL) {
            str_format(reason, EXCHANGE_REASON_BYTES, "\"%.40s\": %s", word, why);
            return false;
        }
        server->script_count++;
        text += span.len;
        text += *text == ',';
    }
    return true;
}

/* Faults by the clock.  A script is "SECONDS:NAME[=VALUE]", commas between, SECONDS since serving
 * began:
 *
 *   gap=N            swallow the next N depth updates          disconnect=CODE    end every
 * connection (0: cut it) garbage=N        N senseless messages                      silence=STREAM
 * this stream says nothing ("*": none does) rest=CODE        REST answers 429, 418, 403, 451, 500
 * retry-after=S      with this header html=1           REST answers a web page rest-delay=MS REST
 * is slow upgrade=CODE     refuse new connections                    snapshot-age=MS    depth
 * snapshots are old depth-hold=MS    depth updates come late                   clear all is well
 * again
 *
 * Example: "30:gap=3,60:disconnect,90:silence=btcusdt@aggTrade,150:clear". */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "sim/exchange_internal.h"

enum fault_name {
    FAULT_GAP,
    FAULT_GARBAGE,
    FAULT_DISCONNECT,
    FAULT_SILENCE,
    FAULT_REST,
    FAULT_RETRY_AFTER,
    FAULT_HTML,
    FAULT_REST_DELAY,
    FAULT_UPGRADE,
    FAULT_SNAPSHOT_AGE,
    FAULT_DEPTH_HOLD,
    FAULT_CLEAR,
    FAULT_COUNT
};

static const char *const names[] = {
    [FAULT_GAP] = "gap",
    [FAULT_GARBAGE] = "garbage",
    [FAULT_DISCONNECT] = "disconnect",
    [FAULT_SILENCE] = "silence",
    [FAULT_REST] = "rest",
    [FAULT_RETRY_AFTER] = "retry-after",
    [FAULT_HTML] = "html",
    [FAULT_REST_DELAY] = "rest-delay",
    [FAULT_UPGRADE] = "upgrade",
    [FAULT_SNAPSHOT_AGE] = "snapshot-age",
    [FAULT_DEPTH_HOLD] = "depth-hold",
    [FAULT_CLEAR] = "clear",
};
static_assert(ARRAY_COUNT(names) == FAULT_COUNT, "a name per fault");

void exchange_faults_apply(struct exchange_server *server) {
    if (server->faults.disconnect) {
        server->faults.disconnect = false;
        exchange_conns_end(server, server->faults.disconnect_code);
    }
}

static void run_step(struct exchange_server *server, const struct exchange_step *step) {
    struct exchange_faults *faults = &server->faults;
    int *const values[FAULT_COUNT] = {
        [FAULT_GAP] = &faults->gap_count,
        [FAULT_GARBAGE] = &faults->garbage_count,
        [FAULT_DISCONNECT] = &faults->disconnect_code,
        [FAULT_REST] = &faults->rest_code,
        [FAULT_RETRY_AFTER] = &faults->retry_after_s,
        [FAULT_REST_DELAY] = &faults->rest_delay_ms,
        [FAULT_UPGRADE] = &faults->upgrade_code,
        [FAULT_SNAPSHOT_AGE] = &faults->snapshot_age_ms,
        [FAULT_DEPTH_HOLD] = &faults->depth_hold_ms,
    };
    if (values[step->name] != NULL) {
        *values[step->name] = step->value;
    }
    if (step->name == FAULT_DISCONNECT) {
        faults->disconnect = true;
    } else if (step->name == FAULT_SILENCE) {
        str_copy(faults->silent_stream, sizeof faults->silent_stream, step->text);
    } else if (step->name == FAULT_HTML) {
        faults->rest_html = step->value != 0;
    } else if (step->name == FAULT_CLEAR) {
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
        if (strlen(names[i]) == len && strncmp(names[i], name, len) == 0) {
            step->name = i;
        }
    }
    if (step->name == FAULT_COUNT) {
        return "unknown fault; one of gap garbage disconnect silence rest retry-after html "
               "rest-delay upgrade snapshot-age depth-hold clear";
    }
    const char *value = name[len] == '=' ? name + len + 1 : "";
    if (step->name == FAULT_SILENCE) {
        return value[0] != '\0' && str_copy(step->text, sizeof step->text, value)
                   ? NULL
                   : "expected silence=STREAM";
    }
    long number = strtol(value, &end, 10);
    if (*end != '\0' || number < 0 || number > 1000000000) {
        return "expected a whole number from 0";
    }
    step->value = (int)number;
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

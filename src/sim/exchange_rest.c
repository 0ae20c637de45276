/* REST of the simulated exchange: routes, parameters, limits and refusals. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "sim/exchange_internal.h"

enum { CODE_OK = 200, CODE_NOT_FOUND = 404, CODE_TOO_MANY = 429, CODE_SHORT = 503 };

/* -- parameters -- */

/* "%5B" and the like, in place; the result is never longer. */
static void percent_decode(char *text) {
    char *to = text;
    for (const char *at = text; *at != '\0'; at++) {
        char hex[3] = {0};
        if (at[0] == '%' && at[1] != '\0' && at[2] != '\0') {
            memcpy(hex, at + 1, 2);
        }
        char *end = hex;
        long value = hex[0] != '\0' ? strtol(hex, &end, 16) : 0;
        if (end == hex + 2 && value > 0) {
            *to++ = (char)value;
            at += 2;
        } else {
            *to++ = *at;
        }
    }
    *to = '\0';
}

bool exchange_param(const char *query, const char *key, char out[EXCHANGE_PARAM_BYTES]) {
    size_t key_len = strlen(key);
    out[0] = '\0';
    while (*query != '\0') {
        size_t len = strcspn(query, "&");
        if (len > key_len && strncmp(query, key, key_len) == 0 && query[key_len] == '=') {
            struct span value = {query + key_len + 1, len - key_len - 1};
            bool fits = value.len > 0 && str_copy_span(out, EXCHANGE_PARAM_BYTES, value);
            percent_decode(out);
            return fits;
        }
        query += len;
        query += *query == '&';
    }
    return false;
}

int64_t exchange_param_integer(const char *query, const char *key, int64_t fallback) {
    char text[EXCHANGE_PARAM_BYTES];
    char *end = NULL;
    if (!exchange_param(query, key, text)) {
        return fallback;
    }
    long long value = strtoll(text, &end, 10);
    return *end == '\0' && value >= 0 ? value : -1;
}

const struct exchange_symbol *exchange_param_symbol(const struct exchange_answer *answer,
                                                    const char *key) {
    char text[EXCHANGE_PARAM_BYTES];
    return exchange_param(answer->query, key, text)
               ? exchange_symbol_find(answer->server, text, strlen(text), false)
               : NULL;
}

/* -- limits and faults -- */

/* The weight of this window with the request in it. */
static int64_t charge(struct exchange_server *server, int weight) {
    int window_ms = server->dialect->rest_window_ms;
    int64_t window = window_ms > 0 ? exchange_rule_ms(server) / window_ms : 0;
    if (window != server->weight_window) {
        server->weight_window = window;
        server->weight_used = 0;
    }
    server->weight_used += weight;
    return server->weight_used;
}

static void refuse(struct exchange_answer *answer, int http_code) {
    wire_reset(&answer->out);
    answer->http_code = http_code;
    answer->server->dialect->refuse(answer, http_code);
}

static int retry_after_s(const struct exchange_server *server) {
    int window_ms = server->dialect->rest_window_ms;
    double left_ms = (double)(window_ms - exchange_rule_ms(server) % window_ms);
    return 1 + (int)(left_ms / server->desc.time_scale / 1000);
}

/* What the faults make of an answer; its Retry-After, 0: none. */
static int misbehave(struct exchange_answer *answer) {
    const struct exchange_faults *faults = &answer->server->faults;
    if (faults->rest_code != 0) {
        refuse(answer, faults->rest_code);
    }
    if (faults->rest_html) {
        wire_reset(&answer->out);
        answer->http_code = CODE_OK;
        wire_text(&answer->out, "<html><head><title>Maintenance</title></head></html>");
    }
    return faults->rest_code != 0 ? faults->retry_after_s : 0;
}

static const struct exchange_route *find_route(const struct exchange_dialect *dialect,
                                               const char *path) {
    for (int i = 0; i < dialect->route_count; i++) {
        const struct exchange_route *route = &dialect->routes[i];
        size_t len = strlen(route->path);
        bool open = route->path[len - 1] == '*';
        if (open ? strncmp(route->path, path, len - 1) == 0 : strcmp(route->path, path) == 0) {
            return route;
        }
    }
    return NULL;
}

void exchange_answer(void *user, const struct server_request *request,
                     struct server_response *response) {
    struct exchange_server *server = user;
    const struct exchange_dialect *dialect = server->dialect;
    struct exchange_answer answer = {
        .server = server,
        .path = request->path,
        .query = request->query,
        .body = request->body != NULL ? request->body : "",
        .header = request->header,
        .http_code = CODE_OK,
        .weight = 1,
    };
    EXCHANGE_COUNT(server->requests, 1);
    const struct exchange_route *route = find_route(dialect, request->path);
    if (route != NULL) {
        route->answer(&answer);
    } else {
        refuse(&answer, CODE_NOT_FOUND);
    }
    int retry_s = 0;
    int64_t used = charge(server, answer.weight);
    if (dialect->rest_weight_max > 0 && used > dialect->rest_weight_max) {
        refuse(&answer,
               dialect->rest_too_many_code != 0 ? dialect->rest_too_many_code : CODE_TOO_MANY);
        retry_s = retry_after_s(server);
    } else {
        retry_s = misbehave(&answer);
    }
    if (answer.http_code != CODE_OK) {
        EXCHANGE_COUNT(server->requests_refused, 1);
    }
    if (answer.out.failed) {
        EXCHANGE_COUNT(server->unsent, 1);
        wire_finish(&answer.out);
        answer.http_code = CODE_SHORT;
    }
    response->header_name = retry_s > 0 ? "Retry-After" : dialect->rest_weight_header;
    (void)str_format(server->header_value, sizeof server->header_value, "%lld",
                     retry_s > 0 ? (long long)retry_s : (long long)used);
    response->header_value = server->header_value;
    response->http_code = answer.http_code;
    response->content_type = server->faults.rest_html ? "text/html" : NULL;
    response->body = answer.out.bytes;
    response->len = answer.out.len;
    response->delay_ms = server->faults.rest_delay_ms;
}

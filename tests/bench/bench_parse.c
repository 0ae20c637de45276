/* The Binance parser beside cJSON, in one run: the same messages to the same numbers. cJSON's side
 * parses and takes the wanted fields (price, size, time, id, side; every level of a book); ours
 * makes complete event slots. */
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "support/bench_machine.h"
#include "venue/binance.h"

enum { RUN_MS = 100, ROUND_COUNT = 12, DEPTH_BYTES = 64 * 1024 };

static char depth_small[DEPTH_BYTES], depth_large[DEPTH_BYTES];
static int64_t checksum;

static void take_number(const cJSON *item) {
    const char *text = cJSON_GetStringValue(item);
    struct decimal value = {0};
    if (text != NULL && decimal_parse(text, strlen(text), &value)) {
        checksum += value.mantissa;
    } else {
        checksum += (int64_t)cJSON_GetNumberValue(item);
    }
}

static const cJSON *get(const cJSON *object, const char *key) {
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

static void take_levels(const cJSON *levels) {
    const cJSON *row = NULL;
    cJSON_ArrayForEach(row, levels) {
        take_number(row->child);
        take_number(row->child->next);
    }
}

static void with_cjson(const char *text, size_t len) {
    static const char *const wanted[] = {"p", "q", "T", "a",  "f",  "l",
                                         "E", "U", "u", "pu", "ap", "z"};
    cJSON *root = cJSON_ParseWithLength(text, len);
    const cJSON *data = get(root, "data");
    const cJSON *order = get(data, "o");
    const cJSON *from = order != NULL ? order : data;
    for (size_t i = 0; i < ARRAY_COUNT(wanted); i++) {
        const cJSON *item = get(from, wanted[i]);
        if (item != NULL) {
            take_number(item);
        }
    }
    checksum += get(from, "s") != NULL && cJSON_IsTrue(get(data, "m"));
    if (cJSON_IsArray(get(data, "b"))) {
        take_levels(get(data, "b"));
        take_levels(get(data, "a"));
    }
    cJSON_Delete(root);
}

static void with_ours(struct venue_parser *parser, const char *text, size_t len) {
    struct venue_message message;
    if (venue_parse(parser, 0, text, len, 1, &message) == STATUS_OK) {
        checksum += parser->slots[message.count - 1].u.level.price;
    }
}

/* Messages a CPU second in one stretch; parser NULL: cJSON. */
static double measure(struct venue_parser *parser, const char *text, size_t len) {
    const int64_t begin_ns = clock_thread_cpu_ns();
    int64_t count = 0, now_ns = begin_ns;
    while (now_ns - begin_ns < RUN_MS * INT64_C(1000000)) {
        for (int i = 0; i < 64; i++) {
            if (parser != NULL) {
                with_ours(parser, text, len);
            } else {
                with_cjson(text, len);
            }
        }
        count += 64;
        now_ns = clock_thread_cpu_ns();
    }
    return (double)count * 1e9 / (double)(now_ns - begin_ns);
}

static double larger(double a, double b) {
    return a > b ? a : b;
}

static void make_depth(char out[DEPTH_BYTES], int levels) {
    str_copy(
        out, DEPTH_BYTES,
        "{\"stream\":\"btcusdt@depth@100ms\",\"data\":{\"e\":\"depthUpdate\",\"E\":1723161256299,"
        "\"T\":1723161256298,\"s\":\"BTCUSDT\",\"U\":5123107832006,\"u\":5123107837557,"
        "\"pu\":5123107831937,\"b\":[");
    for (int i = 0; i < 2 * levels; i++) {
        str_append(out, DEPTH_BYTES, "%s[\"%d.%d0\",\"%d.%03d\"]", i % levels == 0 ? "" : ",",
                   61800 - i / 10, i % 10, i % 7, i * 37 % 1000);
        if (i == levels - 1) {
            str_append(out, DEPTH_BYTES, "],\"a\":[");
        }
    }
    str_append(out, DEPTH_BYTES, "]}}");
}

int main(void) {
    make_depth(depth_small, 40);
    make_depth(depth_large, 800);
    const struct {
        const char *name, *text;
    } rows[] = {
        {"aggTrade",
         "{\"stream\":\"btcusdt@aggTrade\",\"data\":{\"e\":\"aggTrade\",\"E\":1723161256322,"
         "\"a\":2411556789,\"s\":\"BTCUSDT\",\"p\":\"61800.30\",\"q\":\"0.006\",\"nq\":\"0.006\","
         "\"f\":5266583935,\"l\":5266583935,\"T\":1723161256320,\"m\":false,\"st\":1}}"},
        {"forceOrder",
         "{\"stream\":\"btcusdt@forceOrder\",\"data\":{\"e\":\"forceOrder\",\"E\":1723161256322,"
         "\"o\":{"
         "\"s\":\"BTCUSDT\",\"S\":\"SELL\",\"o\":\"LIMIT\",\"f\":\"IOC\",\"q\":\"0.014\",\"p\":"
         "\"61500.10\","
         "\"ap\":\"61790.50\",\"X\":\"FILLED\",\"l\":\"0.014\",\"z\":\"0.014\",\"T\":1723161256320,"
         "\"ps\":\"BTCUSDT\",\"st\":1}}}"},
        {"depth 80 levels", depth_small},
        {"depth 1,600 levels", depth_large},
    };
    struct instrument_table *instruments = instrument_table_create();
    struct venue_parser *parser = venue_parser_create(&binance_usdm_dialect, instruments);
    if (parser == NULL) {
        return EXIT_FAILURE;
    }
    bench_machine_print(stdout);
    printf("%-20s %8s %14s %14s %10s %7s\n", "message", "bytes", "ours msg/s", "cJSON msg/s",
           "ours MB/s", "ratio");
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        const size_t len = strlen(rows[i].text);
        double ours = 0,
               theirs = 0; /* the best of several rounds in turn: neighbours disturb both */
        for (int round = 0; round < ROUND_COUNT; round++) {
            ours = larger(ours, measure(parser, rows[i].text, len));
            theirs = larger(theirs, measure(NULL, rows[i].text, len));
        }
        printf("%-20s %8zu %14.0f %14.0f %10.0f %7.2f\n", rows[i].name, len, ours, theirs,
               ours * (double)len / 1e6, ours / theirs);
    }
    printf("(checksum %" PRId64 ")\n", checksum);
    venue_parser_destroy(parser);
    instrument_table_destroy(instruments);
    return EXIT_SUCCESS;
}

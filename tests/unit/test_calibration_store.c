/* What calibration learned goes through a file bit by bit; files that cannot be used are refused
 * with a reason, and a whole file is always there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/calibration_store.h"
#include "app/state_file.h"
#include "app/calibration_text.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/math.h"
#include "base/random.h"
#include "base/str.h"
#include "model/distance.h"

static char folder[CALIBRATION_PATH_BYTES];
static struct distance_ladder ladder;
static char text[CALIBRATION_TEXT_BYTES_MAX + 2];

static int set_up(void **state) {
    (void)state;
    str_copy(folder, sizeof folder, "/tmp/liqscope_test_XXXXXX");
    log_set_level(LOG_LEVEL_ERROR); /* refusals are wanted here */
    return mkdtemp(folder) != NULL && distance_ladder_init(&ladder, 2e-4, 0.004, 0, 125) ? 0 : -1;
}

static void remove_tree(const char *path) {
    char inside[CALIBRATION_PATH_BYTES];
    DIR *listing = opendir(path);
    if (listing == NULL) {
        unlink(path);
        return;
    }
    for (struct dirent *entry = readdir(listing); entry != NULL; entry = readdir(listing)) {
        bool self = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
        if (!self && str_format(inside, sizeof inside, "%s/%s", path, entry->d_name)) {
            remove_tree(inside);
        }
    }
    closedir(listing);
    rmdir(path);
}

static int tear_down(void **state) {
    (void)state;
    log_set_level(LOG_LEVEL_WARN);
    remove_tree(folder);
    return 0;
}

/* Numbers of every size that can occur, floats among them. */
static void make_item(struct engine_calibration *item, uint64_t seed) {
    struct random random;
    random_init(&random, seed);
    memset(item, 0, sizeof *item);
    item->venue = VENUE_BYBIT;
    str_copy(item->symbol, sizeof item->symbol, "BTCUSDT");
    item->learned = true;
    struct calibration_record *record = &item->record;
    record->stepped_ms = 1750000200123;
    record->heard_ms = 1750000201456;
    record->calibrated_ms = 1750000200000;
    record->distance_count = ladder.count;
    record->weights.calibrated_to = 0.0461f;
    record->evidence.residual_usd2 = 9.123456789e11;
    record->evidence.predicted_usd = 1.0 / 3;
    for (int i = ladder.count; i < DISTANCE_MAX; i++) {
        record->weights.sd[i] = WEIGHTS_SD_MAX; /* of no distance */
    }
    for (int i = 0; i < ladder.count; i++) {
        record->weights.sd[i] = (float)(2 * random_uniform(&random) + 1e-6) / 1.001f;
        record->evidence.information_usd[i] = math_exp(60 * random_uniform(&random) - 20);
        for (int source = 0; source < 3; source++) {
            int lane = i * CLASS_SOURCES + source;
            record->weights.rho[lane] = (float)(random_uniform(&random) * 0.02);
            record->evidence.attributed_usd[lane] = 1e7 * random_uniform(&random);
            record->evidence.sampled_usd[lane] = source == 1 ? 0 : 1e5 * random_uniform(&random);
            record->evidence.exposed_usd[lane] = math_exp(40 * random_uniform(&random) - 10);
        }
    }
    for (int i = 0; i < ladder.count; i++) {
        record->distances[i] = ladder.cells[i].distance;
        record->sharp[i] = ladder.cells[i].sharp;
    }
}

static bool parses(const char *json, char *reason) {
    struct engine_calibration item;
    return calibration_text_parse(json, strlen(json), &item, reason);
}

static void every_bit_comes_back_from_the_text(void **state) {
    (void)state;
    static struct engine_calibration item, back;
    char reason[CALIBRATION_REASON_BYTES];
    for (uint64_t seed = 1; seed < 20; seed++) {
        make_item(&item, seed);
        size_t len = calibration_text_write(&item, text, sizeof text);
        assert_true(len > 2000 && len < 20000);
        assert_true(calibration_text_parse(text, len, &back, reason));
        assert_memory_equal(&back, &item, sizeof item);
    }
    /* No room: nothing, rather than half of it. */
    for (size_t room = 0; room < 5000; room += 83) {
        assert_int_equal(calibration_text_write(&item, text, room), 0);
    }
    item.learned = false;
    assert_int_equal(calibration_text_write(&item, text, sizeof text), 0);
}

/* The text with the first `from` replaced by `to` is refused, and the reason names it. */
static void refused_with(const char *from, const char *to, const char *why) {
    static char changed[sizeof text];
    static struct engine_calibration item;
    char reason[CALIBRATION_REASON_BYTES];
    make_item(&item, 3);
    size_t len = calibration_text_write(&item, text, sizeof text);
    char *at = strstr(text, from);
    assert_true(len > 0 && at != NULL);
    str_format(changed, sizeof changed, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    if (parses(changed, reason) || strstr(reason, why) == NULL) {
        fail_msg("\"%s\" for \"%s\": \"%s\", want \"%s\"", to, from, reason, why);
    }
}

static void texts_that_are_not_ours_are_refused_with_a_reason(void **state) {
    (void)state;
    char reason[CALIBRATION_REASON_BYTES];
    assert_false(parses("", reason));
    assert_false(parses("[]", reason));
    assert_string_equal(reason, "no calibration of liqscope");
    assert_false(parses("{\"liqscope_calibration\":2}", reason));
    assert_string_equal(reason, "version 2; this program reads 1");
    refused_with("bybit", "nyse", "venue");
    refused_with("\"BTCUSDT\"", "7", "symbol");
    refused_with("\"BTCUSDT\"", "\"\"", "symbol");
    refused_with("1750000200123", "\"1750000200123\"", "stepped_ms");
    refused_with("1750000200123", "-5", "out of its range");
    refused_with("1750000200123", "1e300", "stepped_ms");
    refused_with("1750000201456", "-5", "out of its range");
    refused_with("1750000201456", "true", "heard_ms");
    refused_with("\"predicted_usd\":", "\"predicted_usd\":-", "out of its range");
    refused_with("\"predicted_usd\":", "\"predicted_usd\":1e31,\"x\":", "out of its range");
    refused_with("\"predicted_usd\":", "\"predicted_usd\":1e999,\"x\":", "predicted_usd");
    refused_with("\"predicted_usd\":", "\"predicted_usd\":NaN,\"x\":", "not JSON");
    refused_with("\"rho\":[", "\"rho\":[0,", "distances[0].rho");
    refused_with("\"rho\":[", "\"rho\":[],\"x\":[", "distances[0].rho");
    refused_with("\"rho\":[", "\"rho\":[1e39,0,0],\"x\":[", "distances[0].rho");
    refused_with("\"rho\":[", "\"rho\":[-1,0,0],\"x\":[", "out of its range");
    refused_with("\"sd\":", "\"sd\":0,\"x\":", "out of its range");
    refused_with("\"sharp\":", "\"x\":", "distances[0].sharp");
    refused_with("\"distances\":[", "\"distances\":[],\"x\":[", "out of its range");
    refused_with("\"distances\":[", "\"distances\":7,\"x\":[", "out of its range");
    refused_with("\"distances\":[", "\"distances\":[{},", "distances[0].distance");
}

static void more_distances_than_there_can_be_are_refused(void **state) {
    (void)state;
    static struct engine_calibration item;
    static char many[sizeof text * 2];
    char reason[CALIBRATION_REASON_BYTES];
    make_item(&item, 3);
    calibration_text_write(&item, text, sizeof text);
    const char *array = strstr(text, "[\n") + 2, *end = strstr(array, "\n]}\n");
    str_format(many, sizeof many, "%.*s%.*s,%s", (int)(array - text), text, (int)(end - array),
               array, array);
    assert_false(parses(many, reason));
    assert_non_null(strstr(reason, "distances: more than "));
}

static int files_in(const char *path) {
    int count = 0;
    DIR *listing = opendir(path);
    assert_non_null(listing);
    for (struct dirent *entry = readdir(listing); entry != NULL; entry = readdir(listing)) {
        count += entry->d_name[0] != '.';
    }
    closedir(listing);
    return count;
}

static void put_file(const char *path, const char *bytes, size_t len) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    fclose(file);
}

static void files_are_written_whole_and_read_back(void **state) {
    (void)state;
    static struct engine_calibration item, back;
    char deep[CALIBRATION_PATH_BYTES], path[CALIBRATION_PATH_BYTES];
    str_format(deep, sizeof deep, "%s/a/b/liqscope", folder);
    make_item(&item, 5);
    assert_false(calibration_store_read(deep, VENUE_BYBIT, "BTCUSDT", &back)); /* nothing there */
    assert_true(calibration_store_write(deep, &item));
    make_item(&item, 6);
    assert_true(calibration_store_write(deep, &item)); /* over the old one */
    assert_int_equal(files_in(deep), 1);
    assert_true(calibration_store_read(deep, VENUE_BYBIT, "BTCUSDT", &back));
    assert_memory_equal(&back, &item, sizeof item);
    assert_false(calibration_store_read(deep, VENUE_OKX, "BTCUSDT", &back));

    /* Cut anywhere it is refused, or it still says the same. */
    str_format(path, sizeof path, "%s/bybit-BTCUSDT.json", deep);
    size_t len = calibration_text_write(&item, text, sizeof text);
    for (size_t cut = 0; cut < len - 1; cut += 211) {
        put_file(path, text, cut);
        assert_false(calibration_store_read(deep, VENUE_BYBIT, "BTCUSDT", &back));
    }
    memset(text, ' ', sizeof text);
    put_file(path, text, sizeof text);
    assert_false(calibration_store_read(deep, VENUE_BYBIT, "BTCUSDT", &back));
    /* Another instrument's file under this name. */
    str_copy(item.symbol, sizeof item.symbol, "ETHUSDT");
    len = calibration_text_write(&item, text, sizeof text);
    put_file(path, text, len);
    assert_false(calibration_store_read(deep, VENUE_BYBIT, "BTCUSDT", &back));
    /* A folder of that name: it can be neither read nor replaced, and nothing is left beside it. */
    str_format(path, sizeof path, "%s/bybit-XRPUSDT.json", deep);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_false(calibration_store_read(deep, VENUE_BYBIT, "XRPUSDT", &back));
    str_copy(item.symbol, sizeof item.symbol, "XRPUSDT");
    assert_false(calibration_store_write(deep, &item));
    assert_int_equal(files_in(deep), 2);
    /* Names that are no file names. */
    str_copy(item.symbol, sizeof item.symbol, "../../x y");
    assert_true(calibration_store_write(deep, &item));
    assert_int_equal(files_in(deep), 3);
    assert_true(calibration_store_read(deep, VENUE_BYBIT, "../../x y", &back));
}

static void the_folder_is_the_one_of_the_specification(void **state) {
    (void)state;
    char path[STATE_FILE_PATH_BYTES];
    setenv("XDG_STATE_HOME", "/var/state", 1);
    setenv("HOME", "/home/somebody", 1);
    assert_true(state_file_folder(path));
    assert_string_equal(path, "/var/state/liqscope");
    setenv("XDG_STATE_HOME", "relative", 1);
    assert_true(state_file_folder(path));
    assert_string_equal(path, "/home/somebody/.local/state/liqscope");
    unsetenv("XDG_STATE_HOME");
    unsetenv("HOME");
    assert_false(state_file_folder(path));
}

static void the_writer_keeps_what_came_first_and_what_came_last(void **state) {
    (void)state;
    static struct calibration_store store, again;
    static struct engine_calibration back;
    char path[CALIBRATION_PATH_BYTES];
    str_format(path, sizeof path, "%s/state", folder);
    assert_true(calibration_store_init(&store, path));
    calibration_store_load(&store, VENUE_BYBIT, "BTCUSDT");
    assert_int_equal(store.restored.count, 0);
    assert_true(calibration_store_start(&store));
    for (uint64_t seed = 1; seed < 4; seed++) {
        struct engine_calibrations *learned = mailbox_back(&store.learned);
        memset(learned, 0, sizeof *learned);
        learned->count = 2; /* the second one has learned nothing yet */
        make_item(&learned->items[0], seed);
        learned->items[1] = learned->items[0];
        learned->items[1].learned = false;
        learned->items[1].refused = true;
        str_copy(learned->items[1].symbol, sizeof learned->items[1].symbol, "ETHUSDT");
        mailbox_publish(&store.learned);
    }
    calibration_store_finish(&store);
    assert_int_equal(files_in(path), 1);
    assert_true(calibration_store_read(path, VENUE_BYBIT, "BTCUSDT", &back));
    static struct engine_calibration last;
    make_item(&last, 3);
    assert_memory_equal(&back, &last, sizeof back);

    last.record.heard_ms = clock_wall_ms() + 86400000; /* its clock ran ahead */
    assert_true(calibration_store_write(path, &last));
    assert_true(calibration_store_read(path, VENUE_BYBIT, "BTCUSDT", &back));
    assert_true(back.record.heard_ms <= clock_wall_ms());
    make_item(&last, 3);
    assert_true(calibration_store_write(path, &last));

    assert_true(calibration_store_init(&again, path));
    calibration_store_load(&again, VENUE_BYBIT, "BTCUSDT");
    calibration_store_load(&again, VENUE_BYBIT, "ETHUSDT");
    assert_int_equal(again.restored.count, 1);
    assert_memory_equal(&again.restored.items[0], &last, sizeof last);
    calibration_store_finish(&again);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_bit_comes_back_from_the_text),
        cmocka_unit_test(texts_that_are_not_ours_are_refused_with_a_reason),
        cmocka_unit_test(more_distances_than_there_can_be_are_refused),
        cmocka_unit_test(files_are_written_whole_and_read_back),
        cmocka_unit_test(the_writer_keeps_what_came_first_and_what_came_last),
        cmocka_unit_test(the_folder_is_the_one_of_the_specification),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

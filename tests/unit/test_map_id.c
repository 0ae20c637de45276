#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/map_id.h"
#include "app/state_file.h"

/* A view has one name; the name gives the view back; what is no name, unknown or damaged is an
 * error. */

static char folder[] = "/tmp/liqscope-map-XXXXXX";
static struct option_table options, back;
static struct map_id id, other;
static struct map_id_view view;
static char reason[MAP_ID_REASON_BYTES];

static int make_folder(void **state) {
    (void)state;
    option_table_init(&options);
    return mkdtemp(folder) != NULL && setenv("XDG_STATE_HOME", folder, 1) == 0 ? 0 : -1;
}

static int remove_folder(void **state) {
    (void)state;
    char path[STATE_FILE_PATH_BYTES];
    static const char *const left[] = {"/liqscope/maps/AAAAA-AAAAA", "/liqscope/maps", "/liqscope",
                                       ""};
    for (size_t i = 0; i < ARRAY_COUNT(left); i++) {
        str_format(path, sizeof path, "%s%s", folder, left[i]);
        if (remove(path) != 0) {
            return -1;
        }
    }
    return 0;
}

static const struct source_list demo = {.count = 1, .specs = {{.kind = SOURCE_DEMO}}};

static struct map_id_desc desc_of(const struct settings *settings) {
    return (struct map_id_desc){.sources = &demo,
                                .options = &options,
                                .settings = settings,
                                .span_ms = 3600e3,
                                .width_px = 640,
                                .height_px = 360,
                                .at_ms = 1767571200000,
                                .instruments = "binance_usdm:BTCUSDT\n"};
}

static void a_name_gives_the_view_back(void **state) {
    (void)state;
    struct settings settings = settings_default();
    settings.split = true;
    const struct map_id_desc desc = desc_of(&settings);
    assert_true(map_id_make(&desc, &id));
    assert_true(map_id_keep(&id, reason));
    option_table_init(&back);
    assert_int_equal(map_id_load(id.text, &back, &view, reason), EXIT_STATUS_DONE);
    assert_int_equal(view.source_count, 1);
    assert_string_equal(view.sources[0], "demo");
    assert_string_equal(view.version, LIQSCOPE_VERSION);
    assert_true(option_flag(&back, OPT_split));
    assert_int_equal(option_integer(&back, OPT_window), 3600000);
    assert_int_equal(option_integer(&back, OPT_at), 1767571200000);
    assert_int_equal(back.values[OPT_size].width, 640);
    char written[64]; /* as people write it down */
    size_t at = 0;
    for (const char *c = id.text; *c != '\0'; c++) {
        if (*c != '-') {
            written[at++] = *c == '0' ? 'o' : *c == '1' ? 'l' : *c;
            written[at++] = ' ';
        }
    }
    written[at] = '\0';
    assert_int_equal(map_id_load(written, &back, &view, reason), EXIT_STATUS_DONE);
    char path[STATE_FILE_PATH_BYTES];
    str_format(path, sizeof path, "%s/liqscope/maps/%s", folder, id.text);
    assert_int_equal(unlink(path), 0);
}

static void another_view_has_another_name_a_copy_of_its_recording_not(void **state) {
    (void)state;
    struct settings settings = settings_default();
    struct map_id_desc desc = desc_of(&settings);
    assert_true(map_id_make(&desc, &id));
    desc.at_ms += 1000;
    assert_true(map_id_make(&desc, &other));
    assert_string_not_equal(id.text, other.text);
    desc.at_ms -= 1000;
    settings.side = SETTINGS_SIDE_LONG;
    assert_true(map_id_make(&desc, &other));
    assert_string_not_equal(id.text, other.text);
    settings = settings_default();
    desc.instruments = "bybit:BTCUSDT\n";
    assert_true(map_id_make(&desc, &other));
    assert_string_not_equal(id.text, other.text);
    const struct source_list first = {.count = 1,
                                      .specs = {{.kind = SOURCE_FILE, .path = "/a.liq"}}};
    const struct source_list second = {.count = 1,
                                       .specs = {{.kind = SOURCE_FILE, .path = "/b.liq"}}};
    desc.sources = &first;
    assert_true(map_id_make(&desc, &id));
    desc.sources = &second;
    assert_true(map_id_make(&desc, &other));
    assert_string_equal(id.text, other.text);
    assert_string_not_equal(id.view, other.view);
}

static void what_is_no_name_or_not_known_is_refused(void **state) {
    (void)state;
    static const char *const wrong[] = {"",           "K7M3Q",       "K7M3Q-2XP9DD", "../../../etc",
                                        "K7M3Q/2XP9", "K7M3Q-2XP9U", "\xff\xff",     "K7M3Q.2XP9D",
                                        "%s%n%s%n%s", "----------"};
    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        assert_int_equal(map_id_load(wrong[i], &back, &view, reason), EXIT_STATUS_USAGE);
        assert_non_null(strstr(reason, "no map ID"));
    }
    assert_int_equal(map_id_load("ZZZZZ-ZZZZZ", &back, &view, reason), EXIT_STATUS_FAILED);
    assert_non_null(strstr(reason, "not known on this machine"));
}

static void a_damaged_file_is_refused(void **state) {
    (void)state;
    static const char *const damaged[] = {
        "",
        "source = demo",                         /* cut off: a line has an end */
        "version = 1\n",                         /* of no source */
        "source = demo\nconfig = /etc/passwd\n", /* no option of a view */
        "source = demo\noutput = /tmp/x.png\n",
        "source = demo\nwindow = 3 bananas\n",
        "source = demo\n = \n",
        "source = a\nsource = b\nsource = c\nsource = d\nsource = e\n",
    };
    static char large[MAP_ID_BYTES_MAX + 100];
    char path[STATE_FILE_PATH_BYTES];
    str_format(path, sizeof path, "%s/liqscope/maps/AAAAA-AAAAA", folder);
    for (size_t i = 0; i < ARRAY_COUNT(damaged); i++) {
        assert_true(state_file_replace(path, damaged[i], strlen(damaged[i])));
        assert_int_equal(map_id_load("aaaaa-aaaaa", &back, &view, reason), EXIT_STATUS_FAILED);
        assert_non_null(strstr(reason, "damaged"));
    }
    for (size_t at = 0; at + 14 < sizeof large; at += 14) {
        memcpy(large + at, "source = demo\n", 14);
    }
    assert_true(state_file_replace(path, large, sizeof large));
    assert_int_equal(map_id_load("aaaaa-aaaaa", &back, &view, reason), EXIT_STATUS_FAILED);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_gives_the_view_back),
        cmocka_unit_test(another_view_has_another_name_a_copy_of_its_recording_not),
        cmocka_unit_test(what_is_no_name_or_not_known_is_refused),
        cmocka_unit_test(a_damaged_file_is_refused),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

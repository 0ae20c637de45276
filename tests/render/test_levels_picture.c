/* A picture of a time and `liqscope levels` of that time tell the same dollars. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/engine_replay.h"
#include "app/levels_report.h"
#include "app/picture_replay.h"
#include "base/str.h"
#include "gfx/offscreen.h"
#include "support/keep_modules.h"
#include "support/map_same.h"

#define DAYS 0.1

static const struct source_list demo = {.count = 1, .specs = {{.kind = SOURCE_DEMO}}};
static struct levels_report report;
static struct scene scene;
static char json[1 << 16];

/* What `levels demo --at` makes, as an object and as its text. */
static struct engine_replay *make_levels(int64_t at_ms) {
    char reason[SOURCE_REASON_BYTES];
    struct engine_replay *replay = NULL;
    const struct engine_replay_desc desc = {.sources = &demo, .demo = {.seed = 3, .days = DAYS}};
    assert_int_equal(engine_replay_create(&desc, &replay, reason), EXIT_STATUS_DONE);
    engine_replay_advance(replay, at_ms);
    struct engine *engine = engine_replay_engine(replay);
    engine_finish(engine);
    engine_fill_scene(engine, &scene);
    assert_true(levels_report_make(&report, engine, &scene, reason));
    FILE *file = tmpfile();
    assert_non_null(file);
    levels_report_print_json(&report, file);
    rewind(file);
    size_t length = fread(json, 1, sizeof json - 1, file);
    json[length] = '\0';
    assert_true(length < sizeof json - 1);
    fclose(file);
    return replay;
}

static void assert_told(const char *key, double usd) {
    char text[64];
    str_format(text, sizeof text, "\"%s\":%.0f", key, usd);
    if (strstr(json, text) == NULL) {
        fail_msg("levels does not say %s", text);
    }
}

static void a_picture_and_levels_of_a_time_are_equal(void **state) {
    (void)state;
    struct offscreen *offscreen = NULL;
    struct picture_replay *replay = NULL;
    char reason[SOURCE_REASON_BYTES];
    assert_int_equal(offscreen_create(640, 360, &offscreen), STATUS_OK);
    keep_modules_now();
    const struct picture_replay_desc desc = {.sources = &demo,
                                             .demo = {.seed = 3, .days = DAYS},
                                             .span_ms = 3600e3,
                                             .settings = settings_default()};
    assert_int_equal(picture_replay_create(&desc, &replay, reason), EXIT_STATUS_DONE);
    int64_t at_ms = SOURCE_SIM_START_MS + (int64_t)(DAYS * 0.7 * 86400e3) + 123;
    picture_replay_advance(replay, at_ms);
    picture_replay_finish(replay);
    assert_int_equal(picture_replay_draw(replay, at_ms, offscreen_target(offscreen), reason),
                     EXIT_STATUS_DONE);
    struct engine_replay *levels = make_levels(at_ms);
    const struct scene_map *map = picture_replay_map(replay);
    assert_true(map->ts_ms > 0 && map->ts_ms <= at_ms);
    assert_true(map_same(map, &report.map));
    assert_true(map->cluster_count > 3);
    for (int i = 0; i < map->cluster_count; i++) {
        assert_told("usd", map->clusters[i].usd);
    }
    for (int i = 0; i < MAP_SHARE_COUNT; i++) {
        assert_told("long_usd", map_usd_within(map, 0, map_shares[i], 0));
        assert_told("short_usd", map_usd_within(map, 1, map_shares[i], 0));
    }
    assert_told("usd", map->max_pain_usd);
    engine_replay_destroy(levels);
    picture_replay_destroy(replay);
    offscreen_destroy(offscreen);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_picture_and_levels_of_a_time_are_equal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "record/ffmpeg.h"
#include "record/film_writer.h"

/* A film is its frames in order; numbers without a picture show the one before; in real time they
 * do so by the clock. */

enum { WIDTH = 16, HEIGHT = 8, PLANES = WIDTH * HEIGHT * 3 / 2, FRAME_MAX = 4096 };

static char path[64];

static int make_file(void **state) {
    (void)state;
    str_copy(path, sizeof path, "/tmp/liqscope-film-XXXXXX.y4m");
    int fd = mkstemps(path, 4);
    return fd >= 0 && close(fd) == 0 ? 0 : -1;
}

static int remove_file(void **state) {
    (void)state;
    return unlink(path);
}

static struct film_writer *open_writer(bool realtime) {
    const struct film_writer_desc desc = {
        .recorder = {.path = path, .width_px = WIDTH, .height_px = HEIGHT, .fps = 100},
        .realtime = realtime};
    struct film_writer *writer = NULL;
    assert_int_equal(film_writer_open(&desc, &writer), STATUS_OK);
    return writer;
}

/* Grey of a brightness as frame `number`; waits for memory. */
static void add(struct film_writer *writer, uint8_t grey, int64_t number) {
    uint8_t *rgba = film_writer_begin(writer, true);
    assert_non_null(rgba);
    memset(rgba, grey, (size_t)WIDTH * HEIGHT * 4);
    film_writer_add(writer, number);
}

/* The brightness of every frame in the file, as BT.601 has it. */
static int read_film(uint8_t luma[FRAME_MAX]) {
    FILE *file = fopen(path, "rb");
    char line[256];
    uint8_t planes[PLANES];
    int count = 0;
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    while (count < FRAME_MAX && fgets(line, sizeof line, file) != NULL) {
        assert_string_equal(line, "FRAME\n");
        assert_int_equal(fread(planes, 1, sizeof planes, file), sizeof planes);
        luma[count++] = planes[0];
    }
    fclose(file);
    return count;
}

static void numbers_without_a_picture_show_the_one_before(void **state) {
    (void)state;
    static const uint8_t want[] = {16, 16, 16, 235, 126, 126};
    uint8_t luma[FRAME_MAX];
    struct film_writer *writer = open_writer(false);
    add(writer, 0, 0);
    add(writer, 255, 3);
    add(writer, 128, 4);
    film_writer_end(writer, 6);
    while (!film_writer_is_done(writer)) {
        clock_sleep_until_ns(clock_mono_ns() + 1000000);
    }
    struct film_writer_stats stats = film_writer_get_stats(writer);
    assert_int_equal(film_writer_close(writer), STATUS_OK);
    assert_int_equal(stats.written, 6);
    assert_int_equal(stats.repeated, 3);
    assert_int_equal(stats.skipped, 0);
    assert_int_equal(read_film(luma), 6);
    assert_memory_equal(luma, want, sizeof want);
}

static void a_film_without_gaps_has_every_picture_once(void **state) {
    (void)state;
    uint8_t luma[FRAME_MAX];
    struct film_writer *writer = open_writer(false);
    for (int i = 0; i < 200; i++) {
        add(writer, (uint8_t)i, i);
    }
    assert_int_equal(film_writer_close(writer), STATUS_OK);
    assert_int_equal(read_film(luma), 200);
    for (int i = 1; i < 200; i++) {
        assert_in_range(luma[i] - luma[i - 1], 0, 1);
    }
    assert_in_range(luma[199], 185, 188);
}

/* Nobody adds anything any more: the frames come all the same. Then a picture whose time is over
 * changes what comes after it, not how many there are. */
static void in_real_time_frames_come_by_the_clock(void **state) {
    (void)state;
    struct film_writer *writer = open_writer(true);
    struct film_writer_stats stats = {0};
    add(writer, 10, 0);
    for (int i = 0; i < 3000 && stats.repeated < 20; i++) {
        clock_sleep_until_ns(clock_mono_ns() + 10000000);
        stats = film_writer_get_stats(writer);
    }
    const bool repeated = stats.repeated >= 20;
    add(writer, 200, 1);
    for (int i = 0; i < 3000 && stats.skipped == 0; i++) {
        clock_sleep_until_ns(clock_mono_ns() + 10000000);
        stats = film_writer_get_stats(writer);
    }
    assert_int_equal(film_writer_close(writer), STATUS_OK);
    assert_true(repeated);
    assert_int_equal(stats.skipped, 1);
}

static void without_free_memory_a_picture_is_skipped_and_counted(void **state) {
    (void)state;
    struct film_writer *writer = open_writer(false);
    int refused = 0;
    for (int i = 0; i < 2000; i++) {
        uint8_t *rgba = film_writer_begin(writer, false);
        refused += rgba == NULL;
        if (rgba != NULL) {
            memset(rgba, 9, (size_t)WIDTH * HEIGHT * 4);
            film_writer_add(writer, i);
        }
    }
    film_writer_end(writer, 2000);
    while (!film_writer_is_done(writer)) {
        clock_sleep_until_ns(clock_mono_ns() + 1000000);
    }
    struct film_writer_stats stats = film_writer_get_stats(writer);
    assert_int_equal(film_writer_close(writer), STATUS_OK);
    assert_int_equal(stats.skipped, refused);
    assert_int_equal(stats.written, 2000);
    assert_int_equal(stats.repeated, refused);
}

static void a_path_of_no_kind_is_refused(void **state) {
    (void)state;
    const struct film_writer_desc desc = {
        .recorder = {.path = "/dev/full", .width_px = WIDTH, .height_px = HEIGHT, .fps = 30}};
    struct film_writer *writer = NULL;
    assert_int_equal(film_writer_open(&desc, &writer), STATUS_UNSUPPORTED);
    assert_null(writer);
    assert_int_equal(film_writer_close(NULL), STATUS_OK);
}

static void an_address_is_told_without_its_key(void **state) {
    (void)state;
    static const struct {
        const char *path, *want;
    } table[] = {{"rtmp://live.example.org/app/secret-key", "rtmp://live.example.org/..."},
                 {"rtmps://me:word@host:443/app?key=1", "rtmps://host:443/..."},
                 {"rtmp://host", "rtmp://host/..."},
                 {"day@home/film.mp4", "day@home/film.mp4"}};
    char name[128];
    for (size_t i = 0; i < ARRAY_COUNT(table); i++) {
        assert_string_equal(ffmpeg_public_name(table[i].path, sizeof name, name), table[i].want);
    }
}

static void without_ffmpeg_it_is_said_at_once(void **state) {
    (void)state;
    const struct film_writer_desc desc = {
        .recorder = {.path = "/tmp/none.mp4", .width_px = WIDTH, .height_px = HEIGHT, .fps = 30}};
    struct film_writer *writer = NULL;
    char *old = strdup(getenv("PATH"));
    assert_int_equal(setenv("PATH", "/nonexistent", 1), 0);
    enum status status = film_writer_open(&desc, &writer);
    assert_int_equal(setenv("PATH", old, 1), 0);
    free(old);
    assert_int_equal(status, STATUS_IO);
    assert_null(writer);
    assert_int_not_equal(access("/tmp/none.mp4", F_OK), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(numbers_without_a_picture_show_the_one_before, make_file,
                                        remove_file),
        cmocka_unit_test_setup_teardown(a_film_without_gaps_has_every_picture_once, make_file,
                                        remove_file),
        cmocka_unit_test_setup_teardown(in_real_time_frames_come_by_the_clock, make_file,
                                        remove_file),
        cmocka_unit_test_setup_teardown(without_free_memory_a_picture_is_skipped_and_counted,
                                        make_file, remove_file),
        cmocka_unit_test(a_path_of_no_kind_is_refused),
        cmocka_unit_test(an_address_is_told_without_its_key),
        cmocka_unit_test(without_ffmpeg_it_is_said_at_once),
    };
    signal(SIGPIPE, SIG_IGN); /* as the program does */
    return cmocka_run_group_tests(tests, NULL, NULL);
}

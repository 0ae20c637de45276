#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "record/frame_recorder.h"
#include "record/screenshot.h"

enum { WIDTH = 32, HEIGHT = 16 };

static char folder[] = "/tmp/liqscope-film-XXXXXX";
static uint8_t rgba[HEIGHT][WIDTH][4];

static int make_folder(void **state) {
    (void)state;
    for (int y = 0; y < HEIGHT; y++) {
        for (int x = 0; x < WIDTH; x++) {
            rgba[y][x][0] = (uint8_t)(x * 8);
            rgba[y][x][1] = (uint8_t)(y * 16);
            rgba[y][x][2] = 77;
            rgba[y][x][3] = 3; /* left out of files */
        }
    }
    return mkdtemp(folder) != NULL ? 0 : -1;
}

static int remove_folder(void **state) {
    (void)state;
    return rmdir(folder);
}

static const char *in_folder(const char *name) {
    static char path[256];
    str_format(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void picture_file_holds_the_pixels(void **state) {
    (void)state;
    const char *path = in_folder("a.png");
    assert_int_equal(screenshot_write_png(path, WIDTH, HEIGHT, &rgba[0][0][0]), STATUS_OK);
    png_image image = {.version = PNG_IMAGE_VERSION};
    assert_true(png_image_begin_read_from_file(&image, path) != 0);
    image.format = PNG_FORMAT_RGB;
    assert_int_equal(image.width, WIDTH);
    assert_int_equal(image.height, HEIGHT);
    uint8_t rgb[HEIGHT][WIDTH][3];
    assert_true(png_image_finish_read(&image, NULL, rgb, 0, NULL) != 0);
    for (int y = 0; y < HEIGHT; y++) {
        for (int x = 0; x < WIDTH; x++) {
            assert_memory_equal(rgb[y][x], rgba[y][x], 3);
        }
    }
    unlink(path);
}

static void picture_in_no_folder_is_refused_and_leaves_nothing(void **state) {
    (void)state;
    assert_int_equal(screenshot_write_png(in_folder("none/a.png"), WIDTH, HEIGHT, &rgba[0][0][0]),
                     STATUS_IO);
    assert_int_equal(screenshot_write_png(in_folder("a.png"), 0, HEIGHT, &rgba[0][0][0]),
                     STATUS_RANGE);
}

static void y4m_file_has_head_and_frames(void **state) {
    (void)state;
    const char *path = in_folder("a.y4m");
    struct frame_recorder *recorder = NULL;
    struct frame_recorder_desc desc = {
        .path = path, .width_px = WIDTH, .height_px = HEIGHT, .fps = 25};
    assert_int_equal(frame_recorder_open(&desc, &recorder), STATUS_OK);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(frame_recorder_add(recorder, &rgba[0][0][0]), STATUS_OK);
    }
    assert_int_equal(frame_recorder_close(recorder), STATUS_OK);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    static uint8_t bytes[8192];
    size_t got = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    uint8_t *end = memchr(bytes, '\n', got);
    assert_non_null(end);
    assert_memory_equal(bytes, "YUV4MPEG2 W32 H16 F25:1 ", 24);
    size_t head = (size_t)(end - bytes) + 1;
    assert_int_equal(got, head + 3 * (6 + WIDTH * HEIGHT * 3 / 2));
    assert_memory_equal(bytes + head, "FRAME\n", 6);
    /* BT.601 of the first pixel (0, 0, 77): 16 + 0.098 x 77 = 23.5 */
    assert_in_range(bytes[head + 6], 23, 24);
    unlink(path);
}

static void wrong_endings_sizes_and_rates_are_refused(void **state) {
    (void)state;
    struct frame_recorder *recorder = NULL;
    assert_int_equal(frame_recorder_open(
                         &(struct frame_recorder_desc){
                             .path = "a.gif", .width_px = 32, .height_px = 16, .fps = 30},
                         &recorder),
                     STATUS_UNSUPPORTED);
    assert_int_equal(frame_recorder_open(
                         &(struct frame_recorder_desc){
                             .path = "a.mp4", .width_px = 31, .height_px = 16, .fps = 30},
                         &recorder),
                     STATUS_RANGE);
    assert_int_equal(frame_recorder_open(
                         &(struct frame_recorder_desc){
                             .path = "a.y4m", .width_px = 32, .height_px = 16, .fps = 0},
                         &recorder),
                     STATUS_RANGE);
    assert_null(recorder);
}

static void skip_without_ffmpeg(void) {
    if (access("/usr/bin/ffmpeg", X_OK) != 0) {
        print_message("ffmpeg is not installed: not tested here\n");
        skip();
    }
}

static void film_is_made_by_ffmpeg(void **state) {
    (void)state;
    skip_without_ffmpeg();
    const char *path = in_folder("a.mp4");
    struct frame_recorder *recorder = NULL;
    struct frame_recorder_desc desc = {
        .path = path, .width_px = WIDTH, .height_px = HEIGHT, .fps = 30};
    assert_int_equal(frame_recorder_open(&desc, &recorder), STATUS_OK);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(frame_recorder_add(recorder, &rgba[0][0][0]), STATUS_OK);
    }
    assert_int_equal(frame_recorder_close(recorder), STATUS_OK);
    struct stat made;
    assert_int_equal(stat(path, &made), 0);
    assert_true(made.st_size > 500);
    unlink(path);
}

/* A folder that does not exist: ffmpeg starts, fails and is reported, and writing to it kills
 * nobody. */
static void film_that_fails_is_reported(void **state) {
    (void)state;
    skip_without_ffmpeg();
    struct frame_recorder *recorder = NULL;
    struct frame_recorder_desc desc = {
        .path = in_folder("none/a.mkv"), .width_px = WIDTH, .height_px = HEIGHT, .fps = 30};
    assert_int_equal(frame_recorder_open(&desc, &recorder), STATUS_OK);
    for (int i = 0; i < 2000; i++) {
        if (frame_recorder_add(recorder, &rgba[0][0][0]) != STATUS_OK) {
            break;
        }
    }
    assert_int_equal(frame_recorder_close(recorder), STATUS_IO);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(picture_file_holds_the_pixels),
        cmocka_unit_test(picture_in_no_folder_is_refused_and_leaves_nothing),
        cmocka_unit_test(y4m_file_has_head_and_frames),
        cmocka_unit_test(wrong_endings_sizes_and_rates_are_refused),
        cmocka_unit_test(film_is_made_by_ffmpeg),
        cmocka_unit_test(film_that_fails_is_reported),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

/* The picture that a screenshot's file holds is the frame, pixel by pixel. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <png.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "record/screenshot_writer.h"
#include "support/golden.h"

enum { WIDTH = 400, HEIGHT = 224 };

static struct golden golden;
static struct screenshot_writer writer;

static int open_all(void **state) {
    (void)state;
    unsetenv("DISPLAY");
    unsetenv("WAYLAND_DISPLAY");
    return golden_open(&golden, WIDTH, HEIGHT) == 0 && golden_open_picture(&golden) == 0 &&
                   screenshot_writer_start(&writer)
               ? 0
               : -1;
}

static int close_all(void **state) {
    (void)state;
    screenshot_writer_stop(&writer);
    golden_close_picture(&golden);
    golden_close(&golden);
    return 0;
}

static struct screenshot_job *wait_for_job(void) {
    struct screenshot_job *job = NULL;
    for (int i = 0; i < 2000 && job == NULL; i++) {
        clock_sleep_until_ns(clock_mono_ns() + 5000000);
        job = screenshot_writer_take(&writer);
    }
    assert_non_null(job);
    return job;
}

static void a_file_holds_the_frame(void **state) {
    (void)state;
    static uint8_t got[HEIGHT][WIDTH][4];
    char folder[] = "/tmp/liqscope-shot-XXXXXX";
    golden_fill(&golden, NULL);
    const struct camera camera = golden_camera(&golden, 0, NULL);
    const struct picture_frame frame = golden_frame(&golden, &camera);
    uint8_t *rgba = golden_draw(&golden, &frame);

    struct screenshot_job *job = screenshot_job_create();
    assert_non_null(job);
    assert_non_null(mkdtemp(folder));
    str_format(job->pattern, sizeof job->pattern, "%s/%%n", folder);
    assert_true(screenshot_job_read(job, &frame.target));
    assert_int_equal(job->width_px, WIDTH);
    assert_int_equal(job->height_px, HEIGHT);
    assert_true(screenshot_writer_add(&writer, job));
    job = wait_for_job();
    assert_int_equal(job->status, STATUS_OK);

    png_image image = {.version = PNG_IMAGE_VERSION};
    assert_true(png_image_begin_read_from_file(&image, job->path) != 0);
    image.format = PNG_FORMAT_RGBA;
    assert_int_equal(image.width, WIDTH);
    assert_int_equal(image.height, HEIGHT);
    assert_true(png_image_finish_read(&image, NULL, got, 0, NULL) != 0);
    int lit_count = 0;
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
        const uint8_t *pixel = &got[0][0][0] + i * 4;
        if (memcmp(pixel, rgba + i * 4, 3) != 0) {
            fail_msg("pixel %d,%d: got %d %d %d, want %d %d %d", i % WIDTH, i / WIDTH, pixel[0],
                     pixel[1], pixel[2], rgba[i * 4], rgba[i * 4 + 1], rgba[i * 4 + 2]);
        }
        lit_count += pixel[0] + pixel[1] + pixel[2] > 150 ? 1 : 0;
    }
    assert_true(lit_count > WIDTH * HEIGHT / 20); /* it shows something */
    unlink(job->path);
    rmdir(folder);
    screenshot_job_destroy(job);
    free(rgba);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_holds_the_frame),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}

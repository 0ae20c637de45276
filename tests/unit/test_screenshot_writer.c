/* What main hands over comes out as a file of the same pixels and texts, as a picture on the
 * clipboard, or with the reason why not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "record/screenshot_writer.h"

enum { WIDTH = 96, HEIGHT = 50 };

static char folder[64];
static struct screenshot_writer writer;

static const char *inside(const char *name) {
    static char path[4][256];
    static int turn;
    char *out = path[turn++ % 4];
    str_format(out, sizeof path[0], "%s/%s", folder, name);
    return out;
}

static int set_up(void **state) {
    (void)state;
    str_copy(folder, sizeof folder, "/tmp/liqscope_shots_XXXXXX");
    unsetenv("DISPLAY");
    unsetenv("WAYLAND_DISPLAY");
    return mkdtemp(folder) != NULL && screenshot_writer_start(&writer) ? 0 : -1;
}

static int tear_down(void **state) {
    (void)state;
    screenshot_writer_stop(&writer);
    return rmdir(folder);
}

static uint8_t pixel(int x, int y, int channel) {
    return (uint8_t)(channel == 0 ? x * 2 : channel == 1 ? y * 5 : x ^ y);
}

static struct screenshot_job *make_job(const char *name) {
    struct screenshot_job *job = screenshot_job_create();
    assert_non_null(job);
    assert_true(screenshot_job_reserve(job, WIDTH, HEIGHT));
    for (int i = 0; i < WIDTH * HEIGHT * 4; i++) {
        job->rgba[i] = pixel(i / 4 % WIDTH, i / 4 / WIDTH, i % 4);
    }
    str_copy(job->pattern, sizeof job->pattern, inside(name));
    screenshot_job_add_text(job, "Title", "%s, %d", "BTCUSDT", 24);
    screenshot_job_add_text(job, "settings", "liqscope render \xc3\xbc.jsonl");
    return job;
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

static void check_file(const char *path) {
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    FILE *file = fopen(path, "rb");
    png_textp texts = NULL;
    assert_non_null(file);
    png_init_io(png, file);
    png_read_png(png, info, PNG_TRANSFORM_IDENTITY, NULL);
    assert_int_equal(png_get_image_width(png, info), WIDTH);
    assert_int_equal(png_get_image_height(png, info), HEIGHT);
    png_bytepp rows = png_get_rows(png, info);
    for (int y = 0; y < HEIGHT; y++) {
        for (int x = 0; x < WIDTH; x++) {
            for (int c = 0; c < 3; c++) {
                assert_int_equal(rows[y][x * 3 + c], pixel(x, y, c));
            }
        }
    }
    assert_int_equal(png_get_text(png, info, &texts, NULL), 2);
    assert_string_equal(texts[0].key, "Title");
    assert_string_equal(texts[0].text, "BTCUSDT, 24");
    assert_int_equal(texts[0].compression, PNG_TEXT_COMPRESSION_NONE);
    assert_string_equal(texts[1].key, "settings");
    assert_string_equal(texts[1].text, "liqscope render \xc3\xbc.jsonl");
    assert_int_equal(texts[1].compression, PNG_ITXT_COMPRESSION_NONE);
    fclose(file);
    png_destroy_read_struct(&png, &info, NULL);
}

static void a_file_holds_pixels_and_texts(void **state) {
    (void)state;
    assert_true(screenshot_writer_add(&writer, make_job("%n")));
    struct screenshot_job *job = wait_for_job();
    assert_int_equal(job->status, STATUS_OK);
    assert_int_equal(job->clipboard, CLIPBOARD_NO_DESKTOP);
    assert_string_equal(job->path, inside("001.png"));
    check_file(job->path);
    unlink(job->path);
    screenshot_job_destroy(job);
}

static void a_refusal_comes_back_with_its_reason(void **state) {
    (void)state;
    assert_true(screenshot_writer_add(&writer, make_job("")));
    struct screenshot_job *job = wait_for_job();
    assert_int_equal(job->status, STATUS_OK); /* FOLDER/.png: hidden, but a name */
    unlink(job->path);
    screenshot_job_destroy(job);
    job = make_job("");
    str_copy(job->pattern, sizeof job->pattern, "/proc/none/x");
    assert_true(screenshot_writer_add(&writer, job));
    job = wait_for_job();
    assert_int_equal(job->status, STATUS_IO);
    assert_int_equal(job->why, ENOENT);
    assert_string_equal(job->path, "/proc/none/x.png");
    screenshot_job_destroy(job);
}

/* A program of the clipboard's name, first in PATH. */
static void put_program(const char *name, const char *text) {
    FILE *file = fopen(inside(name), "w");
    assert_non_null(file);
    fprintf(file, "#!/bin/sh\n%s\n", text);
    fclose(file);
    assert_int_equal(chmod(inside(name), 0700), 0);
}

static enum clipboard_result give(const char *bytes) {
    return clipboard_give_png(strlen(bytes), (const uint8_t *)bytes);
}

static void the_clipboards_program_is_fed(void **state) {
    (void)state;
    char command[512];
    char got[64] = "";
    setenv("PATH", folder, 1);
    setenv("DISPLAY", ":0", 1);
    assert_int_equal(give("picture"), CLIPBOARD_NO_PROGRAM);
    str_format(command, sizeof command,
               "/bin/cat >%s/got; echo \"$*\" >>%s/got; echo loud; echo loud >&2", folder, folder);
    put_program("xclip", command);
    assert_int_equal(give("picture "), CLIPBOARD_DONE);
    FILE *file = fopen(inside("got"), "r");
    assert_non_null(file);
    assert_non_null(fgets(got, sizeof got, file));
    fclose(file);
    assert_string_equal(got, "picture -selection clipboard -t image/png -in\n");
    put_program("xclip", "exit 1");
    assert_int_equal(give("picture"), CLIPBOARD_REFUSED);
    setenv("WAYLAND_DISPLAY", "wayland-0", 1);
    put_program("wl-copy", "/bin/cat >/dev/null");
    assert_int_equal(give("picture"), CLIPBOARD_DONE);
    put_program("wl-copy", "kill -9 $$");
    unlink(inside("xclip"));
    assert_int_equal(give("picture"), CLIPBOARD_REFUSED); /* not: no program */
    unlink(inside("wl-copy"));
    unlink(inside("got"));
    unsetenv("DISPLAY");
    unsetenv("WAYLAND_DISPLAY");
}

static void what_was_added_before_the_end_is_written(void **state) {
    (void)state;
    static struct screenshot_writer own;
    struct stat what;
    char name[16];
    assert_true(screenshot_writer_start(&own));
    for (int i = 0; i < SCREENSHOT_PENDING_MAX; i++) {
        assert_true(screenshot_writer_add(&own, make_job("last-%n")));
    }
    struct screenshot_job *more = make_job("never");
    assert_false(screenshot_writer_add(&own, more)); /* even if the thread is quick: not taken */
    screenshot_job_destroy(more);
    screenshot_writer_stop(&own);
    for (int i = 1; i <= SCREENSHOT_PENDING_MAX; i++) {
        str_format(name, sizeof name, "last-%03d.png", i);
        assert_int_equal(stat(inside(name), &what), 0);
        unlink(inside(name));
    }
    screenshot_writer_stop(&(struct screenshot_writer){.pending_count = 0});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_holds_pixels_and_texts),
        cmocka_unit_test(a_refusal_comes_back_with_its_reason),
        cmocka_unit_test(the_clipboards_program_is_fed),
        cmocka_unit_test(what_was_added_before_the_end_is_written),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

/* The chimes as samples, and what reaches a device: SDL's own that writes a file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/stat.h"
#include "base/str.h"
#include "support/near.h"
#include "window/chime_wave.h"
#include "window/sound.h"

static float wave[CHIME_WAVE_SAMPLE_MAX];

/* Power at hz of samples from..from + count, over all the power there (Goertzel): 0..1. */
static double share_at(double hz, size_t from, size_t count) {
    double turn = 2 * cos(2 * 3.14159265358979 * hz / CHIME_WAVE_HZ);
    double s1 = 0;
    double s2 = 0;
    double power = 0;
    for (size_t i = from; i < from + count; i++) {
        double s = (double)wave[i] + turn * s1 - s2;
        s2 = s1;
        s1 = s;
        power += (double)wave[i] * (double)wave[i];
    }
    return (s1 * s1 + s2 * s2 - turn * s1 * s2) * 2 / (double)count / power;
}

static void every_chime_is_soft_at_both_ends_and_never_clips(void **state) {
    (void)state;
    assert_int_equal(chime_wave_make(CHIME_NONE, wave), 0);
    for (int chime = CHIME_BELL; chime < CHIME_COUNT; chime++) {
        size_t count = chime_wave_make((enum chime)chime, wave);
        assert_in_range(count, CHIME_WAVE_HZ / 2, CHIME_WAVE_SAMPLE_MAX);
        float peak = 0;
        float step = 0;
        double mean = 0;
        for (size_t i = 0; i < count; i++) {
            assert_true(isfinite(wave[i]));
            peak = fmaxf(peak, fabsf(wave[i]));
            step = i > 0 ? fmaxf(step, fabsf(wave[i] - wave[i - 1])) : 0;
            mean += (double)wave[i] / (double)count;
        }
        assert_near((double)peak, (double)CHIME_WAVE_PEAK, 1e-4);
        assert_true(step < 0.35F); /* no click */
        assert_near(mean, 0, 1e-3);
        assert_near((double)wave[0], 0, 1e-6);
        assert_near((double)wave[count - 1], 0, 1e-4);
    }
}

static void each_chime_has_its_own_pitches(void **state) {
    (void)state;
    enum { FROM = CHIME_WAVE_HZ / 50, COUNT = CHIME_WAVE_HZ / 10 };
    static const struct {
        enum chime chime;
        double first_hz, last_hz, last_at_s;
    } rows[] = {{CHIME_BELL, 587.33, 587.33, 0.5},
                {CHIME_NEAR, 587.33, 880, 0.5},
                {CHIME_SWEPT, 880, 440, 0.7},
                {CHIME_BURST, 440, 587.33, 0.32},
                {CHIME_SILENT, 293.665, 220, 1.0}};
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        (void)chime_wave_make(rows[i].chime, wave);
        assert_true(share_at(rows[i].first_hz, FROM, COUNT) > 0.5);
        assert_true(share_at(rows[i].last_hz, (size_t)(rows[i].last_at_s * CHIME_WAVE_HZ), COUNT) >
                    0.5);
    }
}

static void names_are_found_and_strangers_are_not(void **state) {
    (void)state;
    for (int i = 0; i < CHIME_COUNT; i++) {
        const char *name = chime_name((enum chime)i);
        assert_int_equal(chime_find(name, strlen(name)), i);
    }
    assert_int_equal(chime_find("gong", 4), CHIME_COUNT);
    assert_int_equal(chime_find("bells", 5), CHIME_COUNT);
    assert_int_equal(chime_find("", 0), CHIME_COUNT);
}

static void the_device_is_opened_for_a_chime_and_closed_after_it(void **state) {
    (void)state;
    char path[] = "/tmp/liqscope-sound-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    setenv("SDL_AUDIODRIVER", "disk", 1);
    setenv("SDL_DISKAUDIOFILE", path, 1);
    setenv("SDL_DISKAUDIODELAY", "0", 1); /* as fast as it is taken */
    stat_reset_all();
    struct sound *sound = sound_create();
    assert_non_null(sound);
    assert_false(sound_rest(sound));
    sound_play(sound, CHIME_NONE, 1);
    assert_int_equal(stat_get(STAT_sounds_played), 0);
    sound_play(sound, CHIME_BURST, 0.5);
    assert_int_equal(stat_get(STAT_sounds_played), 1);
    assert_true(sound_rest(sound));
    int64_t end_ns = clock_mono_ns() + INT64_C(5000000000);
    while (sound_rest(sound)) {
        assert_true(clock_mono_ns() < end_ns);
        clock_sleep_until_ns(clock_mono_ns() + 5000000);
    }
    sound_destroy(sound);
    size_t count = chime_wave_make(CHIME_BURST, wave);
    size_t at = 0;
    float got = 0;
    while (read(fd, &got, sizeof got) == sizeof got && got == 0) {
    }
    /* From its first sample that is not silence on, it is the chime at half its loudness. */
    while (at < count && wave[at] == 0) {
        at++;
    }
    size_t compared = 0;
    do {
        assert_near((double)got, (double)wave[at] * 0.5, 1e-6);
        at++;
        compared++;
    } while (at < count && read(fd, &got, sizeof got) == sizeof got);
    assert_true(compared > count * 9 / 10);
    close(fd);
    unlink(path);
}

static void no_device_is_no_failure(void **state) {
    (void)state;
    setenv("SDL_AUDIODRIVER", "no-such-driver", 1);
    log_set_level(LOG_LEVEL_ERROR);
    stat_reset_all();
    struct sound *sound = sound_create();
    assert_non_null(sound);
    sound_play(sound, CHIME_BELL, 1);
    sound_play(sound, CHIME_BELL, 1);
    assert_false(sound_rest(sound));
    assert_int_equal(stat_get(STAT_sounds_played), 0);
    sound_destroy(sound);
    sound_destroy(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_chime_is_soft_at_both_ends_and_never_clips),
        cmocka_unit_test(each_chime_has_its_own_pitches),
        cmocka_unit_test(names_are_found_and_strangers_are_not),
        cmocka_unit_test(the_device_is_opened_for_a_chime_and_closed_after_it),
        cmocka_unit_test(no_device_is_no_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

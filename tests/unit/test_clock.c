#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/str.h"

static const struct {
    const char *text;
    int64_t ms; /* -1: refused */
} times[] = {
    {"1970-01-01T00:00:00Z", 0},
    {"1970-01-01", 0},
    {"0", 0},
    {"2026-06-17T08:30:00Z", INT64_C(1781685000000)},
    {"2026-06-17T08:30:00", INT64_C(1781685000000)},
    {"2026-06-17 08:30", INT64_C(1781685000000)},
    {"2026-06-17T08:30:00.5Z", INT64_C(1781685000500)},
    {"2026-06-17T08:30:00.123456Z", INT64_C(1781685000123)},
    {"1781685000000", INT64_C(1781685000000)},
    {"2000-02-29", INT64_C(951782400000)},
    {"2024-12-31T23:59:59.999Z", INT64_C(1735689599999)},
    {"9999-12-31T23:59:59.999Z", INT64_C(253402300799999)},
    {"253402300799999", INT64_C(253402300799999)},
    {"253402300800000", -1},
    {"99999999999999999999999999", -1},
    {"", -1},
    {"-1", -1},
    {"1969-12-31", -1},
    {"1900-02-29", -1},
    {"2023-02-29", -1},
    {"2100-02-29", -1},
    {"2026-13-01", -1},
    {"2026-00-01", -1},
    {"2026-01-00", -1},
    {"2026-04-31", -1},
    {"2026-6-17", -1},
    {"2026-06-17T", -1},
    {"2026-06-17T24:00:00Z", -1},
    {"2026-06-17T08:60:00Z", -1},
    {"2026-06-17T08:30:60Z", -1},
    {"2026-06-17T08:30:00.Z", -1},
    {"2026-06-17T08:30:00+01:00", -1},
    {"2026-06-17T08:30:00Zx", -1},
    {"2026-06-17Z", -1},
    {"12 ", -1},
    {"tomorrow", -1},
};

static void utc_texts_are_read_or_refused(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(times); i++) {
        int64_t ms = -7;
        const bool read = clock_parse_utc(times[i].text, &ms);
        if (read != (times[i].ms >= 0) || (read && ms != times[i].ms)) {
            fail_msg("\"%s\": read %d, got %lld, want %lld", times[i].text, read, (long long)ms,
                     (long long)times[i].ms);
        }
    }
}

static void formatted_times_read_back(void **state) {
    (void)state;
    /* Steps of about 11 days and some milliseconds: every month, leap years and centuries come by.
     */
    for (int64_t ms = 0; ms < INT64_C(253402300800000); ms += INT64_C(86400000) * 11 + 3723123) {
        char text[CLOCK_TEXT_BYTES] = "";
        int64_t back = -1;
        assert_true(clock_parse_utc(clock_format_utc(ms, text), &back));
        assert_int_equal(back, ms);
    }
}

static void milliseconds_are_written_when_there_are_any(void **state) {
    (void)state;
    char text[CLOCK_TEXT_BYTES] = "";
    assert_string_equal(clock_format_utc(INT64_C(1781685000000), text), "2026-06-17T08:30:00Z");
    assert_string_equal(clock_format_utc(INT64_C(1781685000007), text), "2026-06-17T08:30:00.007Z");
    assert_string_equal(clock_format_utc(INT64_C(951782400000), text), "2000-02-29T00:00:00Z");
    assert_string_equal(clock_format_utc(-1, text), "(out of range)");
    assert_string_equal(clock_format_utc(INT64_MAX, text), "(out of range)");
}

static void clocks_go_forward_and_sleep_reaches_its_end(void **state) {
    (void)state;
    const int64_t begin = clock_mono_ns();
    clock_sleep_until_ns(begin - 1000000);
    clock_sleep_until_ns(0);
    clock_sleep_until_ns(begin + 2000000);
    assert_true(clock_mono_ns() >= begin + 2000000);
    assert_true(clock_wall_ms() > INT64_C(1700000000000));
    const int64_t cpu = clock_thread_cpu_ns();
    assert_true(cpu > 0);
    assert_true(clock_thread_cpu_ns() >= cpu);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(utc_texts_are_read_or_refused),
        cmocka_unit_test(formatted_times_read_back),
        cmocka_unit_test(milliseconds_are_written_when_there_are_any),
        cmocka_unit_test(clocks_go_forward_and_sleep_reaches_its_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

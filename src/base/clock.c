#include "base/clock.h"

#include <errno.h>
#include <stdbool.h>
#include <time.h>

#include "base/str.h"

static const int64_t MS_PER_DAY = 86400000;
static const int64_t MS_END = INT64_C(253402300800000); /* 10000-01-01T00:00:00Z */

static int64_t now_ns(clockid_t id) {
    struct timespec now = {0};
    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t clock_mono_ns(void) {
    return now_ns(CLOCK_MONOTONIC);
}

int64_t clock_wall_ms(void) {
    return now_ns(CLOCK_REALTIME) / 1000000;
}

int64_t clock_thread_cpu_ns(void) {
    return now_ns(CLOCK_THREAD_CPUTIME_ID);
}

void clock_sleep_until_ns(int64_t mono_ns) {
    const struct timespec until = {.tv_sec = (time_t)(mono_ns / 1000000000),
                                   .tv_nsec = (long)(mono_ns % 1000000000)};
    if (mono_ns <= 0) {
        return;
    }
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR) {
        /* A signal handler ran; the deadline is absolute, so sleeping again is right. */
    }
}

/* Days since 1970-01-01 of a Gregorian date. The year is taken to begin in March, so that the leap
 * day is its last one; 719468 is the number of days from 0000-03-01 to 1970-01-01. */
static int64_t days_from_date(int64_t year, int64_t month, int64_t day) {
    const int64_t y = month <= 2 ? year - 1 : year;
    const int64_t month_from_march = (month + 9) % 12;
    const int64_t day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    return 365 * y + y / 4 - y / 100 + y / 400 + day_of_year - 719468;
}

static int days_in_month(int64_t year, int64_t month) {
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

/* Exactly `digits` decimal digits at *at; moves it past them. */
static bool take_number(const char **at, int digits, int64_t *out) {
    int64_t value = 0;
    for (int i = 0; i < digits; i++) {
        const char c = (*at)[i];
        if (c < '0' || c > '9') {
            return false;
        }
        value = value * 10 + (c - '0');
    }
    *at += digits;
    *out = value;
    return true;
}

static bool take_char(const char **at, char wanted) {
    if (**at != wanted) {
        return false;
    }
    (*at)++;
    return true;
}

/* ".5" or ".123456": milliseconds, further digits are cut. */
static bool take_fraction(const char **at, int64_t *out_ms) {
    int64_t ms = 0;
    int count = 0;
    for (; **at >= '0' && **at <= '9'; (*at)++, count++) {
        if (count < 3) {
            ms = ms * 10 + (**at - '0');
        }
    }
    for (int i = count; i < 3; i++) {
        ms *= 10;
    }
    *out_ms = ms;
    return count > 0;
}

static bool parse_time_of_day(const char **at, int64_t *out_ms) {
    int64_t hour = 0;
    int64_t minute = 0;
    int64_t second = 0;
    int64_t ms = 0;
    if (!take_number(at, 2, &hour) || !take_char(at, ':') || !take_number(at, 2, &minute)) {
        return false;
    }
    if (take_char(at, ':')) {
        if (!take_number(at, 2, &second)) {
            return false;
        }
        if (take_char(at, '.') && !take_fraction(at, &ms)) {
            return false;
        }
    }
    if (hour > 23 || minute > 59 || second > 59) {
        return false;
    }
    *out_ms = ((hour * 60 + minute) * 60 + second) * 1000 + ms;
    return true;
}

static bool parse_epoch_ms(const char *text, int64_t *out_ms) {
    int64_t value = 0;
    if (*text == '\0') {
        return false;
    }
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9') {
            return false;
        }
        value = value * 10 + (*text - '0');
        if (value >= MS_END) {
            return false;
        }
    }
    *out_ms = value;
    return true;
}

_Bool clock_parse_utc(const char *text, int64_t *out_ms) {
    const char *at = text;
    int64_t year = 0;
    int64_t month = 0;
    int64_t day = 0;
    int64_t ms = 0;
    if (parse_epoch_ms(text, out_ms)) {
        return true;
    }
    if (!take_number(&at, 4, &year) || !take_char(&at, '-') || !take_number(&at, 2, &month) ||
        !take_char(&at, '-') || !take_number(&at, 2, &day)) {
        return false;
    }
    if (year < 1970 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month)) {
        return false;
    }
    if (take_char(&at, 'T') || take_char(&at, ' ')) {
        if (!parse_time_of_day(&at, &ms)) {
            return false;
        }
        take_char(&at, 'Z');
    }
    if (*at != '\0') {
        return false;
    }
    *out_ms = days_from_date(year, month, day) * MS_PER_DAY + ms;
    return true;
}

const char *clock_format_utc(int64_t ms, char out[CLOCK_TEXT_BYTES]) {
    if (ms < 0 || ms >= MS_END) {
        str_copy(out, CLOCK_TEXT_BYTES, "(out of range)");
        return out;
    }
    /* The reverse of days_from_date, by eras of 400 years (146097 days). */
    const int64_t days = ms / MS_PER_DAY + 719468;
    const int64_t era_day = days % 146097;
    const int64_t era_year = (era_day - era_day / 1460 + era_day / 36524 - era_day / 146096) / 365;
    const int64_t day_of_year = era_day - (365 * era_year + era_year / 4 - era_year / 100);
    const int64_t month_from_march = (5 * day_of_year + 2) / 153;
    const int day = (int)(day_of_year - (153 * month_from_march + 2) / 5 + 1);
    const int month = (int)(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
    const int year = (int)(era_year + days / 146097 * 400 + (month <= 2 ? 1 : 0));
    const int of_day = (int)(ms % MS_PER_DAY);
    str_format(out, CLOCK_TEXT_BYTES, "%04d-%02d-%02dT%02d:%02d:%02d", year, month, day,
               of_day / 3600000, of_day / 60000 % 60, of_day / 1000 % 60);
    if (of_day % 1000 != 0) {
        str_append(out, CLOCK_TEXT_BYTES, ".%03d", of_day % 1000);
    }
    str_append(out, CLOCK_TEXT_BYTES, "Z");
    return out;
}

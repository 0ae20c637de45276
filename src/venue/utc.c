#include "venue/utc.h"

#include <string.h>

/* Digits of a pattern: "0000-00-00T00:00:00", 0 for any digit. */
static bool fits(struct span text, const char *pattern) {
    const size_t len = strlen(pattern);
    for (size_t i = 0; i < len; i++) {
        const bool digit = i < text.len && text.bytes[i] >= '0' && text.bytes[i] <= '9';
        if (i >= text.len || (pattern[i] == '0' ? !digit : text.bytes[i] != pattern[i])) {
            return false;
        }
    }
    return true;
}

static int64_t digits(const char *bytes, int count) {
    int64_t value = 0;
    for (int i = 0; i < count; i++) {
        value = value * 10 + (bytes[i] - '0');
    }
    return value;
}

/* Days since 1970-01-01 of a day of the Gregorian calendar: years begin with March, so that the
 * leap day is the last of its year, and 400 of them have 146097 days. */
static int64_t days_of(int64_t year, int64_t month, int64_t day) {
    const int64_t y = month <= 2 ? year - 1 : year;
    const int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    const int64_t of_era = y % 400 * 365 + y % 400 / 4 - y % 400 / 100 + of_year;
    return y / 400 * 146097 + of_era - 719468;
}

static int64_t days_in(int64_t year, int64_t month) {
    const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    const bool is_short = month == 4 || month == 6 || month == 9 || month == 11;
    return month == 2 ? (leap ? 29 : 28) : is_short ? 30 : 31;
}

bool venue_time_utc(const struct scan_value *value, int64_t *ms) {
    const struct span text = value->text;
    size_t at = 19;
    if (value->type != SCAN_STRING || !fits(text, "0000-00-00T00:00:00")) {
        return false;
    }
    const char *b = text.bytes;
    const int64_t year = digits(b, 4), month = digits(b + 5, 2), day = digits(b + 8, 2);
    const int64_t hour = digits(b + 11, 2), minute = digits(b + 14, 2), second = digits(b + 17, 2);
    int64_t part = 0;
    if (at < text.len && b[at] == '.') {
        const size_t first = ++at;
        for (; at < text.len && b[at] >= '0' && b[at] <= '9'; at++) {
            part = at - first < 3 ? part * 10 + (b[at] - '0') : part;
        }
        for (size_t n = at - first; n < 3; n++) {
            part *= 10;
        }
        if (at == first) {
            return false;
        }
    }
    if (at + 1 != text.len || b[at] != 'Z' || year < 1970 || month < 1 || month > 12 || day < 1 ||
        day > days_in(year, month) || hour > 23 || minute > 59 || second > 60) {
        return false;
    }
    *ms = ((days_of(year, month, day) * 24 + hour) * 60 + minute) * 60000 + second * 1000 + part;
    return true;
}

#include "base/number.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/str.h"

static const char *unknown(char out[NUMBER_TEXT_BYTES]) {
    str_copy(out, NUMBER_TEXT_BYTES, "\xe2\x80\x93");
    return out;
}

/* Put a comma between every three digits of the run of digits that starts at text[first]. */
static void separate_thousands(char out[NUMBER_TEXT_BYTES], size_t first) {
    size_t end = first;
    while (out[end] >= '0' && out[end] <= '9') {
        end++;
    }
    size_t len = strlen(out);
    for (size_t at = end; at > first + 3 && len + 1 < NUMBER_TEXT_BYTES;) {
        at -= 3;
        memmove(out + at + 1, out + at, len - at + 1);
        out[at] = ',';
        len++;
    }
}

const char *number_format_usd(double usd, char out[NUMBER_TEXT_BYTES]) {
    static const struct {
        double unit;
        const char *suffix;
    } units[] = {{1e12, "T"}, {1e9, "B"}, {1e6, "M"}, {1e3, "k"}, {1, ""}};
    if (!isfinite(usd)) {
        return unknown(out);
    }
    double size = fabs(usd);
    const char *sign = usd < 0 ? "-" : "";
    for (size_t i = 0; i < ARRAY_COUNT(units); i++) {
        /* 999.5 of the next unit rounds up into this one. */
        if (size >= units[i].unit * 0.9995) {
            double value = size / units[i].unit;
            int decimals = value < 9.995 ? 2 : (value < 99.95 ? 1 : 0);
            str_format(out, NUMBER_TEXT_BYTES, "%s$%.*f%s", sign, decimals, value, units[i].suffix);
            return out;
        }
    }
    str_format(out, NUMBER_TEXT_BYTES, size == 0 ? "$0" : "%s$%.2f", sign, size);
    return out;
}

const char *number_format_amount(double amount, char out[NUMBER_TEXT_BYTES]) {
    static const struct {
        double unit;
        const char *suffix;
    } units[] = {{1e12, "T"}, {1e9, "B"}, {1e6, "M"}, {1e3, "k"}, {1, ""}};
    if (!isfinite(amount)) {
        return unknown(out);
    }
    size_t i = 0;
    while (i + 1 < ARRAY_COUNT(units) && fabs(amount) < units[i].unit * 0.99995) {
        i++;
    }
    double value = amount / units[i].unit;
    double size = fabs(value);
    int decimals = size < 9.9995 ? 3 : (size < 99.995 ? 2 : (size < 999.95 ? 1 : 0));
    str_format(out, NUMBER_TEXT_BYTES, "%.*f%s", decimals, value, units[i].suffix);
    return out;
}

const char *number_format_usd_round(double usd, char out[NUMBER_TEXT_BYTES]) {
    number_format_usd(usd, out);
    char *point = strchr(out, '.');
    if (point != NULL) {
        char *unit = point + strspn(point, ".0123456789");
        char *last = unit;
        while (last[-1] == '0') {
            last--;
        }
        memmove(last[-1] == '.' ? last - 1 : last, unit, strlen(unit) + 1);
    }
    return out;
}

const char *number_format_price(double price, int decimals, char out[NUMBER_TEXT_BYTES]) {
    assert(decimals >= 0 && decimals <= 12);
    if (!isfinite(price) || fabs(price) >= 1e15) {
        return unknown(out);
    }
    str_format(out, NUMBER_TEXT_BYTES, "%.*f", decimals, price);
    separate_thousands(out, out[0] == '-' ? 1 : 0);
    return out;
}

int number_decimals_of_tick(int64_t mantissa, int exponent, double price) {
    int decimals = 0;
    if (mantissa != 0) {
        decimals = -exponent;
        for (; mantissa % 10 == 0 && decimals > 0; mantissa /= 10) {
            decimals--;
        }
    } else if (price > 0) {
        decimals = 4 - (int)floor(log10(price));
    }
    return decimals < 0 ? 0 : (decimals > 12 ? 12 : decimals);
}

const char *number_format_rate(double rate, char out[NUMBER_TEXT_BYTES]) {
    if (!isfinite(rate)) {
        return unknown(out);
    }
    str_format(out, NUMBER_TEXT_BYTES, "%+.4f %%", rate * 100);
    return out;
}

static const char *format_time(int64_t ms, bool coarse, char out[NUMBER_TEXT_BYTES]) {
    double s = ms > 0 ? (double)ms / 1000 : 0;
    if (s < 10 && !coarse) {
        str_format(out, NUMBER_TEXT_BYTES, "%.1f s", s);
    } else if (s < 119.5) {
        str_format(out, NUMBER_TEXT_BYTES, "%.0f s", s);
    } else if (s < 119.5 * 60) {
        str_format(out, NUMBER_TEXT_BYTES, "%.0f min", s / 60);
    } else if (s < 47.5 * 3600) {
        str_format(out, NUMBER_TEXT_BYTES, "%.0f h", s / 3600);
    } else {
        str_format(out, NUMBER_TEXT_BYTES, "%.0f d", s / 86400);
    }
    return out;
}

const char *number_format_age(int64_t ms, char out[NUMBER_TEXT_BYTES]) {
    return format_time(ms, false, out);
}

/* The largest unit of which the span is a whole number, as people name time frames; to a part in a
 * thousand, since a camera's edges are rounded. */
static const char *format_frame(double days, char out[NUMBER_TEXT_BYTES]) {
    static const struct {
        double days;
        const char *one, *many;
    } units[] = {{365, "year", "years"}, {30, "month", "months"}, {7, "week", "weeks"},
                 {1, "d", "d"},          {1.0 / 24, "h", "h"},    {1.0 / 1440, "min", "min"}};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        double number = days / units[i].days, whole = round(number);
        bool few = units[i].days != 1 || whole > 2; /* 24 h and 48 h are called that */
        if (whole >= 1 && few && fabs(number - whole) < 1e-3 * whole &&
            (whole < 50 || units[i].days == 1)) {
            str_format(out, NUMBER_TEXT_BYTES, "%.0f %s", whole,
                       whole > 1 ? units[i].many : units[i].one);
            return out;
        }
    }
    return NULL;
}

const char *number_format_span(int64_t ms, char out[NUMBER_TEXT_BYTES]) {
    const char *frame = format_frame((double)ms / 86400e3, out);
    return frame != NULL ? frame : format_time(ms, true, out);
}

const char *number_format_count(int64_t count, char out[NUMBER_TEXT_BYTES]) {
    str_format(out, NUMBER_TEXT_BYTES, "%" PRId64, count);
    separate_thousands(out, out[0] == '-' ? 1 : 0);
    return out;
}

#include "view/ticks.h"

#include <assert.h>
#include <math.h>

#include "base/str.h"

#define DAY_MS INT64_C(86400000)

static const int64_t time_steps_ms[] = {
    1000,        2000,        5000,        10000,       15000,   30000,      60000,
    120000,      300000,      600000,      900000,      1800000, 3600000,    7200000,
    10800000,    14400000,    21600000,    43200000,    DAY_MS,  2 * DAY_MS, 7 * DAY_MS,
    14 * DAY_MS, 28 * DAY_MS, 56 * DAY_MS, 91 * DAY_MS,
};
static const char *const month_names[12] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

static double price_step(double raw, int *decimals) {
    static const double steps[] = {1, 2, 2.5, 5, 10};
    double power = floor(log10(raw));
    double unit = pow(10, power);
    size_t i = 0;
    while (i + 1 < ARRAY_COUNT(steps) && steps[i] * unit < raw) {
        i++;
    }
    int digits = (int)-power + (steps[i] == 2.5 ? 1 : 0) - (steps[i] == 10 ? 1 : 0);
    *decimals = digits > 0 ? digits : 0;
    return steps[i] * unit;
}

int ticks_make_price(double low, double high, int count_wanted,
                     struct ticks_price out[TICKS_COUNT_MAX]) {
    assert(low > 0);
    assert(high > low);
    int wanted = count_wanted < 1 ? 1 : (count_wanted > 32 ? 32 : count_wanted);
    int decimals = 0;
    double step = price_step((high - low) / wanted, &decimals);
    int count = 0;
    for (double n = ceil(low / step); n * step <= high && count < TICKS_COUNT_MAX; n++) {
        out[count++] = (struct ticks_price){.price = n * step, .decimals = decimals};
    }
    return count;
}

/* Days since 1970 to a civil date; the usual 400-year era arithmetic, for years 1970..9999. */
static void civil_from_days(int64_t days, int *year, int *month, int *day) {
    int64_t z = days + 719468;
    int64_t era = z / 146097;
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    *day = (int)(doy - (153 * mp + 2) / 5 + 1);
    *month = (int)(mp < 10 ? mp + 3 : mp - 9);
    *year = (int)(yoe + era * 400 + (*month <= 2 ? 1 : 0));
}

static void time_label(struct ticks_time *tick, int64_t local_ms, int64_t step_ms) {
    int year = 0;
    int month = 0;
    int day = 0;
    civil_from_days(local_ms / DAY_MS, &year, &month, &day);
    int64_t second = local_ms % DAY_MS / 1000;
    int hh = (int)(second / 3600);
    int mm = (int)(second / 60 % 60);
    tick->major = local_ms % DAY_MS == 0 && (step_ms < DAY_MS || day <= step_ms / DAY_MS);
    if (local_ms % DAY_MS == 0) {
        str_format(tick->label, sizeof tick->label, "%d %s", day, month_names[month - 1]);
    } else if (step_ms < 60000) {
        str_format(tick->label, sizeof tick->label, "%02d:%02d:%02d", hh, mm, (int)(second % 60));
    } else {
        str_format(tick->label, sizeof tick->label, "%02d:%02d", hh, mm);
    }
}

int ticks_make_time(int64_t left_ms, int64_t right_ms, int count_wanted, int utc_offset_min,
                    struct ticks_time out[TICKS_COUNT_MAX]) {
    assert(right_ms > left_ms);
    int wanted = count_wanted < 1 ? 1 : (count_wanted > 32 ? 32 : count_wanted);
    int64_t raw = (right_ms - left_ms) / wanted;
    size_t i = 0;
    while (i + 1 < ARRAY_COUNT(time_steps_ms) && time_steps_ms[i] < raw) {
        i++;
    }
    int64_t step = time_steps_ms[i];
    int64_t offset = (int64_t)utc_offset_min * 60000;
    int64_t left = left_ms + offset;
    int64_t first = left / step * step;
    if (left < 0) {
        first = 0; /* before 1970 nothing is labelled */
    }
    int count = 0;
    for (int64_t at = first; at <= right_ms + offset && count < TICKS_COUNT_MAX; at += step) {
        if (at < left) {
            continue;
        }
        out[count].time_ms = at - offset;
        time_label(&out[count++], at, step);
    }
    return count;
}

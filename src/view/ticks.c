#include "view/ticks.h"

#include <assert.h>
#include <math.h>

#include "base/str.h"

#define DAY_MS INT64_C(86400000)
/* A step may be so much shorter than asked for: rather two hours at 134 pixels than three at 200.
 */
#define STEP_SLACK 0.8

/* A step of the time axis: milliseconds of the clock, days of the month, or months of the year. */
struct time_step {
    int64_t about_ms;
    int32_t days;   /* > 0: the 1st, (1 + days)th ... of each month */
    int32_t months; /* > 0: January, (1 + months)th ... month of each year */
};

#define CLOCK(ms)                                                                                  \
    { ms, 0, 0 }
#define DAYS(count)                                                                                \
    { (count) * DAY_MS, count, 0 }
#define MONTHS(many)                                                                               \
    { (many) * 30 * DAY_MS, 0, many }
static const struct time_step time_steps[] = {
    CLOCK(1000),     CLOCK(2000),     CLOCK(5000),     CLOCK(10000),   CLOCK(15000),
    CLOCK(30000),    CLOCK(60000),    CLOCK(120000),   CLOCK(300000),  CLOCK(600000),
    CLOCK(900000),   CLOCK(1800000),  CLOCK(3600000),  CLOCK(7200000), CLOCK(10800000),
    CLOCK(14400000), CLOCK(21600000), CLOCK(43200000), DAYS(1),        DAYS(2),
    DAYS(5),         DAYS(10),        MONTHS(1),       MONTHS(2),      MONTHS(3),
    MONTHS(6),       MONTHS(12),
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
    double step = price_step((high - low) / wanted * STEP_SLACK, &decimals);
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

struct ticks {
    int64_t left_ms, right_ms;
    const struct zone *zone;
    int count;
    struct ticks_time *out; /* TICKS_COUNT_MAX */
};

static void add_tick(struct ticks *ticks, int64_t time_ms, bool major, const char *label) {
    if (time_ms >= ticks->left_ms && time_ms <= ticks->right_ms && ticks->count < TICKS_COUNT_MAX) {
        struct ticks_time *tick = &ticks->out[ticks->count++];
        *tick = (struct ticks_time){.time_ms = time_ms, .major = major};
        str_copy(tick->label, sizeof tick->label, label);
    }
}

/* Every step_ms of the clock; where it is put forward or back, the count begins anew. */
static void make_clock(struct ticks *ticks, int64_t step_ms) {
    for (int64_t from = ticks->left_ms; from <= ticks->right_ms;) {
        int64_t until = zone_even_until_ms(ticks->zone, from);
        int64_t offset = (int64_t)zone_offset_min(ticks->zone, from) * 60000;
        until = until <= ticks->right_ms ? until : ticks->right_ms + 1;
        int64_t local = from + offset + step_ms - 1;
        for (int64_t at = local - local % step_ms; at - offset < until; at += step_ms) {
            char label[TICKS_LABEL_BYTES];
            int64_t second = at % DAY_MS / 1000;
            int hh = (int)(second / 3600);
            int mm = (int)(second / 60 % 60);
            if (second == 0) {
                int year = 0, month = 0, day = 0;
                civil_from_days(at / DAY_MS, &year, &month, &day);
                str_format(label, sizeof label, "%d %s", day, month_names[month - 1]);
            } else if (step_ms < 60000) {
                str_format(label, sizeof label, "%02d:%02d:%02d", hh, mm, (int)(second % 60));
            } else {
                str_format(label, sizeof label, "%02d:%02d", hh, mm);
            }
            add_tick(ticks, at - offset, second == 0, label);
        }
        from = until;
    }
}

/* When the zone's clock shows midnight of that day. */
static int64_t midnight_ms(const struct zone *zone, int64_t days) {
    int64_t local = days * DAY_MS;
    int64_t about = local - (int64_t)zone_offset_min(zone, local) * 60000;
    return local - (int64_t)zone_offset_min(zone, about) * 60000;
}

static bool on_step(const struct time_step *step, int month, int day) {
    if (step->months > 0) {
        return day == 1 && (month - 1) % step->months == 0;
    }
    /* The last of them may not come closer to the next month's first than half a step. */
    return (day - 1) % step->days == 0 && (day == 1 || 31 - day >= step->days / 2);
}

static void make_calendar(struct ticks *ticks, const struct time_step *step) {
    int64_t last = zone_local_ms(ticks->zone, ticks->right_ms) / DAY_MS;
    for (int64_t days = zone_local_ms(ticks->zone, ticks->left_ms) / DAY_MS; days <= last; days++) {
        char label[TICKS_LABEL_BYTES];
        int year = 0, month = 0, day = 0;
        civil_from_days(days, &year, &month, &day);
        if (!on_step(step, month, day)) {
            continue;
        }
        if (day == 1 && month == 1) {
            str_format(label, sizeof label, "%d", year);
        } else if (day == 1) {
            str_copy(label, sizeof label, month_names[month - 1]);
        } else {
            str_format(label, sizeof label, "%d %s", day, month_names[month - 1]);
        }
        bool major = step->months > 0 ? month == 1 : day == 1;
        add_tick(ticks, midnight_ms(ticks->zone, days), major, label);
    }
}

int ticks_make_time(int64_t left_ms, int64_t right_ms, int count_wanted, const struct zone *zone,
                    struct ticks_time out[TICKS_COUNT_MAX]) {
    assert(right_ms > left_ms);
    int wanted = count_wanted < 1 ? 1 : (count_wanted > 32 ? 32 : count_wanted);
    double least_ms = (double)(right_ms - left_ms) / wanted * STEP_SLACK;
    size_t i = 0;
    while (i + 1 < ARRAY_COUNT(time_steps) && (double)time_steps[i].about_ms < least_ms) {
        i++;
    }
    /* Before 1970 nothing is labelled; the first two days leave room for every zone. */
    struct ticks ticks = {.left_ms = left_ms > 2 * DAY_MS ? left_ms : 2 * DAY_MS,
                          .right_ms = right_ms,
                          .zone = zone,
                          .out = out};
    if (ticks.left_ms > right_ms) {
        return 0;
    }
    if (time_steps[i].days > 0 || time_steps[i].months > 0) {
        make_calendar(&ticks, &time_steps[i]);
    } else {
        make_clock(&ticks, time_steps[i].about_ms);
    }
    return ticks.count;
}
